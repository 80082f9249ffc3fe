# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The local service: every row of the service's error tables can be met, and plan quotas."""

import requests

from .service_case import (
    ID_INSTANCE,
    SALES,
    VASILISA,
    VASILISA_PHONE,
    LocalServiceCase,
)

TEXT = {"chatId": VASILISA, "message": "Hello"}
CHECK = {"phoneNumber": 79998887766}
DAY = 24 * 60 * 60


class TestErrorRows(LocalServiceCase):
    def test_states(self):
        """What an instance is, decides what it refuses and with which words."""
        for switches, words in (
            ({"stateInstance": "starting"}, "instance in starting process try later"),
            ({"stateInstance": "notAuthorized"}, "instance is starting or not authorized"),
            ({"stateInstance": "blocked"}, "instance is starting or not authorized"),
            (
                {"expired": True},
                "Instance account is expired. Renew your instance from personal area",
            ),
            ({"expired": False, "deleted": True}, "Instance is deleted"),
        ):
            with self.subTest(**switches):
                self.phone.change(**switches)
                response = self.call("POST", "getContactInfo", {"chatId": VASILISA})
                self.assert_refused(response, 400, words)
                self.assertEqual(response.json()["statusCode"], 400)
                self.assertIn(self.token, response.json()["path"])

    def test_bad_requests(self):
        """The three ways to be told that the request itself is wrong."""
        url = f"{self.url}/waInstance{ID_INSTANCE}/sendMessage/{self.token}"
        for content, words in (
            (b"\xff", "bad request data"),
            (b"[" * 50_000, "bad request data"),
            (b"{}", "Validation failed. Details: 'chatId' is required"),
            (b"{_}", "Unexpected token _ in JSON at position 1"),
        ):
            with self.subTest(words=words):
                response = requests.post(url, data=content, timeout=60)
                self.assert_refused(response, 400, words)

    def test_telegram_limit_of_checks(self):
        """Telegram's own limit: 469 in plain text, until it ends by itself."""
        until = int(self.phone.now()) + 3600
        self.phone.change(checkAccountLimitedUntil=until)
        response = self.call("POST", "checkAccount", CHECK)
        self.assertEqual(response.status_code, 469)
        self.assertEqual(response.text, "User get contact info limit reached")
        self.phone.advance(3601)
        self.assertTrue(self.call("POST", "checkAccount", CHECK).json()["exist"])

    def test_checks_paused(self):
        """Too many checks: refused inside a 200 answer, with the seconds to wait."""
        self.phone.stop_clock()
        self.phone.change(checkAccountPausedUntil=int(self.phone.now()) + 60)
        answer = self.call("POST", "checkAccount", CHECK).json()
        self.assertFalse(answer["status"])
        self.assertEqual(answer["data"]["reason"], "rate_limit_exceeded")
        self.phone.advance(answer["data"]["retryAfter"])
        self.assertTrue(self.call("POST", "checkAccount", CHECK).json()["exist"])

    def test_statuses_of_the_way(self):
        """What no request of its own can bring about, a fault does: 499, 500, 502 and others."""
        for status, body in (
            (499, "Client Closed Request"),
            (500, {"code": 500, "description": "messenger unavailable"}),
            (502, "<html><body>Bad Gateway</body></html>"),
            (400, '"File is empty"'),
            (401, ""),
        ):
            with self.subTest(status=status):
                self.phone.fault("getSettings", "status", status=status, body=body)
                response = self.call("GET", "getSettings")
                self.assertEqual(response.status_code, status)
                got = response.json() if isinstance(body, dict) else response.text
                self.assertEqual(got, body)

    def test_refusals_inside_200(self):
        """Many methods refuse with status 200: a client has to look inside."""
        self.phone.change(stateInstance="notAuthorized")
        login = {"status": False, "data": {"status": "fail", "reason": "phone_number_invalid"}}
        unknown = {"chatId": SALES, "participantChatId": "77777777"}
        for verb, method, body, answer in (
            ("POST", "checkAccount", CHECK, None),
            ("POST", "startAuthorization", {"phoneNumber": 1}, login),
        ):
            with self.subTest(method=method):
                got = self.call(verb, method, body)
                self.assertEqual(got.status_code, 200)
                self.assertIs(got.json()["status"], False)
                self.assertIn(answer, (None, got.json()))
        self.phone.change(stateInstance="authorized")
        for method, body, answer in (
            (
                "addGroupParticipant",
                unknown,
                {"addParticipant": False, "reason": "participant not found"},
            ),
            ("removeGroupParticipant", unknown, {"removeParticipant": False}),
            (
                "setGroupAdmin",
                unknown,
                {"setGroupAdmin": False, "error": "participant not found"},
            ),
            ("removeAdmin", unknown, {"removeAdmin": False, "error": "participant not found"}),
            (
                "updateGroupName",
                {"chatId": SALES, "groupName": "Sales"},
                {"updateGroupName": False},
            ),
        ):
            with self.subTest(method=method):
                got = self.call("POST", method, body)
                self.assertEqual((got.status_code, got.json()), (200, answer))

    def test_picture_refused(self):
        """Telegram's own limit of pictures comes as a 200 answer that says no."""
        body = {"reason": "rate-overlimit", "urlAvatar": None, "setProfilePicture": False}
        self.phone.fault("setProfilePicture", "status", status=200, body=body)
        response = self.upload("setProfilePicture", b"JPG", "a.jpg")
        self.assertEqual((response.status_code, response.json()), (200, body))

    def test_unauthorized_inside_200(self):
        """UpdateApiToken and the partner's methods answer a wrong token with status 200."""
        unauthorized = {"code": 401, "description": "Unauthorized"}
        responses = [
            self.call("GET", "updateApiToken", token="wrong"),
            self.partner("GET", "getInstances", token="wrong"),
            self.partner("POST", "createInstance", {"name": "x"}, token="wrong"),
        ]
        for response in responses:
            self.assertEqual((response.status_code, response.json()), (200, unauthorized))

    def test_wrong_types_in_archive(self):
        """The service stumbles over a wrong type here: a 500 that must not be tried for ever."""
        for value, kind in ((True, "bool"), (5, "float64"), (None, "nil"), ({}, "map")):
            with self.subTest(kind=kind):
                response = self.call("POST", "archiveChat", {"chatId": value})
                self.assert_refused(
                    response, 500, f"interface conversion: interface {{}} is {kind}"
                )


