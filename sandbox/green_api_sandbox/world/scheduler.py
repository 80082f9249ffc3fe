# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""What happens by itself as time goes by: states end, queues are sent, webhooks are called."""

import threading

from . import account, files, notifications, send_queue
from .webhook_delivery import Webhooks
from .world import World


class Scheduler:
    """One thread that looks after every instance in which something is due."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._webhooks = Webhooks(world)
        self._thread = threading.Thread(target=self._run, name="scheduler", daemon=True)
        self._stopped = False

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with self._world.changed:
            self._stopped = True
            self._world.changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        world = self._world
        with world.changed:
            while not self._stopped:
                now = world.clock.now()
                ready = [key for key, at in world.due.items() if at <= now]
                for id_instance in ready:
                    self._process_instance(id_instance)
                if not ready:
                    soonest = min(world.due.values(), default=None)
                    world.changed.wait(soonest and soonest - now)

    def _process_instance(self, id_instance: int) -> None:
        world = self._world
        due = None
        instance = world.instance(id_instance)
        if instance:
            before = world.store.total_changes()
            with world.store.transaction():
                times = [
                    account.advance_state(world, instance),
                    send_queue.send_due(world, instance),
                    self._webhooks.push_due(instance),
                ]
                notifications.drop_expired(world, id_instance)
                files.drop_expired(world, id_instance)
            if world.store.total_changes() != before:
                world.version += 1
                world.changed.notify_all()
            due = min((time for time in times if time is not None), default=None)
        if due is None:
            world.due.pop(id_instance, None)
        else:
            world.due[id_instance] = due
