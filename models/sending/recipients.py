# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from typing import NamedTuple

from psycopg2.errors import UniqueViolation

from odoo import api, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.fields import Domain
from odoo.tools import SQL, clean_context

from ... import const
from ...tools import bulk_insert
from ..telegram_chat import PEOPLE


class Recipient(NamedTuple):
    """Where a message to a contact would go, or why it would not."""

    partner: models.BaseModel  # res.partner
    chat: models.BaseModel  # telegram.chat; empty as long as there is none
    phone: str  # E.164, to make a chat with; may be empty
    reason: str  # code: see TelegramChat._check_recipients; empty when nothing is in the way


class TelegramChat(models.Model):
    """Finding the chat of a contact: the linked one, else the one of its phone."""

    _inherit = "telegram.chat"

    @api.model
    def _check_recipients(self, instance, partners, unique=False):
        """Say for each contact where a message would go, or why it would not.

        Reasons: ``no_phone`` (neither chat nor phone), ``bad_phone`` (it cannot be read),
        ``no_account`` (Telegram knows nobody there), ``opted_out`` (no mailings wanted),
        ``duplicate`` (somebody before has the same chat or phone).

        The number of queries does not grow with that of the contacts.

        :param partners: ``res.partner``
        :param bool unique: whether to look for duplicates
        :return: list of Recipient, in the order of the contacts
        """
        unwanted = self._find_unwanted(partners.mapped("phone_sanitized"))
        recipients, seen = [], set()
        for partner, chat, phone in self._locate(instance, partners):
            reason = self._get_obstacle(partner, chat, phone, unwanted)
            address = chat or phone
            if unique and not reason and address in seen:
                reason = "duplicate"
            seen.add(address)
            recipients.append(Recipient(partner, chat, phone, reason))
        return recipients

    @api.model
    def _locate(self, instance, partners):
        """Return of each contact its chat, empty as long as there is none, and its phone."""
        chats = self._find_by_partner(instance, partners)
        without = partners.filtered(lambda partner: partner.id not in chats)
        by_phone = self._find_by_phone(instance, without.mapped("phone_sanitized"))
        places = []
        for partner in partners:
            phone = partner.phone_sanitized or ""
            chat = chats.get(partner.id) or by_phone.get(phone) or self.browse()
            places.append((partner, chat, phone))
        return places

    @api.model
    def _find_unwanted(self, phones):
        """Return which of these phones in E.164 are blacklisted.

        Not by a search: that would parse every phone once more.
        """
        self.env["phone.blacklist"].flush_model(["number", "active"])
        query = SQL(
            "SELECT number FROM phone_blacklist WHERE active AND number = ANY(%s)",
            [phone for phone in phones if phone],
        )
        return {number for [number] in self.env.execute_query(query)}

    @api.model
    def _get_obstacle(self, partner, chat, phone, unwanted):
        if not chat and not phone:
            return "bad_phone" if partner.phone else "no_phone"
        if chat:
            chat_sudo = chat.sudo()  # sudo: telegram.chat - as in _find_by_partner
            if chat_sudo.no_account:
                return "no_account"
            if chat_sudo.opted_out:
                return "opted_out"
        return "opted_out" if phone in unwanted else ""

    @api.model
    def _find_by_partner(self, instance, partners):
        """Return the chats of contacts by their ids: of each the latest that is still theirs."""
        # sudo: telegram.chat - people reach chats through the instance they operate
        linked_sudo = self.sudo().with_context(active_test=False)
        domain = self._get_people_domain(instance, "partner_id", partners.ids)
        chats = {}
        for chat in linked_sudo.search(domain)._sort_by_use().with_env(self.env):
            chat_sudo = chat.sudo()  # sudo: as above
            if not chat_sudo._is_of_former_phone():
                chats.setdefault(chat_sudo.partner_id.id, chat)
        return chats

    def _is_of_former_phone(self):
        """Say whether the contact has another phone by now, and only the old one led here.

        Somebody who has written from this chat is there, whatever the contact's phone is.
        """
        self.ensure_one()
        phone = self.partner_id.phone_sanitized
        is_answered = self.last_received_date and not self.no_account
        return bool(self.phone and phone and self.phone != phone and not is_answered)

    @api.model
    def _find_by_phone(self, instance, phones):
        """Return the chats of phones in E.164 that are not yet linked to a contact."""
        phones = [phone for phone in phones if phone]
        # A number may have changed hands: the chat of another contact is not this one's.
        domain = self._get_people_domain(instance, "phone", phones) & Domain(
            "partner_id", "=", False
        )
        # sudo: telegram.chat - as in _find_by_partner
        chats_sudo = self.sudo().with_context(active_test=False)
        found = chats_sudo.search(domain)._sort_by_use() if phones else self
        chats = {}
        for chat in found.with_env(self.env):
            chats.setdefault(chat.sudo().phone, chat)  # sudo: as above
        return chats

    def _sort_by_use(self):
        """Put the chats first in which people write; archived ones, and those of numbers that
        have no account, stand back."""
        return self.sorted(lambda chat: (not chat.active, chat.no_account))

    @api.model
    def _get_people_domain(self, instance, field, values):
        people = Domain("instance_id", "=", instance.id) & Domain("chat_type", "in", PEOPLE)
        return people & Domain(field, "in", values)

    @api.model
    def _for_partners(self, instance, partners, places=None):
        """Return the chats to write to contacts, linked to them, and made where there is none.

        :param partners: ``res.partner``, each of them once
        :param list places: what ``_locate`` says of them, if it has just been asked
        :return: dict of ``telegram.chat`` by id of the contact
        :raise UserError: a contact has neither a chat nor a phone that can be read
        """
        chats, new = {}, {}
        for partner, chat, phone in places or self._locate(instance, partners):
            if chat:
                chats[partner.id] = chat
                chat_sudo = chat.sudo()  # sudo: telegram.chat - linked by writing, not by editing
                if not chat_sudo.partner_id:
                    chat_sudo.partner_id = partner
                if not chat_sudo.active:
                    chat_sudo.active = True  # whoever is written to is no matter of the past
            else:
                # Two contacts may share a phone, and so a chat.
                new.setdefault(phone or self._get_phone(partner), []).append(partner)
        made = self._get_or_create_for_phones(instance, new) if new else {}
        for phone, sharing in new.items():
            chats.update({partner.id: made[phone] for partner in sharing})
        return chats

    @api.model
    def _get_or_create_for_phones(self, instance, partners_by_phone, **values):
        """Return the chats in phone form by phone, made where there is none.

        :param dict partners_by_phone: E.164 -> list of ``res.partner``; the first one is linked
        :param values: for new chats, besides the usual ones
        """
        chat_ids = {
            phone: phone.removeprefix("+") + const.PHONE_CHAT_SUFFIX for phone in partners_by_phone
        }
        # sudo: telegram.chat - as in _find_by_partner
        chats_sudo = self.sudo().with_context(clean_context(self.env.context), active_test=False)
        domain = [("instance_id", "=", instance.id), ("telegram_id", "in", list(chat_ids.values()))]
        chats = {chat.telegram_id: chat for chat in chats_sudo.search(domain)}
        vals_list = [
            {
                "name": partners[0].complete_name or partners[0].display_name,
                "telegram_name": partners[0].complete_name or partners[0].display_name,
                "telegram_id": chat_ids[phone],
                "phone": phone,
                "partner_id": partners[0].id,
            }
            for phone, partners in partners_by_phone.items()
            if chat_ids[phone] not in chats
        ]
        common = {
            "chat_type": "user",
            "is_new_contact": True,
            "last_message_date": self.env.cr.now().replace(microsecond=0),
        }
        made = chats_sudo._create_chats(instance, vals_list, **common | values)
        chats |= {vals["telegram_id"]: chat for vals, chat in zip(vals_list, made, strict=True)}
        self.env["res.partner"].invalidate_model(["telegram_chat_ids"], flush=False)
        return {phone: chats[chat_id].with_env(self.env) for phone, chat_id in chat_ids.items()}

    @api.model
    def _create_chats(self, instance, vals_list, **common):
        """Make many chats of an instance: see ``bulk_insert.insert``.

        :raise ConcurrencyError: somebody else has just made one of them
        """
        try:
            return bulk_insert.insert(
                self,
                vals_list,
                active=True,
                instance_id=instance.id,
                **common,
            )
        except UniqueViolation:
            # Only another transaction than ours can see it.
            raise ConcurrencyError("a telegram.chat was just made") from None

    @api.model
    def _for_partner(self, instance, partner):
        """Return the chat to write to one contact: see ``_for_partners``."""
        return self._for_partners(instance, partner)[partner.id]

    @api.model
    def _get_phone(self, partner):
        """Return the phone of a contact in E.164, or raise a UserError that says what to do."""
        if not partner.phone:
            raise UserError(
                self.env._(
                    "%s has neither a Telegram chat nor a phone number. Enter the phone number "
                    "on the contact, in international form (+…).",
                    partner.display_name,
                )
            )
        if not partner.phone_sanitized:
            raise UserError(
                self.env._(
                    "The phone number “%(phone)s” of %(name)s cannot be read. Correct it on the "
                    "contact, in international form (+…), or set the contact's country.",
                    phone=partner.phone,
                    name=partner.display_name,
                )
            )
        return partner.phone_sanitized
