# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from ... import const
from ...client import GreenApiError, OutcomeUnknownError, RefusedError, RetryableError
from ...client.notifications import QuotaNotification, parse
from ..common import CUSTOMER_CHAT
from .cases import CASES
from .client_case import ClientCase

QUOTA = "Monthly quota has been exceeded. Choose another plan"
# Of the service's common errors: status, its words, kind for a question, for a send, code.
ROWS = (
    (400, "instance in starting process try later", RetryableError, RetryableError, "starting"),
    (400, "instance is starting or not authorized", RefusedError, RefusedError, "not_authorized"),
    (
        400,
        "Instance account is expired. Renew your instance",
        RefusedError,
        RefusedError,
        "expired",
    ),
    (400, "Instance is deleted", RefusedError, RefusedError, "deleted"),
    (400, "bad request data", RefusedError, RefusedError, "bad_request"),
    (
        400,
        "Validation failed. Details: 'chatId' is required",
        RefusedError,
        RefusedError,
        "bad_request",
    ),
    (400, "Unexpected token _ in JSON at position 7", RefusedError, RefusedError, "bad_request"),
    (400, "custom webhook url is set. Clear it", RefusedError, RefusedError, "webhook_set"),
    (401, "Unauthorized", RefusedError, RefusedError, "unauthorized"),
    (403, "Forbidden", RefusedError, RefusedError, "forbidden"),
    (404, "Not Found", RefusedError, RefusedError, "not_found"),
    (413, "Payload too large", RefusedError, RefusedError, "http"),
    (429, "Too Many Requests", RetryableError, RetryableError, "rate_limit"),
    (466, QUOTA, RefusedError, RefusedError, "quota"),
    (469, "User get contact info limit reached", RefusedError, RefusedError, "check_limit"),
    (408, "", RetryableError, OutcomeUnknownError, "server"),
    (460, "", RetryableError, OutcomeUnknownError, "server"),
    (499, "Client Closed Request", RetryableError, OutcomeUnknownError, "server"),
    (500, "Internal Server Error", RetryableError, OutcomeUnknownError, "server"),
    (502, "Bad Gateway", RetryableError, OutcomeUnknownError, "server"),
    (503, "Service Unavailable", RetryableError, OutcomeUnknownError, "server"),
)
# How the methods say inside a 200 that they did nothing.
NO_RIGHT = {"reason": "no right to do that"}
NO_PARTICIPANT = {"error": "participant not found"}
NO_SIGN_IN = {"status": False, "data": {"status": "fail", "reason": "code_expired"}}
NOT_DONE = {
    "setSettings": {"saveSettings": False, **NO_RIGHT},
    "startAuthorization": NO_SIGN_IN,
    "sendAuthorizationCode": NO_SIGN_IN,
    "sendAuthorizationPassword": NO_SIGN_IN,
    "setProfilePicture": {"reason": "rate-overlimit", "setProfilePicture": False},
    "deleteNotification": {"result": False, **NO_RIGHT},
    "clearWebhooksQueue": {"isCleared": False, "reason": "Too many requests", "leftTime": 46},
    "updateGroupName": {"updateGroupName": False, **NO_RIGHT},
    "updateGroupSettings": {"updateGroupSettings": False, **NO_RIGHT},
    "addGroupParticipant": {"addParticipant": False, **NO_RIGHT},
    "removeGroupParticipant": {"removeParticipant": False, **NO_RIGHT},
    "setGroupAdmin": {"setGroupAdmin": False, **NO_PARTICIPANT},
    "removeAdmin": {"removeAdmin": False, **NO_PARTICIPANT},
    "setGroupPicture": {"reason": "Timed Out", "urlAvatar": None, "setGroupPicture": False},
}
MALFORMED = (None, "", "<html>", "nonsense", 7, True, [], [1], [None], [{}], [[]], {}, {"x": {}})


