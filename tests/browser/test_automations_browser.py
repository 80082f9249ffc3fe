# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from ..common import CUSTOMER_CHAT
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
            "telegram_automations", "/odoo/action-telegram_green_api.telegram_automation_action"
        )
        self.env.invalidate_all()
        noon = datetime.combine(fields.Date.today(), datetime.min.time()) + timedelta(hours=12)
        with freeze_time(noon):
            invoice = self._create_invoice(
                invoice_date=noon.date(), invoice_date_due=noon.date() + timedelta(days=10)
            )
            for _time in range(2):
                self.run_automations()
        self.assertEqual(len(self.get_sent()), 1)
        self.assertIn(f"your invoice {invoice.name}"[:30], self.get_sent()[0])
        for days, count in ((12, 1), (13, 2), (13.5, 2), (20, 3)):
            with freeze_time(noon + timedelta(days=days)):
                self.run_automations()
            self.assertEqual(len(self.get_sent()), count, days)
        with freeze_time(noon + timedelta(days=21)):
            register = self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=invoice.ids
            )
            register.create({}).action_create_payments()
            for _time in range(2):
                self.run_automations()
        self.assertEqual(self.get_sent()[3:], ["we have received your payment "])
        self.look_at_phone(
            CUSTOMER_CHAT,
            "document.body.innerText.includes('we have received your payment')",
            "automations_phone",
        )
        self.assertEqual(self.pictures, ["automations", "automation", "automations_phone"])
