# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Receiving notifications by asking for them."""

import re
from typing import Any

from ...world import notifications
from ...world.documents import Instance, JsonObject
from ...world.faults import DUPLICATE
from ..errors import ServiceError
from ..fields import integer
from ..registry import EMPTY, Call, method

RECEIPT_ID = re.compile("[0-9]{1,18}")


@method(
    "receiveNotification", "GET", integer("receiveTimeout", 5, 60, default=5), rps=100, waits=True
)
def receive_notification(call: Call) -> Any:
    """Wait for a notification and return it, the same one until it is deleted."""
    world, instance = call.world, call.instance
    _check_polling(instance)
    wait = call.values["receiveTimeout"] if instance.long_poll else 0
    deadline = world.clock.now() + wait
    head = world.wait_until(
        lambda: notifications.first(world, instance.id_instance), deadline, instance.id_instance
    )
    if head:
        receipt_id, _created, body = head
        return b'{"receiptId": %d, "body": %s}' % (receipt_id, notifications.encode(body))
    return EMPTY if instance.empty_body else None


@method("deleteNotification", "DELETE", rps=100)
def delete_notification(call: Call) -> JsonObject:
    _check_polling(call.instance)
    receipt_id = call.receipt_id or ""
    if not RECEIPT_ID.fullmatch(receipt_id):
        raise ServiceError("Parameter receiptId must be a Number!")
    if call.fault and call.fault.kind == DUPLICATE:
        return {"result": True, "reason": ""}
    deleted = call.world.store.remove_entry(
        call.instance.id_instance, notifications.LIST, int(receipt_id)
    )
    return {"result": deleted, "reason": "" if deleted else "notification not found"}


def _check_polling(instance: Instance) -> None:
    if instance.settings["webhookUrl"]:
        raise ServiceError(
            "Message cannot be received because custom webhook url is set."
            " To receive messages by this method, clear webhookUrl"
        )
