# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import base64
import io
from datetime import datetime

from PIL import Image

from odoo.exceptions import UserError
from odoo.tests import tagged

from .account_case import AccountCase, picture_file


@tagged("post_install", "-at_install")
class TestProfile(AccountCase):
    """Who is signed in, and the account's picture."""

    def set_picture(self, content):
        dialog = self.env["telegram.instance.picture"].with_user(self.manager)
        dialog = dialog.create({"instance_id": self.instance.id, "picture": content})
        return self.press("action_set", dialog)

    def test_who_is_signed_in(self):
        """Phone, user name and chat id, as the service tells them; for reading by operators."""
        self.assertIn("+79876543210", self.press("action_read_account"))
        instance = self.instance.with_user(self.salesperson)
        self.assertEqual(
            (instance.account_phone, instance.account_username, instance.account_chat_id),
            ("+79876543210", "@shop", "20000000"),
        )

    def test_suspended(self):
        """Limits that Telegram has set are shown with their end."""
        end = datetime(2033, 5, 18, 3, 33, 20)
        self.phone.change(stateInstance="suspended", suspendedUntil=2000000000)
        self.press("action_read_account")
        self.assertEqual((self.instance.suspended_until, self.instance.state), (end, "suspended"))

    def test_nobody_signed_in(self):
        """An account without a session has no name; the words say what to do."""
        self.press("action_read_account")
        self.phone.change(stateInstance="notAuthorized")
        self.assertIn("Sign In", self.press("action_read_account"))
        self.assertFalse(self.instance.account_phone)

    def test_signed_out_on_the_phone(self):
        """Once the session has ended elsewhere, nobody is shown as signed in any more."""
        self.press("action_read_account")
        self.phone.change(stateInstance="notAuthorized")
        self.receive()
        self.assertEqual(
            (self.instance.state, self.instance.account_phone), ("notAuthorized", False)
        )

    def test_picture_there_and_back(self):
        """A PNG with transparent parts arrives as a JPEG, and is read back from the service."""
        self.assertIn("picture was changed", self.set_picture(picture_file()))
        self.instance.account_picture = False
        self.press("action_read_account")
        image = Image.open(io.BytesIO(base64.b64decode(self.instance.account_picture)))
        self.assertEqual((image.format, image.size), ("JPEG", (20, 10)))
        self.assertEqual(image.getpixel((1, 1)), (255, 255, 255), "transparent has become white")

    def test_formats(self):
        """Whatever Odoo reads is converted: palettes, grey, print colours, rotated or large."""
        for image_format, mode, size, color in (
            ("GIF", "P", (10, 10), 3),
            ("PNG", "LA", (10, 10), (9, 0)),
            ("PNG", "L", (10, 10), 7),
            ("JPEG", "CMYK", (10, 10), (0, 0, 0, 0)),
            ("BMP", "RGB", (3000, 10), (1, 2, 3)),
        ):
            with self.subTest(image_format=image_format, mode=mode):
                self.set_picture(picture_file(image_format, mode, size, color))

    def test_no_picture(self):
        """A text, what Odoo does not convert, half a picture: refused, the service is not asked."""
        half = base64.b64decode(picture_file("JPEG", "RGB", (400, 400), (1, 2, 3)))[:400]
        webp = b"RIFF\x1a\x00\x00\x00WEBPVP8 \x0e\x00"
        for content in (b"Hello", webp, half):
            with self.subTest(content[:10]), self.assertRaisesRegex(UserError, "not a picture"):
                self.set_picture(base64.b64encode(content))
        self.assertEqual(self.phone.requests("setProfilePicture"), [])

    def test_picture_refused(self):
        """A reason inside a 200 answer is told in words, and the former picture stays."""
        body = {"reason": "rate-overlimit", "urlAvatar": None, "setProfilePicture": False}
        self.phone.fault("setProfilePicture", "status", status=200, body=body)
        with self.assertRaisesRegex(UserError, "from time to time"):
            self.set_picture(picture_file())
        self.assertFalse(self.instance.account_picture)

    def test_picture_cannot_be_fetched(self):
        """A link to elsewhere is not followed; who is signed in is kept all the same."""
        body = {
            "stateInstance": "authorized",
            "phone": "79876543210",
            "chatId": "20000000",
            "avatar": "https://example.com/x.jpg",
        }
        self.phone.fault("getAccountSettings", "status", status=200, body=body)
        self.assertIn("picture could not", self.press("action_read_account"))
        self.assertEqual(self.instance.account_phone, "+79876543210")

    def test_odd_picture(self):
        """What the link leads to may be no picture at all: nothing of it is kept."""
        self.set_picture(picture_file())
        self.phone.fault("download", "html")
        self.assertIn("picture could not", self.press("action_read_account"))
        self.assertTrue(self.instance.account_picture, "the former one stays")
