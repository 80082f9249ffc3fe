# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""./dev/test: the whole test suite and the lint checks; options go on to pytest."""

import os
import subprocess
import sys
from pathlib import Path

from . import addon_database, lint
from .database import running_server
from .home import ADDON, CHECKOUT, dev_home, lock
from .options import test_options
from .progress import command, ending, run_in_foreground
from .server import Odoo

LOG_VARIABLE = "TELEGRAM_TEST_LOG"
TEMPLATE_VARIABLE = "TELEGRAM_TEST_TEMPLATE"
CLIENT_LOGGER = f"odoo.addons.{ADDON}.client"
PLUGINS = ("log_watch", "odoo_tags")  # of pytest, in this package
INTERRUPTED, NO_TESTS = 2, 5  # exit codes of pytest
# They wait for browsers and other processes most of the time: they run beside all the others, on
# a database of their own.
WAITING_TESTS = (
    "browser/test_*.py",
    "chaos/test_chaos*.py",
    "chaos/test_crash.py",
    "installation/test_*.py",
    "mail/test_failures.py",
    "receiving/test_receiving.py",
    "receiving/test_waiting.py",
    "test_sandbox_page.py",
)
LAST_TEST = "test_zz_secrets.py"  # reads the log of the others


def main():
    """Run tests and lint as the command line says; return the exit code."""
    options, pytest_options = test_options(sys.argv[1:])
    home = dev_home()
    busy = (
        f"Another ./dev/test uses the database {options.database}. Wait until it is done, "
        "or give this one its own: ./dev/test --database=NAME"
    )
    with lock(home, f"test-{options.database}", busy=busy), running_server(home) as server:
        odoo = Odoo(home, server)
        _prepare_database(odoo, options, options.database)
        if pytest_options and pytest_options[0] != "-m":  # marks are of tests all over
            code = run_pytest(odoo, options.database, pytest_options)
        else:
            _prepare_database(odoo, options, f"{options.database}_waiting")
            code = _run_all(odoo, options.database, pytest_options)
        wanted = options.lint or (options.lint is None and not pytest_options)
        if wanted and code != INTERRUPTED:
            code = lint.run(odoo, options.database) or code
    return code


def _prepare_database(odoo, options, name):
    if options.reuse and addon_database.has_addon(odoo, name):
        if not options.no_update:
            addon_database.update(odoo, name, odoo.home / "log" / f"{name}-update.log")
    else:
        addon_database.create(odoo, name, odoo.home / "log" / f"{name}-install.log")


def _run_all(odoo, database, selection):
    """Run all tests, in two processes at once; return pytest's exit code.

    :param selection: options of pytest that select some of them
    """
    tests = CHECKOUT / "tests"
    waiting = {path for pattern in WAITING_TESTS for path in tests.glob(pattern)}
    last = tests / LAST_TEST
    rest = set(tests.rglob("test_*.py")) - waiting
    chosen = [*selection, *sorted(waiting - {last}), last]
    arguments, options = _pytest(odoo, f"{database}_waiting", chosen)
    log = odoo.home / "log" / f"{database}_waiting-pytest.log"
    with log.open("w") as output:
        beside = subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **options
        )
        with ending(beside):
            code = run_pytest(odoo, database, [*selection, *sorted(rest)])
            if code != INTERRUPTED:
                # A selection may leave no test to one of the two.
                code = max({code, beside.wait()} - {NO_TESTS}, default=NO_TESTS)
    print(f"\nThe tests that ran beside these:\n{log.read_text(errors='replace')}", flush=True)
    return code


def run_pytest(odoo, database, options, **variables):
    """Run pytest in the foreground; return its exit code.

    :param options: paths of tests, and options of pytest
    :param variables: of the environment, besides
    """
    arguments, options = _pytest(odoo, database, options, **variables)
    return run_in_foreground(arguments, **options)


def _pytest(odoo, database, options, **variables):
    """Give the command that runs pytest on the linked addon, since Odoo imports it by the name of
    its folder.

    :return: the arguments, and the options of the process
    """
    addon = odoo.addons / ADDON
    log = odoo.home / "log" / f"{database}.log"
    log.unlink(missing_ok=True)
    config = odoo.write_config(
        f"{database}.conf",
        db_name=database,
        logfile=log,
        log_handler=f":INFO,{CLIENT_LOGGER}:DEBUG",
    )
    arguments = [
        odoo.home / "venv" / "bin" / "python",
        "-m",
        "pytest",
        f"--config-file={addon / 'pyproject.toml'}",
        f"--rootdir={addon}",
        f"--override-ini=cache_dir={odoo.home / 'pytest-cache' / database}",
        f"--odoo-config={config}",
        "--odoo-log-level=info",
        "--odoo-http",
        "--durations=15",
        "-rs",
        *(f"-p{__package__}.{plugin}" for plugin in PLUGINS),
        *(_linked(str(option), addon) for option in options),
    ]
    if not any(str(argument).startswith(str(addon / "tests")) for argument in arguments):
        arguments.append(addon / "tests")
    environment = odoo.environment(config, **{LOG_VARIABLE: str(log), **variables})
    print(f"Run the tests; Odoo's log: {log}", flush=True)
    return list(map(str, arguments)), {"env": environment, "cwd": addon}


def _linked(option, addon):
    """Turn a path into the checkout, maybe with ``::test``, into one through the link."""
    path, colons, test = option.partition("::")
    if option.startswith("-") or not path:
        return option
    for base in (Path.cwd(), CHECKOUT):
        absolute = Path(os.path.abspath(base / path))
        if absolute.exists() and absolute.is_relative_to(CHECKOUT):
            return f"{addon / absolute.relative_to(CHECKOUT)}{colons}{test}"
    return option


if __name__ == "__main__":
    command(main)
