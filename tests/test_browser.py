# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .browser_case import TourCase
from .common import CUSTOMER_PHONE, SandboxCase


class BrowserCase(TourCase, SandboxCase):
    """The whole way by clicking, from the credentials to the answer on the invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.user_admin").write({"notification_type": "inbox"})
        cls.customer = cls.env["res.partner"].create(
            {"name": "Vasilisa Ivanova", "phone": CUSTOMER_PHONE}
        )
        income = cls.env["account.account"].search(
            [("account_type", "=", "income")], limit=1
        ) or cls.env["account.account"].create(
            {"name": "Income", "code": "400000", "account_type": "income"}
        )
        cls.env["account.account"].search(
            [("account_type", "=", "asset_receivable")], limit=1
        ) or cls.env["account.account"].create(
            {"name": "Customers", "code": "120000", "account_type": "asset_receivable"}
        )
        journal = cls.env["account.journal"].search(
            [("type", "=", "sale"), ("company_id", "=", cls.env.company.id)], limit=1
        ) or cls.env["account.journal"].create(
            {"name": "Sales", "code": "TGS", "type": "sale", "default_account_id": income.id}
        )
        cls.invoice = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "journal_id": journal.id,
                "partner_id": cls.customer.id,
                "invoice_date": fields.Date.today(),
                "line_ids": [Command.clear()],
            }
        )

    def setUp(self):
        super().setUp()
        self.phone = self._create_phone(stateInstance="notAuthorized", settings={})

    def check_the_whole_way(self, instances_url):
        partner_url = f"/odoo/res.partner/{self.customer.id}"
        invoice_url = f"/odoo/account.move/{self.invoice.id}"
        self.tour("telegram_sign_in", instances_url)
        self.tour("telegram_contact", partner_url)
        self.tour("telegram_answers", partner_url)
        self.tour("telegram_invoice", invoice_url)
        self.tour("telegram_invoice_answer", invoice_url)
        self.tour("telegram_messages", "/odoo/action-telegram_green_api.telegram_message_action")
        self.assertEqual(
            [entry["message"] for entry in self.phone.ledger()],
            ["Your order is ready", "Invoice INV/1 is due tomorrow"],
        )
        self.assertIn("sign_in", self.pictures)
        self.assertEqual(self.leaks, [], "a token went to the browser")
        self.assertGreater(self.answers, 100)


@tagged("post_install", "-at_install")
class TestDesktop(BrowserCase):
    browser_size = "1400x900"

    def test_whole_way(self):
        """From the menu to the answer on the invoice, on a desktop."""
        self.check_the_whole_way("/odoo")


@tagged("post_install", "-at_install")
class TestMobile(BrowserCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_whole_way(self):
        """The same on a phone."""
        self.check_the_whole_way("/odoo/action-telegram_green_api.telegram_instance_action")
