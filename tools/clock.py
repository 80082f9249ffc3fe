# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The clock of the database, which all Odoo servers share."""

from datetime import datetime

from odoo.sql_db import BaseCursor


def get_database_time(cr: BaseCursor) -> datetime:
    """Return the present time of the database server, UTC, in whole seconds.

    The clocks of two Odoo servers may differ. So dates that one of them writes and another one
    compares are by this clock. It goes on during a transaction.
    """
    cr.execute("SELECT date_trunc('second', clock_timestamp() AT TIME ZONE 'UTC')")
    now: datetime = cr.fetchall()[0][0]
    return now
