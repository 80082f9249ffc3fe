# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Service: accounts, contacts, chats."""

import math
import re

from .. import changes, chats, content, messages
from ..errors import ServiceError, invalid
from ..fields import TYPING_TYPES, Field, boolean, chat_id, integer, text
from .registry import EMPTY, method

EDIT_LIFE = 48 * 60 * 60  # seconds
USERNAME = Field("username", pattern=re.compile(r"@\w+"), formats="'@username'")


@method(
    "checkAccount",
    "POST",
    integer("phoneNumber"),
    USERNAME,
    boolean("force"),
    quota="checks",
)
def check_account(call):
    """Not authorized, and asked too often, are told inside a 200 answer."""
    phone, username = call.values.get("phoneNumber"), call.values.get("username")
    if phone is None and username is None:
        raise invalid("'value' must contain at least one of [phoneNumber, username]")
    instance, now = call.instance, call.world.clock.now()
    if instance.state_instance != "authorized":
        return {"status": False, "reason": "instance is starting or not authorized"}
    if now < instance.check_account_limited_until:
        raise ServiceError("User get contact info limit reached", 469, plain=True)
    wait = instance.check_account_paused_until - now
    if wait > 0:
        data = {"status": "fail", "reason": "rate_limit_exceeded", "retryAfter": math.ceil(wait)}
        return {"status": False, "data": data}
    if phone is None:
        chat = chats.by_username(call.world, call.instance, username)
    elif len(str(phone)) in (11, 12):
        chat = chats.by_phone(call.world, call.instance, phone)
    else:
        raise ServiceError("bad phone number, valid 11 or 12 digits", plain=True)
    return {"exist": bool(chat), "chatId": chat.chat_id if chat else ""}


@method("getContactInfo", "POST", chat_id(), needs_session=True)
def get_contact_info(call):
    wanted = call.values["chatId"]
    chat = chats.find(call.world, call.instance, wanted)
    if wanted.startswith("-"):
        raise ServiceError("chatId of a group is not supported, use GetGroupData")
    if not chat:
        raise ServiceError(f"Contact not found by chatId {wanted}")
    return {
        "avatar": chat.avatar,
        "name": chat.name,
        "contactName": chat.contact_name,
        "chatId": chat.chat_id,
        "lastSeen": chat.last_seen,
        "phoneNumber": chat.phone_number,
    }


@method("getAvatar", "POST", chat_id(), needs_session=True)
def get_avatar(call):
    chat = chats.find(call.world, call.instance, call.values["chatId"])
    return {"urlAvatar": chat.avatar if chat else ""}


@method("getContacts", "GET", integer("count", 1), needs_session=True)
def get_contacts(call):
    users = [chat for chat in chats.every(call.world, call.instance) if chat.chat_type == "user"]
    return [
        {
            "chatId": chat.chat_id,
            "name": chat.name,
            "contactName": chat.contact_name,
            "type": "user",
            "phoneNumber": chat.phone_number,
            "username": chat.username,
        }
        for chat in users[: call.values.get("count")]
    ]


@method("getChats", "GET", needs_session=True)
def get_chats(call):
    return [
        {
            "chatId": chat.chat_id,
            "name": chat.name,
            "type": chat.chat_type,
            "phoneNumber": chat.phone_number,
            "username": chat.username,
        }
        for chat in chats.every(call.world, call.instance)
    ]


@method(
    "editMessage",
    "POST",
    chat_id(),
    text("idMessage"),
    text("message", high=4096),
    needs_session=True,
)
def edit_message(call):
    """Outgoing texts only, and only for two days, as Telegram allows."""
    message = _sent_message(call)
    if not content.is_text(message.data):
        raise ServiceError("Only text messages can be edited")
    if call.world.clock.now() > message.timestamp + EDIT_LIFE:
        raise ServiceError("The message is too old to be edited")
    changes.edit(call.world, call.instance, message, call.values["message"], call.number)
    return {"idMessage": message.id_message}


@method(
    "deleteMessage",
    "POST",
    chat_id(),
    text("idMessage"),
    boolean("onlySenderDelete"),
    needs_session=True,
)
def delete_message(call):
    for_everyone = not call.values["onlySenderDelete"]
    changes.delete(call.world, call.instance, _sent_message(call), call.number, for_everyone)
    return EMPTY


def _sent_message(call):
    """The account's own message that is named in the request."""
    chat, wanted = call.values["chatId"], call.values["idMessage"]
    message = messages.find(call.world, call.instance, chat, wanted)
    if not message or not message.outgoing or message.is_deleted:
        raise ServiceError(f"Message not found by chatId {chat} and idMessage {wanted}")
    return message


#: Go's names of the JSON types
GO_TYPES = {
    bool: "bool",
    int: "float64",
    float: "float64",
    list: "[]interface {}",
    dict: "map[string]interface {}",
    type(None): "nil",
}


def _check_archive_types(values):
    """The service stumbles over a chatId of a wrong type."""
    given = values.get("chatId", "")
    if not isinstance(given, str):
        what = GO_TYPES[type(given)]
        raise ServiceError(f"interface conversion: interface {{}} is {what}, not string", 500)


def _archive_method(name):
    return method(
        name,
        "POST",
        chat_id(),
        needs_session=True,
        at_least_one=True,
        check_types=_check_archive_types,
    )


@_archive_method("archiveChat")
def archive_chat(call):
    return _archive(call, "archiveChatError", True)


@_archive_method("unarchiveChat")
def unarchive_chat(call):
    return _archive(call, "unarchiveChatError", False)


def _archive(call, error, archived):
    """Needs incomingWebhook and one message of the customer, as the service says."""
    wanted = call.values["chatId"]
    chat = chats.find(call.world, call.instance, wanted)
    if not chat:
        raise ServiceError(f"{error}: chat {wanted} not found")
    if chat.archived == archived:
        raise ServiceError(f"{error}: chat {wanted} already archive={str(archived).lower()}")
    received = messages.search(
        call.world, call.instance, chat_id=chat.chat_id, outgoing=False, limit=1
    )
    if not received or not call.instance.is_on("incomingWebhook"):
        verb = error.removesuffix("ChatError")
        raise ServiceError(f"{error}: cannot {verb} chat cause last message not found in chat")
    chat.archived = archived
    chats.save(call.world, call.instance, chat)
    return EMPTY


@method(
    "sendTyping",
    "POST",
    chat_id(),
    integer("typingTime", 1000, 20000, required=True),
    Field("typingType", choices=tuple(TYPING_TYPES)),
    needs_session=True,
)
def send_typing(call):
    return EMPTY
