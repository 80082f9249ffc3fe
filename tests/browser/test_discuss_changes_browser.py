# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from ..common import CUSTOMER_CHAT, TelegramCase
from .browser_case import TourCase


class DiscussChangesCase(TelegramCase, TourCase):
    """Change sent messages in Discuss, with everything that Odoo's own client sends."""

    def _run(self, cron):
        self.assertIs(cron.method_direct_trigger(), True, "the scheduled action failed")

    def change_messages(self):
        """Edit a text, edit it again, and delete another one; return what the customer sees."""
        self.instance.operator_ids |= self.env.ref("base.user_admin")
        self.phone.write(CUSTOMER_CHAT, "Hello")
        self.receive()
        chat = self.env["telegram.chat"].search([("instance_id", "=", self.instance.id)])
        self.tour("telegram_discuss_changes", f"/odoo/telegram.chat/{chat.id}")
        return [
            message["text"]
            for message in self.phone.messages(CUSTOMER_CHAT)
            if not message["isDeleted"]
        ]


@tagged("post_install", "-at_install")
class TestDiscussChangesOnDesktop(DiscussChangesCase):
    browser_size = "1400x900"

    def test_edit_and_delete(self):
        """Odoo's client names the files with each edit: they are not changed by that."""
        self.assertEqual(self.change_messages(), ["Hello", "At four o'clock"])


@tagged("post_install", "-at_install")
class TestDiscussChangesOnMobile(DiscussChangesCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_edit_and_delete(self):
        """The same on a phone, whose menu of a message is another one."""
        self.assertEqual(self.change_messages(), ["Hello", "At four o'clock"])
