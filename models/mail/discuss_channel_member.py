# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, models
from odoo.exceptions import UserError

from .discuss_channel import is_telegram


class DiscussChannelMember(models.Model):
    """The members of a Telegram conversation are the operators of its account."""

    _inherit = "discuss.channel.member"

    @api.model_create_multi
    def create(self, vals_list):
        members = super().create(vals_list)
        for member in members.filtered(lambda member: is_telegram(member.channel_id)):
            chat = member.channel_id._telegram_get_chat()
            operators = chat._get_operators() if chat else self.env["res.users"]
            if member.partner_id not in operators.partner_id:
                raise UserError(
                    self.env._(
                        "Only operators of the Telegram account take part in its conversations. "
                        "An administrator makes a user an operator under Telegram → Configuration "
                        "→ Instances."
                    )
                )
        return members

    def _notify_typing(self, is_typing):
        """Show the customer, too, that somebody is writing."""
        result = super()._notify_typing(is_typing)
        if is_typing:
            for channel in self.channel_id.filtered(is_telegram):
                channel._telegram_get_chat()._send_typing()
        return result

    def _set_last_seen_message(self, message, notify=True):
        """Mark the chat as read at Telegram, too, when the account is set so."""
        was_seen = self.seen_message_id.id >= message.id
        result = super()._set_last_seen_message(message, notify=notify)
        if is_telegram(self.channel_id) and not was_seen and notify:
            self.channel_id._telegram_get_chat()._mark_read()
        return result
