# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""How long Odoo lets a scheduled action run, and what else its scheduler does."""

import os
import signal
import socket
import threading
import time
import zlib
from weakref import ref

import psutil

from odoo.service.server import cron_database_list
from odoo.sql_db import BaseCursor
from odoo.tools import SQL, config

# Seconds that have to be left for an action to begin: Odoo lets it begin batches for 10 of them.
# Where the limit is short, a third of it, since listening leaves half of it.
MIN_SECONDS = 20
MIN_SHARE = 1 / 3
# The longest pause of a worker between two lists in seconds; Odoo counts it as working time.
WORKER_MAX_PAUSE = 70


class ActionList:
    """A list of ready actions, which a thread or worker of Odoo's scheduler works off.

    Odoo limits the time of the whole list: when it is over, Odoo kills the worker or restarts. So
    the rest of a list can be left to the next one of the thread, which follows when another action
    is triggered. What had its turn in a list whose time was over has none in the next one, if it is
    an action of an account: accounts that are always ready would keep the others from theirs.

    :param BaseCursor cr: by which the actions of the list are locked
    :param ActionList former: the thread's list before, if any
    """

    def __init__(self, cr: BaseCursor, former: "ActionList | None" = None) -> None:
        self._cr = ref(cr)
        self._database = cr.dbname
        self.started = self._get_start(former)  # UNIX time
        self.processor_started = time.process_time()
        self.ended: float | None = None  # UNIX time when its last action so far has ended
        self.is_left = False
        self.done_ids: set[int] = set()  # the IDs of the actions that ran
        # By database: the IDs of the actions that had their turn before the list was left.
        self._had_turn: dict[str, frozenset[int]] = former._had_turn if former else {}
        self.skipped_ids = self._had_turn.pop(self._database, frozenset())

    @staticmethod
    def _get_start(former: "ActionList | None") -> float:
        """Return since when Odoo counts: with workers, since the end of the list before."""
        now = time.time()
        if not config["workers"]:
            return now
        ended = (former and former.ended) or psutil.Process().create_time()
        return max(ended, now - WORKER_MAX_PAUSE)

    @classmethod
    def get(cls, cr: BaseCursor) -> "ActionList":
        """Return the list that this thread works off by a cursor."""
        thread = threading.current_thread()
        current = cls.get_current()
        if current is None or current._cr() is not cr:
            current = cls(cr, current)
            thread.telegram_action_list = current  # type: ignore[attr-defined]
        return current

    @staticmethod
    def get_current() -> "ActionList | None":
        """Return the list that this thread works off."""
        return getattr(threading.current_thread(), "telegram_action_list", None)

    @property
    def is_late(self) -> bool:
        """Whether too little time is left for another action; the first one begins in any case."""
        return bool(self.ended) and any(
            left < min(MIN_SECONDS, limit * MIN_SHARE)
            for left, limit in (
                (get_time_left(), get_time_limit()),
                (get_processor_time_left(), config["limit_time_cpu"]),
            )
        )

    def leave(self) -> None:
        """Leave the rest of the list to the thread's next one of this database."""
        self.is_left = True

    def leave_in_turn(self) -> None:
        """Leave the rest of the list, which comes before those that had their turn."""
        self.leave()
        self._had_turn[self._database] = self.skipped_ids | self.done_ids


def get_time_limit() -> int:
    """Return the seconds that Odoo lets a scheduled action run; 0 if there is no limit."""
    limit: int = config["limit_time_real_cron"]
    # Only for workers, 0 means no limit: the threaded server limits its threads all the same.
    if limit < 0 or not (limit or config["workers"]):
        limit = config["limit_time_real"]
    return max(limit, 0)


def get_time_left() -> float:
    """Return the seconds after which Odoo would end the actions that run in this thread."""
    current = ActionList.get_current()
    started = getattr(threading.current_thread(), "start_time", None)
    if config["workers"] and current:
        started = current.started
    used = time.time() - started if started else 0
    return (get_time_limit() or float("inf")) - used


def get_processor_time_left() -> float:
    """Return the seconds of processor time after which Odoo would end this worker."""
    current = ActionList.get_current()
    if not config["workers"] or not current:
        return float("inf")
    used = time.process_time() - current.processor_started
    return float(config["limit_time_cpu"] - used)


def count_scheduler_threads() -> int:
    """Return how many threads or workers the scheduler of this Odoo server has.

    A thread that waits for actions ends for good when PostgreSQL restarts; workers are replaced.
    """
    if config["workers"]:
        return int(config["max_cron_threads"])
    return sum(getattr(thread, "type", None) == "cron" for thread in threading.enumerate())


def has_other_databases() -> bool:
    """Return whether the scheduler of this Odoo server works for several databases."""
    return len(cron_database_list()) > 1


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
