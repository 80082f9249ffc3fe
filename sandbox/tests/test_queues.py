# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The local service: the sending queue by time, and the journals."""

from .service_case import VASILISA, LocalServiceCase


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
        # At once: the change is not answered before.
        self.assertEqual([entry["idMessage"] for entry in self.phone.ledger()], [id_message])
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

    def test_life_in_the_listing(self):
        """An item that is too old is neither listed nor counted, though nobody has sent since."""
        self.phone.change(stateInstance="blocked")
        self.send(VASILISA, "Too old")
        self.phone.advance(24 * 60 * 60 + 1)
        self.assertEqual(self.queue(), [])
        self.assertEqual(self.call("GET", "getMessagesCount").json(), {"count": 0})

    def test_typing_adds_to_the_time(self):
        """TypingTime is spent before the message is sent, on the service's clock."""
        self.phone.stop_clock()
        id_message = self.send(VASILISA, "Hello", typingTime=20000)
        self.phone.advance(19)
        self.assertEqual(self.queue(), [id_message])
        self.phone.advance(1)
        self.assertEqual(self.phone.ledger(count=1)[0]["idMessage"], id_message)

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

    def test_lag_of_one_message(self):
        """GetMessage and getChatHistory lag as the lists do."""
        self.phone.change(journalLagSeconds=120)
        body = {"chatId": VASILISA, "idMessage": self.phone.write(VASILISA, "Hello")}
        self.assert_refused(self.call("POST", "getMessage", body), 400, "Message not found")
        history = self.call("POST", "getChatHistory", {"chatId": VASILISA})
        self.assertEqual(history.json(), [])
        self.phone.advance(121)
        self.assertEqual(self.call("POST", "getMessage", body).json()["textMessage"], "Hello")

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
