# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The local service: the sending queue, the ledger, echoes, statuses and journals."""

import requests

from .sandbox_case import VASILISA, VASILISA_PHONE, LocalServiceCase

GROUP = "-10000000000000"


class TestSendMessage(LocalServiceCase):
    def test_from_call_to_read(self):
        """The whole way of a message: queue, Telegram, echo, delivered, read; one id throughout."""
        id_message = self.send(VASILISA, "Hello")
        entry = self.phone.ledger(count=1)[0]
        self.assertEqual((entry["idMessage"], entry["message"]), (id_message, "Hello"))
        echo = self.receive()
        self.assertEqual(echo["typeWebhook"], "outgoingAPIMessageReceived")
        self.assertEqual(echo["idMessage"], id_message)
        self.assertEqual(echo["senderData"]["chatId"], VASILISA)
        self.assertEqual(echo["messageData"]["textMessageData"]["textMessage"], "Hello")
        self.phone.read(VASILISA)
        statuses = [self.receive(), self.receive()]
        self.assertEqual([status["status"] for status in statuses], ["delivered", "read"])
        self.assertEqual({status["idMessage"] for status in statuses}, {id_message})

    def test_ledger_names_the_request(self):
        """Duplicates can be traced to the call that made them."""
        for text in ("one", "two"):
            self.send(VASILISA, text)
        numbers = [request["number"] for request in self.phone.requests("sendMessage")]
        ledger = self.phone.ledger(count=2)
        self.assertEqual([entry["requestNumber"] for entry in ledger], numbers)
        self.assertEqual([entry["message"] for entry in ledger], ["one", "two"])

    def test_phone_form_becomes_numeric(self):
        """Written to by phone, the customer is numeric in every notification."""
        self.send(VASILISA_PHONE, "Hello")
        self.assertEqual(self.phone.ledger(count=1)[0]["chatId"], VASILISA)
        self.assertEqual(self.receive()["senderData"]["chatId"], VASILISA)
        self.assertEqual(self.receive()["chatId"], VASILISA)

    def test_unknown_phone(self):
        """No account on the number: told without idMessage and in the phone form, always."""
        self.phone.change(settings=dict.fromkeys(("outgoingWebhook", "incomingWebhook"), "no"))
        self.send("77777777777@c.us", "Hello")
        body = self.receive()
        self.assertEqual((body["status"], body["chatId"]), ("noAccount", "77777777777@c.us"))
        self.assertNotIn("idMessage", body)
        self.assertEqual(self.phone.ledger(), [])

    def test_unknown_chat(self):
        """A numeric id that Telegram does not know fails; nothing reaches anybody."""
        self.send("99999999", "Hello")
        body = self.receive()
        self.assertEqual((body["status"], body["chatId"]), ("failed", "99999999"))
        self.assertNotIn("idMessage", body)
        self.assertEqual(self.phone.ledger(), [])

    def test_bad_requests(self):
        """Each mistake has the service's own words, and nothing is queued."""
        cases = (
            ({}, "'chatId' is required"),
            ({"chatId": VASILISA}, "'message' is required"),
            ({"chatId": VASILISA, "message": ""}, "'message' is not allowed to be empty"),
            ({"chatId": 10000000, "message": "x"}, "'chatId' must be a string"),
            ({"chatId": "", "message": "x"}, "'chatId' is not allowed to be empty"),
            ({"chatId": "abc", "message": "x"}, "'chatId' must be one of the next formats"),
            ({"chatId": "+79998887766@c.us", "message": "x"}, "one of the next formats"),
            ({"chatId": VASILISA, "message": "x" * 4097}, "less than or equal to 4096"),
            (
                {"chatId": VASILISA, "message": "x", "linkPreview": True},
                "'linkPreview' is not allowed",
            ),
            (
                {"chatId": VASILISA, "message": "x", "typingTime": 999},
                "'typingTime' must be greater",
            ),
            (
                {"chatId": VASILISA, "message": "x", "typingType": "y"},
                "'typingType' must be one of",
            ),
            ([VASILISA], "'value' must be of type object"),
        )
        for body, words in cases:
            with self.subTest(body=body):
                self.assert_refused(self.call("POST", "sendMessage", body), 400, words)
        self.send(VASILISA, "x" * 4096)
        self.assertEqual(len(self.phone.ledger(count=1)), 1)

    def test_broken_json(self):
        """A body that is cut or garbled is refused with the position of the mistake."""
        for body, words in (
            ('{"chatId": x}', "Unexpected token x in JSON at position 11"),
            ('{"chatId": "1', "Unexpected token"),
            ('{"chatId":', "Unexpected end of JSON input"),
        ):
            with self.subTest(body=body):
                url = f"{self.url}/waInstance4100000001/sendMessage/{self.token}"
                response = requests.post(url, data=body, timeout=60)
                self.assert_refused(response, 400, words)

    def test_link_makes_an_extended_text(self):
        """A text with a link comes back in another object, as from the real service."""
        self.send(VASILISA, "See https://example.com")
        data = self.receive()["messageData"]
        self.assertEqual(data["typeMessage"], "extendedTextMessage")
        self.assertEqual(data["extendedTextMessageData"]["text"], "See https://example.com")

    def test_quote(self):
        """A quote carries the quoted text; of another chat's message there is none."""
        asked = self.phone.write(VASILISA, "When?")
        self.receive()
        self.send(VASILISA, "Today", quotedMessageId=asked)
        self.send(GROUP, "Today", quotedMessageId=asked)
        self.assertEqual(self.phone.ledger(count=2)[1]["quotedMessageId"], "")
        quoted = self.receive()["messageData"]["quotedMessage"]
        self.assertEqual((quoted["stanzaId"], quoted["textMessage"]), (asked, "When?"))

    def test_other_kinds(self):
        """Locations and contacts take the same way as texts."""
        place = {"chatId": VASILISA, "latitude": 44.9, "longitude": 89.8}
        self.assertEqual(self.call("POST", "sendLocation", place).status_code, 200)
        card = {"phoneContact": 79876543210, "firstName": "Jane"}
        body = {"chatId": VASILISA, "contact": card}
        self.assertEqual(self.call("POST", "sendContact", body).status_code, 200)
        kinds = [entry["typeMessage"] for entry in self.phone.ledger(count=2)]
        self.assertEqual(kinds, ["locationMessage", "contactMessage"])


