# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Journals: what was sent and received, in a flat form."""

from typing import Any

from ...world import chats, message_content, messages, telling
from ...world.documents import Chat, Instance, JsonObject, Message
from ...world.world import World
from ..errors import ServiceError
from ..fields import chat_id, integer, text
from ..registry import Call, method

MINUTES = integer("minutes", 1, default=1440)
#: fields of messageData that the journals show as they are
SHOWN = {
    "fileMessageData": ("downloadUrl", "caption", "fileName", "jpegThumbnail", "mimeType"),
    "locationMessageData": ("latitude", "longitude"),
}


@method("getChatHistory", "POST", chat_id(), integer("count", 1, default=100))
def get_chat_history(call: Call) -> list[JsonObject]:
    chat, count = _find_chat(call), call.values["count"]
    return _journal(call, chat_id=chat.chat_id, limit=count)[:count]


@method("getMessage", "POST", chat_id(), text("idMessage"))
def get_message(call: Call) -> JsonObject:
    chat = _find_chat(call)
    wanted = call.values["idMessage"]
    found = _list(call, chat_id=chat.chat_id, id_message=wanted)
    if not found:
        raise ServiceError(f"Message not found by chatId {chat.chat_id} and idMessage {wanted}")
    return found[0]


@method("lastIncomingMessages", "GET", MINUTES)
def last_incoming_messages(call: Call) -> list[JsonObject]:
    return _journal(call, outgoing=False, since=_since(call))


@method("lastOutgoingMessages", "GET", MINUTES)
def last_outgoing_messages(call: Call) -> list[JsonObject]:
    return _journal(call, outgoing=True, since=_since(call))


def _since(call: Call) -> float:
    minutes: int = call.values["minutes"]
    return call.world.clock.now() - 60 * minutes


def _find_chat(call: Call) -> Chat:
    chat = chats.find(call.world, call.instance, call.values["chatId"])
    if not chat:
        raise ServiceError(f"Chat not found by chatId {call.values['chatId']}")
    return chat


def _journal(call: Call, **criteria: Any) -> list[JsonObject]:
    """Return what a journal shows: the entries, every second one twice if it is told so."""
    found = _list(call, **criteria)
    if not call.instance.journal_duplicates:
        return found
    return [entry for number, each in enumerate(found) for entry in [each] * (2 - number % 2)]


def _list(call: Call, **criteria: Any) -> list[JsonObject]:
    """Return journal entries, the newest first, without those the journal does not show yet."""
    until = call.world.clock.now() - call.instance.journal_lag_seconds
    found = messages.search(call.world, call.instance, until=until, **criteria)
    return [journal_entry(call.world, call.instance, message) for message in found]


def journal_entry(world: World, instance: Instance, message: Message) -> JsonObject:
    chat = chats.of_message(world, instance, message)
    told = telling.tell(instance, message)
    data: JsonObject = next((told[key] for key in told if key.endswith("Data")), {})
    entry: JsonObject = {
        "type": "outgoing" if message.outgoing else "incoming",
        "idMessage": message.id_message,
        "timestamp": message.timestamp,
        "typeMessage": told["typeMessage"],
        "chatId": message.chat_id,
        "chatType": chat.chat_type,
    }
    if message.outgoing:
        # a message that has not reached the recipient's phone has no status yet
        if message.status:
            entry["statusMessage"] = message.status
        entry["sendByApi"] = message.send_by_api
    else:
        author = chats.get(world, instance, message.sender) or chat
        entry["senderName"] = author.name
        entry["senderType"] = author.chat_type
        entry["senderContactName"] = author.contact_name
    entry["textMessage"] = message_content.words_of(told)
    for key, names in SHOWN.items():
        entry |= {name: told[key][name] for name in names if key in told}
    if "quotedMessage" in told:
        entry["quotedMessage"] = told["quotedMessage"]
    entry["forwardingScore"] = data.get("forwardingScore", 0)
    entry["isForwarded"] = data.get("isForwarded", False)
    entry["isEdited"] = message.is_edited
    entry["isDeleted"] = message.is_deleted
    return entry
