# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Control: the sandbox's time."""

from ..world.documents import JsonObject
from ..world.world import World
from .parameters import allow
from .routes import ControlError, route


@route("GET", "/clock")
def get_clock(world: World, _values: JsonObject) -> JsonObject:
    return {"now": world.clock.now(), "stopped": world.clock.is_stopped}


@route("POST", "/clock")
def set_clock(world: World, values: JsonObject) -> JsonObject:
    allow(values, "advance", "now", "stopped")
    before = world.clock.now()
    ahead = float(values["now"]) - before if "now" in values else float(values.get("advance", 0))
    if ahead < 0:
        raise ControlError("Time goes forward only")
    with world.transaction():
        if "stopped" in values:
            world.clock.stop(bool(values["stopped"]))
        world.clock.advance(ahead)
        world.due.update(dict.fromkeys(world.store.instance_ids(), 0.0))
        return {"now": world.clock.now()}
