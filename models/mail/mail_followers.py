# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import models


class MailFollowers(models.Model):
    """Choose the followers that a Telegram message notifies by e-mail."""

    _inherit = "mail.followers"

    def _get_recipient_data(self, records, message_type, subtype_id, pids=None):
        """Return the recipients of a message, without e-mails to customers for a Telegram message.

        Its recipient gets it in Telegram. Of the other followers, only colleagues are notified.
        """
        data = super()._get_recipient_data(records, message_type, subtype_id, pids=pids)
        if message_type != "telegram":
            return data
        for recipients in data.values():
            for partner_id, recipient in list(recipients.items()):
                if partner_id in (pids or ()):
                    recipient["notif"] = "telegram"
                elif recipient["share"]:
                    del recipients[partner_id]
        return data
