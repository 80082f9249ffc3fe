# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The local service: notifications, by asking and by webhook; contacts and reading."""

import json
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .service_case import VASILISA, LocalServiceCase

GROUP = "-10000000000000"


class TestReceiving(LocalServiceCase):
    def test_first_in_first_out_until_deleted(self):
        """The same notification comes again until it is deleted; then the next one."""
        for text in ("one", "two"):
            self.phone.write(VASILISA, text)
        heads = [self.call("GET", "receiveNotification").json() for _number in range(2)]
        self.assertEqual(heads[0], heads[1])
        texts = [self.receive()["messageData"]["textMessageData"]["textMessage"] for _n in "ab"]
        self.assertEqual(texts, ["one", "two"])

    def test_any_bytes(self):
        """A notification may be ordered that is no JSON; its receipt is there all the same."""
        [receipt] = self.phone.notify_content(b'{"half a letter": "\xc3"')
        response = self.call("GET", "receiveNotification")
        expected = b'{"receiptId": %d, "body": {"half a letter": "\xc3"}' % receipt
        self.assertEqual(response.content, expected)

    def test_delete_twice(self):
        """A second deletion says no, inside a 200 answer, and harms nobody."""
        receipt, kept = self.phone.notify({"any": 1}, times=2)
        delete = [self.call("DELETE", "deleteNotification", receipt=receipt) for _n in "ab"]
        self.assertEqual([answer.json()["result"] for answer in delete], [True, False])
        self.assertEqual(self.phone.notifications()[0]["receiptId"], kept)

    def test_delete_nonsense(self):
        """A receipt that is no number is refused."""
        response = self.call("DELETE", "deleteNotification", receipt="abc")
        self.assert_refused(response, 400, "receiptId must be a Number")

    def test_long_poll_wakes(self):
        """Who waits gets a notification when it comes, not when the wait is over."""
        answers = queue.Queue()
        thread = threading.Thread(
            target=lambda: answers.put(self.call("GET", "receiveNotification", receiveTimeout=60))
        )
        thread.start()
        self.phone.requests("receiveNotification", count=1)
        self.phone.write(VASILISA, "Hello")
        thread.join()
        self.assertEqual(answers.get().json()["body"]["idMessage"], self.waiting()[0]["idMessage"])

    def test_nothing_comes(self):
        """After the wait the body is null, or empty: both mean nothing."""
        for is_empty, text in ((False, "null"), (True, "")):
            with self.subTest(is_empty=is_empty):
                self.phone.change(emptyBody=is_empty)
                seen = len(self.phone.requests("receiveNotification"))
                answers = queue.Queue()
                thread = threading.Thread(
                    target=lambda to=answers: to.put(self.call("GET", "receiveNotification"))
                )
                thread.start()
                self.phone.requests("receiveNotification", count=seen + 1)
                self.phone.advance(61)
                thread.join()
                response = answers.get()
                self.assertEqual((response.status_code, response.text), (200, text))

    def test_bad_timeout(self):
        """The wait has bounds."""
        for seconds, words in (
            (4, "greater than or equal to 5"),
            (61, "less than"),
            ("x", "integer"),
        ):
            with self.subTest(seconds=seconds):
                response = self.call("GET", "receiveNotification", receiveTimeout=seconds)
                self.assert_refused(response, 400, words)

    def test_life(self):
        """What nobody receives for 24 hours is lost."""
        self.phone.write(VASILISA, "Too late")
        self.phone.advance(24 * 60 * 60 + 1)
        self.phone.write(VASILISA, "In time")
        self.assertEqual(self.receive()["messageData"]["textMessageData"]["textMessage"], "In time")

    def test_switched_off(self):
        """Nothing comes of what the settings do not ask for."""
        self.phone.change(settings={"incomingWebhook": "no", "outgoingMessageWebhook": "no"})
        self.phone.write(VASILISA, "Hello")
        self.phone.write_as_owner(VASILISA, "Hello")
        self.assertEqual(self.waiting(), [])

    def test_malformed_notification(self):
        """Anything can be put into the queue, so that clients can be tried with it."""
        for body in ([], "text", None, {"typeWebhook": "noSuch"}):
            self.phone.notify(body)
            self.assertEqual(self.receive(), body)

    def test_owner_and_group(self):
        """What the owner writes is outgoing; in a group the author is not the chat."""
        self.phone.write_as_owner(VASILISA, "From the phone")
        body = self.receive()
        self.assertEqual(body["typeWebhook"], "outgoingMessageReceived")
        self.assertEqual(body["senderData"]["sender"], "20000000")
        self.receive()
        self.phone.write(GROUP, "Hello all", sender="10000001")
        sender = self.receive()["senderData"]
        self.assertEqual((sender["chatId"], sender["sender"]), (GROUP, "10000001"))
        self.assertEqual((sender["chatType"], sender["senderName"]), ("supergroup", "Ivan"))

    def test_counter_is_late(self):
        """The counter repeats its last answer for ten seconds, and then counts what is left."""
        self.phone.change(counterSeconds=10)
        self.assertEqual(self.call("GET", "getWebhooksCount").json(), {"count": 0})
        self.phone.write(VASILISA, "Hello")
        self.assertEqual(self.call("GET", "getWebhooksCount").json(), {"count": 0})
        self.phone.advance(10)
        self.assertEqual(self.call("GET", "getWebhooksCount").json(), {"count": 1})
        self.phone.advance(24 * 60 * 60)
        self.assertEqual(self.call("GET", "getWebhooksCount").json(), {"count": 0})

    def test_clear_queue(self):
        """The queue can be cleared once a minute; by DELETE and by GET."""
        self.phone.write(VASILISA, "Hello")
        self.assertEqual(self.call("GET", "getWebhooksCount").json(), {"count": 1})
        answer = self.call("DELETE", "clearWebhooksQueue").json()
        self.assertEqual(answer, {"isCleared": True, "reason": ""})
        self.assertEqual(self.waiting(), [])
        self.assertFalse(self.call("GET", "clearWebhooksQueue").json()["isCleared"])
        self.phone.advance(60)
        self.assertTrue(self.call("GET", "clearWebhooksQueue").json()["isCleared"])


