# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models

from .. import const
from ..models.templates.telegram_template import FORMATTING_HELP
from ..tools.actions import get_notification_action
from ..tools.formatting import TYPED, to_marks


class TelegramMessageEdit(models.TransientModel):
    """Edits the text of a message that was sent, or that is queued."""

    _name = "telegram.message.edit"
    _inherit = "telegram.wizard.mixin"
    _description = "Edit a Telegram Message"

    message_id = fields.Many2one(
        "telegram.message", required=True, readonly=True, ondelete="cascade"
    )
    text = fields.Text(
        required=True, compute="_compute_text", compute_sudo=False, store=True, readonly=False
    )
    formatting = fields.Boolean(
        compute="_compute_text",
        compute_sudo=False,
        store=True,
        readonly=False,
        help=FORMATTING_HELP,
    )
    warning = fields.Text(compute="_compute_warning", compute_sudo=False)
    note = fields.Char(compute="_compute_note")

    @api.depends("message_id")
    def _compute_text(self):
        for dialog in self:
            text = dialog.message_id._get_formatted_text()
            dialog.formatting = bool(text.entities)
            dialog.text = to_marks(text, TYPED).text if text.entities else text.text

    @api.depends("text", "formatting")
    def _compute_warning(self):
        for dialog in self:
            instance = dialog.message_id.instance_id
            dialog.warning = instance._get_text_warning(dialog.text or "", dialog.formatting)

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
        is_queued = self.message_id.state == "queued"
        self.message_id.edit(self.text, formatting=self.formatting)
        if is_queued:  # nothing but the queue knows it yet
            return {"type": "ir.actions.act_window_close"}
        message = self.env._("The new text is shown once Telegram has confirmed it.")
        return get_notification_action(message, next_action={"type": "ir.actions.act_window_close"})
