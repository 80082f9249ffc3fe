# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Times of the service, as Odoo keeps them."""

from datetime import datetime, timezone


def to_datetime(seconds):
    """Give UNIX seconds as the UTC datetime that Odoo stores; False for 0, and for what is none."""
    if not 0 < seconds < 2**33:
        return False
    return datetime.fromtimestamp(seconds, timezone.utc).replace(tzinfo=None)
