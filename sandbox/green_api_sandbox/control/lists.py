# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Control: the queues, the ledger and the requests seen."""

from ..world import notifications, request_log, send_queue
from ..world.documents import JsonObject
from ..world.store import Entry
from ..world.world import World
from .parameters import allow, get_instance, seconds
from .routes import INSTANCE, route


@route("POST", INSTANCE + "/notifications")
def add_notifications(world: World, values: JsonObject, id_instance: int) -> JsonObject:
    allow(values, "body", "content", "times")
    with world.transaction(id_instance):
        instance = get_instance(world, id_instance)
        times = range(values.get("times", 1))
        if "content" in values:
            content = values["content"]
            added = [notifications.add_content(world, instance, content) for _time in times]
        else:
            body = values["body"]
            added = [notifications.add_raw(world, instance, body) for _time in times]
        return {"receiptIds": added}


@route("GET", INSTANCE + "/notifications")
def list_notifications(world: World, _values: JsonObject, id_instance: int) -> list[JsonObject]:
    with world.changed:
        notifications.drop_expired(world, id_instance)
        found = world.store.entries(id_instance, notifications.LIST)
        return [{"receiptId": number, "body": body} for number, _created, body in found]


@route("GET", INSTANCE + "/ledger")
def ledger(world: World, values: JsonObject, id_instance: int) -> list[JsonObject]:
    entries = _wait_for_entries(world, values, id_instance, send_queue.LEDGER)
    return [entry for _number, _created, entry in entries]


@route("GET", INSTANCE + "/requests")
def requests(world: World, values: JsonObject, id_instance: int) -> list[JsonObject]:
    entries = _wait_for_entries(world, values, id_instance, request_log.LIST)
    return [{"number": number, **entry} for number, _created, entry in entries]


@route("GET", "/requests")
def requests_without_instance(world: World, values: JsonObject) -> list[JsonObject]:
    return requests(world, values, request_log.NOBODY)


def _wait_for_entries(world: World, values: JsonObject, id_instance: int, name: str) -> list[Entry]:
    """Return the entries of a list, waiting for them if the request gives a count."""
    count = int(values.get("count", 0))
    method = values.get("method", "").lower()

    def read() -> list[Entry]:
        entries = world.store.entries(id_instance, name)
        return [each for each in entries if method in ("", each[2].get("method", "").lower())]

    def enough() -> bool:
        # reading a long list again at every change would cost more than what is waited for
        return world.store.count_entries(id_instance, name) >= count and len(read()) >= count

    with world.changed:
        world.wait_for(enough, seconds(values))
        return read()
