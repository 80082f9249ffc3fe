# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Who receives a message from a record: record, then contact, then chat.

The contact of a record is that of ``_telegram_get_partners``; a user may choose others in the
composer. The chat of a contact is that of ``_find_recipients``: the chat linked to the
contact, else the one of the contact's phone number, else the one of the contact's username. A
missing chat is created. The username is used, too, if the phone number has no Telegram account.

A record, its contact and the account belong to one company: ``_telegram_check_instance`` and
``_check_partner_id``. A person with several addresses is one recipient: ``find_twin``. The first
one gets the message, in mass sending the one with a chat; only records of another kind than
contacts may repeat a person. When writing to many, a contact is left out who wants no mailings, has
not agreed to them, or whose phone number has no Telegram account. A rule and a selection in a list
are such writing, even if there is one contact. A message to one contact alone is sent all the same,
except invoices: never without a Telegram account, and to those who want no mailings only if the
user has seen the dialog.

A group takes the place of the contact if the caller or the user chooses one. For a record without a
contact, the composer proposes the group if the account is in exactly one that is linked to the
record; a program gets a UserError. A rule writes to the group only if it is set to do so, and to
nobody unless the account is in exactly one.
"""

from typing import NamedTuple

from psycopg2.errors import UniqueViolation

from odoo import api, models
from odoo.exceptions import ConcurrencyError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, clean_context

from ...tools import bulk_insert
from ...tools.phone import is_same_phone, to_chat_id
from ...tools.username import is_username
from ..telegram_chat import PEOPLE


class Recipient(NamedTuple):
    """The chat or the address of a contact, or why the contact cannot be reached."""

    partner: models.BaseModel  # res.partner
    chat: models.BaseModel  # telegram.chat; empty as long as there is none
    address: str  # phone number (E.164) or username to create a chat with; may be empty
    reason: str = ""  # code of TelegramChat._get_unreachable_reasons; empty if reachable
    twin: str = ""  # name of the recipient who is the same person, set by the caller


def get_addresses(recipient, record):
    """Return the addresses of a person, by which others are recognized as the same one.

    :param recipient: a tuple with ``chat`` and ``address``
    :param record: its ``res.partner`` or ``telegram.chat``
    :return: list of str
    """
    # An empty chat costs nothing: of thousands of new contacts, none has one.
    chat_sudo = recipient.chat and recipient.chat.sudo()  # sudo: telegram.chat - only compared
    is_partner = record._name == "res.partner"
    own_username = record.telegram_username if is_partner else ""
    own_phone = record.phone_sanitized if is_partner else ""
    address = chat_sudo.phone or own_phone or recipient.address
    addresses = [
        chat_sudo.telegram_id,
        address and to_chat_id(address),
        chat_sudo.username or own_username,
    ]
    return list(filter(None, addresses))


def find_twin(known, recipient, record):
    """Return the earlier record of the same person, and remember the addresses of this one.

    A chat, its phone number and its username are addresses of one person. Those of a contact count
    for a chat whose own ones are hidden.

    :param dict known: the first record by address; it is updated
    :param recipient: a tuple with ``chat`` and ``address``
    :param record: what to return for a later recipient of the same person, a ``res.partner`` or a
        ``telegram.chat``
    :return: the earlier record, or None
    """
    addresses = get_addresses(recipient, record)
    twin = next((known[address] for address in addresses if address in known), None)
    for address in addresses:
        known.setdefault(address, twin or record)
    return twin


class MailThread(models.AbstractModel):
    """Choose the contact to whom a Telegram message from a record is sent."""

    _inherit = "mail.thread"

    def _telegram_get_partners(self):
        """Return the contact of each record: the first one that Odoo would send an e-mail to.

        Colleagues come last, such as the organizer of an appointment.

        :return: dict of ``res.partner`` by id of the record, empty if it has no contact
        """
        return {
            res_id: (partners.filtered("partner_share") or partners)[:1]
            for res_id, partners in self._mail_get_partners().items()
        }

    def _telegram_get_partner(self):
        """Return the contact of this record.

        :raise UserError: it has none
        """
        self.ensure_one()
        partner = self._telegram_get_partners()[self.id]
        if not partner:
            raise UserError(
                self.env._(
                    "“%s” has no contact. Set its customer or contact first.",
                    self.display_name,
                )
            )
        return partner

    def _telegram_sort_partners(self, partners):
        """Return the contacts chosen for this record, with the record's own one first.

        If several contacts are one person, the first one receives the message.
        """
        own = partners & self._telegram_get_partners().get(self.id, partners.browse())
        return own | partners

    def _telegram_check_instance(self, instance):
        """Check that the user may use the account, and that it is of the records' company."""
        instance._check_may_send()
        others = self._telegram_filter_other_companies(instance)
        if others:
            raise UserError(
                self.env._(
                    "“%(record)s” belongs to another company than the Telegram account "
                    "“%(instance)s” (%(company)s). Choose an account of the record's company.",
                    record=others[0].display_name,
                    instance=instance.display_name,
                    company=instance.company_id.display_name,
                )
            )

    def _telegram_filter_other_companies(self, instance):
        """Return the records that belong neither to the instance's company nor to its branches."""
        field = self._mail_get_company_field()
        # sudo: res.company, twice - the user may have access to a branch only
        company_sudo = instance.sudo().company_id
        others = self[field].sudo() if field else company_sudo.browse()
        others = others.filtered(lambda company: company_sudo not in company.parent_ids)
        return self.filtered(lambda record: record[field] in others) if others else self.browse()


