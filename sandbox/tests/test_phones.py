# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The local service: what customers and the account's owner do with their phones."""

import requests

from green_api_sandbox.phone import PhoneError

from .service_case import IVAN, OWNER, SALES, VASILISA, LocalServiceCase

EXTRAS = ("editedMessageWebhook", "deletedMessageWebhook", "pollMessageWebhook")


class PhonesCase(LocalServiceCase):
    def setUp(self):
        super().setUp()
        self.phone.change(settings=dict.fromkeys(EXTRAS, "yes"))

    def last(self):
        """Return the last notification: its type, the author, and the messageData."""
        body = self.waiting()[-1]
        return body["typeWebhook"], body["senderData"]["sender"], body["messageData"]


class TestContent(PhonesCase):
    def test_location_contact_poll(self):
        """Each kind has its own object, with the service's own names of fields."""
        self.phone.write_location(VASILISA, 44.9, 89.8)
        data = self.last()[2]
        self.assertEqual(data["typeMessage"], "locationMessage")
        self.assertEqual(data["locationMessageData"]["latitude"], 44.9)
        self.phone.write_contact(VASILISA, 79876543210, "Jane", "Doe")
        card = self.last()[2]["contactMessageData"]
        self.assertEqual((card["phoneContact"], card["firstName"]), ("79876543210", "Jane"))
        self.phone.write_poll(VASILISA, "When?", ["Today", "Later"])
        poll = self.last()[2]["pollMessageData"]
        self.assertEqual(poll["options"], [{"optionName": "Today"}, {"optionName": "Later"}])

    def test_files_both_ways(self):
        """A file of the customer and one of the owner can be fetched, for 24 hours."""
        self.phone.write_file(VASILISA, "a.jpg", b"JPG", caption="Look")
        kind, _sender, theirs = self.last()
        self.assertEqual((kind, theirs["typeMessage"]), ("incomingMessageReceived", "imageMessage"))
        self.phone.change(autoDeliver=False)
        self.phone.write_file_as_owner(VASILISA, "b.pdf", b"%PDF")
        kind, sender, ours = self.last()
        self.assertEqual((kind, sender), ("outgoingMessageReceived", OWNER))
        links = [data["fileMessageData"]["downloadUrl"] for data in (theirs, ours)]
        self.assertEqual(
            [requests.get(link, timeout=60).content for link in links], [b"JPG", b"%PDF"]
        )
        shown = [message["file"]["path"] for message in self.phone.messages(VASILISA)]
        self.assertEqual([f"{self.url}{path}" for path in shown], links)
        self.phone.advance(24 * 60 * 60 + 1)
        statuses = [requests.get(link, timeout=60).status_code for link in links]
        self.assertEqual(statuses, [404, 404])
        shown = [message["file"]["path"] for message in self.phone.messages(VASILISA)]
        self.assertEqual(shown, [None, None])

    def test_unusable_content(self):
        """What is no message is refused in words, and nothing comes of it."""
        for values in (
            {},
            {"message": ""},
            {"message": 5},
            {"message": "x", "location": {}},
            {"location": {"latitude": 91, "longitude": 0}},
            {"location": {"latitude": "x", "longitude": 0}},
            {"file": {"fileName": "a.txt", "content": "no base64!"}},
            {"file": {"fileName": "a.txt"}},
            {"poll": {"name": "?", "options": [1, 2]}},
            {"poll": {"name": "?", "options": ["alone"]}},
            {"messageData": []},
            {"messageData": {}},
        ):
            with self.subTest(values=values):
                url = f"{self.url}/control/instances/{self.phone.id_instance}/incoming"
                body = {"chatId": VASILISA, **values}
                response = requests.post(url, json=body, timeout=60)
                self.assertEqual(response.status_code, 400, response.text)
                self.assertTrue(response.json()["error"])
        self.assertEqual(self.waiting(), [])


