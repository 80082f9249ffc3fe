# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models

from .. import const


class TelegramMessageEdit(models.TransientModel):
    """Edits the text of a message that was sent, or that is queued."""

    _name = "telegram.message.edit"
    _inherit = "telegram.wizard.mixin"
    _description = "Edit a Telegram Message"

    message_id = fields.Many2one(
        "telegram.message", required=True, readonly=True, ondelete="cascade"
    )
    text = fields.Text(required=True)
    note = fields.Char(compute="_compute_note")

    @api.depends_context("lang")
    def _compute_note(self):
        self.note = self.env._(
            "Telegram allows editing texts for %s hours. The recipient sees the new text and that "
            "it was edited, without another notification.",
            const.EDIT_HOURS,
        )

    def action_save(self):
        """Edit the message; Telegram shows the new text to everybody in the chat."""
        self.ensure_one()
        self.message_id.edit(self.text)
        return {"type": "ir.actions.act_window_close"}
