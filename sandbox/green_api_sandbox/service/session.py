# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""What a method checks before it does something with the Telegram session."""

from ..world.documents import Instance
from .errors import ServiceError


def check_session(instance: Instance) -> None:
    """Check that the instance is authorized.

    :raise ServiceError: unless the instance is authorized
    """
    if instance.state_instance == "starting":
        raise ServiceError("instance in starting process try later")
    if instance.state_instance != "authorized":
        raise ServiceError("instance is starting or not authorized")


def check_queue_open(instance: Instance) -> None:
    """Check that the sending queue takes messages.

    It does in every state, unless the instance is told otherwise (queueWhileOffline).

    :raise ServiceError: when it does not
    """
    if not instance.queue_while_offline:
        check_session(instance)
