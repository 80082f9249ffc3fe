# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import models

from odoo.addons.mail.tools.discuss import Store

from ... import const
from ...tools.access import MANAGER


class TelegramInstance(models.Model):
    """Show in Discuss whether an account can send."""

    _inherit = "telegram.instance"

    def _get_store_fields(self):
        """Return the fields that the web client shows of the account of a conversation."""
        return [
            "name",
            Store.Attr("is_archived", lambda instance: not instance.active),
            Store.Attr("is_ready", lambda instance: instance.state == const.STATE_AUTHORIZED),
        ]

    def _send_store(self):
        """Send the state of the accounts to the web clients of their operators.

        Forms of the accounts that are open, also those of administrators, are reloaded.
        """
        managers = self.env.ref(MANAGER).all_user_ids
        for instance in self:
            operators = instance._get_operators()
            for user in operators:
                Store(bus_channel=user).add(instance, self._get_store_fields()).bus_send()
            of_company = managers.filtered(lambda u, to=instance: to.company_id in u.company_ids)
            for user in operators | of_company:
                user._bus_send(const.RECORD_CHANGED, {"model": instance._name, "id": instance.id})
