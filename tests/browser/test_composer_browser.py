# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import TelegramCase
from .browser_case import TourCase


class ComposerCase(TelegramCase, TourCase):
    """Write from the form of a contact."""

    def _run(self, cron):
        self.assertIs(cron.method_direct_trigger(), True, "the scheduled action failed")

    def setUp(self):
        super().setUp()
        self.instance.operator_ids |= self.env.ref("base.user_admin")

    def write_as_administrator(self, tour):
        self.tour(tour, f"/odoo/res.partner/{self.customer.id}")
        self.send_queue()
        return self.phone.ledger()

    def check_location(self):
        """Check that the sent point is the pasted one, and that half of one is refused."""
        with mute_logger("odoo.http"):  # refused in a dialog
            self.assertEqual(len(self.write_as_administrator("telegram_location")), 1)
        content = self.env["telegram.message"].search([], order="id desc", limit=1).content
        self.assertEqual(content, {"latitude": 55.7558, "longitude": 37.6173})


@tagged("post_install", "-at_install")
class TestComposerOnDesktop(ComposerCase):
    browser_size = "1400x900"

    def test_location(self):
        """A location with a zero that nobody typed is not sent."""
        self.check_location()


@tagged("post_install", "-at_install")
class TestComposerOnMobile(ComposerCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_location(self):
        """The same on a phone."""
        self.check_location()
