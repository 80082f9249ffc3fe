# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Writing in a scheduled action what must not get lost."""

from contextlib import contextmanager

from psycopg2.errors import UniqueViolation

from odoo import SUPERUSER_ID, api
from odoo.exceptions import ConcurrencyError, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

ATTEMPTS = 5
# Another transaction was faster; with a fresh look at the database the same work succeeds.
CONFLICTS = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, UniqueViolation, ConcurrencyError)


def write_and_commit(env, write, *args, processed=0):
    """Call ``write`` and commit, again when another transaction was in the way.

    What came out of a call of the service is known only once: it has to be written down. For
    scheduled actions only, since it commits.

    :param write: it writes, and may be called several times
    :param int processed: how much of the scheduled action's work this was
    :return: what ``write`` returns, and the seconds that are left for the scheduled action
    :raise ConcurrencyError: it was in the way every time
    """
    for _attempt in range(ATTEMPTS):
        try:
            result = write(*args)
            env.flush_all()
            return result, env["ir.cron"]._commit_progress(processed)
        except CONFLICTS:
            env.cr.rollback()
    raise ConcurrencyError(f"{write.__qualname__}: another transaction was in the way")


@contextmanager
def own_transaction(records):
    """Give the same records, as the superuser, in a transaction of their own: for a button.

    What comes of asking the service is committed at the end of the block, whatever becomes of the
    user's own transaction, which Odoo may repeat. That one must not have changed the same rows.
    """
    with records.env.registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"lang": records.env.lang})
        yield records.with_env(env)


def write_in_own_transaction(records, write):
    """Call ``write`` with the records in a transaction of their own, see ``own_transaction``;
    again when another transaction was in the way.

    For a button, to keep what came of a call of the service.

    :param write: it takes the records, writes, and may be called several times
    :return: what ``write`` returns
    :raise UserError: another transaction was in the way every time. Not one of the errors for
        which Odoo repeats a request: the service would be asked once more
    """
    for _attempt in range(ATTEMPTS):
        try:
            with own_transaction(records) as own:
                return write(own)
        except CONFLICTS:
            continue
    raise UserError(
        records.env._(
            "Odoo could not write down what came of it: too much else was being written at the "
            "same time. Look what has become of it before you do it again."
        )
    )


def write_as_user(records, write):
    """As ``write_in_own_transaction``, with the user's own rights.

    What the service was asked is not asked again when Odoo repeats the user's transaction.
    """
    env = records.env

    def write_with_rights(own):
        return write(own.with_env(own.env(user=env.uid, context=env.context, su=env.su)))

    return write_in_own_transaction(records, write_with_rights)
