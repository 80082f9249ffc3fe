# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The local service: sending, the ledger, echoes and statuses."""

import requests

from .service_case import OWNER, VASILISA, VASILISA_PHONE, LocalServiceCase

GROUP = "-10000000000000"
CONTACT = {"phoneContact": 7987}
#: method, the most that is taken, one more than that, words of the refusal
LIMITS = (
    ("sendLocation", {"latitude": 90, "longitude": -180}, {"latitude": 90.1}, "'latitude'"),
    ("sendLocation", {"latitude": -90, "longitude": 180}, {"longitude": -181}, "'longi"),
    (
        "sendPoll",
        {"message": "x" * 255, "options": ["a"] * 12},
        {"message": "x" * 256},
        "255",
    ),
    (
        "sendPoll",
        {"message": "x", "options": ["a"] * 2},
        {"options": ["a"] * 13},
        "'options'",
    ),
    (
        "sendPoll",
        {"message": "x", "options": ["x" * 100] * 2},
        {"options": ["x" * 101] * 2},
        "100",
    ),
    (
        "sendPoll",
        {"message": "x", "options": ["a", "b"], "correctOptionId": 1},
        {"correctOptionId": 2},
        "'correct",
    ),
    (
        "sendContact",
        {"contact": CONTACT},
        {"contact": {"phoneContact": "7"}},
        "'contact.phoneContact'",
    ),
    (
        "sendContact",
        {"contact": CONTACT},
        {"contact": {**CONTACT, "x": 1}},
        "'contact.x' is not",
    ),
    (
        "sendMessage",
        {"message": "x", "typingTime": 20000},
        {"typingTime": 20001},
        "'typingTime'",
    ),
    (
        "sendFileByUrl",
        {"urlFile": "https://a.b/c", "fileName": "c.png", "caption": "x" * 1024},
        {"caption": "x" * 1025},
        "1024",
    ),
)


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

    def test_saved_messages(self):
        """The account writes to itself: the chat is made, and the echo comes as of any other."""
        id_message = self.send(OWNER, "Note to myself")
        self.assertEqual(self.phone.ledger(count=1)[0]["chatId"], OWNER)
        echo = self.receive()
        self.assertEqual((echo["idMessage"], echo["senderData"]["chatId"]), (id_message, OWNER))
        self.assertEqual(self.phone.messages(OWNER)[0]["text"], "Note to myself")

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

    def test_limits(self):
        """The longest and the largest of everything is taken, one more is refused by name."""
        for method, right, wrong, words in LIMITS:
            with self.subTest(method=method, wrong=words):
                body = {"chatId": VASILISA, **right}
                response = self.call("POST", method, body)
                self.assertEqual(response.status_code, 200, response.text)
                self.assert_refused(self.call("POST", method, {**body, **wrong}), 400, words)

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
