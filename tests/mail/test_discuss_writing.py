# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
# pylint: disable=translation-required  # what users write

import json

from odoo.exceptions import AccessError, UserError

from ..common import CUSTOMER_CHAT
from .discuss_case import DiscussCase


class TestWriting(DiscussCase):
    """What a member writes in Discuss goes out."""

    def setUp(self):
        super().setUp()
        self.ingest(self.notification("Hello", idMessage="1"))

    def test_write(self):
        """A message reaches the customer once, and its echo does not appear again."""
        mail_message = self.post("Good <b>day</b>!<br>How are you?")
        message = self.queued()
        self.assertEqual(message.text, "Good day!\nHow are you?")
        self.assertIn(mail_message, message.mail_message_ids)
        self.send_queue()
        self.receive()
        self.assertEqual([row["message"] for row in self.phone.ledger()], [message.text])
        self.assertEqual(len(self.conversation()), 2)
        self.assertIn(message.state, ("sent", "delivered", "read"))

    def test_keys_of_the_caller(self):
        """A caller by RPC hid a message from the conversation with a key in the context."""
        keys = dict.fromkeys(
            ("telegram_is_shown", "telegram_show_later", "telegram_notify_later"), True
        )
        instance = self.instance.with_user(self.salesperson).with_context(**keys)
        message = instance.send_text(CUSTOMER_CHAT, "Seen by all")
        self.assertEqual(self.texts(), ["Hello", "Seen by all"])
        told = self.env.cr.precommit.data
        told.pop("bus.bus.values", None)
        message.action_cancel()
        self.assertTrue(told.get("bus.bus.values"), "the web clients are told")

    def test_reply(self):
        """A reply quotes the message that it answers."""
        [hello] = self.conversation()
        self.post("Yes?", parent_id=hello.id)
        self.assertEqual(self.queued().quoted_id_message, "1")

    def test_too_long(self):
        """A text that is too long is refused before anything is posted."""
        with self.assertRaisesRegex(UserError, "the maximum is 4096"):
            self.post("x" * 4097)
        self.assertEqual(self.texts(), ["Hello"])

    def test_empty(self):
        """Nothing but spaces is refused, too."""
        with self.assertRaisesRegex(UserError, "empty"):
            self.post("<p><br></p>")
        self.assertFalse(self.queued())

    def test_file_without_text(self):
        """A program that gives no text wrote “None” with its file."""
        channel = self.channel.with_user(self.salesperson)
        files = self.env["ir.attachment"].with_user(self.salesperson)
        file = files.create({"name": "offer.pdf", "raw": b"%PDF-1.4"})
        posted = channel.message_post(attachment_ids=file.ids, message_type="comment")
        self.assertFalse(posted.body)
        self.assertFalse(self.queued().text)

    def test_note_stays_here(self):
        """What Odoo itself notes in the conversation does not go to the customer."""
        self.channel.message_post(body="A note", message_type="notification")
        self.assertFalse(self.queued())

    def test_no_longer_an_operator(self):
        """Who is no operator any more writes nothing, even in a window that is still open."""
        self.instance.operator_ids = self.colleague
        with self.assertRaises(AccessError):
            self.post("Me again")
        self.assertFalse(self.queued())

    def test_chat_is_gone(self):
        """In a conversation without its chat nobody is reached, and that is said."""
        channel = self.channel
        self.chat.channel_id = False
        with self.assertRaisesRegex(UserError, "was deleted"):
            channel.with_user(self.salesperson).sudo().message_post(
                body="Anybody?", message_type="comment"
            )

    def test_states(self):
        """The browser learns how far a message has come; a failure is among its author's."""
        mail_message = self.post("Hello")
        message = self.queued()
        [shown] = self.store_of(mail_message, self.colleague)["mail.message"]
        self.assertEqual(shown["telegram_state"], "queued")
        self.assertFalse(mail_message.notification_ids)
        message._set_state(
            {"state": "error", "failure_type": "refused", "failure_reason": "Not allowed"}
        )
        [shown] = self.store_of(mail_message, self.colleague)["mail.message"]
        self.assertEqual(shown["telegram_state"], "error")
        notification = mail_message.notification_ids
        self.assertEqual(notification.notification_status, "exception")
        self.assertEqual(notification.author_id, self.salesperson.partner_id)
        message.attempts = 1
        message.with_user(self.salesperson).action_retry()
        self.assertEqual(notification.notification_status, "ready")

    def test_state_is_the_last_word(self):
        """Browsers get the state after the message itself, which was not queued yet by then."""
        self.env.cr.precommit.data.pop("bus.bus.values", None)
        self.post("Hello")
        sent = [json.loads(row["message"]) for row in self.env.cr.precommit.data["bus.bus.values"]]
        states = [
            message["telegram_state"]
            for row in sent
            for message in row["payload"].get("data", row["payload"]).get("mail.message", [])
            if "telegram_state" in message
        ]
        self.assertEqual(states[-1], "queued")

    def test_no_reactions(self):
        """A reaction that the customer would never see is refused in words."""
        with self.assertRaisesRegex(UserError, "does not support reactions"):
            self.conversation()._message_reaction(
                "👍", "add", self.salesperson.partner_id, self.env["mail.guest"]
            )

    def test_colleague_is_not_rung(self):
        """A colleague's answer to a customer rings nobody."""
        message = self.post("I take care of it")
        self.assertEqual(self.channel._notify_get_recipients(message), [])
