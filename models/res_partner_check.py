# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError


class ResPartner(models.Model):
    """Whether the number of a contact is on Telegram, as far as that is known."""

    _inherit = "res.partner"

    telegram_number_state = fields.Selection(
        [
            ("unknown", "Not checked"),
            ("yes", "On Telegram"),
            ("no", "Not on Telegram"),
        ],
        compute="_compute_telegram_number_state",
    )
    telegram_number_message = fields.Char(
        "Number on Telegram", compute="_compute_telegram_number_state"
    )

    @api.depends("phone_sanitized")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_telegram_number_state(self):
        chats = self.env["telegram.chat"]
        found = {}
        if chats.has_access("read"):
            phones = [phone for phone in self.mapped("phone_sanitized") if phone]
            mine = chats.search([("phone", "in", phones)]) if phones else chats
            for chat in mine.sorted(lambda chat: chat._get_known_at() or chat.create_date):
                found[chat.phone] = chat
        for partner in self:
            chat = found.get(partner.phone_sanitized, chats)
            partner.telegram_number_state = chat._get_number_state()
            partner.telegram_number_message = chat._describe_number()

    def action_check_telegram_number(self):
        """Ask the service whether the number of the contact is on Telegram."""
        self.ensure_one()
        self.check_access("read")
        instance = self.env["telegram.instance"]._default()
        phone = self.env["telegram.chat"]._get_phone(self)
        force = bool(self.env.context.get("telegram_force"))
        account = instance.check_account(phone, force=force)
        if account.exists:
            who = f"{self.display_name} ({account.username})" if account.username else self.name
            message = self.env._("%s is on Telegram.", who)
        else:
            message = self.env._(
                "There is nobody on Telegram with the number %s, or it is hidden.", phone
            )
        kind = "success" if account.exists else "warning"
        return instance._answer(message, account, type=kind)

    def action_check_telegram_numbers(self):
        """Open the dialog that asks about the numbers of several contacts."""
        if not self:
            raise UserError(self.env._("Choose contacts first."))
        self.env["telegram.check.numbers"].check_access("create")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Check Numbers on Telegram"),
            "res_model": "telegram.check.numbers",
            "view_mode": "form",
            "target": "new",
            "context": {"default_partner_ids": self.ids},
        }
