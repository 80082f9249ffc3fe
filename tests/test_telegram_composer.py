# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import TelegramCase


@tagged("post_install", "-at_install")
class TestComposer(TelegramCase):
    """The window behind the chatter's Telegram button."""

    def open(self, record):
        composer = self.env["telegram.composer"].with_user(self.salesperson)
        return Form(composer.with_context(default_res_model=record._name, default_res_id=record.id))

    def test_sends_from_the_record(self):
        """The window knows whom it writes to, and the message stands on the record."""
        form = self.open(self.customer)
        self.assertEqual(form.partner_id, self.customer)
        self.assertEqual(form.recipient, "+79998887766")
        self.assertFalse(form.warning)
        form.body = "Hello"
        form.save().action_send()
        message = self.env["telegram.message"].search([("instance_id", "=", self.instance.id)])
        self.assertEqual((message.text, message._get_record()), ("Hello", self.customer))
        self.assertIn("Hello", self.customer.message_ids[0].body)

    def test_made_by_a_program(self):
        """A program says only from which record and what; the rest is found as on the screen."""
        composer = self.env["telegram.composer"].with_user(self.salesperson)
        values = {"res_model": "res.partner", "res_id": self.customer.id, "body": "Hello"}
        composer.create(values).action_send()
        message = self.env["telegram.message"].search([("instance_id", "=", self.instance.id)])
        self.assertEqual((message.text, message.partner_id), ("Hello", self.customer))

    def test_warns_before_writing(self):
        """Who cannot be reached is told when the window opens, not after the text is written."""
        nobody = self.env["res.partner"].create({"name": "No phone"})
        form = self.open(nobody)
        self.assertFalse(form.recipient)
        self.assertIn("neither a Telegram chat nor a phone", form.warning)
        form.body = "Hello"
        with self.assertRaisesRegex(UserError, "neither a Telegram chat nor a phone"):
            form.save().action_send()

    def test_opening_makes_no_chat(self):
        """Looking at the window leaves nothing behind."""
        self.open(self.customer)
        self.assertFalse(self.env["telegram.chat"].search([("instance_id", "=", self.instance.id)]))

    def test_warns_about_the_account(self):
        """A message that will wait for the account says so; it may be sent all the same."""
        self.instance._take_state("notAuthorized")
        form = self.open(self.customer)
        self.assertIn("The message waits", form.warning)
        form.body = "Later"
        form.save().action_send()

    def test_empty(self):
        """An empty message is refused and nothing is queued."""
        form = self.open(self.customer)
        form.body = "   "
        with self.assertRaisesRegex(UserError, "empty"):
            form.save().action_send()
