# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Control: instances, chats and messages as the phone shows them."""

from ..world import chats, files, message_content, messages, notifications, send_queue, sign_in
from ..world.documents import Chat, Instance, JsonObject, Message
from ..world.world import World
from .parameters import get_chat
from .routes import INSTANCE, route

SHOWN_MESSAGES = 500


@route("GET", INSTANCE + "/messages")
def list_messages(world: World, values: JsonObject, id_instance: int) -> list[JsonObject]:
    with world.changed:
        instance, chat = get_chat(world, id_instance, values)
        found = messages.search(world, instance, chat_id=chat.chat_id, limit=SHOWN_MESSAGES)
        return [describe_message(world, instance, chat, message) for message in found[::-1]]


def describe_message(world: World, instance: Instance, chat: Chat, message: Message) -> JsonObject:
    author = chats.get(world, instance, message.sender) or chat
    return {
        **message.to_json(),
        "text": message_content.words_of(message.data),
        "shown": message.look.get("shown", message_content.words_of(message.data)),
        "entities": message.look.get("entities", []),
        "senderName": instance.name if message.outgoing else author.name,
        "file": _describe_file(world, message.data.get("fileMessageData")),
    }


def _describe_file(world: World, data: JsonObject | None) -> JsonObject | None:
    """Return where the phone finds a file; ``path`` is None when it is not stored any longer."""
    if not data:
        return None
    url = data["downloadUrl"]
    path = files.local_path(world, url)
    is_kept = path and files.find(world, path.rpartition("/")[2])
    return {"isLocal": bool(path), "path": path if is_kept else None, "url": url}


def describe_chat(world: World, instance: Instance, chat: Chat) -> JsonObject:
    last = messages.search(world, instance, chat_id=chat.chat_id, limit=1)
    shown = describe_message(world, instance, chat, last[0]) if last else None
    return {**chat.to_json(), "lastMessage": shown}


def describe_instance(world: World, instance: Instance, with_token: bool = False) -> JsonObject:
    store, id_instance = world.store, instance.id_instance
    shown = instance.to_json()
    if not with_token:
        del shown["apiTokenInstance"], shown["twoFactorPassword"]
    return {
        **shown,
        "wid": instance.wid,
        "hasTwoFactorPassword": bool(instance.two_factor_password),
        "showsQr": sign_in.shows_qr(world, instance),
        "chats": [describe_chat(world, instance, chat) for chat in chats.find_all(world, instance)],
        "messagesCount": store.count_entries(id_instance, send_queue.QUEUE),
        "heardTogether": world.heard_together[id_instance],
        "webhooksCount": store.count_entries(id_instance, notifications.LIST),
        "calls": store.calls(id_instance),
    }
