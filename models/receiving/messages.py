# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.fields import Domain

from ...client.message_data import parse_journal
from ...client.parsing import to_datetime
from ..telegram_message import CHAT_IN_PHONE_FORM, EventPostponedError


class TelegramMessage(models.Model):
    """What notifications say about messages: new ones, and what became of ours.

    What a journal says of a message that its notification could not know yet.
    """

    _inherit = "telegram.message"

    # === A MESSAGE === #

    @api.model
    def _receive(self, instance, notifications, arrived_at):
        """Keep messages that the service reports, each once, and show them where they belong.

        :param list notifications: the MessageNotification of each; several at once only when they
            came in and do not know of each other
        :param datetime arrived_at: when the first one arrived (UTC)
        :return: list of the ``telegram.message`` of each, new or known
        :raise EventPostponedError: see _find_echo
        """
        if not notifications[0].is_incoming:
            echo = self._find_echo(instance, notifications[0], arrived_at)
            if echo:
                return [echo]
        chats = self.env["telegram.chat"]._from_notifications(instance, notifications)
        keys = [(chats[each.chat_id].id, each.id_message) for each in notifications]
        messages = self._find_by_keys(keys)
        new = [
            (chats[notification.chat_id], notification)
            for notification, key in zip(notifications, keys, strict=True)
            if key not in messages
        ]
        created = self.create(self._prepare_received(instance, new))
        for chat, messages_of_chat in created.grouped("chat_id").items():
            chat._update_last_contact(messages_of_chat)
        created._post_incoming()
        messages.update(((each.chat_id.id, each.id_message), each) for each in created)
        return [messages[key] for key in keys]

    @api.model
    def _find_echo(self, instance, notification, arrived_at):
        """Return the message of ours that a notification of an outgoing message repeats.

        The echo tells the number of a chat that was written to by phone, and it proves that an
        unsure message went out.

        :raise EventPostponedError: it may be that of a message being sent, or of one that is unsure
        """
        outgoing = Domain("instance_id", "=", instance.id) & Domain("direction", "=", "outgoing")
        same_chat = Domain("chat_id.telegram_id", "=", notification.chat_id)
        same_id = Domain("id_message", "=", notification.id_message)
        message = self.search(outgoing & same_id & same_chat, limit=1)
        if message or not notification.is_via_api:
            return message

        def is_same(candidate):
            return candidate._is_same(notification)

        # Id and text together prove that it is the chat so far known by its phone only: an id
        # alone does not, since another chat may have it, too.
        message = self.search(outgoing & same_id & CHAT_IN_PHONE_FORM).filtered(is_same)[:1]
        if message:
            message.chat_id._resolve_phone_chat(notification.chat_id)
            return message
        self._check_not_sending(instance, arrived_at)
        # Without an id: unsure, taken for arrived by a person, or queued once more.
        attempted = Domain("id_message", "=", False) & Domain("attempts", ">", 0)
        attempted &= Domain("state", "in", ("unsure", "sent", "queued"))
        message = self.search(outgoing & attempted & same_chat, order="id").filtered(is_same)[:1]
        if message:
            message._mark_sent(notification.id_message)
            return message
        settling = outgoing & Domain("is_settling", "=", True)
        if self.search(settling & CHAT_IN_PHONE_FORM).filtered(is_same):
            raise EventPostponedError()  # the number of that chat is being asked for
        return message

    @api.model
    def _prepare_received(self, instance, received):
        """Give the values of messages that the service reports.

        :param list received: pairs of ``telegram.chat`` and MessageNotification
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
        """Give the values that a message has from its notification alone."""
        date = to_datetime(notification.timestamp) or fields.Datetime.now()
        values = {
            "chat_id": chat.id,
            "instance_id": chat.instance_id.id,
            "direction": "incoming" if notification.is_incoming else "outgoing",
            "state": "received" if notification.is_incoming else "sent",
            "id_message": notification.id_message,
            "type_message": notification.type_message,
            "text": notification.text,
            "file_name": notification.file_name,
            "sender_name": notification.sender_name,
            "quoted_id_message": notification.quoted_id_message or False,
            "date": date,
            "target_id_message": notification.target_id_message or False,
            "sender": notification.sender,
            "content": self._prepare_received_content(notification),
        }
        if notification.file:
            values["download_url"] = notification.file.download_url
            values["download_state"] = (
                "waiting" if chat.instance_id.auto_download_max_mb else "too_large"
            )
        if entry := notification.raw.get("journal"):
            # A journal reports later changes that the notification could not contain.
            row = parse_journal(entry)
            values.update(is_edited=row.is_edited, is_deleted=row.is_deleted)
        return values

    @api.model
    def _find_authors(self, instance, received):
        """Return the contact who wrote each message: the chat's own, in a group the sender's."""
        senders = {note.sender for chat, note in received if chat.telegram_id.startswith("-")}
        chats = self.env["telegram.chat"]._find_all(instance, senders)

        def find(chat, notification):
            if not notification.is_incoming:
                return self.env["res.partner"]
            if chat.telegram_id.startswith("-"):
                chat = chats.get(notification.sender, chat.browse())
            return chat.partner_id

        return [find(chat, notification) for chat, notification in received]

    @api.model
    def _check_not_sending(self, instance, arrived_at):
        """Let an event wait that may be about a message whose sending is not written down yet.

        Only one that was on its way when the event arrived can be meant.

        :raise EventPostponedError: there is such a message
        """
        under_way = [
            ("instance_id", "=", instance.id),
            ("state", "=", "sending"),
            ("write_date", "<=", arrived_at),
        ]
        if self.search_count(under_way, limit=1):
            raise EventPostponedError()
