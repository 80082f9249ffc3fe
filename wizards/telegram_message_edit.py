# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models

from ..models.sending.edit_delete import EDIT_HOURS
from ..models.templates.telegram_template import FORMATTING_HELP


class TelegramMessageEdit(models.TransientModel):
    """Edits the text of a message that was sent, or the text and date of one that is queued."""

    _name = "telegram.message.edit"
    _inherit = "telegram.wizard.mixin"
    _description = "Edit a Telegram Message"

    message_id = fields.Many2one(
        "telegram.message", required=True, readonly=True, ondelete="cascade"
    )
    has_text = fields.Boolean(compute="_compute_has_text")
    is_queued = fields.Boolean(compute="_compute_has_text")
    text = fields.Text(compute="_compute_text", compute_sudo=False, store=True, readonly=False)
    scheduled_date = fields.Datetime(
        "Send Later",
        compute="_compute_scheduled_date",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="The message is not sent before this date.",
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
    def _compute_has_text(self):
        for dialog in self:
            dialog.has_text = dialog.message_id._is_text()
            dialog.is_queued = dialog.message_id.state == "queued"

    @api.depends("message_id")
    def _compute_scheduled_date(self):
        for dialog in self:
            dialog.scheduled_date = dialog.message_id.scheduled_date

    @api.depends("message_id")
    def _compute_text(self):
        for dialog in self:
            message = dialog.message_id
            text = message._get_formatted_text()
            dialog.formatting = bool(text.entities)
            dialog.text = message._get_typed_text(text, dialog.formatting)

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
            EDIT_HOURS,
        )

    def action_save(self):
        """Edit the message; Telegram shows the new text to everybody in the chat.

        :raise UserError: the text cannot be sent, or the message cannot be edited any longer
        """
        self.ensure_one()
        message = self.message_id
        if self.scheduled_date != message.scheduled_date:
            message._reschedule(self.scheduled_date)
        if not self.has_text:
            return {"type": "ir.actions.act_window_close"}
        edit = message.edit(self.text, formatting=self.formatting)
        if edit == message:  # it is still queued
            return {"type": "ir.actions.act_window_close"}
        return {
            "type": "ir.actions.client",
            "tag": "telegram_green_api.notification",
            "params": {
                "type": "info",
                "message": self.env._("The new text is sent to Telegram and appears here then."),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
