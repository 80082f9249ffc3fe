# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Messages in the chats: written, delivered and read.

What the account sends through the API goes by send_queue.py; what happens to a message
afterwards is in edits.py. Functions that change something are called inside a transaction of
the world.
"""

from typing import Any

from . import chats, formatting, message_content, notifications, telling
from .documents import Chat, Instance, JsonObject, Message
from .world import World


def get(world: World, instance: Instance, chat_id: str, id_message: str) -> Message | None:
    document = world.store.get_message(instance.id_instance, chat_id, id_message)
    return Message.from_json(document) if document else None


def find(world: World, instance: Instance, chat_id: str, id_message: str) -> Message | None:
    """Return a message by its chat in any form (see :func:`.chats.find`), or None."""
    chat = chats.find(world, instance, chat_id)
    return get(world, instance, chat.chat_id, id_message) if chat else None


def save(world: World, instance: Instance, message: Message) -> None:
    world.store.save_message(instance.id_instance, message.to_json())


def search(world: World, instance: Instance, **criteria: Any) -> list[Message]:
    """Return messages, the newest first; see :meth:`.store.Store.messages`."""
    found = world.store.messages(instance.id_instance, **criteria)
    return [Message.from_json(document) for document in found]


def new(
    world: World,
    instance: Instance,
    chat: Chat,
    sender: str,
    data: JsonObject,
    quoted_message_id: str | None = None,
    is_literal: bool = False,
    **values: Any,
) -> Message:
    """Return a new message that is not stored yet.

    :param sender: chat id of the author
    :param data: its messageData
    :param is_literal: there are no marks in its words
    :param values: further attributes; id_message is made when it is not among them
    """
    data = dict(data)
    quote = quoted_message_id and _quoted(world, instance, chat.chat_id, quoted_message_id)
    if quote:
        data["quotedMessage"] = quote
    values.setdefault("look", look_of(instance, data, is_literal))
    id_message = values.pop("id_message", None) or world.next_id_message(instance)
    return Message(
        chat.chat_id,
        id_message,
        world.timestamp(),
        outgoing=sender == instance.chat_id,
        sender=sender,
        data=data,
        **values,
    )


def look_of(instance: Instance, data: JsonObject, is_literal: bool = False) -> JsonObject:
    """Return what a phone shows of the words in a messageData; see :func:`.formatting.look`."""
    mode = instance.formatting if message_content.has_marks(data) else "off"
    words = message_content.words_of(data)
    return formatting.look(words, mode, instance.doubled_marks, is_literal)


def _quoted(world: World, instance: Instance, chat_id: str, id_message: str) -> JsonObject | None:
    """Return the quotedMessage object for a message of this chat, or None if it has no such."""
    found = get(world, instance, chat_id, id_message)
    if not found:
        return None
    told = telling.tell(instance, found)
    return {
        "stanzaId": found.id_message,
        "participant": found.sender,
        "typeMessage": told["typeMessage"],
        "textMessage": message_content.words_of(told),
    }


def notify(world: World, instance: Instance, message: Message) -> None:
    """Queue the notification of a message."""
    chat = chats.of_message(world, instance, message)
    notifications.add(world, instance, notifications.message(world, instance, chat, message))


# The customer's side


def receive(
    world: World,
    instance: Instance,
    chat: Chat,
    sender: str,
    data: JsonObject,
    quoted_message_id: str | None = None,
    **values: Any,
) -> Message:
    """Store what somebody writes in the chat, and queue its notification.

    :param sender: chat id of the author
    :param values: further attributes of the message
    """
    message = new(world, instance, chat, sender, data, quoted_message_id, **values)
    reads_at_once = instance.is_on("markIncomingMessagesReaded")
    message.is_read = reads_at_once and not instance.is_on("markIncomingMessagesReadedOnReply")
    save(world, instance, message)
    notify(world, instance, message)
    return message


def deliver(world: World, instance: Instance, chat: Chat) -> None:
    """Deliver to the customer's phone what was sent to the chat."""
    for message in _with_status(world, instance, chat, ""):
        _raise_status(world, instance, message, "delivered")


def read(world: World, instance: Instance, chat: Chat) -> None:
    """Mark what was sent to the chat as read by the customer."""
    deliver(world, instance, chat)
    for message in _with_status(world, instance, chat, "delivered"):
        _raise_status(world, instance, message, "read")


def _with_status(world: World, instance: Instance, chat: Chat, status: str) -> list[Message]:
    """Return outgoing messages with this status, the oldest first."""
    found = search(world, instance, chat_id=chat.chat_id, outgoing=True)
    return [message for message in reversed(found) if message.status == status]


def _raise_status(world: World, instance: Instance, message: Message, status: str) -> None:
    message.status = status
    save(world, instance, message)
    body = notifications.status(world, instance, message.chat_id, status, message.id_message)
    notifications.add(world, instance, body)


# The account's side


def write_on_phone(
    world: World,
    instance: Instance,
    chat: Chat,
    data: JsonObject,
    quoted_message_id: str | None = None,
    **values: Any,
) -> Message:
    """Store what the account's owner writes in an ordinary Telegram app."""
    message = new(world, instance, chat, instance.chat_id, data, quoted_message_id, **values)
    arrive(world, instance, message)
    return message


def arrive(world: World, instance: Instance, message: Message) -> None:
    """Store an outgoing message that has reached Telegram."""
    save(world, instance, message)
    notify(world, instance, message)
    if instance.auto_deliver or instance.auto_read:
        _raise_status(world, instance, message, "delivered")
    if instance.auto_read:
        _raise_status(world, instance, message, "read")


def read_by_account(world: World, instance: Instance, chat: Chat) -> None:
    """Mark everything in the chat as read by the account."""
    for message in search(world, instance, chat_id=chat.chat_id, outgoing=False):
        if not message.is_read:
            message.is_read = True
            save(world, instance, message)
