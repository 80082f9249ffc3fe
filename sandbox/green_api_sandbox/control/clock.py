# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Control: the sandbox's time."""

from ..world.documents import JsonObject
from ..world.world import World
from .parameters import allow
from .routes import ControlError, route


@route("GET", "/clock")
def get_clock(world: World, _values: JsonObject) -> JsonObject:
    clock = world.clock
    return {"now": clock.now(), "stopped": clock.is_stopped, "offset": clock.offset}


@route("POST", "/clock")
def set_clock(world: World, values: JsonObject) -> JsonObject:
    allow(values, "advance", "now", "stopped", "offset")
    before = world.clock.now()
    ahead = float(values["now"]) - before if "now" in values else float(values.get("advance", 0))
    if ahead < 0:
        raise ControlError("Time goes forward only")
    with world.transaction():
        if "offset" in values:
            _set_offset(world, float(values["offset"]))
        if "stopped" in values:
            world.clock.stop(bool(values["stopped"]))
        world.clock.advance(ahead)
        world.due.update(dict.fromkeys(world.store.instance_ids(), 0.0))
        return {"now": world.clock.now()}


def _set_offset(world: World, seconds: float) -> None:
    """Set the clock; what was noted of later times must not keep anything waiting."""
    world.clock.set_offset(seconds)
    now = world.clock.now()
    world.recent_calls.clear()
    for instance in world.instances():
        instance.next_send_at = min(instance.next_send_at, now)
        instance.webhook_not_before = min(instance.webhook_not_before, now)
        world.save(instance)
