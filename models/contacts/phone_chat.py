# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ... import const
from ...tools.phone import from_phone_form, to_phone_form
from ...tools.username import parse_username
from ..sending.same_message import Likeness
from ..telegram_message import CHAT_IN_PHONE_FORM, EventPostponedError

# Dates of which a chat keeps the later one when another is merged into it.
LATEST_DATES = (
    "answered_date",
    "away_date",
    "closed_date",
    "last_message_date",
    "last_received_date",
    "mailing_wish_date",
)


class TelegramChat(models.Model):
    """Extend ``telegram.chat``: chats that are known by their phone number only.

    The phone form (79876543210@c.us) is a way to write first. GREEN-API lists and reports the chat
    by its own ID, so the chat gets that ID as soon as it is known. Its sources are:

    * Notifications and lists of chats and contacts that contain the phone number with the ID:
      ``_resolve_phone_chats``.
    * A check of the phone number: ``_resolve_phone_chat``. A user starts it, or the send action
      for an unsure message. It is requested, and made by the action that checks numbers, for a
      message that got the ID of another one (``_process_accepted``), and for an echo that may be a
      message to the chat (``_request_number_check``).
    * The contact's information that a user fetches: ``_resolve_phone_chat``.
    * The history of the chat: ``_resolve_by_history``.
    * The echo of a message sent by Odoo: ``_resolve_by_echo``.
    """

    _inherit = "telegram.chat"

    is_phone_form = fields.Boolean(
        "In Phone Form",
        compute="_compute_is_phone_form",
        help="The Telegram ID of the chat is not known yet.",
    )

    # === COMPUTE METHODS === #

    @api.depends("telegram_id")
    def _compute_is_phone_form(self):
        for chat in self:
            chat.is_phone_form = bool(from_phone_form(chat.telegram_id or ""))

    # === ADDRESSES === #

    def _get_phone_digits(self):
        """Return the digits of the phone number of a chat in phone form."""
        self.ensure_one()
        return self.telegram_id.removesuffix(const.PHONE_CHAT_SUFFIX)

    def _get_addresses(self):
        """Return the chat IDs by which GREEN-API may name the chat.

        Its queue keeps the phone form when the message was addressed so. A group may have become a
        supergroup since it was written to.
        """
        self.ensure_one()
        phone = self.phone and to_phone_form(self.phone)
        chats = self | self._find_successor()
        return {phone, self.former_telegram_id, *chats.mapped("telegram_id")} - {False, None}

    @api.model
    def _get_or_create_for_address(self, instance, address):
        """Return the chat for a chat ID, a phone number or a username, creating it if needed.

        A phone number resolves to the chat already linked to it: messages to a second chat of the
        same person would be sent out of order. If several chats have the number, it has changed
        hands, and GREEN-API decides which chat it belongs to now.

        :param str address: digits, perhaps with a minus, the phone form, or a username as
            ``@name`` or ``t.me/name``
        :raise UserError: the address is invalid
        """
        address = str(address).strip()
        if username := parse_username(address):
            return self._get_or_create_for_username(instance, username)
        phone = from_phone_form(address)
        if phone and not self._find(instance, to_phone_form(phone)):
            # sudo: telegram.chat - operators reach chats through their account
            domain = [("instance_id", "=", instance.id), ("phone", "=", phone)]
            chats_sudo = self.sudo().with_context(active_test=False).search(domain, limit=2)
            if len(chats_sudo) == 1:
                return chats_sudo.with_env(self.env)
        return self._get_or_create(instance, address)

    # === GETTING THE TELEGRAM ID === #

    @api.model
    def _resolve_phone_chats(self, instance, chat_ids):
        """Replace the phone forms of many chats, see ``_resolve_phone_chat``.

        :param dict chat_ids: Telegram ID by phone number (E.164)
        """
        chat_ids = {to_phone_form(phone): chat_id for phone, chat_id in chat_ids.items()}
        if not (phone_chats := self._find_all(instance, chat_ids)):
            return
        known = self._find_all(instance, [chat_ids[phone_form] for phone_form in phone_chats])
        for phone_form, chat in phone_chats.items():
            chat_id = chat_ids[phone_form]
            known[chat_id] = chat._resolve_phone_chat(chat_id, known.get(chat_id, self.browse()))

    def _resolve_phone_chat(self, chat_id, other=None):
        """Replace the phone form, or the username, by the Telegram ID of the chat.

        If a chat with that ID exists already, both are merged.

        :param str chat_id: of a person, as in a notification
        :param other: the chat with that ID, empty if there is none; by default it is searched
        :return: the remaining chat
        """
        self.ensure_one()
        is_resolved = not (self.is_phone_form or self.is_username_form)
        if is_resolved or not const.is_person_id(chat_id):
            return self
        if other is None:
            other = self._find(self.instance_id, chat_id)
        if other:
            return self._merge_into(other)
        self.write({"telegram_id": chat_id, "no_account": False})
        return self

    def _resolve_by_history(self, entries):
        """Replace the phone form by the Telegram ID if the history contains exactly one.

        :param list entries: of the client's JournalMessage
        :return: the remaining chat
        """
        numbers = {entry.chat_id for entry in entries}
        return self._resolve_phone_chat(numbers.pop()) if len(numbers) == 1 else self

    def _merge_into(self, other):
        """Move the messages, the conversation and the settings to another chat, and delete this.

        :return: the other chat
        """
        self._merge_conversation(other)
        self._merge_reminders(other)
        self._merge_inbox(other)
        twins = {message.id_message: message for message in other.message_ids if message.id_message}
        for message in self.message_ids:
            twin = twins.get(message.id_message, message.browse())
            if twin.attempts:  # another message sent from Odoo: GREEN-API returned one ID twice
                message.id_message = False
            else:
                message._merge_duplicate(twin)
        moved = self.message_ids
        moved.chat_id = other
        moved.filtered("id_message")._apply_pending_updates()
        self.env["telegram.mailing.recipient"]._process_merged_chat(self, other)
        # sudo: telegram.automatic.message - actions of any user know by it whom they wrote to
        self.env["telegram.automatic.message"].sudo()._process_merged_chat(self, other)
        other.write(
            {
                "phone": other.phone or self.phone,
                "username": other.username or self.username,
                "partner_id": self._get_merged_partner(other).id,
                "first_contact_date": other.first_contact_date or self.first_contact_date,
                "opted_out": other.opted_out or self.opted_out,
                "user_id": other.user_id.id or self.user_id.id,
                "created_res_model": (other if other.created_res_id else self).created_res_model,
                "created_res_id": other.created_res_id or self.created_res_id,
                "assigned_date": (other if other.user_id else self).assigned_date,
                **{name: self._get_latest(other, name) for name in LATEST_DATES},
            }
        )
        self.flush_recordset()
        self.unlink()
        return other

    def _get_latest(self, other, name):
        """Return the later value of a date field of two chats, False if both are empty."""
        return max(filter(None, (self[name], other[name])), default=False)


