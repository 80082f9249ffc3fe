# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The local service: who is let in, sign-in, states and settings."""

import base64
import signal
import tempfile

from ..sandbox.phone import PhoneError
from ..sandbox.process import launch, stop
from .sandbox_case import ID_INSTANCE, LocalServiceCase


class TestAccess(LocalServiceCase):
    def test_wrong_token(self):
        """A client with a wrong token must not get in; the refusal has no body to parse."""
        response = self.call("GET", "getSettings", token="wrong")
        self.assertEqual((response.status_code, response.text), (401, ""))

    def test_wrong_instance(self):
        """A wrong id is told apart from a wrong token."""
        self.assert_refused(
            self.call("GET", "getSettings", id_instance=4199999999), 403, "Forbidden"
        )

    def test_id_that_is_no_number(self):
        """A mistyped id must not be taken for an unknown method."""
        self.assert_refused(
            self.call("GET", "getSettings", id_instance="41x"), 400, "idInstance not an integer"
        )

    def test_wrong_method_or_verb(self):
        """404 comes as HTML: a client that expects JSON of every answer has to notice."""
        for verb, method in (("GET", "noSuchMethod"), ("GET", "sendMessage"), ("POST", "qr")):
            with self.subTest(verb=verb, method=method):
                response = self.call(verb, method)
                self.assertEqual(response.status_code, 404)
                self.assertIn("text/html", response.headers["Content-Type"])
                self.assertIn(f"Cannot {verb} /waInstance", response.text)

    def test_method_name_in_any_case(self):
        """Clients in the field write GetStateInstance too."""
        answer = self.call("GET", "GETstateINSTANCE").json()
        self.assertEqual(answer, {"stateInstance": "authorized"})

    def test_options(self):
        """Browsers ask before they call."""
        response = self.call("OPTIONS", "sendMessage")
        self.assertEqual(response.status_code, 204)
        self.assertEqual(response.headers["Access-Control-Allow-Origin"], "*")

    def test_refusal_repeats_the_token(self):
        """The real service puts the token into its error bodies: leaks must be found here."""
        response = self.call("POST", "setSettings", {})
        self.assertEqual(
            response.json()["path"], f"/waInstance{ID_INSTANCE}/setSettings/{self.token}"
        )

    def test_expired_and_deleted(self):
        """An unpaid or deleted instance refuses everything, each with its own words."""
        self.phone.change(expired=True)
        self.assert_refused(self.call("GET", "getStateInstance"), 400, "account is expired")
        self.phone.change(expired=False, deleted=True)
        self.assert_refused(self.call("GET", "getStateInstance"), 400, "Instance is deleted")


class TestSignIn(LocalServiceCase):
    def setUp(self):
        super().setUp()
        self.phone.change(stateInstance="notAuthorized")

    def state(self):
        return self.call("GET", "getStateInstance").json()["stateInstance"]

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


class TestLoginByCode(LocalServiceCase):
    def setUp(self):
        super().setUp()
        self.phone.change(stateInstance="notAuthorized")

    def enter(self, code, **values):
        answer = self.call("POST", "sendAuthorizationCode", {"code": code, **values}).json()
        return answer["data"]["reason"]

    def start(self):
        answer = self.call("POST", "startAuthorization", {"phoneNumber": 79876543210}).json()
        self.assertTrue(answer["status"])
        return self.phone.instance()["loginCode"]

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
        self.phone.advance(301)
        self.assertEqual(self.enter(code), "code_expired")

    def test_new_token(self):
        """After updateApiToken the old token is refused."""
        new = self.call("GET", "updateApiToken").json()["apiTokenInstance"]
        self.assertEqual(self.call("GET", "getSettings").status_code, 401)
        self.assertEqual(self.call("GET", "getSettings", token=new).status_code, 200)


