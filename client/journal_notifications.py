# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""Notifications made from the entries of a journal, so that missed messages are processed alike.

The entries of a journal are flat and lack details. What they contain is put where a notification
has it.

https://green-api.com/en/telegram/docs/api/journals/
"""

import re

from .. import const
from . import parsing
from .message_data import JournalMessage, parse_journal
from .notifications import INCOMING, OUTGOING, OUTGOING_API
from .parsing import JsonObject

STATUSES = ("delivered", "read")
# Keys of files and senders that notifications and journals share
FILE_KEYS = ("downloadUrl", "fileName", "mimeType", "jpegThumbnail", "caption")
SENDER_KEYS = ("chatId", "chatType", "chatName", "senderName", "senderType", "senderContactName")


def as_notification(entry: JsonObject) -> JsonObject | None:
    """Return the notification of a message that an entry of a journal stands for.

    :param entry: one object of a journal
    :return: body of the notification, with the entry itself as "journal"; None if the entry does
        not name its message
    """
    row = parse_journal(entry)
    if not row.id_message or not row.type_message or not _is_chat_id(row.chat_id):
        return None
    type_webhook = INCOMING
    if not row.is_incoming:
        # A message was written on the phone only if the entry says so.
        type_webhook = OUTGOING if entry.get("sendByApi") is False else OUTGOING_API
    is_private = row.is_incoming and not const.is_group_id(row.chat_id)
    sender = {key: entry[key] for key in SENDER_KEYS if key in entry}
    sender["sender"] = row.sender or (row.chat_id if is_private else "")
    message = {"typeMessage": row.type_message, **_prepare_content(row, entry)}
    if row.quote:
        message["quotedMessage"] = entry["quotedMessage"]
    return {
        "typeWebhook": type_webhook,
        "timestamp": row.timestamp,
        "idMessage": row.id_message,
        "senderData": sender,
        "messageData": message,
        "journal": entry,
    }


def as_status(entry: JsonObject) -> JsonObject | None:
    """Return the notification of a status that an entry of a journal stands for.

    :param entry: one object of the outgoing journal
    :return: body of the notification, with the entry itself as "journal"; None without a status
    """
    row = parse_journal(entry)
    if row.status not in STATUSES or not row.id_message or not _is_chat_id(row.chat_id):
        return None
    return {
        "typeWebhook": "outgoingMessageStatus",
        "chatId": row.chat_id,
        "timestamp": row.timestamp,
        "idMessage": row.id_message,
        "status": row.status,
        "journal": entry,
    }


def _is_chat_id(value: str) -> bool:
    return bool(re.fullmatch(const.CHAT_ID_PATTERN, value))


def _prepare_content(row: JournalMessage, entry: JsonObject) -> JsonObject:
    """Return the object of messageData that belongs to the kind of the message."""
    kind, target = row.type_message, row.target_id_message
    data: JsonObject
    if kind in (*const.FILE_KINDS, "stickerMessage"):
        data = {key: entry[key] for key in FILE_KEYS if key in entry}
        name, data["caption"] = "fileMessageData", row.text
    elif kind == "locationMessage":
        name, data = "locationMessageData", parsing.obj(entry, "location") or entry
        data = {key: data.get(key) for key in ("latitude", "longitude")}
    elif kind == "contactMessage":
        data = parsing.obj(entry, "contact") or {"firstName": row.text}
        name = "contactMessageData"
    elif kind == "pollMessage":
        name, data = "pollMessageData", {"name": row.text}
    elif kind == "editedMessage":
        name, data = "editedMessageData", {"stanzaId": target}
        if row.text or isinstance(entry.get("textMessage"), str):
            data["textMessage"] = row.text
    elif kind == "deletedMessage":
        name, data = "deletedMessageData", {"stanzaId": target}
    elif kind == "textMessage":
        name, data = "textMessageData", {"textMessage": row.text}
    else:
        name, data = "extendedTextMessageData", {"text": row.text}
    return {name: {**data, "isForwarded": row.is_forwarded}}
