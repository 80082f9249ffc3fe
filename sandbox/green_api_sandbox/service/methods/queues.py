# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Queues: what waits to be sent, and what waits to be received."""

from collections.abc import Callable

from ...world import notifications, send_queue
from ...world.documents import JsonObject
from ...world.world import World
from ..registry import Call, method

SHOWN_ITEMS = 500
CLEAR_PAUSE = 60  # seconds between two clearWebhooksQueue


@method("showMessagesQueue", "GET")
def show_messages_queue(call: Call) -> list[JsonObject]:
    send_queue.drop_expired(call.world, call.instance.id_instance)
    items = call.world.store.entries(call.instance.id_instance, send_queue.QUEUE, SHOWN_ITEMS)
    return [{key: item[key] for key in ("idMessage", "type", "body")} for _n, _c, item in items]


@method("getMessagesCount", "GET")
def get_messages_count(call: Call) -> JsonObject:
    return _count(call, send_queue.QUEUE, send_queue.drop_expired)


@method("getWebhooksCount", "GET")
def get_webhooks_count(call: Call) -> JsonObject:
    return _count(call, notifications.LIST, notifications.drop_expired)


@method("clearMessagesQueue", "GET")
def clear_messages_queue(call: Call) -> JsonObject:
    call.world.store.clear_list(call.instance.id_instance, send_queue.QUEUE)
    return {"isCleared": True}


@method("clearWebhooksQueue", "DELETE", also=("GET",))
def clear_webhooks_queue(call: Call) -> JsonObject:
    now = call.world.clock.now()
    left = call.instance.webhooks_cleared_at + CLEAR_PAUSE - now
    if left > 0:
        return {"isCleared": False, "reason": "Too many requests", "leftTime": int(left) + 1}
    call.instance.webhooks_cleared_at = now
    call.world.save(call.instance)
    call.world.store.clear_list(call.instance.id_instance, notifications.LIST)
    return {"isCleared": True, "reason": ""}


def _count(call: Call, name: str, drop_expired: Callable[[World, int], None]) -> JsonObject:
    """Return the number of entries, refreshed only now and then as in the service."""
    now = call.world.clock.now()
    drop_expired(call.world, call.instance.id_instance)
    counted_at, count = call.instance.counters.get(name, (0, 0))
    if now >= counted_at + call.instance.counter_seconds:
        count = call.world.store.count_entries(call.instance.id_instance, name)
        call.instance.counters[name] = (now, count)
        call.world.save(call.instance)
    return {"count": count}
