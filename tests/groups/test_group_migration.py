# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timezone

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import CUSTOMER_CHAT
from .group_case import ManagedGroupCase

UTC = timezone.utc


@tagged("post_install", "-at_install")
class TestGroupMigration(ManagedGroupCase):
    """A group that Telegram has turned into a supergroup, with a new ID."""

    def setUp(self):
        super().setUp()
        self.group = self.group.with_env(self.env)
        self.order = self.env["res.partner"].create({"name": "Order 5"})
        self.group._tie_to_record(self.order)
        self.phone.write(self.group.telegram_id, "Before", sender=CUSTOMER_CHAT)
        self.receive()

    def migrate(self, text="After"):
        """Let the group become a supergroup, in which the customer writes; return its chat."""
        self.phone.advance(5)
        chat_id = self.phone.migrate_group(self.group.telegram_id)["chatId"]
        self.phone.write(chat_id, text, sender=CUSTOMER_CHAT)
        self.receive()
        return self.chats.search([("telegram_id", "=", chat_id)])

    def test_offered_and_moved(self):
        """With one click the record, the history and the conversation move along."""
        supergroup = self.migrate()
        self.assertEqual(supergroup.chat_type, "supergroup")
        operator = supergroup.with_user(self.salesperson)
        self.assertEqual(operator.same_group_id, self.group)
        self.assertEqual(self.group.with_user(self.salesperson).same_group_id, supergroup)
        waiting = self.instance.send_text(self.group.telegram_id, "Not sent yet")
        former = self.group
        action = operator.action_merge_group()
        self.assertEqual(action["res_id"], supergroup.id)
        self.assertFalse(former.exists())
        self.assertEqual(supergroup._get_record(), self.order)
        texts = supergroup.message_ids.sorted("id").mapped("text")
        self.assertEqual(texts, ["Before", "After", "Not sent yet"])
        self.assertFalse(operator.same_group_id)
        posts = self.env["mail.message"].search(
            [("model", "=", "discuss.channel"), ("res_id", "=", supergroup.channel_id.id)]
        )
        self.assertEqual(set(posts.telegram_message_ids), set(supergroup.message_ids))
        self.assertEqual(self.members(supergroup)["Vasilisa Ivanova"], "Member")
        # What follows is posted on the record, and what waits is sent to the supergroup.
        self.send_queue()
        self.assertEqual(waiting.state, "sent")
        self.assertEqual(self.phone.ledger()[-1]["chatId"], supergroup.telegram_id)
        self.phone.write(supergroup.telegram_id, "Later", sender=CUSTOMER_CHAT)
        self.receive()
        self.assertIn("Later", self.order.message_ids[0].body)

    def test_from_the_former_group(self):
        """The same from the former group; a name that was given in Odoo stays."""
        self.group.with_user(self.manager).name = "Builders"
        supergroup = self.migrate()
        action = self.group.with_user(self.salesperson).action_merge_group()
        self.assertEqual(action["res_id"], supergroup.id)
        self.assertEqual(supergroup.name, "Builders")
        self.assertTrue(supergroup.is_name_own)

    def test_equal_ids(self):
        """Messages of both with the same ID are two messages."""
        supergroup = self.migrate()
        self.group.message_ids.id_message = supergroup.message_ids.id_message
        self.group.action_merge_group()
        self.assertEqual(supergroup.message_ids.sorted("id").mapped("text"), ["Before", "After"])

    def test_other_groups(self):
        """A group with the same name only, of other people or still in use, is another one."""
        supergroup = self.migrate()
        with self.subTest("other people"):
            members = self.group.member_ids.filtered(lambda member: not member.is_self)
            former = members.mapped("user_chat_id")
            for member in members:
                member.user_chat_id = f"5{member.user_chat_id}"
            self.assertFalse(supergroup.same_group_id)
            with self.assertRaisesRegex(UserError, "No other group"):
                supergroup.action_merge_group()
            for member, chat_id in zip(members, former, strict=True):
                member.user_chat_id = chat_id
            self.env.invalidate_all()
            self.assertTrue(supergroup.same_group_id)
        with self.subTest("still in use"):
            self.phone.advance(5)
            self.ingest(
                self.notification(
                    "Still here",
                    idMessage="99",
                    timestamp=int(supergroup.message_ids.date.replace(tzinfo=UTC).timestamp()) + 60,
                    senderData={
                        **self.notification()["senderData"],
                        "chatId": self.group.telegram_id,
                        "chatType": "group",
                        "chatName": "Team",
                    },
                )
            )
            self.env.invalidate_all()
            self.assertFalse(supergroup.same_group_id)

    def test_while_sending(self):
        """A message whose outcome is not known keeps the group where it is."""
        supergroup = self.migrate()
        message = self.instance.send_text(self.group.telegram_id, "Maybe")
        message.state = "unsure"
        with self.assertRaisesRegex(UserError, "being sent or checked"):
            supergroup.action_merge_group()
        self.assertTrue(self.group.exists())
