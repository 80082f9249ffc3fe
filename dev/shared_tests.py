# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""A plugin of pytest: several processes share the tests, so that none is idle while others work.

Each process has all tests, in an order of its own. It runs the classes that no other one has begun.
"""

import os
from itertools import groupby
from pathlib import Path

import pytest

FOLDER_VARIABLE = "TELEGRAM_TEST_SHARED"  # the folder of the marks, empty at first
LAST_TEST = "test_zz_secrets.py"  # for every process: it reads the log of the others


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session):
    """Run the tests of this process; without a folder or after errors, pytest goes on."""
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder or session.testsfailed or session.config.option.collectonly:
        return None
    groups = [list(items) for _name, items in groupby(session.items, key=_class_of)]
    for items in groups:
        if items[0].path.name == LAST_TEST or _begin(folder, items[0]):
            # Which class comes next is not known yet: all but the session is torn down.
            after = None if items is groups[-1] else session
            for item, following in zip(items, [*items[1:], after], strict=True):
                session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                if session.shouldfail:
                    raise session.Failed(session.shouldfail)
                if session.shouldstop:
                    raise session.Interrupted(session.shouldstop)
    return True


def _begin(folder, item):
    """Mark the class of a test as begun; return whether no other process had done so."""
    try:
        Path(folder, _class_of(item).replace("/", "-")).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _class_of(item):
    return item.nodeid.rpartition("::")[0]
