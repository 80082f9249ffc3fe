# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.fields import Command
from odoo.tests import tagged

from ..common import CUSTOMER_CHAT, TelegramCase
from .browser_case import TourCase

IVAN, OLGA = "10000031", "10000032"
MAILINGS = "/odoo/action-telegram_green_api.telegram_mailing_action"


class MailingBrowserCase(TelegramCase, TourCase):
    """The day of a marketing person: prepare, test, start, pause, change, resume, report."""

    def _run(self, cron):
        self.assertIs(cron.method_direct_trigger(), True, "the scheduled action failed")

    def setUp(self):
        super().setUp()
        admin = self.env.ref("base.user_admin")
        admin.partner_id.phone = "+79101110000"
        self.instance.operator_ids |= admin
        self.phone.add_customer("Administrator", chatId="10000030", phoneNumber=79101110000)
        self.phone.add_customer("Ivan", chatId=IVAN, phoneNumber=79101110001)
        self.phone.add_customer("Olga", chatId=OLGA, phoneNumber=79101110002)
        partners = self.customer | self.env["res.partner"].create(
            [
                {"name": "Ivan Petrov", "phone": "+79101110001"},
                {"name": "Olga Smirnova", "phone": "+79101110002"},
                {"name": "I. Petrov", "phone": "+79101110001"},
            ]
        )
        self.env["telegram.mailing.list"].create(
            {"name": "Regular Customers", "partner_ids": [Command.set(partners.ids)]}
        )

    def check_day(self):
        """Check that each customer gets the last text once, and that the report says who answered
        and who wants no more mailings."""
        self.tour("telegram_mailing_prepare", MAILINGS)
        self.send_queue()
        texts = sorted(row["message"] for row in self.phone.ledger())
        tests = [text for text in texts if "Until Friday" not in text]
        self.assertEqual(len(tests), 1, "the test has the text of that time")
        self.assertEqual(len(texts), 4)
        self.receive()
        self.phone.read(CUSTOMER_CHAT)
        self.phone.write(CUSTOMER_CHAT, "Yes, please!")
        self.phone.write(IVAN, "Until which Friday?")
        self.phone.write(OLGA, "СТОП")
        self.receive()
        self._run(self.env.ref("telegram_green_api.ir_cron_mailings"))
        self.env.invalidate_all()
        mailing = self.env["telegram.mailing"].search([])
        self.assertEqual((mailing.state, mailing.sent_count), ("done", 3))
        self.assertEqual((mailing.answered_count, mailing.opted_out_count), (2, 1))
        self.assertEqual((mailing.read_count, mailing.left_out_count), (1, 1))
        self.tour("telegram_mailing_report", MAILINGS)


@tagged("post_install", "-at_install")
class TestMailingDesktop(MailingBrowserCase):
    browser_size = "1400x900"

    def test_day(self):
        """On a desktop."""
        self.check_day()


@tagged("post_install", "-at_install")
class TestMailingMobile(MailingBrowserCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_day(self):
        """On a phone."""
        self.check_day()
