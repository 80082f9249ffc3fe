# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from ..common import CUSTOMER_CHAT, TelegramCase
from .browser_case import TourCase


class UnreadCase(TelegramCase, TourCase):
    """Count what is unread in the browser of an operator while others write."""

    def _run(self, cron):
        self.assertIs(cron.method_direct_trigger(), True, "the scheduled action failed")

    def check_unread(self):
        admin = self.env.ref("base.user_admin")
        self.instance.operator_ids |= admin
        self.phone.write(CUSTOMER_CHAT, "Hello")
        self.receive()
        chat = self.env["telegram.chat"].search([("instance_id", "=", self.instance.id)])
        members = chat.channel_id.channel_member_ids
        member = members.filtered(lambda member: member.partner_id == admin.partner_id)
        member._mark_as_read(chat.channel_id.message_ids[:1].id)
        colleague_cron = self.env["ir.cron"].create(
            {
                "name": "Answer of a colleague",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "state": "code",
                "code": f"model.browse({self.customer.id})._message_telegram('From a colleague')",
                "user_id": self.salesperson.id,
            }
        )
        cookies = {"colleague_cron_id": str(colleague_cron.id)}
        self.tour("telegram_unread", f"/odoo/telegram.chat/{chat.id}", **cookies)
        self.assertEqual(member.message_unread_counter, 1)


@tagged("post_install", "-at_install")
class TestUnreadOnDesktop(UnreadCase):
    browser_size = "1400x900"

    def test_unread(self):
        """A colleague's answer is unread for nobody, neither at once nor after a reload."""
        self.check_unread()


@tagged("post_install", "-at_install")
class TestUnreadOnMobile(UnreadCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_unread(self):
        """The same on a phone."""
        self.check_unread()
