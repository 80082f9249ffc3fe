# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import format_amount, format_date

from .invoice_case import InvoiceCase


@tagged("post_install", "-at_install")
class TestPaymentReminder(InvoiceCase):
    """Reminders of overdue invoices: one message for each customer."""

    def overdue(self, days, partner=None, **values):
        """Make an invoice that is overdue for some days."""
        date = fields.Date.today() - timedelta(days=days)
        dates = {"invoice_date": date, "invoice_date_due": date}
        return self._create_invoice(partner, **dates, **values)

    def remind(self, invoices, user=None):
        """Choose “Send Payment Reminder by Telegram”, and return the form of the composer."""
        action = invoices.with_user(user or self.accountant).action_telegram_send_reminder()
        composer = self.env[action["res_model"]].with_user(user or self.accountant)
        return Form(composer.with_context(**action["context"]))

    def test_text(self):
        """The amount due, the due date, the days late and a link to pay are in the text."""
        invoice = self.overdue(28)
        form = self.remind(invoice)
        self.assertFalse(form.is_mass)
        for words in (
            invoice.name,
            format_amount(self.env, 1234.5, invoice.currency_id),
            format_date(self.env, invoice.invoice_date_due),
            "28 days late",
            f"https://seller.example.com/my/invoices/{invoice.id}?access_token=",
            "Seller",
        ):
            self.assertIn(words, form.body)
        self.assertNotIn("Total", form.body)
        form.save().action_send()
        self.assertIn("28 days late", self.messages_of(invoice).text)

    def test_one_day(self):
        """The customer does not read “1 days late”."""
        self.assertIn("(1 day late)", self.remind(self.overdue(1)).body)

    def test_one_message_for_a_customer(self):
        """Several overdue invoices, also of a contact of the customer, are one message."""
        child = self.env["res.partner"].create({"name": "Desk", "parent_id": self.customer.id})
        newer, oldest = self.overdue(5), self.overdue(30)
        of_child = self.overdue(10, child)
        other = self.overdue(7, self._create_customer(1))
        form = self.remind(newer | oldest | of_child | other)
        self.assertTrue(form.is_mass)
        self.assertEqual(form.recipient_count, 2)
        form.save().action_send()
        invoices = newer | oldest | of_child | other
        messages = self.messages_of(invoices)
        self.assertEqual(set(messages.mapped("res_id")), {oldest.id, other.id})
        text = messages.filtered(lambda message: message.res_id == oldest.id).text
        places = [text.index(invoice.name) for invoice in (oldest, of_child, newer)]
        self.assertEqual(places, sorted(places))
        total = format_amount(self.env, 3 * 1234.5, self.company.currency_id)
        self.assertIn(f"Total: {total}", text)
        self.assertNotIn(other.name, text)

    def notes_of(self, invoice):
        return invoice.message_ids.filtered(lambda each: each.message_type == "telegram")

    def test_shown_on_each_invoice(self):
        """Each invoice that the reminder names shows it, with its state, also if not selected."""
        child = self.env["res.partner"].create({"name": "Desk", "parent_id": self.customer.id})
        oldest, newer, of_child = self.overdue(30), self.overdue(5), self.overdue(10, child)
        customer = self._create_customer(1)
        other, other_newer = self.overdue(9, customer), self.overdue(7, customer)
        paid_later = self.overdue(-3)
        self.remind(newer).save().action_send()
        self.assertFalse(self.notes_of(other) | self.notes_of(paid_later))
        self.remind(oldest | other | of_child).save().action_send()
        self.send_queue()
        counts = {oldest: 2, newer: 2, of_child: 2, other: 1, other_newer: 1}
        for invoice, count in counts.items():
            notes = self.notes_of(invoice)
            self.assertEqual(len(notes), count, invoice.name)
            for note in notes:
                self.assertIn(invoice.name, note.body)
                self.assertEqual(note.notification_ids.telegram_state, "sent")

    def test_shown_only_where_allowed(self):
        """Records of the browser's choice, of other customers or without access, show nothing."""
        invoice, other = self.overdue(30), self.overdue(9, self._create_customer(1))
        newer = self.overdue(5)
        form = self.remind(invoice)
        composer = form.save()
        composer.covered_ids = repr([other.id, newer.id, 0, 987654321])
        rule = {"name": "Not this one", "model_id": self.env["ir.model"]._get_id("account.move")}
        domain = repr([("id", "!=", newer.id)])
        self.env["ir.rule"].create({**rule, "domain_force": domain})
        composer.action_send()
        self.assertTrue(self.notes_of(invoice))
        self.assertFalse(self.notes_of(other) | self.notes_of(newer))

    def test_what_is_overdue(self):
        """What is paid, not due, excluded from follow-ups, or no invoice to a customer is not."""
        due = self.overdue(3)
        paid, future, excluded = self.overdue(3), self.overdue(-3), self.overdue(3)
        draft, bill = self.overdue(3, post=False), self.overdue(3, move_type="in_invoice")
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=paid.ids
        ).create({})._create_payments()
        excluded.no_followup = True
        others = paid | future | excluded | draft | bill
        self.assertEqual(due.telegram_overdue_days, 3)
        self.assertFalse(any(others.mapped("telegram_overdue_days")))
        with self.assertRaisesRegex(UserError, "None of these invoices is overdue"):
            self.remind(others)
        body = self.remind(due | others).body
        self.assertIn(due.name, body)
        self.assertFalse([i for i in (paid, future, excluded) if i.name in body])

    def test_part_payment(self):
        """Of an invoice in installments, only what is overdue is asked for."""
        term = self.env["account.payment.term"].create(
            {
                "name": "Half now, half later",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
                    for days in (0, 60)
                ],
            }
        )
        date = fields.Date.today() - timedelta(days=10)
        values = {"invoice_date": date, "invoice_payment_term_id": term.id}
        invoice = self._create_invoice(**values)
        self.assertEqual(invoice.telegram_overdue_days, 10)
        body = self.remind(invoice).body
        self.assertIn(format_amount(self.env, 617.25, invoice.currency_id), body)
        self.assertNotIn(format_amount(self.env, 1234.5, invoice.currency_id), body)

    def test_text_may_be_changed(self):
        """An accountant who edits no templates can change the text for several customers."""
        invoices = self.overdue(4) | self.overdue(4, self._create_customer(2))
        form = self.remind(invoices)
        self.assertIn("{{ object.telegram_overdue_list }}", form.allowed_placeholders)
        form.body = form.body.replace("friendly", "last")
        self.assertIn("4 days late", form.example)
        form.save().action_send()
        texts = self.messages_of(invoices).mapped("text")
        self.assertEqual(["last reminder" in text for text in texts], [True, True])

    def test_is_no_mailing(self):
        """A reminder goes to customers who have not agreed to mailings, as an invoice does."""
        self.company.telegram_needs_consent = True
        form = self.remind(self.overdue(4) | self.overdue(4, self._create_customer(3)))
        self.assertTrue(form.is_automatic)
        self.assertEqual(form.recipient_count, 2)

    def test_rights(self):
        """Only users of Telegram can send reminders."""
        user = self.create_user(
            "telegram_other_accountant",
            "accounting",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        with self.assertRaises(AccessError):
            self.remind(self.overdue(4), user)
