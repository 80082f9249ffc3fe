# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import io
import logging
import socket
import threading
import time

from odoo.tests import tagged

from ... import const
from ...client import OutcomeUnknownError, RefusedError, RetryableError, transport
from ..common import CUSTOMER_CHAT, SECRET_MARK
from .client_case import ClientCase
from .test_notifications_kinds import listing


@tagged("post_install", "-at_install")
class TestClient(ClientCase):
    """The client over real HTTP: what leaves it is a result or one of three kinds of failure."""

    # --- What works ----------------------------------------------------------------------

    def test_empty_queue(self):
        """No notification is None, be the answer "null" or empty."""
        for empty in (False, True):
            self.phone.change(emptyBody=empty)
            self.assertIsNone(self.client.receive_notification())

    def test_numbers_as_texts(self):
        """The service writes numbers as either: one of them must not block the queue."""
        body = {"receiptId": "1234567", "body": {}}
        self.phone.fault("receiveNotification", "status", status=200, body=body)
        self.assertEqual(self.client.receive_notification().receipt_id, 1234567)
        for count in (0, "0", "12", 12):
            self.phone.fault("getMessagesCount", "status", status=200, body={"count": count})
            self.assertEqual(self.client.get_messages_count(), int(count))
        for count in (None, "", "many", True, False, 1.5, [1]):
            self.phone.fault("getMessagesCount", "status", status=200, body={"count": count})
            self.assertFails(RetryableError, const.CODE_NOT_JSON, self.client.get_messages_count)

    def test_lists_that_are_null(self):
        """An empty list comes as "null" or as nothing at all, too; but conclusions are drawn from
        what the queue and the journals do not hold, so there it has to be a list."""
        for body in (None, "", []):
            self.phone.fault("getChats", "status", status=200, body=body)
            self.assertEqual(self.client.get_chats(), [])
        for method, call in (
            ("showMessagesQueue", self.client.show_messages_queue),
            ("lastOutgoingMessages", self.client.last_outgoing_messages),
        ):
            for body in (None, ""):
                self.phone.fault(method, "status", status=200, body=body)
                self.assertFails(RetryableError, const.CODE_NOT_JSON, call)
            self.phone.fault(method, "status", status=200, body=[])
            self.assertEqual(call(), [])

    def test_difference_of_the_clocks(self):
        """The clocks are taken for equal, or a date that is none for the service's clock."""
        self.assertIsNone(self.client.clock_offset)
        self.addCleanup(self.phone.set_clock_ahead, 0)
        for ahead in (-180, 0, 3600):
            self.phone.set_clock_ahead(ahead)
            self.client.get_messages_count()
            self.assertAlmostEqual(self.client.clock_offset, ahead, delta=2)
        measured = self.client.clock_offset
        for date in (None, "", "yesterday", "Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 01 Jan 1970"):
            self.client._measure_clock(date, time.time())
            self.assertEqual(self.client.clock_offset, measured, date)

    def test_number_that_cannot_be_sent(self):
        """JSON has no NaN: that is refused before anything is sent."""
        self.assertFails(
            RefusedError,
            const.CODE_BAD_REQUEST,
            self.client.send_location,
            CUSTOMER_CHAT,
            float("nan"),
            0,
        )
        self.assertEqual(self.phone.requests(), [])

    def test_queue_under_its_other_name(self):
        """One page of the service calls the id of a queued message messageID."""
        queue = listing("queues/show_messages_queue")
        self.phone.fault("showMessagesQueue", "status", status=200, body=queue)
        first, second = self.client.show_messages_queue()
        self.assertEqual((first.id_message, first.method), ("1769676078000", "sendMessage"))
        self.assertEqual((second.id_message, second.chat_id), ("1769676079000", "-10000000000000"))

    def test_deleting_what_is_gone(self):
        """A notification that is no longer there counts as deleted, however it is said."""
        self.client.delete_notification(999)
        body = {"statusCode": 500, "message": "findUnAckedMessage: not found"}
        self.phone.fault("deleteNotification", "status", status=500, body=body)
        self.client.delete_notification(999)

    # --- The three kinds -----------------------------------------------------------------

    def test_send_of_unknown_outcome(self):
        """Whatever happens after the request has left, a send is never said to be repeatable."""
        without_id = {"kind": "status_after", "status": 200, "body": {"idMessage": None}}
        for fault, code in (
            (without_id, const.CODE_NOT_JSON),
            ({"kind": "lost_after"}, const.CODE_CONNECTION_LOST),
            ({"kind": "lost_before"}, const.CODE_CONNECTION_LOST),
            ({"kind": "reset"}, const.CODE_CONNECTION_LOST),
            ({"kind": "truncated"}, const.CODE_NOT_JSON),
            ({"kind": "html"}, const.CODE_NOT_JSON),
            ({"kind": "status_after", "status": 200, "body": {}}, const.CODE_NOT_JSON),
            ({"kind": "status_after", "status": 200, "body": [1]}, const.CODE_NOT_JSON),
            ({"kind": "status_after", "status": 200, "body": ""}, const.CODE_NOT_JSON),
            ({"kind": "status_after", "status": 499}, const.CODE_SERVER),
            ({"kind": "status_after", "status": 500}, const.CODE_SERVER),
            ({"kind": "status_after", "status": 502}, const.CODE_SERVER),
        ):
            with self.subTest(fault):
                self.phone.fault("sendMessage", **fault)
                self.assertFails(
                    OutcomeUnknownError, code, self.client.send_message, CUSTOMER_CHAT, "Hello"
                )

    def test_status_between_success_and_refusal(self):
        """An accepted message was called refused, and queued again after each pause."""
        for status in (201, 202, 203, 204, 206, 207, 300, 301, 302, 303, 304):
            with self.subTest(status):
                body = "" if status in (204, 304) else {"idMessage": "1"}
                self.phone.fault("sendMessage", "status_after", status=status, body=body)
                self.assertFails(
                    OutcomeUnknownError,
                    const.CODE_NOT_JSON,
                    self.client.send_message,
                    CUSTOMER_CHAT,
                    "Hello",
                )

    def test_early_hints(self):
        """Interim responses are no response: the one of the call follows."""
        self.phone.fault("sendMessage", "early_hints", times=2)
        for _number in range(2):
            self.assertTrue(self.client.send_message(CUSTOMER_CHAT, "Hello").id_message)
        self.assertEqual(self.client.get_state_instance().state, "authorized")
        self.assertEqual(len(self.phone.ledger(count=2)), 2)

    def test_guard(self):
        """A process that is stopped for minutes while it connects, or within a request, must not
        finish it: by then, another one has sent the message."""

        class TooLateError(Exception):
            pass

        for part in (1, 2):
            with self.subTest(part):
                parts = iter(range(1, 9))

                def check(part=part, parts=parts):
                    if next(parts) == part:
                        raise TooLateError

                with self.assertRaises(TooLateError), self.client.guard(check):
                    self.client.send_message(CUSTOMER_CHAT, "Too late")
                self.client.send_message(CUSTOMER_CHAT, f"In time {part}")
        texts = [entry["message"] for entry in self.phone.ledger()]
        self.assertEqual(texts, ["In time 1", "In time 2"])

    def test_guard_of_an_upload(self):
        """The upload of a large file may take longer than a claim: it has an end of its own."""
        checks = []
        with self.client.guard(lambda: checks.append(True)):
            content = io.BytesIO(b"x" * 3_000_000)
            self.client.send_file_by_upload(CUSTOMER_CHAT, content, "large.txt")
        self.assertEqual((len(checks), len(self.phone.ledger())), (1, 1))

    def test_question_may_be_repeated(self):
        """The same disturbances of a question are no doubt: asking again does no harm."""
        for fault, code in (
            ({"kind": "lost_before"}, const.CODE_CONNECTION_LOST),
            ({"kind": "truncated"}, const.CODE_NOT_JSON),
            ({"kind": "html"}, const.CODE_NOT_JSON),
            ({"kind": "status", "status": 200, "body": [1]}, const.CODE_NOT_JSON),
            ({"kind": "status", "status": 500}, const.CODE_SERVER),
        ):
            with self.subTest(fault):
                self.phone.fault("getStateInstance", **fault)
                self.assertFails(RetryableError, code, self.client.get_state_instance)

    def test_no_answer_in_time(self):
        """A send without an answer in time is of unknown outcome."""
        self.patch(transport, "READ_TIMEOUT", 0.2)
        self.phone.fault("sendMessage", "hold")
        self.assertFails(
            OutcomeUnknownError,
            const.CODE_TIMEOUT,
            self.client.send_message,
            CUSTOMER_CHAT,
            "Hello",
        )
        self.phone.release()

    def test_request_that_never_left(self):
        """Without a connection nothing was sent, so a send may be tried again."""
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # bound, but nobody listens
            client = self.make_client(f"http://127.0.0.1:{taken.getsockname()[1]}")
            self.assertFails(
                RetryableError, const.CODE_UNREACHABLE, client.send_message, CUSTOMER_CHAT, "Hello"
            )

    def test_wait_of_the_service(self):
        """The seconds of a 429 are kept; nonsense in their place is no reason to fail."""
        for header, seconds in (("7", 7), ("-1", 0), ("1e9", 86400), ("soon", None)):
            headers = {"Retry-After": header}
            self.phone.fault("getStateInstance", "status", status=429, headers=headers)
            error = self.assertFails(
                RetryableError, const.CODE_RATE_LIMIT, self.client.get_state_instance
            )
            self.assertEqual(error.retry_after, seconds)

    def test_redirect_is_not_followed(self):
        """The token of the path must not travel to another host."""
        headers = {"Location": f"{self.sandbox_url}/elsewhere"}
        for status in (301, 302, 303, 304, 307, 308):
            self.phone.fault("getStateInstance", "status", status=status, headers=headers)
            self.assertFails(RetryableError, const.CODE_NOT_JSON, self.client.get_state_instance)
            self.phone.fault("sendMessage", "status", status=status, headers=headers)
            self.assertFails(
                OutcomeUnknownError,
                const.CODE_NOT_JSON,
                self.client.send_message,
                CUSTOMER_CHAT,
                "Hello",
            )
        self.assertEqual(len(self.phone.requests()), 12)

    def test_endless_answer(self):
        """An answer without end is cut off instead of filling the memory."""
        self.phone.fault("getStateInstance", "endless")
        self.patch(transport, "RESPONSE_MAX_BYTES", 1024 * 1024)
        self.assertFails(RetryableError, const.CODE_NOT_JSON, self.client.get_state_instance)

    # --- Secrets -------------------------------------------------------------------------

    def test_error_body_that_echoes_the_token(self):
        """The service's error bodies repeat the path with the token; it is masked."""
        path = f"/waInstance1/sendMessage/{self.phone.token}"
        for body in (
            {"statusCode": 400, "path": path, "message": f"Cannot POST {path} now"},
            f"Cannot POST {path} now",
            f"token {self.phone.token} is odd",
        ):
            self.phone.fault("sendMessage", "status", status=400, body=body)
            error = None
            try:
                self.client.send_message(CUSTOMER_CHAT, "Hello")
            except RefusedError as refused:
                error = refused
            self.assertNotIn(SECRET_MARK, str(error))
            self.assertIn("***", str(error))

    def test_log_of_the_http_library(self):
        """The HTTP library's own log names each URL at level DEBUG: not its token."""
        logger = logging.getLogger("urllib3.connectionpool")
        with self.assertLogs(logger, logging.DEBUG) as logs:
            self.client.get_state_instance()
            self.phone.fault("getStateInstance", "lost_before")
            self.assertFails(
                RetryableError, const.CODE_CONNECTION_LOST, self.client.get_state_instance
            )
        self.assertTrue(any("getStateInstance/***" in line for line in logs.output))
        self.assertNotIn(SECRET_MARK, "\n".join(logs.output))

    def test_threads_share_no_state(self):
        """Two clients in two threads get their own answers."""
        other = self._create_phone(stateInstance="blocked")
        clients = [
            self.client,
            self.make_client(self.sandbox_url, other.token, other.id_instance),
        ]
        states = [None, None]

        def ask(number):
            states[number] = clients[number].get_state_instance().state

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(states, ["authorized", "blocked"])

    def test_a_call_that_is_cut(self):
        """A call that waits at the service ends when another thread says so; none follows it."""
        self.phone.change(longPoll=True)
        failures = []

        def wait():
            try:
                self.client.receive_notification(60)
            except RetryableError as error:
                failures.append(error.code)

        waiting = threading.Thread(target=wait)
        waiting.start()
        self.phone.requests("receiveNotification", count=1)
        self.client.cut()
        waiting.join(30)
        self.assertEqual(failures, [const.CODE_CONNECTION_LOST])
        self.assertFails(
            RetryableError, const.CODE_CONNECTION_LOST, self.client.receive_notification
        )
