# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""A plugin of pytest: tests run in Chromium's headless shell where it is installed.

It is the same engine without the browser around it: starting it and loading a page of Odoo take
2.5 seconds of a processor in place of 4.2. Odoo itself does not look for it.

Pages look the same in both. But the shell refuses notifications that the browser would ask the user
for, so that Odoo's menu of messages does not propose them.
"""

import shutil

PROGRAM = "chromium-headless-shell"


def pytest_sessionstart():
    """Let Odoo's tests start the shell."""
    # Not before: Odoo reads its configuration first.
    from odoo.tests import common

    if program := shutil.which(PROGRAM):
        common._find_executable = lambda: program
