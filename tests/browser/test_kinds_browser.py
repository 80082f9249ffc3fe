# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from ..common import CUSTOMER_CHAT, CUSTOMER_PHONE
from .test_whole_way import BrowserCase

KINDS = [
    "documentMessage",
    "imageMessage",
    "locationMessage",
    "contactMessage",
    "pollMessage",
    "textMessage",
]


class KindsCase(BrowserCase):
    """Every kind of message, by clicking, from a record to the customer's phone and back."""

    def setUp(self):
        super().setUp()
        self.phone.change(stateInstance="authorized")
        self.instance = self.env["telegram.instance"].create(
            {
                "name": "Kinds",
                "id_instance": str(self.phone.id_instance),
                "api_token_new": self.phone.token,
                "api_url": self.sandbox_url,
            }
        )
        self.instance.action_check_state()

    def check_every_kind(self, url):
        self.tour("telegram_kinds", url)
        shown = self.phone.messages(CUSTOMER_CHAT)
        self.assertEqual([message["data"]["typeMessage"] for message in shown], KINDS)
        self.assertEqual({message["status"] for message in shown}, {"read"})
        self.assertEqual(shown[0]["text"], "Our offer")
        sent = self.env["telegram.message"].search(
            [("instance_id", "=", self.instance.id)], order="id"
        )
        self.assertEqual(sent.mapped("type_message"), KINDS)
        self.assertEqual(set(sent.mapped("state")), {"read"})
        self.assertEqual(self.leaks, [], "a token went to the browser")


@tagged("post_install", "-at_install")
class TestKindsOnDesktop(KindsCase):
    browser_size = "1400x900"

    def test_from_partner(self):
        """From a contact, each kind is seen on the phone and read."""
        self.check_every_kind(f"/odoo/res.partner/{self.customer.id}")

    def test_mailing(self):
        """From the list of contacts to two of three, each with the own name, and a change."""
        names = ["Vasilisa Ivanova", "Ivan Petrov", "Without Phone"]
        numbers = [CUSTOMER_PHONE, "+79998887701", False]
        people = self.env["res.partner"].create(
            [
                {"name": name, "phone": phone, "ref": "mailing"}
                for name, phone in zip(names, numbers, strict=True)
            ]
        )
        action = self.env["ir.actions.act_window"].create(
            {
                "name": "Mailing",
                "res_model": "res.partner",
                "view_mode": "list,form",
                "domain": [("id", "in", people.ids)],
            }
        )
        self.tour("telegram_mailing", f"/odoo/action-{action.id}")
        sent = [entry["message"] for entry in self.phone.ledger()]
        self.assertEqual(sorted(sent), ["Good day", "Hello Ivan Petrov", "Hello Vasilisa Ivanova"])


@tagged("post_install", "-at_install")
class TestKindsOnMobile(KindsCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_from_invoice(self):
        """From an invoice, on a phone's screen."""
        self.check_every_kind(f"/odoo/account.move/{self.invoice.id}")
