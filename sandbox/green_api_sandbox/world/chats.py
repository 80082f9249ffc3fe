# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Customers and groups, and how the account finds them."""

from collections.abc import Iterable

from . import groups
from .documents import Chat, Instance, JsonObject, Message
from .world import World

PHONE_SUFFIX = "@c.us"
CUSTOMER_FIELDS = set(
    "chatId name chatType phoneNumber username contactName avatar lastSeen isDeleted".split()
)

USUAL_CUSTOMERS = (
    {
        "chatId": "10000000",
        "name": "Vasilisa",
        "phoneNumber": 79998887766,
        "username": "@vasilisa",
    },
    {"chatId": "10000001", "name": "Ivan", "phoneNumber": 79998887701, "username": "@ivan"},
    {"chatId": "10000002", "name": "Marfa", "phoneNumber": 79998887702},
    {"chatId": "-10000000000000", "name": "Sales", "chatType": "supergroup"},
)


def add_customers(world: World, instance: Instance, customers: Iterable[JsonObject]) -> list[Chat]:
    return [add_customer(world, instance, customer) for customer in customers]


def add_customer(world: World, instance: Instance, values: JsonObject) -> Chat:
    """Add or replace a chat.

    :param values: JSON object with "name" and any of chatId (the next free one when absent),
        phoneNumber, username, chatType, contactName, avatar; for a group: participants (chat
        ids, everybody when absent)
    """
    values = dict(values)
    members = values.pop("participants", None)
    unknown = set(values) - CUSTOMER_FIELDS
    if unknown:
        raise ValueError(f"a customer has no {', '.join(sorted(unknown))}")
    Chat.check_types({key: value for key, value in values.items() if key != "chatId"})
    chat_id = str(values.pop("chatId", "") or _free_chat_id(world, instance))
    chat = Chat.from_json({"name": "", "lastSeen": world.timestamp(), **values, "chatId": chat_id})
    if chat.is_group():
        chat.chat_type = "group" if chat.chat_type == "user" else chat.chat_type
        chat.group = groups.new_group(world, instance, _member_ids(world, instance, members))
    save(world, instance, chat)
    return chat


def migrate_group(world: World, instance: Instance, chat_id: str) -> Chat:
    """Turn a group into a supergroup: a new chat of the same name with the same members.

    Telegram reports nothing. Nobody is in the former group afterwards.
    """
    former = get(world, instance, chat_id)
    if not former or former.chat_type != "group":
        raise ValueError(f"{chat_id} is no group that can become a supergroup")
    number = 10**12 + int(chat_id.removeprefix("-")) % 10**12
    chat = Chat(f"-{number}", former.name, chat_type="supergroup", last_seen=world.timestamp())
    chat.group = dict(former.group)
    former.group = {**former.group, "participants": []}
    groups.add_event(world, chat, "The group became a supergroup")
    groups.add_event(world, former, f"The group became the supergroup {chat.chat_id}")
    save(world, instance, former)
    save(world, instance, chat)
    return chat


def _member_ids(world: World, instance: Instance, chat_ids: list[str] | None) -> list[str]:
    if chat_ids == []:
        return []  # thousands of groups at once
    users = [chat.chat_id for chat in find_all(world, instance) if chat.chat_type == "user"]
    if chat_ids is None:
        return users
    unknown = sorted(set(chat_ids) - set(users))
    if unknown:
        raise ValueError(f"There is no customer {unknown[0]}")
    return chat_ids


def _free_chat_id(world: World, instance: Instance) -> int:
    ids = [int(chat.chat_id) for chat in find_all(world, instance)]
    return max([10000000, *ids]) + 1


def save(world: World, instance: Instance, chat: Chat) -> None:
    world.store.save_chat(instance.id_instance, chat.chat_id, chat.to_json())


def get(world: World, instance: Instance, chat_id: str) -> Chat | None:
    """Return the chat with this numeric id, or None."""
    document = world.store.get_chat(instance.id_instance, str(chat_id))
    return Chat.from_json(document) if document else None


def of_message(world: World, instance: Instance, message: Message) -> Chat:
    """Return the chat of a stored message."""
    chat = get(world, instance, message.chat_id)
    if not chat:
        raise LookupError(f"the chat {message.chat_id} of a message is not kept")
    return chat


def find_all(world: World, instance: Instance) -> list[Chat]:
    return [Chat.from_json(document) for document in world.store.chats(instance.id_instance)]


def find(world: World, instance: Instance, chat_id: str) -> Chat | None:
    """Return the chat by numeric id, "<phone digits>@c.us" or "@username", or None."""
    if chat_id.endswith(PHONE_SUFFIX):
        return by_phone(world, instance, int(chat_id.removesuffix(PHONE_SUFFIX)))
    if chat_id.startswith("@"):
        return by_username(world, instance, chat_id)
    return get(world, instance, chat_id)


def by_phone(world: World, instance: Instance, phone_number: int) -> Chat | None:
    found = (chat for chat in find_all(world, instance) if chat.phone_number == phone_number)
    return next(found, None) if phone_number else None


def by_username(world: World, instance: Instance, username: str) -> Chat | None:
    wanted = username.lower()
    found = (chat for chat in find_all(world, instance) if chat.username.lower() == wanted)
    return next(found, None)


def own(instance: Instance) -> Chat:
    """Return the account's owner, in the form of a chat."""
    return Chat(
        instance.chat_id,
        instance.name,
        phone_number=int(instance.phone or 0),
        username=instance.username,
    )


def saved_messages(world: World, instance: Instance, chat_id: str) -> Chat | None:
    """Return the chat of the account with itself, created if needed; None for another id.

    Telegram makes it when the account first writes to itself.
    """
    if chat_id != instance.chat_id:
        return None
    return add_customer(world, instance, {"chatId": chat_id, "name": "Saved Messages"})