class TestChanges(PhonesCase):
    def test_customer_edits_and_deletes(self):
        """The customer's changes name the message they are about, and who made them."""
        id_message = self.phone.write(VASILISA, "Helo")
        self.phone.edit(VASILISA, id_message, "Hello")
        data = {"textMessage": "Hello", "stanzaId": id_message}
        kind, sender, change = self.last()
        self.assertEqual((kind, sender), ("incomingMessageReceived", VASILISA))
        self.assertEqual(change, {"typeMessage": "editedMessage", "editedMessageData": data})
        self.assertEqual(self.phone.messages(VASILISA)[0]["text"], "Hello")
        self.phone.delete(VASILISA, id_message)
        self.assertEqual(self.last()[2]["deletedMessageData"], {"stanzaId": id_message})
        with self.assertRaises(PhoneError) as caught:
            self.phone.edit(VASILISA, id_message, "Too late")
        self.assertEqual(caught.exception.status, 404)

    def test_owner_edits_and_deletes(self):
        """On his phone the owner changes what the API has sent: that is no API message then."""
        id_message = self.send(VASILISA, "From the API")
        self.phone.edit(VASILISA, id_message, "Changed by hand")
        kind, sender, change = self.last()
        self.assertEqual((kind, sender), ("outgoingMessageReceived", OWNER))
        self.assertEqual(change["editedMessageData"]["stanzaId"], id_message)
        self.phone.delete(VASILISA, id_message)
        self.assertEqual(self.last()[0], "outgoingMessageReceived")
        self.assertEqual(len(self.phone.ledger()), 1, "no change of the API")

    def test_text_becomes_a_link_by_edit(self):
        """An edit that adds a link changes the kind of the message; only one text remains."""
        id_message = self.phone.write(VASILISA, "See")
        self.phone.edit(VASILISA, id_message, "See https://example.com")
        data = self.phone.messages(VASILISA)[0]["data"]
        self.assertEqual(data["typeMessage"], "extendedTextMessage")
        self.assertNotIn("textMessageData", data)

    def test_caption(self):
        """A caption can be edited, even away; a location has nothing to edit."""
        file = self.phone.write_file(VASILISA, "a.jpg", b"JPG", caption="Lok")
        self.phone.edit(VASILISA, file, "")
        self.assertEqual(self.phone.messages(VASILISA)[0]["text"], "")
        place = self.phone.write_location(VASILISA, 1, 2)
        with self.assertRaises(PhoneError):
            self.phone.edit(VASILISA, place, "x")

    def test_not_told_without_the_settings(self):
        """Edits, deletions and polls need a setting of their own each."""
        self.phone.change(settings=dict.fromkeys(EXTRAS, "no"))
        id_message = self.phone.write(VASILISA, "Hello")
        self.phone.edit(VASILISA, id_message, "Hi")
        self.phone.delete(VASILISA, id_message)
        self.phone.write_poll(VASILISA, "?", ["a", "b"])
        kinds = [body["messageData"]["typeMessage"] for body in self.waiting()]
        self.assertEqual(kinds, ["textMessage"])


class TestReactions(PhonesCase):
    def test_customer(self):
        """A reaction names its message and that one's author; it can be taken back."""
        id_message = self.send(VASILISA, "Hello")
        self.phone.react(VASILISA, id_message, "👍")
        kind, sender, data = self.last()
        self.assertEqual((kind, sender), ("incomingMessageReceived", VASILISA))
        self.assertEqual(data["extendedTextMessageData"], {"text": "👍"})
        target = {"stanzaId": id_message, "participant": OWNER}
        self.assertEqual(data["quotedMessage"], target)
        self.assertEqual(self.phone.messages(VASILISA)[0]["reactions"], {VASILISA: "👍"})
        self.phone.react(VASILISA, id_message, "")
        self.assertEqual(self.phone.messages(VASILISA)[0]["reactions"], {})

    def test_owner(self):
        """The owner's reaction is outgoing."""
        id_message = self.phone.write(VASILISA, "Hello")
        self.phone.react(VASILISA, id_message, "❤", sender=OWNER)
        self.assertEqual(self.last()[:2], ("outgoingMessageReceived", OWNER))


class TestVotes(PhonesCase):
    def poll(self, **values):
        body = {"chatId": SALES, "message": "When?", "options": ["Today", "Later"], **values}
        return self.call("POST", "sendPoll", body).json()["idMessage"]

    def test_vote(self):
        """Votes come with all the voters so far; a second vote replaces the first."""
        id_message = self.poll(isAnonymous=False)
        self.phone.vote(SALES, id_message, "Today")
        self.phone.vote(SALES, id_message, "Later", sender=IVAN)
        self.phone.vote(SALES, id_message, "Later")
        kind, sender, data = self.last()
        self.assertEqual((kind, sender), ("incomingMessageReceived", VASILISA))
        self.assertEqual(data["pollMessageData"]["stanzaId"], id_message)
        votes = {
            each["optionName"]: each["optionVoters"] for each in data["pollMessageData"]["votes"]
        }
        self.assertEqual(votes, {"Today": [], "Later": [IVAN, VASILISA]})

    def test_anonymous(self):
        """Nobody is told who voted in an anonymous poll; the phone counts all the same."""
        id_message = self.poll()
        before = len(self.waiting())
        self.phone.vote(SALES, id_message, "Today")
        self.assertEqual(len(self.waiting()), before)
        self.assertEqual(self.phone.messages(SALES)[0]["votes"], {VASILISA: ["Today"]})

    def test_switched_off(self):
        """Whether the service tells votes is not documented: clients can be tried without."""
        self.phone.change(pollVotes=False)
        id_message = self.poll(isAnonymous=False)
        before = len(self.waiting())
        self.phone.vote(SALES, id_message, "Today")
        self.assertEqual(len(self.waiting()), before)

    def test_impossible_votes(self):
        """An unknown option, two answers where one is taken, and no poll at all are refused."""
        poll, text = self.poll(), self.phone.write(SALES, "Hello")
        for id_message, options in ((poll, ["Never"]), (poll, ["Today", "Later"]), (text, ["x"])):
            with self.subTest(options=options), self.assertRaises(PhoneError):
                self.phone.vote(SALES, id_message, *options)
        several = self.poll(multipleAnswers=True)
        self.phone.vote(SALES, several, "Today", "Later")


