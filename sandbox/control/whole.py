# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Control: the sandbox as a whole, its time and its faults."""

from .. import faults
from .routes import ControlError, allow, route, seconds


@route("GET", "/ping")
def ping(world, _values):
    return {"ready": True}


@route("POST", "/reset")
def reset(world, _values):
    world.reset()
    return {}


@route("GET", "/clock")
def get_clock(world, _values):
    return {"now": world.clock.now()}


@route("POST", "/clock")
def set_clock(world, values):
    allow(values, "advance", "now")
    with world.transaction():
        if "now" in values:
            world.clock.set(values["now"])
        world.clock.advance(values.get("advance", 0))
        world.due.update(dict.fromkeys(world.store.instance_ids(), 0.0))
        return {"now": world.clock.now()}


@route("GET", "/changes")
def changes(world, values):
    after = int(values.get("after", 0))
    world.wait_for(lambda: world.version != after, seconds(values))
    return {"version": world.version}


@route("GET", "/faults")
def list_faults(world, _values):
    return [fault.to_json() for fault in world.faults.list()]


@route("POST", "/faults")
def add_fault(world, values):
    allow(values, *faults.Fault.names())
    fault = faults.Fault.from_json(values)
    if fault.id_instance is not None:
        fault.id_instance = int(fault.id_instance)
    if fault.kind not in (*faults.BEFORE, *faults.AFTER, faults.DUPLICATE):
        raise ControlError(f"There is no fault {fault.kind!r}")
    if fault.kind == faults.DUPLICATE and fault.method.lower() not in faults.DUPLICATE_METHODS:
        raise ControlError("A duplicate needs the method deleteNotification or webhook")
    world.faults.add(fault)
    return fault.to_json()


@route("DELETE", "/faults")
def clear_faults(world, _values):
    world.faults.clear()
    return {}


@route("POST", "/release")
def release(world, _values):
    world.faults.release()
    return {}
