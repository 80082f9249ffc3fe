# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The sandbox's time, which tests can move forward, and stop."""

import time

from .store import Store


class Clock:
    """UNIX time in seconds, shifted by an offset; it is kept over restarts."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._offset = float(store.get_value("clock_offset", 0))
        #: the time at which it was stopped, or None
        self._stopped_at = store.get_value("clock_stopped_at")

    @property
    def is_stopped(self) -> bool:
        return self._stopped_at is not None

    @property
    def offset(self) -> float:
        """Return how many seconds it is ahead of this machine's time."""
        return self.now() - time.time()

    def now(self) -> float:
        return time.time() + self._offset if self._stopped_at is None else self._stopped_at

    def advance(self, seconds: float) -> None:
        if self.is_stopped:
            self._stopped_at += seconds
        else:
            self._offset += seconds
        self.save()

    def set_offset(self, seconds: float) -> None:
        """Set how far it is ahead of this machine's time, or behind it; it may go back."""
        self._offset = seconds
        if self.is_stopped:
            self._stopped_at = time.time() + seconds
        self.save()

    def stop(self, is_stopped: bool) -> None:
        """Stop the clock, or restart it from where it is."""
        now = self.now()
        self._stopped_at = now if is_stopped else None
        self._offset = now - time.time()
        self.save()

    def save(self) -> None:
        self._store.set_value("clock_offset", self._offset)
        self._store.set_value("clock_stopped_at", self._stopped_at)
