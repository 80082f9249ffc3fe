# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The lint checks: ruff, pylint-odoo, Odoo's own test_lint, eslint and prettier."""

import re
import shutil

from .environment.addon_database import check_log
from .environment.home import ADDON, CHECKOUT, is_stamped, lock, write_stamp
from .environment.progress import DevError, step

# What the developers' tools need, and what they make; not part of the addon as installed.
NOT_SHIPPED = (".*", "dev", "node_modules", "__pycache__")
# These two run over all of Odoo and are what our own pylint and eslint checks do.
LEFT_TO_OUR_OWN = "-/test_lint:TestPyLint,-/test_lint:TestESLint"
# Of pylint-odoo's checks, which .pylintrc can only enable all together: a model in several files
# has one for each topic, and "_ = self.env._" in a method with many texts is just what is wanted.
NOT_OURS = "consider-merging-classes-inherited,prefer-env-translation"
TESTS_RUN = re.compile(r" of (\d+) tests when loading database")
JAVASCRIPT = ("static", "sandbox")
SHOWN = 200  # lines of what a checker says


def run(odoo, database):
    """Run all checks, the later ones even if an earlier one fails.

    :param database: one that has the addon and test_lint installed
    :return: 0, or 1 when something was found
    """
    with lock(odoo.home, "lint"):  # the copy of the addon and the logs are for one at a time
        shipped = _shipped_addon(odoo.home)
        checks = (
            (_ruff, (odoo,)),
            (_pylint, (odoo, shipped)),
            (_test_lint, (odoo, shipped, database)),
            (_javascript, (odoo,)),
        )
        return max(_outcome(check, *arguments) for check, arguments in checks)


def _outcome(check, *arguments):
    """Return 0, or 1 when the check found something, which is printed."""
    try:
        check(*arguments)
    except DevError as error:
        print(error)
        return 1
    return 0


def _shipped_addon(home):
    """Return a copy of the addon as it is installed: checkers walk through the whole folder."""
    addon = home / "shipped" / ADDON
    shutil.rmtree(addon, ignore_errors=True)
    shutil.copytree(CHECKOUT, addon, ignore=shutil.ignore_patterns(*NOT_SHIPPED))
    return addon


def _ruff(odoo):
    ruff = odoo.home / "venv" / "bin" / "ruff"
    log = odoo.home / "log" / "ruff.log"
    with step("ruff") as checking:
        checking.run(
            [ruff, "check", "--no-cache", "--output-format=concise", CHECKOUT],
            log,
            failure="ruff check:",
            shown=SHOWN,
        )
        checking.run(
            [ruff, "format", "--check", "--no-cache", CHECKOUT],
            log,
            failure=f"ruff format ({ruff} format puts it right):",
            shown=SHOWN,
        )


def _pylint(odoo, addon):
    with step("pylint-odoo") as checking:
        checking.run(
            [odoo.home / "venv" / "bin" / "python", "-m", "pylint",
             f"--rcfile={CHECKOUT / '.pylintrc'}", f"--disable={NOT_OURS}", addon],
            odoo.home / "log" / "pylint.log",
            failure="pylint-odoo:",
            shown=SHOWN,
            env=odoo.environment(),
            cwd=addon.parent,
        )  # fmt: skip


def _test_lint(odoo, addon, database):
    """Run Odoo's checks of addons. Updating the addon in the same go shows warnings of that."""
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


def _javascript(odoo):
    if not shutil.which("npm"):
        print("Skipped: eslint and prettier, since node and npm are not installed.")
        return
    programs = _node_packages(odoo.home) / "node_modules" / ".bin"
    files = [
        path.relative_to(CHECKOUT)
        for folder in JAVASCRIPT
        for path in sorted((CHECKOUT / folder).rglob("*.js"))
    ]
    log = odoo.home / "log" / "javascript.log"
    with step("eslint and prettier") as checking:
        if not files:
            checking.note = "no JavaScript yet"
            return
        config = f"--config={programs.parent.parent / 'eslint.config.mjs'}"
        prettier = programs / "prettier"
        checking.run(
            [programs / "eslint", config, *files],
            log,
            failure="eslint:",
            shown=SHOWN,
            cwd=CHECKOUT,
        )
        checking.run(
            [prettier, "--check", *files],
            log,
            failure=f"prettier ({prettier} --write puts it right):",
            shown=SHOWN,
            cwd=CHECKOUT,
        )
        checking.note = f"{len(files)} files"


def _node_packages(home):
    """Return the folder with the installed packages of package.json, next to eslint's config."""
    folder = home / "node"
    sources = [CHECKOUT / "package.json", CHECKOUT / "eslint.config.mjs"]
    inputs = [source.read_text() for source in sources]
    if not is_stamped(folder, *inputs):
        with step("Install eslint and prettier") as installing:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            for source in sources:
                shutil.copy(source, folder)
            installing.run(
                ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund"],
                home / "log" / "node-packages.log",
                failure="npm could not install eslint and prettier.",
                cwd=folder,
            )
            write_stamp(folder, *inputs)
    return folder
