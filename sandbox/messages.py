# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""What happens in "Telegram": messages are sent, received, delivered and read.

Functions that change something are called inside a transaction of the world.
"""

import mimetypes
import re

from . import chats, notifications
from .records import Message

QUEUE = "queue"
LEDGER = "ledger"
QUEUE_LIFE = 24 * 60 * 60  # seconds
LINK = re.compile(r"https?://\S+")
PLAIN = {"forwardingScore": 0, "isForwarded": False}


# What a message says


def text_data(text):
    """messageData of a text. One with a link is an extendedTextMessage, as in the service."""
    if LINK.search(text):
        extended = {"text": text, "description": "", "title": "", "jpegThumbnail": "", **PLAIN}
        return {"typeMessage": "extendedTextMessage", "extendedTextMessageData": extended}
    return {"typeMessage": "textMessage", "textMessageData": {"textMessage": text, **PLAIN}}


def file_data(url, file_name, caption=""):
    """messageData of a file; its kind follows from the extension of its name."""
    mime_type = mimetypes.guess_type(file_name)[0] or "application/octet-stream"
    kind = mime_type.partition("/")[0]
    file = {
        "downloadUrl": url,
        "caption": caption,
        "fileName": file_name,
        "jpegThumbnail": "",
        "mimeType": mime_type,
        **PLAIN,
    }
    media = kind if kind in ("image", "video", "audio") else "document"
    return {"typeMessage": f"{media}Message", "fileMessageData": file}


def forwarded(data):
    """The same message, as a forwarded one."""
    copy = {key: value for key, value in data.items() if key != "quotedMessage"}
    for key in copy:
        if key.endswith("Data"):
            score = copy[key].get("forwardingScore", 0) + 1
            copy[key] = {**copy[key], "forwardingScore": score, "isForwarded": True}
    return copy


def text_of(data):
    """The words in a messageData of any kind; empty when it has none."""
    for key, name in (
        ("textMessageData", "textMessage"),
        ("extendedTextMessageData", "text"),
        ("editedMessageData", "textMessage"),
        ("fileMessageData", "caption"),
        ("pollMessageData", "name"),
        ("contactMessageData", "firstName"),
    ):
        if key in data:
            return data[key].get(name, "")
    return ""


def quoted(world, instance, chat_id, id_message):
    """The quotedMessage object for a message of this chat, or None when there is no such."""
    found = get(world, instance, chat_id, id_message)
    if not found:
        return None
    return {
        "stanzaId": found.id_message,
        "participant": found.sender,
        "typeMessage": found.data["typeMessage"],
        "textMessage": text_of(found.data),
    }


# Keeping


def get(world, instance, chat_id, id_message):
    document = world.store.get_message(instance.id_instance, chat_id, id_message)
    return Message.from_json(document) if document else None


def save(world, instance, message):
    world.store.save_message(instance.id_instance, message.to_json())


def search(world, instance, **criteria):
    """Messages, the newest first; see :meth:`sandbox.store.Store.messages`."""
    found = world.store.messages(instance.id_instance, **criteria)
    return [Message.from_json(document) for document in found]


def _new(world, instance, chat, sender, data, quoted_message_id=None, **values):
    data = dict(data)
    quote = quoted_message_id and quoted(world, instance, chat.chat_id, quoted_message_id)
    if quote:
        data["quotedMessage"] = quote
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


# The customer's side


def receive(world, instance, chat, data, sender=None, quoted_message_id=None):
    """Somebody writes in the chat. Needs a signed-in account, like Telegram itself."""
    sender = str(sender or chat.chat_id)
    message = _new(world, instance, chat, sender, data, quoted_message_id)
    reads_at_once = instance.is_on("markIncomingMessagesReaded")
    message.is_read = reads_at_once and not instance.is_on("markIncomingMessagesReadedOnReply")
    save(world, instance, message)
    notifications.add(world, instance, notifications.message(world, instance, chat, message))
    return message


def deliver(world, instance, chat):
    """The customer's phone gets what was sent to the chat."""
    for message in _with_status(world, instance, chat, ""):
        _raise_status(world, instance, message, "delivered")


def read(world, instance, chat):
    """The customer reads the chat."""
    deliver(world, instance, chat)
    for message in _with_status(world, instance, chat, "delivered"):
        _raise_status(world, instance, message, "read")


def _with_status(world, instance, chat, status):
    """Outgoing messages with this status, the oldest first."""
    found = search(world, instance, chat_id=chat.chat_id, outgoing=True)
    return [message for message in reversed(found) if message.status == status]


def _raise_status(world, instance, message, status):
    message.status = status
    save(world, instance, message)
    body = notifications.status(world, instance, message.chat_id, status, message.id_message)
    notifications.add(world, instance, body)


# The account's side


