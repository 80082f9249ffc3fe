# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from .common import TelegramCase


@tagged("post_install", "-at_install")
class TestDeletion(TelegramCase):
    """The question before a deletion."""

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
