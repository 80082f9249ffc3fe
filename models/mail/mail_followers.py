# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Who is notified of a Telegram message on a record, besides its recipient in Telegram.

* An outgoing message is posted as a note (``mail.mt_note``), which followers do not receive by
  default. A mailing posts its notes without any notification.
* An incoming message is posted as a comment (``mail.mt_comment``). Colleagues who follow the record
  are notified, by e-mail if they prefer that. On the sender's contact, if it has no followers, it
  is posted without any notification.
* Contacts who follow the record never receive an e-mail about a Telegram message.
* Posts in a conversation of Discuss send no e-mail, see ``discuss_channel.py``.
"""

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
