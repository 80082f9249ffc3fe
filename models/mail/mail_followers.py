# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Who is notified of a Telegram message on a record, besides its recipient in Telegram.

* An outgoing message is posted as a note (``mail.mt_note``), which followers do not receive by
  default. A mailing posts its notes without any notification.
* An incoming message is posted as a comment (``mail.mt_comment``). Colleagues who follow the record
  get it in their inbox, if they have one, and once only if it is posted on several records.
* A chat message is never an e-mail, neither to colleagues nor to contacts who follow the record.
  Who wants e-mails gets those of ``unread_emails.py``.
* Posts in a conversation of Discuss notify its members in Discuss, see ``discuss_channel.py``.
"""

from odoo import models

from ...tools.context import get_own_value

# Note or comment: followers do not receive what was sent, and receive what a customer wrote.
SUBTYPES = {"outgoing": "mail.mt_note", "incoming": "mail.mt_comment"}


class MailFollowers(models.Model):
    """Choose the followers whom a Telegram message notifies in their inbox."""

    _inherit = "mail.followers"

    def _get_recipient_data(self, records, message_type, subtype_id, pids=None):
        """Return the recipients of a message, without e-mails for a Telegram message.

        Its recipient gets it in Telegram. Of the other followers, only colleagues with an inbox are
        notified. Those in the context ``telegram_notified_ids`` have the message there already.
        """
        data = super()._get_recipient_data(records, message_type, subtype_id, pids=pids)
        if message_type != "telegram":
            return data
        notified_ids = get_own_value(self.env, "telegram_notified_ids") or ()
        for recipients in data.values():
            for partner_id, recipient in list(recipients.items()):
                is_email = recipient["share"] or recipient["notif"] == "email"
                if partner_id in (pids or ()):
                    recipient["notif"] = "telegram"
                elif is_email or partner_id in notified_ids:
                    del recipients[partner_id]
        return data
