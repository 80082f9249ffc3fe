# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import const


class TelegramComposer(models.TransientModel):
    """Collects what a person writes from a record; ``_message_telegram`` does the rest."""

    _name = "telegram.composer"
    _description = "Write by Telegram"

    res_model = fields.Char("Record Model", required=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", required=True)
    instance_id = fields.Many2one(
        "telegram.instance",
        "From",
        compute="_compute_instance_id",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
    )
    instance_count = fields.Integer(compute="_compute_instance_count")
    partner_id = fields.Many2one(
        "res.partner", "To", compute="_compute_partner_id", store=True, readonly=False
    )
    recipient = fields.Char("Reached At", compute="_compute_recipient")
    warning = fields.Char(compute="_compute_recipient")
    body = fields.Text("Message")

    @api.depends("res_model", "res_id")
    def _compute_instance_id(self):
        for composer in self:
            composer.instance_id = composer._get_record()._telegram_get_instance()

    @api.depends("res_model")
    def _compute_instance_count(self):
        self.instance_count = self.env["telegram.instance"].search_count([], limit=2)

    @api.depends("res_model", "res_id")
    def _compute_partner_id(self):
        for composer in self:
            record = composer._get_record()
            composer.partner_id = record._mail_get_partners()[record.id][:1]

    @api.depends("partner_id", "instance_id")
    def _compute_recipient(self):
        chats = self.env["telegram.chat"]
        for composer in self:
            composer.recipient = composer.warning = False
            if not composer.partner_id:
                composer.warning = self.env._(
                    "This record has no contact to write to. Set its customer first, or choose "
                    "somebody here."
                )
                continue
            try:
                composer.recipient = chats._preview(composer.instance_id, composer.partner_id)
            except UserError as error:
                composer.warning = str(error)
            else:
                if composer.instance_id.state != const.STATE_AUTHORIZED:
                    composer.warning = self.env._(
                        "The Telegram account does not work just now. The message waits, and goes "
                        "out by itself when an administrator has brought the account back."
                    )

    def _get_record(self):
        self.ensure_one()
        return self.env[self.res_model].browse(self.res_id)

    def action_send(self):
        """Queue the message and show it on the record."""
        self.ensure_one()
        self._get_record()._message_telegram(
            self.body, partner=self.partner_id, instance=self.instance_id
        )
        return {"type": "ir.actions.act_window_close"}
