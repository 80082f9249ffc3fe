# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""From a bare machine to the environment, with nothing but Python's standard library."""

import os
import sys

from .home import CHECKOUT, SANDBOX, dev_home, link_addon, lock
from .odoo_source import odoo_source
from .progress import command
from .python_packages import use_supported_python, virtual_environment

BUSY = (
    "Another command is just setting up the environment of this checkout. "
    "Wait until it is done, then start again."
)


def run(module, parse=None):
    """Make or check the environment, then go on as ``module`` inside of it.

    :param module: name of the module in dev/ whose ``main()`` is the command
    :param parse: function that checks the arguments, before anything is fetched
    """
    if parse:
        parse(sys.argv[1:])
    command(lambda: _prepare_and_continue(module))


def _prepare_and_continue(module):
    use_supported_python()
    home = dev_home()
    with lock(home, "setup", busy=BUSY):
        (home / "log").mkdir(exist_ok=True)
        link_addon(home)
        python = virtual_environment(home)
        odoo_source(home)
    os.chdir(CHECKOUT)
    os.environ["PYTHONPATH"] = str(SANDBOX)
    # Images of containers often forbid compiled modules, and each start of Odoo compiles 3,000 of
    # them again, for seconds. None of them lies in the checkout.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(home / "pycache")
    sys.stdout.flush()
    os.execv(python, [str(python), "-m", f"dev.{module}", *sys.argv[1:]])
