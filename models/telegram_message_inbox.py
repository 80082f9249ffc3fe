# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import datetime, timedelta, timezone

from odoo import api, fields, models
from odoo.fields import Domain

from .. import const
from .telegram_message import NO_FAILURE, RANK

IN_PHONE_FORM = Domain("chat_id.chat_id", "=like", f"%{const.PHONE_CHAT_SUFFIX}")
# After this long an old message still "sent" is not what a report without an id means.
STATUS_HOURS = 24


class NotYet(Exception):
    """An event that makes sense only once the outcome of one of our sends is known."""


class TelegramMessage(models.Model):
    """What notifications say about messages: new ones, and what became of ours."""

    _inherit = "telegram.message"

    # === A MESSAGE === #

    @api.model
    def _receive(self, instance, notification, arrived_at):
        """Keep a message that the service reports, once, and show it where it belongs.

        :param MessageNotification notification: what the service reported
        :param datetime arrived_at: when that arrived (UTC)
        :return: the ``telegram.message``, new or known
        :raise NotYet: see _find_echo
        """
        if not notification.is_incoming:
            echo = self._find_echo(instance, notification, arrived_at)
            if echo:
                return echo
        chat = self.env["telegram.chat"]._from_notification(instance, notification)
        known = self.search(
            [("chat_id", "=", chat.id), ("id_message", "=", notification.id_message)]
        )
        if known:
            return known
        message = self.create(self._prepare_received_values(chat, notification))
        chat._note_contact(message)
        message._show()
        return message

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
    def _prepare_received_values(self, chat, notification):
        date = fields.Datetime.now()
        if notification.timestamp:
            date = datetime.fromtimestamp(notification.timestamp, timezone.utc).replace(tzinfo=None)
        values = {
            "chat_id": chat.id,
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
        if notification.is_incoming:
            is_group = chat.chat_id.startswith("-")
            author_chat = chat._find(chat.instance_id, notification.sender) if is_group else chat
            values["author_id"] = author_chat.partner_id.id
        record = self._find_answered_record(chat, notification)
        if record:
            values.update(res_model=record._name, res_id=record.id)
        return values

    @api.model
    def _find_answered_record(self, chat, notification):
        """Return the record that a message answers: of the message it quotes, else of the last
        one sent from a record, unless that is longer ago than the instance says."""
        sent = Domain("chat_id", "=", chat.id) & Domain("res_id", "!=", False)
        sent &= Domain("state", "in", ("sent", "delivered", "read", "unsure", "received"))
        quoted = notification.quoted_id_message
        if quoted:
            last = self.search(sent & Domain("id_message", "=", quoted), limit=1)
        else:
            since = fields.Datetime.now() - timedelta(days=chat.instance_id.reply_days)
            last = self.search(
                sent & Domain("direction", "=", "outgoing") & Domain("date", ">=", since), limit=1
            )
        return last._get_record() if last else None

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
