# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import fields

from .. import const


def find_overdue(records, link, days_field, domain=(), date_field="create_date"):
    """Find records that are older than what they belong to keeps them, of all companies.

    :param records: of the model to look in
    :param str link: many2one to what they belong to: an instance, or a partner
    :param str days_field: there, with the days; 0 keeps them for ever
    :param domain: of the records that may be removed
    :return: the records in superuser mode, at most ``const.REMOVED_AT_ONCE``
    """
    # sudo: the cleaning of all companies
    found = records.sudo().browse()
    keepers_sudo = found.env[found._fields[link].comodel_name].with_context(active_test=False)
    for keeper_sudo in keepers_sudo.search([(days_field, ">", 0)]):
        limit = fields.Datetime.now() - timedelta(days=keeper_sudo[days_field])
        overdue = [(link, "=", keeper_sudo.id), (date_field, "<", limit), *domain]
        found |= found.search(overdue, limit=const.REMOVED_AT_ONCE - len(found), order="id")
        if len(found) >= const.REMOVED_AT_ONCE:
            break
    return found
