# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""What the control interface's functions share."""

from werkzeug.routing import Rule

from .. import chats

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
