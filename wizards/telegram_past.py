# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import fields, models

from ..models.contacts.past import PAST_CHATS_MAX, PAST_MESSAGES_MAX


class TelegramPast(models.TransientModel):
    """Ask how much of the past of an account to import."""

    _name = "telegram.past"
    _inherit = "telegram.wizard.mixin"
    _description = "Import the Past of a Telegram Account"

    instance_id = fields.Many2one(
        "telegram.instance", required=True, readonly=True, ondelete="cascade"
    )
    chat_count = fields.Integer("Latest Chats", default=50, required=True)
    message_count = fields.Integer("Messages of Each Chat", default=50, required=True)
    _chat_count_range = models.Constraint(
        f"CHECK(chat_count BETWEEN 1 AND {PAST_CHATS_MAX})",
        f"The number of chats must be between 1 and {PAST_CHATS_MAX}.",
    )
    _message_count_range = models.Constraint(
        f"CHECK(message_count BETWEEN 1 AND {PAST_MESSAGES_MAX})",
        f"The number of messages must be between 1 and {PAST_MESSAGES_MAX}.",
    )

    def action_import(self):
        """Request the import, which runs in the background."""
        self.ensure_one()
        self.instance_id._request_past(self.chat_count, self.message_count)
        return {
            "type": "ir.actions.client",
            "tag": "soft_reload",
            "next": {"type": "ir.actions.act_window_close"},
        }
