# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..common import CUSTOMER_CHAT, TelegramCase
from .browser_case import TourCase


class OverviewBrowserCase(TelegramCase, TourCase):
    """An administrator sees at a glance what is wrong, and presses the one button that helps."""

    def setUp(self):
        super().setUp()
        now = fields.Datetime.now()
        self.instance.last_run_date = now
        chat = self.env["telegram.chat"].create(
            {"instance_id": self.instance.id, "telegram_id": CUSTOMER_CHAT, "name": "Vasilisa"}
        )
        directions = {"incoming": "received", "outgoing": "read"}
        self.env["telegram.message"].create(
            [
                {
                    "chat_id": chat.id,
                    "direction": direction,
                    "state": state,
                    "text": "Hi",
                    "date": now - timedelta(hours=5 * number + 1),
                }
                for direction, state in directions.items()
                for number in range(30)
            ]
        )
        self.phone.change(stateInstance="blocked")
        self.instance.state = "blocked"
        self.env.flush_all()

    def check_overview(self):
        """Check that the button of the card restarts the account."""
        self.tour("telegram_overview", "/odoo/action-telegram_green_api.telegram_overview_action")
        self.env.invalidate_all()
        self.assertEqual(self.instance.state, "starting")

    def check_settings(self):
        """Check that the settings show the accounts, and store the token of monitoring."""
        self.tour("telegram_settings", "/odoo/action-telegram_green_api.res_config_settings_action")
        company = self.instance.company_id
        token = "a-token-of-20-characters-or-more"
        self.assertEqual(company._find_by_telegram_health_token(token), company)


@tagged("post_install", "-at_install")
class TestOverviewDesktop(OverviewBrowserCase):
    browser_size = "1400x900"

    def test_overview(self):
        """On a desktop."""
        self.check_overview()

    def test_settings(self):
        """On a desktop."""
        self.check_settings()


@tagged("post_install", "-at_install")
class TestOverviewMobile(OverviewBrowserCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_overview(self):
        """On a phone."""
        self.check_overview()

    def test_settings(self):
        """On a phone, where the accounts are cards."""
        self.check_settings()
