# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Control: instances, sign-in and customers."""

from ..world import account, chats, send_queue, sign_in
from ..world.documents import SWITCHES, JsonObject
from ..world.world import World
from .descriptions import describe_instance
from .parameters import allow, get_instance, id_number
from .routes import INSTANCE, ControlError, route


@route("POST", "/instances")
def create_instance(world: World, values: JsonObject) -> JsonObject:
    values = dict(values)
    id_instance = id_number(values.pop("idInstance"))
    options = {
        "token": values.pop("apiTokenInstance", None),
        "customers": values.pop("customers", None),
        "settings": values.pop("settings", None),
    }
    with world.transaction(id_instance):
        instance = account.create(world, id_instance, **options, **values)
        return describe_instance(world, instance, with_token=True)


@route("GET", "/instances")
def list_instances(world: World, _values: JsonObject) -> list[JsonObject]:
    with world.changed:
        return [describe_instance(world, instance) for instance in world.instances()]


@route("GET", INSTANCE)
def show_instance(world: World, _values: JsonObject, id_instance: int) -> JsonObject:
    with world.changed:
        return describe_instance(world, get_instance(world, id_instance), with_token=True)


@route("PATCH", INSTANCE)
def change_instance(world: World, values: JsonObject, id_instance: int) -> JsonObject:
    allow(values, "settings", *SWITCHES)
    values = dict(values)
    with world.transaction(id_instance):
        instance = get_instance(world, id_instance)
        account.set_settings(instance, values.pop("settings", {}))
        before = instance.state_instance
        account.set_switches(instance, values)
        state, instance.state_instance = instance.state_instance, before
        if state != before:
            account.set_state(world, instance, state)
        world.save(instance)
        send_queue.send_due(world, instance)  # who asks next sees what no longer waits
        return describe_instance(world, instance)


@route("DELETE", INSTANCE)
def remove_instance(world: World, _values: JsonObject, id_instance: int) -> JsonObject:
    with world.transaction(id_instance):
        get_instance(world, id_instance)
        account.remove(world, id_instance)
    return {}


@route("POST", INSTANCE + "/scan")
def scan(world: World, _values: JsonObject, id_instance: int) -> JsonObject:
    with world.transaction(id_instance):
        instance = get_instance(world, id_instance)
        if not sign_in.scan(world, instance):
            raise ControlError(
                f"There is no valid QR code to scan: the instance is {instance.state_instance}"
                " and nobody has asked for a code lately.",
                409,
            )
        return describe_instance(world, instance)


@route("POST", INSTANCE + "/customers")
def add_customer(world: World, values: JsonObject, id_instance: int) -> JsonObject:
    with world.transaction(id_instance):
        instance = get_instance(world, id_instance)
        return chats.add_customer(world, instance, values).to_json()


@route("POST", INSTANCE + "/migrate")
def migrate_group(world: World, values: JsonObject, id_instance: int) -> JsonObject:
    with world.transaction(id_instance):
        instance = get_instance(world, id_instance)
        return chats.migrate_group(world, instance, str(values["chatId"])).to_json()
