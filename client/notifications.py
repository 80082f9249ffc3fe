# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""Notifications of GREEN-API.

https://green-api.com/en/telegram/docs/api/receiving/notifications-format/

``parse`` reads the body of any notification and returns one of the dataclasses below. A new type
becomes an ``OtherNotification``, a new kind of message a ``MessageNotification`` without text:
neither is an error.
"""

import hashlib
import json
import re
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from .. import const
from . import parsing
from .message_data import Message, has_edited_text, parse_content, parse_request
from .parsing import JsonObject

INCOMING = "incomingMessageReceived"
OUTGOING = "outgoingMessageReceived"
OUTGOING_API = "outgoingAPIMessageReceived"
STATUS = "outgoingMessageStatus"
STATE = "stateInstanceChanged"
QUOTA = "quotaExceeded"


class NotificationError(ValueError):
    """A notification cannot be understood.

    :ivar str code: the reason, one of the ``UNREADABLE_…`` values of const.py
    :ivar str|int detail: what it is about: the name of a missing value, a chat ID, or a number
    """

    def __init__(self, code: str, detail: str | int = "") -> None:
        self.code = code
        self.detail = detail
        super().__init__(f"{code}: {detail}" if detail else code)


@dataclass(frozen=True)
class UnreadableBody:
    """What was received in place of the JSON of a notification."""

    text: str  # as it was received, at most const.NOTIFICATION_MAX_BYTES
    code: str  # see NotificationError
    detail: str | int = ""
    is_cut: bool = False  # whether it may be the beginning of a JSON text

    @property
    def error(self) -> NotificationError:
        """The error that this body means."""
        return NotificationError(self.code, self.detail)


@dataclass(frozen=True, kw_only=True)
class MessageNotification(Message):
    """A message of a customer, or of the account itself from its phone or through the API.

    An edit, a deletion, a reaction or a vote is a message about another one.
    """

    type_webhook: str


@dataclass(frozen=True)
class StatusNotification:
    """The status of a sent message: "delivered", "read", "failed", "noAccount".

    With "failed" and "noAccount", ``id_message`` may be empty and ``chat_id`` the phone form.
    """

    chat_id: str
    id_message: str
    status: str
    description: str
    timestamp: int  # UNIX seconds; 0 if unknown
    raw: Any = field(default=None, repr=False)

    def get_message(self) -> Message:
        """Return the message that the status is about, of which only the ID is known."""
        body = {"chatId": self.chat_id}
        message = parse_request("", body, self.id_message)
        return replace(message, timestamp=self.timestamp, raw=self.raw)


@dataclass(frozen=True)
class StateNotification:
    """The state of the instance has changed."""

    state: str
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class QuotaNotification:
    """A quota of the plan is used up: of a method, or of chats ("correspondents")."""

    method: str
    used: int  # calls or chats
    total: int  # calls or chats
    description: str
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class OtherNotification:
    """A notification of an unknown type."""

    type_webhook: str
    raw: Any = field(default=None, repr=False)


Notification: TypeAlias = (
    MessageNotification
    | StatusNotification
    | StateNotification
    | QuotaNotification
    | OtherNotification
)


def read_body(content: bytes) -> Any:
    """Return the notification that was received by webhook or by polling. Never fails.

    What cannot be read must not hold up what comes after it: it is stored as it was received.

    :param content: the body of the request or response; of a longer one, its beginning of more
        than const.NOTIFICATION_MAX_BYTES
    :return: the JSON value, or an UnreadableBody
    """
    limit = const.NOTIFICATION_MAX_BYTES
    if len(content) <= limit:
        return decode_body(parsing.to_text(content))
    text = parsing.clean(parsing.to_text(content[:limit]))
    return UnreadableBody(text, const.UNREADABLE_SIZE, limit)


def decode_body(text: str) -> Any:
    """Return a notification decoded from text, such as that of a stored event. Never fails.

    :return: the JSON value, or an UnreadableBody
    """
    try:
        return parsing.decode(text)
    except json.JSONDecodeError as error:
        is_cut = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")
        return UnreadableBody(parsing.clean(text), const.UNREADABLE_JSON, error.pos + 1, is_cut)
    except ValueError:
        return UnreadableBody(parsing.clean(text), const.UNREADABLE_DEPTH, parsing.DEPTH_MAX)


def parse(body: Any) -> Notification:
    """Return the meaning of a notification.

    :param body: the notification, decoded from JSON, or an UnreadableBody
    :raise NotificationError: it is no object, or a value that its type requires is missing
    """
    if isinstance(body, UnreadableBody):
        raise body.error
    if not isinstance(body, dict):
        raise NotificationError(const.UNREADABLE_OBJECT)
    type_webhook = parsing.clean_text(body, "typeWebhook")
    if not type_webhook:
        raise NotificationError(const.UNREADABLE_MISSING, "typeWebhook")
    if type_webhook in (INCOMING, OUTGOING, OUTGOING_API):
        return _parse_message(type_webhook, body)
    if type_webhook == STATUS:
        return _parse_status(body)
    if type_webhook == STATE:
        return StateNotification(_require(body, "stateInstance"), body)
    if type_webhook == QUOTA:
        return _parse_quota(body)
    return OtherNotification(type_webhook, body)


def event_key(body: Any, receipt_id: int | None = None) -> str:
    """Return a text that is the same for every delivery of one notification.

    Messages and statuses have IDs. Every other notification is identified by its content and its
    receipt, because notifications with equal content may follow each other.

    :param body: the notification, decoded from JSON, or an UnreadableBody
    :param receipt_id: of a polled notification; None for a webhook
    """
    if isinstance(body, UnreadableBody):
        parts = [body.text]
    elif isinstance(body, dict) and parsing.text(body, "idMessage"):
        sender, message = parsing.obj(body, "senderData"), parsing.obj(body, "messageData")
        parts = [
            parsing.clean_text(body, "typeWebhook"),
            parsing.text(sender, "chatId") or parsing.text(body, "chatId"),
            parsing.text(body, "idMessage"),
            parsing.text(message, "typeMessage") or parsing.text(body, "status"),
        ]
    else:
        parts = [json.dumps(body, sort_keys=True), str(receipt_id or "")]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def get_file_identity(body: Any) -> tuple[str, str] | None:
    """Return the name and the link of the file of a message; None without a file.

    :param body: the notification, decoded from JSON
    """
    message = parsing.obj(body, "messageData") if isinstance(body, dict) else {}
    file = parse_content(message)["file"]
    return (file.name, file.download_url.partition("?")[0]) if file else None


def has_other_file(body: Any, stored: Any) -> bool:
    """Return whether two notifications of one message have different files, as in an album.

    What one of them lacks makes no difference.
    """
    file, other = get_file_identity(body), get_file_identity(stored)
    pairs = zip(file or (), other or (), strict=False)
    return any(one and two and one != two for one, two in pairs)


def _parse_message(type_webhook: str, body: JsonObject) -> MessageNotification:
    sender, message = parsing.obj(body, "senderData"), parsing.obj(body, "messageData")
    name = parsing.name(sender, "senderName")
    if _require(message, "typeMessage") == "editedMessage" and not has_edited_text(message):
        raise NotificationError(const.UNREADABLE_MISSING, "editedMessageData.textMessage")
    return MessageNotification(
        type_webhook=type_webhook,
        id_message=_require(body, "idMessage"),
        timestamp=parsing.timestamp(body, "timestamp"),
        chat_id=_require_chat_id(sender),
        chat_type=parsing.clean_text(sender, "chatType"),
        chat_name=parsing.name(sender, "chatName"),
        sender=parsing.clean_text(sender, "sender"),
        sender_name=name or parsing.name(sender, "senderContactName"),
        sender_phone=parsing.phone(sender, "senderPhoneNumber"),
        is_incoming=type_webhook == INCOMING,
        is_via_api=type_webhook == OUTGOING_API,
        raw=body,
        **parse_content(message),
    )


def _parse_status(body: JsonObject) -> StatusNotification:
    return StatusNotification(
        chat_id=_require_chat_id(body),
        id_message=parsing.clean_text(body, "idMessage"),
        status=_require(body, "status"),
        description=parsing.clean_text(body, "description"),
        timestamp=parsing.timestamp(body, "timestamp"),
        raw=body,
    )


def _parse_quota(body: JsonObject) -> QuotaNotification:
    data = parsing.obj(body, "quotaData")
    return QuotaNotification(
        method=parsing.clean_text(data, "method"),
        used=parsing.integer(data, "used"),
        total=parsing.integer(data, "total"),
        description=parsing.clean_text(data, "description"),
        raw=body,
    )


def _require(parent: JsonObject, key: str) -> str:
    """Return a field as text.

    :raise NotificationError: it is missing
    """
    value = parsing.clean_text(parent, key)
    if not value:
        raise NotificationError(const.UNREADABLE_MISSING, key)
    return value


def _require_chat_id(parent: JsonObject) -> str:
    """Return the chat ID.

    :raise NotificationError: it is missing, or no chat ID
    """
    value = _require(parent, "chatId")
    if not re.fullmatch(const.CHAT_ID_PATTERN, value):
        raise NotificationError(const.UNREADABLE_CHAT_ID, value[:40])
    return value
