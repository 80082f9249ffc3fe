# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import time

from .. import const

# The service counts calls when they arrive, we when they are made: one that was long on its way,
# and one of the run before, must not make a full second's worth of the following ones too many.
MARGIN = 1.05


class RateLimiter:
    """Keeps the calls of one instance within the service's requests per second.

    It never waits itself: it says how long its caller has to. What the service asks for all the
    same (``GreenApiError.retry_after``) is told to it with ``postpone``.

        time.sleep(pace.reserve("sendMessage"))
        client.send_message(…)

    :param clock: function giving seconds that never go back
    """

    def __init__(self, clock=time.monotonic):
        self._clock = clock
        self._free_at = {}

    def reserve(self, method):
        """Take the next free moment for a call.

        :param str method: the service's name, one of const.METHODS
        :return: seconds to wait until then, as a float
        """
        now = self._clock()
        moment = max(now, self._free_at.get(method, now))
        self._free_at[method] = moment + MARGIN / const.RATE_LIMITS[method]
        return moment - now

    def postpone(self, method, seconds):
        """Let no call of the method be before ``seconds`` from now."""
        free_at = self._clock() + seconds
        self._free_at[method] = max(free_at, self._free_at.get(method, free_at))
