# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The account's life: creation, restarts, states. Signing in is in sign_in.py.

Functions that change something are called inside a transaction of the world.
"""

import secrets
from collections.abc import Iterable
from typing import Any

from . import chats, files, formatting, notifications, telling
from .documents import FAST, STATES, SWITCHES, Instance, JsonObject, new_settings
from .plan import PLANS
from .world import World

PACES = ("real", "fast")
CHOICES = {
    "stateInstance": STATES,
    "pace": PACES,
    "plan": tuple(PLANS),
    "formatting": formatting.MODES,
    "doubledMarks": formatting.DOUBLED,
    "formattingBack": formatting.BACK,
    "fileNames": telling.FILE_NAMES,
    "fileKinds": telling.FILE_KINDS,
}


def create(
    world: World,
    id_instance: int,
    token: str | None = None,
    customers: Iterable[JsonObject] | None = None,
    settings: JsonObject | None = None,
    **switches: Any,
) -> Instance:
    """Create an instance with its customers, in place of one with the same id.

    :param customers: list of JSON objects as for ``POST …/customers``; None: the usual ones
    :param switches: JSON names and values, see :data:`.documents.SWITCHES`
    """
    remove(world, id_instance)
    instance = Instance(
        id_instance,
        token or secrets.token_hex(25),
        created_at=world.timestamp(),
        **(FAST if world.pace == "fast" else {}),
    )
    set_settings(instance, settings or {})
    set_switches(instance, world.new_switches | switches)
    instance.signed_in = instance.state_instance not in ("notAuthorized", "pendingPassword")
    world.save(instance)
    chats.add_customers(world, instance, chats.USUAL_CUSTOMERS if customers is None else customers)
    return instance


def remove(world: World, id_instance: int) -> None:
    """Remove everything about an instance."""
    files.drop_all(world, id_instance)
    world.store.remove_instance(id_instance)
    world.recent_calls.pop(id_instance, None)


def set_switches(instance: Instance, values: JsonObject) -> None:
    """Set attributes by their JSON names.

    :raise ValueError: for a switch that there is not, or a value that it cannot have
    """
    unknown = sorted(set(values) - set(SWITCHES))
    if unknown:
        raise ValueError(f"{unknown[0]} is not a switch of an instance")
    Instance.check_types(values)
    names = Instance.names()
    for key, value in values.items():
        choices = CHOICES.get(key, (value,))
        if value not in choices:
            raise ValueError(f"{key} has to be one of {', '.join(choices)}, not {value!r}")
        setattr(instance, names[key], value)


def set_settings(instance: Instance, values: JsonObject) -> None:
    """Change settings without a restart of the instance.

    :raise ValueError: for a setting that there is not, or a value that it cannot have
    """
    known = new_settings()
    for name, value in values.items():
        if name not in known:
            raise ValueError(f"{name} is not a setting")
        is_yes_no = known[name] == "no"
        if type(value) is not type(known[name]) or (is_yes_no and value not in ("yes", "no")):
            raise ValueError(f"The setting {name} cannot be {value!r}")
    instance.settings = instance.settings | values


def set_deleted(world: World, instance: Instance) -> None:
    """Mark the instance as deleted by the partner; it stays listed."""
    instance.deleted = True
    instance.deleted_at = world.timestamp()
    world.save(instance)


def set_state(
    world: World,
    instance: Instance,
    state: str,
    starting_until: float = 0.0,
    state_after_starting: str = "",
) -> None:
    """Change the state and queue its notification (stateInstanceChanged)."""
    changed = state != instance.state_instance
    if "suspended" not in (state, state_after_starting):
        instance.suspended_until = 0
    instance.state_instance = state
    if state != "starting":
        instance.stuck = False
    if state not in ("starting", "blocked"):
        instance.blocked_by_mistake = False
    instance.starting_until = starting_until
    instance.state_after_starting = state_after_starting
    if state == "authorized":
        instance.signed_in = True
    elif state in ("notAuthorized", "pendingPassword"):
        instance.signed_in = False
        instance.next_send_at = max(instance.next_send_at, world.clock.now())
    world.save(instance)
    if changed:
        notifications.add(world, instance, notifications.state(world, instance))


def restart(world: World, instance: Instance, then: str | None = None) -> None:
    """Start the instance anew: "starting" for a while, then ``then`` or the present state."""
    if instance.stuck:
        return
    then = then or instance.state_after_starting or instance.state_instance
    if then == "blocked" and instance.blocked_by_mistake:
        then = "authorized"
    if then == "starting":
        then = "authorized" if instance.signed_in else "notAuthorized"
    if instance.starting_seconds:
        until = world.clock.now() + instance.starting_seconds
        set_state(world, instance, "starting", until, then)
    else:
        set_state(world, instance, then)


def block_by_mistake(world: World, instance: Instance) -> None:
    """Say "blocked", as the service does after a message to a deleted user."""
    set_state(world, instance, "blocked")
    instance.blocked_by_mistake = True
    world.save(instance)


def stay_starting(world: World, instance: Instance) -> None:
    """Say "starting" until the account signs out, as the service does after an expired code."""
    set_state(world, instance, "starting")
    instance.stuck = True
    world.save(instance)


def advance_state(world: World, instance: Instance) -> float | None:
    """End the states whose time is over.

    :return: the time of the next such end, or None
    """
    now = world.clock.now()
    if instance.state_instance == "starting" and instance.starting_until:
        if now < instance.starting_until:
            return instance.starting_until
        set_state(world, instance, instance.state_after_starting)
    if instance.state_instance == "suspended" and instance.suspended_until:
        if now < instance.suspended_until:
            return instance.suspended_until
        set_state(world, instance, "authorized")
    return None


def log_out(world: World, instance: Instance) -> None:
    instance.qr_until = 0
    set_state(world, instance, "notAuthorized")
