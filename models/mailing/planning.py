# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""When a mailing will end, by the limits that the queue observes.

These are the rate of the account, the number of new contacts a day, and the pace and the hours of
the mailing.
"""

from collections import deque
from datetime import datetime, time, timedelta, timezone
from math import ceil
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.tools import SQL, format_datetime, format_duration

HOUR_SECONDS = 3600
DAY = timedelta(days=1)
PACE_SECONDS = 600  # the pace is observed within spans of this length
SIMULATED = 1000  # new contacts, or days; what comes after them goes on like this
FARTHEST = timedelta(days=365 * 1000)  # from the beginning: a later end is none
HOURS_OF_DAY = 24


def get_pace_window(pace):
    """Return how many messages a pace allows within how many seconds.

    The scheduler wakes once a minute, so single messages would be late each time.

    :param int pace: messages per hour
    """
    count = max(ceil(pace * PACE_SECONDS / HOUR_SECONDS), 1)
    return count, count * HOUR_SECONDS / pace


class SendingHours:
    """The hours of each day at which a mailing sends. Dates are UTC without a time zone.

    :param float hour_from: local time of the beginning
    :param float hour_to: of the end; an earlier one is on the next day
    :param str tz: name of the time zone
    """

    def __init__(self, hour_from, hour_to, tz):
        self._start, self._end, self._tz = hour_from, hour_to, ZoneInfo(tz or "UTC")
        self.is_always = not hour_from and hour_to >= HOURS_OF_DAY

    def get_open(self, date):
        """Return the first date from this one on at which messages are sent."""
        if self.is_always:
            return date
        local = self._to_local(date)
        for days in (-1, 0, 1):
            start, end = self._get_span(local.date() + timedelta(days=days))
            if date < end:
                return max(start, date)
        return date  # in the hour that a change of the clock repeats

    def get_close(self, date):
        """Return the end of the span that holds this date; None if it has no end."""
        if self.is_always:
            return None
        local = self._to_local(date)
        spans = [self._get_span(local.date() + timedelta(days=days)) for days in (-1, 0, 1)]
        return next((end for start, end in spans if start <= date < end), date + DAY)

    def _get_span(self, day):
        """Return the beginning and the end of the span that begins on a local day."""
        length = (self._end - self._start) % HOURS_OF_DAY or HOURS_OF_DAY
        midnight = datetime.combine(day, time())
        start = midnight + timedelta(hours=self._start)
        return self._to_utc(start), self._to_utc(start + timedelta(hours=length))

    def _to_local(self, date):
        return date.replace(tzinfo=timezone.utc).astimezone(self._tz).replace(tzinfo=None)

    def _to_utc(self, date):
        return date.replace(tzinfo=self._tz).astimezone(timezone.utc).replace(tzinfo=None)


class CommonHours:
    """The time that several ``SendingHours`` share."""

    def __init__(self, *hours):
        self._hours = [each for each in hours if not each.is_always]

    def get_open(self, date):
        """Return the first date from this one on at which messages are sent; None if there is none.

        Each of the hours begins once a day, so those that have not met within two days never do.
        """
        for _attempt in range(2 * len(self._hours) + 2):
            later = max((each.get_open(date) for each in self._hours), default=date)
            if later == date:
                return date
            date = later
        return None

    def get_close(self, date):
        """Return the end of the span that holds this date; None if it has no end."""
        return min((each.get_close(date) for each in self._hours), default=None)


class SendPlan:
    """Compute when a number of messages will have been sent.

    :param datetime start: the earliest date, UTC
    :param float seconds: between two messages, on average
    :param hours: ``SendingHours`` or ``CommonHours`` at which messages are sent
    :param int daily_limit: new contacts within 24 hours
    :param list recent: dates of the last new contacts, oldest first
    """

    def __init__(self, start, seconds, hours, daily_limit, recent=()):
        self._start, self._seconds, self._hours = start, seconds, hours
        self._limit, self._recent = daily_limit, list(recent)

    def get_end(self, count, new, parts=1):
        """Return the date of the last message; None if it is never sent.

        That is so if the hours never meet, or if new contacts are not written to.

        :param int count: of recipients
        :param int new: how many of them are new contacts
        :param float parts: messages to each of them
        """
        if not count:
            return self._start
        if self._hours.get_open(self._start) is None:
            return None
        end = self._spend((count * parts - 1) * self._seconds)
        if not new:
            return end
        return max(end, self._get_end_of_new(new)) if self._limit else None

    def _spend(self, seconds):
        """Return when this time has passed within the hours of the mailing.

        At least one message is sent in each span of hours, however slow the pace is.
        """
        date = first = self._open(self._start)
        total, spans = seconds, 0
        while close := self._hours.get_close(date):
            open_seconds = (close - date).total_seconds()
            if seconds <= open_seconds:
                break
            seconds = max(seconds - max(open_seconds, self._seconds), 0)
            date = self._open(close)
            spans += 1
            if spans == SIMULATED:
                return self._go_on(first, date, seconds / (total - seconds))
        return date + timedelta(seconds=min(seconds, FARTHEST.total_seconds()))

    def _open(self, date):
        """Return when sending goes on; the date itself on a day whose hours do not meet."""
        return self._hours.get_open(date) or date

    @staticmethod
    def _go_on(first, date, factor):
        """Return a date that is this many times as far behind another one as that behind the first.

        :param datetime first: the beginning
        :param datetime date: as far as it was computed
        :param float factor: what is left, as a share of what was computed
        """
        days = min((date - first) / DAY * factor, FARTHEST.days)
        return date + timedelta(days=days)

    def _get_end_of_new(self, new):
        """Return when the last new contact is written to."""
        dates = deque(self._recent[-self._limit :], maxlen=self._limit)
        date = first = self._open(self._start)
        simulated = min(new, max(SIMULATED, self._limit + 1))
        for number in range(simulated):
            if len(dates) == self._limit:
                date = max(date, dates[0] + DAY)
            if number:
                date += timedelta(seconds=self._seconds)
            date = self._open(date)
            dates.append(date)
        return self._go_on(first, date, (new - simulated) / simulated)


class TelegramMailing(models.Model):
    """Extends ``telegram.mailing`` with its planned end."""

    _inherit = "telegram.mailing"

    planned_end = fields.Datetime(compute="_compute_plan", compute_sudo=False)
    plan = fields.Text(
        compute="_compute_plan", compute_sudo=False, help="The planned end, and what it depends on."
    )

    @api.depends_context("lang", "tz", "uid")
    @api.depends(
        "state",
        "scheduled_date",
        "hour_from",
        "hour_to",
        "tz",
        "pace",
        "recipient_count",
        "new_contact_count",
        "is_ab_test",
        "ab_share",
        "ab_hours",
        "instance_id.daily_new_contact_limit",
    )
    def _compute_plan(self):
        for mailing in self:
            mailing.planned_end, mailing.plan = mailing._get_plan()

    def _get_plan(self):
        """Return the planned end, and a text about it; both False if nothing is left to send."""
        self.ensure_one()
        if self.state in ("done", "stopped") or not self.instance_id:
            return False, False
        count, new, compared, compared_new = self._count_left()
        if not count:
            return False, False
        seconds = self._get_seconds_per_message()
        first = self._get_first_date()
        end = self._get_end(first, count, new)
        if end and self._get_decision_date() and compared < count:
            rest = (count - compared, new - compared_new)
            end = max(end, self._get_end(self._get_rest_date(first, compared, compared_new), *rest))
        _ = self.env._
        if not end and not self._get_hours().get_open(first):
            return False, _(
                "Nothing can be sent: the hours of the mailing are within the quiet hours of its "
                "account. Change one of them."
            )
        if not end:
            return False, _(
                "New contacts among the recipients: %(new)s of %(count)s. The account writes to no "
                "new contacts because its Daily New Contacts Limit is 0.",
                new=new,
                count=count,
            )
        date = self._format_end(end)
        text = _("%(count)s messages are sent by %(date)s", count=count, date=date)
        if count == 1:
            text = _("1 message is sent by %s", date)
        return end, f"{text}: {', '.join(self._get_limits(new, seconds))}."

    def _get_end(self, start, count, new):
        """Return when these recipients, and what is sent meanwhile, have got their messages.

        :param datetime start: the earliest date, UTC
        :param int count: of recipients
        :param int new: how many of them are new contacts
        :return: datetime, or None if some of them never get any
        """
        instance = self.instance_id
        plan = SendPlan(
            start,
            self._get_seconds_per_message(),
            self._get_hours(),
            instance.daily_new_contact_limit,
            instance._find_new_contacts().mapped("first_contact_date"),
        )
        ahead, new_ahead = self._count_ahead()
        parts = max(len(self.attachment_ids) + len(self.report_ids), 1)
        return plan.get_end(count + ahead, new and new + new_ahead, parts)

    def _get_rest_date(self, first, compared, new):
        """Return when those begin who get the better text of a comparison.

        :param datetime first: the earliest date for the comparison, UTC
        :param int compared: recipients of the comparison who are left
        :param int new: how many of them are new contacts
        """
        decision = self._get_decision_date()
        if not compared:
            return max(first, decision)
        hours = decision - max(first, fields.Datetime.now())
        return self._get_end(first, compared, new) + max(hours, timedelta())

    def _format_end(self, end):
        """Return a date in words; the year only if it is not the present one."""
        in_zone = self.with_context(tz=self.tz)
        years = {
            fields.Datetime.context_timestamp(in_zone, date).year
            for date in (end, fields.Datetime.now())
        }
        dt_format = "EEEE, d MMMM, HH:mm" if len(years) == 1 else "EEEE, d MMMM y, HH:mm"
        return format_datetime(self.env, end, tz=self.tz, dt_format=dt_format)

    def _get_hours(self):
        """Return the hours of the mailing outside the quiet hours of its account.

        The quiet hours of a contact are those of its own time zone, which may differ.
        """
        hours = [SendingHours(self.hour_from, self.hour_to, self.tz)]
        if (instance := self.instance_id).has_quiet_hours:
            hours.append(SendingHours(instance.quiet_until, instance.quiet_from, instance.tz))
        return CommonHours(*hours)

    def _get_limits(self, new, seconds):
        """Return the limits that the planned end depends on, as texts."""
        _ = self.env._
        limits = []
        if new:
            limits.append(
                _("at most %s a day to new contacts", self.instance_id.daily_new_contact_limit)
            )
        limits.append(_("at most %s an hour", int(HOUR_SECONDS / seconds)))
        if not SendingHours(self.hour_from, self.hour_to, self.tz).is_always:
            limits.append(
                _(
                    "from %(start)s to %(end)s",
                    start=format_duration(self.hour_from),
                    end=format_duration(self.hour_to),
                )
            )
        if (instance := self.instance_id).has_quiet_hours:
            limits.append(
                _(
                    "not from %(start)s to %(end)s",
                    start=format_duration(instance.quiet_from),
                    end=format_duration(instance.quiet_until),
                )
            )
        return limits

    def _get_first_date(self):
        """Return the earliest date at which the mailing can go on."""
        dates = [fields.Datetime.now()]
        if self.scheduled_date:
            dates.append(self.scheduled_date)
        return max(dates)

    def _get_seconds_per_message(self):
        """Return the seconds between two messages by the account's limits and the pace."""
        instance = self.instance_id
        seconds = (instance.send_interval + instance.typing_time) / 1000
        return max(seconds, HOUR_SECONDS / self.pace) if self.pace else seconds

    def _count_left(self):
        """Return how many recipients are left, and how many of them are new contacts.

        :return: tuple of both, and of the same for the recipients of a comparison
        """
        if self.state in ("draft", "test", "scheduled"):
            count, new = self.recipient_count, self.new_contact_count
            compared = self._get_compared_count(count)
            return count, new, compared, round(new * compared / max(count, 1))
        self.env.flush_all()
        [row] = self.env.execute_query(
            SQL(
                """
                SELECT count(*),
                       count(*) FILTER (WHERE chat.id IS NULL OR chat.is_new_contact),
                       count(recipient.variant),
                       count(recipient.variant)
                           FILTER (WHERE chat.id IS NULL OR chat.is_new_contact)
                  FROM telegram_mailing_recipient AS recipient
                  LEFT JOIN telegram_message AS message ON message.id = recipient.message_id
                  LEFT JOIN telegram_chat AS chat ON chat.id = recipient.chat_id
                 WHERE recipient.mailing_id = %s
                   AND (recipient.state = 'waiting'
                        OR recipient.state = 'composed' AND message.state = 'queued')
                """,
                self.id,
            )
        )
        return row

    def _count_ahead(self):
        """Return how many other messages of the account are sent meanwhile.

        :return: tuple of their number and of those to new contacts
        """
        closed = self._find_closed(self.instance_id)
        held = [id_ for id_, opening in closed.items() if opening is False]
        [row] = self.env.execute_query(
            SQL(
                """
                SELECT count(*), count(*) FILTER (WHERE chat.is_new_contact)
                  FROM telegram_message AS message
                  JOIN telegram_chat AS chat ON chat.id = message.chat_id
                 WHERE message.instance_id = %s
                   AND message.state = 'queued'
                   AND (message.mailing_id IS NULL OR message.mailing_id != ALL(%s::int[]))
                """,
                self.instance_id.id,
                [*held, self._origin.id or 0],
            )
        )
        return row
