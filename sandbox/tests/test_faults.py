# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The local service: every way to make a call go wrong, and whether it was carried out."""

import threading

import requests

from green_api_sandbox.phone import PhoneError

from .service_case import EVERYTHING_ON, IVAN, PARTNER_TOKEN, VASILISA, LocalServiceCase

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

    def test_any_status_after(self):
        """Any status may stand in for the answer, with a Location too; the message is sent."""
        statuses = (201, 202, 204, 206, 207, 301, 302, 303, 304, 307, 308)
        for status in statuses:
            headers = {"Location": "https://example.com/"} if 300 < status < 309 else {}
            self.phone.fault("sendMessage", "status_after", status=status, headers=headers)
            response = self.post(allow_redirects=False)
            self.assertEqual(response.status_code, status)
            self.assertEqual(response.headers.get("Location"), headers.get("Location"))
        self.assert_sent(len(statuses))

    def test_same_id(self):
        """An id may be given a second time, for a message in another chat; both can be read."""
        first = self.send(VASILISA, "one")
        self.phone.fault("sendMessage", "same_id")
        self.assertEqual(self.send(IVAN, "two"), first)
        texts = {
            chat_id: self.call(
                "POST", "getMessage", {"chatId": chat_id, "idMessage": first}
            ).json()["textMessage"]
            for chat_id in (VASILISA, IVAN)
        }
        self.assertEqual(texts, {VASILISA: "one", IVAN: "two"})
        self.phone.fault("sendMessage", "same_id", times=2)
        third = self.send(IVAN, "three")
        self.assertEqual(third, first)
        self.assertNotEqual(self.send(IVAN, "four"), self.send(IVAN, "five"))
        with self.assertRaises(PhoneError):
            self.phone.fault("readChat", "same_id")

    def test_wrong_id(self):
        """The answer may name the id of another message; echo and ledger have the right one."""
        first = self.send(VASILISA, "one")
        self.phone.fault("sendMessage", "wrong_id")
        self.assertEqual(self.send(IVAN, "two"), first)
        entry = self.phone.ledger()[-1]
        self.assertNotEqual(entry["idMessage"], first)
        echoes = [body["idMessage"] for body in self.waiting() if "messageData" in body]
        self.assertEqual(echoes, [first, entry["idMessage"]])

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

    def test_sequence(self):
        """Faults of one method follow each other; "pass" is a call that goes well."""
        self.phone.fault_sequence(
            "sendMessage",
            "pass",
            {"kind": "status", "status": 500},
            "pass",
            {"kind": "status_after", "status": 502, "times": 2},
        )
        statuses = [self.post().status_code for _number in range(6)]
        self.assertEqual(statuses, [200, 500, 200, 502, 502, 200])
        self.assert_sent(5)

    def test_duplicate_in_a_sequence(self):
        """A later fault waits for its turn, whatever its kind."""
        self.phone.fault_sequence("deleteNotification", "pass", "duplicate")
        for text in ("one", "two"):
            self.phone.write(VASILISA, text)
        ids = [self.receive()["idMessage"] for _number in range(3)]
        self.assertNotEqual(ids[0], ids[1])
        self.assertEqual(ids[1], ids[2])

    def test_broken_off(self):
        """An answer that ends before the length it has announced; the message is sent."""
        self.phone.fault("sendMessage", "broken_off")
        with self.assertRaises(requests.exceptions.ChunkedEncodingError):
            self.post()
        self.assert_sent(1)

    def test_download(self):
        """Fetching a file can go wrong as well."""
        self.phone.write_file(VASILISA, "a.txt", b"0123456789")
        link = self.receive()["messageData"]["fileMessageData"]["downloadUrl"]
        self.phone.fault_sequence("download", {"kind": "status", "status": 503}, "truncated")
        answers = [requests.get(link, timeout=60) for _number in range(3)]
        self.assertEqual([answer.status_code for answer in answers], [503, 200, 200])
        self.assertEqual([answer.content for answer in answers[1:]], [b"01234", b"0123456789"])

    def test_id_as_text(self):
        """An id given as a text hits like the number; what is no id is refused."""
        self.phone.id_instance = str(self.phone.id_instance)
        self.phone.fault("sendMessage", "status", status=503)
        self.assertEqual(self.post().status_code, 503)
        self.phone.id_instance = "forty-one"
        with self.assertRaises(PhoneError):
            self.phone.fault("sendMessage", "status")

    def test_mistyped(self):
        """A mistyped fault must not silently do nothing, nor trouble the call it hits."""
        for method, kind, values in (
            ("sendMessage", "no_such", {}),
            ("sendMesage", "status", {}),
            ("sendMessage", "duplicate", {}),
            ("notification", "status", {}),
            ("webhook", "late", {}),
            ("sendMessage", "status", {"wrong": 1}),
            ("sendMessage", "status", {"status": "500"}),
            ("sendMessage", "status", {"times": "2"}),
            ("sendMessage", "status", {"times": 0}),
        ):
            with self.subTest(method=method, kind=kind, **values), self.assertRaises(PhoneError):
                self.phone.fault(method, kind, **values)
        with self.assertRaises(PhoneError):
            self.phone.fault_sequence("sendMessage", "pass", "no_such")
        self.assertEqual(self.phone.faults(), [])


