# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Save results of calls that cannot be repeated, despite concurrent updates."""

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import psycopg2
from psycopg2.errors import UniqueViolation

from odoo import SUPERUSER_ID, api
from odoo.exceptions import ConcurrencyError, UserError
from odoo.models import BaseModel
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.sql_db import BaseCursor
from odoo.tools import SQL

T = TypeVar("T")

ATTEMPTS = 10
# Longest waits between two attempts, in seconds: the first one, which doubles each time, and the
# limit. All nine together take 6.5 seconds at most.
FIRST_WAIT, LONGEST_WAIT = 0.02, 2
# Another transaction changed the same rows first. A new transaction sees them and succeeds.
CONFLICTS = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, UniqueViolation, ConcurrencyError)
# Transactions in which a value is taken already, before that is no conflict but a mistake.
UNIQUE_ATTEMPTS = 4


class _Current(threading.local):
    """The number of the attempt that this thread makes, from 0."""

    attempt = 0


_current = _Current()


def is_conflict(error: Exception) -> bool:
    """Return whether the same may succeed in a new transaction.

    A value may be taken by a transaction that this one does not see. If several new transactions
    find it taken, too, the code is wrong, such as that of an automation rule.
    """
    if isinstance(error, UniqueViolation) and _current.attempt >= UNIQUE_ATTEMPTS:
        return False
    return isinstance(error, CONFLICTS)


class _HideConflicts(logging.Filter):
    """A filter for the log of Odoo's cursors, which calls each failed statement a bad query.

    Of a conflict after which this thread tries again, no line is written.
    """

    def __init__(self) -> None:
        super().__init__()
        self._threads = threading.local()

    def filter(self, record: logging.LogRecord) -> bool:
        is_active = getattr(self._threads, "is_active", False)
        arguments = record.args if isinstance(record.args, tuple) else ()
        return not (is_active and any(isinstance(each, CONFLICTS) for each in arguments))

    @contextmanager
    def active(self) -> Iterator[None]:
        """Hide the conflicts of this thread during the block."""
        was_active = getattr(self._threads, "is_active", False)
        self._threads.is_active = True
        try:
            yield
        finally:
            self._threads.is_active = was_active


_filter = _HideConflicts()
logging.getLogger("odoo.sql_db").addFilter(_filter)
hide_conflicts = _filter.active


def attempts(count: int = ATTEMPTS) -> Iterator[int]:
    """Return the numbers of the attempts, with a growing wait between them.

    The waits are random, so that two transactions that met once do not meet each time. The caller
    has rolled back by then, so no transaction is open during a wait.
    """
    before = _current.attempt
    try:
        for attempt in range(count):
            if attempt:
                time.sleep(random.uniform(0, min(FIRST_WAIT * 2 ** (attempt - 1), LONGEST_WAIT)))
            _current.attempt = attempt
            yield attempt
    finally:
        _current.attempt = before


def write_and_commit(
    env: api.Environment, write: Callable[..., T], *args: Any, processed: int | None = 0
) -> tuple[T, float]:
    """Call ``write`` and commit, again after a concurrent update.

    The result of a call to GREEN-API is known only once, so it has to be saved. For scheduled
    actions only, because the transaction is committed.

    :param write: it writes, and may be called several times
    :param processed: number of rows that count as progress of the scheduled action; None to report
        it later, because storing it takes as long as storing a row
    :return: the result of ``write``, and the remaining time of the scheduled action in seconds
    :raise ConcurrencyError: every attempt met a concurrent update
    """
    for _attempt in attempts():
        try:
            with hide_conflicts():
                result = write(*args)
                env.flush_all()
                if processed is not None:
                    return result, env["ir.cron"]._commit_progress(processed)
                return result, commit(env)
        except CONFLICTS:
            env.cr.rollback()
    raise ConcurrencyError(f"{write.__qualname__}: another transaction was in the way")


def commit(env: api.Environment) -> float:
    """Commit without storing the progress of the scheduled action, which takes two queries.

    :return: the remaining time of the action in seconds, as from ``_commit_progress``
    """
    env.cr.commit()  # pylint: disable=invalid-commit
    ends_at: float = env.context.get("cron_end_time", float("inf"))
    return max(ends_at - time.monotonic(), 0)


@contextmanager
def session_settings(cr: BaseCursor, settings: dict[str, int]) -> Iterator[None]:
    """Change settings of PostgreSQL for all transactions of the block. Commits.

    :param settings: values by name, such as ``lock_timeout``
    """
    for name, value in settings.items():
        cr.execute(SQL("SET %s = %s", SQL.identifier(name), value))
    cr.commit()  # pylint: disable=invalid-commit
    try:
        yield
    except BaseException:
        # A failed transaction can change nothing. Without a connection, nothing has to be changed.
        with suppress(psycopg2.Error):
            cr.rollback()
            _reset_settings(cr, settings)
        raise
    _reset_settings(cr, settings)


def _reset_settings(cr: BaseCursor, settings: dict[str, int]) -> None:
    for name in settings:
        cr.execute(SQL("RESET %s", SQL.identifier(name)))
    cr.commit()  # pylint: disable=invalid-commit


@contextmanager
def own_transaction(records: BaseModel) -> Iterator[BaseModel]:
    """Return the records in superuser mode and in a separate transaction, for a button.

    The result of a call to GREEN-API is committed at the end of the block, even if Odoo rolls back
    or repeats the user's transaction. That one must not have changed the same rows.
    """
    with records.env.registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"lang": records.env.lang})
        yield records.with_env(env)


def write_in_own_transaction(records: BaseModel, write: Callable[[BaseModel], T]) -> T:
    """Call ``write`` with the records in a separate transaction, again after a concurrent update.

    For a button that saves the result of a call to GREEN-API, see ``own_transaction``.

    :param write: it receives the records, writes, and may be called several times
    :return: the result of ``write``
    :raise UserError: every attempt met a concurrent update. Odoo repeats a request after a
        concurrency error, which would call GREEN-API again.
    """
    conflict: Exception | None = None
    for _attempt in attempts():
        try:
            with hide_conflicts(), own_transaction(records) as own:
                return write(own)
        except CONFLICTS as error:
            conflict = error
    raise UserError(
        records.env._(
            "The result could not be saved because of concurrent updates. Check whether the "
            "action was completed before trying again."
        )
    ) from conflict


def write_as_user(records: BaseModel, write: Callable[[BaseModel], T]) -> T:
    """Call ``write`` as ``write_in_own_transaction`` does, with the user's own access rights.

    GREEN-API is not called again when Odoo repeats the user's transaction.
    """
    env = records.env

    def write_with_rights(own: BaseModel) -> T:
        return write(own.with_env(own.env(user=env.uid, context=env.context, su=env.su)))

    return write_in_own_transaction(records, write_with_rights)
