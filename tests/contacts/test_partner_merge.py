# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.fields import Command
from odoo.tests import tagged

from ..common import TelegramCase


@tagged("post_install", "-at_install")
class TestPartnerMerge(TelegramCase):
    """What belongs to a contact belongs to the one that it is merged into."""

    def setUp(self):
        super().setUp()
        self.remaining = self.env["res.partner"].create({"name": "Ivanova V."})
        self.ingest(self.notification())
        self.chat = self.env["telegram.chat"].search([("partner_id", "=", self.customer.id)])

    def merge(self):
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard._merge((self.customer | self.remaining).ids, self.remaining)
        self.assertFalse(self.customer.exists())

    def test_record(self):
        """Messages, and a group, keep no id of a contact that is gone."""
        message = self.write_from(self.customer, "Hello")
        group = self.env["telegram.chat"]._get_or_create(self.instance, "-1000", name="Team")
        group._tie_to_record(self.customer)
        group.active = False
        self.merge()
        self.assertEqual(message._get_record(), self.remaining)
        self.assertEqual(message.record_name, self.remaining.display_name)
        self.assertEqual(group._get_record(), self.remaining)
        self.assertEqual(self.chat.partner_id, self.remaining)

    def test_answer_comes_to_the_remaining_one(self):
        """An answer to what was written from the merged contact is posted on the other one."""
        self.write_from(self.customer, "Hello")
        self.send_queue()
        self.merge()
        message = self.ingest(self.notification("Fine", idMessage="2")).message_id
        self.assertEqual(message._get_record(), self.remaining)
        self.assertIn("Fine", self.remaining.message_ids[0].body)

    def test_who_sees_the_chat(self):
        """The salesperson of the remaining contact alone sees the chat, and is its member."""
        colleague = self.create_user("merge_colleague", "user")
        self.instance.write({"operator_ids": [Command.link(colleague.id)], "visibility": "own"})
        self.customer.user_id = self.salesperson
        self.remaining.user_id = colleague
        channel = self.chat._open_channel()
        self.assertEqual(channel.channel_member_ids.partner_id, self.salesperson.partner_id)
        self.merge()
        self.assertEqual(self.chat.restricted_user_id, colleague)
        self.assertEqual(channel.channel_member_ids.partner_id, colleague.partner_id)
        self.assertEqual(channel.name, self.remaining.name)
