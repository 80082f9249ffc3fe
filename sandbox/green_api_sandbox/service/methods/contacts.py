# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Contacts: which numbers are on Telegram, and what is known of people."""

import math
import re

from ...world import chats
from ...world.documents import JsonObject
from ..errors import ServiceError, invalid
from ..fields import Field, boolean, chat_id, integer
from ..registry import Call, method

USERNAME = Field("username", pattern=re.compile(r"@\w+"), formats="'@username'")


@method(
    "checkAccount",
    "POST",
    integer("phoneNumber"),
    USERNAME,
    boolean("force"),
    quota="checks",
)
def check_account(call: Call) -> JsonObject:
    """Return whether there is an account; most refusals come inside a 200 answer."""
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
        chat = chats.by_username(call.world, call.instance, call.values["username"])
    elif len(str(phone)) in (11, 12):
        chat = chats.by_phone(call.world, call.instance, phone)
    else:
        raise ServiceError("bad phone number, valid 11 or 12 digits", plain=True)
    return {"exist": bool(chat), "chatId": chat.chat_id if chat else ""}


@method("getContactInfo", "POST", chat_id(), needs_session=True)
def get_contact_info(call: Call) -> JsonObject:
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
def get_avatar(call: Call) -> JsonObject:
    chat = chats.find(call.world, call.instance, call.values["chatId"])
    return {"urlAvatar": chat.avatar if chat else ""}


@method("getContacts", "GET", integer("count", 1), needs_session=True)
def get_contacts(call: Call) -> list[JsonObject]:
    users = [chat for chat in chats.find_all(call.world, call.instance) if chat.chat_type == "user"]
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
