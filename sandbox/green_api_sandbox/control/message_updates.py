# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Control: messages edited, deleted, delivered, read, and their statuses."""

from ..world import edits, message_content, messages, notifications
from ..world.documents import JsonObject
from ..world.world import World
from .parameters import allow, get_chat, get_instance, get_message, get_sender
from .routes import INSTANCE, ControlError, route


@route("POST", INSTANCE + "/edit")
def edit(world: World, values: JsonObject, id_instance: int) -> JsonObject:
    allow(values, "chatId", "idMessage", "message", "literal")
    words = values["message"]
    with world.transaction(id_instance):
        instance, _chat, message = get_message(world, id_instance, values)
        if not message_content.has_words(message.data):
            raise ControlError("Only a text or the caption of a file can be edited", 409)
        if not isinstance(words, str) or not (words or "fileMessageData" in message.data):
            raise ControlError("message has to be a text that is not empty")
        is_literal = bool(values.get("literal", False))
        edits.edit(world, instance, message, words, is_literal=is_literal)
    return {}


@route("POST", INSTANCE + "/delete")
def delete(world: World, values: JsonObject, id_instance: int) -> JsonObject:
    allow(values, "chatId", "idMessage")
    with world.transaction(id_instance):
        instance, _chat, message = get_message(world, id_instance, values)
        edits.delete(world, instance, message)
    return {}


@route("POST", INSTANCE + "/react")
def react(world: World, values: JsonObject, id_instance: int) -> JsonObject:
    allow(values, "chatId", "idMessage", "emoji", "sender")
    with world.transaction(id_instance):
        instance, chat, message = get_message(world, id_instance, values)
        sender = get_sender(world, instance, chat, values)
        edits.react(world, instance, message, sender, str(values["emoji"]))
    return {}


@route("POST", INSTANCE + "/vote")
def vote(world: World, values: JsonObject, id_instance: int) -> JsonObject:
    allow(values, "chatId", "idMessage", "options", "sender")
    with world.transaction(id_instance):
        instance, chat, message = get_message(world, id_instance, values)
        sender = get_sender(world, instance, chat, values)
        edits.vote(world, instance, message, sender, list(values["options"]))
    return {}


@route("POST", INSTANCE + "/deliver")
def deliver(world: World, values: JsonObject, id_instance: int) -> JsonObject:
    with world.transaction(id_instance):
        messages.deliver(world, *get_chat(world, id_instance, values))
    return {}


@route("POST", INSTANCE + "/read")
def read(world: World, values: JsonObject, id_instance: int) -> JsonObject:
    with world.transaction(id_instance):
        messages.read(world, *get_chat(world, id_instance, values))
    return {}


@route("POST", INSTANCE + "/statuses")
def send_status(world: World, values: JsonObject, id_instance: int) -> JsonObject:
    """Send a status notification; the message itself is not changed."""
    allow(values, "chatId", "idMessage", "status", "description")
    with world.transaction(id_instance):
        instance = get_instance(world, id_instance)
        details = values.get("idMessage"), values.get("description")
        chat_id, status = str(values["chatId"]), str(values["status"])
        body = notifications.status(world, instance, chat_id, status, *details)
        notifications.add(world, instance, body)
    return {}
