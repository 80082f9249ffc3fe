# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models


class TelegramGroupRecord(models.TransientModel):
    """The dialog that links a group to a record."""

    _name = "telegram.group.record"
    _inherit = "telegram.wizard.mixin"
    _description = "Link to Record"

    chat_id = fields.Many2one("telegram.chat", required=True, readonly=True, ondelete="cascade")
    record = fields.Reference(
        "_selection_record", compute="_compute_record", store=True, readonly=False, required=True
    )

    @api.model
    def _selection_record(self):
        return self.env["telegram.link.record"]._selection_record()

    @api.depends("chat_id")
    def _compute_record(self):
        for wizard in self:
            record = wizard.chat_id._get_record()
            is_readable = record and record.has_access("read")
            wizard.record = is_readable and f"{record._name},{record.id}"

    def action_link(self):
        """Link the group to the chosen record."""
        self.ensure_one()
        self.chat_id._tie_to_record(self.record)
        return {"type": "ir.actions.act_window_close"}
