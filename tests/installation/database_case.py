# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""What the tests share that install and update the addon, as an administrator does on a server."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from odoo import sql_db
from odoo.tests import BaseCase
from odoo.tools import SQL, config

ADDON = "telegram_green_api"
FOLDER = f"{Path(__file__).parents[2]}/"  # as Odoo knows it
# A database with what the addon depends on, to start from. Without one it is made from nothing.
TEMPLATE = os.environ.get("TELEGRAM_TEST_TEMPLATE", "template0")
LOG_LINE = re.compile(r"^\S+ \S+ \d+ (?P<level>[A-Z]+) \S+ (?P<logger>\S+): ")


class DatabaseCase(BaseCase):
    """A database of its own, without the addon at first."""

    database = None  # its name

    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.drop()
        self.addCleanup(self.drop)
        names = SQL.identifier(self.database), SQL.identifier(TEMPLATE)
        self.execute(SQL("CREATE DATABASE %s TEMPLATE %s ENCODING 'unicode'", *names))
        files = Path(config.filestore(TEMPLATE))
        if files.exists():
            # Odoo never changes a stored file, it only adds and removes: links are as good.
            shutil.copytree(files, config.filestore(self.database), copy_function=os.link)

    def drop(self):
        sql_db.close_db(self.database)
        # Not WITH (FORCE): that asks for the right to end PostgreSQL's own cleaning, too.
        self.execute(
            SQL(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = %s AND usename = current_user",
                self.database,
            )
        )
        self.execute(SQL("DROP DATABASE IF EXISTS %s", SQL.identifier(self.database)))
        shutil.rmtree(config.filestore(self.database), ignore_errors=True)

    def execute(self, query):
        """Execute a statement on databases, which runs outside of transactions only."""
        with sql_db.db_connect("postgres").cursor() as cr:
            cr._cnx.autocommit = True
            cr.execute(query)

    def command(self, command, *arguments):
        """Give the command line that runs a command of Odoo on the database."""
        options = ["-c", config["config"], "-d", self.database]
        return [sys.executable, "-m", "odoo", command, *options, *arguments]

    def odoo(self, command, *arguments, script=None):
        """Run a command of Odoo on the database, and check that it warns of nothing.

        :return: str, what it has printed
        """
        log = self.folder / "odoo.log"
        done = subprocess.run(
            self.command(command, "--logfile", str(log), *arguments),
            input=script,
            stdin=None if script else subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = log.read_text().splitlines() + done.stderr.splitlines()
        log.unlink()
        for line in lines:
            start = LOG_LINE.match(line)
            if not start or start["level"] not in ("WARNING", "ERROR", "CRITICAL"):
                continue
            # Warnings of Python about Odoo's own libraries are not ours.
            if start["logger"] != "py.warnings" or FOLDER in line:
                self.fail(line)
        return done.stdout
