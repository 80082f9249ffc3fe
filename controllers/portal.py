# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.http import request

from odoo.addons.account.controllers.portal import PortalAccount


class TelegramPortal(PortalAccount):
    """Extend the customer portal: invoices by Telegram."""

    def _prepare_my_account_rendering_values(self, *args, **kwargs):
        """Add Telegram to the sending methods if the company has a Telegram account."""
        values = super()._prepare_my_account_rendering_values(*args, **kwargs)
        # sudo: telegram.instance - only whether the company has one
        instances_sudo = request.env["telegram.instance"].sudo()
        company = request.env.company
        if instances_sudo.search_count([("company_id", "parent_of", company.ids)], limit=1):
            values["invoice_sending_methods"]["telegram"] = request.env._("by Telegram")
        return values
