# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The groups of this addon, and the check of who may read a record's name."""

from odoo.models import BaseModel

USER = "telegram_green_api.group_user"
MANAGER = "telegram_green_api.group_manager"


def filter_readable(records: BaseModel) -> BaseModel:
    """Return the records whose names the current user may read.

    Odoo reads display names in superuser mode. Check the access rights of the user anyway.
    Scheduled actions have no user and may read every name.
    """
    return records.sudo(False)._filtered_access("read")
