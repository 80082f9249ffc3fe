# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import base64

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import TelegramCase


@tagged("post_install", "-at_install")
class TestSignIn(TelegramCase):
    """Signing in: the dialog's questions to the service, the phone on the other side."""

    def setUp(self):
        super().setUp()
        self.phone = self._create_phone(stateInstance="notAuthorized", settings={})
        self.instance = self._create_instance(self.phone, name="Fresh", receiving_set=False)
        self.dialog = self.env["telegram.sign.in"].create({"instance_id": self.instance.id})

    def test_scanned(self):
        """The dialog shows a QR code, turns to "authorized" once scanned, and receiving is on."""
        answer = self.dialog.refresh()
        self.assertEqual(answer["state"], "notAuthorized")
        self.assertTrue(base64.b64decode(answer["qr"]).startswith(b"\x89PNG"))
        self.phone.scan()
        answer = self.dialog.refresh()
        self.assertEqual((answer["state"], answer["qr"]), ("authorized", False))
        self.assertTrue(self.instance.receiving_set)
        self.assertEqual(self.phone.instance()["settings"]["incomingWebhook"], "yes")

    def test_code_is_renewed(self):
        """An old code cannot be scanned any more; the dialog's next question brings a new one."""
        first = self.dialog.refresh()["qr"]
        self.phone.advance(60)
        second = self.dialog.refresh()["qr"]
        self.assertNotEqual(first, second)
        self.phone.scan()
        self.assertEqual(self.dialog.refresh()["state"], "authorized")

    def test_two_factor(self):
        """After the scan the password is asked for; a wrong one is told, the right one signs in."""
        self.phone.change(twoFactorPassword="correct horse")
        self.dialog.refresh()
        self.phone.scan()
        self.assertEqual(self.dialog.refresh()["state"], "pendingPassword")
        answer = self.dialog.send_password("wrong")
        self.assertEqual(answer["state"], "pendingPassword")
        self.assertIn("not the password", answer["message"])
        self.assertEqual(self.dialog.send_password("correct horse")["state"], "authorized")

    def test_already_signed_in(self):
        """An account that is signed in needs no code."""
        self.phone.change(stateInstance="authorized")
        answer = self.dialog.refresh()
        self.assertEqual((answer["state"], answer["qr"]), ("authorized", False))

    def test_service_fails_meanwhile(self):
        """A failed question shows its reason and the dialog goes on asking."""
        self.phone.fault("qr", "status", status=500, body="oops")
        answer = self.dialog.refresh()
        self.assertTrue(answer["problem"])
        self.assertIn("disturbance", answer["message"])
        self.assertTrue(self.dialog.refresh()["qr"])

    def test_operators_do_not_sign_in(self):
        """Signing in is for administrators: a salesperson could exchange the account."""
        with self.assertRaises(AccessError):
            self.env["telegram.sign.in"].with_user(self.salesperson).create(
                {"instance_id": self.instance.id}
            )
        with self.assertRaises(AccessError):
            self.instance.with_user(self.salesperson).action_check_state()
