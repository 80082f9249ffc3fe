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
from . import parsing
from .message_data import Message, parse_content

INCOMING = "incomingMessageReceived"
OUTGOING = "outgoingMessageReceived"
OUTGOING_API = "outgoingAPIMessageReceived"


class NotificationError(ValueError):
    """A notification that cannot be understood. The text says what is missing."""


@dataclass(frozen=True, kw_only=True)
class MessageNotification(Message):
    """Somebody wrote: a customer, or the account itself (from its phone, or through the API).

    An edit, a deletion, a reaction or a vote is a message of its own, about another one.
    """

    type_webhook: str


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
class QuotaNotification:
    """The quota of the instance's plan is used up: of a method, or of chats ("correspondents")."""

    method: str
    used: int
    total: int
    description: str
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class OtherNotification:
    """A type of notification that is new to us."""

    type_webhook: str
    raw: Any = field(default=None, repr=False)


def parse(body):
    """Say what a notification means.

    :param body: the decoded JSON of the notification
    :return: MessageNotification, StatusNotification, StateNotification, QuotaNotification or
        OtherNotification
    :raise NotificationError: it is no object, or lacks what its type cannot do without
    """
    if not isinstance(body, dict):
        raise NotificationError("not an object")
    type_webhook = parsing.clean_text(body, "typeWebhook")
    if not type_webhook:
        raise NotificationError("typeWebhook is missing")
    if type_webhook in (INCOMING, OUTGOING, OUTGOING_API):
        return _parse_message(type_webhook, body)
    if type_webhook == "outgoingMessageStatus":
        return _parse_status(body)
    if type_webhook == "stateInstanceChanged":
        return StateNotification(_required(body, "stateInstance"), body)
    if type_webhook == "quotaExceeded":
        return _parse_quota(body)
    return OtherNotification(type_webhook, body)


def event_key(body, receipt_id=None):
    """Give the text that is the same for every delivery of one notification.

    Messages and their statuses are told apart by what identifies them. Everything else is told
    apart by its content and, since equal ones may follow each other, by its receipt.

    :param int receipt_id: of the polled notification; none for a webhook
    """
    if isinstance(body, dict) and parsing.text(body, "idMessage"):
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


def _parse_message(type_webhook, body):
    sender, message = parsing.obj(body, "senderData"), parsing.obj(body, "messageData")
    name = parsing.clean_text(sender, "senderName")
    _required(message, "typeMessage")
    return MessageNotification(
        type_webhook=type_webhook,
        id_message=_required(body, "idMessage"),
        timestamp=parsing.timestamp(body, "timestamp"),
        chat_id=_chat_id(sender),
        chat_type=parsing.clean_text(sender, "chatType"),
        chat_name=parsing.clean_text(sender, "chatName"),
        sender=parsing.clean_text(sender, "sender"),
        sender_name=name or parsing.clean_text(sender, "senderContactName"),
        sender_phone=parsing.phone(sender, "senderPhoneNumber"),
        is_incoming=type_webhook == INCOMING,
        is_via_api=type_webhook == OUTGOING_API,
        raw=body,
        **parse_content(message),
    )


def _parse_status(body):
    return StatusNotification(
        chat_id=_chat_id(body),
        id_message=parsing.clean_text(body, "idMessage"),
        status=_required(body, "status"),
        description=parsing.clean_text(body, "description"),
        timestamp=parsing.timestamp(body, "timestamp"),
        raw=body,
    )


def _parse_quota(body):
    data = parsing.obj(body, "quotaData")
    return QuotaNotification(
        method=parsing.clean_text(data, "method"),
        used=parsing.integer(data, "used"),
        total=parsing.integer(data, "total"),
        description=parsing.clean_text(data, "description"),
        raw=body,
    )


def _required(parent, key):
    value = parsing.clean_text(parent, key)
    if not value:
        raise NotificationError(f"{key} is missing")
    return value


def _chat_id(parent):
    value = _required(parent, "chatId")
    if not re.fullmatch(const.CHAT_ID_PATTERN, value):
        raise NotificationError(f"chatId is not one: {value[:40]}")
    return value
