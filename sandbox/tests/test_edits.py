# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The local service: messages that are edited, deleted and forwarded; polls, archiving."""

from .service_case import VASILISA, LocalServiceCase

GROUP = "-10000000000000"


class TestChangingMessages(LocalServiceCase):
    def setUp(self):
        super().setUp()
        self.phone.change(settings={"editedMessageWebhook": "yes", "deletedMessageWebhook": "yes"})
        self.sent = self.send(VASILISA, "Helo")
        self.phone.ledger(count=1)
        self.target = {"chatId": VASILISA, "idMessage": self.sent}

    def test_edit(self):
        """An edit is a notification of its own that names the edited message."""
        answer = self.call("POST", "editMessage", {**self.target, "message": "Hello"}).json()
        self.assertEqual(answer, {"idMessage": self.sent})
        data = self.waiting()[-1]["messageData"]
        self.assertEqual(data["editedMessageData"], {"textMessage": "Hello", "stanzaId": self.sent})
        self.assertEqual(self.phone.messages(VASILISA)[0]["text"], "Hello")

    def test_edit_refusals(self):
        """The customer's messages, unknown ones and old ones cannot be edited."""
        theirs = self.phone.write(VASILISA, "Hi")
        for id_message in (theirs, "1"):
            body = {"chatId": VASILISA, "idMessage": id_message, "message": "x"}
            self.assert_refused(self.call("POST", "editMessage", body), 400, "not found")
        self.phone.advance(48 * 60 * 60 + 1)
        body = {**self.target, "message": "Hello"}
        self.assert_refused(self.call("POST", "editMessage", body), 400, "too old")

    def test_delete(self):
        """A deletion answers with an empty body, and tells which message is gone."""
        self.assertEqual(self.call("POST", "deleteMessage", self.target).text, "")
        data = self.waiting()[-1]["messageData"]
        self.assertEqual(data["deletedMessageData"], {"stanzaId": self.sent})

    def test_forward(self):
        """Forwarded messages say so; unknown ones are refused, all of them."""
        body = {"chatId": GROUP, "chatIdFrom": VASILISA, "messages": [self.sent, "1"]}
        self.assert_refused(self.call("POST", "forwardMessages", body), 400, "not found")
        body["messages"] = [self.sent]
        self.assertEqual(len(self.call("POST", "forwardMessages", body).json()["messages"]), 1)
        entry = self.phone.ledger(count=2)[1]
        self.assertEqual(entry["chatId"], GROUP)
        self.assertTrue(entry["messageData"]["textMessageData"]["isForwarded"])

    def test_poll(self):
        """Options as strings and as objects mean the same; one option is no choice."""
        body = {"chatId": GROUP, "message": "When?"}
        for options in (["Today", "Later"], [{"optionName": "Today"}, {"optionName": "Later"}]):
            self.call("POST", "sendPoll", {**body, "options": options})
        first, second = self.phone.ledger(count=3)[1:]
        self.assertEqual(first["messageData"], second["messageData"])
        response = self.call("POST", "sendPoll", {**body, "options": ["Today"]})
        self.assert_refused(response, 400, "'options' must contain greater than or equal to 2")

    def test_archive(self):
        """Only a chat in which the customer has written can be archived, and only once."""
        chat = {"chatId": VASILISA}
        response = self.call("POST", "archiveChat", chat)
        self.assert_refused(response, 400, "last message not found in chat")
        self.phone.write(VASILISA, "Hi")
        self.assertEqual(self.call("POST", "archiveChat", chat).text, "")
        self.assert_refused(self.call("POST", "archiveChat", chat), 400, "already archive=true")
        self.assertEqual(self.call("POST", "unarchiveChat", chat).text, "")
