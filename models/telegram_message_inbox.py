# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .. import const
from .telegram_message import NO_FAILURE, RANK
from .unix_time import to_datetime

IN_PHONE_FORM = Domain("chat_id.chat_id", "=like", f"%{const.PHONE_CHAT_SUFFIX}")
# A message in one of these may be answered.
SENT_STATES = ("sent", "delivered", "read", "unsure", "received")
# After this long an old message still "sent" is not what a report without an id means.
STATUS_HOURS = 24


class NotYet(Exception):
    """An event that makes sense only once the outcome of one of our sends is known."""


class TelegramMessage(models.Model):
    """What notifications say about messages: new ones, and what became of ours."""

    _inherit = "telegram.message"

    # === A MESSAGE === #

    @api.model
    def _receive(self, instance, notifications, arrived_at):
        """Keep messages that the service reports, each once, and show them where they belong.

        :param list notifications: the MessageNotification of each; several at once only when they
            came in and do not know of each other
        :param datetime arrived_at: when the first one arrived (UTC)
        :return: list of the ``telegram.message`` of each, new or known
        :raise NotYet: see _find_echo
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
            chat._note_contact(messages_of_chat)
        created._show()
        messages.update(((each.chat_id.id, each.id_message), each) for each in created)
        return [messages[key] for key in keys]

    @api.model
    def _find_by_keys(self, keys):
        """Return messages by pairs of the chat's id and their own ``id_message``.

        :param keys: such pairs
        :return: dict of the ``telegram.message`` by pair; without those that are not there
        """
        chat_ids, ids_message = map(list, zip(*keys, strict=True)) if keys else ([], [])
        found = self.search([("chat_id", "in", chat_ids), ("id_message", "in", ids_message)])
        return {(message.chat_id.id, message.id_message): message for message in found}

    @api.model
    def _find_echo(self, instance, notification, arrived_at):
        """Return the message of ours that a notification of an outgoing message repeats.

        The echo tells the number of a chat that was written to by phone, and it proves that an
        unsure message went out.

        :raise NotYet: it may be that of a message being sent, or of one that is unsure
        """
        outgoing = Domain("instance_id", "=", instance.id) & Domain("direction", "=", "outgoing")
        same_chat = Domain("chat_id.chat_id", "=", notification.chat_id)
        same_id = Domain("id_message", "=", notification.id_message)
        message = self.search(outgoing & same_id & same_chat, limit=1)
        if message or not notification.is_via_api:
            return message

        def is_same(candidate):
            return candidate._is_same(notification)

        # Id and text together prove that it is the chat so far known by its phone only: an id
        # alone does not, since another chat may have it, too.
        message = self.search(outgoing & same_id & IN_PHONE_FORM).filtered(is_same)[:1]
        if message:
            message.chat_id._learn_chat_id(notification.chat_id)
            return message
        self._await_sending(instance, arrived_at)
        # Without an id: unsure, taken for arrived by a person, or queued once more.
        attempted = Domain("id_message", "=", False) & Domain("attempts", ">", 0)
        attempted &= Domain("state", "in", ("unsure", "sent", "queued"))
        message = self.search(outgoing & attempted & same_chat, order="id").filtered(is_same)[:1]
        if message:
            message._mark_sent(notification.id_message)
            return message
        settling = outgoing & Domain("is_settling", "=", True)
        if self.search(settling & IN_PHONE_FORM).filtered(is_same):
            raise NotYet()  # the number of that chat is being asked for
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
        return {
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
        }

    @api.model
    def _find_authors(self, instance, received):
        """Return the contact who wrote each message: the chat's own, in a group the sender's."""
        senders = {note.sender for chat, note in received if chat.chat_id.startswith("-")}
        chats = self.env["telegram.chat"]._find_all(instance, senders)

        def find(chat, notification):
            if not notification.is_incoming:
                return self.env["res.partner"]
            if chat.chat_id.startswith("-"):
                chat = chats.get(notification.sender, chat.browse())
            return chat.partner_id

        return [find(chat, notification) for chat, notification in received]

    @api.model
    def _find_answered_records(self, instance, received):
        """Return the record that each message answers: of the message it quotes, else of the last
        one sent from a record, unless that is longer ago than the instance says.

        :param list received: pairs of ``telegram.chat`` and MessageNotification
        :return: list of records, None where there is none
        """
        quoted = self._find_by_keys(
            [(chat.id, note.quoted_id_message) for chat, note in received if note.quoted_id_message]
        )
        sent = self._find_last_sent(
            instance, {chat.id for chat, note in received if not note.quoted_id_message}
        )
        answered = [
            quoted.get((chat.id, note.quoted_id_message))
            if note.quoted_id_message
            else sent.get(chat.id)
            for chat, note in received
        ]
        records = self.union(*filter(None, answered))._get_records()
        return [
            records.get(each) if each and (each.state in SENT_STATES) else None for each in answered
        ]

    @api.model
    def _find_last_sent(self, instance, chat_ids):
        """Return the last message sent from a record in each chat, by the id of the chat.

        :param set chat_ids: of ``telegram.chat``
        """
        self.flush_model(["chat_id", "res_id", "direction", "state", "date"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT chat.id, last.id
                  FROM unnest(%(chats)s::int[]) AS chat(id)
                 CROSS JOIN LATERAL (
                    SELECT id
                      FROM telegram_message
                     WHERE chat_id = chat.id
                       AND res_id IS NOT NULL
                       AND direction = 'outgoing'
                       AND state IN %(states)s
                       AND date >= %(since)s
                     ORDER BY id DESC
                     LIMIT 1
                 ) AS last
                """,
                chats=list(chat_ids),
                states=SENT_STATES,
                since=instance._get_reply_limit(),
            )
        )
        messages = self.browse([message_id for _chat_id, message_id in rows])
        return dict(zip((chat_id for chat_id, _id in rows), messages, strict=True))

    # === A STATUS === #

    @api.model
    def _take_status(self, instance, notification, arrived_at):
        """Keep what became of a message of ours.

        :param StatusNotification notification: what the service reported
        :param datetime arrived_at: when that arrived (UTC)
        :return: the ``telegram.message``, or none when it is not known here
        :raise NotYet: a message is being sent just now whose id is not written down yet
        """
        message = self._find_by_status(instance, notification)
        if not message:
            self._await_sending(instance, arrived_at)
            self._await_settling(instance, notification)
            return message
        state = notification.status
        if state in RANK:
            if RANK[state] > RANK.get(message.state, 0):
                message._set_state({"state": state, **NO_FAILURE})
        elif state in ("failed", "noAccount") and RANK.get(message.state, 0) < RANK["delivered"]:
            message.chat_id.no_account = state == "noAccount"
            message._set_state(
                {
                    "state": "error",
                    "failure_type": "no_account" if state == "noAccount" else "failed",
                    "failure_reason": self._explain_status(notification),
                }
            )
        return message

    @api.model
    def _find_by_status(self, instance, notification):
        """Return the message that a status is about.

        "failed" and "noAccount" may come without the message's id: they mean the first message
        of the chat of which nothing better is known.
        """
        outgoing = Domain("instance_id", "=", instance.id) & Domain("direction", "=", "outgoing")
        same_chat = Domain("chat_id.chat_id", "=", notification.chat_id)
        if not notification.id_message:
            since = fields.Datetime.now() - timedelta(hours=STATUS_HOURS)
            sent = Domain("state", "=", "sent") | Domain("is_settling", "=", True)
            sent &= Domain("attempted_at", ">=", since)
            sent &= Domain("type_message", "not in", const.CHANGE_KINDS)  # stay "sent" for good
            return self.search(outgoing & same_chat & sent, order="id", limit=1)
        same_id = Domain("id_message", "=", notification.id_message)
        message = self.search(outgoing & same_id & same_chat, limit=1)
        if not message and not notification.chat_id.startswith("-"):
            # A chat known by its phone only: the report may come before the echo that tells more.
            found = self.search(outgoing & same_id & IN_PHONE_FORM, limit=2)
            message = found if len(found) == 1 else message
        return message

    @api.model
    def _await_settling(self, instance, notification):
        """Let a status wait that may be about an unsure message, whose id is not known yet.

        :raise NotYet: there is such a message
        """
        settling = Domain("instance_id", "=", instance.id) & Domain("is_settling", "=", True)
        same_chat = Domain("chat_id.chat_id", "=", notification.chat_id)
        if notification.id_message and self.search_count(
            settling & (same_chat | IN_PHONE_FORM), limit=1
        ):
            raise NotYet()

    @api.model
    def _await_sending(self, instance, arrived_at):
        """Let an event wait that may be about a message whose sending is not written down yet.

        Only one that was on its way when the event arrived can be meant.

        :raise NotYet: there is such a message
        """
        under_way = [
            ("instance_id", "=", instance.id),
            ("state", "=", "sending"),
            ("write_date", "<=", arrived_at),
        ]
        if self.search_count(under_way, limit=1):
            raise NotYet()

    def _mark_no_account(self):
        """Fail messages to a number at which there is nobody."""
        self.chat_id.no_account = True
        self._set_state(
            {
                "state": "error",
                "failure_type": "no_account",
                "failure_reason": self._explain_no_account(),
            }
        )

    def _explain_no_account(self):
        return self.env._(
            "This number has no Telegram account, or hides it. Ask the contact for another "
            "number or for the Telegram user name."
        )

    def _explain_status(self, notification):
        if notification.status == "noAccount":
            text = self._explain_no_account()
        else:
            text = self.env._("Telegram did not take the message.")
        return f"{text} ({notification.description})" if notification.description else text
