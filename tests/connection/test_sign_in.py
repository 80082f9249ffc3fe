# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import base64

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import SECRET_MARK, TelegramCase


@tagged("post_install", "-at_install")
class TestSignIn(TelegramCase):
    """Signing in: the dialog's questions to the service, the phone on the other side."""

    def setUp(self):
        super().setUp()
        self.phone = self._create_phone(stateInstance="notAuthorized", settings={})
        self.instance = self._create_instance(
            self.phone, name="Fresh", is_receiving_configured=False
        )
        self.dialog = self.env["telegram.sign.in"].create({"instance_id": self.instance.id})
        self.env.flush_all()
        self.registry_enter_test_mode()

    def test_scanned(self):
        """The dialog shows a QR code, turns to "authorized" once scanned, and receiving is on."""
        answer = self.dialog.refresh()
        self.assertEqual(answer["state"], "notAuthorized")
        self.assertTrue(base64.b64decode(answer["qr"]).startswith(b"\x89PNG"))
        self.phone.scan()
        answer = self.dialog.refresh()
        self.assertEqual((answer["state"], answer["qr"]), ("authorized", False))
        self.assertTrue(self.instance.is_receiving_configured)
        self.assertEqual(self.phone.instance()["settings"]["incomingWebhook"], "yes")

    def test_who_has_signed_in(self):
        """As soon as somebody is signed in, the account says who; a failure of that is none."""
        self.dialog.refresh()
        self.phone.scan()
        self.phone.fault("getAccountSettings", "status", status=500)
        self.assertEqual(self.dialog.refresh()["state"], "authorized")
        self.assertFalse(self.instance.account_phone or self.instance.last_error)
        self.dialog.refresh()
        self.assertEqual(self.instance.account_phone, "+79876543210")

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
        answer = self.dialog.submit_password("wrong")
        self.assertEqual(answer["state"], "pendingPassword")
        self.assertIn("password is incorrect", answer["message"])
        self.assertEqual(self.dialog.submit_password("correct horse")["state"], "authorized")

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
        self.assertIn("temporarily unavailable", answer["message"])
        self.assertTrue(self.dialog.refresh()["qr"])

    # --- By phone number -----------------------------------------------------------------

    def give_right_code(self):
        return self.dialog.submit_code(self.phone.instance()["loginCode"])

    def test_by_phone_number(self):
        """Number, code, done; the number as people write it, the code with blanks around it."""
        answer = self.dialog.request_code("+7 (987) 654-32-10")
        self.assertEqual((answer["state"], answer["accepted"]), ("notAuthorized", True))
        answer = self.dialog.submit_code("00000000")
        self.assertFalse(answer["accepted"])
        self.assertIn("code is incorrect", answer["message"])
        answer = self.dialog.submit_code(f" {self.phone.instance()['loginCode']}\n")
        self.assertEqual((answer["state"], answer["accepted"]), ("authorized", True))
        self.dialog.refresh(with_qr=False)
        self.assertTrue(self.instance.is_receiving_configured)

    def test_by_phone_number_with_password(self):
        """A two-factor account asks for the password after the code."""
        self.phone.change(twoFactorPassword="correct horse")
        self.dialog.request_code("+79876543210")
        answer = self.give_right_code()
        self.assertEqual((answer["state"], answer["accepted"]), ("pendingPassword", True))
        self.assertEqual(self.dialog.submit_password("correct horse")["state"], "authorized")

    def test_no_phone_number(self):
        """Letters, too few or too many digits: said at once, Telegram is not asked."""
        for phone in ("", None, "abc", "12345", "0987654321", "1" * 16):
            with self.subTest(phone):
                answer = self.dialog.request_code(phone)
                self.assertFalse(answer["accepted"])
                self.assertIn("phone number is invalid", answer["message"])
        self.assertEqual(self.phone.requests("startAuthorization"), [])

    def test_somebody_elses_number(self):
        """Telegram's refusal of the number is told in words."""
        answer = self.dialog.request_code("+79998887766")
        self.assertFalse(answer["accepted"])
        self.assertIn("does not know this phone number", answer["message"])

    def test_code_too_late(self):
        """A code that is too old is told apart from a wrong one: another is to be asked for."""
        self.dialog.request_code("+79876543210")
        code = self.phone.instance()["loginCode"]
        self.phone.advance(301)
        self.assertIn("has expired. Request a new one", self.dialog.submit_code(code)["message"])
        self.dialog.request_code("+79876543210")
        self.assertEqual(self.give_right_code()["state"], "authorized")

    def test_code_that_nobody_asked_for(self):
        """A code without a request before it is refused with what to do."""
        self.assertIn("Request a new code", self.dialog.submit_code("12345")["message"])

    def test_signed_in_meanwhile(self):
        """Somebody scans the QR code while the other way is open: that is no failure."""
        self.dialog.refresh()
        self.phone.scan()
        answer = self.dialog.request_code("+79876543210")
        self.assertEqual((answer["state"], answer["accepted"]), ("authorized", True))

    def test_no_code_without_need(self):
        """By phone number no QR code is made: it would be one more way in."""
        self.assertFalse(self.dialog.refresh(with_qr=False)["qr"])
        self.assertEqual(self.phone.requests("qr"), [])

    def test_service_fails_at_the_phone(self):
        """A refusal shows what the service's words mean, a failure why; both can be redone."""
        self.phone.fault("startAuthorization", "status", status=400, body="Validation failed")
        answer = self.dialog.request_code("+79876543210")
        self.assertFalse(answer["accepted"] or answer["problem"])
        self.assertIn("A value of the request is not valid", answer["message"])
        self.phone.fault("startAuthorization", "status", status=500)
        answer = self.dialog.request_code("+79876543210")
        self.assertFalse(answer["accepted"])
        self.assertIn("temporarily unavailable", answer["message"])
        self.assertTrue(self.dialog.request_code("+79876543210")["accepted"])

    def test_code_and_password_are_not_kept(self):
        """What signs an account in stands in no record, the call log included."""
        self.instance.call_log = "all"
        self.phone.change(twoFactorPassword=f"{SECRET_MARK}password")
        self.env.flush_all()
        self.dialog.request_code("+79876543210")
        self.dialog.submit_code(f"{SECRET_MARK}code")
        self.give_right_code()
        self.dialog.submit_password(f"{SECRET_MARK}password")
        calls = self.env["telegram.call"].search([("instance_id", "=", self.instance.id)])
        self.assertIn("sendAuthorizationCode", calls.mapped("method"))
        self.assertNotIn(SECRET_MARK, str(calls.read()) + str(self.dialog.read()))

    def test_operators_do_not_sign_in(self):
        """Signing in is for administrators: a salesperson could exchange the account."""
        with self.assertRaises(AccessError):
            self.env["telegram.sign.in"].with_user(self.salesperson).create(
                {"instance_id": self.instance.id}
            )
        with self.assertRaises(AccessError):
            self.instance.with_user(self.salesperson).action_check_state()
