# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.tests import HttpCase, tagged

from .invoice_case import InvoiceCase

SECRET = "Between you and me"
NICKNAME = "Sweet Vasya"


@tagged("post_install", "-at_install")
class TestPortal(InvoiceCase, HttpCase):
    """The customer's pages, and whoever has their link, see the invoice and nothing of Telegram."""

    def setUp(self):
        super().setUp()
        self.invoice = self._create_invoice()
        message = self.write_from(self.invoice, SECRET, user=self.accountant)
        message.chat_id.name = NICKNAME
        self.chat_id = message.chat_id.telegram_id
        self.env.flush_all()

    def read_all(self, path):
        """Give what the page says, and the chatter below it."""
        page = self.url_open(path)
        self.assertEqual(page.status_code, 200)
        self.assertIn(self.invoice.name, page.text)
        params = {
            "thread_model": "account.move",
            "thread_id": self.invoice.id,
            "token": self.invoice.access_token,
        }
        chatter = self.url_open("/mail/chatter_fetch", json={"params": params})
        self.assertIn("messages", chatter.json()["result"])
        return page.text + chatter.text

    def check_silent(self, text):
        for told in (SECRET, NICKNAME, self.chat_id, "telegram_"):
            self.assertNotIn(told, text)

    def test_link(self):
        """Whoever has the link from the message sees the invoice: Odoo's own way to share it."""
        self.authenticate(None, None)
        self.check_silent(self.read_all(self.invoice.get_portal_url()))
        without = self.url_open(f"/my/invoices/{self.invoice.id}", allow_redirects=False)
        self.assertNotEqual(without.status_code, 200)

    def test_portal_user(self):
        """The customer's own account in the portal sees no more."""
        user = self.create_user("customer_in_portal", "portal")
        self.invoice.message_subscribe(user.partner_id.ids)
        self.authenticate("customer_in_portal", "customer_in_portal")
        self.check_silent(self.read_all(self.invoice.get_portal_url()))
        self.check_silent(self.url_open("/my").text)
        self.check_silent(self.url_open("/my/invoices").text)
