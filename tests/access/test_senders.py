# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
# pylint: disable=translation-required  # what users write

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..common import CUSTOMER_CHAT, TelegramCase


@tagged("post_install", "-at_install")
class TestSenders(TelegramCase):
    """A sender, such as an accountant, writes from records and sees nobody's conversations."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sender = cls.create_user("telegram_sender", "user", "contacts")
        cls.instance.operator_ids = [Command.set(cls.salesperson.ids)]
        cls.instance.sender_ids = [Command.set(cls.sender.ids)]

    def setUp(self):
        super().setUp()
        self.ingest(self.notification("My secret wish"))
        self.chat = self.env["telegram.chat"]._find(self.instance, CUSTOMER_CHAT)
        self.channel = self.chat._open_channel()

    def write(self, text):  # pylint: disable=method-required-super
        """Write from the customer's form as a person does."""
        composers = self.env["telegram.composer"].with_user(self.sender)
        place = {"default_res_model": "res.partner", "default_res_id": self.customer.id}
        form = Form(composers.with_context(**place))
        self.assertEqual(form.instance_id, self.instance)
        form.body = text
        form.save().action_send()
        return self.env["telegram.message"].search([("text", "=", text)])

    def test_sends(self):
        """The message arrives in the customer's chat, and its sender can follow it."""
        message = self.write("Your invoice")
        self.assertEqual(message.chat_id, self.chat)
        self.send_queue()
        self.assertEqual(message.state, "sent")
        [sent] = [m for m in self.phone.messages(CUSTOMER_CHAT) if not m.get("isIncoming")][-1:]
        self.assertEqual(sent["text"], "Your invoice")
        own = message.with_user(self.sender)
        own.read()
        self.assertEqual(own.search([]), own)
        own.edit("Your invoice of May")
        self.send_queue()
        self.assertEqual(message.text, "Your invoice of May")

    def test_sends_to_many(self):
        """The same from a list, to customers with and without a chat."""
        other = self.env["res.partner"].create({"name": "Other", "phone": "+79998887700"})
        people = self.customer | other
        composers = self.env["telegram.composer"].with_user(self.sender)
        values = {"res_model": "res.partner", "res_ids": repr(people.ids), "body": "Hello"}
        composer = composers.create({**values, "instance_id": self.instance.id})
        self.assertNotIn(self.chat.name, (composer.preview or "").replace(self.customer.name, ""))
        action = composer.action_send()
        messages = self.env["telegram.message"].browse(action["params"]["message_ids"])
        self.assertEqual(messages.partner_id, people)
        self.assertEqual(messages.with_user(self.sender).mapped("state"), ["queued"] * 2)

    def test_sees_no_chats(self):
        """Neither chats nor conversations nor others' messages are seen."""
        self.write("Your invoice")
        chats = self.env["telegram.chat"].with_user(self.sender)
        self.assertFalse(chats.search([]))
        with self.assertRaises(AccessError):
            self.chat.with_user(self.sender).read(["name"])
        messages = self.env["telegram.message"].with_user(self.sender)
        self.assertEqual(messages.search([]).mapped("text"), ["Your invoice"])
        with self.assertRaises(AccessError):
            self.chat.message_ids.filtered(lambda m: m.text == "My secret wish").with_user(
                self.sender
            ).read(["text"])
        self.assertNotIn(self.sender.partner_id, self.channel.channel_member_ids.partner_id)
        self.assertFalse(self.channel.with_user(self.sender).has_access("read"))
        with self.assertRaises(AccessError):
            self.channel.with_user(self.sender).message_post(body="Hi", message_type="comment")

    def test_asks_for_no_chats(self):
        """What GREEN-API tells about chats of the account is for operators."""
        instance = self.instance.with_user(self.sender)
        for call in (
            lambda: instance.find_groups("Team"),
            lambda: instance.create_group("Team", self.customer.with_user(self.sender)),
        ):
            with self.assertRaisesRegex(AccessError, "not an operator"):
                call()
        self.assertFalse(self.phone.requests("getChats") + self.phone.requests("createGroup"))

    def test_form_links_to_nothing_hidden(self):
        """In the form of an own message, Chat was a link that ended in an access error."""
        message = self.write("Your invoice")
        form = Form(message.with_user(self.sender))
        self.assertFalse(form.is_chat_readable)
        self.assertEqual(form.chat_label, self.customer.display_name)
        form = Form(message.with_user(self.salesperson))
        self.assertTrue(form.is_chat_readable)

    def test_form_names_no_hidden_customer(self):
        """A customer whom the sender may not read any more is not named by his chat."""
        message = self.write("Your invoice")
        self.customer.company_id = self.env["res.company"].create({"name": "Other"})
        own = message.with_user(self.sender)
        self.assertEqual(own.chat_label, "Telegram chat")

    def test_no_longer(self):
        """Who is no sender any more cannot write, and does not see the messages any more."""
        message = self.write("Your invoice")
        self.instance.sender_ids = [Command.clear()]
        self.assertFalse(message.with_user(self.sender).has_access("read"))
        with self.assertRaises(AccessError):
            self.customer.with_user(self.sender)._message_telegram(
                "Hello", instance=self.instance.with_user(self.sender)
            )

    def test_answers(self):
        """The answer to a sender's message appears on the record, which the sender reads."""
        self.write("Your invoice")
        self.send_queue()
        self.ingest(self.notification("Paid", idMessage="3"))
        bodies = self.customer.with_user(self.sender).message_ids.mapped("body")
        self.assertTrue(any("Paid" in body for body in bodies))
