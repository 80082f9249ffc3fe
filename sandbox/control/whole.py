# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Control: the sandbox as a whole, its time and its faults."""

from .. import faults, files, notifications
from ..methods import METHODS, PARTNER_METHODS
from .routes import ControlError, allow, id_number, route, seconds


@route("GET", "/ping")
def ping(world, _values):
    return {"ready": True}


@route("POST", "/reset")
def reset(world, _values):
    with world.transaction():
        for id_instance in world.store.instance_ids():
            files.drop_all(world, id_instance)
    world.reset()
    return {}


@route("GET", "/clock")
def get_clock(world, _values):
    return {"now": world.clock.now(), "stopped": world.clock.is_stopped}


@route("POST", "/clock")
def set_clock(world, values):
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


@route("GET", "/changes")
def changes(world, values):
    after = int(values.get("after", 0))
    world.wait_for(lambda: world.version != after, seconds(values))
    return {"version": world.version}


@route("GET", "/faults")
def list_faults(world, _values):
    return [fault.to_json() for fault in world.faults.list()]


@route("POST", "/faults")
def add_faults(world, values):
    """One fault, or a sequence of them: all or none are taken."""
    allow(values, "sequence", *faults.Fault.names())
    is_sequence = "sequence" in values
    shared = {key: value for key, value in values.items() if key != "sequence"}
    steps = values["sequence"] if is_sequence else [{}]
    made = [_fault(shared | _step(step)) for step in steps]
    world.faults.add(made)
    described = [fault.to_json() for fault in made]
    return described if is_sequence else described[0]


def _step(step):
    """A step of a sequence: a kind, or an object with what differs from the rest."""
    if isinstance(step, str):
        return {"kind": step}
    allow(step, *faults.Fault.names())
    return step


def _fault(values):
    values = dict(values)
    method = values["method"]
    Fault = faults.Fault
    Fault.check_types(values)
    if values.get("idInstance") is not None:
        values["idInstance"] = id_number(values["idInstance"])
    known = {name.lower() for name in (*METHODS, *PARTNER_METHODS)}
    if method.lower() not in known and method not in (faults.EVERY_METHOD, *faults.OTHERS):
        raise ControlError(f"There is no method {method!r}")
    if method.lower() in PARTNER_METHODS or method == faults.DOWNLOAD:
        # these requests name no instance
        values["idInstance"] = None
    if values["kind"] not in faults.kinds_for(method):
        kinds = ", ".join(faults.kinds_for(method))
        raise ControlError(f"{method} can have no fault {values['kind']!r}. Faults: {kinds}")
    if values.get("times", 1) < 1:
        raise ControlError("times has to be 1 at least")
    return Fault.from_json(values)


@route("DELETE", "/faults")
def clear_faults(world, _values):
    world.faults.clear()
    with world.transaction():
        for id_instance in world.store.instance_ids():
            notifications.add_late(world, id_instance)
    return {}


@route("POST", "/release")
def release(world, _values):
    world.faults.release()
    return {}
