# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Locks that belong to a session of PostgreSQL, whose end releases them.

Unlike the lock of a row, such a lock outlasts commits. No process can keep it without its
connection, so what is written over the connection is written by its owner.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg2
from psycopg2.errors import LockNotAvailable

from odoo.sql_db import BaseCursor
from odoo.tools import SQL


@contextmanager
def hold(cr: BaseCursor, kind: int, key: int, wait: float = 0) -> Iterator[bool]:
    """Hold a lock until the end of the block; give whether it could be obtained.

    A session may hold a lock several times. After an exception, the transaction is rolled back.

    :param kind: of the lock, one of const.LOCK_…
    :param key: which lock of this kind
    :param wait: seconds to wait for another owner, who can see that in ``get_keys``
    """
    is_held = _wait_for(cr, kind, key, wait) if wait else bool(try_lock(cr, kind, [key]))
    try:
        yield is_held
    except BaseException:
        if is_held:
            # A failed transaction cannot unlock. Without a connection there is no lock anyway.
            with suppress(psycopg2.Error):
                cr.rollback()
                unlock(cr, kind, [key])
        raise
    if is_held:
        unlock(cr, kind, [key])


def try_lock(cr: BaseCursor, kind: int, keys: list[int]) -> list[int]:
    """Obtain locks that are free; return their keys."""
    cr.execute(
        SQL(
            "SELECT key FROM unnest(%s::integer[]) AS key WHERE pg_try_advisory_lock(%s, key)",
            keys,
            kind,
        )
    )
    return [key for (key,) in cr.fetchall()]


def unlock(cr: BaseCursor, kind: int, keys: list[int]) -> None:
    """Release locks of this session."""
    cr.execute(
        SQL("SELECT pg_advisory_unlock(%s, key) FROM unnest(%s::integer[]) AS key", kind, keys)
    )


def get_keys(cr: BaseCursor, kind: int, *, granted: bool) -> list[int]:
    """Return the keys of all locks of a kind in this database.

    :param granted: True for the locks that are held, False for those that someone waits for
    """
    cr.execute(
        SQL(
            """
            SELECT objid::bigint
              FROM pg_locks
             WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2 AND granted = %s
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """,
            kind,
            granted,
        )
    )
    return [key for (key,) in cr.fetchall()]


def count_holders(cr: BaseCursor, kind: int, key: int) -> int:
    """Return how many databases of the PostgreSQL server have an owner of this lock."""
    cr.execute(
        SQL(
            """
            SELECT count(*)
              FROM pg_locks
             WHERE locktype = 'advisory' AND classid = %s AND objid = %s AND objsubid = 2
               AND granted
            """,
            kind,
            key,
        )
    )
    return int(cr.fetchall()[0][0])


def _wait_for(cr: BaseCursor, kind: int, key: int, seconds: float) -> bool:
    try:
        with cr.savepoint(flush=False):
            cr.execute(SQL("SET LOCAL lock_timeout = %s", int(seconds * 1000)))
            cr.execute(SQL("SELECT pg_advisory_lock(%s, %s)", kind, key), log_exceptions=False)
            cr.execute(SQL("SET LOCAL lock_timeout TO DEFAULT"))
    except LockNotAvailable:
        return False
    return True
