# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from ...client.message_data import parse_journal, parse_request
from ...models.sending.same_message import (
    Likeness,
    compare_file_names,
    compare_texts,
    get_words,
)
from ..common import CUSTOMER_CHAT, TelegramCase

DIFFERENT, POSSIBLE, ALIKE, EQUAL = Likeness
INVOICE = "Счёт на оплату № 00001 от 28.11.2026.pdf"


@tagged("post_install", "-at_install")
class TestSameMessage(TelegramCase):
    """Whether a row of the service is a message of Odoo, whatever Telegram made of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.chat = cls.env["telegram.chat"]._get_or_create(cls.instance, CUSTOMER_CHAT)

    def get_likeness(self, ours, entry):
        """Return the Likeness of a message and a row of the outgoing journal."""
        ours = {"direction": "outgoing", "chat_id": self.chat.id, "attempts": 1, **ours}
        row = {"type": "outgoing", "idMessage": "1", "chatId": CUSTOMER_CHAT, **entry}
        message = self.env["telegram.message"].create({"state": "unsure", **ours})
        return message._get_likeness(parse_journal(row))

    def test_texts(self):
        """What Telegram changes is taken for another text, or another text for the same one."""
        cases = [
            ("Price *20%*", "Price 20%", EQUAL),
            ("Price *20%*", "Price **20%**", EQUAL),
            ("1200*600*50 mm", "120060050 mm", EQUAL),
            ("> quoted\n`code` ~old~", "quoted\ncode old", EQUAL),
            ("```\nblock\n```", "block", EQUAL),
            ("Two  spaces\r\n", "Two spaces", EQUAL),
            ("In\u200bvi\u200fsi\u2060ble\u3164", "Invisible", EQUAL),
            ("❤\ufe0f", "❤", EQUAL),
            ("Йод", "И\u0306од", EQUAL),
            ("कि", "की", POSSIBLE),
            ("", "", EQUAL),
            (None, "", EQUAL),
            ("Hello — you", "hello - YOU", ALIKE),
            ("½ of „it“…", '1⁄2 of "it"...', ALIKE),
            ("Hello", "Hello, Ivan", POSSIBLE),
            ("Hello", "", POSSIBLE),
            ("👍", "👎", POSSIBLE),
            ("***", "—", POSSIBLE),
            ("", "Hello", POSSIBLE),
        ]
        for ours, found, expected in cases:
            with self.subTest(ours=ours, found=found):
                self.assertEqual(compare_texts(ours, found), expected)

    def test_file_names(self):
        """A name that was cut is taken for another file, or another file for the same one."""
        cases = [
            (INVOICE, INVOICE, EQUAL),
            (INVOICE, "Счёт_на_оплату_№_00001_от_28.11.2026.pdf", EQUAL),
            (INVOICE, "Счёт_на_оплату___00001_от_28.11.2026.pdf", ALIKE),
            (INVOICE, "Счёт на опл.pdf", ALIKE),
            (INVOICE, "____ __ ______ _ 00001 __ 28.11.2026.pdf", ALIKE),
            (INVOICE, "___________.pdf", ALIKE),
            (INVOICE, "", ALIKE),
            ("й.pdf", "и\u0306.pdf", EQUAL),
            ("dance.gif", "dance.mp4", EQUAL),
            ("dance.gif", "dance.gif.mp4", ALIKE),
            ("offer", "offer.bin", EQUAL),
            ("invoice_10.pdf", "invoice_1.pdf", ALIKE),
            ("invoice_1.pdf", "invoice_10.pdf", POSSIBLE),
            (INVOICE, "price list.pdf", POSSIBLE),
        ]
        for ours, found, expected in cases:
            with self.subTest(ours=ours, found=found):
                self.assertEqual(compare_file_names(ours, found), expected)

    def test_kinds_of_files(self):
        """A file that Telegram shows as another kind is taken for another message."""
        found = {"downloadUrl": "https://example.com/1", "textMessage": ""}
        for kind in ("imageMessage", "documentMessage", "videoMessage", "stickerMessage"):
            for ours in ("imageMessage", "documentMessage", "videoMessage", "audioMessage"):
                entry = {**found, "typeMessage": kind, "fileName": "a.bin"}
                message = {"type_message": ours, "file_name": "a.png"}
                with self.subTest(ours=ours, found=kind):
                    self.assertEqual(self.get_likeness(message, entry), EQUAL)

    def test_captions(self):
        """A caption that the journal lacks, or that has lost its marks, is another message."""
        cases = [
            ("*Our* offer", "Our offer", EQUAL),
            ("*Our* offer", "", ALIKE),
            ("", "Our offer", POSSIBLE),
            ("Our offer", "Their offer", POSSIBLE),
        ]
        for ours, found, expected in cases:
            message = {"type_message": "documentMessage", "file_name": "a.pdf", "text": ours}
            entry = {"typeMessage": "documentMessage", "fileName": "a.pdf", "textMessage": found}
            entry["downloadUrl"] = "https://example.com/1"
            with self.subTest(ours=ours, found=found):
                self.assertEqual(self.get_likeness(message, entry), expected)

    def test_name_that_was_made_up(self):
        """Telegram keeps no names of pictures: the service's own name is no proof."""
        message = {"type_message": "imageMessage", "file_name": "logo.png"}
        entry = {"downloadUrl": "https://example.com/1", "fileName": "5f2c9b.jpg"}
        for kind, expected in (("imageMessage", ALIKE), ("documentMessage", POSSIBLE)):
            self.assertEqual(self.get_likeness(message, {**entry, "typeMessage": kind}), expected)

    def test_categories(self):
        """Telegram makes no location, contact or poll of a text or of one another."""
        kinds = {
            "textMessage": {"text": "Here"},
            "documentMessage": {"file_name": "Here.pdf"},
            "locationMessage": {"content": {"latitude": 1.0, "longitude": 2.0}},
            "contactMessage": {"content": {"phoneContact": "79990001122", "firstName": "Here"}},
            "pollMessage": {"text": "Here", "content": {"options": ["a", "b"]}},
        }
        for ours, values in kinds.items():
            for found in kinds:
                entry = {"typeMessage": found, "textMessage": "Here"}
                likeness = self.get_likeness({"type_message": ours, **values}, entry)
                with self.subTest(ours=ours, found=found):
                    self.assertEqual(likeness > DIFFERENT, ours == found)

    def test_new_kind(self):
        """A kind that is not known yet may be anything: it proves nothing against a message."""
        for ours in ({"text": "Hello"}, {"type_message": "documentMessage", "file_name": "a.pdf"}):
            self.assertEqual(self.get_likeness(ours, {"typeMessage": "newMessage"}), POSSIBLE)
        entry = {"typeMessage": "newMessage", "textMessage": "Hello"}
        self.assertEqual(self.get_likeness({"text": "*Hello*"}, entry), EQUAL)

    def test_details(self):
        """Other coordinates, numbers or options are no proof; the same ones are."""
        place = {"latitude": 55.751244, "longitude": 37.618423}
        card = {"phoneContact": "79990001122", "firstName": "Jane"}
        poll = {"options": ["*Now*", "Later"]}
        cases = [
            ("locationMessage", place, {"latitude": 55.75125, "longitude": 37.6184}, EQUAL),
            ("locationMessage", place, {"latitude": 55.7, "longitude": 37.6184}, POSSIBLE),
            ("locationMessage", place, {}, ALIKE),
            ("contactMessage", card, {"contact": {"phoneContact": 79990001122}}, EQUAL),
            ("contactMessage", card, {"contact": {"phoneContact": 79990001133}}, POSSIBLE),
            ("contactMessage", card, {}, ALIKE),
            ("pollMessage", poll, {"textMessage": "When?"}, EQUAL),
            ("pollMessage", poll, {"textMessage": "Why?"}, POSSIBLE),
            ("pollMessage", poll, {}, ALIKE),
        ]
        for kind, content, entry, expected in cases:
            message = {"type_message": kind, "content": content}
            if kind == "pollMessage":
                message["text"] = "*When?*"
            with self.subTest(kind, entry=entry):
                likeness = self.get_likeness(message, {"typeMessage": kind, **entry})
                self.assertEqual(likeness, expected)

    def test_what_is_not_ours(self):
        """What a customer or the owner wrote, an edit and a reaction are taken for our message."""
        entry = {"typeMessage": "textMessage", "textMessage": "Hello"}
        for values in (
            {"type": "incoming"},
            {"sendByApi": False},
            {"typeMessage": "editedMessage"},
            {"typeMessage": "reactionMessage"},
        ):
            self.assertEqual(self.get_likeness({"text": "Hello"}, {**entry, **values}), DIFFERENT)
        self.assertEqual(self.get_likeness({"text": "Hello"}, entry), EQUAL)

    def test_forwarded(self):
        """A forwarded message and a written one with the same words are not told apart."""
        entry = {"typeMessage": "textMessage", "textMessage": "Hello", "isForwarded": True}
        self.assertEqual(self.get_likeness({"text": "Hello", "is_forwarded": True}, entry), EQUAL)
        self.assertEqual(self.get_likeness({"text": "Hello"}, entry), ALIKE)

    def test_queue_of_forwarded(self):
        """The queue names the source of a forwarded message, which may be gone in Odoo."""
        values = {"direction": "outgoing", "chat_id": self.chat.id, "attempts": 1}
        source = self.env["telegram.message"].create(
            {**values, "state": "sent", "text": "Hello", "id_message": "7"}
        )
        forwarded = {**values, "state": "unsure", "text": "Hello", "is_forwarded": True}
        message = self.env["telegram.message"].create(
            {**forwarded, "forwarded_message_id": source.id}
        )
        body = {"chatId": CUSTOMER_CHAT, "chatIdFrom": CUSTOMER_CHAT}
        for ids, expected in ((["7"], EQUAL), ([7], EQUAL), (["8"], DIFFERENT), (None, EQUAL)):
            row = parse_request("forwardMessages", {**body, "messages": ids}, "1")
            self.assertEqual(message._get_likeness(row), expected)
        message.forwarded_message_id = False
        self.assertEqual(message._get_likeness(row), POSSIBLE)

    def test_words(self):
        """Letters that are not seen count as words."""
        self.assertEqual(get_words("\u3164\u2800 A-1 \u200b"), "a1")
