# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""A bounded time that also passes while the process or its machine stands still."""

import time


class Deadline:
    """The end of a time that begins with the object, by two clocks.

    The clock of the wall may be set back. The monotonic one stands still while a machine is
    suspended.

    :param seconds: how long it lasts
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._since = self._read_clocks()

    def is_over(self) -> bool:
        """Return whether the time has passed by either clock."""
        clocks = zip(self._since, self._read_clocks(), strict=True)
        return any(now - since >= self._seconds for since, now in clocks)

    @staticmethod
    def _read_clocks() -> tuple[float, float]:
        return time.time(), time.monotonic()
