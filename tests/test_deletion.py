# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from .common import TelegramCase


@tagged("post_install", "-at_install")
class TestDeletion(TelegramCase):
    """The questions before a deletion, and before an account is archived."""

    def test_one_or_many(self):
        """One chat or account would be spoken of as many, or many as one."""
        chat = self.ingest(self.notification("Is it in stock?")).message_id.chat_id
        other = self.env["telegram.chat"]._get_or_create(self.instance, "10000088")
        self.assertIn("With the chat you delete its messages (1)", chat.get_deletion_message())
        self.assertTrue(chat.get_deletion_message().endswith(f"Chat: {chat.name}"))
        self.assertIn("With the chats", (chat | other).get_deletion_message())
        account, both = self.instance, self.instance | self._create_instance(self._create_phone())
        self.assertTrue(account.get_deletion_message().endswith(f"Account: {account.name}"))
        self.assertIn("With the accounts you delete their chats", both.get_deletion_message())

    def test_archiving(self):
        """Odoo only asks whether one is sure: nobody knew that messages go on waiting."""
        self.instance.send_text("10000077", "Ready")
        question = self.instance.get_archiving_message()
        self.assertIn("nothing is sent or received with it", question)
        self.assertIn("Messages that wait to be sent (1)", question)
        self.assertTrue(question.endswith(f"Account: {self.instance.name}"))
        both = self.instance | self._create_instance(self._create_phone())
        self.assertIn("nothing is sent or received with them", both.get_archiving_message())
