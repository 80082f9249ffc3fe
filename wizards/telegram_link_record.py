# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models

# Models with a chatter that messages cannot be linked to.
EXCLUDED_MODELS = ("discuss.channel", "telegram.instance")


class TelegramLinkRecord(models.TransientModel):
    """Link messages to a record, so that they are shown in its chatter."""

    _name = "telegram.link.record"
    _inherit = "telegram.wizard.mixin"
    _description = "Link Telegram Messages to Record"

    message_ids = fields.Many2many("telegram.message", required=True, readonly=True)
    record = fields.Reference(
        "_selection_record", compute="_compute_record", store=True, readonly=False, required=True
    )

    # === COMPUTE METHODS === #

    @api.model
    def _selection_record(self):
        """Return the models with a chatter that the user may read."""
        # sudo: ir.model - only the names; read access to each model is checked below
        models_sudo = (
            self.env["ir.model"]
            .sudo()
            .search([("is_mail_thread", "=", True), ("transient", "=", False)], order="name")
        )
        return [
            (model.model, model.name)
            for model in models_sudo.with_env(self.env).sudo()  # sudo: as above
            if model.model in self.env and self._is_selectable(self.env[model.model])
        ]

    @api.depends("message_ids")
    def _compute_record(self):
        """Compute the record that the messages are linked to, or their contact."""
        for wizard in self:
            message = wizard.message_ids[:1]
            record = message._get_record() or message.partner_id
            is_readable = record and record.has_access("read")
            wizard.record = is_readable and f"{record._name},{record.id}"

    # === ACTION METHODS === #

    def action_link(self):
        """Link the messages to the selected record."""
        self._check_access_to_all()
        self.message_ids._link_to_record(self.record)
        return {"type": "ir.actions.act_window_close"}

    # === BUSINESS METHODS === #

    def _is_selectable(self, model):
        return (
            not model._abstract
            and model._name not in EXCLUDED_MODELS
            and model._auto
            and model.has_access("read")
        )
