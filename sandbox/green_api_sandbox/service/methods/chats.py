# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Chats: listed, read, archived; and "typing…" shown in them."""

from collections.abc import Callable

from ...world import chats, messages
from ...world.documents import JsonObject
from ..errors import ServiceError
from ..fields import TYPING_TYPES, Field, chat_id, integer
from ..registry import EMPTY, Call, MethodFunction, method

#: Go's names of the JSON types
GO_TYPES = {
    bool: "bool",
    int: "float64",
    float: "float64",
    list: "[]interface {}",
    dict: "map[string]interface {}",
    type(None): "nil",
}


@method("getChats", "GET", needs_session=True)
def get_chats(call: Call) -> list[JsonObject]:
    return [
        {
            "chatId": chat.chat_id,
            "name": chat.name,
            "type": chat.chat_type,
            "phoneNumber": chat.phone_number,
            "username": chat.username,
        }
        for chat in chats.find_all(call.world, call.instance)
    ]


@method("readChat", "POST", chat_id(), needs_session=True)
def read_chat(call: Call) -> JsonObject:
    """Mark the whole chat as read, which the service can only with incomingWebhook."""
    chat = chats.find(call.world, call.instance, call.values["chatId"])
    if not chat or not call.instance.is_on("incomingWebhook"):
        return {"setRead": False}
    messages.read_by_account(call.world, call.instance, chat)
    return {"setRead": True}


def _check_archive_types(values: JsonObject) -> None:
    """Check the type of chatId, which makes the real service fail with 500."""
    given = values.get("chatId", "")
    if not isinstance(given, str):
        what = GO_TYPES[type(given)]
        raise ServiceError(f"interface conversion: interface {{}} is {what}, not string", 500)


def _archive_method(name: str) -> Callable[[MethodFunction], MethodFunction]:
    return method(
        name,
        "POST",
        chat_id(),
        needs_session=True,
        at_least_one=True,
        check_types=_check_archive_types,
    )


@_archive_method("archiveChat")
def archive_chat(call: Call) -> object:
    return _archive(call, "archiveChatError", True)


@_archive_method("unarchiveChat")
def unarchive_chat(call: Call) -> object:
    return _archive(call, "unarchiveChatError", False)


def _archive(call: Call, error: str, archived: bool) -> object:
    """Archive a chat or restore it: this requires incomingWebhook and a received message."""
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
def send_typing(call: Call) -> object:
    return EMPTY
