# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import base64
import io
import json
from datetime import datetime

from PIL import Image

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import CUSTOMER_CHAT, TelegramCase

GROUP = "-10000000000000"


def draw(kind="JPEG", size=(600, 300), color="teal"):
    target = io.BytesIO()
    Image.new("RGB", size, color).save(target, kind)
    return target.getvalue()


@tagged("post_install", "-at_install")
class TestTelegramChatInfo(TelegramCase):
    """The picture of a chat, its names and phone, and when the person was last online."""

    def setUp(self):
        super().setUp()
        self.chat = self.env["telegram.chat"]._get_or_create(self.instance, CUSTOMER_CHAT)

    def put(self, content, name="face.jpg"):
        """Keep a file in the service; return the link to it."""
        data = {"fileName": name, "content": base64.b64encode(content).decode()}
        return self.phone._own("POST", "/files", data)["fileMessageData"]["downloadUrl"]

    def change(self, **values):
        return self.phone.add_customer("Vasilisa", chatId=CUSTOMER_CHAT, **values)

    def refresh(self, chat=None):
        """Press the button as an operator; return what they read."""
        with self.enter_registry_test_mode():
            chat = (chat or self.chat).with_user(self.salesperson)
            params = chat.action_refresh_info()["params"]
        self.env.invalidate_all()
        return params

    def size(self):
        return Image.open(io.BytesIO(base64.b64decode(self.chat.image_256))).size

    def test_everything(self):
        """What Telegram shows of a person does not come into Odoo."""
        self.change(
            avatar=self.put(draw()),
            contactName="Vasilisa K",
            lastSeen=1769681957,
            phoneNumber=79998887766,
        )
        self.assertEqual(self.refresh()["type"], "success")
        self.assertEqual(self.chat.last_seen, datetime(2026, 1, 29, 10, 19, 17))
        self.assertEqual(self.chat.phone, "+79998887766")
        self.assertEqual(self.chat.partner_id, self.customer)
        self.assertEqual(self.chat.name, "Vasilisa K")
        self.assertEqual(self.size(), (256, 128))
        self.change(lastSeen=0, avatar="")
        self.refresh()
        self.assertFalse(self.chat.last_seen, "hidden by now")
        self.assertFalse(self.chat.image_256, "removed by now")
        self.assertFalse(self.chat.picture_key)
        self.assertEqual(self.chat.phone, "+79998887766", "hidden by now, but known")

    def test_group(self):
        """GetContactInfo refuses groups: their picture is asked for by itself."""
        self.phone.add_customer("Sales", chatId=GROUP, avatar=self.put(draw("PNG")))
        chat = self.chat._get_or_create(self.instance, GROUP, chat_type="supergroup")
        self.refresh(chat)
        self.assertTrue(chat.image_256)
        self.assertFalse(self.phone.requests(method="getContactInfo"))

    def test_phone_form(self):
        """A chat known by phone only learns its number by the way."""
        self.chat.unlink()
        chat = self.env["telegram.chat"]._get_or_create_for_partner(self.instance, self.customer)
        self.refresh(chat)
        self.assertEqual(chat.telegram_id, CUSTOMER_CHAT)

    def test_conversation(self):
        """Discuss shows the picture of the conversation only until it is opened anew."""
        self.chat._open_channel()
        self.change(avatar=self.put(draw()))
        self.refresh()
        self.assertEqual(self.chat.channel_id.image_128[:20], self.chat.image_256[:20])
        guest = self.env["mail.guest"]._telegram_find_or_create(
            self.instance, CUSTOMER_CHAT, "Vasilisa"
        )
        self.refresh()
        self.assertTrue(guest.image_1920)
        other = self.chat._get_or_create(self.instance, "10000001")
        self.phone.add_customer("Ivan", chatId="10000001", avatar=self.put(draw("PNG")))
        self.refresh(other)
        self.assertTrue(other._open_channel().image_128, "made after the picture came")

    def test_what_is_no_picture(self):
        """A drawing with a program in it, or a page, is served to browsers as a picture."""
        odd = {
            "face.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
            "face.jpg": b"<!DOCTYPE html><html><script>alert(1)</script></html>",
            "half.jpg": draw()[:200],
            "empty.png": b"",
            "face.ico": b"\x00\x00\x01\x00" + b"\x00" * 60,
        }
        self.change(avatar=self.put(draw()))
        self.refresh()
        for name, content in odd.items():
            self.change(avatar=self.put(content, name), lastSeen=1769681957)
            with self.subTest(name):
                params = self.refresh()
                self.assertIn("downloaded file is not a picture", params["message"])
                self.assertEqual(params["type"], "warning")
                self.assertEqual(self.size(), (256, 128), "the former one stays")
                self.assertTrue(self.chat.last_seen, "all else is taken")

    def test_foreign_host(self):
        """A link to anywhere makes this server ask there."""
        self.change(avatar="https://elsewhere.example.com/face.jpg")
        self.assertIn("not allowed for this account", self.refresh()["message"])
        self.change(avatar="file:///etc/passwd")
        self.assertIn("not allowed for this account", self.refresh()["message"])

    def test_too_large(self):
        """A picture of any size is read into memory."""
        self.change(avatar=self.put(draw() + b"\x00" * (5 * 1024 * 1024)))
        self.assertIn("The file is too large", self.refresh()["message"])
        self.assertFalse(self.chat.image_256)

    def test_link_too_old(self):
        """The picture is gone since: the rest is lost with it."""
        self.change(avatar=f"{self.sandbox_url}/download/4100/gone.jpg", lastSeen=1769681957)
        self.assertIn("could not be downloaded", self.refresh()["message"])
        self.assertTrue(self.chat.last_seen)

    def test_odd_answer(self):
        """Values of other types, times beyond all calendars, half characters."""
        body = {
            "avatar": 5,
            "name": "A\x00\ud800B",
            "contactName": None,
            "chatId": ["x"],
            "lastSeen": 10**18,
            "phoneNumber": "hidden",
        }
        self.phone.fault("getContactInfo", "status", status=200, body=json.dumps(body))
        self.refresh()
        self.assertEqual(self.chat.name, "AB")
        self.assertFalse(self.chat.last_seen)
        self.assertEqual(self.chat.telegram_id, CUSTOMER_CHAT)

    def test_refused(self):
        """The service does not know the person: the chat is emptied, or an error page comes."""
        chat = self.chat._get_or_create(self.instance, "4711", name="Known once")
        with self.assertRaisesRegex(UserError, "does not know the chat"):
            self.refresh(chat)
        self.phone.fault("getContactInfo", "lost_before")
        with self.assertRaisesRegex(UserError, "connection"):
            self.chat.refresh_info()
        self.assertEqual(chat.name, "Known once")

    def test_python(self):
        """The call for programmers gives the chat with what came, in the same transaction."""
        self.change(lastSeen=1769681957, username="@vasilisa")
        chat = self.chat.with_user(self.salesperson).refresh_info()
        self.assertEqual(chat, self.chat)
        self.assertTrue(chat.last_seen)

    def test_time_that_is_none(self):
        """A number that no calendar has is no time, and does not cost the rest of the answer."""
        for odd in (10**18, -1, 0):
            self.change(lastSeen=odd, username="@vasilisa")
            chat = self.chat.with_user(self.salesperson).refresh_info()
            self.assertFalse(chat.last_seen)
