# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from odoo.tests import BaseCase

CHECKOUT = Path(__file__).parent.parent
TESTS = """
import unittest


class TestFirst(unittest.TestCase):
    def test_one(self):
        pass

    def test_two(self):
        pass


class TestSecond(unittest.TestCase):
    def test_one(self):
        self.assertNotIn("%s", ("bad",))
"""
MODULES = ("test_good.py", "test_bad.py", "test_other.py")
LAST = "test_zz_secrets.py"


class TestSharedTests(BaseCase):
    """What several processes of the tests' run make of the same tests."""

    def setUp(self):
        super().setUp()
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.marks = Path(self.enterContext(tempfile.TemporaryDirectory()))
        for name in (*MODULES, LAST):
            text = TESTS % name.removeprefix("test_").removesuffix(".py")
            Path(self.folder, name).write_text(text)

    def start_pytest(self, modules, marks):
        """Start a process with the plugin on some modules."""
        options = ["-v", "-p", "dev.shared_tests", "-p", "no:odoo", "-p", "no:cacheprovider"]
        path = os.pathsep.join(filter(None, [str(CHECKOUT), os.environ.get("PYTHONPATH")]))
        return subprocess.Popen(
            [sys.executable, "-m", "pytest", *options, *modules],
            env={**os.environ, "PYTHONPATH": path, "TELEGRAM_TEST_SHARED": str(marks or "")},
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def finish(self, process):
        """Return the exit code of a process and the outcome of each of its tests."""
        output, _errors = process.communicate()
        return process.returncode, re.findall(r"(test_\w+\.py::\w+::\w+) ([A-Z]+)", output)

    def test_each_test_runs_once(self):
        """A test is left out, or run by both; a failure is lost."""
        orders = ([*MODULES, LAST], [*reversed(MODULES), LAST])
        processes = [self.start_pytest(order, self.marks) for order in orders]
        codes, found = zip(*map(self.finish, processes), strict=True)
        outcomes = Counter(outcome for outcomes in found for outcome in outcomes)
        self.assertEqual(max(codes), 1, "the failure is not in the exit code")
        for (test, outcome), count in outcomes.items():
            with self.subTest(test):
                self.assertEqual(count, 2 if test.startswith(LAST) else 1)
                is_bad = test == "test_bad.py::TestSecond::test_one"
                self.assertEqual(outcome, "FAILED" if is_bad else "PASSED")
        self.assertEqual(len(outcomes), 3 * (len(MODULES) + 1))

    def test_begun_class_is_left_out(self):
        """What another process has begun is run again."""
        first = self.finish(self.start_pytest([MODULES[0], LAST], self.marks))
        second = self.finish(self.start_pytest([*MODULES[::2], LAST], self.marks))
        self.assertEqual([len(first[1]), len(second[1])], [6, 6])
        self.assertEqual({test.partition("::")[0] for test, _ in second[1]}, {MODULES[2], LAST})

    def test_alone(self):
        """Without other processes, a test is left out."""
        code, outcomes = self.finish(self.start_pytest([MODULES[0]], None))
        self.assertEqual((code, len(outcomes)), (0, 3))
