# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The local service: signing in, by QR code, login code and password."""

import base64

from green_api_sandbox.phone import PhoneError

from .service_case import LocalServiceCase


class SignInCase(LocalServiceCase):
    def setUp(self):
        super().setUp()
        self.phone.change(stateInstance="notAuthorized")

    def state(self):
        return self.call("GET", "getStateInstance").json()["stateInstance"]


class TestSignIn(SignInCase):
    def show_qr(self):
        answer = self.call("GET", "qr").json()
        self.assertEqual(answer["type"], "qrCode")
        return answer["message"]

    def test_scan(self):
        """The main way in: show a picture, scan it, be authorized and told so."""
        picture = base64.b64decode(self.show_qr())
        self.assertTrue(picture.startswith(b"\x89PNG"))
        self.phone.scan()
        self.assertEqual(self.state(), "authorized")
        self.assertEqual(self.waiting()[-1]["stateInstance"], "authorized")
        self.assertEqual(self.call("GET", "qr").json()["type"], "alreadyLogged")

    def test_qr_renews_itself(self):
        """A picture on the screen is worthless after some seconds; it cannot be scanned then."""
        first = self.show_qr()
        self.assertEqual(self.show_qr(), first)
        self.phone.advance(60)
        with self.assertRaises(PhoneError) as caught:
            self.phone.scan()
        self.assertEqual(caught.exception.status, 409)
        self.assertNotEqual(self.show_qr(), first)
        self.phone.scan()

    def test_scan_without_qr(self):
        """A code that nobody asked for must not sign anybody in."""
        with self.assertRaises(PhoneError):
            self.phone.scan()
        self.assertEqual(self.state(), "notAuthorized")

    def test_two_factor_password(self):
        """With two-factor protection a scan is not enough, and a wrong password neither."""
        self.phone.change(twoFactorPassword="sesame")
        self.show_qr()
        self.phone.scan()
        self.assertEqual(self.state(), "pendingPassword")
        self.assertEqual(self.call("GET", "qr").json()["type"], "error")
        wrong = self.call("POST", "sendAuthorizationPassword", {"password": "x"}).json()
        self.assertEqual(wrong["data"], {"status": "fail", "reason": "invalid_password"})
        self.assertEqual(self.state(), "pendingPassword")
        right = self.call("POST", "sendAuthorizationPassword", {"password": "sesame"}).json()
        self.assertEqual(right, {"status": True, "data": {"status": "success", "reason": ""}})
        self.assertEqual(self.state(), "authorized")

    def test_password_at_the_wrong_moment(self):
        """A password nobody asked for is refused inside a 200 answer."""
        answer = self.call("POST", "sendAuthorizationPassword", {"password": "x"}).json()
        self.assertEqual(answer["data"]["reason"], "authorization_not_started")
        self.phone.change(stateInstance="authorized")
        answer = self.call("POST", "sendAuthorizationPassword", {"password": "x"}).json()
        self.assertEqual(answer["data"]["reason"], "already_registered")

    def test_account_appears_with_sign_in(self):
        """Before sign-in there is no phone number to show."""
        before = self.call("GET", "getAccountSettings").json()
        self.assertEqual(before, {"avatar": "", "phone": "", "stateInstance": "notAuthorized"})
        self.phone.change(stateInstance="authorized")
        after = self.call("GET", "getAccountSettings").json()
        self.assertEqual((after["phone"], after["chatId"]), ("79876543210", "20000000"))

    def test_logout(self):
        """After logout the account is gone and a new code can be shown."""
        self.phone.change(stateInstance="authorized")
        self.assertEqual(self.call("GET", "logout").json(), {"isLogout": True})
        self.assertEqual(self.state(), "notAuthorized")
        self.show_qr()


