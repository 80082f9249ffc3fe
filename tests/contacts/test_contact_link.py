# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import CUSTOMER_CHAT
from ..invoices.invoice_case import InvoiceCase


@tagged("post_install", "-at_install")
class TestContactLink(InvoiceCase):
    """Customers write first, by a link that says where they come from."""

    def setUp(self):
        super().setUp()
        self.instance.account_username = "@honey_shop"
        self.link = self.env["telegram.contact.link"].create(
            {
                "name": "Website",
                "instance_id": self.instance.id,
                "text": "Hello! I come from your website & have a question.",
            }
        )

    def receive_first(self, text):
        """Receive the first message of a customer; return the chat."""
        return self.ingest(self.notification(text)).message_id.chat_id

    def test_url(self):
        """The link proposes the text, by the name of the account or else its phone number."""
        self.assertEqual(
            self.link.url,
            "https://t.me/honey_shop?text="
            "Hello%21%20I%20come%20from%20your%20website%20%26%20have%20a%20question.",
        )
        self.assertTrue(self.link.qr_code)
        self.assertIn('href="https://t.me/honey_shop?text=', self.link.snippet)
        self.instance.write({"account_username": False, "account_phone": "+79990000000"})
        self.assertTrue(self.link.url.startswith("https://t.me/+79990000000?text="))
        self.instance.account_phone = False
        self.assertFalse(self.link.url or self.link.qr_code or self.link.snippet)

    def test_source(self):
        """The first message tells the source, also with other blanks and something added."""
        chat = self.receive_first(
            "hello! I come from  your website & have a question.\nHow much is a jar?"
        )
        self.assertEqual(chat.contact_link_id, self.link)
        self.assertEqual(self.link.chat_count, 1)
        action = self.link.with_user(self.accountant).action_open_chats()
        self.assertEqual(self.env["telegram.chat"].search(action["domain"]), chat)

    def test_only_the_first(self):
        """Who wrote before comes from nowhere else, and the longest text wins."""
        chat = self.receive_first("Good morning")
        self.assertFalse(chat.contact_link_id)
        self.ingest(self.notification(self.link.text, idMessage="1763115112999"))
        self.assertFalse(chat.contact_link_id)
        longer = self.link.copy({"name": "Shop", "text": f"{self.link.text} It is about honey."})
        found = self.env["telegram.contact.link"]._find_by_text(self.instance, longer.text)
        self.assertEqual(found, longer)
        self.assertFalse(self.env["telegram.contact.link"]._find_by_text(self.instance, "Hello!"))

    @mute_logger("odoo.sql_db")
    def test_texts_differ(self):
        """Two links with the same text could not be told apart."""
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            self.link.copy({"name": "Shop"})

    def test_on_invoices(self):
        """The QR code is printed on invoices if the link says so, and not on others."""
        invoice = self._create_invoice()
        report = self.env["ir.actions.report"]
        name = "account.report_invoice"
        html = report._render_qweb_html(name, invoice.ids)[0].decode()
        self.assertNotIn("telegram_contact_link", html)
        self.link.is_on_invoices = True
        html = report._render_qweb_html(name, invoice.ids)[0].decode()
        self.assertIn("telegram_contact_link", html)
        bill = self.env["account.move"].new({"move_type": "in_invoice"})
        self.assertFalse(bill._get_telegram_contact_link())

    def test_rights(self):
        """Operators read and copy a link; only administrators change it."""
        link = self.link.with_user(self.accountant)
        self.assertTrue(link.url)
        with self.assertRaises(AccessError):
            link.text = "x"
        chat = self.receive_first(self.link.text)
        self.assertEqual(chat.telegram_id, CUSTOMER_CHAT)
        manager = self.create_user("link_manager", "manager")
        with self.assertRaises(AccessError):
            chat.with_user(manager).contact_link_id = False
