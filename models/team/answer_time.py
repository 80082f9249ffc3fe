# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Working time: how long customers may wait, who is reminded, and what they are told at night."""

from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, ValidationError
from odoo.fields import Domain

from ... import const
from ...tools.access import USER
from ...tools.transactions import write_and_commit
from ..telegram_message import CONFIRMED_STATES
from .inbox import LATE_AFTER, SHORTEST_ANSWER_TIME

ACTIVITY = "telegram_green_api.mail_activity_type_answer"
# A message that arrives later than this, such as after an outage, gets no away message.
AWAY_MAX_DELAY = timedelta(minutes=15)
REMINDED_USER, REMINDED_SUPERVISOR = 1, 2  # values of reminder_level


class TelegramInstance(models.Model):
    """Extend ``telegram.instance`` with its working time and the limit for answers."""

    _inherit = "telegram.instance"

    working_calendar_id = fields.Many2one(
        "resource.calendar",
        "Working Time",
        ondelete="restrict",
        # Flexible hours tell how much somebody works, not when.
        domain=[("flexible_hours", "=", False)],
        help="When operators answer, without days off. If empty, it is always working time.",
    )
    answer_minutes = fields.Integer(
        "Answer Within (minutes)",
        help="Minutes of working time in which a customer should be answered. After that, the "
        "operator of the chat gets an activity, and after twice the time the supervisor. 0 turns "
        "it off.",
    )
    supervisor_id = fields.Many2one(
        "res.users",
        domain=[("share", "=", False)],
        tracking=True,
        index="btree_not_null",
        help="Reads all chats, messages and figures of the account, and writes only if they are an "
        "operator, too. Reminded of customers who wait for twice the time, and of those in chats "
        "that are assigned to nobody.",
    )
    away_message = fields.Text(
        translate=True,
        help="Sent to a person who writes outside the working time, once until the next working "
        "time, in the language of the contact.",
    )

    @api.constrains("answer_minutes")
    def _check_answer_minutes(self):
        if any(instance.answer_minutes < 0 for instance in self):
            raise ValidationError(
                self.env._("“Answer Within (minutes)” must be 0 or a positive number.")
            )

    @api.constrains("supervisor_id")
    def _check_supervisor_id(self):
        """Check that the supervisor can open Telegram in Odoo."""
        for supervisor in self.supervisor_id:
            if not supervisor.has_group(USER):
                raise ValidationError(
                    self.env._(
                        "%s has no access to Telegram. Give the user the access right “Telegram: "
                        "User” first, or choose another supervisor.",
                        supervisor.name,
                    )
                )

    @api.constrains("away_message")
    def _check_away_message(self):
        """Check that the away message can be sent in every language."""
        for instance in self.filtered("away_message"):
            translations, _context = instance.get_field_translations("away_message")
            for text in filter(None, (each["value"] for each in translations)):
                self.env["telegram.message"]._check_text(text, instance)

    def _plan_working_time(self, since, minutes):
        """Return the date after some minutes of working time.

        :param datetime since: UTC
        """
        self.ensure_one()
        calendar = self.working_calendar_id
        if not calendar:
            return since + timedelta(minutes=minutes)
        return calendar.plan_hours(minutes / 60, since, compute_leaves=True) or False

    def _get_working_hours(self, since, until):
        """Return the hours of working time between two dates in UTC."""
        self.ensure_one()
        if not self.working_calendar_id:
            return (until - since).total_seconds() / 3600
        return self.working_calendar_id.get_work_hours_count(since, until)

    def _is_working_time(self, date):
        """Return whether operators answer at a date in UTC."""
        return self._get_working_hours(date, date + timedelta(seconds=1)) > 0


class TelegramMessage(models.Model):
    """Extend ``telegram.message`` with the time for which the customer waited for it."""

    _inherit = "telegram.message"

    answer_time = fields.Float(
        "Time to Answer (hours)",
        readonly=True,
        aggregator="avg",
        help="Hours of working time for which the customer waited for this answer.",
    )

    def _send_away_messages(self):
        """Send the away message to those who have just written outside the working time."""
        incoming = self.filtered(
            lambda message: message.direction == "incoming" and message.instance_id.away_message
        )
        for chat, messages in incoming.grouped("chat_id").items():
            if chat.inbox_state == "waiting" and any(each._needs_answer() for each in messages):
                # sudo: telegram.chat - as the account says
                chat.sudo()._send_away_message(max(messages.mapped("date")))


