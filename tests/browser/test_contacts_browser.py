# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import base64
import io

from PIL import Image, ImageDraw

from odoo.tests import tagged

from ..common import CUSTOMER_CHAT, CUSTOMER_PHONE, SandboxCase
from .browser_case import TourCase


def draw_face():
    """Return a picture that can be told from no picture."""
    image = Image.new("RGB", (300, 300), "#2aa1c0")
    pen = ImageDraw.Draw(image)
    pen.ellipse((60, 50, 240, 260), fill="#f2d0a9")
    pen.arc((110, 150, 190, 220), 20, 160, fill="#803030", width=8)
    target = io.BytesIO()
    image.save(target, "PNG")
    return target.getvalue()


class ContactsBrowserCase(TourCase, SandboxCase):
    """Contacts and chats of an account, by clicking."""

    def setUp(self):
        super().setUp()
        self.phone = self._create_phone()
        self.instance = self.env["telegram.instance"].create(
            {
                "name": "Contacts",
                "id_instance": str(self.phone.id_instance),
                "api_token_new": self.phone.token,
                "api_url": self.sandbox_url,
                "sequence": -1,  # the one by which numbers are checked
            }
        )
        self.instance.write({"state": "authorized", "is_receiving_configured": True})
        self.customer = self.env["res.partner"].create(
            {"name": "Vasilisa Ivanova", "phone": CUSTOMER_PHONE, "ref": "tour"}
        )
        face = {"fileName": "face.png", "content": base64.b64encode(draw_face()).decode()}
        stored = self.phone._own("POST", "/files", face)
        self.phone.add_customer(
            "Vasilisa",
            chatId=CUSTOMER_CHAT,
            phoneNumber=int(CUSTOMER_PHONE),
            username="@vasilisa",
            contactName="Vasilisa K",
            avatar=stored["fileMessageData"]["downloadUrl"],
        )
        self.phone.write(CUSTOMER_CHAT, "Good day")
        self.phone.write_as_owner(CUSTOMER_CHAT, "Good day to you")

    @property
    def chat(self):
        return self.env["telegram.chat"]._find(self.instance, CUSTOMER_CHAT)

    def check_contact_and_chat(self):
        self.tour("telegram_check_number", f"/odoo/res.partner/{self.customer.id}")
        self.env.invalidate_all()
        self.assertEqual(self.chat.partner_id, self.customer)
        self.tour("telegram_chat_info", f"/odoo/telegram.chat/{self.chat.id}")
        self.env.invalidate_all()
        self.assertTrue(self.chat.picture_key)
        self.assertEqual(self.chat.name, "Vasilisa K")
        self.assertEqual(len(self.chat.message_ids), 2)
        self.assertTrue(self.chat.is_archived_at_telegram)
        self.assertEqual(self.leaks, [], "a token went to the browser")


@tagged("post_install", "-at_install")
class TestContactsOnDesktop(ContactsBrowserCase):
    browser_size = "1400x900"

    def test_contact_and_chat(self):
        """Check a number from the contact, then its chat: picture, history, marks."""
        self.check_contact_and_chat()

    def test_synchronise(self):
        """The button on the account; how far it has come; the chats in their list."""
        self.tour("telegram_sync", f"/odoo/telegram.instance/{self.instance.id}")
        self.env.invalidate_all()
        self.assertEqual(self.instance.last_sync_id.state, "done")
        self.assertEqual(self.instance.chat_count, 4)

    def test_check_numbers(self):
        """Several contacts from their list, with one that has no number."""
        people = self.customer + self.env["res.partner"].create(
            [
                {"name": "Ivan Petrov", "phone": "+79998887701"},
                {"name": "Nobody There", "phone": "+79990000000"},
                {"name": "Without Phone"},
            ]
        )
        action = self.env["ir.actions.act_window"].create(
            {
                "name": "People",
                "res_model": "res.partner",
                "view_mode": "list,form",
                "domain": [("id", "in", people.ids)],
            }
        )
        self.tour("telegram_check_numbers", f"/odoo/action-{action.id}")
        chats = self.env["telegram.chat"].search([("instance_id", "=", self.instance.id)])
        self.assertEqual(
            {chat.phone: chat.no_account for chat in chats},
            {CUSTOMER_PHONE: False, "+79998887701": False, "+79990000000": True},
        )


@tagged("post_install", "-at_install")
class TestContactsOnMobile(ContactsBrowserCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_contact_and_chat(self):
        """The same on a phone's screen, where the buttons are in menus."""
        self.check_contact_and_chat()

    def test_synchronise(self):
        """The progress fits the screen, and so do the chats."""
        self.tour("telegram_sync", f"/odoo/telegram.instance/{self.instance.id}")
        self.assertEqual(self.instance.chat_count, 4)
