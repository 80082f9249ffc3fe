# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""./dev/odoo: Odoo's own command line in the environment, for daily work.

Examples: ``./dev/odoo -d scratch -i telegram_green_api --stop-after-init``,
``./dev/odoo -d scratch --max-cron-threads=2``, ``./dev/odoo shell -d scratch``.
"""

import sys

from .environment.database import running_server
from .environment.home import CHECKOUT, dev_home
from .environment.progress import command, run_in_foreground
from .environment.server import Odoo


def main():
    """Run Odoo with the arguments of the command line; return its exit code."""
    home = dev_home()
    with running_server(home) as server:
        odoo = Odoo(home, server)
        arguments = odoo.command(*sys.argv[1:])
        return run_in_foreground(arguments, env=odoo.environment(), cwd=CHECKOUT)


if __name__ == "__main__":
    command(main)
