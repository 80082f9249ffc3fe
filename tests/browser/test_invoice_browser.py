# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from ..common import CUSTOMER_CHAT
from ..invoices.invoice_case import InvoiceCase


@tagged("post_install", "-at_install")
class TestInvoiceScreen(InvoiceCase, HttpCase):
    """Sending invoices as a person does, by clicking."""

    browser_size = "1400x900"

    def test_one(self):
        """From the button on the invoice to the message in its chatter."""
        invoice = self._create_invoice()
        url = f"/odoo/customer-invoices/{invoice.id}"
        self.start_tour(url, "telegram_green_api.send_invoice", login=self.accountant.login)
        message = self.messages_of(invoice)
        self.assertEqual(message.text, "Here is your invoice")
        self.assertTrue(message.attachment_id)
        self.assertTrue(invoice.is_move_sent)

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
