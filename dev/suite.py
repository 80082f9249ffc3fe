# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""./dev/test: the whole test suite and the lint checks; options go on to pytest."""

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path

from . import lint, shared_tests
from .environment import addon_database
from .environment.database import running_server
from .environment.home import ADDON, CHECKOUT, SANDBOX, dev_home, lock
from .environment.progress import command, ending, run_in_foreground, step
from .environment.server import Odoo
from .options import test_options

LOG_VARIABLE = "TELEGRAM_TEST_LOG"
TEMPLATE_VARIABLE = "TELEGRAM_TEST_TEMPLATE"
CLIENT_LOGGER = f"odoo.addons.{ADDON}.client"
PLUGINS = ("light_browser", "log_watch", "odoo_tags", "shared_tests")  # of pytest, in this package
INTERRUPTED, NO_TESTS = 2, 5  # exit codes of pytest
# They wait for browsers most of the time: they run beside all the others, on a database of their
# own. Who is done with one half helps with the other one.
WAITING_TESTS = (
    "browser/test_*.py",
    "installation/test_apps.py",
    "mail/test_failures.py",
    "receiving/test_waiting.py",
    "templates/test_template_use.py",
)


def main():
    """Run tests and lint as the command line says; return the exit code."""
    options, pytest_options = test_options(sys.argv[1:])
    home = dev_home()
    sandbox_options, pytest_options, code = *_split(pytest_options), 0
    if sandbox_options:
        arguments, process_options = _sandbox_pytest(home, sandbox_options)
        code = run_in_foreground(arguments, **process_options)
        if not pytest_options and not options.lint:
            return code
    busy = (
        f"Another ./dev/test uses the database {options.database}. Wait until it is done, "
        "or give this one its own: ./dev/test --database=NAME"
    )
    with lock(home, f"test-{options.database}", busy=busy), running_server(home) as server:
        odoo = Odoo(home, server)
        prepare_database(odoo, options, options.database)
        wanted = options.lint or (options.lint is None and not pytest_options)
        is_whole = not pytest_options or pytest_options[0] == "-m"  # marks are of tests all over
        if is_whole and not sandbox_options:
            return _run_all(odoo, options.database, pytest_options, wanted)
        if pytest_options:
            code = run_pytest(odoo, options.database, pytest_options) or code
        if wanted and code != INTERRUPTED:
            code = lint.run(odoo, options.database) or code
    return code


def prepare_database(odoo, options, name):
    """Create or update a test database, as the command line says."""
    if options.reuse and addon_database.has_addon(odoo, name):
        if not options.no_update:
            addon_database.update(odoo, name, odoo.home / "log" / f"{name}-update.log")
    else:
        addon_database.create(odoo, name, odoo.home / "log" / f"{name}-install.log")


def _run_all(odoo, database, selection, with_lint):
    """Run all tests, in three processes at once; return the highest exit code.

    :param selection: options of pytest that select some of them
    :param with_lint: whether the third process runs the lint checks, too
    """
    with step("Copy the database"):
        for copy in (f"{database}_waiting", f"{database}_lint"):
            addon_database.drop(odoo, copy)
            addon_database.copy(odoo, database, copy)
    waiting, rest, last = _halves()
    logs = [odoo.home / "log" / f"{database}_{name}-pytest.log" for name in ("waiting", "checks")]
    with ExitStack() as stack:
        marks = stack.enter_context(tempfile.TemporaryDirectory(prefix="telegram_shared_"))
        shared = {shared_tests.FOLDER_VARIABLE: marks}
        # Each helps with the half of the other from its end.
        helping = [*selection, *waiting, *reversed(rest), last]
        beside = (
            _pytest(odoo, f"{database}_waiting", helping, **shared),
            _quick_checks(f"{database}_lint", with_lint),
        )
        processes = [
            stack.enter_context(_beside(arguments, log, **options))
            for (arguments, options), log in zip(beside, logs, strict=True)
        ]
        helping = [*selection, *rest, *reversed(waiting), last]
        code = run_pytest(odoo, database, helping, **shared)
        if code != INTERRUPTED:
            # A selection may leave no test to one of them.
            codes = {code, *(process.wait() for process in processes)} - {NO_TESTS}
            code = max(codes, default=NO_TESTS)
    for log in logs:
        print(f"\nWhat ran beside these:\n{log.read_text(errors='replace')}", flush=True)
    return code