class TestSettings(LocalServiceCase):
    def test_all_off_after_creation(self):
        """A new instance tells nothing until setSettings: a client has to switch things on."""
        self.token = self.create_instance()
        settings = self.call("GET", "getSettings").json()
        switches = {name: value for name, value in settings.items() if name.endswith("Webhook")}
        self.assertEqual(set(switches.values()), {"no"}, switches)
        self.assertEqual(settings["delaySendMessagesMilliseconds"], 500)

    def test_set_settings(self):
        """Only the given fields change."""
        answer = self.call("POST", "setSettings", {"incomingWebhook": "no"})
        self.assertEqual(answer.json(), {"saveSettings": True})
        settings = self.call("GET", "getSettings").json()
        self.assertEqual(settings["incomingWebhook"], "no")
        self.assertEqual(settings["stateWebhook"], "yes")

    def test_bad_settings(self):
        """Wrong names, types and bounds are refused, and nothing of the request is kept."""
        cases = (
            ({}, "'value' must have at least 1 key"),
            ({"incomingWebhook": True}, "'incomingWebhook' must be a string"),
            ({"incomingWebhook": "on"}, "'incomingWebhook' must be one of [yes, no]"),
            ({"stateWebhook": "no", "noSuch": "yes"}, "'noSuch' is not allowed"),
            ({"delaySendMessagesMilliseconds": 499}, "must be greater than or equal to 500"),
            ({"delaySendMessagesMilliseconds": 600001}, "must be less than or equal to 600000"),
            ({"delaySendMessagesMilliseconds": "500"}, "must be an integer"),
            ({"delaySendMessagesMilliseconds": True}, "must be an integer"),
        )
        before = self.call("GET", "getSettings").json()
        for body, words in cases:
            with self.subTest(body=body):
                self.assert_refused(self.call("POST", "setSettings", body), 400, words)
        self.assertEqual(self.call("GET", "getSettings").json(), before)

    def test_settings_restart_the_instance(self):
        """setSettings and reboot make the instance unusable for a while; it comes back alone."""
        self.phone.change(startingSeconds=5)
        for verb, method, body in (
            ("POST", "setSettings", {"pollMessageWebhook": "yes"}),
            ("GET", "reboot", None),
        ):
            with self.subTest(method=method):
                self.call(verb, method, body)
                self.assertEqual(self.phone.instance()["stateInstance"], "starting")
                self.assert_refused(
                    self.call("POST", "getContactInfo", {"chatId": "10000000"}),
                    400,
                    "instance in starting process try later",
                )
                self.phone.advance(5)
                self.assert_state_comes("authorized")

    def test_suspension_ends(self):
        """Temporary limits of Telegram end at the time that getAccountSettings names."""
        until = int(self.phone.now()) + 3600
        self.phone.change(stateInstance="suspended", suspendedUntil=until)
        self.assertEqual(self.call("GET", "getAccountSettings").json()["suspendedUntil"], until)
        self.phone.advance(3601)
        self.assert_state_comes("authorized")

    def assert_state_comes(self, state):
        """The state is announced: wait for the notification, not for the clock."""
        while (body := self.receive()).get("stateInstance") != state:
            self.assertEqual(body["typeWebhook"], "stateInstanceChanged")


class TestPace(LocalServiceCase):
    pace = "real"

    def test_rate_limit(self):
        """More calls in a second than the table allows are refused, until time has passed."""
        self.assertEqual(self.call("GET", "getStateInstance").status_code, 200)
        # a slow machine may need more than a second for a call, but not for every one
        calls = (self.call("GET", "getStateInstance") for _number in range(50))
        refused = next(response for response in calls if response.status_code != 200)
        self.assertEqual((refused.status_code, refused.text), (429, "Too Many Requests"))
        self.phone.advance(1)
        self.assertEqual(self.call("GET", "getStateInstance").status_code, 200)

    def test_limits_are_per_instance_and_method(self):
        """Ten instances have ten budgets."""
        self.call("GET", "getStateInstance")
        self.assertEqual(self.call("GET", "getSettings").status_code, 200)
        token = self.create_instance(4100000002)
        other = self.call("GET", "getStateInstance", id_instance=4100000002, token=token)
        self.assertEqual(other.status_code, 200)


class TestRestart(LocalServiceCase):
    def test_kill_loses_nothing(self):
        """What was acknowledged survives kill -9: queue, notifications, ledger, settings."""
        sent = self.send("10000000", "arrives")
        self.phone.ledger(count=1)
        self.phone.change(stateInstance="suspended")
        queued = self.send("10000000", "stays in the queue")
        self.phone.write("10000000", "waits to be received")
        self.phone.advance(1000)
        before = (self.waiting(), self.phone.instance()["settings"], self.phone.now() // 100)

        self.process.send_signal(signal.SIGKILL)
        stop(self.process)
        type(self).process, type(self).url = launch(self.folder)
        self.phone.base_url = self.url

        after = (self.waiting(), self.phone.instance()["settings"], self.phone.now() // 100)
        self.assertEqual(after, before)
        self.phone.change(stateInstance="authorized")
        ledger = self.phone.ledger(count=2)
        self.assertEqual([entry["idMessage"] for entry in ledger], [sent, queued])

    def test_instance_option(self):
        """--instance makes a missing instance, and keeps the rest of one that exists."""
        stop(self.process)
        options = ("--instance", f"{ID_INSTANCE}:given-token")
        type(self).process, type(self).url = launch(self.folder, 0, *options)
        answer = self.call("GET", "getStateInstance", token="given-token").json()
        self.assertEqual(answer, {"stateInstance": "authorized"})

    def test_unusable_port(self):
        """A start that fails says so instead of hanging."""
        port = int(self.url.rsplit(":", 1)[1])
        with tempfile.TemporaryDirectory() as folder, self.assertRaises(RuntimeError):
            launch(folder, port)

    def test_folder_in_use(self):
        """Two services on one folder would mix up their queues: the second does not start."""
        with self.assertRaises(RuntimeError):
            launch(self.folder)
        self.assertEqual(self.call("GET", "getSettings").status_code, 200)
