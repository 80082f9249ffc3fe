# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models

# They have a chatter, and yet nothing of the company's business.
NO_RECORDS = ("discuss.channel", "telegram.instance")


class TelegramLinkRecord(models.TransientModel):
    """The dialog that puts messages on a record."""

    _name = "telegram.link.record"
    _inherit = "telegram.wizard.mixin"
    _description = "Link Telegram Messages to a Record"

    message_ids = fields.Many2many("telegram.message", required=True, readonly=True)
    record = fields.Reference(
        "_selection_record", compute="_compute_record", store=True, readonly=False, required=True
    )

    @api.model
    def _selection_record(self):
        """Give the models with a chatter that the user may read."""
        # sudo: ir.model - their names; which of them the user may read is asked below
        models_sudo = (
            self.env["ir.model"]
            .sudo()
            .search([("is_mail_thread", "=", True), ("transient", "=", False)], order="name")
        )
        return [
            (model.model, model.name)
            for model in models_sudo.with_env(self.env).sudo()  # sudo: as above, by its name
            if model.model in self.env and self._is_offered(self.env[model.model])
        ]

    def _is_offered(self, records):
        return (
            not records._abstract
            and records._name not in NO_RECORDS
            and records._auto
            and records.has_access("read")
        )

    @api.depends("message_ids")
    def _compute_record(self):
        """Propose where the messages stand, else their contact."""
        for wizard in self:
            message = wizard.message_ids[:1]
            record = message._get_record() or message.partner_id
            is_readable = record and record.has_access("read")
            wizard.record = is_readable and f"{record._name},{record.id}"

    def action_link(self):
        """Put the messages on the chosen record."""
        self._check_access_to_all()
        self.message_ids._link_to_record(self.record)
        return {"type": "ir.actions.act_window_close"}