def write_on_phone(world, instance, chat, data, quoted_message_id=None):
    """The account's owner writes with an ordinary Telegram app."""
    message = _new(world, instance, chat, instance.chat_id, data, quoted_message_id)
    _arrive(world, instance, chat, message)
    return message


def read_by_account(world, instance, chat):
    """The account has read everything in the chat."""
    for message in search(world, instance, chat_id=chat.chat_id, outgoing=False):
        if not message.is_read:
            message.is_read = True
            save(world, instance, message)


def enqueue(world, instance, method, body, data, request_number):
    """Put a message of the API into the sending queue.

    :param body: the request's body, shown by showMessagesQueue
    :param data: its messageData
    :return: its idMessage
    """
    id_message = world.next_id_message(instance)
    item = {
        "idMessage": id_message,
        "type": method,
        "body": body,
        "data": data,
        "requestNumber": request_number,
    }
    world.store.add_entry(instance.id_instance, QUEUE, item, world.clock.now())
    if instance.pace == "fast":
        # not left to the engine: who has the answer can look into the ledger
        send_due(world, instance)
    return id_message


def send_due(world, instance):
    """Send what is due of the queue, in order.

    :return: the time when more is due, or None
    """
    now = world.clock.now()
    world.store.drop_entries(instance.id_instance, QUEUE, created_until=now - QUEUE_LIFE)
    if instance.state_instance != "authorized" or instance.deleted or instance.expired:
        return None
    for number, created, item in world.store.entries(instance.id_instance, QUEUE):
        if instance.pace == "real":
            send_at = max(instance.next_send_at, created)
            send_at += item["body"].get("typingTime", 0) / 1000
            if send_at > now:
                return send_at
            pause = instance.settings["delaySendMessagesMilliseconds"] / 1000
            instance.next_send_at = send_at + pause
            world.save(instance)
        world.store.remove_entry(instance.id_instance, QUEUE, number)
        _send(world, instance, item)
    return None


def _send(world, instance, item):
    wanted = item["body"]["chatId"]
    chat = chats.find(world, instance, wanted)
    if not chat:
        by_phone = wanted.endswith(chats.PHONE_SUFFIX)
        status, why = (
            ("noAccount", "There is no Telegram account with this phone number")
            if by_phone
            else ("failed", "Chat not found")
        )
        body = notifications.status(world, instance, wanted, status, description=why)
        notifications.add(world, instance, body)
        return
    message = _new(
        world,
        instance,
        chat,
        instance.chat_id,
        item["data"],
        item["body"].get("quotedMessageId"),
        id_message=item["idMessage"],
        send_by_api=True,
    )
    record_in_ledger(world, instance, message, item["requestNumber"])
    if instance.is_on("markIncomingMessagesReadedOnReply"):
        read_by_account(world, instance, chat)
    _arrive(world, instance, chat, message)


def record_in_ledger(world, instance, message, request_number):
    """Note what Telegram really got from the API; nothing ever changes or leaves the ledger."""
    entry = {
        "chatId": message.chat_id,
        "idMessage": message.id_message,
        "typeMessage": message.data["typeMessage"],
        "message": text_of(message.data),
        "quotedMessageId": message.data.get("quotedMessage", {}).get("stanzaId", ""),
        "timestamp": message.timestamp,
        "requestNumber": request_number,
        "messageData": message.data,
    }
    world.store.add_entry(instance.id_instance, LEDGER, entry, world.clock.now())


def edit(world, instance, message, text, request_number):
    """Change the text of a message that the account has sent."""
    message.data = {**message.data, **text_data(text)}
    message.is_edited = True
    save(world, instance, message)
    data = {"textMessage": text, "stanzaId": message.id_message}
    change = {"typeMessage": "editedMessage", "editedMessageData": data}
    _tell_change(world, instance, message, change, request_number)


def delete(world, instance, message, request_number, for_everyone=True):
    """Delete a message that the account has sent; ``for_everyone``: from the customer too."""
    message.is_deleted = True
    save(world, instance, message)
    if for_everyone:
        data = {"stanzaId": message.id_message}
        change = {"typeMessage": "deletedMessage", "deletedMessageData": data}
        _tell_change(world, instance, message, change, request_number)


def _tell_change(world, instance, message, data, request_number):
    """An edit or a deletion is a message of its own for the ledger and the notifications."""
    chat = chats.get(world, instance, message.chat_id)
    change = _new(world, instance, chat, instance.chat_id, data, send_by_api=True)
    record_in_ledger(world, instance, change, request_number)
    notifications.add(world, instance, notifications.message(world, instance, chat, change))


def _arrive(world, instance, chat, message):
    save(world, instance, message)
    notifications.add(world, instance, notifications.message(world, instance, chat, message))
    if instance.auto_deliver or instance.auto_read:
        _raise_status(world, instance, message, "delivered")
    if instance.auto_read:
        _raise_status(world, instance, message, "read")
