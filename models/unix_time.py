# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""Times of the service, as Odoo keeps them."""

from datetime import datetime, timezone


def to_datetime(seconds):
    """Give UNIX seconds as the UTC datetime that Odoo stores; False for 0, which says nothing."""
    return bool(seconds) and datetime.fromtimestamp(seconds, timezone.utc).replace(tzinfo=None)