class TestStatuses(LocalServiceCase):
    def test_need_three_flags(self):
        """With one of the three flags off no status comes; a client must not count on them."""
        self.phone.change(settings={"outgoingMessageWebhook": "no"})
        self.send(VASILISA, "Hello")
        self.phone.ledger(count=1)
        self.phone.read(VASILISA)
        kinds = [body["typeWebhook"] for body in self.waiting()]
        self.assertEqual(kinds, ["outgoingAPIMessageReceived"])

    def test_delivery_by_hand(self):
        """A customer whose phone is off gets the message later; reading implies delivery."""
        self.phone.change(autoDeliver=False)
        self.send(VASILISA, "Hello")
        self.phone.ledger(count=1)
        self.assertEqual(len(self.waiting()), 1)
        self.phone.deliver(VASILISA)
        self.phone.deliver(VASILISA)
        self.phone.read(VASILISA)
        statuses = [body["status"] for body in self.waiting()[1:]]
        self.assertEqual(statuses, ["delivered", "read"])

    def test_auto_read(self):
        """A customer who reads at once."""
        self.phone.change(autoRead=True)
        self.send(VASILISA, "Hello")
        bodies = [self.receive() for _number in range(3)]
        self.assertEqual([body.get("status") for body in bodies], [None, "delivered", "read"])


