# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""A plugin of pytest: a test fails on a warning or a traceback in the log that it did not expect.

Whatever Odoo, its libraries or the addon log during the run is ours, whichever thread it comes
from: the tests bring it about. The one exception are Python's own warnings about code outside of
the addon. What a test brings about on purpose it takes out of the log, by ``assertLogs`` or
``mute_logger``: that never gets here.
"""

import logging

import pytest

PYTHON_WARNINGS = "py.warnings"
HINT = (
    "The log has what this test did not expect. What belongs there is taken out of it by "
    "assertLogs or mute_logger.\n"
)


class LogWatch(logging.Handler):
    """Collects the records that no test should bring about."""

    def __init__(self, addon_folder):
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
        self._addon_folder = f"/{addon_folder}/"
        self._found = []

    def emit(self, record):
        if record.levelno < logging.WARNING and not record.exc_info:
            return
        if record.name == PYTHON_WARNINGS and self._addon_folder not in record.getMessage():
            return
        self._found.append(self.format(record))

    def take(self):
        """Return the records found since the last call, as a text."""
        found, self._found = self._found, []
        return "\n".join(found)


watch = LogWatch("telegram_green_api")


def pytest_sessionstart():
    logging.getLogger().addHandler(watch)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup():
    return (yield from _watched())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call():
    return (yield from _watched())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown():
    return (yield from _watched())


def _watched():
    """Run one part of a test, and fail it on what it has left in the log."""
    result = yield
    found = watch.take()
    if found:
        pytest.fail(HINT + found, pytrace=False)
    return result


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session):
    """Check what was logged after the last test, such as by threads that end late."""
    found = watch.take()
    if found:
        print(f"\n{HINT}{found}", flush=True)
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED
