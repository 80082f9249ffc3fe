# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Control: the faults to come."""

from typing import Any

from ..service.methods import METHODS, PARTNER_METHODS
from ..world import faults, notifications
from ..world.documents import JsonObject
from ..world.faults import Fault
from ..world.world import World
from .parameters import allow, id_number
from .routes import ControlError, route


@route("GET", "/faults")
def list_faults(world: World, _values: JsonObject) -> list[JsonObject]:
    return [fault.to_json() for fault in world.faults.all()]


@route("POST", "/faults")
def add_faults(world: World, values: JsonObject) -> Any:
    """Add one fault, or a sequence of them: all or none are taken."""
    allow(values, "sequence", *Fault.names())
    is_sequence = "sequence" in values
    shared = {key: value for key, value in values.items() if key != "sequence"}
    steps = values["sequence"] if is_sequence else [{}]
    made = [_make_fault(shared | _step(step)) for step in steps]
    world.faults.add(made)
    described = [fault.to_json() for fault in made]
    return described if is_sequence else described[0]


def _step(step: str | JsonObject) -> JsonObject:
    """Return a step of a sequence: a kind, or an object with what differs from the rest."""
    if isinstance(step, str):
        return {"kind": step}
    allow(step, *Fault.names())
    return step


def _make_fault(values: JsonObject) -> Fault:
    values = dict(values)
    method = values["method"]
    Fault.check_types(values)
    if values.get("idInstance") is not None:
        values["idInstance"] = id_number(values["idInstance"])
    known = {*METHODS, *PARTNER_METHODS}
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
def clear_faults(world: World, _values: JsonObject) -> JsonObject:
    world.faults.clear()
    with world.transaction():
        for id_instance in world.store.instance_ids():
            notifications.add_late(world, id_instance)
    return {}


@route("POST", "/release")
def release(world: World, _values: JsonObject) -> JsonObject:
    world.faults.release()
    return {}
