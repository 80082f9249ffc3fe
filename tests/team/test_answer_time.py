# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .test_inbox import START, InboxCase

# Friday, 14 November 2025, 16:30 UTC: half an hour before the end of the week's work.
FRIDAY = datetime(2025, 11, 14, 16, 30)
MONDAY = datetime(2025, 11, 17, 8, 0)


@tagged("post_install", "-at_install")
class TestAnswerTime(InboxCase):
    """Limits in working time, reminders, and the message outside the working time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supervisor = cls.create_user("supervisor", "user")
        cls.instance.write(
            {
                "operator_ids": [Command.link(cls.supervisor.id)],
                "working_calendar_id": cls._create_calendar().id,
                "answer_minutes": 60,
                "supervisor_id": cls.supervisor.id,
            }
        )

    @classmethod
    def _create_calendar(cls):
        """Return a week of five days from 8 to 17, in UTC."""
        hours = {"hour_from": 8, "hour_to": 17, "day_period": "morning"}
        return cls.env["resource.calendar"].create(
            {
                "name": "Office",
                "tz": "UTC",
                "attendance_ids": [
                    Command.clear(),
                    *(
                        Command.create({"name": "Day", "dayofweek": str(day), **hours})
                        for day in range(5)
                    ),
                ],
            }
        )

    def write_at(self, date, **values):
        """Let the customer write at a date."""
        seconds = int((date - datetime(1970, 1, 1)).total_seconds()) - START
        return self.write_in(seconds, **values)

    def remind_at(self, date):
        """Run the scheduled action at a date, and return who has activities."""
        with freeze_time(date):
            self._run(self.env.ref("telegram_green_api.ir_cron_remind"))
        return self.get_chat().with_context(active_test=True).activity_ids.user_id

    def test_due_date_in_working_time(self):
        """A customer who writes on Friday evening would be overdue on Friday night."""
        chat = self.write_at(FRIDAY)
        self.assertEqual(chat.answer_due_date, MONDAY + timedelta(minutes=30))
        self.instance.working_calendar_id = False
        self.assertEqual(chat.answer_due_date, FRIDAY + timedelta(hours=1))
        self.instance.answer_minutes = 0
        self.assertFalse(chat.answer_due_date)

    def test_reminders(self):
        """One activity for the operator, one for the supervisor, never two, and an end."""
        chat = self.write_at(FRIDAY)
        chat._assign(self.salesperson)
        self.assertFalse(self.remind_at(FRIDAY + timedelta(hours=5)))
        self.assertFalse(self.remind_at(MONDAY + timedelta(minutes=29)))
        self.assertEqual(self.remind_at(MONDAY + timedelta(minutes=30)), self.salesperson)
        self.remind_at(MONDAY + timedelta(minutes=40))
        self.assertEqual(len(chat.activity_ids), 1)
        both = self.remind_at(MONDAY + timedelta(minutes=90))
        self.assertEqual(both, self.salesperson | self.supervisor)
        self.remind_at(MONDAY + timedelta(hours=8))
        self.assertEqual(len(chat.activity_ids), 2)
        self.write_from(self.customer, "Yes")
        self.assertFalse(chat.activity_ids)
        self.assertFalse(chat.reminder_level)

    def test_chat_of_nobody(self):
        """A customer whose chat nobody has would be forgotten."""
        self.write_at(FRIDAY)
        self.assertEqual(self.remind_at(MONDAY + timedelta(minutes=31)), self.supervisor)

    def test_supervisor_is_reminded_after_twice_the_time(self):
        """An operator who marks the activity as done would alert the supervisor at once."""
        chat = self.write_at(FRIDAY)
        chat._assign(self.salesperson)
        self.remind_at(MONDAY + timedelta(minutes=31))
        chat.activity_ids.action_done()
        self.assertFalse(self.remind_at(MONDAY + timedelta(minutes=40)))
        self.assertEqual(self.remind_at(MONDAY + timedelta(minutes=90)), self.supervisor)

    def test_reminder_in_the_language_of_its_user(self):
        """A Russian supervisor would be reminded in English."""
        self.env["res.lang"]._activate_lang("ru_RU")
        self.supervisor.lang = "ru_RU"
        self.write_at(FRIDAY)
        self.remind_at(MONDAY + timedelta(minutes=31))
        self.assertRegex(self.get_chat().activity_ids.summary, "[а-я]")

    def test_hand_over_moves_the_reminder(self):
        """The operator who gave the chat away would be reminded of it."""
        chat = self.write_at(FRIDAY)
        chat._assign(self.salesperson)
        self.remind_at(MONDAY + timedelta(minutes=31))
        chat._assign(self.supervisor)
        self.assertEqual(chat.activity_ids.user_id, self.supervisor)

    def test_supervisor_who_has_the_chat(self):
        """Who answers and supervises would get two activities about one customer."""
        chat = self.write_at(FRIDAY)
        chat._assign(self.supervisor)
        for minutes in (31, 91, 200):
            self.remind_at(MONDAY + timedelta(minutes=minutes))
        self.assertEqual(len(chat.activity_ids), 1)
        with self.subTest("handed over to the supervisor, who was reminded"):
            chat.action_no_answer_needed()
            chat.answered_date = chat.closed_date = MONDAY + timedelta(hours=3)
            other = self.write_at(MONDAY + timedelta(hours=4))
            other._assign(self.salesperson)
            for hours in (5.5, 7):
                self.remind_at(MONDAY + timedelta(hours=hours))
            self.assertEqual(other.activity_ids.user_id, self.salesperson | self.supervisor)
            other._assign(self.supervisor)
            self.assertEqual(other.activity_ids.user_id, self.supervisor)
            self.assertEqual(len(other.activity_ids), 1)

    def test_hand_over_after_the_supervisor_was_reminded(self):
        """The operator who gave the chat away would keep its activity, the new one have none."""
        colleague = self.create_user("colleague", "user")
        self.instance.operator_ids = [Command.link(colleague.id)]
        chat = self.write_at(FRIDAY)
        chat._assign(self.salesperson)
        for minutes in (31, 91):
            self.remind_at(MONDAY + timedelta(minutes=minutes))
        chat._assign(colleague)
        self.assertEqual(chat.activity_ids.user_id, colleague | self.supervisor)
        self.assertEqual(len(chat.activity_ids), 2)

    def test_release_ends_the_reminder(self):
        """The operator who released a chat would be reminded of it for ever."""
        chat = self.write_at(FRIDAY)
        chat._assign(self.salesperson)
        self.remind_at(MONDAY + timedelta(minutes=31))
        chat.with_user(self.salesperson).action_release()
        self.assertFalse(chat.activity_ids)
        self.assertEqual(self.remind_at(MONDAY + timedelta(minutes=32)), self.supervisor)
        chat._assign(self.salesperson)
        self.remind_at(MONDAY + timedelta(minutes=33))
        self.assertEqual(chat.activity_ids.user_id, self.supervisor)
        self.assertEqual(len(chat.activity_ids), 1)

    def test_archived_account(self):
        """The supervisor would be reminded of a customer whom no one can answer."""
        self.write_at(FRIDAY)
        self.instance.active = False
        self.assertFalse(self.remind_at(MONDAY + timedelta(minutes=31)))

    def test_days_off_and_hours_of_later(self):
        """A day off, or other hours, that are entered while a customer waits would not count."""
        chat, calendar = self.write_at(FRIDAY), self.instance.working_calendar_id
        monday = {"date_from": MONDAY.replace(hour=0), "date_to": MONDAY.replace(hour=23)}
        half_past_eight, day = MONDAY + timedelta(minutes=30), timedelta(days=1)
        leaves = self.env["resource.calendar.leaves"]
        for place in ({"calendar_id": calendar.id}, {"calendar_id": False}):
            with self.subTest(place=place):
                leave = leaves.create({"name": "Holiday", **monday, **place})
                self.assertEqual(chat.answer_due_date, half_past_eight + day)
                leave.write({name: date + day for name, date in monday.items()})
                self.assertEqual(chat.answer_due_date, half_past_eight)
                leave.write(monday)
                self.assertEqual(chat.answer_due_date, half_past_eight + day)
                leave.unlink()
                self.assertEqual(chat.answer_due_date, half_past_eight)
        calendar.attendance_ids.hour_from = 9
        self.assertEqual(chat.answer_due_date, half_past_eight + timedelta(hours=1))
        calendar.tz = "Europe/Moscow"
        self.assertEqual(chat.answer_due_date, MONDAY.replace(hour=7), "nothing is left of Friday")
        calendar.tz = "UTC"
        calendar.attendance_ids.filtered(lambda each: each.dayofweek == "0").unlink()
        self.assertEqual(chat.answer_due_date, MONDAY + day + timedelta(hours=1, minutes=30))

    def test_text_in_the_inbox(self):
        """The list would say “Warning” in place of what is to be done."""
        chat = self.write_at(MONDAY)
        self.remind_at(MONDAY + timedelta(hours=1))
        self.assertIn("waits for an answer", chat.activity_ids.summary)
        self.assertFalse(chat.activity_exception_decoration)

    def test_order_of_two_weeks(self):
        """The limit would stay that of the other week, if a line is moved to this one."""
        chat = self.write_at(MONDAY)
        before = chat.answer_due_date
        calendar = self.instance.working_calendar_id
        week = self.env["resource.calendar.attendance"].get_week_type(MONDAY)
        calendar.write(
            {
                "two_weeks_calendar": True,
                "attendance_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {
                                "name": "Day",
                                "dayofweek": "0",
                                "week_type": str(number),
                                "hour_from": 8 + 4 * number,
                                "hour_to": 17,
                                "day_period": "morning",
                            }
                        )
                        for number in (0, 1)
                    ),
                ],
            }
        )
        lines = calendar.attendance_ids.sorted("hour_from")
        expected = MONDAY.replace(hour=13) if week else before
        self.assertEqual(chat.answer_due_date, expected)
        lines[0].week_type, lines[1].week_type = "1", "0"
        self.assertEqual(chat.answer_due_date, before if week else MONDAY.replace(hour=13))

    def test_answer_to_the_first_of_two(self):
        """The reminder of an answered question would go on for a later one, which is not due."""
        chat = self.write_at(MONDAY)
        chat.with_user(self.salesperson).action_take()
        late = MONDAY.replace(hour=9, minute=30)
        self.assertEqual(self.remind_at(late), self.salesperson)
        self.write_at(late)
        seconds = int((MONDAY.replace(hour=9) - self.get_date(0)).total_seconds())
        self.ingest(self.prepare_from_phone(seconds))
        self.assertEqual(chat.waiting_since_date, late)
        self.assertFalse(self.remind_at(late))
        self.assertEqual(self.remind_at(MONDAY.replace(hour=10, minute=30)), self.salesperson)

    def test_answer_that_was_not_sent(self):
        """An answer that the customer never got would count in the figures, as would the next."""
        self.write_at(FRIDAY)
        with freeze_time(FRIDAY + timedelta(minutes=6)):
            failed = self.write_from(self.customer, "Yes")
            self.assertAlmostEqual(failed.answer_time, 0.1, delta=0.01)
            failed._set_state({"state": "error"})
        self.assertFalse(failed.answer_time)
        with freeze_time(FRIDAY + timedelta(minutes=15)):
            sent = self.write_from(self.customer, "Yes")
        self.assertAlmostEqual(sent.answer_time, 0.25, delta=0.01)

    def test_answer_that_is_sent_again(self):
        """An answer that was sent in the second attempt would count as given in the first one."""
        chat = self.write_at(FRIDAY)
        with freeze_time(FRIDAY + timedelta(minutes=6)):
            message = self.write_from(self.customer, "Yes")
            message.write({"attempts": 1})
            message._set_state({"state": "error", "failure_type": "refused"})
        with freeze_time(FRIDAY + timedelta(minutes=27)):
            message.with_user(self.salesperson).action_retry()
            self.send_queue()
        self.assertEqual((message.state, chat.inbox_state), ("sent", "answered"))
        self.assertAlmostEqual(message.answer_time, 0.45, delta=0.01)
        self.assertEqual(chat.answered_date, FRIDAY + timedelta(minutes=27))

    def test_time_to_answer(self):
        """The weekend would count as time in which the customer waited."""
        self.write_at(FRIDAY)
        with freeze_time(MONDAY + timedelta(minutes=15)):
            message = self.write_from(self.customer, "Yes")
        self.assertAlmostEqual(message.answer_time, 0.75, delta=0.01)
        with freeze_time(MONDAY + timedelta(minutes=20)):
            second = self.write_from(self.customer, "And red, too")
        self.assertFalse(second.answer_time, "it answers nothing")

    def test_answer_before_its_question(self):
        """An answer that arrives before its question, or after the next answer, as after an outage,
        would have no time, or that of another one."""

        def answer_at(hour):
            seconds = int((MONDAY.replace(hour=hour) - self.get_date(0)).total_seconds())
            return self.prepare_from_phone(seconds)

        def get_times():
            answers = self.get_chat().message_ids.filtered(
                lambda each: each.direction != "incoming"
            )
            return [round(each.answer_time, 3) for each in answers.sorted("date")]

        with freeze_time(MONDAY.replace(hour=16)):
            self.ingest(answer_at(11))
            self.write_at(MONDAY.replace(hour=9))
            self.assertEqual(get_times(), [2])
            self.write_at(MONDAY.replace(hour=12))
            self.ingest(answer_at(15))
            self.assertEqual(get_times(), [2, 3])
            self.ingest(answer_at(13))
            self.assertEqual(get_times(), [2, 1, 0])

    def test_answer_at_night(self):
        """An answer outside the working time would be none in the figures: it took no time."""
        night = FRIDAY + timedelta(hours=5)
        with freeze_time(night):
            self.write_at(night)
        with freeze_time(night + timedelta(minutes=5)):
            message = self.write_from(self.customer, "Yes")
        self.assertLess(message.answer_time, 0.01)
        counted = [("id", "=", message.id), ("answer_time", "!=", False)]
        self.assertTrue(self.env["telegram.message"].search_count(counted))

    def test_away_message(self):
        """A customer who writes at night is told once, and is not answered by it."""
        self.instance.away_message = "We answer from Monday on."
        night = FRIDAY + timedelta(hours=5)
        with freeze_time(FRIDAY):
            chat = self.write_at(FRIDAY)
        self.assertEqual(self.get_answers(chat), [])
        for minutes in (0, 10, 600):
            with freeze_time(night + timedelta(minutes=minutes)):
                self.write_at(night + timedelta(minutes=minutes))
        self.assertEqual(self.get_answers(chat), ["We answer from Monday on."])
        self.assertEqual((chat.inbox_state, chat.waiting_since_date), ("waiting", FRIDAY))
        with freeze_time(night + timedelta(days=3)):
            self.write_at(night + timedelta(days=3))
        self.assertEqual(len(self.get_answers(chat)), 2, "another absence")

    def test_away_message_in_the_conversation(self):
        """Operators would not see, or see before the question, what the customer was told."""
        self.instance.away_message = "We answer from Monday on."
        night = FRIDAY + timedelta(hours=5)
        with freeze_time(night):
            chat = self.write_at(night)
        with freeze_time(night + timedelta(days=3)):
            self.write_at(night + timedelta(days=3))
        bodies = chat.channel_id.message_ids.sorted("id").mapped("body")
        self.assertEqual(len(bodies), 4)
        for body, text in zip(bodies, ("stock", "Monday", "stock", "Monday"), strict=True):
            self.assertIn(text, body)

    def test_away_message_that_cannot_be_sent(self):
        """A text that is too long would stop the receiving of messages."""
        self.env["res.lang"]._activate_lang("ru_RU")
        self.instance.away_message = "We answer tomorrow."
        for text in ("x" * 4097, "   "):
            with self.assertRaises(UserError):
                self.instance.away_message = text
            with self.assertRaises(UserError):
                self.instance.update_field_translations("away_message", {"ru_RU": text})

    def test_away_message_after_an_outage(self):
        """A message that arrives hours later would be answered as if it had just come."""
        self.instance.away_message = "We answer from Monday on."
        night = FRIDAY + timedelta(hours=5)
        with freeze_time(night + timedelta(hours=3)):
            chat = self.write_at(night)
        self.assertEqual(self.get_answers(chat), [])

    def test_away_message_in_the_language_of_the_contact(self):
        """A Russian customer would be told in English."""
        self.env["res.lang"]._activate_lang("ru_RU")
        self.instance.away_message = "We answer tomorrow."
        self.instance.with_context(lang="ru_RU").away_message = "Ответим завтра."
        self.customer.lang = "ru_RU"
        night = FRIDAY + timedelta(hours=5)
        with freeze_time(night):
            chat = self.write_at(night)
        self.assertEqual(self.get_answers(chat), ["Ответим завтра."])

    def test_away_message_in_a_language_that_is_gone(self):
        """A message of somebody whose language was archived would not be received."""
        self.env["res.lang"]._activate_lang("ru_RU")
        self.instance.away_message = "We answer tomorrow."
        self.customer.lang = "ru_RU"
        self.customer.active = False
        self.env["res.lang"]._lang_get("ru_RU").active = False
        night = FRIDAY + timedelta(hours=5)
        with freeze_time(night):
            chat = self.write_at(night)
        self.assertEqual(self.get_answers(chat), ["We answer tomorrow."])

    def test_away_message_to_a_stranger(self):
        """A stranger would be told in English by a company that writes Russian."""
        self.env["res.lang"]._activate_lang("ru_RU")
        self.instance.away_message = "We answer tomorrow."
        self.instance.with_context(lang="ru_RU").away_message = "Ответим завтра."
        self.instance.company_id.partner_id.lang = "ru_RU"
        sender = {"chatId": "30000001", "chatType": "user", "sender": "30000001"}
        night = FRIDAY + timedelta(hours=5)
        with freeze_time(night):
            self.write_at(night, senderData=sender)
        chat = self.env["telegram.chat"]._find(self.instance, "30000001")
        self.assertEqual(self.get_answers(chat), ["Ответим завтра."])

    def get_answers(self, chat):
        """Return the texts that were sent to a chat."""
        return chat.message_ids.filtered(lambda m: m.direction == "outgoing").mapped("text")

    def test_change_of_the_clock(self):
        """In the weeks of the change of the clock, limits would end an hour early or late."""
        calendar = self.instance.working_calendar_id
        calendar.tz = "Europe/Berlin"
        # Half an hour before the end of Friday's work, in winter time and in summer time.
        spring, autumn = datetime(2026, 3, 27, 15, 30), datetime(2026, 10, 23, 14, 30)
        expected = ((spring, datetime(2026, 3, 30, 6, 30)), (autumn, datetime(2026, 10, 26, 7, 30)))
        for friday, due in expected:
            chat = self.write_at(friday)
            self.assertEqual(chat.answer_due_date, due)
            self.assertEqual(self.instance._get_working_hours(friday, due), 1)
            self.assertTrue(self.instance._is_working_time(due - timedelta(minutes=29)))
            self.assertFalse(self.instance._is_working_time(due - timedelta(minutes=31)))
            chat.with_user(self.salesperson).action_no_answer_needed()
            chat.answered_date = chat.closed_date = friday

    def test_night_of_the_change(self):
        """A shift at night would have an hour that does not exist, or none of the one that is
        there twice."""
        calendar = self._create_calendar()
        calendar.write({"tz": "Europe/Berlin", "attendance_ids": [Command.clear()]})
        calendar.attendance_ids = [
            Command.create(
                {
                    "name": "Day",
                    "dayofweek": str(day),
                    "hour_from": 0,
                    "hour_to": 24,
                    "day_period": "morning",
                }
            )
            for day in range(7)
        ]
        self.instance.working_calendar_id = calendar
        for night in (datetime(2026, 3, 28, 23, 30), datetime(2026, 10, 24, 23, 30)):
            until = self.instance._plan_working_time(night, 4 * 60)
            self.assertEqual(until, night + timedelta(hours=4))
            self.assertEqual(self.instance._get_working_hours(night, until), 4)
            for minutes in range(0, 240, 15):
                self.assertTrue(
                    self.instance._is_working_time(night + timedelta(minutes=minutes)), minutes
                )

    def test_wrong_limit(self):
        """A negative limit would remind of every chat at once; which field it is was not said."""
        with self.assertRaisesRegex(ValidationError, "Answer Within"):
            self.instance.answer_minutes = -1
        with self.assertRaisesRegex(ValidationError, "Silence Alert"):
            self.instance.silence_hours = -1
