# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ... import const
from ...client.message_data import parse_journal
from ...client.parsing import to_datetime
from ..sending.same_message import Likeness, MessageMatching
from ..telegram_event import FURTHER_FILE
from ..telegram_message import EventPostponedError


class TelegramMessage(models.Model):
    """Extend ``telegram.message``: create the messages that GREEN-API reports.

    That includes messages written on the phone, and the echoes of messages sent by Odoo.
    """

    _inherit = "telegram.message"

    @api.model
    def _receive(self, instance, notifications, received_at):
        """Create the messages that GREEN-API reports, each once, and post them on their records.

        :param instance: the ``telegram.instance``
        :param list notifications: the MessageNotification of each message; more than one only if
            they are incoming and independent of each other
        :param datetime received_at: when the first one was received (UTC)
        :return: list of the ``telegram.message`` of each, new or known
        :raise EventPostponedError: see _find_echo
        """
        if not notifications[0].is_incoming and not notifications[0].raw.get(FURTHER_FILE):
            echo = self._find_echo(instance, notifications[0], received_at)
            if echo:
                return [echo]
        chats_model = self.env["telegram.chat"]
        chats = chats_model._from_notifications(instance, notifications)
        keys = [
            (chats[each.chat_id].id, chats[each.chat_id]._get_id_in_chat(each))
            for each in notifications
        ]
        messages = self._find_by_keys([key for key in keys if key[1]])
        new = [
            (chats[notification.chat_id], notification)
            for notification, key in zip(notifications, keys, strict=True)
            if key not in messages
        ]
        created = self.create(self._prepare_received(instance, new))
        chats_model._update_last_contacts(created)
        created._post_incoming()
        created._process_mailing_wishes()
        created._send_away_messages()
        if incoming := created.filtered(lambda message: message.direction == "incoming"):
            self.env["telegram.mailing.recipient"]._process_answers(incoming)
            incoming._on_received()
        messages.update(((each.chat_id.id, each.id_message), each) for each in created)
        return [messages[key] for key in keys]

    @api.model
    def _find_echo(self, instance, notification, received_at):
        """Return the message sent by Odoo that an outgoing notification repeats.

        The echo contains the id of a chat that was known by its phone number only, and it proves
        that an unsure message was sent.

        :param datetime received_at: when the notification was received (UTC)
        :return: the ``telegram.message``; empty if the message was not sent by Odoo
        :raise EventPostponedError: it may be about a message that is being sent or is unsure
        """
        outgoing = Domain("instance_id", "=", instance.id) & Domain("direction", "=", "outgoing")
        same_chat = Domain("chat_id.telegram_id", "=", notification.chat_id)
        same_id = Domain("id_message", "=", notification.id_message)
        same_id |= Domain("failed_id_message", "=", notification.id_message)
        message = self.search(outgoing & same_id & same_chat, limit=1)
        message = message or self._find_of_former_group(
            instance, notification.chat_id, notification.id_message
        )
        if message or not notification.is_via_api:
            return message
        if message := self._resolve_by_echo(instance, notification):
            return message
        self._check_not_sending(instance, received_at)
        if notification.type_message in const.CHANGE_KINDS:
            return self._find_own_change(outgoing & same_chat, notification)
        ours = Domain("instance_id", "=", instance.id) & self._get_unrecognized_domain()
        matching = MessageMatching(
            self.search(ours & same_chat, order="id"), [notification], is_complete=False
        )
        if matching.found:
            [message] = matching.found
            message._mark_sent(notification.id_message)
            return message
        if message := self._find_with_id_of_other(outgoing & same_chat, notification):
            message._mark_sent(notification.id_message)
            return message
        since = fields.Datetime.now() - timedelta(hours=const.JOURNAL_HOURS)
        is_recent = any(each._get_last_attempt_date() >= since for each in matching.doubtful)
        if is_recent or self._may_be_of_phone_chat(instance, notification):
            raise EventPostponedError()  # the journal or a user tells which message it is
        self._request_number_check(instance, notification)
        return self.browse()

    @api.model
    def _find_with_id_of_other(self, domain, notification):
        """Return the message sent by Odoo whose ID is that of another chat's, and which is echoed.

        GREEN-API may respond with the ID of another message. If that one was unsure, Odoo did not
        know its ID yet.

        :param Domain domain: of the messages sent in this chat
        :param MessageNotification notification: the echo, with an ID that is not known
        """
        since = fields.Datetime.now() - timedelta(hours=const.JOURNAL_HOURS)
        domain &= Domain("state", "=", "sent") & Domain("id_message", "!=", False)
        domain &= Domain("attempts", ">", 0) & Domain("last_attempt_date", ">=", since)
        found = self.search(domain, order="id").filtered(
            lambda message: (
                message._get_likeness_in_time(notification) == Likeness.EQUAL
                and message._has_id_of_other_chat()
            )
        )
        return found[:1]

    @api.model
    def _find_own_change(self, domain, notification):
        """Return the edit or deletion made in Odoo that a notification repeats.

        :param Domain domain: of the messages sent in this chat
        """
        own = Domain("id_message", "=", False) & Domain("attempts", ">", 0)
        own &= Domain("type_message", "=", notification.type_message)
        own &= Domain("state", "in", ("sent", "queued"))
        changes = self.search(domain & own, order="id")
        change = changes.filtered(lambda each: each._get_likeness(notification))[:1]
        if change:
            change._mark_sent(notification.id_message)
        return change

    @api.model
    def _check_not_sending(self, instance, received_at):
        """Postpone an event that may be about a message whose result is not stored yet.

        Only a message that was being sent when the event was received can be meant.

        :raise EventPostponedError: there is such a message
        """
        being_sent = [
            ("instance_id", "=", instance.id),
            ("state", "=", "sending"),
            ("write_date", "<=", received_at),
        ]
        if self.search_count(being_sent, limit=1):
            raise EventPostponedError()

    @api.model
    def _prepare_received(self, instance, received):
        """Prepare the values of messages that GREEN-API reports.

        :param list received: pairs of ``telegram.chat`` and MessageNotification
        :return: list of dict
        """
        records = self._find_answered_records(instance, received)
        authors = self._find_authors(instance, received)
        return [
            {
                **self._prepare_received_values(chat, notification),
                "author_id": author.id,
                "res_model": record._name if record else False,
                "res_id": record.id if record else False,
            }
            for (chat, notification), author, record in zip(received, authors, records, strict=True)
        ]

    @api.model
    def _prepare_received_values(self, chat, notification):
        """Prepare the values of a message that are known from its notification alone.

        :param chat: the ``telegram.chat``
        :param MessageNotification notification: the report
        :return: dict
        """
        values = {
            "chat_id": chat.id,
            "instance_id": chat.instance_id.id,
            "direction": "incoming" if notification.is_incoming else "outgoing",
            "state": "received" if notification.is_incoming else "sent",
            "id_message": chat._get_id_in_chat(notification),
            "former_id_message": chat._is_late(notification) and notification.id_message,
            "type_message": notification.type_message,
            **self._prepare_received_text(chat.instance_id, notification),
            "file_name": notification.file_name,
            "sender_name": notification.sender_name,
            "quoted_id_message": notification.quoted_id_message or False,
            "date": to_datetime(notification.timestamp) or fields.Datetime.now(),
            "target_id_message": notification.target_id_message or False,
            "sender": notification.sender,
            "content": self._prepare_received_content(notification),
            **self._prepare_received_file(chat.instance_id, notification.file),
        }
        if entry := notification.raw.get("journal"):
            # The journal contains later changes, which a notification cannot contain.
            row = parse_journal(entry)
            values.update(is_edited=row.is_edited, is_deleted=row.is_deleted)
        return values

    @api.model
    def _prepare_received_text(self, instance, notification):
        """Prepare the text with its formatting. Only texts and captions have any.

        :param instance: the ``telegram.instance``
        :param MessageNotification notification: the report
        :return: dict
        """
        kind = notification.type_message
        if kind in (*const.TEXT_KINDS, *const.FILE_KINDS, "editedMessage"):
            return self._prepare_text_values(instance._read_marks(notification.text))
        return {"text": notification.text, "text_entities": False}

    @api.model
    def _prepare_received_content(self, notification):
        """Prepare the content that a message has besides text and file.

        :param MessageNotification notification: the report
        :return: dict with the names that GREEN-API uses; False if there is none
        """
        if location := notification.location:
            return {"latitude": location.latitude, "longitude": location.longitude}
        if contact := notification.contact:
            return {
                "phoneContact": contact.phone,
                "firstName": contact.first_name,
                "lastName": contact.last_name,
            }
        if not notification.poll:
            return False
        options = notification.poll.options
        content = {
            "options": [option.name for option in options],
            "multipleAnswers": notification.poll.multiple_answers,
        }
        if notification.target_id_message:
            content["votes"] = [len(option.voters) for option in options]
        return content

    @api.model
    def _find_authors(self, instance, received):
        """Return the contact who wrote each message.

        It is the contact of the chat, or in a group the contact of the sender's own chat.

        :param list received: pairs of ``telegram.chat`` and MessageNotification
        :return: list of ``res.partner``; empty for an unknown contact or an outgoing message
        """
        senders = {note.sender for chat, note in received if chat.is_group}
        chats = self.env["telegram.chat"]._find_all(instance, senders)

        def find_author(chat, notification):
            if not notification.is_incoming:
                return self.env["res.partner"]
            if chat.is_group:
                chat = chats.get(notification.sender, chat.browse())
            return chat.partner_id

        return [find_author(chat, notification) for chat, notification in received]


class TelegramChat(models.Model):
    """Extend ``telegram.chat`` with the IDs by which reported messages are stored."""

    _inherit = "telegram.chat"

    def _get_id_in_chat(self, notification):
        """Return the ID by which a reported message is stored in this chat, or False.

        A further file of an album has no ID of its own. A late message of the group that became
        this supergroup has one that another message of the supergroup may have.
        """
        is_further = notification.raw.get(FURTHER_FILE)
        return not self._is_late(notification) and not is_further and notification.id_message

    def _is_late(self, notification):
        """Return whether a message was reported of the group that became this supergroup."""
        self.ensure_one()
        return notification.chat_id == self.former_telegram_id