class TelegramChat(models.Model):
    """Extend ``telegram.chat`` with finding or creating the chat of a contact."""

    _inherit = "telegram.chat"

    # === CONSTRAINT METHODS === #

    @api.constrains("partner_id", "instance_id")
    def _check_partner_id(self):
        """Check that the contact belongs to the company of the account or a branch of it."""
        for chat in self.sudo():  # sudo: res.company - the parent companies of a branch
            company = chat.partner_id.company_id
            if chat._has_foreign_partner():
                raise ValidationError(
                    self.env._(
                        "The contact “%(partner)s” belongs to the company %(company)s, but the "
                        "Telegram account belongs to %(own)s. Choose a contact of that company.",
                        partner=chat.partner_id.display_name,
                        company=company.display_name,
                        own=chat.company_id.display_name,
                    )
                )

    def _has_foreign_partner(self):
        """Return whether the contact belongs to another company than the account. As superuser."""
        self.ensure_one()
        company = self.partner_id.company_id
        return bool(company) and self.company_id not in company.parent_ids

    # === WHO CAN BE REACHED === #

    @api.model
    def _check_recipients(self, instance, partners, needs_consent=True):
        """Return for each contact where a message would go, or why it cannot be reached.

        The number of queries does not grow with the number of contacts.

        :param partners: ``res.partner``
        :param bool needs_consent: whether the company's setting for mailings applies; not to
            invoices and to what a rule writes
        :return: list of Recipient, in the order of the contacts
        """
        recipients = self._find_recipients(instance, partners)
        opted_out = self._find_opted_out(recipients)
        without_consent = self._find_without_consent(instance, partners) if needs_consent else set()
        own_phone = instance.sudo().account_phone  # sudo: telegram.instance - only compared
        checked = []
        for recipient in recipients:
            if own_phone and own_phone == self._get_recipient_phone(recipient):
                reason = "own_number"
            else:
                reason = self._get_unreachable_reason(recipient, opted_out, without_consent)
            checked.append(recipient._replace(reason=reason))
        return checked

    @api.model
    def _get_recipient_phone(self, recipient):
        """Return the phone number of a recipient, in E.164; empty if it is not known."""
        # sudo: telegram.chat - as in _find_by_partner
        phone = recipient.chat and recipient.chat.sudo().phone
        return phone or ("" if is_username(recipient.address) else recipient.address)

    @api.model
    def _find_opted_out(self, recipients):
        """Return the contacts that want no mailings at one of their addresses.

        These are all chats of the contact, its phone number and username, and the phone number, the
        Telegram ID and the username of its chat, with all accounts.

        :param list recipients: result of ``_find_recipients``
        :return: set of IDs
        """
        names = ("phone", "telegram_id", "username")
        chats_sudo = self.sudo()  # sudo: telegram.chat - as in _find_by_partner
        addresses = {}
        for partner, chat, address, *_reason in recipients:
            own = {("phone", partner.phone_sanitized), ("username", partner.telegram_username)}
            own.add(("username" if is_username(address) else "phone", address))
            if chat:  # reading an empty one takes time, too
                chat_sudo = chats_sudo.browse(chat.id)
                own.update((name, chat_sudo[name]) for name in names)
            addresses[partner.id] = {(name, value) for name, value in own if value}
        known = set().union(*addresses.values())
        values = {name: [value for key, value in known if key == name] for name in names}
        domain = self._get_person_domain(list(addresses), **values)
        chats_sudo = chats_sudo.with_context(active_test=False)
        chats_sudo = chats_sudo.search(domain & Domain("opted_out", "=", True))
        unwanted = {("phone", phone) for phone in self._find_blacklisted(values["phone"])}
        unwanted |= {(name, chat[name]) for chat in chats_sudo for name in names if chat[name]}
        contact_ids = set(chats_sudo.partner_id.ids)
        return {
            partner_id
            for partner_id, own in addresses.items()
            if partner_id in contact_ids or own & unwanted
        }

    @api.model
    def _find_blacklisted(self, phones):
        """Return which of these phone numbers in E.164 are blacklisted, as a set.

        By SQL: a search would parse every phone number once more.
        """
        self.env["phone.blacklist"].flush_model(["number", "active"])
        query = SQL(
            "SELECT number FROM phone_blacklist WHERE active AND number = ANY(%s)",
            [phone for phone in phones if phone],
        )
        return {number for [number] in self.env.execute_query(query)}

    @api.model
    def _get_unreachable_reason(self, recipient, opted_out, without_consent):
        """Return the code of why a contact cannot be reached, empty if it can.

        :param set opted_out: of ``_find_opted_out``
        :param set without_consent: of ``_find_without_consent``
        """
        partner, chat = recipient.partner, recipient.chat
        if not chat and not recipient.address:
            return "bad_phone" if partner.phone else "no_phone"
        if chat and chat.sudo().no_account:  # sudo: telegram.chat - as in _find_by_partner
            return "no_account"
        if partner.id in opted_out:
            return "opted_out"
        return "no_consent" if partner.id in without_consent else ""

    @api.model
    def _get_unreachable_reasons(self):
        """Return the reasons for which a contact cannot be reached, as texts by code.

        "duplicate" is for callers that write to each person once only.
        """
        _ = self.env._
        return {
            "no_phone": _("Neither a Telegram chat nor a phone number or username"),
            "bad_phone": _("The phone number cannot be read"),
            "no_account": _("No Telegram account"),
            "opted_out": _("Wants no mailings"),
            "no_consent": _("Has not agreed to mailings"),
            "own_number": _("The phone number of the Telegram account itself"),
            "duplicate": _("Already in the list: the same chat or phone number"),
        }

    @api.model
    def _get_reason_text(self, recipient, reasons):
        """Return why a recipient is left out; a duplicate names the recipient who gets the message.

        :param recipient: a tuple with ``reason`` and ``twin``
        :param dict reasons: texts by code
        """
        if recipient.twin:
            return self.env._(
                "Already in the list: the same chat or phone number as %s", recipient.twin
            )
        return reasons.get(recipient.reason, recipient.reason)

    @api.model
    def _get_unreachable_message(self, code):
        """Return the sentence of a reason, with what to do about it."""
        reason = self._get_unreachable_reasons()[code]
        advice = {
            "no_phone": self.env._(
                "Enter the phone number on the contact, in international form (+…), or the "
                "Telegram username."
            ),
            "bad_phone": self.env._(
                "Correct it on the contact, in international form (+…), or set the contact's "
                "country."
            ),
        }.get(code, "")
        return f"{reason}. {advice}".strip()

    @api.model
    def _get_phone(self, partner):
        """Return the phone number of a contact in E.164.

        :raise UserError: the contact has none, or one that cannot be read
        """
        if not partner.phone_sanitized:
            code = "bad_phone" if partner.phone else "no_phone"
            name = partner.display_name
            if partner.phone:
                name = f"{name} ({partner.phone})"
            raise UserError(
                self.env._(
                    "%(name)s: %(reason)s", name=name, reason=self._get_unreachable_message(code)
                )
            )
        return partner.phone_sanitized

    # === FINDING CHATS === #

    @api.model
    def _find_recipients(self, instance, partners):
        """Return the chat and the address of each contact, whether it may be written to or not.

        :return: list of Recipient without reasons, in the order of the contacts
        """
        chats = self._find_by_partner(instance, partners)
        without = partners.filtered(lambda partner: partner.id not in chats)
        by_phone = self._find_by_phone(instance, without.mapped("phone_sanitized"))
        named = partners.filtered("telegram_username")
        by_username = self._find_by_username(instance, named.mapped("telegram_username"))
        recipients = []
        for partner in partners:
            address, username = partner.phone_sanitized or "", partner.telegram_username
            chat = chats.get(partner.id) or by_phone.get(address) or self.browse()
            # sudo: telegram.chat - as in _find_by_partner
            is_usable = chat and not chat.sudo().no_account
            if username and not is_usable and (other := by_username.get(username)):
                chat = other
            elif username and not is_usable and (chat or not address):
                chat, address = self.browse(), username
            recipients.append(Recipient(partner, chat, address))
        return recipients

    @api.model
    def _find_by_partner(self, instance, partners):
        """Return the latest chat of each contact that is still the contact's.

        :return: dict of ``telegram.chat`` by id of the contact
        """
        # sudo: telegram.chat - users reach chats through the account they operate
        linked_sudo = self.sudo().with_context(active_test=False)
        domain = self._get_private_domain(instance, "partner_id", partners.ids)
        chats = {}
        for chat in linked_sudo.search(domain)._sort_by_use().with_env(self.env):
            chat_sudo = chat.sudo()  # sudo: as above
            if not (chat_sudo._is_phone_outdated() or chat_sudo._is_username_outdated()):
                chats.setdefault(chat_sudo.partner_id.id, chat)
        return chats

    def _is_phone_outdated(self):
        """Return whether this chat was only found by a former phone number of its contact.

        A contact who has written from this chat is there, whatever the phone number is now, unless
        a user has chosen the new number.
        """
        self.ensure_one()
        is_answered = self.last_received_date and not self.no_account
        return self._has_changed_number() and (self.is_former_number or not is_answered)

    def _has_changed_number(self):
        """Return whether the contact has another phone number than this chat.

        It may be one that cannot be read, such as a national number of an unknown country.
        """
        self.ensure_one()
        phone = self.partner_id.phone_sanitized or self.partner_id.phone
        return bool(self.phone and phone and not is_same_phone(self.phone, phone))

    def _is_username_outdated(self):
        """Return whether this chat was only found by a former username of its contact."""
        self.ensure_one()
        current, known = self.partner_id.telegram_username, self.username
        return bool(current and known and current != known and not self.last_received_date)

    @api.model
    def _find_by_phone(self, instance, phones):
        """Return the chats of phone numbers in E.164 that are not linked to a contact.

        All contacts of a number share a chat in phone form (``_get_or_create_for_addresses``).

        :return: dict of ``telegram.chat`` by phone number
        """
        phones = [phone for phone in phones if phone]
        # A number may have a new owner: the chat of another contact is not this one's.
        domain = self._get_private_domain(instance, "phone", phones) & Domain(
            "partner_id", "=", False
        )
        # sudo: telegram.chat - as in _find_by_partner
        chats_sudo = self.sudo().with_context(active_test=False)
        found = chats_sudo.search(domain)._sort_by_use() if phones else self
        chats = {}
        for chat in found.with_env(self.env):
            chats.setdefault(chat.sudo().phone, chat)  # sudo: as above
        return chats

    @api.model
    def _find_by_username(self, instance, usernames):
        """Return the chats of usernames that are not linked to a contact.

        :param list usernames: in normal form
        :return: dict of ``telegram.chat`` by username
        """
        if not usernames:
            return {}
        # As with a phone number: the chat of another contact is not this one's.
        domain = self._get_private_domain(instance, "username", usernames)
        domain &= Domain("partner_id", "=", False)
        # sudo: telegram.chat - as in _find_by_partner
        chats_sudo = self.sudo().with_context(active_test=False)
        chats = {}
        for chat in chats_sudo.search(domain)._sort_by_use():
            chats.setdefault(chat.username, chat.with_env(self.env))
        return chats

    def _sort_by_use(self):
        """Return the chats with archived ones, and those without an account, at the end."""
        return self.sorted(lambda chat: (not chat.active, chat.no_account))

    @api.model
    def _get_private_domain(self, instance, field, values):
        """Return the domain of private chats of an account whose field has one of the values."""
        private = Domain("instance_id", "=", instance.id) & Domain("chat_type", "in", PEOPLE)
        return private & Domain(field, "in", values)

    # === CREATING CHATS === #

    @api.model
    def _get_or_create_for_partner(self, instance, partner):
        """Return the chat of one contact: see ``_get_or_create_for_partners``."""
        return self._get_or_create_for_partners(instance, partner)[partner.id]

    @api.model
    def _get_or_create_for_partners(self, instance, partners, recipients=None):
        """Return the chats of contacts, linked to them, and create those that are missing.

        :param partners: ``res.partner``, each of them once
        :param list recipients: result of ``_find_recipients``, if it was just called
        :return: dict of ``telegram.chat`` by id of the contact
        :raise UserError: a contact has neither a chat, a username nor a readable phone number
        """
        chats, new = {}, {}
        recipients = recipients or self._find_recipients(instance, partners)
        for partner, chat, address, *_reason in recipients:
            if chat:
                chats[partner.id] = chat
                chat._link_to_recipient(partner)
                chat_sudo = chat.sudo()  # sudo: telegram.chat - as in _find_by_partner
                if not chat_sudo.active:
                    chat_sudo.active = True  # writing to an archived chat restores it
            else:
                # Two contacts may share a phone number, and so a chat.
                new.setdefault(address or self._get_phone(partner), []).append(partner)
        created = self._get_or_create_for_addresses(instance, new) if new else {}
        for address, sharing in new.items():
            chats.update({partner.id: created[address] for partner in sharing})
        return chats

    @api.model
    def _get_or_create_for_addresses(self, instance, partners_by_address, **values):
        """Return the chats in phone form or of a username, and create those that are missing.

        :param dict partners_by_address: E.164 or username -> list of ``res.partner``; the first one
            is linked
        :param values: further field values of new chats
        :return: dict of ``telegram.chat`` by address
        """
        chat_ids = {address: to_chat_id(address) for address in partners_by_address}
        # sudo: telegram.chat - as in _find_by_partner
        chats_sudo = self.sudo().with_context(clean_context(self.env.context), active_test=False)
        domain = [("instance_id", "=", instance.id), ("telegram_id", "in", list(chat_ids.values()))]
        chats = {chat.telegram_id: chat for chat in chats_sudo.search(domain)}
        linked = {
            address: self._get_first_recipient(partners)
            for address, partners in partners_by_address.items()
            if chat_ids[address] not in chats
        }
        vals_list = [
            {
                "name": partner.complete_name or partner.display_name,
                "telegram_name": partner.complete_name or partner.display_name,
                "telegram_id": chat_ids[address],
                "phone": False if is_username(address) else address,
                "username": address if is_username(address) else False,
                "partner_id": partner.id,
            }
            for address, partner in linked.items()
        ]
        common = {
            "chat_type": "user",
            "is_new_contact": True,
            "last_message_date": self.env.cr.now().replace(microsecond=0),
        }
        created = chats_sudo._create_chats(instance, vals_list, **common | values)
        chats |= {vals["telegram_id"]: chat for vals, chat in zip(vals_list, created, strict=True)}
        self.env["res.partner"].invalidate_model(["telegram_chat_ids"], flush=False)
        return {address: chats[chat_id].with_env(self.env) for address, chat_id in chat_ids.items()}

    @api.model
    def _create_chats(self, instance, vals_list, **common):
        """Create many chats of an account at once: see ``bulk_insert.insert``.

        :raise ConcurrencyError: another transaction has just created one of them
        """
        try:
            return bulk_insert.insert(
                self,
                vals_list,
                active=True,
                instance_id=instance.id,
                company_id=instance.company_id.id,
                **common,
            )
        except UniqueViolation:
            # This transaction cannot see the other one's chat.
            raise ConcurrencyError("a telegram.chat was just created") from None
