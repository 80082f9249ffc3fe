# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The lint checks: the hooks of .pre-commit-config.yaml, Odoo's own test_lint, and i18n/."""

import os
import re
import shutil
import sys

from . import texts
from .environment.addon_database import check_log
from .environment.home import ADDON, CHECKOUT, copy_addon, lock
from .environment.progress import DevError, step

# These two run over all of Odoo and are what our own pylint and eslint checks do.
LEFT_TO_OUR_OWN = "-/test_lint:TestPyLint,-/test_lint:TestESLint"
TESTS_RUN = re.compile(r" of (\d+) tests when loading database")
NODE_HOOKS = "eslint,prettier"
SHOWN = 200  # lines of what the checkers say


def run(odoo, database):
    """Run all checks, the later ones even if an earlier one fails.

    :param database: one that has the addon and test_lint installed
    :return: 0, or 1 when something was found
    """
    with lock(odoo.home, "lint"):  # the copy of the addon and the logs are for one at a time
        return max(
            _outcome(_hooks, odoo),
            _outcome(_test_lint, odoo, database),
            _outcome(texts.check, odoo, database),
        )


def _outcome(check, *arguments):
    """Return 0, or 1 when the check found something, which is printed."""
    try:
        check(*arguments)
    except DevError as error:
        print(error)
        return 1
    return 0


def _hooks(odoo):
    """Run the checkers as .pre-commit-config.yaml says, on all files that git knows."""
    environment = dict(os.environ)
    if not shutil.which("npm"):
        print("Skipped: eslint and prettier, since node and npm are not installed.")
        environment["SKIP"] = NODE_HOOKS
    with step("ruff, pylint-odoo, mypy, eslint and prettier") as checking:
        checking.run(
            [sys.executable, CHECKOUT / "dev" / "run", "pre-commit", "run", "--all-files",
             "--color=never"],
            odoo.home / "log" / "hooks.log",
            failure="The checks of .pre-commit-config.yaml:",
            shown=SHOWN,
            env=environment,
            cwd=CHECKOUT,
        )  # fmt: skip


def _test_lint(odoo, database):
    """Run Odoo's checks of addons. Updating the addon in the same go shows warnings of that."""
    addon = copy_addon(odoo.home / "shipped")
    with step("Odoo's test_lint") as checking:
        log = odoo.home / "log" / "test-lint.log"
        try:
            odoo.run(
                checking,
                log,
                database,
                f"--update={ADDON},test_lint",
                f"--test-tags=/test_lint,{LEFT_TO_OUR_OWN}",
                # Odoo serves HTTP while it tests, whatever else uses its usual port.
                config=odoo.write_config("lint.conf", addons=addon.parent, http_port=0),
            )
        finally:
            check_log(odoo.home, log)  # says more than the end of the log
        tests = sum(map(int, TESTS_RUN.findall(log.read_text(errors="replace"))))
        if not tests:
            raise DevError(f"Odoo's test_lint ran no test. Its log: {log}")
        checking.note = f"{tests} tests"