@tagged("post_install", "-at_install")
class TestClientErrors(ClientCase):
    """Every error of the service, in every form that it gives them."""

    def forms(self, method, status, words):
        """Give the bodies that an error may come in, and what of the words is left."""
        path = f"/waInstance{self.phone.id_instance}/{method}/{self.phone.token}"
        moment = "2025-08-21T12:46:15.345Z"
        yield {"statusCode": status, "timestamp": moment, "path": path, "message": words}, words
        yield words, words
        yield f'"{words}"', words
        if status == 400:
            return  # only its words tell them apart
        yield f"<html><body><h1>{status} {words}</h1></body></html>", ""
        yield f"\n\n   <!DOCTYPE html><p>{path}", ""
        yield "", ""
        yield b"\xff\xfe\x00".decode("latin-1"), None
        yield {"message": {"odd": [path]}}, ""
        yield [path], ""

    def test_every_row_in_every_form(self):
        """A row taken for another, or a secret of the body that comes out in the text."""
        for status, words, kind, kind_of_send, code in ROWS:
            for method, expected, call in (
                ("getStateInstance", kind, self.client.get_state_instance),
                ("sendMessage", kind_of_send, self.send),
            ):
                for body, detail in self.forms(method, status, words):
                    with self.subTest(method=method, status=status, body=body):
                        self.phone.fault(method, "status", status=status, body=body)
                        error = self.assertFails(expected, code, call)
                        self.assertEqual((error.method, error.status), (method, status))
                        if detail is not None:
                            self.assertEqual(error.detail, detail)
        self.assertEqual(self.phone.ledger(), [])

    def send(self):
        return self.client.send_message(CUSTOMER_CHAT, "Hello")

    def test_what_the_state_refuses(self):
        """The same, made by the local service from the state that the instance is in."""
        client, authorized = self.client, {"stateInstance": "authorized"}
        webhook = {"settings": {"webhookUrl": "https://odoo.test"}}
        for phone, kind, code, call in (
            ({"expired": True}, RefusedError, "expired", self.send),
            ({"expired": False, "deleted": True}, RefusedError, "deleted", self.send),
            (
                {"deleted": False, "stateInstance": "starting"},
                RetryableError,
                "starting",
                client.get_chats,
            ),
            ({"stateInstance": "notAuthorized"}, RefusedError, "not_authorized", client.get_chats),
            ({}, RefusedError, "not_authorized", self.check),
            ({**authorized, **webhook}, RefusedError, "webhook_set", client.receive_notification),
            ({}, RefusedError, "webhook_set", lambda: client.delete_notification(1)),
        ):
            with self.subTest(phone=phone, code=code):
                self.phone.change(**phone)
                self.assertFails(kind, code, call)

    def test_what_is_refused_in_any_state(self):
        """Wrong credentials and wrong values; the words say which value it is."""
        client = self.client
        strange_token = self.make_client(self.sandbox_url, "wrong")
        strange_id = self.make_client(self.sandbox_url, id_instance=4199999999)
        for code, words, call in (
            ("unauthorized", "", strange_token.get_settings),
            ("forbidden", "", strange_id.get_settings),
            ("bad_request", "'chatId' must be", lambda: client.send_message("Ivan", "Hello")),
            ("bad_request", "'message' is not", lambda: client.send_message("10000000", "")),
            ("bad_request", "at least 1 key", lambda: client.set_settings({})),
            ("bad_request", "bad phone number", lambda: client.check_account("123")),
            ("bad_request", "", lambda: client.get_contact_info("-10000000000000")),
            ("bad_request", "not found", lambda: client.download_file("10000000", "1")),
        ):
            with self.subTest(code=code, words=words):
                self.assertIn(words, self.assertFails(RefusedError, code, call).detail)

    def test_too_often(self):
        """Above the requests per second the service says to wait: nothing was done."""
        self.phone.change(rateLimits=True)
        self.client.get_settings()
        error = self.assertFails(RetryableError, const.CODE_RATE_LIMIT, self.client.get_settings)
        self.assertEqual(error.detail, "Too Many Requests")
        self.phone.advance(1)
        self.client.get_settings()

    def test_quota_of_chats(self):
        """The fourth chat of the free plan is refused, and a notification tells it, too."""
        self.phone.change(plan="developer")
        for chat_id in ("10000000", "10000001", "10000002"):
            self.client.send_message(chat_id, "Hello")
        error = self.assertFails(
            RefusedError, const.CODE_QUOTA, self.client.send_message, "-10000000000000", "Hello"
        )
        self.assertIn("quota", error.detail)
        told = [parse(each["body"]) for each in self.phone.notifications()]
        [quota] = [each for each in told if isinstance(each, QuotaNotification)]
        self.assertEqual((quota.method, quota.used, quota.total), ("correspondents", 3, 3))

    def test_limits_of_account_checks(self):
        """Two limits of Telegram: one names its wait, the other asks for hours of silence."""
        self.phone.change(checkAccountPausedUntil=int(self.phone.now()) + 90)
        error = self.assertFails(RetryableError, const.CODE_RATE_LIMIT, self.check)
        self.assertTrue(80 < error.retry_after <= 91)
        self.phone.change(checkAccountLimitedUntil=int(self.phone.now()) + 3600)
        self.assertFails(RefusedError, const.CODE_CHECK_LIMIT, self.check)

    def test_quota_bodies(self):
        """466 says in an object of its own what is used up, of calls or of chats."""
        allowed = {"method": "sendmessage", "used": 67, "total": 0, "status": "QUOTE_ALLOWED"}
        calls = {"method": "checkaccount", "used": "100", "total": "100", "description": QUOTA}
        chats = {"method": "correspondents", "used": 3, "total": 3, "description": QUOTA}
        for body in (
            {"invokeStatus": calls},
            {"invokeStatus": {**allowed, "description": ""}, "correspondentsStatus": chats},
        ):
            self.phone.fault("sendMessage", "status", status=466, body=body)
            error = self.assertFails(RefusedError, const.CODE_QUOTA, self.send)
            self.assertEqual(error.detail, QUOTA)

    # --- Failures inside 200 ---------------------------------------------------------------

    def test_steps_that_were_not_done(self):
        """A 200 that says "no" is not taken for success, and its reason is kept."""
        calls = {case.method: case.call for case in CASES}
        for method, body in NOT_DONE.items():
            with self.subTest(method):
                self.phone.fault(method, "status", status=200, body=body)
                step = calls[method](self.client, "7")
                self.assertIs(step.done, False)
                self.assertTrue(step.reason)
                self.assertEqual(step.raw, body)

    def test_answers_that_are_none(self):
        """A failure in place of the answer is an error, with the service's own wait."""
        limit = {"status": "fail", "reason": "rate_limit_exceeded", "retryAfter": 90}
        unauthorized = {"code": 401, "description": "Unauthorized"}
        session = {"status": False, "reason": "instance is starting or not authorized"}
        for method, body, call, kind, code in (
            (
                "updateApiToken",
                unauthorized,
                self.client.update_api_token,
                RefusedError,
                "unauthorized",
            ),
            ("checkAccount", session, self.check, RefusedError, "not_authorized"),
            (
                "checkAccount",
                {"status": False, "data": limit},
                self.check,
                RetryableError,
                "rate_limit",
            ),
            ("checkAccount", {"status": False}, self.check, RetryableError, "not_json"),
        ):
            with self.subTest(method=method, body=body):
                self.phone.fault(method, "status", status=200, body=body)
                error = self.assertFails(kind, code, call)
                self.assertEqual(error.retry_after, 90 if code == "rate_limit" else None)

    def check(self):
        return self.client.check_account("79998887766")

    # --- Answers that make no sense --------------------------------------------------------

    def test_malformed_answers_of_every_method(self):
        """Any other JSON than the documented one is a result or one of the three kinds."""
        for case in {case.method: case for case in CASES}.values():
            for body in MALFORMED:
                with self.subTest(method=case.method, body=body):
                    self.phone.fault(case.method, "status", status=200, body=body)
                    self.check_malformed(case)

    def test_damaged_answers_of_every_method(self):
        """So is a page of a proxy, a half answer and one that was cut off."""
        for case in {case.method: case for case in CASES}.values():
            for kind in ("html", "truncated", "lost_before", "reset"):
                with self.subTest(method=case.method, kind=kind):
                    self.phone.fault(case.method, kind)
                    self.check_malformed(case)

    def check_malformed(self, case):
        try:
            case.call(self.client, "7")
        except GreenApiError as error:
            self.assertEqual(error.method, case.method)
            self.assertKeepsSecrets(error)
        self.phone.clear_faults()
