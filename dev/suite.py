# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""./dev/test: the whole test suite and the lint checks; options go on to pytest."""

import os
import sys
from pathlib import Path

from . import addon_database, lint
from .database import running_server
from .home import ADDON, CHECKOUT, dev_home, lock
from .options import test_options
from .progress import command, run_in_foreground
from .server import Odoo

LOG_VARIABLE = "TELEGRAM_TEST_LOG"
TEMPLATE_VARIABLE = "TELEGRAM_TEST_TEMPLATE"
CLIENT_LOGGER = f"odoo.addons.{ADDON}.client"
INTERRUPTED = 2  # exit code of pytest


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
        _prepare_database(odoo, options)
        code = _run_pytest(odoo, options.database, pytest_options)
        wanted = options.lint or (options.lint is None and not pytest_options)
        if wanted and code != INTERRUPTED:
            code = lint.run(odoo, options.database) or code
    return code


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
    environment = odoo.environment(config, **{LOG_VARIABLE: str(log)})
    print(f"Run the tests; Odoo's log: {log}", flush=True)
    return run_in_foreground(arguments, env=environment, cwd=addon)


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
