# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import json

from odoo.tests import BaseCase, tagged

from ...client.message_data import (
    File,
    Location,
    Poll,
    PollOption,
    Quote,
    SharedContact,
    parse_journal,
)
from ...client.notifications import QuotaNotification, parse
from .test_notifications import SAMPLES, sample

DATA = SAMPLES.parent
QUOTED = "1763115100000"


def listing(name):
    """Return the answer of a journal or a queue, by the name of its file in tests/data."""
    return json.loads((DATA / f"{name}.json").read_text())


@tagged("post_install", "-at_install")
class TestNotificationKinds(BaseCase):
    """What each kind of message holds besides its text."""

    def test_only_what_the_kind_has(self):
        """A part of one kind that turns up in another: a text with a file, a file with a poll."""
        parts = {
            "incoming_text": (),
            "incoming_extended_text": (),
            "incoming_text_with_quote": ("quote",),
            "incoming_text_with_empty_quote": (),
            "incoming_image_with_quote": ("file", "quote"),
            "incoming_audio": ("file",),
            "incoming_sticker": ("file",),
            "incoming_location": ("location",),
            "incoming_contact": ("contact",),
            "incoming_contacts_array": (),
            "incoming_poll": ("poll",),
            "incoming_poll_update": ("poll", "target_id_message"),
            "incoming_edited": ("target_id_message",),
            "incoming_deleted": ("target_id_message",),
            "incoming_reaction": ("quote", "target_id_message"),
        }
        for name, expected in parts.items():
            with self.subTest(name):
                found = parse(sample(name))
                optional = ("file", "quote", "location", "contact", "poll", "target_id_message")
                self.assertEqual({part for part in optional if getattr(found, part)}, set(expected))

    def test_files(self):
        """All kinds of files have name, link and type, stickers under either of their names."""
        link = "https://4100.api.green-api.com/download/4100/2f1c-uuid"
        for name, expected in (
            ("incoming_image", File("photo.jpg", f"{link}.jpg", "image/jpeg")),
            ("incoming_video", File("clip.mp4", f"{link}.mp4", "video/mp4")),
            ("incoming_audio", File("voice.ogg", f"{link}.ogg", "audio/ogg")),
            ("incoming_document", File("offer.pdf", f"{link}.pdf", "application/pdf")),
            (
                "incoming_sticker",
                File("AnimatedSticker.tgs", f"{link}.tgs", "application/x-tgsticker"),
            ),
            ("incoming_sticker_as_file", File("sticker.webp", f"{link}.webp", "image/webp")),
            ("outgoing_api_document", File("offer.pdf", f"{link}.pdf", "application/pdf")),
        ):
            with self.subTest(name):
                found = parse(sample(name))
                self.assertEqual(found.file, expected)
                self.assertEqual(found.file_name, expected.name)

    def test_location(self):
        """A place keeps all of its digits."""
        for name in ("incoming_location", "outgoing_api_location"):
            found = parse(sample(name)).location
            self.assertEqual(found, Location(44.9370129, 89.8728409))

    def test_location_that_is_none(self):
        """Half a place, or one that is no number, must not be shown as 0, 0."""
        for value in (None, "here", True, float("nan"), float("inf")):
            body = sample("incoming_location")
            body["messageData"]["locationMessageData"]["latitude"] = value
            self.assertIsNone(parse(body).location)

    def test_contact(self):
        """Somebody's contact is not taken for the sender."""
        found = parse(sample("incoming_contact"))
        expected = SharedContact("79876543210", "Jane", "Doe", "10000001", "")
        self.assertEqual(found.contact, expected)
        self.assertEqual(found.sender_phone, "79998887766")

    def test_poll(self):
        """The options of a poll are objects or, on one page of the service, texts."""
        expected = Poll("When?", (PollOption("Today"), PollOption("Tomorrow")), False)
        body = sample("incoming_poll")
        self.assertEqual(parse(body).poll, expected)
        body["messageData"]["pollMessageData"]["options"] = ["Today", "Tomorrow"]
        self.assertEqual(parse(body).poll, expected)

    def test_votes(self):
        """A vote is about its poll, and says who chose what."""
        found = parse(sample("incoming_poll_update"))
        options = (PollOption("Today", ("10000000",)), PollOption("Tomorrow"))
        self.assertEqual(found.poll, Poll("When?", options, False))
        self.assertEqual(found.target_id_message, QUOTED)

    def test_message_about_another(self):
        """Edits, deletions and reactions name their message, each in a place of its own."""
        for name, target in (
            ("incoming_edited", QUOTED),
            ("incoming_deleted", QUOTED),
            ("incoming_reaction", QUOTED),
            ("outgoing_api_edited", "1769676078000"),
            ("outgoing_api_deleted", "1769676078000"),
            ("outgoing_reaction", "1763115112345"),
        ):
            with self.subTest(name):
                self.assertEqual(parse(sample(name)).target_id_message, target)

    def test_quotes(self):
        """A quote says what is quoted, in the present form and in the old one."""
        text = Quote(QUOTED, "20000000", "textMessage", "Shall we start?")
        image = Quote(QUOTED, "20000000", "imageMessage", "Which of these?")
        for name, expected, words in (
            ("incoming_text_with_quote", text, "Yes"),
            ("incoming_quoted", text, "Yes"),
            ("incoming_image_with_quote", image, "This one"),
        ):
            with self.subTest(name):
                found = parse(sample(name))
                self.assertEqual((found.quote, found.text), (expected, words))
                self.assertEqual(found.quoted_id_message, QUOTED)

    def test_old_quote_without_its_object(self):
        """The old form keeps the id also beside the text; that is enough."""
        body = sample("incoming_quoted")
        del body["messageData"]["quotedMessage"]
        self.assertEqual(parse(body).quoted_id_message, QUOTED)

    def test_forwarded(self):
        """What was forwarded is not the sender's own word."""
        self.assertTrue(parse(sample("incoming_text_group_forwarded")).is_forwarded)
        self.assertFalse(parse(sample("incoming_text")).is_forwarded)

    def test_kind_that_is_new(self):
        """An unknown kind is data: it keeps its name and the whole of what came."""
        body = sample("incoming_text")
        body["messageData"] = {"typeMessage": "storyMessage", "storyMessageData": {"a": [1]}}
        found = parse(body)
        self.assertEqual((found.type_message, found.text), ("storyMessage", ""))
        self.assertEqual(found.raw, body)

    def test_quota(self):
        """The numbers of a quota come as integers or as texts."""
        body = sample("quota_exceeded")
        expected = QuotaNotification("correspondents", 3, 3, body["quotaData"]["description"])
        for three in (3, "3"):
            body["quotaData"]["used"] = body["quotaData"]["total"] = three
            found = parse(body)
            self.assertEqual(
                (found.method, found.used, found.total, found.description),
                (expected.method, expected.used, expected.total, expected.description),
            )