class TestWebhook(LocalServiceCase):
    def setUp(self):
        super().setUp()
        self.received = queue.Queue()
        self.answers = queue.Queue()
        test = self

        class Receiver(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                test.received.put((body, self.headers.get("Authorization")))
                self.send_response(test.answers.get())
                self.end_headers()

            def log_message(self, *args):
                """Keep the output of the tests clean."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.webhook_url = f"http://127.0.0.1:{server.server_port}/hook"
        self.call("POST", "setSettings", {"webhookUrl": self.webhook_url, "webhookUrlToken": "key"})

    def test_push(self):
        """Each notification is posted as it is, with the agreed authorization."""
        self.answers.put(200)
        id_message = self.phone.write(VASILISA, "Hello")
        body, authorization = self.received.get(timeout=30)
        self.assertEqual((body["idMessage"], authorization), (id_message, "Bearer key"))

    def test_again_after_a_failure(self):
        """Only 200 counts; the same one comes again after the pause, the rest waits behind it."""
        for status in (500, 204, 200, 200):
            self.answers.put(status)
        for text in ("one", "two"):
            self.phone.write(VASILISA, text)
        texts = []
        for number in range(4):
            body, _authorization = self.received.get(timeout=30)
            texts.append(body["messageData"]["textMessageData"]["textMessage"])
            if number < 2:
                self.wait_for_pause()
                self.phone.advance(60)
        self.assertEqual(texts, ["one", "one", "one", "two"])

    def test_duplicate(self):
        """A delivery may come twice although it was answered with 200."""
        for _number in range(2):
            self.answers.put(200)
        self.phone.fault("webhook", "duplicate")
        self.phone.write(VASILISA, "Hello")
        first, second = self.received.get(timeout=30), self.received.get(timeout=30)
        self.assertEqual(first, second)

    def test_lost_on_the_way(self):
        """A delivery that never came, and one whose answer was lost, come again after the pause."""
        for _number in range(2):
            self.answers.put(200)
        self.phone.fault_sequence("webhook", "lost_before", "lost_after")
        id_message = self.phone.write(VASILISA, "Hello")
        self.wait_for_pause()
        self.phone.advance(60)
        first, _authorization = self.received.get(timeout=30)
        self.wait_for_pause()
        self.phone.advance(60)
        again, _authorization = self.received.get(timeout=30)
        self.assertEqual((first["idMessage"], again), (id_message, first))

    def test_polling_is_refused(self):
        """Asking and being told exclude each other."""
        for verb, method, receipt in (
            ("GET", "receiveNotification", None),
            ("DELETE", "deleteNotification", 1),
        ):
            with self.subTest(method=method):
                response = self.call(verb, method, receipt=receipt)
                self.assert_refused(response, 400, "custom webhook url is set")

    def wait_for_pause(self):
        """Wait until the service has noted the failed delivery."""
        version = 0
        while self.phone.instance()["webhookNotBefore"] <= self.phone.now():
            version = self.phone.wait_for_change(version)


class TestContacts(LocalServiceCase):
    def test_check_account(self):
        """From a phone number or a user name to the chat id."""
        for body, chat_id in (
            ({"phoneNumber": 79998887766}, VASILISA),
            ({"username": "@Vasilisa"}, VASILISA),
            ({"phoneNumber": 77777777777, "force": True}, ""),
        ):
            with self.subTest(body=body):
                answer = self.call("POST", "checkAccount", body).json()
                self.assertEqual(answer, {"exist": bool(chat_id), "chatId": chat_id})

    def test_check_account_refusals(self):
        """A bad number is plain text; no session is a 200 answer that says no."""
        response = self.call("POST", "checkAccount", {"phoneNumber": 123})
        self.assertEqual(response.status_code, 400)
        self.assertEqual(response.text, "bad phone number, valid 11 or 12 digits")
        response = self.call("POST", "checkAccount", {"phoneNumber": "79998887766"})
        self.assert_refused(response, 400, "'phoneNumber' must be an integer")
        self.assert_refused(self.call("POST", "checkAccount", {}), 400, "at least one of")
        self.phone.change(stateInstance="notAuthorized")
        answer = self.call("POST", "checkAccount", {"phoneNumber": 79998887766}).json()
        self.assertEqual(answer["status"], False)

    def test_contact_info(self):
        """A contact's data; groups have another method."""
        info = self.call("POST", "getContactInfo", {"chatId": VASILISA}).json()
        self.assertEqual((info["name"], info["phoneNumber"]), ("Vasilisa", 79998887766))
        self.assert_refused(
            self.call("POST", "getContactInfo", {"chatId": GROUP}), 400, "GetGroupData"
        )

    def test_read_chat(self):
        """The account reads a chat; without a session it cannot."""
        self.phone.write(VASILISA, "Hello")
        self.assertFalse(self.phone.messages(VASILISA)[0]["isRead"])
        self.assertEqual(
            self.call("POST", "readChat", {"chatId": VASILISA}).json(), {"setRead": True}
        )
        self.assertTrue(self.phone.messages(VASILISA)[0]["isRead"])
        self.phone.change(stateInstance="notAuthorized")
        response = self.call("POST", "readChat", {"chatId": VASILISA})
        self.assert_refused(response, 400, "instance is starting or not authorized")

    def test_new_customer(self):
        """Any customer can be made; the next free chat id is found."""
        chat = self.phone.add_customer("Olga", phoneNumber=79998887799)
        self.assertEqual(chat["chatId"], "10000003")
        self.send("79998887799@c.us", "Hello")
        self.assertEqual(self.phone.ledger(count=1)[0]["chatId"], "10000003")
