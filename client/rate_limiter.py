# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""The rate limits of GREEN-API.

https://green-api.com/en/telegram/docs/api/ratelimiter/
"""

import time
from collections.abc import Callable

from .. import const

# GREEN-API counts calls when they arrive, the limiter when they are made. The margin covers a call
# that arrives late and the last call of the previous run.
MARGIN = 1.05


class RateLimiter:
    """The next free moment of each method of one instance.

    The limiter never waits itself but returns the seconds to wait::

        time.sleep(rate_limiter.reserve("sendMessage"))
        client.send_message(…)

    :param clock: function that returns seconds and never goes back
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._free_at: dict[str, float] = {}

    def reserve(self, method: str) -> float:
        """Return the seconds to wait before a call, and reserve that moment for it.

        :param method: GREEN-API's name, one of const.METHODS
        :raise KeyError: the method does not exist
        """
        now = self._clock()
        moment = max(now, self._free_at.get(method, now))
        self._free_at[method] = moment + MARGIN / const.RATE_LIMITS[method]
        return moment - now

    def postpone(self, method: str, seconds: float) -> None:
        """Postpone all calls of a method, as ``GreenApiError.retry_after`` demands.

        :param method: GREEN-API's name of the method
        :param seconds: no call is made earlier than that; an earlier, longer wait remains
        """
        free_at = self._clock() + seconds
        self._free_at[method] = max(free_at, self._free_at.get(method, free_at))
