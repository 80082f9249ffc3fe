# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Whose chat it may be: contacts that are proposed for a chat without one, each with the reason.

Only a phone number or a username that one contact has links a chat by itself
(``partner_link.py``). All other resemblances are proposals that a user confirms, one by one in
Discuss or many at once in a list. An archived contact with the phone number or the username is
proposed, too: a new contact would be a duplicate of it.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import escape_psql

from ...tools.actions import get_notification_action
from ...tools.arguments import One, takes
from ...tools.username import parse_username
from ..telegram_chat import PEOPLE

PROPOSED = 3  # contacts for one chat
PHONE_RANK = 1  # of the reason that several chats of one account may have for the same contact
NAME_LENGTH = 3  # a shorter name says nothing


class TelegramChat(models.Model):
    """Extend ``telegram.chat`` with the contacts that it may belong to."""

    _inherit = "telegram.chat"

    proposed_partner_id = fields.Many2one(
        "res.partner", "Proposed Contact", compute="_compute_proposed_partner_id"
    )
    proposal_reason = fields.Char("Why", compute="_compute_proposed_partner_id")
    archived_partner_id = fields.Many2one(
        "res.partner",
        "Archived Contact",
        compute="_compute_archived_partner_id",
        help="The archived contact with the phone number or the username of the chat, if no "
        "active contact has it.",
    )

    # === COMPUTE METHODS === #

    @api.depends("partner_id", "phone", "username", "name", "telegram_name", "contact_name")
    @api.depends_context("uid", "allowed_company_ids", "lang")
    def _compute_proposed_partner_id(self):
        proposals = self._find_proposals()
        for chat in self:
            first = next(iter(proposals.get(chat, [])), (False, False))
            chat.proposed_partner_id, chat.proposal_reason = first

    @api.depends("partner_id", "phone", "username")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_archived_partner_id(self):
        archived = self._find_archived_partners()
        for chat in self:
            chat.archived_partner_id = archived.get(chat, False)

    # === ACTION METHODS === #

    def get_proposals(self):
        """Return the contacts that the chat may belong to, the likeliest first.

        :return: list of dict: ``id`` and ``name`` of the contact, ``reason``, a text, and
            ``is_archived``; linking the chat unarchives the contact
        :raise AccessError: the user may not see the chat
        """
        self.ensure_one()
        self._check_operated()
        return [
            {
                "id": partner.id,
                "name": partner.display_name,
                "reason": reason,
                "is_archived": not partner.active,
            }
            for partner, reason in self._find_proposals().get(self, [])
        ]

    @takes(partner=One("res.partner"))
    def link_to_partner(self, partner):
        """Link the chat to a contact. An archived contact is unarchived.

        :param partner: the ``res.partner``
        :raise AccessError: the user may not see the chat or the contact
        :raise UserError: the contact belongs to another company, the user may not unarchive it, or
            the chat is a group
        """
        self._link_to_partner(partner)

    def action_link_proposed(self):
        """Link each chat to the contact that is proposed first, and display a summary."""
        self._check_operated()
        proposed = self.filtered("proposed_partner_id")
        if not proposed:
            raise UserError(
                self.env._(
                    "No contact is proposed for these chats. Choose the contact of each chat, or "
                    "create it."
                )
            )
        unambiguous = proposed._filter_unambiguous()
        linked = unambiguous.filtered(lambda chat: chat.proposed_partner_id._telegram_may_link())
        lines = []
        if doubtful := len(proposed - unambiguous):
            lines.append(
                self.env._(
                    "Chats for which the same contact is proposed: %s. Choose the contact of each.",
                    doubtful,
                )
            )
        if archived := (unambiguous - linked).proposed_partner_id:
            lines.append(archived._telegram_get_archived_message())
        if not linked:
            raise UserError(" ".join(lines))
        archived = linked.proposed_partner_id.filtered(lambda partner: not partner.active)
        for chat in linked:
            chat._link_to_partner(chat.proposed_partner_id)
        if archived:
            lines.insert(0, self.env._("Contacts unarchived: %s.", len(archived)))
        lines.insert(0, self.env._("Chats linked: %s.", len(linked)))
        if others := len(self - proposed):
            lines.append(self.env._("Chats without a proposed contact: %s.", others))
        return get_notification_action(" ".join(lines))

    def action_create_partners(self):
        """Create a contact for each chat without one, and display a summary."""
        self._check_operated()
        strangers = self.filtered(lambda chat: chat._is_stranger())
        for chat in strangers:
            chat._create_partner()
        return get_notification_action(self.env._("Contacts created: %s.", len(strangers)))

    # === BUSINESS METHODS === #

    def _is_stranger(self):
        """Return whether this is a chat with a person who is no contact yet."""
        self.ensure_one()
        return self.chat_type in PEOPLE and not self.is_group and not self.partner_id

    def _filter_unambiguous(self):
        """Return the chats whose proposed contact is proposed for no other one of the account.

        Two persons may have one name. The better reason wins, and a phone number is the same
        person's in each chat.
        """
        unambiguous = self.browse()
        for (_instance, partner), chats in self.grouped(
            lambda chat: (chat.instance_id, chat.proposed_partner_id)
        ).items():
            by_rank = chats.grouped(lambda chat, to=partner: chat._get_reasons(to, [])[0][0])
            best = min(by_rank)
            if best == PHONE_RANK or len(by_rank[best]) == 1:
                unambiguous |= by_rank[best]
        return unambiguous

    def _find_proposals(self):
        """Return the contacts that the chats may belong to, as the current user sees them.

        :return: dict of lists of (``res.partner``, reason) by ``telegram.chat``, the likeliest
            first
        """
        found = {}
        strangers = self.filtered(lambda chat: chat._is_stranger())
        for of_company in strangers.grouped("company_id").values():
            domain = of_company[0]._get_partner_domain()
            partners = self.env["res.partner"].search(domain & of_company._get_resembling_domain())
            archived = of_company._find_archived_partners()
            taken = of_company._find_partners_with_chat(partners.union(*archived.values()))
            for chat in of_company:
                rows = [
                    (rank, partner, reason)
                    for partner in (*partners, *archived.get(chat, ()))
                    for rank, reason in chat._get_reasons(partner, taken)[:1]
                ]
                rows.sort(key=lambda row: row[0])
                found[chat] = [(partner, reason) for _rank, partner, reason in rows[:PROPOSED]]
        return found

    def _find_archived_partners(self):
        """Return the archived contacts with the addresses of the chats, as the current user sees.

        If an active contact has the phone number or the username, the archived one is left out.

        :return: dict of ``res.partner`` by ``telegram.chat``
        """
        found = {}
        strangers = self.filtered(lambda chat: chat._is_stranger())
        partners = self.env["res.partner"].with_context(active_test=False)
        for of_company in strangers.grouped("company_id").values():
            usernames = {chat: parse_username(chat.username) for chat in of_company}
            addresses = Domain("phone_sanitized", "in", of_company._get_phones())
            addresses |= Domain("telegram_username", "in", list(filter(None, usernames.values())))
            same = partners.search(of_company[0]._get_partner_domain() & addresses)
            by_phone = same.grouped("phone_sanitized")
            by_username = same.grouped("telegram_username")
            for chat, username in usernames.items():
                holders = (chat.phone and by_phone.get(chat.phone)) or partners
                holders |= (username and by_username.get(username)) or partners
                if holders and not any(holders.mapped("active")):
                    found[chat] = holders[0]
        return found

    def _get_phones(self):
        return [phone for phone in self.mapped("phone") if phone]

    def _get_resembling_domain(self):
        """Return the domain of contacts that resemble one of these chats, more or less."""
        domain = Domain("phone_sanitized", "in", self._get_phones())
        for chat in self:
            for name in chat._get_person_names():
                domain |= Domain("name", "=ilike", escape_psql(name))
            if username := parse_username(chat.username):
                domain |= Domain("telegram_username", "=", username)
                # As a link such as t.me/name; the reasons tell it from similar ones.
                domain |= Domain("website", "ilike", username.removeprefix("@"))
        return domain

    def _find_partners_with_chat(self, partners):
        """Return the contacts who have a chat of one of these accounts already."""
        chats = self.env["telegram.chat"].with_context(active_test=False)
        domain = Domain("instance_id", "in", self.instance_id.ids)
        domain &= Domain("partner_id", "in", partners.ids)
        return chats.search(domain).partner_id

    def _get_reasons(self, partner, taken):
        """Return why a chat may belong to a contact, the best reason first.

        :param taken: contacts who have a chat already: only a phone number is reason enough
        :return: list of (rank, text)
        """
        self.ensure_one()
        _ = self.env._
        reasons = []
        if self.phone and partner.phone_sanitized == self.phone:
            text = _("Same phone number") if partner.active else _("Archived, same number")
            reasons.append((PHONE_RANK, text))
        if partner in taken:
            return reasons
        username = parse_username(self.username)
        if username in filter(None, (partner.telegram_username, parse_username(partner.website))):
            text = (
                _("Same username %s", username)
                if partner.active
                else _("Archived, same username %s", username)
            )
            reasons.append((2, text))
        if (partner.name or "").casefold() in self._get_person_names():
            reasons.append((3, _("Same name")))
        return reasons

    def _get_person_names(self):
        """Return the names of the person in small letters, also with the last name first."""
        self.ensure_one()
        names = set()
        for name in filter(None, (self.name, self.telegram_name, self.contact_name)):
            words = name.casefold().split()
            if len(name) >= NAME_LENGTH and not any(char.isdigit() for char in name):
                names |= {" ".join(words), " ".join(reversed(words))}
        return names
