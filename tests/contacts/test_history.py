# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import json
from datetime import datetime, timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import CUSTOMER_CHAT, TelegramCase


def entry(id_message, text="Old", **values):
    """One entry of a history, as the service gives it."""
    return {
        "type": "incoming",
        "idMessage": str(id_message),
        "timestamp": 1700000000 + id_message,
        "typeMessage": "textMessage",
        "chatId": CUSTOMER_CHAT,
        "chatType": "user",
        "senderName": "Vasilisa",
        "textMessage": text,
        **values,
    }


def ours(id_message, text="Old", **values):
    outgoing = {"type": "outgoing", "sendByApi": True, "statusMessage": "read"}
    return entry(id_message, text, **{**outgoing, **values})


@tagged("post_install", "-at_install")
class TestTelegramChatHistory(TelegramCase):
    """The history of a chat comes into Odoo on demand: once, in its order, and silently."""

    def setUp(self):
        super().setUp()
        self.chat = self.env["telegram.chat"]._get_or_create(self.instance, CUSTOMER_CHAT)

    def press(self, count=100):
        """Import by the dialog, as an operator; return what they read."""
        wizards = self.env["telegram.chat.history"].with_user(self.salesperson)
        with self.enter_registry_test_mode():
            action = wizards.create({"chat_id": self.chat.id, "count": count}).action_import()
        self.env.invalidate_all()
        return action["params"]["message"]

    def answer(self, *entries):
        """Let the service answer with these, as always the newest first."""
        body = json.dumps(list(reversed(entries)))
        self.phone.fault("getChatHistory", "status", status=200, body=body)

    def messages(self):
        return self.env["telegram.message"].search(
            [("instance_id", "=", self.instance.id)], order="date, id"
        )

    def test_failed_attempt(self):
        """The attempt that failed, before a message was sent again, is no second message."""
        message = self.instance.send_text(CUSTOMER_CHAT, "Failed")
        self.send_queue()
        self.ingest(self.status(message, "failed", idMessage=message.id_message))
        message.action_retry()
        self.assertIn("Messages imported: 0. Messages already in Odoo: 1", self.press())
        self.assertEqual((self.messages(), message.state), (message, "queued"))

    def test_once(self):
        """Both sides of the talk, with their times; a second import doubles nothing."""
        self.phone.write(CUSTOMER_CHAT, "One")
        self.phone.write_as_owner(CUSTOMER_CHAT, "Two")
        self.phone.write_file(CUSTOMER_CHAT, "offer.pdf", b"%PDF", "Three")
        self.assertIn("Messages imported: 3. Messages already in Odoo: 0", self.press())
        self.assertEqual(self.messages().mapped("text"), ["One", "Two", "Three"])
        self.assertEqual(self.messages().mapped("direction"), ["incoming", "outgoing", "incoming"])
        self.assertEqual(self.messages()[2].file_name, "offer.pdf")
        self.assertIn("Messages imported: 0. Messages already in Odoo: 3", self.press())
        self.receive()  # the notifications of the same messages come only now
        self.env.invalidate_all()
        self.assertEqual(len(self.messages()), 3)

    def test_count(self):
        """More is fetched than was asked for; or nothing, or the whole life of a chat."""
        for number in range(5):
            self.phone.write(CUSTOMER_CHAT, f"Text {number}")
        self.press(2)
        self.assertEqual(self.messages().mapped("text"), ["Text 3", "Text 4"])
        for count in (0, -1, 1001):
            with self.assertRaisesRegex(UserError, "from 1 to 1000"):
                self.chat.import_history(count)

    def test_our_own_is_recognised(self):
        """What was sent from Odoo comes a second time."""
        message = self.write_from(self.customer, "Hello")
        self.send_queue()
        self.env.invalidate_all()
        self.chat = message.chat_id
        self.assertIn("Messages imported: 0", self.press())
        self.assertEqual(len(self.messages()), 1)

    @mute_logger("odoo.addons.telegram_green_api.models")
    def test_unsure_is_not_doubled(self):
        """It is not known yet whether a message went out: the history has it as another one."""
        chat = self.env["telegram.chat"]._get_or_create_for_partner(self.instance, self.customer)
        self.phone.fault("sendMessage", "lost_after")
        message = self.write_from(self.customer, "Unsure text")
        self.send_queue()
        self.env.invalidate_all()
        self.assertEqual(message.state, "unsure")
        self.chat = chat
        self.press()
        self.assertEqual(self.messages().mapped("text"), ["Unsure text"])
        self.assertEqual(self.messages(), message)

    def test_same_words_of_long_ago(self):
        """An old text with the same words settles a message that has not gone out yet."""
        message = self.write_from(self.customer, "Hello")
        message.chat_id._resolve_phone_chat(CUSTOMER_CHAT)
        self.env.cr.execute(
            "UPDATE telegram_message SET state = 'queued', attempts = 1, last_attempt_date = now()"
        )
        self.env.invalidate_all()
        self.answer(ours(1, "Hello"))
        self.press()
        self.assertEqual(len(self.messages()), 2)
        self.assertEqual(message.state, "queued")
        self.assertFalse(message.id_message)

    def test_silent(self):
        """Old messages ring, count as unread, post on contacts, or answer records."""
        self.chat.partner_id = self.customer
        self.write_from(self.customer, "A letter of today")  # what an answer would belong to
        self.send_queue()
        self.env.invalidate_all()
        self.chat._open_channel()
        before = self.customer.message_ids
        member = self.chat.channel_id.with_user(self.salesperson).self_member_id
        unread = member.message_unread_counter
        self.answer(entry(1, "Do you still?"), ours(2, "Yes"), entry(3, "Thanks"))
        self.press()
        old = self.messages().filtered(lambda message: message.date < datetime(2024, 1, 1))
        self.assertEqual(len(old), 3)
        self.assertFalse(any(old.mapped("res_id")))
        self.assertEqual(self.customer.message_ids, before)
        self.assertFalse(self.instance.activity_ids)
        self.assertLessEqual(member.message_unread_counter, unread + 1)

    def test_in_a_new_conversation(self):
        """The conversation begins with the latest that was written down, not the latest."""
        self.ingest(self.notification("Newest", timestamp=1763115112))
        self.chat.channel_id.unlink()
        self.answer(entry(1, "First"), ours(2, "Second"), entry(3, "Third"))
        self.press()
        self.chat._open_channel()
        shown = self.chat.channel_id.message_ids.sorted("id")
        texts = [str(message.body) for message in shown]
        for text, words in zip(texts, ("First", "Second", "Third", "Newest"), strict=True):
            self.assertIn(words, text)

    def test_in_an_open_conversation(self):
        """Old messages stand below the new ones, as if they were said after them."""
        self.ingest(self.notification("Newest"))
        channel = self.chat.channel_id
        before = channel.message_ids
        self.answer(entry(1, "First <b>"), ours(2, "Second"))
        self.press()
        note = channel.message_ids - before
        self.assertEqual(len(note), 1, "one note, in its own order")
        body = str(note.body)
        self.assertLess(body.index("First &lt;b&gt;"), body.index("Second"))
        self.assertIn("Earlier messages imported: 2", body)

    def test_contact_is_known(self):
        """Who has written long ago counts as a new person, whom one may hardly write to."""
        self.assertTrue(self.chat.is_new_contact)
        self.answer(entry(1), ours(2))
        self.press()
        self.assertFalse(self.chat.is_new_contact)
        self.assertEqual(self.chat.last_received_date, datetime(2023, 11, 14, 22, 13, 21))
        self.ingest(self.notification("Now"))
        latest = self.chat.last_message_date
        self.answer(entry(3))
        self.press()
        self.assertEqual(self.chat.last_message_date, latest, "an old one moves nothing")

    def test_phone_form(self):
        """A chat known by phone only: what comes is of another chat."""
        self.chat.unlink()
        self.chat = self.env["telegram.chat"]._get_or_create_for_partner(
            self.instance, self.customer
        )
        self.phone.write(CUSTOMER_CHAT, "One")
        self.press()
        self.assertEqual(self.chat.telegram_id, CUSTOMER_CHAT)
        self.assertEqual(self.messages().mapped("text"), ["One"])

    def test_odd_entries(self):
        """One entry that makes no sense keeps the others out."""
        self.answer(
            entry(1, "Good"),
            entry(1, "Good"),
            entry(2, idMessage=None),
            entry(3, typeMessage=""),
            entry(4, chatId="4711"),
            entry(5, typeMessage="editedMessage", editedMessageId="1"),
            entry(6, typeMessage="newKindMessage"),
            entry(7, timestamp=10**15),
            entry(8, "N\x00U\ud800L"),
            ours(9, statusMessage="exploded"),
            {},
        )
        message = self.press()
        self.assertIn("Messages imported: 5", message)
        self.assertIn("they are not messages: 5", message)
        by_id = {row.id_message: row for row in self.messages()}
        self.assertEqual(set(by_id), {"1", "6", "7", "8", "9"})
        self.assertEqual(by_id["8"].text, "NUL")
        self.assertEqual(by_id["9"].state, "sent")
        now = fields.Datetime.now()
        self.assertLess(now - by_id["7"].date, timedelta(hours=1))

    def test_failures(self):
        """A failed call leaves half a history, or an error page."""
        self.phone.fault("getChatHistory", "lost_before")
        with self.assertRaisesRegex(UserError, "connection"):
            self.press()
        self.phone.fault("getChatHistory", "status", status=200, body="null")
        with self.assertRaisesRegex(UserError, "not one of GREEN-API"):
            self.press()
        self.answer()
        self.assertIn("returned no messages", self.press())
        self.assertFalse(self.messages())