class TelegramMessage(models.Model):
    """Extend ``telegram.message``: echoes that contain the Telegram ID of a chat in phone form."""

    _inherit = "telegram.message"

    @api.model
    def _resolve_by_echo(self, instance, notification):
        """Replace the phone form of the chat of a sent message that a notification repeats.

        The ID and the content of the message together prove that it is this chat. The ID alone does
        not, because another chat may contain the same ID. If GREEN-API gave it twice, for messages
        with the same content, only the numbers tell which one it is. Their check was requested
        when the ID came (``_process_accepted``).

        :param MessageNotification notification: the echo
        :return: the ``telegram.message``, empty if there is none
        :raise EventPostponedError: it may be another message
        """
        found = self._find_in_phone_chats(instance, notification)
        message = found.filtered(lambda m: m._get_likeness(notification) >= Likeness.ALIKE)[:1]
        chats = message and self._find_with_wrong_id(instance, notification).chat_id
        if not message or notification.chat_id in chats.mapped("telegram_id"):
            return self.browse()
        if chats:
            raise EventPostponedError()
        message.chat_id._resolve_phone_chat(notification.chat_id)
        return message

    @api.model
    def _find_with_wrong_id(self, instance, notification):
        """Return the messages that an echo may repeat and that got an ID which is not their own.

        :param MessageNotification notification: the echo
        """
        domain = Domain("instance_id", "=", instance.id) & Domain("is_being_checked", "=", True)
        domain &= Domain("state", "=", "sent")
        domain &= CHAT_IN_PHONE_FORM | Domain("chat_id.telegram_id", "=", notification.chat_id)
        return self.search(domain).filtered(
            lambda message: message._get_likeness_in_time(notification) >= Likeness.ALIKE
        )

    @api.model
    def _request_number_check(self, instance, notification):
        """Request a check of the number of a chat if an echo has the ID of a message sent there.

        The content differs, so only GREEN-API can tell whether the echo's chat has this number.
        Should it have, both chats are merged after the check.

        :param MessageNotification notification: the echo
        """
        chats = self._find_in_phone_chats(instance, notification).chat_id
        if chats:
            self.env["telegram.number.check"]._request(chats)

    @api.model
    def _find_in_phone_chats(self, instance, notification):
        """Return the messages in phone form chats with the ID of an echo that may be the echo."""
        if const.is_group_id(notification.chat_id):
            return self.browse()
        domain = Domain("instance_id", "=", instance.id) & Domain("direction", "=", "outgoing")
        domain &= Domain("id_message", "=", notification.id_message) & CHAT_IN_PHONE_FORM
        return self.search(domain).filtered(lambda message: message._get_likeness(notification))

    @api.model
    def _may_be_of_phone_chat(self, instance, notification):
        """Return whether an echo may be of a message without an ID in a chat in phone form.

        Its number is being asked for while the message is checked. Later, only a message with the
        same content is waited for, for a day.

        :param MessageNotification notification: the echo
        """
        if const.is_group_id(notification.chat_id):
            return False
        chat = self.env["telegram.chat"]._find(instance, notification.chat_id)
        domain = Domain("instance_id", "=", instance.id) & self._get_unrecognized_domain()
        if chat.phone:
            domain &= Domain("chat_id.phone", "=", chat.phone)
        since = fields.Datetime.now() - timedelta(hours=const.JOURNAL_HOURS)
        recent = Domain("is_being_checked", "=", True) | Domain("last_attempt_date", ">=", since)
        return any(
            message._get_likeness_in_time(notification)
            >= (Likeness.POSSIBLE if message.is_being_checked else Likeness.ALIKE)
            for message in self.search(domain & recent & CHAT_IN_PHONE_FORM)
        )
