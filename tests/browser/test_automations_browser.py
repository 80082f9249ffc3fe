# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import json
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

    def see_on_phone(self, number, *words):
        """Look at the last messages on the customer's phone.

        :param int number: of the picture
        :param words: one for each of these messages, in their order
        """
        bubbles = f"[...document.querySelectorAll('#messages .bubble')].slice(-{len(words)})"
        shown = f"{json.dumps(words)}.every((word, n) => {bubbles}[n]?.textContent.includes(word))"
        self.look_at_phone(CUSTOMER_CHAT, shown, f"automations_phone_{number}")

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
        self.see_on_phone(1, f"{invoice.name} of", "received your payment")
        for days, count in ((12, 2), (13, 3), (13.5, 3), (20, 4)):
            with freeze_time(noon + timedelta(days=days)):
                self.run_automations()
            self.assertEqual(len(self.get_sent()), count, days)
        self.see_on_phone(
            2, "received your payment", f"{invoice.name} was due", f"{invoice.name} was"
        )
        register = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        with freeze_time(noon + timedelta(days=21)):
            register.create({}).action_create_payments()
        with freeze_time(noon + timedelta(days=28)):  # it is paid
            self.run_automations()
        self.assertEqual(len(self.get_sent()), 4)
        self.assertEqual(self.pictures[:2], ["automations", "automation"])
        self.assertEqual(len(self.pictures), 4)


@tagged("post_install", "-at_install")
class TestAutomationsBrowserOnPhone(TestAutomationsBrowser):
    """The same on a narrow screen."""

    browser_size = "390x844"
