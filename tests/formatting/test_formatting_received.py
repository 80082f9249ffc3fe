# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from ...client.journal_notifications import as_notification
from ...tools.formatting import Rules
from ..common import CUSTOMER_CHAT
from ..mail.discuss_case import DiscussCase
from ..settings import EVERYTHING_ON
from .formatting_case import MODES, set_formatting

LITERAL = "1200*600*50 a_b_c@x.org"


class TestReceived(DiscussCase):
    """A customer's bold text comes in full of asterisks, or a size without them."""

    def set_mode(self, mode, doubled, back):
        self.phone.change(formatting=mode, doubledMarks=doubled, formattingBack=back)
        set_formatting(self.instance, MODES[mode, doubled], back)

    def last(self):
        return self.chat.message_ids.sorted("id")[-1]

    def test_customer(self):
        """Marks of a customer become formatting, in the conversation and in the chatter."""
        text = "*Urgent*: 1200*600*50\n> your offer\n`x_1` <b>no</b>"
        for mode in (("greedy", "one", "raw"), ("whatsapp", "one", "doubled")):
            with self.subTest(mode=mode):
                self.set_mode(*mode)
                self.phone.write(CUSTOMER_CHAT, text)
                self.receive()
                message = self.last()
                self.assertEqual(
                    message.text, "Urgent: 1200*600*50\nyour offer\nx_1 <b>no</b>", message.text
                )
                for body in (self.conversation()[-1].body, self.customer.message_ids[0].body):
                    self.assertIn("<strong>Urgent</strong>", body)
                    self.assertIn("your offer</blockquote>", body)
                    self.assertIn("<code>x_1</code>", body)
                    self.assertIn("&lt;b&gt;no&lt;/b&gt;", body)

    def test_literal(self):
        """What a customer did not format is shown as it is, in every way it is reported."""
        for mode in (("greedy", "one"), ("greedy", "two"), ("whatsapp", "format")):
            for back in ("raw", "stripped", "doubled"):
                with self.subTest(mode=mode, back=back):
                    self.set_mode(*mode, back)
                    self.phone.write(CUSTOMER_CHAT, LITERAL, literal=True)
                    self.receive()
                    self.assertEqual(self.last().text, LITERAL)
                    self.assertFalse(self.last().text_entities)

    def test_unknown(self):
        """Before a test, all is shown as it came."""
        self.phone.change(formatting="whatsapp")
        self.phone.write(CUSTOMER_CHAT, "*Urgent*")
        self.receive()
        self.assertEqual(self.last().text, "*Urgent*")

    def test_markup_of_a_customer(self):
        """Formatting never lets the markup of a customer run."""
        self.set_mode("whatsapp", "one", "raw")
        evil = "*<script>alert(1)</script>* `<img src=x onerror=alert(1)>`\n> <a href='x'>y</a>"
        self.phone.write(CUSTOMER_CHAT, evil)
        self.receive()
        for body in (self.conversation()[-1].body, self.customer.message_ids[0].body):
            self.assertIn("<strong>&lt;script&gt;", body)
            for tag in ("<script", "<img", "<a href='x'"):
                self.assertNotIn(tag, body)

    def test_written_on_the_phone(self):
        """A text that the owner writes on the phone is shown with its formatting."""
        self.set_mode("whatsapp", "one", "raw")
        self.phone.write(CUSTOMER_CHAT, "Hi")
        self.phone.write_as_owner(CUSTOMER_CHAT, "_Tomorrow_ at 9")
        self.receive()
        self.assertEqual(self.last().text, "Tomorrow at 9")
        self.assertIn("<em>Tomorrow</em>", self.conversation()[-1].body)

    def test_edit(self):
        """A customer's edit changes the text and its formatting."""
        self.set_mode("whatsapp", "one", "raw")
        self.phone.change(settings={**EVERYTHING_ON, "editedMessageWebhook": "yes"})
        id_message = self.phone.write(CUSTOMER_CHAT, "*Two* chairs")
        self.receive()
        message = self.last()
        self.phone.edit(CUSTOMER_CHAT, id_message, "Two *red* chairs")
        self.receive()
        self.env.invalidate_all()
        self.assertEqual(message.text, "Two red chairs")
        [shown] = self.conversation()
        self.assertIn("<strong>red</strong>", shown.body)
        self.assertEqual(self.last().former_text, "Two chairs")

    def test_caption(self):
        """A caption is read as a text is."""
        self.set_mode("whatsapp", "one", "raw")
        self.phone.write_file(CUSTOMER_CHAT, "a.pdf", b"%PDF-1.4", "The *signed* one")
        self.receive()
        self.assertEqual(self.last().text, "The signed one")
        self.assertIn("<strong>signed</strong>", self.conversation()[-1].body)
        self.assertIn("<strong>signed</strong>", self.customer.message_ids[0].body)

    def test_own_message_stays(self):
        """The echo of a message from Odoo, however reported, does not change its text."""
        for back in ("raw", "stripped", "doubled"):
            with self.subTest(back=back):
                self.set_mode("greedy", "one", back)
                message = self.instance.send_text(CUSTOMER_CHAT, f"*Sale* {LITERAL}")
                self.send_queue()
                self.receive()
                self.assertEqual(message.text, f"*Sale* {LITERAL}")
                self.assertEqual(self.last(), message)

    def test_own_edit_stays(self):
        """The echo of an edit from Odoo, however reported, does not change the text back."""
        settings = {**EVERYTHING_ON, "editedMessageWebhook": "yes"}
        for back in ("raw", "stripped", "doubled"):
            with self.subTest(back=back):
                self.set_mode("greedy", "one", back)
                self.phone.change(settings=settings)
                message = self.instance.send_text(CUSTOMER_CHAT, "Hello")
                self.send_queue()
                self.receive()
                message.edit(f"*Sale* {LITERAL}")
                self.send_queue()
                self.receive()
                self.env.invalidate_all()
                self.assertEqual(message.text, f"*Sale* {LITERAL}")
                self.assertFalse(message.text_entities)
                message.edit(f"*Sale* {LITERAL}", formatting=True)
                self.send_queue()
                self.receive()
                self.env.invalidate_all()
                self.assertEqual(message.text, f"Sale {LITERAL}")
                self.assertEqual(message.text_entities[0]["type"], "bold")

    def test_history(self):
        """The history of a chat is read as its events are."""
        self.phone.change(formatting="whatsapp", doubledMarks="one")
        set_formatting(self.instance, Rules("words", "one"))
        self.phone.write(CUSTOMER_CHAT, "Hi")
        self.receive()
        entry = {
            "type": "incoming",
            "idMessage": "77",
            "timestamp": 1763115000,
            "typeMessage": "textMessage",
            "chatId": CUSTOMER_CHAT,
            "textMessage": "*old*",
        }
        [found] = self.ingest_journal(entry)
        self.assertEqual((found.text, found.text_entities[0]["type"]), ("old", "bold"))

    def ingest_journal(self, entry):
        """Store an entry of a journal as a missed message and process it."""
        return self.ingest(as_notification(entry)).message_id
