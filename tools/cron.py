# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""How long Odoo lets a scheduled action run."""

import signal

from odoo.tools import config


def get_time_limit() -> int:
    """Return the seconds that Odoo lets a scheduled action run; 0 if there is no limit."""
    limit: int = config["limit_time_real_cron"]
    if limit < 0:
        limit = config["limit_time_real"]
    return max(limit, 0)


def is_odoo_stopping() -> bool:
    """Return whether this Odoo process was told to stop: it waits for running actions first."""
    server = getattr(signal.getsignal(signal.SIGINT), "__self__", None)
    return bool(getattr(server, "quit_signals_received", 0)) or not getattr(server, "alive", True)