class TelegramChat(models.Model):
    """Extend ``telegram.chat`` with the limit for answers, reminders and away messages."""

    _name = "telegram.chat"
    _inherit = ["telegram.chat", "mail.activity.mixin"]

    answer_due_date = fields.Datetime(
        "Answer Due", compute="_compute_answer_due_date", store=True, copy=False
    )
    reminder_level = fields.Integer(readonly=True, copy=False)
    away_date = fields.Datetime(
        "Last Away Message", readonly=True, copy=False, help="Date of the last away message."
    )

    _answer_due_index = models.Index("(answer_due_date) WHERE answer_due_date IS NOT NULL")

    # Days off are not among these: see days_off.py.
    @api.depends(
        "waiting_since_date",
        "instance_id.answer_minutes",
        "instance_id.working_calendar_id.tz",
        "instance_id.working_calendar_id.schedule_type",
        "instance_id.working_calendar_id.two_weeks_calendar",
        "instance_id.working_calendar_id.duration_based",
        "instance_id.working_calendar_id.hours_per_day",
        "instance_id.working_calendar_id.full_time_required_hours",
        "instance_id.working_calendar_id.attendance_ids.dayofweek",
        "instance_id.working_calendar_id.attendance_ids.week_type",
        "instance_id.working_calendar_id.attendance_ids.day_period",
        "instance_id.working_calendar_id.attendance_ids.hour_from",
        "instance_id.working_calendar_id.attendance_ids.hour_to",
        "instance_id.working_calendar_id.attendance_ids.duration_hours",
    )
    def _compute_answer_due_date(self):
        for chat in self:
            since, instance = chat.waiting_since_date, chat.instance_id
            minutes = instance.answer_minutes
            chat.answer_due_date = (
                instance._plan_working_time(since, minutes) if since and minutes else False
            )

    # === TIME TO ANSWER === #

    def _update_answer_times(self, questions, answers):
        """Update the times of answers after messages that arrived later than the next answer.

        An imported history is left alone.

        :param questions: the ``telegram.message`` records that have just arrived
        :param answers: those of the account
        """
        self.ensure_one()
        now, last = fields.Datetime.now(), self.answered_date
        late = questions.filtered(lambda each: last and each.date <= last)
        late |= answers.filtered(lambda each: each.date < last)
        since = min((each.date for each in late if each.date > now - LATE_AFTER), default=None)
        if not since:
            return
        # sudo: telegram.message, resource.calendar - figures about the answers
        chat_sudo, messages_sudo = self.sudo(), self.env["telegram.message"].sudo()
        given = chat_sudo._get_given_answer_domain()
        former = messages_sudo.search(
            given & Domain("date", "<", since), order="date desc, id desc", limit=1
        )
        asked = Domain("chat_id", "=", self.id) & Domain("direction", "=", "incoming")
        asked &= Domain("type_message", "not in", const.KINDS_ABOUT_ANOTHER)
        domain = given | asked
        if former:
            domain &= Domain("date", ">", former.date)
        pending = messages_sudo
        # In one second, the question came first.
        for message in messages_sudo.search(domain, order="date, direction, id"):
            if message.direction == "incoming":
                pending |= message.filtered(lambda each: each._needs_answer())
                continue
            answered = pending.filtered(lambda each, by=message: chat_sudo._is_answered(each, by))
            pending -= answered
            message.answer_time = bool(answered) and max(
                chat_sudo.instance_id._get_working_hours(answered[0].date, message.date),
                SHORTEST_ANSWER_TIME,
            )

    def _is_answered(self, question, answer):
        """Return whether a later answer is to a question, which no user has closed before it.

        :param question: the incoming ``telegram.message``
        :param answer: the outgoing one
        """
        closed = self.closed_date
        if closed and max(question.date, question.create_date) <= closed < answer.date:
            return False
        on_phone = not answer.attempts and answer.state in CONFIRMED_STATES
        return on_phone or answer.id > question.id

    # === REMINDERS === #

    @api.model
    def _cron_remind(self):
        """Remind of customers who wait for longer than they should, and as users have asked."""
        now = fields.Datetime.now()
        requested = self.env["telegram.reminder"]._find_due(now)
        overdue = self.search(
            [
                ("answer_due_date", "<=", now),
                ("reminder_level", "<", REMINDED_SUPERVISOR),
                ("instance_id.active", "=", True),  # with others, no one can answer
            ],
            order="answer_due_date",
        )
        self.env["ir.cron"]._commit_progress(remaining=len(overdue) + len(requested))
        steps = [(reminder.chat_id, reminder._remind) for reminder in requested]
        steps += [(chat, partial(chat._remind, now)) for chat in overdue]
        for chat, remind in steps:
            # What fails, such as by a rule for activities, is repeated by the next run.
            try:
                _none, seconds_left = write_and_commit(
                    self.env, chat._run_reminder, remind, processed=1
                )
            except ConcurrencyError:
                continue
            if not seconds_left:
                return

    def _run_reminder(self, remind):
        """Call ``remind``, whose failure does not keep the other chats from being reminded of.

        :param remind: called without arguments
        """
        if instance := self.exists().instance_id:
            instance._run_code_of_others(remind, self.name)

    def _remind(self, now):
        """Create the activity that is due: for the operator, then for the supervisor.

        :param datetime now: UTC
        """
        self.ensure_one()
        if not self.answer_due_date or self.answer_due_date > now:
            return  # answered since the scheduled action began
        instance, responsible = self.instance_id, self._get_responsible().user_ids[:1]
        if self.reminder_level < REMINDED_USER:
            instance._run_code_of_others(self._on_overdue, self.name)
            self._schedule_reminder(responsible)
            instance._write_despite_rules(self, {"reminder_level": REMINDED_USER})
            if responsible:
                return
        twice = instance._plan_working_time(self.waiting_since_date, 2 * instance.answer_minutes)
        if not responsible or (twice and twice <= now):
            # A supervisor who has the chat was reminded above.
            self._schedule_reminder(instance.supervisor_id - responsible)
            instance._write_despite_rules(self, {"reminder_level": REMINDED_SUPERVISOR})

    def _schedule_reminder(self, user):
        """Create the activity for a user, if there is one who still sees the chat."""
        if user and self.with_user(user).has_access("read"):
            chat = self.with_context(mail_activity_quick_update=True, lang=user.lang)
            chat.activity_schedule(
                ACTIVITY,
                user_id=user.id,
                summary=chat.env._("%s waits for an answer", self.name),
            )

    def _end_reminders(self):
        """Delete the activities of chats that wait no longer."""
        reminded = self.filtered("reminder_level")
        if reminded:
            reminded.activity_unlink([ACTIVITY])
            reminded.reminder_level = 0

    def _move_reminders(self, user):
        """Move the activities of the operators to the one who has the chats now.

        Without one, they end. Nobody gets two: that of the supervisor stays.

        :param user: the ``res.users``, may be empty
        """
        for chat in self.filtered("reminder_level"):
            activities = chat.activity_search([ACTIVITY])
            of_supervisor = activities.browse()
            if chat.reminder_level == REMINDED_SUPERVISOR:
                supervisor = chat.instance_id.supervisor_id
                of_supervisor = activities.filtered(lambda each, s=supervisor: each.user_id == s)
            if user - of_supervisor.user_id:
                (activities - of_supervisor).user_id = user
            else:
                (activities - of_supervisor).unlink()

    # Odoo expects these of every record with activities. A chat has no chatter of its own.

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        """Do nothing, since a chat has no followers.

        :return: bool, True
        """
        self.check_access("read")
        return True

    def message_post_with_source(self, source_ref=None, **kwargs):
        """Post nothing when an activity is done.

        :return: an empty ``mail.message`` recordset
        """
        self.check_access("read")
        return self.env["mail.message"]

    def message_notify(self, *, partner_ids=None, **kwargs):
        """Notify a user of an activity, as a record with a chatter does.

        :param list partner_ids: of the contacts of the users
        :return: the ``mail.message``, empty without contacts
        """
        self.ensure_one()
        self.check_access("read")
        if not partner_ids:
            return self.env["mail.message"]
        return self.env["mail.thread"].message_notify(
            model=self._name, res_id=self.id, partner_ids=partner_ids, **kwargs
        )

    # === AWAY MESSAGE === #

    def _send_away_message(self, date):
        """Send the away message to a person who writes outside the working time, once.

        :param datetime date: UTC, of the person's message
        """
        self.ensure_one()
        instance, now = self.instance_id, fields.Datetime.now()
        lang = self.partner_id.lang or instance.company_id.partner_id.lang
        text = instance.with_context(lang=lang).away_message
        if not text or self.chat_type != "user" or now - date > AWAY_MAX_DELAY:
            return
        was_told = self.away_date and not instance._get_working_hours(self.away_date, now)
        if was_told or instance._is_working_time(now):
            return
        self.away_date = now
        messages = self.env["telegram.message"]
        messages._queue(self, {**messages._prepare_text(text), "is_automatic": True})
