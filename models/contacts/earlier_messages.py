# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import models
from odoo.fields import Domain

from ... import const

POSTED = 20  # messages of the chat that a contact shows after it was linked


class TelegramChat(models.Model):
    """Extend ``telegram.chat``: a contact shows what was written before it was linked."""

    _inherit = "telegram.chat"

    def _post_earlier_messages(self):
        """Post the last messages of the chats on their contacts, without notifying anyone.

        If only the salesperson sees a chat, its messages stay there: see ``_post_on_records``.
        """
        for chat in self:
            partner = chat.partner_id
            if partner and chat.last_message_date and not chat.restricted_user_id:
                chat._get_earlier_messages()._log_on_record(partner)

    def _get_earlier_messages(self):
        """Return the last messages of the chat in the order in which they were written."""
        self.ensure_one()
        domain = Domain("chat_id", "=", self.id) & Domain("target_message_id", "=", False)
        domain &= Domain("type_message", "not in", const.CHANGE_KINDS)
        # sudo: telegram.message - users who may link a chat may read its messages
        messages_sudo = self.env["telegram.message"].sudo()
        latest = messages_sudo.search(domain, order="date desc, id desc", limit=POSTED)
        return latest.sorted(lambda message: (message.date, message.id))
