# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.tests import BaseCase, tagged

from ... import const
from ...client import RateLimiter


@tagged("post_install", "-at_install")
class TestPace(BaseCase):
    """Calls are spread so that the service has no reason to refuse them."""

    def setUp(self):
        super().setUp()
        self.now = 1000.0
        self.pace = RateLimiter(lambda: self.now)

    def test_within_every_limit(self):
        """No second, or longer span of a slower method, has more calls than allowed."""
        for method, rate in const.RATE_LIMITS.items():
            moments = [self.now + self.pace.reserve(method) for _call in range(120)]
            calls = max(1, int(rate))
            for first, after in zip(moments, moments[calls:], strict=False):
                self.assertGreaterEqual(after - first, calls / rate - 1e-6, method)

    def test_delayed_call(self):
        """A call that arrives late comes closer to the following ones, which are in time."""
        arrivals = self._call("sendMessage", [1.5, *[0.001] * 60])
        self.assertGreaterEqual(arrivals[50] - arrivals[0], 1)

    def test_next_run(self):
        """The first call of a run does not know when the last one of the former run was."""
        former = self._call("sendMessage", [0.001] * 25)
        self.pace = RateLimiter(lambda: self.now)
        arrivals = [*former, *self._call("sendMessage", [0.001] * 40)]
        self.assertGreaterEqual(arrivals[50] - arrivals[0], 1)

    def _call(self, method, delays):
        """Call one after the other, each so many seconds on its way; return when they arrive."""
        arrivals = []
        for delay in delays:
            self.now += self.pace.reserve(method) + delay
            arrivals.append(self.now)
        return arrivals

    def test_first_call_goes_at_once(self):
        """One method does not wait for another, nor for what is long ago."""
        self.assertEqual(self.pace.reserve("getSettings"), 0)
        self.assertEqual(self.pace.reserve("setSettings"), 0)
        self.assertGreaterEqual(self.pace.reserve("getSettings"), 1)
        self.now += 60
        self.assertEqual(self.pace.reserve("getSettings"), 0)

    def test_wait_of_the_service(self):
        """What the service asks for after all is added, and never shortens a wait."""
        self.pace.postpone("sendMessage", 30)
        self.pace.postpone("sendMessage", 5)
        self.assertEqual(self.pace.reserve("sendMessage"), 30)
        self.assertGreaterEqual(self.pace.reserve("sendMessage"), 30.02)

    def test_unknown_method(self):
        """A mistyped name must not go unlimited."""
        self.assertRaises(KeyError, self.pace.reserve, "sendMesage")