class TestFaultsOfNotifications(LocalServiceCase):
    def texts(self):
        return [body["messageData"]["textMessageData"]["textMessage"] for body in self.waiting()]

    def test_lost_doubled_late(self):
        """Notifications can get lost, come twice, and come in another order."""
        self.phone.fault_sequence("notification", "drop", "pass", "repeat", "late", "late")
        for text in "abcdefg":
            self.phone.write(VASILISA, text)
        self.assertEqual(self.texts(), ["b", "c", "c", "f", "d", "e", "g"])

    def test_late_without_a_next_one(self):
        """What is held back comes at last when the faults are cleared."""
        self.phone.fault("notification", "late")
        self.phone.write(VASILISA, "late")
        self.assertEqual(self.texts(), [])
        self.phone.clear_faults()
        self.assertEqual(self.texts(), ["late"])

    def test_statuses_before_their_message(self):
        """The echo behind its own statuses: a client must not need an order."""
        self.phone.fault("notification", "late")
        self.send(VASILISA, "Hello")
        kinds = [body["typeWebhook"] for body in self.waiting()]
        self.assertEqual(kinds, ["outgoingMessageStatus", "outgoingAPIMessageReceived"])

    def test_only_one_instance(self):
        """A fault of one instance's notifications leaves the others alone."""
        self.phone.fault("notification", "drop", times=10)
        self.create_instance(4100000002, stateInstance="authorized", settings=EVERYTHING_ON)
        self.phone.write(VASILISA, "Hello")
        self.assertEqual(self.texts(), ["Hello"])


class TestPartnerCalls(LocalServiceCase):
    def test_faults(self):
        """The partner's calls can go wrong too, whatever account the test's phone has."""
        self.phone.fault("getInstances", "status", status=502, body="Bad Gateway")
        self.phone.fault("createInstance", "lost_after")
        self.assertEqual(self.partner("GET", "getInstances").status_code, 502)
        with self.assertRaises(requests.ConnectionError):
            self.partner("POST", "createInstance", {"name": "Made all the same"})
        names = [each["name"] for each in self.partner("GET", "getInstances").json()]
        self.assertEqual(names, ["Shop", "Made all the same"])

    def test_recorded(self):
        """The partner's calls are in a list of their own, without the token."""
        self.partner("POST", "CREATEINSTANCE", {"name": "New"})
        self.partner("GET", "getInstances", token="wrong")
        made, listed = self.phone.requests_without_instance(count=2)
        self.assertEqual((made["method"], made["body"]), ("createInstance", {"name": "New"}))
        self.assertEqual((listed["method"], listed["verb"]), ("getInstances", "GET"))
        self.assertNotIn(PARTNER_TOKEN, str([made, listed]))
        self.assertEqual(len(self.phone.requests_without_instance("getInstances")), 1)


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
