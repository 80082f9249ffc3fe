# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import models

from .discuss_channel import is_telegram


class DiscussChannelMember(models.Model):
    """Send typing indicators and read marks of a Telegram conversation to the customer."""

    _inherit = "discuss.channel.member"

    def _notify_typing(self, is_typing):
        """Show the customer that an operator is typing."""
        result = super()._notify_typing(is_typing)
        if is_typing:
            for channel in self.channel_id.filtered(is_telegram):
                channel._telegram_get_chat()._send_typing()
        return result

    def _set_last_seen_message(self, message, notify=True):
        """Mark the chat as read in Telegram, if the account is configured so."""
        was_seen = self.seen_message_id.id >= message.id
        result = super()._set_last_seen_message(message, notify=notify)
        if is_telegram(self.channel_id) and not was_seen and notify:
            self.channel_id._telegram_get_chat()._mark_read()
        return result
