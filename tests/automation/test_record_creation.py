# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
# pylint: disable=translation-required  # what users write

from datetime import datetime, timedelta
from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..team.test_inbox import START, InboxCase


class RecordCreationCase(InboxCase):
    """Conversations create records; here contacts stand for leads and tasks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.instance.create_model_id = cls.env["ir.model"]._get("res.partner")
        cls.instance.create_defaults = "{'ref': 'telegram', 'company_type': 'person'}"

    def get_records(self):
        """Return the records that conversations have created."""
        return self.env["res.partner"].search([("ref", "=", "telegram")], order="id")


@tagged("post_install", "-at_install")
class TestRecordCreation(RecordCreationCase):
    """Records that are created, used again and filled."""

    def test_created_once(self):
        """Each message of a conversation would create a record, or none."""
        chat = self.write_in(0, "Is the red one in stock?\nI need two.")
        record = self.get_records()
        self.assertEqual(record.name, "Vasilisa: Is the red one in stock?")
        self.write_in(60, "Hello?")
        self.assertEqual(self.get_records(), record)
        self.assertEqual(chat.message_ids.mapped("res_id"), [record.id] * 2)
        self.assertIn("Hello?", record.message_ids[0].body)

    def test_several_messages_at_once(self):
        """Each message of a batch would create a record, such as after an outage."""
        self.ingest(*(self.prepare(seconds, "Hello") for seconds in (0, 1, 2)))
        record = self.get_records()
        self.assertEqual(len(record), 1)
        self.assertEqual(self.get_chat().message_ids.mapped("res_id"), [record.id] * 3)

    def test_contact_without_address(self):
        """The name of a contact would become the e-mail address of the record."""
        self.customer.email = False
        self.write_in(0)
        self.assertFalse(self.get_records().email)

    def test_closed_record(self):
        """A customer who comes back would write into a record that nobody opens any more."""
        self.write_in(0)
        first = self.get_records()
        first.active = False
        self.write_in(60)
        second = self.get_records()
        self.assertTrue(second)
        self.assertNotEqual(second, first)

    def test_after_some_days(self):
        """A question of next year would belong to the record of this one."""
        chat = self.write_in(0)
        past = chat.last_message_date - timedelta(days=31)
        chat.sudo().write({"last_message_date": past, "last_received_date": past})
        self.write_in(60)
        self.assertEqual(len(self.get_records()), 2)

    def test_own_mailings_do_not_count(self):
        """A person who gets mailings would never create a new record, however long they were
        silent."""
        chat = self.write_in(0)
        chat.sudo().last_received_date -= timedelta(days=31)
        self.customer.with_user(self.salesperson)._message_telegram_batch(
            {self.customer.id: "Sale!"}, instance=self.instance.with_user(self.salesperson)
        )
        self.write_in(60)
        self.assertEqual(len(self.get_records()), 2)

    def test_days_shorter_than_reply_matching(self):
        """A question of another month would belong to a record because it was answered once."""
        self.instance.write({"create_days": 3, "reply_days": 7})
        chat = self.write_in(0)
        record = self.get_records()
        answer = self.answer_from(record, "It costs 5.")
        self.send_queue()
        now = fields.Datetime.now()
        for silent, sent, count in ((2, 2, 1), (5, 2, 1), (5, 5, 2)):
            with self.subTest(silent=silent, sent=sent):
                chat.sudo().last_received_date = now - timedelta(days=silent)
                answer.date = now - timedelta(days=sent)
                self.write_now(f"Hello {silent} {sent}")
                self.assertEqual(len(self.get_records()), count)

    def test_days_do_not_end_other_records(self):
        """An answer to a reminder of an order would create a lead."""
        self.instance.write({"create_days": 3, "reply_days": 7})
        answer = self.write_from(self.customer, "Your order is ready.")
        self.send_queue()
        answer.date = fields.Datetime.now() - timedelta(days=5)
        self.write_now("Thank you")
        self.assertFalse(self.get_records())

    def test_update_by_answers(self):
        """What an app does on an answer by e-mail, such as reopening a ticket, would not happen."""
        model, updated = type(self.env["res.partner"]), []

        def message_update(record, msg_dict, update_vals=None):
            updated.append((record.id, msg_dict["body"], msg_dict["author_id"]))
            return True

        with patch.object(model, "message_update", message_update):
            self.write_in(0, "Is it in stock?")
            record = self.get_records()
            self.assertEqual(updated, [], "the record was created by this message")
            self.ingest(self.prepare(60, "Hello?"), self.prepare(61, "Anyone?"))
            self.answer_from(record, "Yes")
            self.send_queue()
            self.write_now("Good")
        expected = [
            (record.id, f"<p>{text}</p>", self.customer.id)
            for text in ("Hello?", "Anyone?", "Good")
        ]
        self.assertEqual(updated, expected)

    def answer_from(self, record, text):
        """Answer the customer from the record."""
        post = record.with_user(self.salesperson)._message_telegram(text, partner=self.customer)
        return self.env["telegram.message"].search([("mail_message_ids", "in", post.ids)])

    def write_now(self, text):
        """Let the customer write at this time."""
        seconds = int((fields.Datetime.now() - datetime(1970, 1, 1)).total_seconds()) - START
        self.written = getattr(self, "written", 0) + 1
        return self.write_in(seconds + self.written, text)

    def test_quoted_answer_from_discuss(self):
        """A customer who quotes what we wrote in Discuss would drop off the lead."""
        chat = self.write_in(0)
        chat._open_channel().with_user(self.salesperson).message_post(
            body="In which color?", message_type="comment"
        )
        self.send_queue()
        answer = chat.message_ids.filtered(lambda each: each.direction == "outgoing")
        quote = {
            "typeMessage": "quotedMessage",
            "extendedTextMessageData": {"text": "Red", "stanzaId": answer.id_message},
            "quotedMessage": {"stanzaId": answer.id_message, "typeMessage": "textMessage"},
        }
        self.ingest(self.prepare(60, messageData=quote))
        record = self.get_records()
        self.assertEqual(len(record), 1)
        self.assertIn("Red", record.message_ids[0].body)

    def test_failing_code_of_an_app(self):
        """A mistake in another app would keep the customer's message from being received."""
        model = type(self.env["res.partner"])

        def fail(self, message, custom_values=None):
            raise KeyError("team_id")

        logs = self.assertLogs("odoo.addons.telegram_green_api", "WARNING")
        with logs, patch.object(model, "message_new", fail):
            chat = self.write_in(0)
        self.assertEqual(len(chat.message_ids), 1)
        self.assertIn("team_id", self.instance.activity_ids.note)

    def test_value_taken_meanwhile(self):
        """A value that another transaction had just taken counted as a mistake of the settings."""
        model, calls = type(self.env["res.partner"]), []
        create = model.message_new

        def create_second_time(self, message, custom_values=None):
            calls.append(self)
            if len(calls) == 1:
                raise UniqueViolation("taken by another transaction")
            return create(self, message, custom_values=custom_values)

        with patch.object(model, "message_new", create_second_time):
            self.write_in(0)
        self.assertTrue(self.get_records())
        self.assertFalse(self.instance.activity_ids)

    def test_answer_to_another_record(self):
        """An answer to a message from an order would create a lead."""
        self.write_from(self.customer, "Your order is ready.")
        self.send_queue()
        chat = self.write_in(0, "Thank you")
        self.assertFalse(self.get_records())
        answer = chat.message_ids.filtered(lambda m: m.direction == "incoming")
        self.assertEqual(answer._get_record(), self.customer)

    def test_unknown_sender_becomes_a_contact(self):
        """A record of an unknown person could not be answered from its chatter."""
        chat_id = "30000001"
        sender = {"chatId": chat_id, "chatType": "user", "sender": chat_id, "chatName": "Ivan"}
        self.ingest(self.prepare(0, senderData=sender))
        chat = self.env["telegram.chat"]._find(self.instance, chat_id)
        self.assertEqual(chat.partner_id.name, "Ivan")
        self.assertTrue(self.get_records())

    def test_groups_create_nothing(self):
        """Everybody in a group would create records."""
        sender = {"chatId": "-1009", "chatType": "supergroup", "sender": "1", "chatName": "Team"}
        self.ingest(self.prepare(0, senderData=sender))
        self.assertFalse(self.get_records())

    def test_chosen_groups(self):
        """A group of a customer would be no work for anybody, or create a record each time."""
        self.instance.create_from_groups = True
        sender = {"chatId": "-1009", "chatType": "supergroup", "sender": "1", "chatName": "Team"}
        channel = {**sender, "chatId": "-1008", "chatType": "channel"}
        names = {"senderName": "Ivan"}
        for number, each in enumerate((sender, channel, sender)):
            self.ingest(self.prepare(number, "It is broken", senderData={**each, **names}))
        [record] = self.get_records()
        self.assertEqual(record.name, "Team: It is broken")
        group = self.env["telegram.chat"]._find(self.instance, "-1009")
        self.assertFalse(group.partner_id)
        self.assertEqual(group._get_record(), record)
        self.assertEqual(group.message_ids.mapped("res_id"), [record.id] * 2)
        record.active = False
        self.ingest(self.prepare(9, "Again", senderData={**sender, **names}))
        self.assertEqual(self.get_records().name, "Team: Again")
        self.assertEqual(group._get_record(), self.get_records())

    @mute_logger("odoo.sql_db")
    def test_record_that_cannot_be_created(self):
        """A wrong default value would lose the customer's message."""
        self.instance.create_defaults = "{'parent_id': 'nonsense', 'ref': 'telegram'}"
        for seconds in (0, 60):
            chat = self.write_in(seconds)
        self.assertEqual(len(chat.message_ids), 2)
        self.assertFalse(self.get_records())
        activity = self.instance.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.instance._get_administrator())
        self.assertIn("nonsense", activity.note)
        self.assertIn("No record is created", activity.summary)

    def test_no_model(self):
        """An account without this setting creates nothing."""
        self.instance.create_model_id = False
        self.write_in(0)
        self.assertFalse(self.get_records())

    def test_impossible_days(self):
        """A number of days that no date can hold would stop the receiving of messages."""
        for days in (-1, 0, 10**9):
            with self.assertRaises(ValidationError):
                self.instance.create_days = days

    def test_wrong_defaults(self):
        """Default values that cannot be read are refused when they are entered."""
        for text in ("x", "{'a': ", "1"):
            with self.assertRaises(ValidationError):
                self.instance.create_defaults = text