class TestPlan(LocalServiceCase):
    def setUp(self):
        super().setUp()
        self.phone.change(plan="developer")

    def told(self):
        """Return the quota notifications that wait."""
        kinds = [body for body in self.waiting() if body["typeWebhook"] == "quotaExceeded"]
        return [body["quotaData"] for body in kinds]

    def test_chats(self):
        """Three chats a month: the fourth is refused with 466, the three go on, it is told once."""
        for chat_id in (VASILISA, "10000001", SALES, VASILISA):
            self.send(chat_id, "Hello")
        for _number in range(2):
            response = self.call("POST", "sendMessage", {**TEXT, "chatId": "10000002"})
            self.assertEqual(response.status_code, 466)
        answer = response.json()
        exceeded = answer["correspondentsStatus"]
        self.assertEqual(answer["invokeStatus"]["method"], "sendmessage")
        self.assertEqual(answer["invokeStatus"]["used"], 4)
        self.assertEqual(answer["invokeStatus"]["status"], "QUOTE_ALLOWED")
        self.assertEqual((exceeded["used"], exceeded["total"]), (3, 3))
        self.assertEqual(exceeded["status"], "CORRESPONDENTS_QUOTA_EXCEEDED")
        self.assertEqual(self.told(), [exceeded])
        self.send(VASILISA, "Still there")
        self.assertEqual(len(self.phone.ledger()), 5)

    def test_phone_and_id_are_two_chats(self):
        """The same person by phone and by id uses up two: a reason to settle on the id."""
        for chat_id in (VASILISA_PHONE, VASILISA, SALES):
            self.send(chat_id, "Hello")
        response = self.call("POST", "sendMessage", {**TEXT, "chatId": "10000001"})
        self.assertEqual(response.status_code, 466)

    def test_checks(self):
        """A hundred checks of accounts a month."""
        for _number in range(100):
            self.assertEqual(self.call("POST", "checkAccount", CHECK).status_code, 200)
        response = self.call("POST", "checkAccount", CHECK)
        self.assertEqual(response.status_code, 466)
        exceeded = response.json()["invokeStatus"]
        self.assertEqual((exceeded["method"], exceeded["used"]), ("checkaccount", 100))
        self.assertEqual(exceeded["status"], "QUOTE_EXCEEDED")
        self.assertEqual(self.told(), [exceeded])

    def test_next_month(self):
        """With the month the quota begins anew; a larger plan has none of it at once."""
        for chat_id in (VASILISA, "10000001", SALES):
            self.send(chat_id, "Hello")
        self.phone.advance(31 * DAY)
        for chat_id in ("10000002", VASILISA, SALES):
            self.send(chat_id, "A new month")
        refused = self.call("POST", "sendMessage", {**TEXT, "chatId": "10000001"})
        self.assertEqual(refused.status_code, 466)
        self.phone.change(plan="business")
        self.send("10000001", "A larger plan")

    def test_refused_calls_do_not_count(self):
        """What the service refused for another reason uses up nothing."""
        for _number in range(5):
            self.call("POST", "sendMessage", {**TEXT, "noSuch": 1})
        self.assertEqual(self.phone.instance()["usage"], {})
