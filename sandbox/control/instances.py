# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Control: instances, sign-in and customers."""

from .. import account, chats, messages, notifications
from ..records import STATES, SWITCHES
from .chats import describe_chat
from .routes import INSTANCE, ControlError, allow, get_instance, route


@route("POST", "/instances")
def create_instance(world, values):
    values = dict(values)
    id_instance = int(values.pop("idInstance"))
    check_state(values)
    options = {
        "token": values.pop("apiTokenInstance", None),
        "customers": values.pop("customers", None),
        "settings": values.pop("settings", None),
    }
    with world.transaction(id_instance):
        instance = account.create(world, id_instance, **options, **values)
        return describe(world, instance, with_token=True)


@route("GET", "/instances")
def list_instances(world, _values):
    with world.changed:
        found = [world.instance(key) for key in world.store.instance_ids()]
        return [describe(world, instance) for instance in found]


@route("GET", INSTANCE)
def show_instance(world, _values, id_instance):
    with world.changed:
        return describe(world, get_instance(world, id_instance), with_token=True)


@route("PATCH", INSTANCE)
def change_instance(world, values, id_instance):
    allow(values, "settings", *SWITCHES)
    check_state(values)
    with world.transaction(id_instance):
        instance = get_instance(world, id_instance)
        values = dict(values)
        instance.settings |= values.pop("settings", {})
        state = values.pop("stateInstance", instance.state_instance)
        account.set_switches(instance, values)
        if state != instance.state_instance:
            account.set_state(world, instance, state)
        world.save(instance)
        return describe(world, instance)


@route("DELETE", INSTANCE)
def forget_instance(world, _values, id_instance):
    with world.transaction(id_instance):
        get_instance(world, id_instance)
        world.store.forget_instance(id_instance)
    return {}


@route("POST", INSTANCE + "/scan")
def scan(world, _values, id_instance):
    with world.transaction(id_instance):
        instance = get_instance(world, id_instance)
        if not account.scan(world, instance):
            raise ControlError(
                f"There is no valid QR code to scan: the instance is {instance.state_instance}"
                " and nobody has asked for a code lately.",
                409,
            )
        return describe(world, instance)


@route("POST", INSTANCE + "/customers")
def add_customer(world, values, id_instance):
    with world.transaction(id_instance):
        instance = get_instance(world, id_instance)
        return chats.add_customer(world, instance, values).to_json()


def check_state(values):
    state = values.get("stateInstance", STATES[0])
    if state not in STATES:
        raise ControlError(f"{state!r} is not a state. States: {', '.join(STATES)}")


def describe(world, instance, with_token=False):
    store, id_instance = world.store, instance.id_instance
    shown = instance.to_json()
    if not with_token:
        del shown["apiTokenInstance"], shown["twoFactorPassword"]
    return {
        **shown,
        "wid": instance.wid,
        "hasTwoFactorPassword": bool(instance.two_factor_password),
        "showsQr": account.shows_qr(world, instance),
        "chats": [describe_chat(world, instance, chat) for chat in chats.every(world, instance)],
        "messagesCount": store.count_entries(id_instance, messages.QUEUE),
        "webhooksCount": store.count_entries(id_instance, notifications.LIST),
        "calls": store.calls(id_instance),
    }
