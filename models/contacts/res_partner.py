# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..telegram_chat import PEOPLE


class ResPartner(models.Model):
    """Extend ``res.partner``: Telegram chats of a contact, and the state of its phone number."""

    _inherit = "res.partner"

    # Each message of a chat without a contact searches its phone number here.
    phone_sanitized = fields.Char(index="btree_not_null")
    telegram_chat_ids = fields.One2many("telegram.chat", "partner_id", "Telegram Chats")
    telegram_chat_count = fields.Integer(compute="_compute_telegram_chat_count")
    invoice_sending_method = fields.Selection(selection_add=[("telegram", "by Telegram")])
    telegram_number_state = fields.Selection(
        [
            ("unknown", "Not Checked"),
            ("yes", "On Telegram"),
            ("no", "Not on Telegram"),
        ],
        compute="_compute_telegram_number_state",
    )
    telegram_number_message = fields.Char(
        "Number on Telegram", compute="_compute_telegram_number_state"
    )

    def _compute_telegram_chat_count(self):
        chats, counts = self.env["telegram.chat"], {}
        if chats.has_access("read"):
            domain = [("partner_id", "in", self.ids)]
            counts = dict(chats._read_group(domain, ["partner_id"], ["__count"]))
        for partner in self:
            partner.telegram_chat_count = counts.get(partner, 0)

    @api.model_create_multi
    def create(self, vals_list):
        return super().create(
            [self._add_consent_stamp(self._prepare_telegram_username(vals)) for vals in vals_list]
        )

    def write(self, vals):
        vals = self._add_consent_stamp(self._prepare_telegram_username(vals))
        # sudo: telegram.chat - the chats follow the customer's new salesperson
        chats_sudo = self.env["telegram.chat"].sudo().with_context(active_test=False)
        served = [("partner_id", "child_of", self.ids), ("inbox_state", "!=", False)]
        is_moved = {"parent_id", "user_id"} & vals.keys()
        served_sudo = chats_sudo.search(served) if is_moved else chats_sudo
        former = served_sudo._get_salespeople()
        result = super().write(vals)
        if not vals.get("telegram_consent", True):
            domain = [("partner_id", "in", self.ids)]
            self.env["telegram.mailing"]._process_less_consent(domain)
        if vals.get("company_id"):
            # sudo: telegram.chat - also those of accounts that the user may not see
            linked = [("partner_id", "in", self.ids)]
            chats_sudo.search(linked)._unlink_foreign_partner()
        served_sudo._follow_salesperson(former)
        if {"name", "parent_id", "company_name", "user_id"} & vals.keys():
            # sudo: telegram.chat - the conversation follows each change of the contact
            domain = [("partner_id", "child_of", self.ids), ("channel_id", "!=", False)]
            chats_sudo = chats_sudo.search(domain)
            chats_sudo._update_channels()
            if is_moved:
                chats_sudo._update_channel_members()
        return result

    def unlink(self):
        # sudo: telegram.chat - the conversation follows each change of the contact
        chats_sudo = self.env["telegram.chat"].sudo().with_context(active_test=False)
        chats_sudo = chats_sudo.search(
            [("partner_id", "in", self.ids), ("channel_id", "!=", False)]
        )
        result = super().unlink()
        chats_sudo.invalidate_recordset(["partner_id"])
        chats_sudo._update_channels()
        return result

    def _telegram_get_salesperson(self):
        """Return the salesperson of the contact, else that of its company."""
        return self.user_id or self.commercial_partner_id.user_id

    def _telegram_may_link(self):
        """Return whether the user may link a chat to the contact, which unarchives it."""
        self.ensure_one()
        return self.active or self.has_access("write")

    def _telegram_unarchive(self):
        """Unarchive the contact that a user has chosen for a chat.

        :raise UserError: the contact is archived, and the user may not edit it
        """
        if not self._telegram_may_link():
            raise UserError(self._telegram_get_archived_message())
        self.action_unarchive()

    def _telegram_get_archived_message(self):
        """Return what happens to archived contacts when a chat is linked to them."""
        names = ", ".join(self.mapped("display_name"))
        if self.has_access("write"):
            return self.env._("%s is archived. Linking unarchives the contact.", names)
        return self.env._(
            "%s is archived, and you may not edit the contact. Ask a colleague to unarchive it.",
            names,
        )

    def _is_only_on_telegram(self):
        """Return whether the contact has a Telegram chat, but no e-mail address."""
        self.ensure_one()
        # sudo: telegram.chat - only whether there is one; all contacts are read at once
        chats_sudo = self.sudo().telegram_chat_ids
        return not self.email and any(
            chat.chat_type in PEOPLE and not chat.no_account for chat in chats_sudo
        )

    def action_open_telegram(self):
        """Open the conversation of the contact in Discuss, or the list of its chats."""
        self.ensure_one()
        chats = self.env["telegram.chat"].search([("partner_id", "=", self.id)])
        if not chats:
            raise UserError(self.env._("%s has no Telegram chat that you can access.", self.name))
        if len(chats) == 1:
            return chats.action_open_in_discuss()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Telegram Chats"),
            "res_model": "telegram.chat",
            "views": [[False, "list"], [False, "form"]],
            "domain": [("id", "in", chats.ids)],
        }

    @api.depends("phone_sanitized")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_telegram_number_state(self):
        # The state is that of the number, whether its chat is archived or not.
        chats = self.env["telegram.chat"].with_context(active_test=False)
        found = {}
        if chats.has_access("read"):
            phones = [phone for phone in self.mapped("phone_sanitized") if phone]
            mine = chats.search([("phone", "in", phones)]) if phones else chats
            for chat in mine.sorted(lambda chat: chat._get_known_date() or chat.create_date):
                found[chat.phone] = chat
        for partner in self:
            chat = found.get(partner.phone_sanitized, chats)
            partner.telegram_number_state = chat._get_number_state()
            partner.telegram_number_message = chat._get_number_message()

    def action_check_telegram_number(self):
        """Check whether the phone number of the contact has a Telegram account."""
        return self._check_telegram_number()

    def action_refresh_telegram_number(self):
        """Check the phone number again although the result is known."""
        return self._check_telegram_number(force=True)

    def _check_telegram_number(self, force=False):
        """Check the phone number, and return an action that displays the result.

        :param bool force: whether to check although the result is known
        """
        self.ensure_one()
        self.check_access("read")
        instance = self.env["telegram.instance"]._default()
        phone = self.env["telegram.chat"]._get_phone(self)
        account = instance.check_account(phone, force=force)
        if account.exists:
            who = f"{self.display_name} ({account.username})" if account.username else self.name
            message = self.env._("%s is on Telegram.", who)
        else:
            message = self.env._(
                "The phone number %s is not registered at Telegram, or it is hidden.", phone
            )
        kind = "success" if account.exists else "warning"
        return instance._display_result(message, account, type=kind)

    def action_check_telegram_numbers(self):
        """Open the dialog that checks the phone numbers of several contacts."""
        if not self:
            raise UserError(self.env._("Select contacts first."))
        self.env["telegram.check.numbers"].check_access("create")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Check Numbers"),
            "res_model": "telegram.check.numbers",
            "view_mode": "form",
            "target": "new",
            "context": {"default_partner_ids": self.ids},
        }
