# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Delivery of notifications by HTTP POST, when the instance has a webhookUrl."""

import http.client
import threading
from typing import Any
from urllib.parse import urlsplit

from . import notifications
from .documents import Instance, JsonObject
from .faults import DUPLICATE, WEBHOOK
from .world import World


class Webhooks:
    """At most one delivery per instance is under way, so the order is kept."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._busy: set[int] = set()

    def push_due(self, instance: Instance) -> float | None:
        """Start the delivery of the first notification, if it is time.

        :return: the time of the next attempt, or None
        """
        if not instance.settings["webhookUrl"] or instance.id_instance in self._busy:
            return None
        if not notifications.first(self._world, instance.id_instance):
            return None
        if instance.webhook_not_before > self._world.clock.now():
            return instance.webhook_not_before
        self._busy.add(instance.id_instance)
        name = f"webhook-{instance.id_instance}"
        threading.Thread(
            target=self._push_all, args=(instance.id_instance,), name=name, daemon=True
        ).start()
        return None

    def _push_all(self, id_instance: int) -> None:
        """Deliver until the queue is empty or a delivery fails."""
        world = self._world
        try:
            while self._push_first(id_instance):
                pass
        finally:
            with world.transaction(id_instance):
                self._busy.discard(id_instance)

    def _push_first(self, id_instance: int) -> bool:
        world = self._world
        with world.changed:
            instance = world.instance(id_instance)
            head = notifications.first(world, id_instance)
            if not instance or not head or not instance.settings["webhookUrl"]:
                return False
        number, _created, body = head
        fault = world.faults.use(id_instance, WEBHOOK)
        kind = fault.kind if fault else "pass"
        arrives = kind != "lost_before"
        is_delivered = arrives and post(instance.settings, body, instance.webhook_timeout_seconds)
        with world.transaction(id_instance):
            if is_delivered and kind == DUPLICATE:
                return True
            if is_delivered and kind == "pass":
                world.store.remove_entry(id_instance, notifications.LIST, number)
                return True
            instance = world.instance(id_instance)
            if instance:
                instance.webhook_not_before = world.clock.now() + instance.webhook_pause_seconds
                world.save(instance)
            return False


def post(settings: JsonObject, body: Any, timeout: float) -> bool:
    """Send one notification by HTTP POST.

    :return: whether the receiver answered exactly 200
    """
    url = urlsplit(settings["webhookUrl"])
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    headers = {"Content-Type": "application/json"}
    if settings["webhookUrlToken"]:
        headers["Authorization"] = f"Bearer {settings['webhookUrlToken']}"
    connection = kind(url.netloc, timeout=timeout)
    try:
        target = (url.path or "/") + (f"?{url.query}" if url.query else "")
        connection.request("POST", target, notifications.encode(body), headers)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException, ValueError):
        # ValueError: an address that is none, which setSettings takes all the same
        return False
    finally:
        connection.close()
