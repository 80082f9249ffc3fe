# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The sandbox's time, which tests can move forward."""

import time


class Clock:
    """UNIX time in seconds, shifted by an offset that is kept over restarts."""

    def __init__(self, store):
        self._store = store
        self._offset = float(store.get_value("clock_offset", 0))

    def now(self):
        return time.time() + self._offset

    def advance(self, seconds):
        self._set_offset(self._offset + seconds)

    def set(self, now):
        self._set_offset(now - time.time())

    def _set_offset(self, offset):
        self._store.set_value("clock_offset", offset)
        self._offset = offset
