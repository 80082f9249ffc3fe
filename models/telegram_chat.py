# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import re

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import clean_context

from .. import const
from ..tools.access import filter_readable

# Who a message goes to, and by which account: set by the addon itself.
PROTECTED = {
    "instance_id",
    "is_new_contact",
    "telegram_id",
    "chat_type",
    "phone",
    "last_message_date",
    "first_contact_date",
    "last_received_date",
    "no_account",
    "telegram_name",
    "contact_name",
    "username",
    "number_check_date",
    "check_error",
    "check_user_id",
    "check_attempts",
    "image_256",
    "picture_key",
    "last_seen",
    "info_date",
    "is_archived_at_telegram",
}
PEOPLE = ("user", "bot")
IN_PHONE_FORM = Domain("telegram_id", "=like", f"%{const.PHONE_CHAT_SUFFIX}")


class TelegramChat(models.Model):
    """One private chat, group, supergroup or channel, as one instance sees it.

    What a chat is called: by the account's own name for it, else by its name at Telegram.

    A name that a person typed in Odoo stays; typing the one of Telegram lets it follow again.
    """

    _name = "telegram.chat"
    _protected = PROTECTED
    _inherit = "telegram.protected.mixin"
    _description = "Telegram Chat"
    _order = "last_message_date desc nulls last, id desc"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    instance_id = fields.Many2one(
        "telegram.instance", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="instance_id.company_id")
    telegram_id = fields.Char(
        "Chat Id",
        required=True,
        readonly=True,
        help="As the service gives it. A leading minus means a group. The phone form "
        "(79876543210@c.us) stands until Telegram's own number is known.",
    )
    chat_type = fields.Selection(
        [
            ("user", "Person"),
            ("group", "Group"),
            ("supergroup", "Supergroup"),
            ("channel", "Channel"),
            ("bot", "Bot"),
        ],
        readonly=True,
    )
    phone = fields.Char(readonly=True, help="E.164: a plus sign and digits.")
    partner_id = fields.Many2one(
        "res.partner",
        "Contact",
        index="btree_not_null",
        ondelete="set null",
        domain="['|', ('company_id', '=', False), ('company_id', 'child_of', company_id)]",
    )
    message_ids = fields.One2many("telegram.message", "chat_id", "Messages")
    last_message_date = fields.Datetime(readonly=True)
    first_contact_date = fields.Datetime(
        "First Written To", readonly=True, copy=False, help="When this account wrote first."
    )
    last_received_date = fields.Datetime("Last Answer", readonly=True, copy=False)
    # Given when many chats are made: computing it for each would take longer than all the rest.
    is_new_contact = fields.Boolean(
        "Never in Touch",
        compute="_compute_is_new_contact",
        store=True,
        precompute=True,
        readonly=False,
        help="A person to whom this account has not written yet, and who has not written either.",
    )
    no_account = fields.Boolean(
        "No Telegram Account",
        readonly=True,
        copy=False,
        help="Telegram said that there is nobody at this number, or that the number is hidden.",
    )
    opted_out = fields.Boolean(
        "No Mailings", help="This person does not want mailings. One may still write personally."
    )
    is_phone_form = fields.Boolean(
        compute="_compute_is_phone_form", help="Telegram's own number is not known yet."
    )
    _telegram_id_uniq = models.Constraint(
        "unique(instance_id, telegram_id)", "This chat of the instance is already there."
    )
    _new_contact_index = models.Index(
        "(instance_id, first_contact_date) WHERE first_contact_date IS NOT NULL"
    )
    _phone_index = models.Index("(instance_id, phone) WHERE phone IS NOT NULL")
    telegram_name = fields.Char(
        "Name at Telegram", readonly=True, copy=False, help="As the person or group is called."
    )
    contact_name = fields.Char(
        "Name in the Account's Contacts",
        readonly=True,
        copy=False,
        help="As the Telegram account has named the person; it goes before their own name.",
    )
    username = fields.Char("User Name", readonly=True, copy=False, help="With @.")
    is_name_own = fields.Boolean(compute="_compute_is_name_own")

    # === COMPUTE METHODS === #

    @api.depends("telegram_id")
    def _compute_is_phone_form(self):
        for chat in self:
            chat.is_phone_form = (chat.telegram_id or "").endswith(const.PHONE_CHAT_SUFFIX)

    @api.depends("telegram_id", "first_contact_date", "last_received_date")
    def _compute_is_new_contact(self):
        for chat in self:
            in_touch = chat.first_contact_date or chat.last_received_date
            chat.is_new_contact = not in_touch and not (chat.telegram_id or "").startswith("-")

    def _get_phone_digits(self):
        self.ensure_one()
        return self.telegram_id.removesuffix(const.PHONE_CHAT_SUFFIX)

    def _get_addresses(self):
        """Return the chat ids by which the service may name the chat.

        Its queue has the phone form when the message was addressed so, for good.
        """
        self.ensure_one()
        if not self.phone:
            return {self.telegram_id}
        return {self.telegram_id, self.phone.removeprefix("+") + const.PHONE_CHAT_SUFFIX}

    # === CONSTRAINT METHODS === #

    @api.constrains("partner_id", "instance_id")
    def _check_partner_id(self):
        """Let an account write to the contacts of its company and of that company's branches."""
        for chat in self.sudo():  # sudo: res.company - which companies a branch belongs to
            company = chat.partner_id.company_id
            if company and chat.company_id not in company.parent_ids:
                raise ValidationError(
                    self.env._(
                        "Contact: “%(partner)s” is of the company %(company)s, the Telegram "
                        "account is of %(own)s.",
                        partner=chat.partner_id.display_name,
                        company=company.display_name,
                        own=chat.company_id.display_name,
                    )
                )

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_except_waiting(self):
        self.env["telegram.message"]._check_not_waiting([("chat_id", "in", self.ids)])

    # === FINDING A CHAT === #

    @api.model
    def _find(self, instance, chat_id):
        """Return the chat of an instance with this chat id, archived or not; else none."""
        # sudo: telegram.chat - people reach chats through the instance they operate
        chats_sudo = self.sudo().with_context(active_test=False)
        return chats_sudo.search([("instance_id", "=", instance.id), ("telegram_id", "=", chat_id)])

    @api.model
    def _find_all(self, instance, chat_ids):
        """Return the chats of an instance with these chat ids, archived or not, by chat id."""
        # sudo: telegram.chat - as in _find
        chats_sudo = self.sudo().with_context(active_test=False)
        found = chats_sudo.search(
            [("instance_id", "=", instance.id), ("telegram_id", "in", list(chat_ids))]
        )
        return {chat.telegram_id: chat for chat in found.with_env(self.env)}

    @api.model
    def _get_or_create(self, instance, chat_id, **values):
        """Return the chat of an instance with this chat id, made when it is new.

        :param str chat_id: digits, perhaps with a minus, or the phone form
        :param values: for a new chat
        :raise UserError: the chat id is not one
        """
        chat_id = str(chat_id).strip()
        if not re.fullmatch(const.CHAT_ID_PATTERN, chat_id):
            raise UserError(
                self.env._(
                    "“%s” is not a Telegram chat id. It is a number (with a minus for a group), "
                    "or a phone number in the form 79876543210@c.us.",
                    chat_id,
                )
            )
        chat = self._find(instance, chat_id)
        if not chat:
            if chat_id.endswith(const.PHONE_CHAT_SUFFIX):
                values["phone"] = "+" + chat_id.removesuffix(const.PHONE_CHAT_SUFFIX)
            values = {
                "chat_type": "group" if chat_id.startswith("-") else "user",
                **values,
                "name": values.get("name") or values.get("phone") or chat_id,
                "instance_id": instance.id,
                "telegram_id": chat_id,
            }
            try:
                chat = chat.with_context(clean_context(self.env.context)).create(values)
                chat.flush_recordset()
            except UniqueViolation:
                # Somebody made it since our transaction began; only another one can see it.
                raise ConcurrencyError(f"telegram.chat {chat_id} was just made") from None
        return chat.with_env(self.env)

    @api.model
    def _get_or_create_for_address(self, instance, address):
        """Return the chat to write to by a chat id or by a phone, made when it is new.

        A phone means the chat that has learned its number from it: a second chat of the same
        person would be sent beside the first, out of order. Where a number has changed hands and
        is that of several chats, the service has to say whose it is now.

        :param str address: digits, perhaps with a minus, or the phone form
        :raise UserError: the address is not one
        """
        phone, is_phone, _rest = str(address).strip().partition(const.PHONE_CHAT_SUFFIX)
        if is_phone and not self._find(instance, phone + is_phone):
            # sudo: telegram.chat - people reach chats through the instance they operate
            domain = [("instance_id", "=", instance.id), ("phone", "=", f"+{phone}")]
            chats_sudo = self.sudo().with_context(active_test=False).search(domain, limit=2)
            if len(chats_sudo) == 1:
                return chats_sudo.with_env(self.env)
        return self._get_or_create(instance, address)

    # === LEARNING FROM NOTIFICATIONS === #

    @api.model
    def _from_notifications(self, instance, notifications):
        """Return the chats of message notifications, with what these tell of the chats.

        :param list notifications: the MessageNotification of each message
        :return: dict of the chats by chat id
        """
        told = {}
        for notification in notifications:
            told.setdefault(notification.chat_id, {}).update(self._get_told_values(notification))
        phones = {values["phone"]: chat_id for chat_id, values in told.items() if "phone" in values}
        phone_forms = {phone[1:] + const.PHONE_CHAT_SUFFIX: phone for phone in phones}
        for phone_form, chat in self._find_all(instance, phone_forms).items():
            chat._resolve_phone_chat(phones[phone_forms[phone_form]])
        chats = self._find_all(instance, told)
        for chat_id, values in told.items():
            if chat_id not in chats:
                chats[chat_id] = self._get_or_create(instance, chat_id, **values)
            chats[chat_id]._update_told_names(values)
        self.union(*chats.values())._link_partners()
        return chats

    @api.model
    def _get_told_values(self, notification):
        """Return the values of a chat that a message notification tells."""
        values = {}
        if notification.chat_type in dict(self._fields["chat_type"].selection):
            values["chat_type"] = notification.chat_type
        if notification.chat_name:
            values["name"] = notification.chat_name
        # The sender is the chat only in a private one, and only when it is not ourselves.
        if notification.is_incoming and not notification.chat_id.startswith("-"):
            if notification.sender_phone:
                values["phone"] = "+" + notification.sender_phone
            if notification.sender_name:
                values.setdefault("name", notification.sender_name)
        return values

    def _update_told_names(self, values):
        """Keep what is new of the values that the service has told."""
        self.ensure_one()
        name = values.pop("name", "")
        values = {**values, **self._get_name_values(name)}
        changes = {field: value for field, value in values.items() if self[field] != value}
        if changes:
            self.write(changes)

    def _update_last_contact(self, messages):
        """Keep when the last message came or went.

        :param messages: the ``telegram.message`` records of the chat that the service reports
        """
        self.ensure_one()
        last = max(messages.mapped("date"))
        values = {"last_message_date": max(self.last_message_date or last, last)}
        incoming = messages.filtered(lambda message: message.direction == "incoming")
        if incoming:
            last = max(incoming.mapped("date"))
            last = max(self.last_received_date or last, last)
            values.update(last_received_date=last, no_account=False)
        elif self.is_new_contact:
            values["first_contact_date"] = min(messages.mapped("date"))
        self.write(values)
        self._update_left_date(messages)

    def _resolve_phone_chat(self, chat_id):
        """Replace the phone form by the number that Telegram knows the chat by.

        Where a chat with that number is there already, the two become one.

        :param str chat_id: of a person, as in a notification
        :return: the chat that is left
        """
        if not self.is_phone_form or not re.fullmatch("[0-9]+", chat_id):
            return self
        other = self._find(self.instance_id, chat_id)
        if not other:
            self._set_telegram_id(chat_id)
            return self
        self._merge_conversation(other)
        twins = {message.id_message: message for message in other.message_ids if message.id_message}
        for message in self.message_ids:
            message._merge_duplicate(twins.get(message.id_message, message.browse()))
        self.message_ids.chat_id = other
        other.write(
            {
                "phone": other.phone or self.phone,
                "partner_id": (other.partner_id or self.partner_id).id,
                "first_contact_date": other.first_contact_date or self.first_contact_date,
                "opted_out": other.opted_out or self.opted_out,
            }
        )
        self.flush_recordset()
        self.unlink()
        return other

    def _set_telegram_id(self, chat_id):
        """Replace the phone form by the number, which no other chat has."""
        self.write({"telegram_id": chat_id, "no_account": False})

    @api.depends("name")
    @api.depends_context("uid", "allowed_company_ids", "lang")
    def _compute_display_name(self):
        named = filter_readable(self)
        for chat in self:
            chat.display_name = chat.name if chat in named else self.env._("Telegram chat")

    @api.depends("name", "telegram_name", "contact_name")
    def _compute_is_name_own(self):
        for chat in self:
            service_name = chat._get_service_name()
            chat.is_name_own = bool(service_name) and chat.name != service_name

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            vals.setdefault("telegram_name", vals.get("name"))
        return super().create(vals_list)

    def write(self, vals):
        # What the addon calls a chat is what Telegram calls it; people's own names stay theirs.
        if "name" in vals and self.env.su and not {"telegram_name", "contact_name"} & vals.keys():
            vals = {**vals, "telegram_name": vals["name"]}
        result = super().write(vals)
        if "name" in vals or "partner_id" in vals:
            self._update_channels()
        if "partner_id" in vals:
            self._update_channel_members()
        return result

    def _get_service_name(self):
        self.ensure_one()
        return self.contact_name or self.telegram_name

    def _get_name_values(self, telegram_name="", contact_name=None):
        """Return what changes when the service gives names.

        :param str telegram_name: empty when it gives none
        :param str contact_name: None when it does not say; empty when there is none
        :return: dict of values
        """
        self.ensure_one()
        values = {"telegram_name": telegram_name or self.telegram_name}
        if contact_name is not None:
            values["contact_name"] = contact_name or False
        name = values.get("contact_name", self.contact_name) or values["telegram_name"]
        if name and not self.is_name_own:
            values["name"] = name
        return {field: value for field, value in values.items() if self[field] != value}
