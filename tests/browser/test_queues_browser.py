# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from ..common import CUSTOMER_CHAT, TelegramCase
from .browser_case import TourCase


@tagged("post_install", "-at_install")
class TestQueuesBrowser(TelegramCase, TourCase):
    """A person looks for what stands at the service: its queues, its journals."""

    def test_queues_and_journals(self):
        """See what the service holds back, clear it, and take in what Odoo has missed."""
        self.phone.change(counterSeconds=0, journalLagSeconds=0)
        self.phone.write(CUSTOMER_CHAT, "Nobody heard")
        self.phone.change(stateInstance="suspended")
        held = self.instance.send_text(CUSTOMER_CHAT, "Held up there")
        self.send_queue()
        self.assertEqual(held.state, "sent")
        self.env.flush_all()
        path = f"/odoo/telegram.instance/{self.instance.id}"
        self.tour("telegram_queues", path)
        self.assertEqual(self.leaks, [], "a token went to the browser")
        self.env.invalidate_all()
        self.assertEqual(held.state, "canceled")
        heard = self.env["telegram.message"].search([("text", "=", "Nobody heard")])
        self.assertEqual(heard.chat_id.telegram_id, CUSTOMER_CHAT)
