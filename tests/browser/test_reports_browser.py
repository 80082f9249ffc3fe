# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
# pylint: disable=translation-required  # what users write

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..common import CUSTOMER_CHAT, TelegramCase
from .browser_case import TourCase

DASHBOARD = "/odoo/action-telegram_green_api.telegram_dashboard_action"


class ReportsCase(TelegramCase, TourCase):
    """Messages of all kinds."""

    def setUp(self):
        super().setUp()
        self.chat = self.ingest(self.notification("Is it in stock?")).message_id.chat_id
        self.create_message("Refused", state="error", failure_reason="Nobody uses this number.")
        self.create_message("Later", state="queued", scheduled_date="2099-01-01 12:00:00")
        self.create_message("Answer", answer_time=150 / 3600)
        self.create_message("Another", state="read")
        self.create_message("Corrected", type_message="editedMessage")
        self.chat.waiting_since_date = fields.Datetime.now() - timedelta(minutes=12)

    def create_message(self, text, **values):
        """Create a message to the customer."""
        self.env["telegram.message"].create(
            {
                "chat_id": self.chat.id,
                "direction": "outgoing",
                "state": "sent",
                "type_message": "textMessage",
                "text": text,
                "date": fields.Datetime.now(),
                **values,
            }
        )


@tagged("post_install", "-at_install")
class TestReports(ReportsCase):
    """What lists and reports show of messages."""

    browser_size = "1400x900"

    def test_reasons(self):
        """The lists of failed, scheduled and waiting messages would not say why, or when."""
        self.tour("telegram_reasons", "/odoo/action-telegram_green_api.telegram_message_action")

    def test_dashboard(self):
        """The lists of the figures would not show what these are about."""
        self.assertEqual(self.chat.telegram_id, CUSTOMER_CHAT)
        self.tour("telegram_dashboard_lists", DASHBOARD)

    def test_reports(self):
        """Each report would show the measure of the other, and count changes as messages."""
        url = "/odoo/action-telegram_green_api.telegram_message_action_answer_time"
        self.tour("telegram_reports", url)


@tagged("post_install", "-at_install")
class TestDashboardMobile(ReportsCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_in_russian(self):
        """The last figures would be off the screen, since Russian headers are longer."""
        self.salesperson.name = "Ольга Константинопольская"
        self.create_message("Здравствуйте", author_id=self.salesperson.partner_id.id)
        self.use_russian()
        self.tour("telegram_dashboard_fits", DASHBOARD)
