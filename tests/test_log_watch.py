# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from odoo.tests import BaseCase

CHECKOUT = Path(__file__).parent.parent
TESTS = """
import logging
import threading
import unittest
import warnings

from odoo.tools import mute_logger

logger = logging.getLogger("odoo.addons.telegram_green_api.models")
logger.setLevel(logging.INFO)


class TestLog(unittest.TestCase):
    def test_bad_warning(self):
        logger.warning("Telegram is on fire")

    def test_bad_traceback(self):
        try:
            1 / 0
        except ZeroDivisionError:
            logger.info("Once more", exc_info=True)

    def test_bad_thread(self):
        thread = threading.Thread(target=logging.getLogger("odoo.http").error, args=("Broken",))
        thread.start()
        thread.join()

    def test_bad_code_of_ours(self):
        logging.getLogger("py.warnings").warning("/x/telegram_green_api/const.py:1: Old syntax")

    def test_good_code_of_others(self):
        logging.getLogger("py.warnings").warning("/x/site-packages/zeep/loader.py:1: Old syntax")

    def test_good_news(self):
        logger.info("Telegram: send the messages")

    def test_good_expected(self):
        with self.assertLogs(logger, "WARNING"):
            logger.warning("Telegram is on fire")

    @mute_logger(logger.name)
    def test_good_muted(self):
        logger.error("Telegram is on fire")


class TestClass(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        logger.warning("Not even begun")

    def test_bad_beginning(self):
        pass
"""

LATE = """
import logging


def pytest_runtest_logfinish():
    logging.getLogger("odoo.http").warning("Too late")
"""


class TestLogWatch(BaseCase):
    """What the tests' run makes of the log, tried on tests that only log."""

    def test_fails_on_the_unexpected(self):
        """Fail on warnings and tracebacks, but not on those that a test expects."""
        code, output = self.run_pytest(TESTS)
        self.assertEqual(code, 1, output)
        outcomes = dict(re.findall(r"::(test_\w+) ([A-Z]+)", output))
        self.assertEqual(len(outcomes), 9, output)
        for test, outcome in outcomes.items():
            with self.subTest(test):
                self.assertEqual(outcome != "PASSED", test.startswith("test_bad"), output)
        for told in ("WARNING odoo.addons.telegram_green_api.models: Telegram is on fire",
                     "ZeroDivisionError", "ERROR odoo.http: Broken", "Not even begun"):  # fmt: skip
            self.assertIn(told, output)

    def test_fails_on_what_comes_last(self):
        """Fail the run on what is logged when all tests are done."""
        code, output = self.run_pytest("def test_good(): pass", conftest=LATE)
        self.assertEqual(code, 1, output)
        self.assertIn("1 passed", output)
        self.assertIn("WARNING odoo.http: Too late", output)

    def run_pytest(self, tests, conftest=""):
        """Run tests by pytest with the plugin; return its exit code and output."""
        folder = self.enterContext(tempfile.TemporaryDirectory())
        Path(folder, "test_log.py").write_text(tests)
        Path(folder, "conftest.py").write_text(conftest)
        options = ["-v", "-p", "dev.log_watch", "-p", "no:odoo", "-p", "no:cacheprovider"]
        path = os.pathsep.join(filter(None, [str(CHECKOUT), os.environ.get("PYTHONPATH")]))
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *options, folder],
            env={**os.environ, "PYTHONPATH": path},
            cwd=folder,
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stdout + done.stderr
