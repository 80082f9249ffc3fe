# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The clock of the database, which all Odoo servers share, and dates as users read them."""

from datetime import datetime

from odoo.api import Environment
from odoo.sql_db import BaseCursor
from odoo.tools import format_datetime


def get_database_time(cr: BaseCursor) -> datetime:
    """Return the present time of the database server, UTC, in whole seconds.

    The clocks of two Odoo servers may differ. So dates that one of them writes and another one
    compares are by this clock. It goes on during a transaction.
    """
    cr.execute("SELECT date_trunc('second', clock_timestamp() AT TIME ZONE 'UTC')")
    now: datetime = cr.fetchall()[0][0]
    return now


def format_short_datetime(env: Environment, value: datetime) -> str:
    """Return a date (UTC) as a text in the language and time zone of the context.

    Odoo's function takes the time zone of the current user, who is not the reader when a scheduled
    action writes.
    """
    text: str = format_datetime(env, value, tz=env.context.get("tz") or False, dt_format="short")
    return text
