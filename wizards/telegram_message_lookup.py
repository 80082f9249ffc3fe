# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


class TelegramMessageLookup(models.TransientModel):
    """Fetch one message from GREEN-API by its ID."""

    _name = "telegram.message.lookup"
    _inherit = "telegram.wizard.mixin"
    _description = "Find Telegram Message by ID"

    instance_id = fields.Many2one(
        "telegram.instance",
        "Account",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env["telegram.instance"].search([], limit=1),
    )
    chat = fields.Char("Chat ID", required=True, help="chatId at GREEN-API.")
    id_message = fields.Char("Message ID", required=True, help="idMessage at GREEN-API.")

    def action_look_up(self):
        """Fetch the message from GREEN-API and display it."""
        self.ensure_one()
        instance = self.instance_id
        instance.check_access("write")
        chat_id, id_message = self.chat.strip(), self.id_message.strip()
        return self.env["telegram.message"]._look_up(instance, chat_id, id_message)