def _halves():
    """Return the files of tests that wait, of the others, and the one that is the last of both."""
    tests = CHECKOUT / "tests"
    last = tests / shared_tests.LAST_TEST
    waiting = {path for pattern in WAITING_TESTS for path in tests.glob(pattern)}
    return sorted(waiting), sorted(set(tests.rglob("test_*.py")) - waiting - {last}), last


def _quick_checks(database, with_lint):
    """Prepare the command that runs the local service's own tests and the lint checks.

    :return: the arguments, and the options of the process
    """
    lint_option = "--lint" if with_lint else "--no-lint"
    options = ["--reuse", "--no-update", f"--database={database}", lint_option, SANDBOX / "tests"]
    return [sys.executable, "-m", "dev.suite", *map(str, options)], {"cwd": CHECKOUT}


@contextmanager
def _beside(arguments, log, **options):
    """Run a process beside this one, its output in a log; end it with the block."""
    with log.open("w") as output:
        process = subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **options
        )
        with ending(process):
            yield process


def run_pytest(odoo, database, options, **variables):
    """Run pytest in the foreground; return its exit code.

    :param options: paths of tests, and options of pytest
    :param variables: of the environment, besides
    """
    arguments, options = _pytest(odoo, database, options, **variables)
    return run_in_foreground(arguments, **options)


def _pytest(odoo, database, options, **variables):
    """Prepare the command that runs pytest on the linked addon.

    Odoo imports an addon by the name of its folder.

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
        "-rsfE",
        *(f"-p{__package__}.{plugin}" for plugin in PLUGINS),
        *(_linked(str(option), addon) for option in options),
    ]
    if not any(str(argument).startswith(str(addon / "tests")) for argument in arguments):
        arguments.append(addon / "tests")
    variables[LOG_VARIABLE] = str(log)
    variables[TEMPLATE_VARIABLE] = addon_database.bare_template(odoo)
    environment = odoo.environment(config, **variables)
    print(f"Run the tests; Odoo's log: {log}", flush=True)
    return list(map(str, arguments)), {"env": environment, "cwd": addon}


def _sandbox_pytest(home, options):
    """Return the command that runs the local service's own tests, which need no Odoo.

    :return: the arguments, and the options of the process
    """
    arguments = [
        home / "venv" / "bin" / "python",
        "-m",
        "pytest",
        f"--override-ini=cache_dir={home / 'pytest-cache' / 'sandbox'}",
        *options,
    ]
    return list(map(str, arguments)), {"cwd": SANDBOX}


def _split(options):
    """Return the options for the local service's tests, and those for the addon's.

    Without a path, all are for the addon's; what is no path goes to whatever is run.
    """
    paths = {option: path for option in options if (path := _path_in_checkout(option))}
    inside = [option for option in paths if paths[option].is_relative_to(SANDBOX)]
    outside = [option for option in paths if option not in inside]
    rest = [option for option in options if option not in paths]
    tests = [f"{paths[option]}{_test_of(option)}" for option in inside]
    return [*rest, *tests] if inside else [], [*rest, *outside] if outside or not inside else []


def _linked(option, addon):
    """Return a path in the checkout, maybe with ``::test``, as one through the link."""
    path = _path_in_checkout(option)
    return f"{addon / path.relative_to(CHECKOUT)}{_test_of(option)}" if path else option


def _path_in_checkout(option):
    """Return the absolute path that an option names, maybe with ``::test``, or None."""
    path = option.partition("::")[0]
    if option.startswith("-") or not path:
        return None
    for base in (Path.cwd(), CHECKOUT):
        absolute = Path(os.path.abspath(base / path))
        if absolute.exists() and absolute.is_relative_to(CHECKOUT):
            return absolute
    return None


def _test_of(option):
    """Return the ``::test`` that follows the path in an option, or nothing."""
    return "".join(option.partition("::")[1:])


if __name__ == "__main__":
    command(main)
