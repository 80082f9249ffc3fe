# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The calls seen, as the control interface lists them."""

from .documents import JsonObject
from .world import World

LIST = "requests"
#: calls that belong to no instance are listed under this id
NOBODY = 0
MAX_REQUESTS = 10000


def record(world: World, id_instance: int, seen: JsonObject) -> int:
    """Log a call.

    :param seen: JSON object of the call, with its "method"
    :return: its number in the list
    """
    with world.changed, world.store.transaction():
        now = world.clock.now()
        number = world.store.add_entry(id_instance, LIST, seen | {"timestamp": now}, now)
        world.store.count_call(id_instance, seen["method"])
        if number % 100 == 0:
            world.store.drop_all_but_last(id_instance, LIST, MAX_REQUESTS)
        world.changed.notify_all()
    return number
