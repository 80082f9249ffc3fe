# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The local service: every way to make a call go wrong, and whether it was carried out."""

import threading

import requests

from ..sandbox.phone import PhoneError
from .sandbox_case import VASILISA, LocalServiceCase

BODY = {"chatId": VASILISA, "message": "Hello"}


class TestFaults(LocalServiceCase):
    def post(self, **options):
        url = f"{self.url}/waInstance{self.phone.id_instance}/sendMessage/{self.token}"
        return requests.post(url, json=BODY, timeout=60, **options)

    def assert_sent(self, count):
        """So many messages reach Telegram: the one after the fault is the last."""
        self.send(VASILISA, "last")
        texts = [entry["message"] for entry in self.phone.ledger(count=count + 1)]
        self.assertEqual(texts, ["Hello"] * count + ["last"])

    def test_lost_before(self):
        """A request that never arrived: nothing is sent."""
        self.phone.fault("sendMessage", "lost_before")
        with self.assertRaises(requests.ConnectionError):
            self.post()
        self.assert_sent(0)

    def test_reset(self):
        """A connection that is reset: nothing is sent."""
        self.phone.fault("sendMessage", "reset")
        with self.assertRaises(requests.ConnectionError):
            self.post()
        self.assert_sent(0)

    def test_lost_after(self):
        """An answer that is lost: the message is sent all the same."""
        self.phone.fault("SENDMESSAGE", "lost_after")
        with self.assertRaises(requests.ConnectionError):
            self.post()
        self.assert_sent(1)

    def test_status(self):
        """Any refusal can be given, body and headers too; nothing is sent."""
        self.phone.fault("sendMessage", "status", status=429, headers={"Retry-After": "7"})
        response = self.post()
        self.assertEqual((response.status_code, response.headers["Retry-After"]), (429, "7"))
        self.phone.fault("sendMessage", "status", status=466, body={"invokeStatus": {"used": 3}})
        response = self.post()
        self.assertEqual(response.json(), {"invokeStatus": {"used": 3}})
        self.assert_sent(0)

    def test_status_after(self):
        """A server error after the work was done: the message is sent."""
        self.phone.fault("sendMessage", "status_after", status=502, body="Bad Gateway")
        self.assertEqual(self.post().status_code, 502)
        self.assert_sent(1)

    def test_html(self):
        """A 200 answer that is a web page."""
        self.phone.fault("sendMessage", "html")
        response = self.post()
        self.assertEqual(response.status_code, 200)
        self.assertIn("<html>", response.text)
        self.assert_sent(0)

    def test_truncated(self):
        """A 200 answer that ends in the middle of the JSON; the message is sent."""
        self.phone.fault("sendMessage", "truncated")
        response = self.post()
        self.assertEqual(response.status_code, 200)
        with self.assertRaises(requests.JSONDecodeError):
            response.json()
        self.assert_sent(1)

    def test_endless(self):
        """A body without an end: the reader has to stop by itself."""
        self.phone.fault("sendMessage", "endless")
        with self.post(stream=True) as response:
            read = 0
            for chunk in response.iter_content(65536):
                read += len(chunk)
                if read > 1_000_000:
                    break
        self.assertGreater(read, 1_000_000)
        self.assert_sent(0)

    def test_hold(self):
        """An answer that is held back: done long before it is answered."""
        self.phone.fault("sendMessage", "hold")
        answers = []
        thread = threading.Thread(target=lambda: answers.append(self.post()))
        thread.start()
        self.phone.ledger(count=1)
        self.assertEqual(answers, [])
        self.phone.release()
        thread.join()
        self.assertEqual(answers[0].status_code, 200)

    def test_hold_until_the_caller_is_gone(self):
        """A caller that gives up does not leave the service stuck."""
        self.phone.fault("sendMessage", "hold")
        url = f"{self.url}/waInstance{self.phone.id_instance}/sendMessage/{self.token}"
        with self.assertRaises(requests.ReadTimeout):
            requests.post(url, json=BODY, timeout=0.2)
        self.assert_sent(1)

    def test_delay(self):
        """A late answer: done first."""
        self.phone.fault("sendMessage", "delay", seconds=600)
        answers = []
        thread = threading.Thread(target=lambda: answers.append(self.post()))
        thread.start()
        self.phone.ledger(count=1)
        self.phone.release()
        thread.join()
        self.assertEqual(answers[0].status_code, 200)

    def test_duplicate(self):
        """A notification that comes again although its deletion was confirmed."""
        self.phone.fault("deleteNotification", "duplicate")
        self.phone.write(VASILISA, "Hello")
        self.assertEqual(self.receive(), self.receive())
        self.assertEqual(self.waiting(), [])

    def test_times_and_instance(self):
        """A fault hits so many calls, of one instance only, and can be taken back."""
        self.phone.fault("*", "status", times=2, status=500)
        other = self.create_instance(4100000002)
        for expected in (500, 500, 200):
            response = self.call("GET", "getStateInstance")
            self.assertEqual(response.status_code, expected)
            response = self.call("GET", "getSettings", id_instance=4100000002, token=other)
            self.assertEqual(response.status_code, 200)
        self.phone.fault("*", "status")
        self.phone.clear_faults()
        self.assertEqual(self.phone.faults(), [])

    def test_unknown_kind(self):
        """A mistyped fault must not silently do nothing."""
        with self.assertRaises(PhoneError):
            self.phone.fault("sendMessage", "no_such")
        with self.assertRaises(PhoneError):
            self.phone.fault("sendMessage", "status", wrong=1)


class TestRequestsSeen(LocalServiceCase):
    def test_recorded_without_token(self):
        """What was sent over the wire can be checked; the token is not in it."""
        self.call("POST", "sendmessage", BODY)
        self.call("GET", "lastIncomingMessages", minutes=5)
        sent, asked = self.phone.requests()
        self.assertEqual(
            (sent["method"], sent["verb"], sent["body"]), ("sendMessage", "POST", BODY)
        )
        self.assertEqual(sent["headers"]["Content-Type"], "application/json")
        self.assertEqual(asked["query"], {"minutes": "5"})
        self.assertNotIn(self.token, str([sent, asked]))
        self.assertEqual(
            self.phone.instance()["calls"], {"sendMessage": 1, "lastIncomingMessages": 1}
        )

    def test_waiting_in_vain(self):
        """Waiting for what does not come ends with an error, not for ever."""
        with self.assertRaises(TimeoutError):
            self.phone.ledger(count=1, timeout=0.1)

    def test_unknown_names(self):
        """A mistyped switch must not silently do nothing."""
        for action in (
            lambda: self.phone.change(noSuch=1),
            lambda: self.phone.change(stateInstance="noSuch"),
            lambda: self.phone.add_customer("Olga", phone=1),
            lambda: self.phone.write("77", "nobody"),
        ):
            with self.assertRaises(PhoneError):
                action()
