# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The local service: who is let in, settings, states and the pace of calls."""

import time
from email.utils import parsedate_to_datetime

from green_api_sandbox.phone import PhoneError

from .service_case import ID_INSTANCE, LocalServiceCase


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
        """SetSettings and reboot make the instance unusable for a while; it comes back alone."""
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

    def test_suspension_outlives_a_restart(self):
        """A restart does not end a suspension, nor make it endless."""
        until = int(self.phone.now()) + 3600
        self.phone.change(stateInstance="suspended", suspendedUntil=until, startingSeconds=5)
        self.call("GET", "reboot")
        self.phone.advance(6)
        self.assert_state_comes("suspended")
        self.phone.advance(3600)
        self.assert_state_comes("authorized")

    def test_blocked(self):
        """A banned account stays banned, sends nothing and shows no code."""
        self.phone.change(stateInstance="blocked", startingSeconds=5)
        self.send("10000000", "Never sent")
        self.call("GET", "reboot")
        self.phone.advance(1_000_000)
        self.assert_state_comes("blocked")
        self.assertEqual(self.call("GET", "qr").json()["type"], "error")
        account = self.call("GET", "getAccountSettings").json()
        self.assertEqual((account["phone"], account["stateInstance"]), ("", "blocked"))
        self.assertEqual(self.phone.ledger(), [])

    def test_deleted_user(self):
        """A message to a deleted user makes the account look banned; a restart heals it, and
        what was sent meanwhile goes out."""
        self.phone.change(startingSeconds=5)
        self.phone.add_customer("Gone", chatId="10000009", isDeleted=True)
        self.send("10000009", "Anybody there?")
        self.assert_state_comes("blocked", among=("outgoingMessageStatus",))
        self.send("10000000", "Too old in the end")
        self.phone.advance(1_000_000)
        self.assertEqual(self.call("GET", "getStateInstance").json()["stateInstance"], "blocked")
        self.send("10000000", "Today")
        self.call("GET", "reboot")
        self.phone.advance(5)
        self.assert_state_comes("authorized", among=("outgoingMessageStatus",))
        self.assertEqual([entry["message"] for entry in self.phone.ledger(count=1)], ["Today"])

    def test_unusable_switches(self):
        """A switch of a wrong type or value is refused in words, and nothing is changed."""
        before = self.phone.instance()
        for switches in (
            {"suspendedUntil": "tomorrow"},
            {"expired": "yes"},
            {"autoRead": 1},
            {"pace": "slow"},
            {"plan": "free"},
            {"stateInstance": "asleep"},
            {"startingSeconds": True},
            {"settings": {"noSuch": "yes"}},
            {"settings": {"stateWebhook": True}},
            {"settings": {"delaySendMessagesMilliseconds": "500"}},
        ):
            with self.subTest(**switches), self.assertRaises(PhoneError) as caught:
                self.phone.change(autoDeliver=False, **switches)
            self.assertEqual(caught.exception.status, 400)
        self.assertEqual(self.phone.instance(), before)

    def test_id_as_text(self):
        """An id given as a text makes the same instance as the number; nonsense makes none."""
        self.create_instance("4100000003")
        ids = [each["idInstance"] for each in self.phone.instances()]
        self.assertEqual(ids, [ID_INSTANCE, 4100000003])
        for id_instance in ("forty-one", "-1", 0.5, "9" * 40):
            with self.subTest(id_instance=id_instance), self.assertRaises(PhoneError):
                self.create_instance(id_instance)

    def test_time_goes_forward_only(self):
        """Going back in time would leave rates and counters in the future."""
        with self.assertRaises(PhoneError):
            self.phone.set_time(self.phone.now() - 10)

    def test_clock_of_its_own(self):
        """The clock may be ahead of this machine's or behind it; the header Date follows it, and
        nothing waits for a time that was."""
        for ahead in (3600, -7200):
            with self.subTest(ahead=ahead):
                now = self.phone.set_clock_ahead(ahead)
                self.assertAlmostEqual(now, time.time() + ahead, delta=60)
                before = self.phone.now()
                response = self.call("GET", "getStateInstance")
                date = parsedate_to_datetime(response.headers["Date"]).timestamp()
                self.assertLessEqual(int(before), date)
                self.assertLessEqual(date, self.phone.now())
                first, second = self.send("10000000", "one"), self.send("10000000", "two")
                self.assertLess(int(first), int(second))
                self.assertAlmostEqual(self.phone.ledger()[-1]["timestamp"], before, delta=60)
        self.phone.reset()
        self.assertGreaterEqual(self.phone.now(), time.time() - 1)

    def assert_state_comes(self, state, among=()):
        """Wait for the notification of the state, not for the clock.

        :param among: further types of notifications that may come before
        """
        while (body := self.receive()).get("stateInstance") != state:
            self.assertIn(body["typeWebhook"], ("stateInstanceChanged", *among))


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
