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

    def today(self):
        return format_date(self.env, fields.Date.context_today(self.accountant))

    def test_warns_of_a_reminder_just_sent(self):
        """Two colleagues reminded the same customer within minutes, and were not told."""
        oldest, newer = self.overdue(30), self.overdue(5)
        form = self.remind(newer)
        self.assertFalse(form.warning)
        form.save().action_send()
        warning = self.remind(oldest).warning
        self.assertIn(f"A reminder was sent by Telegram on {self.today()} by", warning)
        self.assertIn(self.accountant.name, warning)
        self.remind(oldest).save().action_send()
        self.assertEqual(len(self.messages_of(oldest | newer)), 2)

    def test_warns_in_a_list(self):
        """From the list, it says how many had a reminder and who, and how many are not overdue."""
        reminded, other = self.overdue(9), self.overdue(9, self._create_customer(1))
        company = self._create_company("Other seller")
        foreign = self._create_invoice(company=company)
        self.remind(reminded).save().action_send()
        self.env["telegram.message"].search([("res_id", "=", reminded.id)]).copy(
            {"res_id": foreign.id, "state": "queued"}
        ).is_payment_reminder = True
        form = self.remind(reminded | other | self.overdue(-3) | self.overdue(-4))
        self.assertIn(
            "within the last week (1): "
            f"{self.customer.name} ({self.today()}, {self.accountant.name})",
            form.warning,
        )
        self.assertIn("not overdue, so there is no reminder of them: 2.", form.warning)
        self.assertEqual(form.recipient_count, 2)

    def test_warns_of_no_other_message(self):
        """Neither a reminder that was refused or is long past, nor another message counts."""
        invoice = self.overdue(30)
        invoice.with_user(self.accountant)._message_telegram("Your invoice")
        self.assertFalse(self.remind(invoice).warning)
        self.remind(invoice).save().action_send()
        message = self.messages_of(invoice)[-1:]
        message.date -= timedelta(days=8)
        self.assertFalse(self.remind(invoice).warning)
        message.write({"date": fields.Datetime.now(), "state": "error"})
        self.assertFalse(self.remind(invoice).warning)

    def test_warns_of_the_automation(self):
        """A rule that has reminded the customer counts, too."""
        invoice = self.overdue(30)
        automation = self.env.ref("telegram_green_api.telegram_automation_invoice_overdue")
        automation.action_switch_on()
        rows = self.env["telegram.automatic.message"]
        rows._request(automation.action_id, invoice)
        row = rows.search([("res_id", "=", invoice.id), ("res_model", "=", "account.move")])
        row.write({"state": "composed", "composed_date": fields.Datetime.now()})
        self.assertIn(f"by {automation.name}", self.remind(invoice).warning)

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
