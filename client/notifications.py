# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""What a notification of the service says.

https://green-api.com/en/telegram/docs/api/receiving/notifications-format/

``parse`` takes the body of any notification and gives one of the dataclasses below. Kinds that are
new to us become ``OtherNotification``, or a ``MessageNotification`` without text: they are data,
not errors.
"""

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any

from .. import const
from . import answers

INCOMING = "incomingMessageReceived"
OUTGOING = "outgoingMessageReceived"
OUTGOING_API = "outgoingAPIMessageReceived"

_PHONE = re.compile(r"[1-9][0-9]{5,14}")  # the service writes 0 for a hidden number


class NotificationError(ValueError):
    """A notification that cannot be understood. The text says what is missing."""


@dataclass(frozen=True)
class MessageNotification:
    """Somebody wrote: a customer, or the account itself (from its phone, or through the API)."""

    type_webhook: str
    id_message: str
    timestamp: int  # UNIX seconds; 0 when unknown
    chat_id: str
    chat_type: str  # "user", "group", "supergroup", "channel", "bot"; may be empty
    chat_name: str
    sender: str
    sender_name: str
    sender_phone: str  # digits; empty when hidden
    type_message: str
    text: str  # the text or the caption
    file_name: str
    quoted_id_message: str
    raw: Any = field(default=None, repr=False)

    @property
    def is_incoming(self):
        return self.type_webhook == INCOMING

    @property
    def is_via_api(self):
        """Whether the message was sent through the API, by us or by another program."""
        return self.type_webhook == OUTGOING_API


@dataclass(frozen=True)
class StatusNotification:
    """What became of a message sent: "delivered", "read", "failed", "noAccount".

    "failed" and "noAccount" may come without ``id_message``, and with the chat's phone form.
    """

    chat_id: str
    id_message: str
    status: str
    description: str
    timestamp: int
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class StateNotification:
    """The state of the instance has changed."""

    state: str
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class OtherNotification:
    """A type of notification that is new to us."""

    type_webhook: str
    raw: Any = field(default=None, repr=False)


def parse(body):
    """Say what a notification means.

    :param body: the decoded JSON of the notification
    :return: MessageNotification, StatusNotification, StateNotification or OtherNotification
    :raise NotificationError: it is no object, or lacks what its type cannot do without
    """
    if not isinstance(body, dict):
        raise NotificationError("not an object")
    type_webhook = answers.text(body, "typeWebhook")
    if not type_webhook:
        raise NotificationError("typeWebhook is missing")
    if type_webhook in (INCOMING, OUTGOING, OUTGOING_API):
        return _parse_message(type_webhook, body)
    if type_webhook == "outgoingMessageStatus":
        return StatusNotification(
            chat_id=_chat_id(body),
            id_message=_clean(answers.text(body, "idMessage")),
            status=_required(body, "status"),
            description=_clean(answers.text(body, "description")),
            timestamp=_timestamp(body),
            raw=body,
        )
    if type_webhook == "stateInstanceChanged":
        return StateNotification(_required(body, "stateInstance"), body)
    return OtherNotification(type_webhook, body)


def event_key(body, receipt_id=None):
    """Give the text that is the same for every delivery of one notification.

    Messages and their statuses are told apart by what identifies them. Everything else is told
    apart by its content and, since equal ones may follow each other, by its receipt.

    :param int receipt_id: of the polled notification; none for a webhook
    """
    if isinstance(body, dict) and answers.text(body, "idMessage"):
        sender, message = _object(body, "senderData"), _object(body, "messageData")
        parts = [
            answers.text(body, "typeWebhook"),
            answers.text(sender, "chatId") or answers.text(body, "chatId"),
            answers.text(body, "idMessage"),
            answers.text(message, "typeMessage") or answers.text(body, "status"),
        ]
    else:
        parts = [json.dumps(body, sort_keys=True), str(receipt_id or "")]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _parse_message(type_webhook, body):
    sender, message = _object(body, "senderData"), _object(body, "messageData")
    quoted = _object(message, "quotedMessage")
    phone = answers.text(sender, "senderPhoneNumber").strip("+")
    return MessageNotification(
        type_webhook=type_webhook,
        id_message=_required(body, "idMessage"),
        timestamp=_timestamp(body),
        chat_id=_chat_id(sender),
        chat_type=_clean(answers.text(sender, "chatType")),
        chat_name=_clean(answers.text(sender, "chatName")),
        sender=_clean(answers.text(sender, "sender")),
        sender_name=_clean(
            answers.text(sender, "senderName") or answers.text(sender, "senderContactName")
        ),
        sender_phone=phone if _PHONE.fullmatch(phone) else "",
        type_message=_required(message, "typeMessage"),
        text=_text_of(message),
        file_name=_clean(
            answers.text(_object(message, "fileMessageData"), "fileName")
            or answers.text(_object(message, "stickerMessageData"), "fileName")
        ),
        quoted_id_message=_clean(answers.text(quoted, "stanzaId")),
        raw=body,
    )


def _text_of(message):
    """Find the words of a message, wherever its kind keeps them."""
    found = (
        answers.text(_object(message, "textMessageData"), "textMessage")
        or answers.text(_object(message, "extendedTextMessageData"), "text")
        or answers.text(_object(message, "fileMessageData"), "caption")
        or answers.text(_object(message, "pollMessageData"), "name")
        or answers.text(_object(message, "editedMessageData"), "textMessage")
    )
    return _clean(found)


def _object(parent, key):
    value = parent.get(key)
    return value if isinstance(value, dict) else {}


def _required(parent, key):
    value = _clean(answers.text(parent, key))
    if not value:
        raise NotificationError(f"{key} is missing")
    return value


def _chat_id(parent):
    value = _required(parent, "chatId")
    if not re.fullmatch(const.CHAT_ID_PATTERN, value):
        raise NotificationError(f"chatId is not one: {value[:40]}")
    return value


def _timestamp(body):
    value = body.get("timestamp")
    plausible = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**33
    return value if plausible else 0


def _clean(value):
    """Drop what a database text cannot hold: NUL, and halves of a surrogate pair."""
    return value.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")
