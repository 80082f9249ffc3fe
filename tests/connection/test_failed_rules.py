# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..team.test_inbox import START, InboxCase

LOGGER = "odoo.addons.telegram_green_api"


@tagged("post_install", "-at_install")
class TestFailedRules(InboxCase):
    """Automation rules and modules that fail; tests/installation has a real automation rule."""

    @contextmanager
    def failing_rule(self, model, field, *wrong_values):
        """Wrap the method of a model as Odoo's automation rules do, with one that fails."""
        model_class = self.env.registry[model]
        origin = model_class.write

        def write(records, vals):
            origin(records, vals)
            if field in vals and (not wrong_values or vals[field] in wrong_values):
                self.break_rule(records.env)

        write.origin = origin
        with patch.object(model_class, "write", write), self.assertLogs(LOGGER, "WARNING"):
            yield

    def break_rule(self, env):
        """Fail as the code of a rule does."""
        raise UserError("broken rule")  # pylint: disable=translation-required

    def check_notified(self):
        """Check that the administrator has one activity about the rule."""
        activities = self.instance.activity_ids.filtered(
            lambda activity: "rule failed" in activity.summary
        )
        self.assertEqual(len(activities), 1)
        self.assertIn("broken rule", activities.note)

    def create_overdue_chats(self):
        """Create two chats whose customers have waited for too long."""
        chats = self.env["telegram.chat"]
        self.instance.write({"answer_minutes": 10, "supervisor_id": self.salesperson.id})
        for number in (1, 2):
            sender = {
                "chatId": f"3000000{number}",
                "chatType": "user",
                "sender": f"3000000{number}",
            }
            self.ingest(self.prepare(number, senderData=sender))
            chats |= chats._find(self.instance, sender["chatId"])
        self.assertEqual(len(chats), 2)
        return chats

    def remind(self):
        self._run(self.env.ref("telegram_green_api.ir_cron_remind"))

    def test_rule_for_waiting_chats(self):
        """A rule that fails would end all reminders, for ever."""
        chats = self.create_overdue_chats()
        with self.failing_rule("telegram.chat", "reminder_level"):
            self.remind()
        self.assertEqual(chats.mapped("reminder_level"), [2, 2])
        self.assertEqual(len(chats.activity_ids), 2)
        self.check_notified()
        self.remind()
        self.assertEqual(len(chats.activity_ids), 2)

    def test_hook_for_waiting_chats(self):
        """A module that fails would end all reminders, for ever."""
        chats = self.create_overdue_chats()

        def fail(chat):
            chat.name = "changed"
            self.break_rule(chat.env)

        hook = patch.object(self.env.registry["telegram.chat"], "_on_overdue", fail)
        with hook, self.assertLogs(LOGGER, "WARNING"):
            self.remind()
        self.assertEqual(chats.mapped("reminder_level"), [2, 2])
        self.assertNotIn("changed", chats.mapped("name"))
        self.check_notified()

    def test_chat_that_cannot_be_reminded_of(self):
        """A rule that allows no activity for one chat would end the reminders of all others."""
        chats = self.create_overdue_chats()
        first, model_class = chats[0], self.env.registry["telegram.chat"]
        origin = model_class.activity_schedule

        def activity_schedule(chat, *args, **kwargs):
            if chat == first:
                self.break_rule(chat.env)
            return origin(chat, *args, **kwargs)

        with patch.object(model_class, "activity_schedule", activity_schedule):
            for _time in range(2):
                with self.assertLogs(LOGGER, "WARNING"):
                    self.remind()
        self.assertEqual(chats.mapped("reminder_level"), [0, 2])
        self.check_notified()
        self.remind()  # the rule was mended
        self.assertEqual(len(chats.activity_ids), 2)

    def test_requested_reminder(self):
        """A reminder that cannot be shown would end those of all other users."""
        chats = self.create_overdue_chats()
        self.instance.answer_minutes = 0
        past = fields.Datetime.now() - timedelta(minutes=1)
        reminders = self.env["telegram.reminder"].create(
            [{"chat_id": chat.id, "user_id": self.salesperson.id, "date": past} for chat in chats]
        )
        first, model_class = chats[0], self.env.registry["telegram.chat"]
        origin = model_class.activity_schedule

        def activity_schedule(chat, *args, **kwargs):
            if chat == first:
                self.break_rule(chat.env)
            return origin(chat, *args, **kwargs)

        schedule = patch.object(model_class, "activity_schedule", activity_schedule)
        with schedule, self.assertLogs(LOGGER, "WARNING"):
            self.remind()
        self.assertEqual(reminders.mapped(lambda each: bool(each.activity_id)), [False, True])
        self.check_notified()

    def test_rule_for_failed_messages(self):
        """The outcome would not be stored: the message is sent again, and the queue stands."""
        body = {"statusCode": 400, "message": "Validation failed. Details: 'chatId' is odd"}
        self.phone.fault("sendMessage", "status", status=400, body=body)
        refused = self.write_from(self.customer, "Refused")
        other = self.write_from(self.customer, "Another one")
        with self.failing_rule("telegram.message", "state", "error"):
            self.send_queue()
        self.assertEqual((refused.state, other.state), ("error", "sent"))
        self.assertEqual([each["message"] for each in self.phone.ledger()], ["Another one"])
        self.check_notified()

    def test_rule_for_sent_messages(self):
        """A message that was sent would be taken for one whose outcome is unknown."""
        message = self.write_from(self.customer, "Hello")
        with self.failing_rule("telegram.message", "state", "sent"):
            self.send_queue()
        self.assertEqual(message.state, "sent")
        self.assertTrue(message.id_message)
        self.check_notified()

    def test_hook_for_failed_messages(self):
        """A module that fails would stop the queue."""
        body = {"statusCode": 400, "message": "Validation failed. Details: 'chatId' is odd"}
        self.phone.fault("sendMessage", "status", status=400, body=body)
        refused = self.write_from(self.customer, "Refused")

        def fail(messages):
            self.break_rule(messages.env)

        hook = patch.object(self.env.registry["telegram.message"], "_on_failed", fail)
        with hook, self.assertLogs(LOGGER, "WARNING"):
            self.send_queue()
        self.assertEqual(refused.state, "error")
        self.check_notified()

    def test_rule_for_stopped_accounts(self):
        """An account that has stopped would look as if it worked."""
        self.instance.was_operational = True
        with self.failing_rule("telegram.instance", "stopped_date"):
            self.ingest(
                {
                    "typeWebhook": "stateInstanceChanged",
                    "timestamp": START,
                    "stateInstance": "blocked",
                }
            )
        self.assertEqual(self.instance.state, "blocked")
        self.assertTrue(self.instance.stopped_date)
        self.check_notified()

    def check_numbers(self, *fields_of_rule):
        """Let two numbers be checked while a rule fails; return their checks and the chats."""
        self.phone.add_customer("First", chatId="71", phoneNumber=79990000001)
        self.phone.add_customer("Second", chatId="72", phoneNumber=79990000002)
        chats = self.env["telegram.chat"]
        for digit in (1, 2):
            chats |= chats._get_or_create(self.instance, f"7999000000{digit}@c.us")
        checks = self.env["telegram.number.check"]
        checks._request(chats)
        with self.failing_rule("telegram.chat", *fields_of_rule):
            self._run(self.env.ref("telegram_green_api.ir_cron_check_phone_numbers"))
        self.env.invalidate_all()
        return checks.search([("instance_id", "=", self.instance.id)]), chats

    def test_rule_for_checked_numbers(self):
        """The result of a check would be lost, and the number be checked again and again."""
        checks, chats = self.check_numbers("number_check_date")
        self.assertFalse(checks)
        self.assertEqual(chats.mapped("telegram_id"), ["71", "72"])
        self.assertTrue(all(chats.mapped("number_check_date")))
        self.assertEqual(len(self.phone.requests(method="checkAccount")), 2)
        self.check_notified()

    def test_rule_that_keeps_the_id_of_a_number(self):
        """One number whose result cannot be stored would end the checks of all others."""
        checks, chats = self.check_numbers("telegram_id", "71")
        self.assertEqual(checks.chat_id, chats[0])
        self.assertEqual(checks.state, "failed")
        self.assertIn("unexpected error", checks.error)
        self.assertEqual(chats[1].telegram_id, "72")
        self._run(self.env.ref("telegram_green_api.ir_cron_check_phone_numbers"))
        self.assertEqual(len(self.phone.requests(method="checkAccount")), 2)

    def test_hook_for_received_messages(self):
        """A message for which a rule fails would be tried for ever, or take others with it."""
        rows = self.env["telegram.message"]

        def fail(messages):
            if "Bad" in messages.mapped("text"):
                self.break_rule(messages.env)

        hook = patch.object(self.env.registry["telegram.message"], "_on_received", fail)
        with hook, self.assertLogs(LOGGER, "WARNING"):
            events = self.ingest(self.prepare(0, "Bad"), self.prepare(1, "Good"))
            for _time in range(2):
                events.next_attempt_date = False
                self.receive()
        self.assertEqual(rows.search([("instance_id", "=", self.instance.id)]).text, "Good")
        self.assertEqual(events.mapped("state"), ["done", "error"])
        self.assertIn("broken rule", events[1].error)


@tagged("post_install", "-at_install")
class TestRulesThatCreateTwice(TestFailedRules):
    """The same for rules that create what exists already, such as a tag with the same name.

    The database reports that as it reports the conflict of two transactions, which is no mistake.
    """

    def setUp(self):
        super().setUp()
        self.env["ir.config_parameter"].create({"key": "broken rule", "value": "1"})
        self.env.flush_all()

    def break_rule(self, env):
        env["ir.config_parameter"].sudo().create({"key": "broken rule", "value": "2"})
