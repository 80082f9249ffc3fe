# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools.actions import get_notification_action
from ...tools.username import parse_username


class TelegramChat(models.Model):
    """Extend ``telegram.chat``: which contact a chat is linked to.

    A chat without a contact gets one in these ways:

    * A user chooses or creates it: ``_link_to_partner``. Operators cannot write chats, but they
      can link each chat that they may read.
    * It is the only contact with the phone number of the chat, else the only one with its
      username: ``_link_partners``. This is not repeated after a user has unlinked the contact.
    * It is written to: ``_link_to_recipient`` for a known chat, ``_get_first_recipient`` for a new
      one.
    * A record is created from its conversation: it gets a new contact
      (``_create_record_from_message``).
    * Another chat of the same person is merged into this one: ``_get_merged_partner``.
    """

    _inherit = "telegram.chat"

    candidate_ids = fields.Many2many(
        "res.partner",
        string="Contacts with This Number",
        compute="_compute_candidate_ids",
        help="Contacts with the phone number of the chat.",
    )
    has_multiple_contacts = fields.Boolean("Several Contacts", compute="_compute_candidate_ids")
    is_saved_messages = fields.Boolean(
        "Saved Messages",
        compute="_compute_is_saved_messages",
        search="_search_is_saved_messages",
        help="The chat of the account with itself.",
    )
    is_unlinked = fields.Boolean(
        "Unlinked by User",
        readonly=True,
        copy=False,
        help="A user has unlinked the contact. The phone number alone creates no new link.",
    )

    # === COMPUTE METHODS === #

    @api.depends("telegram_id", "instance_id.account_chat_id")
    def _compute_is_saved_messages(self):
        for chat in self:
            # sudo: telegram.instance - the ID of the account
            own_id = chat.instance_id.sudo().account_chat_id
            chat.is_saved_messages = bool(own_id) and chat.telegram_id == own_id

    def _search_is_saved_messages(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: telegram.instance - as above
        instances_sudo = self.env["telegram.instance"].sudo().with_context(active_test=False)
        signed_in = instances_sudo.search([("account_chat_id", "!=", False)])
        domain = Domain.OR(
            Domain("instance_id", "=", instance.id)
            & Domain("telegram_id", "=", instance.account_chat_id)
            for instance in signed_in
        )
        return domain if True in value else ~domain

    @api.depends("phone", "company_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_candidate_ids(self):
        partners = self.env["res.partner"]
        for chat in self:
            chat.candidate_ids = chat.phone and partners.search(
                chat._get_partner_domain() & Domain("phone_sanitized", "=", chat.phone)
            )
            chat.has_multiple_contacts = len(chat.candidate_ids) > 1

    # === ACTION METHODS === #

    def action_link_partner(self):
        """Open the dialog that links the chat to a contact."""
        self.ensure_one()
        self._check_operated()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Link to Contact"),
            "res_model": "telegram.link.partner",
            "view_mode": "form",
            "target": "new",
            "context": {"default_chat_id": self.id},
        }

    def action_create_partner(self):
        """Create a contact with the name and the phone number of the chat, link it and open it."""
        self.ensure_one()
        self._check_operated()
        self._check_is_person()
        if self.partner_id:
            raise UserError(
                self.env._(
                    "“%(chat)s” is already linked to %(partner)s. Unlink the contact first.",
                    chat=self.display_name,
                    partner=self.partner_id.display_name,
                )
            )
        return self._create_partner().get_formview_action()

    def action_unlink_partner(self):
        """Unlink the contact from the chat.

        :return: a warning if the contact still has the phone number of the chat; else None
        """
        self._check_operated()
        same = self.filtered(lambda chat: chat.phone == (chat.partner_id.phone_sanitized or ""))
        partner, phone = same.partner_id[:1], same[:1].phone
        # sudo: telegram.chat - users who may read a chat may link it
        self.sudo().write({"partner_id": False, "is_unlinked": True})
        if not partner:
            return None
        message = self.env._(
            "%(partner)s still has the phone number %(phone)s, so messages to this contact go to "
            "the same chat. Remove the number if it belongs to another person.",
            partner=partner.display_name,
            phone=phone,
        )
        return get_notification_action(message, "warning")

    # === BUSINESS METHODS === #

    def _create_partner(self):
        """Create a contact with the name and the addresses of the chat, and link it.

        :return: the ``res.partner``
        """
        self.ensure_one()
        # The company of the chat may not be among those that the user has selected.
        company = self.company_id if self.company_id in self.env.companies else self.env.company
        partner = (
            self.env["res.partner"]
            .with_company(company)
            .create({"name": self.name, **self._get_addresses_for_partner()})
        )
        self._link_to_partner(partner)
        return partner

    def _link_to_partner(self, partner):
        """Link the chat to a contact that a user has chosen, and unarchive that contact.

        :raise AccessError: the user may not see the chat or the contact
        :raise UserError: the contact belongs to another company, the user may not unarchive it, or
            the chat is a group
        """
        self.ensure_one()
        self._check_operated()
        partner.check_access("read")
        self._check_is_person()
        if not partner.filtered_domain(self._get_partner_domain()):
            raise UserError(
                self.env._(
                    "%(partner)s belongs to another company than the chat (%(company)s). Choose "
                    "a contact of that company.",
                    partner=partner.display_name,
                    company=self.company_id.display_name,
                )
            )
        partner._telegram_unarchive()
        # sudo: telegram.chat - users who may read a chat may link it
        values = {"partner_id": partner.id, "is_unlinked": False, "is_former_number": False}
        self.sudo().write(values)
        self._complete_partner(partner)

    def _complete_partner(self, partner):
        """Add the addresses of the chat to a contact that has none of that kind.

        A user who may not edit the contact only links the chat.
        """
        addresses = self._get_addresses_for_partner()
        missing = {field: value for field, value in addresses.items() if not partner[field]}
        if missing and partner.has_access("write"):
            partner.write(missing)

    def _get_addresses_for_partner(self):
        """Return the known addresses of the chat as values of its contact."""
        # GREEN-API may report a username that nobody can enter by hand.
        addresses = {"phone": self.phone, "telegram_username": parse_username(self.username)}
        return {field: value for field, value in addresses.items() if value}

    def _link_partners(self):
        """Link each chat to the contact with its phone number, else with its username.

        It is only linked if there is exactly one.
        """
        self._link_partners_by("phone", "phone_sanitized")
        self._link_partners_by("username", "telegram_username")

    def _link_partners_by(self, chat_field, partner_field):
        """Link each chat to the only contact that has the same address.

        :param str chat_field: field of ``telegram.chat`` with the address
        :param str partner_field: field of ``res.partner`` with the same kind of address
        """
        chats = self.filtered(lambda c: c[chat_field] and not (c.partner_id or c.is_unlinked))
        for of_company in chats.grouped("company_id").values():
            has_address = Domain(partner_field, "in", of_company.mapped(chat_field))
            partners = self.env["res.partner"].search(
                of_company[0]._get_partner_domain() & has_address
            )
            by_address = partners.grouped(partner_field)
            for chat in of_company:
                if len(by_address.get(chat[chat_field], ())) == 1:
                    chat.partner_id = by_address[chat[chat_field]]

    def _unlink_foreign_partner(self):
        """Unlink contacts that belong to another company by now. As superuser.

        The operators of the account could not read the contact, and the users of its company would
        read what the person writes to this one.
        """
        self.filtered(lambda chat: chat._has_foreign_partner()).partner_id = False

    def _link_to_recipient(self, partner):
        """Link the chat to the contact that is written to in it, unless it has a contact."""
        self.ensure_one()
        chat_sudo = self.sudo()  # sudo: telegram.chat - linked by writing, not by editing
        if not chat_sudo.partner_id:
            chat_sudo.partner_id = partner

    @api.model
    def _get_first_recipient(self, partners):
        """Return the contact of a new chat, the first one of those who share the phone number.

        :param list partners: of ``res.partner``
        """
        return partners[0]

    def _get_merged_partner(self, other):
        """Return the contact of ``other`` after this chat was merged into it."""
        return other.partner_id or self.partner_id

    def _get_partner_domain(self):
        """Return the domain of the contacts of the chat's company, including shared ones."""
        self.ensure_one()
        # sudo: res.company - the company of a chat that the user may read
        return Domain("company_id", "=", False) | Domain(
            "company_id", "child_of", self.sudo().company_id.id
        )

    def _check_is_person(self):
        """Check that the chat is with one person.

        :raise UserError: it is a group
        """
        if self.is_group:
            raise UserError(
                self.env._(
                    "“%s” is a group. Only a chat with one person can be linked to a contact.",
                    self.name,
                )
            )


class TelegramInstance(models.Model):
    """Extend ``telegram.instance``: an account that gets another company loses some contacts."""

    _inherit = "telegram.instance"

    def _process_new_company(self, vals):
        """Unlink the contacts that the new company of these accounts may not have.

        :param dict vals: what was written
        """
        if "company_id" in vals:
            # sudo: telegram.chat - all chats of the accounts
            chats_sudo = self.env["telegram.chat"].sudo().with_context(active_test=False)
            linked = [("instance_id", "in", self.ids), ("partner_id.company_id", "!=", False)]
            chats_sudo.search(linked)._unlink_foreign_partner()
