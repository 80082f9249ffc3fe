# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Control: what the customer and the account's owner write with their phones."""

import base64
import binascii
import io

from ..world import files, message_content, messages
from ..world.documents import Instance, JsonObject
from ..world.world import World
from .parameters import allow, get_chat, get_instance, get_sender
from .routes import INSTANCE, ControlError, route

KINDS = ("message", "file", "location", "contact", "poll", "messageData")
MAX_BURST = 10000
BURST_CONTENT = b"One of many files"


@route("POST", INSTANCE + "/incoming")
def incoming(world: World, values: JsonObject, id_instance: int) -> JsonObject:
    allow(values, "chatId", "quotedMessageId", "sender", "literal", *KINDS)
    with world.transaction(id_instance):
        instance, chat = get_chat(world, id_instance, values)
        sender = get_sender(world, instance, chat, values)
        if sender == instance.chat_id:
            raise ControlError("What the owner writes is outgoing, not incoming")
        data = message_data(world, instance, values)
        quote = values.get("quotedMessageId")
        message = messages.receive(world, instance, chat, sender, data, quote, **_details(values))
        return {"idMessage": message.id_message}


@route("POST", INSTANCE + "/outgoing")
def outgoing(world: World, values: JsonObject, id_instance: int) -> JsonObject:
    allow(values, "chatId", "quotedMessageId", "literal", *KINDS)
    with world.transaction(id_instance):
        instance, chat = get_chat(world, id_instance, values)
        data = message_data(world, instance, values)
        quote = values.get("quotedMessageId")
        message = messages.write_on_phone(world, instance, chat, data, quote, **_details(values))
        return {"idMessage": message.id_message}


@route("POST", INSTANCE + "/burst")
def burst(world: World, values: JsonObject, id_instance: int) -> JsonObject:
    """Create many incoming texts, or files with these captions, in turns from several chats."""
    allow(values, "chatIds", "count", "message", "fileNames")
    count = values["count"]
    if not isinstance(count, int) or not 1 <= count <= MAX_BURST:
        raise ControlError(f"count has to be an integer from 1 to {MAX_BURST}")
    words = values.get("message", "Message")
    names = values.get("fileNames") or [""]
    written = []
    with world.transaction(id_instance):
        instance = get_instance(world, id_instance)
        urls = {
            name: files.save(world, instance, io.BytesIO(BURST_CONTENT), name)
            for name in filter(None, names)
        }
        for number in range(count):
            chat_id = values["chatIds"][number % len(values["chatIds"])]
            instance, chat = get_chat(world, id_instance, {"chatId": chat_id})
            sender = get_sender(world, instance, chat, {})
            text, name = f"{words} {number + 1}", names[number % len(names)]
            if name:
                data = message_content.file(urls[name], name, text)
            else:
                data = message_content.text(text)
            written.append(messages.receive(world, instance, chat, sender, data))
    return {"idMessages": [message.id_message for message in written]}


@route("POST", INSTANCE + "/files")
def add_file(world: World, values: JsonObject, id_instance: int) -> JsonObject:
    allow(values, "fileName", "content", "caption")
    with world.transaction(id_instance):
        return _save_file(world, get_instance(world, id_instance), values)


def message_data(world: World, instance: Instance, values: JsonObject) -> JsonObject:
    """Return the messageData that the request describes in one of its ways."""
    given = [kind for kind in KINDS if kind in values]
    if len(given) != 1:
        raise ControlError(f"One of these is needed: {', '.join(KINDS)}")
    value = values[given[0]]
    if given == ["message"]:
        if not isinstance(value, str) or not value:
            raise ControlError("message has to be a text that is not empty")
        return message_content.text(value)
    if not isinstance(value, dict):
        raise ControlError(f"{given[0]} has to be a JSON object")
    return MAKERS[given[0]](world, instance, value)


def _details(values: JsonObject) -> dict[str, bool]:
    """Return the further attributes of a message. Any messageData is told as it is given."""
    return {
        "is_anonymous": bool(values.get("poll", {}).get("isAnonymous", False)),
        "is_literal": bool(values.get("literal", "messageData" in values)),
    }


def _save_file(world: World, instance: Instance, values: JsonObject) -> JsonObject:
    allow(values, "fileName", "content", "caption")
    try:
        stream = io.BytesIO(base64.b64decode(values["content"], validate=True))
    except binascii.Error as error:
        raise ControlError(f"content has to be base64: {error}") from None
    url = files.save(world, instance, stream, values["fileName"])
    return message_content.file(url, values["fileName"], values.get("caption", ""))


def _location(_world: World, _instance: Instance, values: JsonObject) -> JsonObject:
    allow(values, "latitude", "longitude")
    latitude, longitude = float(values["latitude"]), float(values["longitude"])
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise ControlError("latitude is from -90 to 90, longitude from -180 to 180")
    return message_content.location(latitude, longitude)


def _contact(_world: World, _instance: Instance, values: JsonObject) -> JsonObject:
    allow(values, "phoneContact", "firstName", "lastName")
    names = values.get("firstName", ""), values.get("lastName", "")
    return message_content.contact(values["phoneContact"], *names)


def _poll(_world: World, _instance: Instance, values: JsonObject) -> JsonObject:
    allow(values, "name", "options", "multipleAnswers", "isAnonymous")
    options = values["options"]
    if not isinstance(options, list) or not all(isinstance(each, str) for each in options):
        raise ControlError("options has to be a list of texts")
    if not 2 <= len(options) <= 12:
        raise ControlError("A poll has 2 to 12 options")
    return message_content.poll(values["name"], options, bool(values.get("multipleAnswers", False)))


def _given(_world: World, _instance: Instance, data: JsonObject) -> JsonObject:
    if not isinstance(data.get("typeMessage"), str):
        raise ControlError("messageData needs a typeMessage")
    return data


MAKERS = {
    "file": _save_file,
    "location": _location,
    "contact": _contact,
    "poll": _poll,
    "messageData": _given,
}
