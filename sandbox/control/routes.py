# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""What the control interface's functions share."""

from werkzeug.routing import Rule

from .. import chats, groups, messages
from ..calls import ID_INSTANCE

RULES = []
INSTANCE = "/instances/<int:id_instance>"


class ControlError(Exception):
    def __init__(self, message, status=400):
        super().__init__(message)
        self.status = status


def route(verb, path):
    """Declare the function that answers ``verb /control<path>``.

    It takes the world, the values of the query or the body, and the variable parts of the path;
    it gives what is answered as JSON.
    """

    def declare(function):
        RULES.append(Rule(f"/control{path}", methods=[verb], endpoint=function))
        return function

    return declare


def allow(values, *names):
    """Refuse mistyped names: a test must not silently do nothing."""
    unknown = sorted(set(values) - set(names))
    if unknown:
        raise ControlError(f"Not known here: {', '.join(unknown)}. Known: {', '.join(names)}")


def seconds(values):
    return float(values.get("timeout", 10))


def id_number(value):
    """An idInstance, given as an integer or as its digits."""
    if not ID_INSTANCE.fullmatch(str(value)):
        raise ControlError(f"idInstance has to be a number like 4100000001, not {value!r}")
    return int(value)


def get_instance(world, id_instance):
    """The instance; the caller holds the lock."""
    instance = world.instance(id_instance)
    if not instance:
        raise ControlError(f"There is no instance {id_instance}", 404)
    return instance


def get_chat(world, id_instance, values):
    """The instance, and its chat that is named in the request; the caller holds the lock."""
    instance = get_instance(world, id_instance)
    chat = chats.find(world, instance, str(values["chatId"]))
    if not chat:
        raise ControlError(f"There is no chat {values['chatId']}", 404)
    return instance, chat


def get_message(world, id_instance, values):
    """The instance, the chat and its message; one that is deleted is there no more."""
    instance, chat = get_chat(world, id_instance, values)
    message = messages.get(world, instance, chat.chat_id, str(values["idMessage"]))
    if not message or message.is_deleted:
        raise ControlError(f"There is no message {values['idMessage']} in this chat", 404)
    return instance, chat, message


def get_sender(world, instance, chat, values):
    """Who acts: the chat id of a customer; the account's own one stands for its owner.

    When the request names nobody, it is the customer; in a group, the first one that is in it.
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


def _first_customer(instance, chat):
    if not chat.group or chat.chat_type == "channel":
        return chat.chat_id
    members = [each["id"] for each in groups.participants(chat) if each["id"] != instance.chat_id]
    if not members:
        raise ControlError(f"Nobody else is in {chat.name}", 409)
    return members[0]
