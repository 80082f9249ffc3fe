# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from ..common import CUSTOMER_CHAT
from ..invoices.invoice_case import InvoiceCase
from .browser_case import TourCase
from .invoice_language import InvoiceLanguageCase


class InvoiceScreenCase(InvoiceCase, TourCase):
    """Invoices of a company, and its accountant."""

    def _create_overdue(self, days, partner=None):
        date = fields.Date.today() - timedelta(days=days)
        dates = {"invoice_date": date, "invoice_date_due": date}
        return self._create_invoice(partner, **dates)

    def check_reminder(self):
        """Check that one message from an invoice names all that the customer owes."""
        self.accountant.name = "accountant.of.the.seller@" * 4  # nowhere to break the line
        invoice, other = self._create_overdue(28), self._create_overdue(14)
        url = f"/odoo/customer-invoices/{invoice.id}"
        with self.take_pictures():
            self.start_tour(url, "telegram_green_api.remind", login=self.accountant.login)
        self.assertEqual(len(self.messages_of(invoice)), 1)
        self.assertFalse(self.messages_of(other))
        self.send_queue()
        url = f"/odoo/customer-invoices/{other.id}"
        with self.take_pictures():
            self.start_tour(url, "telegram_green_api.reminded", login=self.accountant.login)

    def check_refused_while_open(self):
        """Check that the mark of an open invoice goes when Telegram refuses its message."""
        admin = self.env.ref("base.user_admin")
        admin.write({"company_ids": [Command.link(self.company.id)], "company_id": self.company.id})
        # Without a layout, Odoo asks administrators for one first.
        self.company.external_report_layout_id = self.env.ref("web.external_layout_standard")
        invoice = self._create_invoice()
        self.phone.fault("sendFileByUpload", "status", status=400)
        url = f"/odoo/customer-invoices/{invoice.id}"
        cids = str(self.company.id)
        self.tour("telegram_green_api.refused_while_open", url, cids=cids)


@tagged("post_install", "-at_install")
class TestInvoiceScreen(InvoiceScreenCase):
    """Sending invoices as a person does, by clicking."""

    browser_size = "1400x900"

    def test_reminder(self):
        """A reminder of overdue invoices is written by Odoo."""
        self.check_reminder()

    def test_reminders(self):
        """A customer with two overdue invoices gets one message."""
        invoices = self._create_overdue(28) | self._create_overdue(14)
        invoices |= self._create_overdue(7, self._create_customer(1))
        url = "/odoo/action-account.action_move_out_invoice"
        with self.take_pictures():
            self.start_tour(url, "telegram_green_api.remind_many", login=self.accountant.login)
        self.assertEqual(len(self.messages_of(invoices)), 2)

    def test_sent_in_background(self):
        """After a batch was sent, the list says so without a reload."""
        self._create_invoice()
        self._create_invoice(post=False)
        admin = self.env.ref("base.user_admin")
        admin.write({"company_ids": [Command.link(self.company.id)], "company_id": self.company.id})
        cron = self.env.ref("account.ir_cron_account_move_send")
        self.tour(
            "telegram_green_api.sent_in_background",
            "/odoo/action-account.action_move_out_invoice",
            cids=str(self.company.id),
            invoice_cron=str(cron.id),
        )

    def test_one(self):
        """From the button on the invoice to the message in its chatter."""
        invoice = self._create_invoice()
        url = f"/odoo/customer-invoices/{invoice.id}"
        self.start_tour(url, "telegram_green_api.send_invoice", login=self.accountant.login)
        message = self.messages_of(invoice)
        self.assertEqual(message.text, "Here is your invoice")
        self.assertTrue(message.attachment_id)
        self.assertTrue(invoice.is_move_sent)

    def test_both_ways(self):
        """By e-mail and by Telegram at once: two fields “To”, and nothing said which is which."""
        self.customer.email = "customer@example.com"
        invoice = self._create_invoice()
        url = f"/odoo/customer-invoices/{invoice.id}"
        self.tour("telegram_green_api.both_ways", url, login=self.accountant.login)

    def test_changed_number(self):
        """Before an invoice goes to a chat with a former phone number, the user is asked."""
        self.phone.write(CUSTOMER_CHAT, "Hello")
        self.receive()
        former = self.env["telegram.chat"].search([("partner_id", "=", self.customer.id)])
        self.customer.phone = "+7 999 888-00-99"
        invoice = self._create_invoice()
        url = f"/odoo/customer-invoices/{invoice.id}"
        login = self.accountant.login
        self.start_tour(url, "telegram_green_api.invoice_to_new_number", login=login)
        message = self.messages_of(invoice)
        self.assertNotEqual(message.chat_id, former)
        self.assertEqual(message.chat_id.phone, "+79998880099")

    def test_refused(self):
        """An invoice that Telegram refused is found by a filter, and is not shown as sent."""
        invoice = self._create_invoice()
        self.send(invoice)
        self.phone.fault("sendFileByUpload", "status", status=400)
        self.send_queue()
        url = "/odoo/action-account.action_move_out_invoice"
        self.start_tour(url, "telegram_green_api.refused_invoice", login=self.accountant.login)

    def test_many(self):
        """From the list, with the reason for the invoice that is left out."""
        invoice, draft = self._create_invoice(), self._create_invoice(post=False)
        url = "/odoo/action-account.action_move_out_invoice"
        self.start_tour(url, "telegram_green_api.send_invoices", login=self.accountant.login)
        self.assertTrue(invoice.is_being_sent)
        self.assertFalse(draft.is_being_sent)

    def test_customer_chooses(self):
        """In the portal, customers choose Telegram for their invoices themselves."""
        customer = self.create_user(
            "portal_customer",
            "portal",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        self.authenticate("portal_customer", "portal_customer")
        choice = '<option value="telegram"'
        self.assertIn(choice, self.url_open("/my/account").text)
        self.instance.active = False
        self.assertNotIn(choice, self.url_open("/my/account").text)
        self.assertFalse(customer.partner_id.invoice_sending_method)


@tagged("post_install", "-at_install")
class TestInvoiceInRussian(InvoiceLanguageCase):
    """An accountant who reads Russian, of which the buttons are longer."""

    # So high that no scroll bar takes the room: with it, Odoo's own buttons need two lines.
    browser_size = "1400x1200"
    lang = "ru_RU"

    def test_buttons_take_no_line(self):
        """The buttons of the addon broke Odoo's bar of an invoice into one line more."""
        for move in self.refund | self.overdue:
            url = f"/odoo/customer-invoices/{move.id}"
            self.tour("telegram_green_api.buttons_take_no_line", url)


@tagged("post_install", "-at_install")
class TestInvoiceWithoutPreview(InvoiceScreenCase):
    """A screen too small for the preview of the PDF, of which Odoo makes a page in tests."""

    browser_size = "1100x900"

    def test_refused_while_open(self):
        """The invoice stayed “Sent” on the screen until it was loaded again."""
        self.check_refused_while_open()


@tagged("post_install", "-at_install")
class TestInvoiceOnMobile(InvoiceScreenCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_reminder(self):
        """The same on a phone."""
        self.check_reminder()

    def test_refused_while_open(self):
        """The same on a phone."""
        self.check_refused_while_open()
