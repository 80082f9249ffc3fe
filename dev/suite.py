# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""./dev/test: the whole test suite and the lint checks; options go on to pytest."""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

from . import addon_database, lint
from .database import running_server
from .home import ADDON, CHECKOUT, dev_home, lock
from .progress import command, ending
from .server import Odoo

LOG_VARIABLE = "TELEGRAM_TEST_LOG"
CLIENT_LOGGER = f"odoo.addons.{ADDON}.client"
DATABASE_NAME = re.compile(r"[a-z][a-z0-9_]*")


def main():
    """Run tests and lint as the command line says; return the exit code."""
    options, pytest_options = _parse(sys.argv[1:])
    home = dev_home()
    busy = (
        f"Another ./dev/test uses the database {options.database}. Wait until it is done, "
        "or give this one its own: ./dev/test --database=NAME"
    )
    with lock(home, f"test-{options.database}", busy=busy), running_server(home) as server:
        odoo = Odoo(home, server)
        _prepare_database(odoo, options)
        code = _run_pytest(odoo, options.database, pytest_options)
        if options.lint or (options.lint is None and not pytest_options):
            code = lint.run(odoo, options.database) or code
    return code


def _parse(arguments):
    parser = argparse.ArgumentParser(
        prog="./dev/test",
        description="Run the tests and, without pytest options, the lint checks.",
        epilog="All other options and paths go on to pytest: ./dev/test tests/test_client.py -k qr",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--reuse",
        action="store_true",
        help="keep the test database of the last run and only update the addon in it",
    )
    parser.add_argument(
        "--no-update",
        action="store_true",
        help="with --reuse: leave the database as it is; enough after changes in Python methods",
    )
    parser.add_argument(
        "--database", default="telegram_test", metavar="NAME", help="default: telegram_test"
    )
    parser.add_argument(
        "--lint",
        action=argparse.BooleanOptionalAction,
        help="run the lint checks too, or do not",
    )
    options, rest = parser.parse_known_args(arguments)
    if not DATABASE_NAME.fullmatch(options.database):
        parser.error("--database: small letters, digits and underscores, please")
    return options, rest


def _prepare_database(odoo, options):
    name = options.database
    if options.reuse and addon_database.has_addon(odoo, name):
        if not options.no_update:
            addon_database.update(odoo, name, odoo.home / "log" / f"{name}-update.log")
    else:
        addon_database.create(odoo, name, odoo.home / "log" / f"{name}-install.log")


def _run_pytest(odoo, database, options):
    """Run pytest on the linked addon, since Odoo imports it by the name of its folder."""
    addon = odoo.addons / ADDON
    log = odoo.home / "log" / f"{database}.log"
    log.unlink(missing_ok=True)
    config = odoo.write_config(
        f"{database}.conf",
        db_name=database,
        logfile=log,
        log_handler=f":INFO,{CLIENT_LOGGER}:DEBUG",
    )
    options = [_linked(option, addon) for option in options]
    arguments = [
        odoo.home / "venv" / "bin" / "python",
        "-m",
        "pytest",
        f"--config-file={addon / 'pyproject.toml'}",
        f"--rootdir={addon}",
        f"--override-ini=cache_dir={odoo.home / 'pytest-cache'}",
        f"--odoo-config={config}",
        "--odoo-log-level=info",
        "--odoo-http",
        "-rs",
        *options,
    ]
    if not any(option.startswith(str(addon)) for option in options):
        arguments.append(addon / "tests")
    environment = odoo.environment(**{LOG_VARIABLE: str(log)})
    print(f"Run the tests; Odoo's log: {log}", flush=True)
    with ending(subprocess.Popen(arguments, env=environment, cwd=addon)) as process:
        return process.wait()


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
