# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The shared state: one store, one clock, one lock, and waiting for changes."""

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from .clock import Clock
from .documents import Instance, JsonObject
from .faults import Faults
from .store import Store

T = TypeVar("T")


class World:
    """Everything the sandbox knows.

    Hold the lock to read or write: ``with world.transaction(id_instance)`` to change
    something (all or nothing, then everybody who waits is woken), ``with world.changed`` to
    read.

    :param folder: the data folder; made when missing
    :param pace: "real" or "fast", for instances that are made later (see Instance)
    :param new_switches: further ones of these instances, by their JSON names
    """

    def __init__(
        self, folder: str | Path, pace: str = "real", new_switches: JsonObject | None = None
    ) -> None:
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        self.files_folder = folder / "files"
        #: where the sandbox is reached, without a slash at the end
        self.base_url = ""
        self.store = Store(folder / "sandbox.sqlite")
        self.clock = Clock(self.store)
        self.pace = pace
        self.new_switches = new_switches or {}
        self.faults = Faults()
        lock = threading.RLock()
        self.changed = threading.Condition(lock)
        #: who waits for something of one instance; hundreds may do so, and are not woken together
        self._changed_of: dict[int, threading.Condition] = defaultdict(
            lambda: threading.Condition(lock)
        )
        #: grows with every change; the phone page asks for it
        self.version = 1
        #: the times of the last calls, for the rate limits: id -> method -> times
        self.recent_calls: dict[int, dict[str, deque[float]]] = defaultdict(dict)
        #: when notifications were asked for although another client waited for them: id -> times
        self.heard_together: dict[int, list[float]] = defaultdict(list)
        #: when something is to be done for an instance (id -> time), see scheduler.py
        self.due = dict.fromkeys(self.store.instance_ids(), 0.0)

    def close(self) -> None:
        with self.changed:
            self.store.close()

    @contextmanager
    def transaction(self, id_instance: int | None = None) -> Iterator[None]:
        with self.changed:
            with self.store.transaction():
                yield
            self.version += 1
            if id_instance is not None:
                self.due[id_instance] = 0.0
            self.tell_about(id_instance)
            self.changed.notify_all()

    def tell_about(self, id_instance: int | None) -> None:
        """Wake those who wait for something of an instance, or of all of them."""
        ids = list(self._changed_of) if id_instance is None else [id_instance]
        for id_ in ids:
            self._changed_of[id_].notify_all()

    def wait_for(self, find: Callable[[], T], seconds: float) -> T:
        """Wait until ``find()`` returns something true, at most ``seconds`` of real time.

        :return: what it gave last
        """
        with self.changed:
            return self.changed.wait_for(find, seconds)

    def wait_until(self, find: Callable[[], T], deadline: float, id_instance: int) -> T:
        """Wait for something of an instance until a time of the sandbox's clock.

        Advancing the clock ends the wait.
        """
        changed = self._changed_of[id_instance]
        with changed:
            while True:
                found = find()
                left = deadline - self.clock.now()
                if found or left <= 0:
                    return found
                changed.wait(left)

    def instance(self, id_instance: int) -> Instance | None:
        """Return the instance as it is stored, or None. Changes need :meth:`save`."""
        document = self.store.get_instance(id_instance)
        return Instance.from_json(document) if document else None

    def instances(self) -> list[Instance]:
        """Return all instances, by their ids."""
        return [Instance.from_json(document) for document in self.store.instances()]

    def save(self, instance: Instance) -> None:
        self.store.save_instance(instance.id_instance, instance.to_json())

    def timestamp(self) -> int:
        """Return the sandbox's time in whole seconds, as the service writes it."""
        return int(self.clock.now())

    def next_id_message(self, instance: Instance) -> str:
        """Return an id that looks like milliseconds and is unique for the instance."""
        number = max(instance.last_id_message + 1, int(self.clock.now() * 1000))
        instance.last_id_message = number
        self.save(instance)
        return str(number)

    def reset(self) -> None:
        """Remove everything but the time; the clock goes on, and is not behind the machine's."""
        with self.transaction():
            self.store.clear()
            self.clock.stop(False)
            if self.clock.offset < 0:
                self.clock.set_offset(0)
            self.due.clear()
            self.recent_calls.clear()
        self.faults.clear()
        self.faults.release()
