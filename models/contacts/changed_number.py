# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Contacts whose phone number is no longer that of their chat.

A contact who has answered in a chat stays there, whatever the phone number is now: it may be the
office that moved. It may also be a chat with a wrong person, whose number was corrected. Only the
user knows, so each place that sends warns, with two ways out: write to the new number, or unlink
the chat from the contact.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError


class TelegramChat(models.Model):
    """Extend ``telegram.chat`` with the former phone number of a contact."""

    _inherit = "telegram.chat"
    _protected = {"is_former_number"}

    is_former_number = fields.Boolean(
        "Former Number",
        readonly=True,
        copy=False,
        help="The contact is written to at a new phone number, and no longer in this chat.",
    )

    # === ACTION METHODS === #

    def action_use_new_number(self):
        """Write to the contact at the present phone number from now on. The chat stays linked."""
        self._check_operated()
        # sudo: telegram.chat - users who may read a chat may link it, see partner_link.py
        self.sudo().is_former_number = True

    # === BUSINESS METHODS === #

    @api.model
    def _find_changed(self, instance, partners):
        """Return the chats in which contacts are written to though their phone number has changed.

        :return: the ``telegram.chat`` records that the user may read
        """
        chats = self.union(*self._find_by_partner(instance, partners).values())
        return chats._filtered_access("read")._filter_changed()

    def _filter_changed(self):
        """Return the chats whose phone number is not that of their contact."""
        # sudo: res.partner - only its phone number
        return self.filtered(lambda chat: chat.sudo()._has_changed_number())

    def _get_changed_number_message(self):
        """Return a sentence with both phone numbers; False without a chat."""
        if not self:
            return False
        chat_sudo = self.sudo()  # sudo: as in _filter_changed
        return self.env._(
            "The Telegram chat is with %(chat_phone)s; the contact now has %(phone)s.",
            chat_phone=chat_sudo.phone,
            phone=chat_sudo.partner_id.phone_sanitized or chat_sudo.partner_id.phone,
        )


class ResPartner(models.Model):
    """Extend ``res.partner`` with a warning about chats with a former phone number."""

    _inherit = "res.partner"

    telegram_changed_chat_ids = fields.Many2many(
        "telegram.chat", compute="_compute_telegram_changed_chat_ids"
    )
    telegram_changed_message = fields.Char(compute="_compute_telegram_changed_chat_ids")

    @api.depends(
        "phone",
        "phone_sanitized",
        "telegram_chat_ids.phone",
        "telegram_chat_ids.is_former_number",
    )
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_telegram_changed_chat_ids(self):
        chats = self.env["telegram.chat"]
        changed = chats
        if chats.has_access("read"):
            domain = [("partner_id", "in", self._origin.ids), ("is_former_number", "=", False)]
            found = chats.search([*domain, ("phone", "!=", False)])
            # sudo: telegram.chat - those that are not written to in any case
            used = found.filtered(lambda chat: not chat.sudo()._is_phone_outdated())
            changed = used._filter_changed()
        for partner in self:
            own = changed.filtered(lambda chat, of=partner._origin: chat.partner_id == of)
            partner.telegram_changed_chat_ids = own
            partner.telegram_changed_message = own[:1]._get_changed_number_message()

    def action_use_new_number(self):
        """Write to the contact at the present phone number, and open the composer."""
        self._get_changed_chats().action_use_new_number()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "telegram_green_api.res_partner_action_composer"
        )
        action["context"] = {"default_res_model": self._name, "default_res_id": self.id}
        return action

    def action_unlink_changed_chats(self):
        """Unlink the chats with a former phone number from the contact."""
        self._get_changed_chats().action_unlink_partner()

    def _get_changed_chats(self):
        """Return the chats with a former phone number.

        :raise UserError: there is none that the user may change
        """
        self.ensure_one()
        if not self.telegram_changed_chat_ids:
            raise UserError(
                self.env._("You have no access to a chat with a former number of this contact.")
            )
        return self.telegram_changed_chat_ids
