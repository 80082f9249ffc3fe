# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""How long Odoo lets a scheduled action run."""

import os
import signal
import socket
import threading
import time
import zlib

import psutil

from odoo.sql_db import BaseCursor
from odoo.tools import SQL, config


def get_time_limit() -> int:
    """Return the seconds that Odoo lets a scheduled action run; 0 if there is no limit."""
    limit: int = config["limit_time_real_cron"]
    if limit < 0:
        limit = config["limit_time_real"]
    return max(limit, 0)


def get_time_left() -> float:
    """Return the seconds after which Odoo would end the action that runs in this thread."""
    started = getattr(threading.current_thread(), "start_time", None)
    used = time.time() - started if started else 0
    return (get_time_limit() or float("inf")) - used


def is_odoo_stopping() -> bool:
    """Return whether this Odoo process was told to stop: it waits for running actions first."""
    server = getattr(signal.getsignal(signal.SIGINT), "__self__", None)
    return bool(getattr(server, "quit_signals_received", 0)) or not getattr(server, "alive", True)


def get_server_key() -> int:
    """Return a number that is the same in all processes of this Odoo server."""
    pid = os.getppid() if config["workers"] else os.getpid()
    return zlib.crc32(f"{socket.gethostname()}/{pid}".encode()) & 0x7FFFFFFF


def has_other_servers(cr: BaseCursor) -> bool:
    """Return whether other Odoo servers are connected to PostgreSQL, as far as it can tell."""
    processes = [psutil.Process()]
    if config["workers"]:
        processes = psutil.Process(os.getppid()).children(recursive=True)
        processes.append(psutil.Process(os.getppid()))
    cr.execute(
        SQL(
            """
            SELECT 1
              FROM pg_stat_activity
             WHERE application_name ~ '^odoo-[0-9]+$'
               AND (application_name != ALL(%s) OR client_addr IS DISTINCT FROM inet_client_addr())
             LIMIT 1
            """,
            [f"odoo-{process.pid}" for process in processes],
        )
    )
    return bool(cr.fetchall())