@tagged("post_install", "-at_install")
class TestJournalEntries(BaseCase):
    """The flat form of messages in the journals."""

    def test_both_directions(self):
        """An outgoing message has a status and an origin, an incoming one a sender."""
        outgoing, incoming = map(parse_journal, listing("journals/get_chat_history"))
        self.assertEqual((outgoing.text, outgoing.status), ("Hello", "delivered"))
        self.assertTrue(outgoing.is_via_api)
        self.assertFalse(outgoing.is_incoming)
        self.assertTrue(incoming.is_incoming)
        self.assertFalse(incoming.is_via_api)
        self.assertEqual((incoming.sender_name, incoming.text), ("Vasilisa", "Hi"))
        self.assertEqual(parse_journal(listing("journals/get_message")), incoming)

    def test_same_as_the_notification(self):
        """One message, reported and read later in the journal, is told in the same words."""
        reported = parse(sample("incoming_text"))
        kept = parse_journal(listing("journals/get_message"))
        for name in ("id_message", "timestamp", "chat_id", "chat_type", "sender_name", "text"):
            self.assertEqual(getattr(kept, name), getattr(reported, name), name)

    def test_kinds(self):
        """Quotes, files and places are found in the flat form, too."""
        entries = listing("journals/last_incoming_messages")
        quoting, document, place = map(parse_journal, entries)
        quote = Quote("1769676078000", "20000000", "textMessage", "Hello")
        self.assertEqual(quoting.quote, quote)
        self.assertIsNone(quoting.file)
        link = "https://4100.api.green-api.com/download/4100/2f1c-uuid.pdf"
        self.assertEqual(document.file, File("offer.pdf", link, "application/pdf"))
        self.assertEqual((document.text, document.is_forwarded), ("Offer", True))
        self.assertEqual(place.location, Location(44.9370129, 89.8728409))

    def test_what_became_of_it(self):
        """Edited and deleted messages say so; one from the phone is not of the API."""
        edited, deleted = map(parse_journal, listing("journals/last_outgoing_messages"))
        self.assertEqual((edited.is_edited, edited.is_deleted), (True, False))
        self.assertEqual((deleted.is_edited, deleted.is_deleted), (False, True))
        self.assertFalse(deleted.is_via_api)

    def test_nothing_in_it(self):
        """History has no order to refuse: an entry without anything is an empty message."""
        found = parse_journal({})
        self.assertEqual((found.id_message, found.text, found.timestamp), ("", "", 0))
