# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models


class TelegramMessage(models.Model):
    """The record that a message was sent from, or that it answers."""

    _inherit = "telegram.message"

    record_name = fields.Char("Record", compute="_compute_record_name", compute_sudo=False)

    # === COMPUTE METHODS === #

    @api.depends("res_model", "res_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_record_name(self):
        for message in self:
            record = message._get_record()
            # A record that the reader may not see keeps its name to itself.
            message.record_name = record.has_access("read") and record.display_name

    def _get_record(self):
        """Return the record that the message was sent from or answers; empty when there is none."""
        self.ensure_one()
        return self._get_records().get(self, self.env["res.partner"])

    def _get_records(self):
        """Return such a record of each message that has one, by the message."""
        ids_by_model = {}
        for message in self:
            if message.res_model in self.env and message.res_id:
                ids_by_model.setdefault(message.res_model, []).append(message.res_id)
        existing = {
            (record._name, record.id): record
            for model, ids in ids_by_model.items()
            for record in self.env[model].browse(ids).exists()
        }
        places = {message: (message.res_model, message.res_id) for message in self}
        return {message: existing[place] for message, place in places.items() if place in existing}

    # === ACTION METHODS === #

    def action_open_record(self):
        """Open the record that the message was sent from or answers."""
        return self._get_record().get_formview_action()
