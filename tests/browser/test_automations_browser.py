# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from ..invoices.invoice_case import InvoiceCase
from .browser_case import TourCase


@tagged("post_install", "-at_install")
class TestAutomationsBrowser(InvoiceCase, TourCase):
    """The ready automations, switched on by clicking, until they are on the customer's phone."""

    def run_automations(self):
        self._run(self.env.ref("telegram_green_api.ir_cron_automations"))
        self._run(self.env.ref("telegram_green_api.ir_cron_automatic_messages"))
        self.env.invalidate_all()

    def get_sent(self):
        """Send what is queued; return the first line of what the phone has got after the name."""
        self.send_queue()
        return [entry["message"].split("\n\n")[1][:30] for entry in self.phone.ledger()]

    def test_switched_on_and_fired(self):
        """The rules are on the screen, and nothing reaches a customer, or everything twice."""
        admin = self.env.ref("base.user_admin")
        admin.write({"company_ids": [Command.link(self.company.id)], "company_id": self.company.id})
        self.instance.operator_ids = [Command.link(admin.id)]
        self.tour(
            "telegram_automations_on", "/odoo/action-telegram_green_api.telegram_automation_action"
        )
        self.env.invalidate_all()
        noon = datetime.combine(fields.Date.today(), datetime.min.time()) + timedelta(hours=12)
        with freeze_time(noon):
            invoice = self._create_invoice(
                invoice_date=noon.date(), invoice_date_due=noon.date() + timedelta(days=10)
            )
            payment = self.env["account.payment"].create(
                {
                    "partner_id": self.customer.id,
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "amount": 100,
                    "company_id": self.company.id,
                }
            )
            payment.action_post()
            for _time in range(2):
                self.run_automations()
        paid, posted = sorted(self.get_sent())
        self.assertIn("we have received your payment"[:30], paid)
        self.assertIn(f"your invoice {invoice.name}"[:30], posted)
        for days, count in ((12, 2), (13, 3), (13.5, 3), (20, 4)):
            with freeze_time(noon + timedelta(days=days)):
                self.run_automations()
            self.assertEqual(len(self.get_sent()), count, days)
        register = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        with freeze_time(noon + timedelta(days=21)):
            register.create({}).action_create_payments()
        with freeze_time(noon + timedelta(days=28)):  # it is paid
            self.run_automations()
        self.assertEqual(len(self.get_sent()), 4)
        self.assertEqual(self.pictures, ["automations", "automation"])


@tagged("post_install", "-at_install")
class TestAutomationsBrowserOnPhone(TestAutomationsBrowser):
    """The same on a narrow screen."""

    browser_size = "390x844"
