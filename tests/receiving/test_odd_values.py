# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..common import CUSTOMER_CHAT, TelegramCase


@tagged("post_install", "-at_install")
class TestOddValues(TelegramCase):
    """What nobody has documented: it is shown, or set aside with a reason, and never swallowed."""

    def come(self, kind=None, data=None, sender=None, **values):
        """Let a notification come in, and return its event."""
        self.number = getattr(self, "number", 0) + 1
        body = self.notification(idMessage=str(1000 + self.number), **values)
        body["senderData"].update(sender or {})
        if kind:
            body["messageData"] = {"typeMessage": kind, **(data or {})}
        return self.ingest(body)

    def stranger(self, name, **sender):
        """Return the chat of a new person with a name."""
        self.strangers = getattr(self, "strangers", 500000) + 1
        chat_id = str(self.strangers)
        names = {"chatName": name, "senderName": name, "senderContactName": name}
        self.come(sender={"chatId": chat_id, "sender": chat_id, **names, **sender})
        return self.env["telegram.chat"].search([("telegram_id", "=", chat_id)])

    def test_names_without_letters(self):
        """A chat has something to read: its phone number or its ID where the name shows nothing."""
        blanks = (
            "\u3164",
            "\u2800\u2800",
            "   ",
            "\u200b\u200d",
            "\u200f",
            "\u115f\u1160",
            "\u0301",
        )
        for name in blanks:
            with self.subTest(ascii(name)):
                chat = self.stranger(name, senderPhoneNumber=79990000001)
                self.assertEqual(chat.name, "+79990000001")
                chat = self.stranger(name, senderPhoneNumber=0)
                self.assertEqual(chat.name, chat.telegram_id)
                self.assertEqual(chat.channel_id.name, chat.telegram_id)
                # A new empty name does not replace one that can be read.
                chat.write({"name": "Vasya", "telegram_name": "Vasya"})
                sender = {"chatId": chat.telegram_id, "sender": chat.telegram_id}
                self.come(sender={**sender, "chatName": name, "senderName": name})
                self.assertEqual(chat.name, "Vasya")

    def test_names_that_break(self):
        """Names stand on one line, and do not turn around what follows; emoji stay as they are."""
        family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
        for name, expected in (
            ("Anna\nMaria", "Anna Maria"),
            ("Anna\r\n\u2028Maria\x0b", "Anna Maria"),
            ("\u202eanna\u202c", "anna"),
            ("Anna\u061c \x07Maria", "Anna Maria"),
            (f"Ivanovs {family}", f"Ivanovs {family}"),
        ):
            with self.subTest(ascii(name)):
                chat = self.stranger(name)
                self.assertEqual(chat.name, expected)
                self.assertEqual(chat.message_ids.sender_name, expected)

    def test_phone_of_a_card(self):
        """The number of a shared contact is shown as it came; a plus only where it was."""
        for number in ("+7 912 345-67-89", "112", "89123456789", "79123456789", "+79123456789"):
            with self.subTest(number):
                data = {"contactMessageData": {"firstName": "Anna", "phoneContact": number}}
                message = self.come("contactMessage", data).message_id
                self.assertEqual(message._get_summary(), f"Contact: Anna, {number}")

    def test_several_cards(self):
        """Of several contacts shared at once, names and numbers are shown."""
        card = "BEGIN:VCARD\r\nFN:Jane\r\nTEL;TYPE=CELL:+7 999 111\r\nEND:VCARD"
        contacts = [{"displayName": "Jane", "vcard": card}, {"displayName": "Max", "vcard": ""}]
        data = {"messageData": {"contacts": contacts}}
        message = self.come("contactsArrayMessage", data).message_id
        self.assertEqual(message.text, "Jane +7 999 111\nMax")

    def test_edit_without_text(self):
        """A text that is missing is not empty: the words stay, and the event says why."""
        message = self.come().message_id
        for data in ({}, {"textMessage": None}, {"textMessage": {"text": "no"}}):
            target = {"stanzaId": message.id_message, **data}
            event = self.come("editedMessage", {"editedMessageData": target})
            self.assertEqual((event.state, message.text), ("error", "Hi"))
            self.assertIn("editedMessageData.textMessage", event.error)
        self.assertFalse(message.is_edited)
        target = {"stanzaId": message.id_message, "textMessage": "Hello"}
        self.come("editedMessage", {"editedMessageData": target})
        self.assertEqual(message.text, "Hello")

    def test_location_as_text(self):
        """Degrees may come as texts."""
        data = {"locationMessageData": {"latitude": "44.937", "longitude": "-89.87"}}
        message = self.come("locationMessage", data).message_id
        self.assertEqual(message.content, {"latitude": 44.937, "longitude": -89.87})

    def test_new_kinds(self):
        """The words of a kind that is new are shown, and its file."""
        for kind, data, expected in (
            ("storyReplyMessage", {"storyReplyMessageData": {"text": "Nice"}}, "Nice"),
            ("giftMessage", {"giftMessageData": {"title": "A bear"}}, "A bear"),
            ("noteMessage", {"text": "To you"}, "To you"),
            ("viewOnceMessage", {"viewOnceMessageData": {"caption": "Look"}}, "Look"),
        ):
            with self.subTest(kind):
                message = self.come(kind, data).message_id
                self.assertEqual(message.text, expected)
                self.assertIn(expected, message._get_body())
        link = "https://storage.example.com/1"
        data = {"videoNoteMessageData": {"downloadUrl": link, "fileName": "note.mp4"}}
        self.assertEqual(self.come("videoNoteMessage", data).message_id.file_name, "note.mp4")

    def test_answered_text_is_not_the_text(self):
        """What a new kind quotes is not what it says."""
        quoted = {"stanzaId": "1", "participant": CUSTOMER_CHAT, "textMessage": "Before"}
        self.assertFalse(self.come("waveMessage", {"quotedMessage": quoted}).message_id.text)

    def come_with_file(self, name, id_message="77", **values):
        body = self.notification(idMessage=id_message, **values)
        link = f"https://storage.example.com/{name}?token=1"
        file = {"fileName": name, "downloadUrl": link, "mimeType": "image/png"}
        body["messageData"] = {"typeMessage": "imageMessage", "fileMessageData": file}
        self.ingest(body)

    def files(self):
        domain = [("instance_id", "=", self.instance.id), ("type_message", "=", "imageMessage")]
        return self.env["telegram.message"].search(domain, order="id").mapped("file_name")

    def test_album_under_one_id(self):
        """Each file of an album is shown once, though all of them have the ID of the first one."""
        for name in ("a.png", "b.png", "c.png", "a.png", "b.png", "c.png"):
            self.come_with_file(name)
        self.assertEqual(self.files(), ["a.png", "b.png", "c.png"])
        self.come_with_file("d.png", id_message="78")
        self.assertEqual(len(self.files()), 4)

    def test_album_from_the_phone(self):
        """The same for an album that was sent from the account's phone."""
        for name in ("a.png", "b.png", "a.png"):
            self.come_with_file(name, typeWebhook="outgoingMessageReceived")
        self.assertEqual(self.files(), ["a.png", "b.png"])

    def test_odd_times(self):
        """Times with a fraction and in milliseconds are understood; one to come is not believed."""
        now = fields.Datetime.now()
        for value in (1763115112, 1763115112.7, "1763115112", 1763115112000, "1763115112.5"):
            with self.subTest(value=value):
                message = self.come(timestamp=value).message_id
                self.assertEqual(str(message.date), "2025-11-14 10:11:52")
        for value in (4102444800, 4102444800000, 10**30, -1, "soon", None, float("nan")):
            with self.subTest(value=value):
                message = self.come(timestamp=value).message_id
                self.assertLess(abs(message.date - now), timedelta(hours=1))

    def test_new_statuses(self):
        """A status that is new is ignored with a reason: "done" would mean that it was shown."""
        message = self.write_from(self.customer, "Hello")
        self.send_queue()
        message.chat_id.telegram_id = CUSTOMER_CHAT
        for status in ("notInGroup", "yellowCard"):
            with self.subTest(status):
                event = self.ingest(self.status(message, status))
                self.assertEqual((event.state, event.message_id), ("ignored", message))
                self.assertIn(status, event.error)
        self.assertEqual(message.state, "sent")
