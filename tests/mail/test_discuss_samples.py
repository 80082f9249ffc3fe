# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import json
from itertools import permutations
from pathlib import Path

from .discuss_case import DiscussCase

FOLDER = Path(__file__).parent.parent / "data" / "notifications"
# What each kind says in the conversation, when the message that it may be about is not known.
WORDS = {
    "incoming_audio": "Audio",
    "incoming_contact": "Contact",
    "incoming_deleted": "Deleted message",
    "incoming_document": "File",
    "incoming_edited": "Edited message: Hi there",
    "incoming_image": "Photo",
    "incoming_location": "Location",
    "incoming_poll": "When?",
    "incoming_reaction": "Reaction: 👍",
    "incoming_sticker": "Sticker",
    "incoming_video": "Video",
    "outgoing_reaction": "Reaction: 👍",
    "outgoing_text": "",
}


class TestSamples(DiscussCase):
    """Every sample of a message stands in Discuss, once."""

    def samples(self):
        for path in sorted(FOLDER.glob("*.json")):
            body = json.loads(path.read_text())
            if "messageData" in body:
                body["instanceData"]["idInstance"] = int(self.instance.id_instance)
                yield path.stem, body

    def test_every_sample(self):
        """Each kind, in and out, is one message in the conversation, also when delivered twice."""
        seen = set()
        for number, (name, body) in enumerate(self.samples()):
            with self.subTest(name):
                body["idMessage"] = str(number)
                data = body["messageData"]
                for part in data.values():
                    if isinstance(part, dict) and "stanzaId" in part:
                        part["stanzaId"] = f"unknown {number}"
                [event] = self.ingest(body)
                self.ingest({**body, "timestamp": body["timestamp"] + 1})
                self.assertEqual((event.state, event.error), ("done", False))
                channel = event.message_id.chat_id.channel_id
                [shown] = self.conversation(channel).filtered(
                    lambda m, event=event: event.message_id in m.telegram_message_ids
                )
                self.assertEqual(shown.message_type, "telegram")
                self.assertIn(WORDS.get(name, ""), shown.body.striptags())
                seen.add(name)
        self.assertLessEqual(WORDS.keys(), seen)

    def test_any_order(self):
        """A message, its change and a reaction end the same in whatever order they come."""
        message = self.notification("Two chairs", idMessage="1")
        edited = {"editedMessageData": {"textMessage": "Three chairs", "stanzaId": "1"}}
        reaction = {
            "extendedTextMessageData": {"text": "👍"},
            "quotedMessage": {"stanzaId": "1", "participant": "1"},
        }
        events = [
            ("message", message),
            (
                "edit",
                self.notification(
                    idMessage="2", messageData={"typeMessage": "editedMessage", **edited}
                ),
            ),
            (
                "reaction",
                self.notification(
                    idMessage="3", messageData={"typeMessage": "reactionMessage", **reaction}
                ),
            ),
        ]
        for number, order in enumerate(permutations(events)):
            with self.subTest(order=[name for name, _body in order]):
                chat_id = str(500 + number)
                for _name, body in order:
                    sender = {**body["senderData"], "chatId": chat_id, "sender": chat_id}
                    self.ingest({**body, "senderData": {**sender, "senderPhoneNumber": 0}})
                chat = self.env["telegram.chat"].search([("telegram_id", "=", chat_id)])
                [shown] = self.conversation(chat.channel_id)
                self.assertIn("Three chairs", shown.body)
                self.assertEqual(shown.reaction_ids.mapped("content"), ["👍"])
