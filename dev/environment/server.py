# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Odoo: its configuration file, one-time runs, and a server that stays up."""

import os
import re
from configparser import ConfigParser
from pathlib import Path

from .home import CHECKOUT, SANDBOX, link_addon
from .odoo_source import ODOO_VARIABLE
from .progress import DevError

# With worker processes, Odoo starts itself again by its file name, which ``python -m odoo`` breaks.
PROGRAM = "import odoo.cli\n\nodoo.cli.main()\n"
LOADING = re.compile(r"Loading module (\S+) \((\d+/\d+)\)")


class Odoo:
    """Odoo's command line on one database server.

    :param home: folder of the environment
    :param server: the ``database.Server`` to use
    :param packages: folder of further Python packages, addons among them
    """

    def __init__(self, home, server, packages=None):
        self.home = home
        self.server = server
        self.packages = packages
        self.addons = link_addon(home)
        self.data = home / "data"
        self.config = self.write_config("odoo.conf")
        self.program = home / "bin" / "odoo-bin"
        self.program.parent.mkdir(exist_ok=True)
        self.program.write_text(PROGRAM)

    def command(self, *arguments):
        """Return the command line of Odoo with these arguments."""
        return [self.home / "venv" / "bin" / "python", self.program, *arguments]

    def environment(self, config=None, **more):
        """Return the environment variables for Odoo's processes.

        :param config: configuration file, if not the common one
        """
        return {
            **os.environ,
            "ODOO_RC": str(config or self.config),
            "PYTHONPATH": os.pathsep.join(
                str(path) for path in (os.environ[ODOO_VARIABLE], SANDBOX, self.packages) if path
            ),
            "PYTHONUNBUFFERED": "1",
            **more,
        }

    def filestore(self, database):
        """Return the folder of a database's files."""
        return self.data / "filestore" / database

    def run(self, current_step, log, database, *arguments, config=None, failure=None):
        """Run Odoo once on ``database`` to its end, as part of ``current_step``.

        :param log: file that takes Odoo's log
        :raise DevError: when Odoo ends with an error
        """
        current_step.run(
            self.command(f"--database={database}", "--stop-after-init", "--no-http", *arguments),
            log,
            hint=_loading,
            failure=failure,
            env=self.environment(config),
            cwd=CHECKOUT,
        )

    def write_config(self, name, *, addons=None, **changes):
        """Write a configuration file with ``changes`` to the common one; return its path.

        :param addons: folder that holds the addon, if not the one with the linked checkout
        """
        options = {
            "addons_path": ",".join(map(str, self._addons_path(addons or self.addons))),
            "data_dir": self.data,
            "db_host": self.server.host,
            "db_port": self.server.port,
            "db_user": self.server.user,
            "http_interface": "127.0.0.1",
            "list_db": False,
            "log_level": "info",
            "max_cron_threads": 0,
            "workers": 0,
            **changes,
        }
        if self.server.password:
            options["db_password"] = self.server.password
        parser = ConfigParser(interpolation=None)
        parser["options"] = {key: str(value) for key, value in options.items()}
        path = self.home / name
        # It may hold the password of a database server.
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            parser.write(file)
        return path

    def _addons_path(self, addons):
        """Debian keeps all addons inside the ``odoo`` package, the repository next to it."""
        source = Path(os.environ[ODOO_VARIABLE])
        more = [self.packages / "odoo" / "addons"] if self.packages else []
        if (source / "odoo" / "addons" / "web").is_dir():
            return [addons, *more]
        if not (source / "addons" / "web").is_dir():
            raise DevError(f"{source} holds Odoo's core but not its addons (web, mail, account).")
        return [source / "addons", addons, *more]


def _loading(line):
    """Make a short hint of a line of Odoo's log; nothing of most of them."""
    found = LOADING.search(line)
    return found and f"module {found[1]} ({found[2]})"
