# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
# pylint: disable=translation-required  # what users write

from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .test_inbox import START, InboxCase


@tagged("post_install", "-at_install")
class TestReminder(InboxCase):
    """*Remind Me*: one reminder of a user about a chat, which ends by itself."""

    def setUp(self):
        super().setUp()
        self.chat = self.write_in(0)
        self.now = fields.Datetime.now()
        self.salesperson.tz = "Europe/Moscow"

    def remind(self, user=None, **values):
        """Set a reminder as in the dialog."""
        wizards = self.env["telegram.remind.me"].with_user(user or self.salesperson)
        wizards.create({"chat_id": self.chat.id, **values}).action_remind()
        return self.find(user)

    def find(self, user=None):
        """Return the reminder of a user."""
        return self.env["telegram.reminder"]._find(self.chat, user or self.salesperson)

    def run_at(self, date):
        """Run the scheduled action at a date, and return the activities of the chat."""
        with freeze_time(date):
            self._run(self.env.ref("telegram_green_api.ir_cron_remind"))
        self.env.invalidate_all()
        return self.chat.with_context(active_test=True).activity_ids

    def write_now(self, minutes=0):
        """Let the customer write some minutes from now."""
        later = self.now + timedelta(minutes=minutes)
        self.write_in(int((later - datetime(1970, 1, 1)).total_seconds()) - START)

    def test_in_an_hour(self):
        """The reminder would come too early, twice, or to a colleague."""
        self.remind(time="hour")
        self.assertFalse(self.run_at(self.now + timedelta(minutes=58)))
        activity = self.run_at(self.now + timedelta(minutes=61))
        self.assertEqual(activity.user_id, self.salesperson)
        self.assertIn(self.chat.name, activity.summary)
        self.assertEqual(self.run_at(self.now + timedelta(minutes=90)), activity)

    def test_dialog_that_stays_open(self):
        """“In an hour” would be in the past for who was on the telephone before the click."""
        wizards = self.env["telegram.remind.me"].with_user(self.salesperson)
        wizard = wizards.create({"chat_id": self.chat.id, "time": "hour"})
        wizard.flush_recordset()
        clicked = self.now + timedelta(minutes=90)
        with freeze_time(clicked):
            wizard.action_remind()
        self.assertEqual(self.find().date, clicked + timedelta(hours=1))

    def test_tomorrow_morning(self):
        """The morning would be that of the server, not of the user."""
        with freeze_time("2026-03-02 21:30:00"):  # half past midnight in Moscow, on the 3rd
            reminder = self.remind(time="morning")
        self.assertEqual(reminder.date, datetime(2026, 3, 4, 6, 0))

    def test_date(self):
        """A chosen date would be ignored; a past one would remind at once."""
        date = self.now + timedelta(days=3)
        self.assertEqual(self.remind(time="date", date=date).date, date)
        for wrong in (self.now - timedelta(days=1), False):
            with self.assertRaises(UserError):
                self.remind(time="date", date=wrong)

    def test_one_reminder(self):
        """A second reminder would ring beside the first one."""
        self.remind(time="hour")
        self.assertEqual(len(self.remind(time="morning")), 1)
        dates = self.chat.with_user(self.salesperson).my_reminder_date
        self.assertEqual(dates, self.find().date)

    def test_unless_the_customer_answers(self):
        """The user would be reminded of a customer who has answered; or not, though they wanted."""
        colleague = self.create_user("reminder_colleague", "user")
        self.instance.operator_ids = [Command.link(colleague.id)]
        self.remind(time="hour", unless_answered=True)
        self.remind(colleague, time="hour", unless_answered=False)
        self.write_now(5)
        self.assertFalse(self.find())
        self.assertTrue(self.find(colleague))
        activities = self.run_at(self.now + timedelta(hours=2))
        self.assertEqual(activities.user_id, colleague)

    def test_imported_message_ends_nothing(self):
        """A message from before that arrives late would end the reminder."""
        self.remind(time="hour")
        self.write_in(60)
        self.assertTrue(self.find())

    def test_ends_by_writing(self):
        """The user would have to close the reminder after writing what it was about."""
        self.remind(time="hour")
        channel = self.chat._open_channel().with_user(self.salesperson)
        channel.message_post(body="I will call tomorrow", message_type="comment")
        self.assertTrue(self.find(), "it is not due yet")
        self.assertTrue(self.run_at(self.now + timedelta(hours=2)))
        with freeze_time(self.now + timedelta(hours=3)):
            channel.message_post(body="Any news?", message_type="comment")
        self.env.invalidate_all()
        self.assertFalse(self.find())
        self.assertFalse(self.chat.activity_ids)
        self.assertFalse(self.chat.has_reminders)

    def test_activity_done(self):
        """A reminder whose activity is done would come back."""
        self.remind(time="hour")
        activity = self.run_at(self.now + timedelta(hours=2))
        activity.with_user(self.salesperson).action_feedback()
        self.assertFalse(self.run_at(self.now + timedelta(hours=3)))

    def test_removed(self):
        """A reminder could not be taken back."""
        self.remind(time="hour")
        wizard = self.env["telegram.remind.me"].with_user(self.salesperson)
        wizard.create({"chat_id": self.chat.id}).action_end()
        self.assertFalse(self.find())
        self.assertFalse(self.chat.has_reminders)

    def test_user_without_access(self):
        """A user who no longer sees the chat would stop the reminders of all others."""
        self.remind(time="hour")
        self.instance.operator_ids = [Command.clear()]
        self.assertFalse(self.run_at(self.now + timedelta(hours=2)))
        self.assertFalse(self.find())

    def test_stranger(self):
        """Somebody who does not see the chat would learn of it by a reminder."""
        stranger = self.create_user("reminder_stranger", "user")
        with self.assertRaises(AccessError):
            self.remind(stranger, time="hour")

    def test_merged_chat(self):
        """A chat that turns out to be another one would take reminders and activities along."""
        colleague = self.create_user("merge_colleague", "user")
        self.instance.operator_ids = [Command.link(colleague.id)]
        reminder = self.remind(time="hour")
        twice = self.remind(colleague, time="hour")
        todo = self.chat.activity_schedule("mail.mail_activity_data_todo", summary="Call")
        other = self.env["telegram.chat"]._get_or_create(self.instance, "10000088")
        wizards = self.env["telegram.remind.me"].with_user(colleague)
        wizards.create({"chat_id": other.id, "time": "morning"}).action_remind()
        created = self.env["res.partner"].create({"name": "New one"})
        self.chat.write({"created_res_model": "res.partner", "created_res_id": created.id})
        self.chat._merge_into(other)
        self.chat = other
        self.assertEqual(reminder.chat_id, other)
        self.assertTrue(other.has_reminders)
        self.assertEqual(other.with_user(self.salesperson).my_reminder_date, reminder.date)
        self.assertFalse(twice.exists())
        self.assertEqual(len(self.find(colleague)), 1)
        self.assertEqual(other.activity_ids, todo)
        self.assertEqual(
            (other.created_res_model, other.created_res_id), ("res.partner", created.id)
        )
        activities = self.run_at(self.now + timedelta(minutes=61))
        self.assertIn(self.salesperson, (activities - todo).user_id)

    def test_merged_chat_that_is_overdue(self):
        """The activity about a customer who waits too long would stay for ever, or come twice."""
        self.instance.answer_minutes = 60
        self.chat._write_inbox({"inbox_state": "waiting", "waiting_since_date": self.now})
        self.chat._assign(self.salesperson)
        due = self.now + timedelta(minutes=61)
        self.assertEqual(len(self.run_at(due)), 1)
        other = self.env["telegram.chat"]._get_or_create(self.instance, "10000088")
        self.chat._merge_into(other)
        self.chat = other
        self.assertEqual(len(self.run_at(due)), 1)
        other._write_inbox({"inbox_state": "answered", "waiting_since_date": False})
        self.assertFalse(self.run_at(due))
