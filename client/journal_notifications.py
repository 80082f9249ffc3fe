# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""An entry of a journal as the notification that did not come.

Journals are flat and lack details; what they have is put where the notification would have it, so
that what was missed is taken in like everything else.

https://green-api.com/en/telegram/docs/api/journals/
"""

import re

from .. import const
from . import parsing
from .message_data import parse_journal
from .notifications import INCOMING, OUTGOING, OUTGOING_API

STATUSES = ("delivered", "read")
# What a notification says of a file, a place or a sender, and journals say in the same words
FILE_KEYS = ("downloadUrl", "fileName", "mimeType", "jpegThumbnail", "caption")
SENDER_KEYS = ("chatId", "chatType", "chatName", "senderName", "senderType", "senderContactName")


def as_notification(entry):
    """Give the body of the notification that would have told of a journal's entry.

    :param dict entry: one object of a journal
    :return: dict, with the entry itself as "journal"; None when it does not say which message it is
    """
    row = parse_journal(entry)
    if not row.id_message or not row.type_message or not _is_chat_id(row.chat_id):
        return None
    type_webhook = INCOMING
    if not row.is_incoming:
        # Only what is certainly not ours was written on the phone.
        type_webhook = OUTGOING if entry.get("sendByApi") is False else OUTGOING_API
    is_private = row.is_incoming and not const.is_group_id(row.chat_id)
    sender = {key: entry[key] for key in SENDER_KEYS if key in entry}
    sender["sender"] = row.sender or (row.chat_id if is_private else "")
    message = {"typeMessage": row.type_message, **_content(row, entry)}
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


def as_status(entry):
    """Give the body of the notification that would have told how far a message has come.

    :param dict entry: one object of the outgoing journal
    :return: dict; None when the entry tells no status
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


def _is_chat_id(value):
    return bool(re.fullmatch(const.CHAT_ID_PATTERN, value))


def _content(row, entry):
    """Give the object of messageData that goes with the kind."""
    kind, target = row.type_message, row.target_id_message
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
        name, data = "editedMessageData", {"textMessage": row.text, "stanzaId": target}
    elif kind == "deletedMessage":
        name, data = "deletedMessageData", {"stanzaId": target}
    elif kind == "textMessage":
        name, data = "textMessageData", {"textMessage": row.text}
    else:
        name, data = "extendedTextMessageData", {"text": row.text}
    return {name: {**data, "isForwarded": row.is_forwarded}}
