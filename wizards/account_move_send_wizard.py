# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.invoices.account_move_send import TELEGRAM
from ..models.templates.telegram_template import FORMATTING_HELP


class AccountMoveSendWizard(models.TransientModel):
    """Extends ``account.move.send.wizard`` with the choices for Telegram."""

    _inherit = "account.move.send.wizard"

    telegram_partner_id = fields.Many2one(
        "res.partner",
        "Telegram Recipient",
        compute="_compute_telegram_partner_id",
        store=True,
        readonly=False,
    )
    telegram_instance_id = fields.Many2one(
        "telegram.instance",
        "Telegram Account",
        compute="_compute_telegram_instance_id",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    telegram_instance_count = fields.Integer(compute="_compute_telegram_instance_count")
    telegram_template_id = fields.Many2one(
        "telegram.template",
        domain="[('model', '=', 'account.move'), ('company_id', 'in', (False, company_id))]",
        compute="_compute_telegram_template_id",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    telegram_body = fields.Text(
        "Telegram Message",
        compute="_compute_telegram_body",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    telegram_formatting = fields.Boolean(
        "Formatting",
        compute="_compute_telegram_formatting",
        compute_sudo=False,
        store=True,
        readonly=False,
        help=FORMATTING_HELP,
    )
    telegram_text_warning = fields.Text(
        compute="_compute_telegram_text_warning", compute_sudo=False
    )
    telegram_file_name = fields.Char(compute="_compute_telegram_file_name")
    telegram_changed_chat_id = fields.Many2one(
        "telegram.chat", compute="_compute_telegram_changed_chat_id"
    )
    telegram_changed_message = fields.Char(compute="_compute_telegram_changed_chat_id")
    telegram_change_count = fields.Integer(help="Clicks that have changed the recipient's chat.")
    telegram_problem = fields.Char(compute="_compute_telegram_problem")
    # Prevents sending twice by two users or a double click: the user must have seen the previous
    # message.
    telegram_seen = fields.Integer(compute="_compute_telegram_seen", store=True, readonly=False)

    # === COMPUTE METHODS === #

    @api.depends("move_id")
    def _compute_telegram_partner_id(self):
        for wizard in self:
            move = wizard.move_id
            wizard.telegram_partner_id = move._telegram_get_partners().get(move.id)

    @api.depends("move_id")
    def _compute_telegram_instance_id(self):
        for wizard in self:
            try:
                wizard.telegram_instance_id = wizard.move_id._get_telegram_sender(wizard.company_id)
            except UserError:  # the alerts show it if Telegram is selected
                wizard.telegram_instance_id = False

    @api.depends("company_id")
    def _compute_telegram_instance_count(self):
        instances = self.env["telegram.instance"]
        for wizard in self:
            domain = [("company_id", "parent_of", wizard.company_id.ids)]
            may_see = instances.has_access("read")
            wizard.telegram_instance_count = may_see and instances.search_count(domain, limit=2)

    @api.depends("move_id")
    def _compute_telegram_template_id(self):
        for wizard in self:
            wizard.telegram_template_id = wizard.move_id._get_telegram_template()

    @api.depends("telegram_template_id")
    def _compute_telegram_body(self):
        for wizard in self:
            wizard.telegram_body, _problem = wizard._render_telegram_body()

    @api.depends("telegram_template_id")
    def _compute_telegram_formatting(self):
        for wizard in self:
            wizard.telegram_formatting = wizard.telegram_template_id.formatting

    @api.depends("telegram_body", "telegram_formatting", "telegram_instance_id")
    def _compute_telegram_text_warning(self):
        for wizard in self:
            wizard.telegram_text_warning = wizard.telegram_instance_id._get_text_warning(
                wizard.telegram_body or "", wizard.telegram_formatting
            )

    @api.depends("pdf_report_id")
    def _compute_telegram_file_name(self):
        for wizard in self:
            move = wizard.move_id
            pdf_sudo = move.sudo().invoice_pdf_report_id  # sudo: ir.attachment - its name
            wizard.telegram_file_name = pdf_sudo.name or move._get_invoice_report_filename(
                report=wizard.pdf_report_id
            )

    @api.depends("telegram_partner_id", "telegram_instance_id", "telegram_change_count")
    def _compute_telegram_changed_chat_id(self):
        for wizard in self:
            instance, partner = wizard.telegram_instance_id, wizard.telegram_partner_id
            chats = self.env["telegram.chat"]
            changed = chats._find_changed(instance, partner) if instance else chats
            wizard.telegram_changed_chat_id = changed
            wizard.telegram_changed_message = changed._get_changed_number_message()

    @api.depends("telegram_template_id", "telegram_body")
    def _compute_telegram_problem(self):
        for wizard in self:
            problem = not wizard.telegram_body and wizard._render_telegram_body()[1]
            wizard.telegram_problem = problem

    @api.depends("move_id")
    def _compute_telegram_seen(self):
        for wizard in self:
            # sudo: account.move - only the ID of the message, for any user
            wizard.telegram_seen = wizard.move_id.sudo().telegram_message_id.id

    def _compute_sending_method_checkboxes(self):
        super()._compute_sending_method_checkboxes()
        if not self.env.context.get("telegram_chosen"):
            return
        for wizard in self:
            boxes = wizard.sending_method_checkboxes
            if TELEGRAM in boxes:
                # Also if it cannot be sent: the alerts say why.
                wizard.sending_method_checkboxes = {
                    method: {**box, "checked": method == TELEGRAM} for method, box in boxes.items()
                }

    @api.depends("telegram_partner_id", "telegram_instance_id", "telegram_change_count")
    def _compute_alerts(self):
        return super()._compute_alerts()

    # === BUSINESS METHODS === #

    def _render_telegram_body(self):
        """Return the filled text of the template, and the reason why it cannot be filled."""
        self.ensure_one()
        if not self.telegram_template_id:
            return False, False
        try:
            bodies = self.telegram_template_id._render_bodies(self.move_id)
        except UserError as error:
            return False, str(error)
        messages, formatting = self.env["telegram.message"], self.telegram_template_id.formatting
        return messages._get_typed_text(bodies[self.move_id.id], formatting), False

    def _get_alerts(self, moves, moves_data):
        for wizard in self:
            if wizard.move_id in moves_data and wizard.telegram_instance_id:
                moves_data[wizard.move_id] |= wizard._get_telegram_settings()
        alerts = super()._get_alerts(moves, moves_data)
        for move in moves.filtered(lambda m: TELEGRAM not in moves_data[m]["sending_methods"]):
            # Odoo does not propose the customer's sending method if it cannot be used.
            is_usual = TELEGRAM in self._get_default_sending_methods(move)
            if obstacle := is_usual and self._get_telegram_obstacle(move, {}):
                message = self.env._(
                    "The customer receives invoices by Telegram. %s", obstacle.reason
                )
                alerts["telegram_usual"] = {"level": "info", "message": message}
        return alerts

    def _get_sending_settings(self):
        settings = super()._get_sending_settings()
        if TELEGRAM in settings["sending_methods"]:
            settings |= self._get_telegram_settings()
        return settings

    def _get_telegram_settings(self):
        """Return the data for Telegram, see ``account.move.send``."""
        return {
            "telegram_partner": self.telegram_partner_id,
            "telegram_instance": self.telegram_instance_id,
            "telegram_template": self.telegram_template_id,
            "telegram_body": self.telegram_body or "",
            "telegram_formatting": self.telegram_formatting,
            "telegram_seen": self.telegram_seen,
        }
