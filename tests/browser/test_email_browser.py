# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..common import CUSTOMER_CHAT, TelegramCase
from .browser_case import TourCase


class EmailCase(TelegramCase, TourCase):
    """E-mails about messages from Telegram, as the user chooses."""

    def _run(self, cron):
        self.assertIs(cron.method_direct_trigger(), True, "the scheduled action failed")

    def setUp(self):
        super().setUp()
        self.admin = self.env.ref("base.user_admin")
        self.admin.email = "admin@example.com"
        self.instance.operator_ids |= self.admin
        self.phone.write(CUSTOMER_CHAT, "Hello")
        self.receive()

    def emails(self):
        """Return the e-mails to the administrator."""
        mails = self.env["mail.mail"].search([])
        return mails.filtered(
            lambda mail: (
                self.admin.partner_id in mail.recipient_ids or "admin@" in (mail.email_to or "")
            )
        )

    def check_no_email(self):
        """Check that a follower who reads notifications by e-mail gets none about a message."""
        self.admin.notification_type = "email"
        self.customer.message_subscribe(self.admin.partner_id.ids)
        before = self.emails()
        self.tour("telegram_no_email", f"/odoo/res.partner/{self.customer.id}")
        self.assertFalse(self.emails() - before)

    def check_preference(self):
        """Check that a user who wants e-mails gets one, after the delay, about all unread."""
        self.tour("telegram_email_preference", f"/odoo/my-preferences/{self.admin.id}")
        self.assertEqual(self.admin.telegram_email_delay, 15)
        cron = self.env.ref("telegram_green_api.ir_cron_email_unread")
        before = self.emails()
        self._run(cron)
        self.assertFalse(self.emails() - before, "it may still be read in Discuss")
        earlier = fields.Datetime.now() - timedelta(minutes=16)
        channel = self.env["telegram.chat"].search([]).channel_id
        self.cr.execute(
            "UPDATE mail_message SET create_date = %s WHERE model = %s AND res_id = %s",
            [earlier, channel._name, channel.id],
        )
        self._run(cron)
        [mail] = self.emails() - before
        self.assertIn("Hello", mail.body_html)
        self._run(cron)
        self.assertEqual(self.emails() - before, mail)


@tagged("post_install", "-at_install")
class TestEmailOnDesktop(EmailCase):
    browser_size = "1400x900"

    def test_no_email(self):
        """A chat message is no e-mail, and shows no envelope."""
        self.check_no_email()

    def test_preference(self):
        """The preference of a user is found, saved, and obeyed."""
        self.check_preference()


@tagged("post_install", "-at_install")
class TestEmailOnMobile(EmailCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_preference(self):
        """The preference fits on a phone."""
        self.check_preference()
