# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import re

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.fields import Domain
from odoo.tools import clean_context

from .. import const
from ..tools.access import filter_readable
from ..tools.phone import from_phone_form
from ..tools.username import is_username

# Written by the addon only: the recipient of a message, the account that sends it, and what
# GREEN-API has told about the chat.
PROTECTED = {
    "instance_id",
    "is_new_contact",
    "telegram_id",
    "chat_type",
    "phone",
    "last_message_date",
    "first_contact_date",
    "last_received_date",
    "inbox_state",
    "waiting_since_date",
    "answered_date",
    "closed_date",
    "user_id",
    "assigned_date",
    "reminder_level",
    "away_date",
    "created_res_model",
    "created_res_id",
    "no_account",
    "telegram_name",
    "contact_name",
    "username",
    "number_check_date",
    "image_256",
    "picture_key",
    "last_seen",
    "info_date",
    "is_archived_at_telegram",
}
PEOPLE = ("user", "bot")
IN_PHONE_FORM = Domain("telegram_id", "=like", f"%{const.PHONE_CHAT_SUFFIX}")
IN_USERNAME_FORM = Domain("telegram_id", "=like", "@%")


class TelegramChat(models.Model):
    """One private chat, group, supergroup or channel of one account.

    A chat is called by the name in the contacts of the account, else by its name at Telegram. A
    name that a user types in Odoo stays. If it is the name at Telegram, the chat follows that
    name again.
    """

    _name = "telegram.chat"
    _protected = PROTECTED
    _inherit = "telegram.protected.mixin"
    _description = "Telegram Chat"
    _order = "last_message_date desc nulls last, id desc"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    instance_id = fields.Many2one(
        "telegram.instance", "Account", required=True, readonly=True, ondelete="cascade"
    )
    # Stored, because the record rules compare it in every search.
    company_id = fields.Many2one(related="instance_id.company_id", store=True, precompute=True)
    telegram_id = fields.Char(
        "Chat ID",
        required=True,
        readonly=True,
        help="The ID used by GREEN-API. A leading minus means a group. The phone form "
        "(79876543210@c.us) or the username is used until the Telegram ID is known.",
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
    phone = fields.Char(readonly=True, help="Phone number in E.164: a plus sign and digits.")
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
        "First Message Sent",
        readonly=True,
        copy=False,
        help="Date on which this account started the chat.",
    )
    last_received_date = fields.Datetime("Last Answer", readonly=True, copy=False)
    # A value is passed when many chats are created: computing each one would be too slow.
    is_new_contact = fields.Boolean(
        "New Contact",
        compute="_compute_is_new_contact",
        store=True,
        precompute=True,
        readonly=False,
        help="A person who has neither received a message from this account nor sent one to it.",
    )
    no_account = fields.Boolean(
        "No Telegram Account",
        readonly=True,
        copy=False,
        help="The phone number is not registered at Telegram, or it is hidden.",
    )
    opted_out = fields.Boolean(
        "No Mailings", help="This person does not want mailings. Personal messages are possible."
    )
    telegram_name = fields.Char(
        "Name at Telegram",
        readonly=True,
        copy=False,
        help="Name that the person or group has chosen.",
    )
    contact_name = fields.Char(
        "Name in Account Contacts",
        readonly=True,
        copy=False,
        help="Name that the account has given to the person. It is used before their own name.",
    )
    username = fields.Char(readonly=True, copy=False, help="With a leading @, in small letters.")
    former_telegram_id = fields.Char(
        "Former Telegram ID",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="ID of the group before it became this supergroup. GREEN-API may still use it.",
    )
    is_name_own = fields.Boolean("Named in Odoo", compute="_compute_is_name_own")
    _telegram_id_uniq = models.Constraint(
        "unique(instance_id, telegram_id)", "The account already has a chat with this ID."
    )
    _new_contact_index = models.Index(
        "(instance_id, first_contact_date) WHERE first_contact_date IS NOT NULL"
    )
    _phone_index = models.Index("(instance_id, phone) WHERE phone IS NOT NULL")

    # === COMPUTE METHODS === #

    @api.depends("name")
    @api.depends_context("uid", "allowed_company_ids", "lang")
    def _compute_display_name(self):
        named = filter_readable(self)
        for chat in self:
            chat.display_name = chat.name if chat in named else self.env._("Telegram chat")

    @api.depends("telegram_id", "first_contact_date", "last_received_date")
    def _compute_is_new_contact(self):
        for chat in self:
            in_touch = chat.first_contact_date or chat.last_received_date
            chat.is_new_contact = not in_touch and not chat.is_group

    @api.depends("name", "telegram_name", "contact_name")
    def _compute_is_name_own(self):
        for chat in self:
            service_name = chat.contact_name or chat.telegram_name
            chat.is_name_own = bool(service_name) and chat.name != service_name

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            vals.setdefault("telegram_name", vals.get("name"))
        return super().create(vals_list)

    def write(self, vals):
        # A name written by the addon is the one at Telegram. A user changes the name in Odoo only.
        if "name" in vals and self.env.su and not {"telegram_name", "contact_name"} & vals.keys():
            vals = {**vals, "telegram_name": vals["name"]}
        is_out = vals.get("opted_out")
        decided = self.filtered(lambda c: c.opted_out != is_out) if is_out is not None else self[:0]
        former = self._get_salespeople() if "partner_id" in vals else {}
        linked = self.browse()
        if "partner_id" in vals:
            linked = self.filtered(lambda chat: chat.partner_id.id != vals["partner_id"])
        result = super().write(vals)
        decided._process_opted_out()
        if "name" in vals or "partner_id" in vals:
            self._update_channels()
        if "partner_id" in vals:
            self._follow_salesperson(former)
            self._update_channel_members()
            linked._post_earlier_messages()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_waiting(self):
        self._check_no_waiting_messages()

    # === FINDING AND CREATING === #

    @api.model
    def _find(self, instance, chat_id):
        """Return the chat of an account with this ID, archived or not; empty if there is none.

        It is a supergroup, if the ID is that of the group which became it.
        """
        # sudo: telegram.chat - operators reach chats through their account
        chats_sudo = self.sudo().with_context(active_test=False)
        here = Domain("instance_id", "=", instance.id)
        chat = chats_sudo.search(here & Domain("telegram_id", "=", chat_id))
        if not chat and const.is_group_id(chat_id):
            chat = chats_sudo.search(here & Domain("former_telegram_id", "=", chat_id), limit=1)
        return chat

    @api.model
    def _find_all(self, instance, chat_ids):
        """Return the chats of an account with these IDs, archived or not, as a dict by ID."""
        # sudo: telegram.chat - as in _find
        chats_sudo = self.sudo().with_context(active_test=False)
        here = Domain("instance_id", "=", instance.id)
        found = chats_sudo.search(here & Domain("telegram_id", "in", list(chat_ids)))
        chats = {chat.telegram_id: chat for chat in found.with_env(self.env)}
        groups = [each for each in chat_ids if const.is_group_id(each) and each not in chats]
        if groups:
            found = chats_sudo.search(here & Domain("former_telegram_id", "in", groups))
            chats.update((chat.former_telegram_id, chat) for chat in found.with_env(self.env))
        return chats

    @api.model
    def _get_or_create(self, instance, chat_id, **values):
        """Return the chat of an account with this ID, creating it if needed.

        :param str chat_id: digits, perhaps with a minus, the phone form or a username
        :param values: for a new chat
        :raise UserError: the ID is invalid
        """
        chat_id = str(chat_id).strip()
        if not re.fullmatch(f"{const.CHAT_ID_PATTERN}|{const.USERNAME_PATTERN}", chat_id):
            raise UserError(
                self.env._(
                    "“%s” is not a Telegram chat ID. Enter a number (with a minus for a group), "
                    "a phone number in the form 79876543210@c.us, or a username such as @vasilisa.",
                    chat_id,
                )
            )
        chat = self._find(instance, chat_id)
        if not chat:
            if phone := from_phone_form(chat_id):
                values["phone"] = phone
            elif is_username(chat_id):
                values["username"] = chat_id
            values = {
                "chat_type": "group" if const.is_group_id(chat_id) else "user",
                **values,
                "name": values.get("name") or values.get("phone") or chat_id,
                "instance_id": instance.id,
                "telegram_id": chat_id,
            }
            try:
                chat = chat.with_context(clean_context(self.env.context)).create(values)
                chat.flush_recordset()
            except UniqueViolation:
                # It was created after this transaction began, so only a new one can see it.
                raise ConcurrencyError(f"telegram.chat {chat_id} was created meanwhile") from None
        return chat.with_env(self.env)

    # === UPDATES FROM NOTIFICATIONS === #

    @api.model
    def _from_notifications(self, instance, notifications):
        """Return the chats of message notifications, updated with the reported values.

        :param list notifications: the MessageNotification of each message
        :return: dict of the chats by chat ID
        """
        reported = {}
        for notification in notifications:
            values = self._get_reported_values(notification)
            reported.setdefault(notification.chat_id, {}).update(values)
        phones = {
            values["phone"]: chat_id for chat_id, values in reported.items() if "phone" in values
        }
        self._resolve_phone_chats(instance, phones)
        chats = self._find_all(instance, reported)
        for chat_id, values in reported.items():
            if chat_id not in chats:
                chats[chat_id] = self._get_or_create(instance, chat_id, **values)
            if chat_id != chats[chat_id].former_telegram_id:
                chats[chat_id]._update_reported_values(values)
        self.union(*chats.values())._link_partners()
        return chats

    @api.model
    def _get_reported_values(self, notification):
        """Return the values of a chat that a message notification contains."""
        values = {}
        if self._is_type(notification.chat_type):
            values["chat_type"] = notification.chat_type
        if notification.chat_name:
            values["name"] = notification.chat_name
        # The sender is the other side of a private chat, unless the account itself has written.
        if notification.is_incoming and not const.is_group_id(notification.chat_id):
            if notification.sender_phone:
                values["phone"] = "+" + notification.sender_phone
            if notification.sender_name:
                values.setdefault("name", notification.sender_name)
        return values

    @api.model
    def _is_type(self, value):
        return value in dict(self._fields["chat_type"].selection)

    def _update_reported_values(self, values):
        """Update the chat with reported values, as far as they differ."""
        self.ensure_one()
        name = values.pop("name", "")
        values = {**values, **self._get_name_values(name)}
        changes = {field: value for field, value in values.items() if self[field] != value}
        if changes:
            self.write(changes)

    def _get_name_values(self, telegram_name="", contact_name=None):
        """Return the changes caused by names that GREEN-API reports, as a dict of values.

        :param str telegram_name: empty when it is not reported
        :param str contact_name: None when it is not reported; empty when there is none
        """
        self.ensure_one()
        values = {"telegram_name": telegram_name or self.telegram_name}
        if contact_name is not None:
            values["contact_name"] = contact_name or False
        name = values.get("contact_name", self.contact_name) or values["telegram_name"]
        if name and not self.is_name_own:
            values["name"] = name
        return {field: value for field, value in values.items() if self[field] != value}

    @api.model
    def _update_last_contacts(self, messages):
        """Update the dates of the last message, the last answer and the first contact.

        :param messages: the ``telegram.message`` records that GREEN-API reports
        """
        by_chat = messages.grouped("chat_id")
        incoming = messages.filtered(lambda message: message.direction == "incoming")
        first = incoming.chat_id.filtered(lambda chat: not chat.last_received_date)
        # Many chats are written at once: most of their messages are of the same second.
        ids_by_values = {}
        for chat, own in by_chat.items():
            values = frozenset(chat._get_last_contact_values(own, own & incoming).items())
            ids_by_values.setdefault(values, []).append(chat.id)
        for values, ids in ids_by_values.items():
            messages.chat_id.browse(ids).write(dict(values))
        for chat, own in by_chat.items():
            if chat in first:
                chat._update_contact_link(own & incoming)
            chat._update_inbox(own)
            chat._update_left_date(own)

    def _get_last_contact_values(self, messages, incoming):
        """Return the changed dates of the chat, as a dict of values.

        :param messages: the ``telegram.message`` records of the chat that GREEN-API reports
        :param incoming: those of them that the customer has written
        """
        self.ensure_one()
        last = max(messages.mapped("date"))
        values = {"last_message_date": max(self.last_message_date or last, last)}
        if incoming:
            last = max(incoming.mapped("date"))
            values["last_received_date"] = max(self.last_received_date or last, last)
            values["no_account"] = False
        elif self.is_new_contact:
            values["first_contact_date"] = min(messages.mapped("date"))
        return {field: value for field, value in values.items() if self[field] != value}
