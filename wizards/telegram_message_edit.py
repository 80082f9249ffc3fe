# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


class TelegramMessageEdit(models.TransientModel):
    """Changes the text of a message that was sent, or that still waits."""

    _name = "telegram.message.edit"
    _inherit = "telegram.wizard.mixin"
    _description = "Change a Telegram Message"

    message_id = fields.Many2one(
        "telegram.message", required=True, readonly=True, ondelete="cascade"
    )
    text = fields.Text(required=True)

    def action_save(self):
        """Change the message; Telegram shows the new text to everybody in the chat."""
        self.ensure_one()
        self.message_id.edit(self.text)
        return {"type": "ir.actions.act_window_close"}
