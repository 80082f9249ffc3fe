# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Control: the sandbox as a whole."""

from ..world import files
from ..world.documents import JsonObject
from ..world.world import World
from .parameters import seconds
from .routes import route


@route("GET", "/ping")
def ping(world: World, _values: JsonObject) -> JsonObject:
    return {"ready": True}


@route("POST", "/reset")
def reset(world: World, _values: JsonObject) -> JsonObject:
    with world.transaction():
        for id_instance in world.store.instance_ids():
            files.drop_all(world, id_instance)
    world.reset()
    return {}


@route("GET", "/changes")
def changes(world: World, values: JsonObject) -> JsonObject:
    after = int(values.get("after", 0))
    world.wait_for(lambda: world.version != after, seconds(values))
    return {"version": world.version}
