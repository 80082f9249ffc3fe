# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Reading what a request of the control interface names: instances, chats, messages, senders."""

from ..world import chats, groups, messages
from ..world.documents import ID_INSTANCE, Chat, Instance, JsonObject, Message
from ..world.world import World
from .routes import ControlError


def allow(values: JsonObject, *names: str) -> None:
    """Refuse mistyped names: a test must not silently do nothing."""
    unknown = sorted(set(values) - set(names))
    if unknown:
        raise ControlError(f"Not known here: {', '.join(unknown)}. Known: {', '.join(names)}")


def seconds(values: JsonObject) -> float:
    """Return how long the request waits at most."""
    return float(values.get("timeout", 10))


def id_number(value: int | str) -> int:
    """Return an idInstance that is given as an integer or as its digits."""
    if not ID_INSTANCE.fullmatch(str(value)):
        raise ControlError(f"idInstance has to be a number like 4100000001, not {value!r}")
    return int(value)


def get_instance(world: World, id_instance: int) -> Instance:
    """Return the instance; the caller holds the lock."""
    instance = world.instance(id_instance)
    if not instance:
        raise ControlError(f"There is no instance {id_instance}", 404)
    return instance


def get_chat(world: World, id_instance: int, values: JsonObject) -> tuple[Instance, Chat]:
    """Return the instance, and its chat named in the request; the caller holds the lock."""
    instance = get_instance(world, id_instance)
    chat = chats.find(world, instance, str(values["chatId"]))
    if not chat:
        raise ControlError(f"There is no chat {values['chatId']}", 404)
    return instance, chat


def get_message(
    world: World, id_instance: int, values: JsonObject
) -> tuple[Instance, Chat, Message]:
    """Return the instance, the chat and its message that is not deleted."""
    instance, chat = get_chat(world, id_instance, values)
    message = messages.get(world, instance, chat.chat_id, str(values["idMessage"]))
    if not message or message.is_deleted:
        raise ControlError(f"There is no message {values['idMessage']} in this chat", 404)
    return instance, chat, message


def get_sender(world: World, instance: Instance, chat: Chat, values: JsonObject) -> str:
    """Return the chat id of who acts; the account's own one means its owner.

    Without a sender in the request it is the customer; in a group, the first one that is in it.
    """
    sender = values.get("sender")
    if sender is None:
        return _first_customer(instance, chat)
    sender = str(sender)
    is_owner = sender == instance.chat_id
    person = chats.own(instance) if is_owner else chats.get(world, instance, sender)
    if not person:
        raise ControlError(f"There is no customer {sender}", 404)
    is_there = groups.is_member(chat, sender) if chat.group else sender == chat.chat_id or is_owner
    if not is_there:
        raise ControlError(f"{person.name} is not in the chat {chat.name}", 409)
    return sender


def _first_customer(instance: Instance, chat: Chat) -> str:
    if not chat.group or chat.chat_type == "channel":
        return chat.chat_id
    members = [each["id"] for each in groups.participants(chat) if each["id"] != instance.chat_id]
    if not members:
        raise ControlError(f"Nobody else is in {chat.name}", 409)
    first: str = members[0]
    return first
