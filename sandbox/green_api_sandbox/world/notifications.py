# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The service's notifications: their bodies, and the queue they wait in.

Each builder takes what happened and gives the body as the service writes it.
"""

import base64
import json
from typing import Any

from . import chats, telling
from .documents import Chat, Instance, JsonObject, Message
from .faults import NOTIFICATION
from .store import Entry
from .world import World

LIST = "notifications"
#: those that a fault holds back
LATE_LIST = "late notifications"
#: key of a queued body that is no JSON: its bytes, in base64
CONTENT = "content of the notification"
LIFE = 24 * 60 * 60  # seconds
STATUS_SETTINGS = ("outgoingWebhook", "outgoingMessageWebhook", "outgoingAPIMessageWebhook")
ALWAYS_TOLD = ("failed", "noAccount")
#: kinds of message that need one more setting
EXTRA_SETTING = {
    "pollMessage": "pollMessageWebhook",
    "editedMessage": "editedMessageWebhook",
    "deletedMessage": "deletedMessageWebhook",
    "pollUpdateMessage": "pollMessageWebhook",
}


def add(world: World, instance: Instance, body: JsonObject) -> None:
    """Queue a notification, unless the instance's settings or a fault prevent it."""
    if not _is_wanted(instance, body):
        return
    id_instance, now = instance.id_instance, world.clock.now()
    fault = world.faults.use(id_instance, NOTIFICATION)
    kind = fault.kind if fault else "pass"
    if kind == "late":
        world.store.add_entry(id_instance, LATE_LIST, body, now)
    elif kind != "drop":
        for _time in range(2 if kind == "repeat" else 1):
            add_raw(world, instance, body)
        add_late(world, id_instance)


def add_raw(world: World, instance: Instance, body: Any) -> int:
    """Queue anything as a notification.

    :return: its receiptId
    """
    number = world.store.add_entry(instance.id_instance, LIST, body, world.clock.now())
    world.tell_about(instance.id_instance)
    return number


def add_content(world: World, instance: Instance, content: str) -> int:
    """Queue any bytes in place of the JSON of a notification.

    :param content: in base64
    :return: its receiptId
    """
    return add_raw(world, instance, {CONTENT: content})


def encode(body: Any) -> bytes:
    """Return a queued body as it is transferred."""
    if isinstance(body, dict) and CONTENT in body:
        return base64.b64decode(body[CONTENT])
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")


def add_late(world: World, id_instance: int) -> None:
    """Queue the notifications that a fault has delayed."""
    for number, created, body in world.store.entries(id_instance, LATE_LIST):
        world.store.remove_entry(id_instance, LATE_LIST, number)
        world.store.add_entry(id_instance, LIST, body, created)
        world.tell_about(id_instance)


def first(world: World, id_instance: int) -> Entry | None:
    """Return the head of the queue, whose number is the receiptId; or None."""
    drop_expired(world, id_instance)
    return world.store.first_entry(id_instance, LIST)


def drop_expired(world: World, id_instance: int) -> None:
    world.store.drop_entries(id_instance, LIST, created_until=world.clock.now() - LIFE)


def _is_wanted(instance: Instance, body: JsonObject) -> bool:
    kind = body["typeWebhook"]
    if kind == "quotaExceeded":
        return True
    if kind == "stateInstanceChanged":
        return instance.is_on("stateWebhook")
    if kind == "outgoingMessageStatus":
        return body["status"] in ALWAYS_TOLD or instance.is_on(*STATUS_SETTINGS)
    needed = [
        {
            "incomingMessageReceived": "incomingWebhook",
            "outgoingMessageReceived": "outgoingMessageWebhook",
            "outgoingAPIMessageReceived": "outgoingAPIMessageWebhook",
        }[kind]
    ]
    extra = EXTRA_SETTING.get(body["messageData"]["typeMessage"])
    return instance.is_on(*needed, *([extra] if extra else []))


def _envelope(world: World, instance: Instance, kind: str) -> JsonObject:
    return {
        "typeWebhook": kind,
        "instanceData": {
            "idInstance": instance.id_instance,
            "wid": instance.wid,
            "typeInstance": "telegram",
        },
        "timestamp": world.timestamp(),
    }


def message(world: World, instance: Instance, chat: Chat, message: Message) -> JsonObject:
    """Return the notification of a message, incoming or outgoing."""
    if not message.outgoing:
        kind = "incomingMessageReceived"
    elif message.send_by_api:
        kind = "outgoingAPIMessageReceived"
    else:
        kind = "outgoingMessageReceived"
    return {
        **_envelope(world, instance, kind),
        "timestamp": message.timestamp,
        "idMessage": message.id_message,
        "senderData": _sender_data(world, instance, chat, message.sender),
        "messageData": telling.tell(instance, message),
    }


def _sender_data(world: World, instance: Instance, chat: Chat, sender: str) -> JsonObject:
    if sender == instance.chat_id:
        author = chats.own(instance)
    else:
        author = chats.get(world, instance, sender) or chat
    return {
        "chatId": chat.chat_id,
        "chatType": chat.chat_type,
        "sender": sender,
        "chatName": chat.name,
        "senderName": author.name,
        "senderType": author.chat_type,
        "senderContactName": author.contact_name,
        "senderPhoneNumber": author.phone_number,
    }


def status(
    world: World,
    instance: Instance,
    chat_id: str,
    status: str,
    id_message: str | None = None,
    description: str | None = None,
) -> JsonObject:
    """Return outgoingMessageStatus; failed and noAccount have a description, no idMessage."""
    body = {
        "typeWebhook": "outgoingMessageStatus",
        "chatId": chat_id,
        **_envelope(world, instance, "outgoingMessageStatus"),
    }
    if id_message is not None:
        body["idMessage"] = id_message
    body["status"] = status
    if description is not None:
        body["description"] = description
    return body


def state(world: World, instance: Instance) -> JsonObject:
    return {
        **_envelope(world, instance, "stateInstanceChanged"),
        "stateInstance": instance.state_instance,
    }


def quota(world: World, instance: Instance, data: JsonObject) -> JsonObject:
    """Return quotaExceeded; ``data`` is the part of the answer 466 that names the quota."""
    return {**_envelope(world, instance, "quotaExceeded"), "quotaData": data}