class TestLoginByCode(SignInCase):
    def enter(self, code, **values):
        answer = self.call("POST", "sendAuthorizationCode", {"code": code, **values}).json()
        return answer["data"]["reason"]

    def enter_password(self, password):
        body = {"password": password}
        return self.call("POST", "sendAuthorizationPassword", body).json()["data"]["reason"]

    def start(self):
        answer = self.call("POST", "startAuthorization", {"phoneNumber": 79876543210}).json()
        self.assertTrue(answer["status"])
        return self.phone.instance()["loginCode"]

    def test_stuck_after_expired_code(self):
        """A code that comes too late may leave the account starting for ever: only signing out
        ends that, no restart does."""
        self.phone.change(stuckByExpiredCode=True)
        code = self.start()
        self.phone.advance(300)
        self.assertEqual(self.enter(code), "code_expired")
        self.call("GET", "reboot")
        self.phone.advance(100_000)
        self.assertEqual(self.state(), "starting")
        self.assertEqual(self.call("GET", "qr").json()["type"], "error")
        self.call("GET", "logout")
        self.assertEqual(self.state(), "notAuthorized")
        self.assertEqual(self.enter(self.start()), "")
        self.assertEqual(self.state(), "authorized")

    def test_code(self):
        """A wrong code may be followed by the right one; a second start shows no new code."""
        code = self.start()
        self.assertEqual(self.start(), code)
        self.assertEqual(self.enter("wrong"), "verify_code_wrong")
        self.assertEqual(self.enter(code), "")
        self.assertEqual(self.phone.instance()["stateInstance"], "authorized")

    def test_code_with_password(self):
        """With two-factor protection the code alone leaves the sign-in incomplete."""
        self.phone.change(twoFactorPassword="sesame")
        self.assertEqual(self.enter(self.start(), password="wrong"), "invalid_password")
        self.assertEqual(self.phone.instance()["stateInstance"], "pendingPassword")

    def test_code_expires(self):
        """A late code is refused, and so is one that nobody asked for."""
        self.assertEqual(self.enter("12345"), "authorization_not_started")
        code = self.start()
        self.phone.advance(179)
        self.assertEqual(self.start(), code, "no new code within five minutes")
        self.phone.advance(122)
        self.assertEqual(self.enter(code), "code_expired")
        self.assertNotEqual(self.start(), "")

    def test_too_slow(self):
        """A sign-in that takes too long is given up, before the code's own life is over."""
        code = self.start()
        self.phone.advance(181)
        self.assertEqual(self.enter(code), "timeout")
        self.assertEqual(self.start(), code)
        self.assertEqual(self.enter(code), "")

    def test_password_too_late(self):
        """A password that comes too late ends the sign-in; it has to begin anew."""
        self.phone.change(twoFactorPassword="sesame")
        self.assertEqual(self.enter(self.start()), "")
        self.phone.advance(181)
        self.assertEqual(self.enter_password("sesame"), "timeout")
        self.assertEqual(self.phone.instance()["stateInstance"], "notAuthorized")
        self.assertEqual(self.enter_password("sesame"), "authorization_not_started")

    def test_password_guessed(self):
        """After some wrong passwords even the right one is refused, until the next sign-in."""
        self.phone.change(twoFactorPassword="sesame")
        self.enter(self.start())
        for _number in range(5):
            self.assertEqual(self.enter_password("x"), "invalid_password")
        self.assertEqual(self.enter_password("sesame"), "rate_limit_exceeded")
        self.call("GET", "logout")
        self.enter(self.start())
        self.assertEqual(self.enter_password("sesame"), "")

    def test_not_now(self):
        """Signed in already, or banned: there is nothing to begin."""
        for state, reason in (
            ("authorized", "already_registered"),
            ("suspended", "already_registered"),
            ("blocked", "already_registered"),
        ):
            with self.subTest(state=state):
                self.phone.change(stateInstance=state)
                body = {"phoneNumber": 79876543210}
                answer = self.call("POST", "startAuthorization", body).json()
                self.assertEqual(answer["data"]["reason"], reason)
                self.assertEqual(self.enter("12345"), reason)

    def test_new_token(self):
        """After updateApiToken the old token is refused."""
        new = self.call("GET", "updateApiToken").json()["apiTokenInstance"]
        self.assertEqual(self.call("GET", "getSettings").status_code, 401)
        self.assertEqual(self.call("GET", "getSettings", token=new).status_code, 200)
