# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Control: what the customer and the account's owner do with their phones."""

import base64

from .. import chats, files, messages
from .routes import INSTANCE, allow, get_chat, get_instance, route


@route("POST", INSTANCE + "/incoming")
def incoming(world, values, id_instance):
    allow(values, "chatId", "message", "messageData", "quotedMessageId", "sender")
    with world.transaction(id_instance):
        instance, chat = get_chat(world, id_instance, values)
        quote = values.get("quotedMessageId")
        sender = values.get("sender")
        message = messages.receive(world, instance, chat, message_data(values), sender, quote)
        return {"idMessage": message.id_message}


@route("POST", INSTANCE + "/outgoing")
def outgoing(world, values, id_instance):
    allow(values, "chatId", "message", "messageData", "quotedMessageId")
    with world.transaction(id_instance):
        instance, chat = get_chat(world, id_instance, values)
        quote = values.get("quotedMessageId")
        message = messages.write_on_phone(world, instance, chat, message_data(values), quote)
        return {"idMessage": message.id_message}


@route("POST", INSTANCE + "/files")
def add_file(world, values, id_instance):
    allow(values, "fileName", "content", "caption")
    content = base64.b64decode(values["content"])
    with world.transaction(id_instance):
        url = files.keep(world, get_instance(world, id_instance), content, values["fileName"])
        return messages.file_data(url, values["fileName"], values.get("caption", ""))


@route("POST", INSTANCE + "/deliver")
def deliver(world, values, id_instance):
    with world.transaction(id_instance):
        messages.deliver(world, *get_chat(world, id_instance, values))
    return {}


@route("POST", INSTANCE + "/read")
def read(world, values, id_instance):
    with world.transaction(id_instance):
        messages.read(world, *get_chat(world, id_instance, values))
    return {}


@route("GET", INSTANCE + "/messages")
def list_messages(world, values, id_instance):
    with world.changed:
        instance, chat = get_chat(world, id_instance, values)
        found = messages.search(world, instance, chat_id=chat.chat_id, limit=500)
        return [describe_message(world, instance, chat, message) for message in found[::-1]]


def message_data(values):
    """messageData, given as such or made of a text."""
    if "messageData" in values:
        return values["messageData"]
    return messages.text_data(values["message"])


def describe_chat(world, instance, chat):
    last = messages.search(world, instance, chat_id=chat.chat_id, limit=1)
    shown = describe_message(world, instance, chat, last[0]) if last else None
    return {**chat.to_json(), "lastMessage": shown}


def describe_message(world, instance, chat, message):
    author = chats.get(world, instance, message.sender) or chat
    name = instance.name if message.outgoing else author.name
    return {**message.to_json(), "text": messages.text_of(message.data), "senderName": name}