class TestGroupChats(PhonesCase):
    def test_sender_of_each_message(self):
        """In a group each message names its author; without a name the first customer writes."""
        self.phone.write(SALES, "one")
        self.phone.write(SALES, "two", sender=IVAN)
        senders = [body["senderData"] for body in self.waiting()]
        self.assertEqual([each["senderName"] for each in senders], ["Vasilisa", "Ivan"])
        self.assertEqual({each["chatName"] for each in senders}, {"Sales"})
        shown = [message["senderName"] for message in self.phone.messages(SALES)]
        self.assertEqual(shown, ["Vasilisa", "Ivan"])

    def test_only_members_write(self):
        """Who is not in the chat cannot write there: a test must not play the impossible."""
        body = {"chatId": SALES, "participantChatId": IVAN}
        self.call("POST", "removeGroupParticipant", body)
        for chat_id, sender in ((SALES, IVAN), (SALES, "77777777"), (VASILISA, IVAN)):
            with self.subTest(sender=sender), self.assertRaises(PhoneError):
                self.phone.write(chat_id, "Let me in", sender=sender)
        with self.assertRaises(PhoneError):
            self.phone.write(SALES, "outgoing", sender=OWNER)

    def test_life_of_a_group(self):
        """What happens to a group is shown on the phone; who has left it cannot write there."""
        body = {"groupName": "Team", "chatIds": [VASILISA]}
        chat_id = self.call("POST", "createGroup", body).json()["chatId"]
        group = {"chatId": chat_id}
        self.call("POST", "addGroupParticipant", {**group, "participantChatId": IVAN})
        self.call("POST", "updateGroupName", {**group, "groupName": "Crew"})
        self.call("POST", "leaveGroup", group)
        chat = next(each for each in self.phone.instance()["chats"] if each["chatId"] == chat_id)
        self.assertEqual(chat["name"], "Crew")
        self.assertEqual(
            [event["text"] for event in chat["events"]],
            [
                "Shop made the group with Vasilisa",
                "Shop added Ivan",
                "Shop named the group Crew",
                "Shop left the group",
            ],
        )
        self.send(chat_id, "Anybody there?")
        self.assertEqual(self.receive()["status"], "failed")
        self.assertEqual(self.phone.ledger(), [])
        again = self.call("POST", "addGroupParticipant", {**group, "participantChatId": "10000002"})
        self.assertIn("not a member", again.json()["reason"])

    def test_group_of_the_control_interface(self):
        """A group can be made with chosen members; an unknown member is refused."""
        group = self.phone.add_customer("Team", chatId="-55", participants=[IVAN])
        ids = [each["id"] for each in group["group"]["participants"]]
        self.assertEqual(ids, [OWNER, IVAN])
        with self.assertRaises(PhoneError):
            self.phone.add_customer("Team", chatId="-56", participants=["77"])

    def test_poll_in_a_channel(self):
        """A poll with names cannot go to a channel: it fails, it is not sent anonymously."""
        self.phone.add_customer("News", chatId="-77", chatType="channel")
        body = {"chatId": "-77", "message": "?", "options": ["a", "b"], "isAnonymous": False}
        self.call("POST", "sendPoll", body)
        self.assertEqual(self.receive()["status"], "failed")
        self.call("POST", "sendPoll", {**body, "isAnonymous": True})
        self.assertEqual(len(self.phone.ledger(count=1)), 1)


class TestStatuses(PhonesCase):
    def test_any_order(self):
        """Statuses may come in any order, and of messages that nobody knows."""
        self.phone.change(autoDeliver=False)
        id_message = self.send(VASILISA, "Hello")
        self.receive()
        for status in ("read", "delivered", "somethingNew"):
            self.phone.status(VASILISA, status, id_message)
        self.phone.status("79990001122@c.us", "failed", description="Flood")
        told = [self.receive() for _number in range(4)]
        self.assertEqual(
            [(body["status"], body.get("idMessage")) for body in told],
            [
                ("read", id_message),
                ("delivered", id_message),
                ("somethingNew", id_message),
                ("failed", None),
            ],
        )
        self.assertEqual(told[3]["description"], "Flood")

    def test_burst(self):
        """Many messages at once, in turns from several chats, in order."""
        ids = self.phone.burst(50, VASILISA, IVAN, text="Hello")
        bodies = self.waiting()
        self.assertEqual([body["idMessage"] for body in bodies], ids)
        self.assertEqual(bodies[1]["senderData"]["senderName"], "Ivan")
        self.assertEqual(bodies[49]["messageData"]["textMessageData"]["textMessage"], "Hello 50")
        with self.assertRaises(PhoneError):
            self.phone.burst(0, VASILISA)

    def test_burst_of_files(self):
        """Files come in turns with texts; the numbered texts are their captions."""
        self.phone.burst(3, VASILISA, text="Look", file_names=["a.png", ""])
        shown = [
            (message["data"]["typeMessage"], message["text"])
            for message in self.phone.messages(VASILISA)
        ]
        kinds = ["imageMessage", "textMessage", "imageMessage"]
        self.assertEqual(shown, list(zip(kinds, ["Look 1", "Look 2", "Look 3"], strict=True)))