class TestQueue(LocalServiceCase):
    pace = "real"

    def setUp(self):
        super().setUp()
        self.phone.change(rateLimits=False, counterSeconds=0)

    def queue(self):
        return [item["idMessage"] for item in self.call("GET", "showMessagesQueue").json()]

    def test_keeps_the_interval(self):
        """Messages leave one by one, in order, an interval apart on the service's clock."""
        self.phone.change(settings={"delaySendMessagesMilliseconds": 600000})
        ids = [self.send(VASILISA, str(number)) for number in range(3)]
        self.assertEqual(self.phone.ledger(count=1)[0]["idMessage"], ids[0])
        self.assertEqual(self.queue(), ids[1:])
        self.phone.advance(600)
        self.assertEqual(len(self.phone.ledger(count=2)), 2)
        self.assertEqual(self.queue(), ids[2:])

    def test_waits_for_authorization(self):
        """A message is accepted in every state, and sent when the account is back."""
        self.phone.change(stateInstance="suspended")
        id_message = self.send(VASILISA, "Hello")
        self.assertEqual(self.call("GET", "getMessagesCount").json(), {"count": 1})
        item = self.call("GET", "showMessagesQueue").json()[0]
        self.assertEqual(item["type"], "sendMessage")
        self.assertEqual(item["body"], {"chatId": VASILISA, "message": "Hello"})
        self.phone.change(stateInstance="authorized")
        self.assertEqual(self.phone.ledger(count=1)[0]["idMessage"], id_message)
        self.assertEqual(self.queue(), [])

    def test_refuses_offline_when_told_so(self):
        """The other reading of the documentation: no session, no queue."""
        self.phone.change(stateInstance="notAuthorized", queueWhileOffline=False)
        body = {"chatId": VASILISA, "message": "Hello"}
        response = self.call("POST", "sendMessage", body)
        self.assert_refused(response, 400, "instance is starting or not authorized")

    def test_life(self):
        """After 24 hours a waiting message is dropped, not sent late."""
        self.phone.change(stateInstance="suspended")
        self.send(VASILISA, "Too old")
        self.phone.advance(24 * 60 * 60 + 1)
        self.phone.change(stateInstance="authorized")
        self.send(VASILISA, "Fresh")
        self.assertEqual([entry["message"] for entry in self.phone.ledger(count=1)], ["Fresh"])

    def test_clear(self):
        """A cleared queue sends nothing."""
        self.phone.change(stateInstance="suspended")
        self.send(VASILISA, "Hello")
        self.assertEqual(self.call("GET", "clearMessagesQueue").json(), {"isCleared": True})
        self.assertEqual(self.queue(), [])

    def test_counter_is_late(self):
        """Counters repeat their last answer for ten seconds: a 0 proves nothing."""
        self.phone.change(counterSeconds=10, stateInstance="suspended")
        self.assertEqual(self.call("GET", "getMessagesCount").json(), {"count": 0})
        self.send(VASILISA, "Hello")
        self.assertEqual(self.call("GET", "getMessagesCount").json(), {"count": 0})
        self.phone.advance(10)
        self.assertEqual(self.call("GET", "getMessagesCount").json(), {"count": 1})


class TestJournals(LocalServiceCase):
    def test_outgoing(self):
        """What was sent, the newest first, by whom and how far it came."""
        by_api = self.send(VASILISA, "Hello")
        self.phone.ledger(count=1)
        by_hand = self.phone.write_as_owner(VASILISA, "From the phone")
        self.phone.read(VASILISA)
        found = self.call("GET", "lastOutgoingMessages").json()
        shown = [(e["idMessage"], e["sendByApi"], e["statusMessage"]) for e in found]
        self.assertEqual(shown, [(by_hand, False, "read"), (by_api, True, "read")])

    def test_incoming(self):
        """What was received, within the minutes asked for."""
        self.phone.write(VASILISA, "Old")
        self.phone.advance(3600)
        self.phone.write(VASILISA, "New")
        found = self.call("GET", "lastIncomingMessages").json()
        self.assertEqual([entry["textMessage"] for entry in found], ["New", "Old"])
        found = self.call("GET", "lastIncomingMessages", minutes=30).json()
        self.assertEqual([entry["textMessage"] for entry in found], ["New"])
        self.assertEqual(found[0]["senderName"], "Vasilisa")

    def test_lag(self):
        """The journal may be late: absence from it is no proof before the lag has passed."""
        self.phone.change(journalLagSeconds=120)
        self.send(VASILISA, "Hello")
        self.phone.ledger(count=1)
        self.assertEqual(self.call("GET", "lastOutgoingMessages").json(), [])
        self.phone.advance(121)
        self.assertEqual(len(self.call("GET", "lastOutgoingMessages").json()), 1)

    def test_history_and_message(self):
        """One chat's history, and one message of it."""
        ids = [self.phone.write(VASILISA, str(number)) for number in range(3)]
        self.phone.write("10000001", "another chat")
        body = {"chatId": VASILISA, "count": 2}
        found = self.call("POST", "getChatHistory", body).json()
        self.assertEqual([entry["idMessage"] for entry in found], [ids[2], ids[1]])
        body = {"chatId": VASILISA, "idMessage": ids[0]}
        self.assertEqual(self.call("POST", "getMessage", body).json()["textMessage"], "0")
        body["idMessage"] = "1"
        self.assert_refused(self.call("POST", "getMessage", body), 400, "Message not found")
