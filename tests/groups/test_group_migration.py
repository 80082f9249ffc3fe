# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import json
from datetime import timedelta, timezone

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.sending.unsure import JOURNAL_LAG
from ..common import CUSTOMER_CHAT
from .group_case import ManagedGroupCase, draw

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

    def test_one_conversation_with_its_files(self):
        """The former conversation is gone from Discuss, and its files are in the other one."""
        self.phone.write_file(self.group.telegram_id, "plan.png", draw("PNG"), sender=CUSTOMER_CHAT)
        self.receive()
        former = self.group.channel_id
        supergroup = self.migrate()
        self.assertNotEqual(supergroup.channel_id, former)
        files = self.group.message_ids.mail_message_ids.attachment_ids
        self.assertIn("plan.png", files.mapped("name"))
        supergroup.with_user(self.salesperson).action_merge_group()
        self.assertFalse(former.exists())
        self.assertEqual(files.exists(), files)
        for file in files.with_user(self.salesperson):
            self.assertEqual(file.raw, draw("PNG"), file.res_model)

    def test_from_the_former_group(self):
        """The same from the former group; a name that was given in Odoo stays."""
        self.group.with_user(self.manager).name = "Builders"
        supergroup = self.migrate()
        action = self.group.with_user(self.salesperson).action_merge_group()
        self.assertEqual(action["res_id"], supergroup.id)
        self.assertEqual(supergroup.name, "Builders")
        self.assertTrue(supergroup.is_name_own)

    def test_later_equal_ids(self):
        """A later message of the supergroup with the ID of a moved one was taken for known."""
        supergroup = self.migrate()
        moved = self.group.message_ids
        former_id = moved.id_message
        self.group.action_merge_group()
        self.ingest(self.group_notification(supergroup.telegram_id, "New", idMessage=former_id))
        self.assertEqual(supergroup.message_ids.sorted("id")[-1].text, "New")

    def test_late_reports_of_the_former_group(self):
        """Statuses and messages that GREEN-API reports late under the former ID got no message,
        and the former group was there again."""
        ours = self.instance.send_text(self.group.telegram_id, "Ours")
        self.send_queue()
        ours.write({"state": "sent", "id_message": "51"})
        group_id = self.group.telegram_id
        supergroup = self.migrate()
        self.group.action_merge_group()
        self.ingest(self.status(ours, "read", idMessage="51", chatId=group_id))
        self.assertEqual(ours.state, "read")
        late = self.group_notification(group_id, "Late", idMessage="52", name="Old name")
        self.ingest(late)
        self.assertFalse(self.chats.search([("telegram_id", "=", group_id)]))
        self.assertEqual(supergroup.message_ids.sorted("id")[-1].text, "Late")
        self.assertEqual((supergroup.chat_type, supergroup.name), ("supergroup", "Team"))
        self.assertEqual(supergroup.message_ids.sorted("id")[-1].former_id_message, "52")
        echo = self.group_notification(
            group_id, "Ours", idMessage="51", typeWebhook="outgoingAPIMessageReceived"
        )
        count = len(supergroup.message_ids)
        self.ingest(echo)
        self.assertEqual(len(supergroup.message_ids), count)

    @mute_logger("odoo.addons.telegram_green_api.models.sending.unsure")
    def test_moved_messages_are_recognized(self):
        """A moved message whose ID was removed took the echo of an unsure message of today."""
        ours = self.instance.send_text(self.group.telegram_id, "Same words")
        self.send_queue()
        supergroup = self.migrate()
        ours.id_message = supergroup.message_ids[:1].id_message
        ours.state = "sent"
        self.group.action_merge_group()
        message = self.instance.send_text(supergroup.telegram_id, "Same words")
        self.phone.fault("sendMessage", "lost_after")
        self.send_queue()
        self.assertEqual(message.state, "unsure")
        self.receive()
        self.assertIn(message.state, ("sent", "delivered"))
        self.assertTrue(message.id_message)

    @mute_logger("odoo.addons.telegram_green_api.models.sending.unsure")
    def test_migrated_between_attempt_and_check(self):
        """The journal has the message under the new ID: it was sent a second time."""
        for is_known in (True, False):
            with self.subTest(is_known=is_known):
                message = self.instance.send_text(self.group.telegram_id, f"Once {is_known}")
                self.phone.fault("sendMessage", "lost_before")
                self.instance.send_after = False
                self.send_queue()
                self.phone.clear_faults()
                chat_id = self.migrate().telegram_id if is_known else "-1009999999999"
                row = {
                    "type": "outgoing",
                    "idMessage": f"77{is_known:d}",
                    "timestamp": int(self.phone.now()),
                    "typeMessage": "textMessage",
                    "chatId": chat_id,
                    "textMessage": message.text,
                    "sendByApi": True,
                }
                for _run in range(3):
                    body = json.dumps([row])
                    self.phone.fault("lastOutgoingMessages", "status", status=200, body=body)
                    self.instance.send_after = False
                    self.send_queue()
                    if message.missing_since_date:
                        message.missing_since_date -= timedelta(seconds=JOURNAL_LAG)
                self.assertEqual(message.state, "sent" if is_known else "unsure")
                self.assertFalse(message.is_being_checked, "a person decides")
                self.assertFalse(
                    [each for each in self.phone.ledger() if each["message"] == message.text]
                )
                message.write({"state": "sent"})

    def group_notification(self, chat_id, text, name="Team", **values):
        """Give a text in a group as the service reports it."""
        sender = {
            **self.notification()["senderData"],
            "chatId": chat_id,
            "chatType": "group",
            "chatName": name,
        }
        return self.notification(
            text, senderData=sender, **{"timestamp": int(self.phone.now()), **values}
        )

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
