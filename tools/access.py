# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The groups of this addon, and names that tell nothing to those who may not read the record."""

USER = "telegram_green_api.group_user"
MANAGER = "telegram_green_api.group_manager"


def filter_named(records):
    """Return those of the records whose names the current user may know.

    Odoo shows the name of what a field points to, and in debug mode that of what it refuses, in
    superuser mode: to everybody. So this asks for the user's own rights also in that mode; who
    is nobody, as a scheduled action, may know all names.
    """
    return records.sudo(False)._filtered_access("read")
