# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError


class TelegramMailingTest(models.TransientModel):
    """The dialog that sends the message of a mailing to the user alone.

    It is filled with the data of one of the recipients, and is no part of the mailing.
    """

    _name = "telegram.mailing.test"
    _inherit = "telegram.once.mixin"
    _description = "Telegram Mailing Test"

    mailing_id = fields.Many2one(
        "telegram.mailing", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Send To",
        required=True,
        default=lambda self: self.env.user.partner_id,
        domain="[('partner_share', '=', False)]",
        help="You, or a colleague with a phone number.",
    )
    res_model = fields.Selection(related="mailing_id.res_model")
    res_id = fields.Many2oneReference(
        "Filled With",
        model_field="res_model",
        compute="_compute_res_id",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="The record whose data fill the placeholders.",
    )

    @api.depends("mailing_id")
    def _compute_res_id(self):
        for test in self:
            test.res_id = test.mailing_id._find_records(limit=1).id

    def action_send(self):
        """Send the message to the chosen colleague.

        :raise UserError: the message cannot be sent
        """
        self.ensure_one()
        return self._act_once("action_send", self._send)

    def _send(self):
        """Queue the message in each of its texts.

        :return: the action that closes the dialog, twice
        """
        mailing = self.mailing_id
        mailing.check_access("write")
        if self.partner_id.partner_share:
            raise UserError(self.env._("Choose a colleague, not a customer."))
        record = self.env[mailing.res_model].browse(self.res_id).exists()
        if not record:
            raise UserError(
                self.env._("There is no record to fill the placeholders with. Choose recipients.")
            )
        record.check_access("read")
        for variant in ("a", "b") if mailing.is_ab_test else ("",):
            self._send_variant(record, variant)
        mailing._mark_tested()
        action = {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("The test is sent to %s.", self.partner_id.display_name),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
        return action, action

    def _send_variant(self, record, variant):
        """Queue one text of the mailing to the colleague.

        :param record: whose data fill the placeholders
        :param str variant: of the text
        """
        mailing = self.mailing_id
        values = mailing._prepare_composer_values(record, variant)
        composer = self.env["telegram.composer"].create(
            {**values, "res_ids": False, "res_id": record.id}
        )
        bodies, problems = composer._render_bodies(record, composer.body or "", mailing)
        if problems:
            raise UserError(problems[record.id])
        self.partner_id._message_telegram(
            bodies[record.id],
            formatting=composer.formatting,
            instance=mailing.instance_id,
            attachments=composer._create_reports() | composer.attachment_ids,
        )
