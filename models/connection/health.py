# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Health of the accounts: what is wrong, what helps, and the figures of *Telegram → Overview*."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from babel.dates import format_date, format_timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import babel_locale_parse, get_lang

from ... import const
from ...client import GreenApiError
from ...tools.clock import format_short_datetime
from ..telegram_message import CONFIRMED_STATES
from .scheduled_actions import HEARTBEAT_INTERVAL

CLOCK_MAX = 60  # seconds by which the clocks of Odoo and GREEN-API may differ
QUEUE_PATIENCE = timedelta(minutes=15)  # a message that waits for longer is stuck
FAILING_ATTEMPTS = 3  # downloads of a file after which it counts as failing
TRAFFIC_DAYS = 7
DAY = timedelta(days=1)
LEVELS = ("good", "warning", "danger")
# What helps in each state that stops the account. Without an entry, only the form helps.
ACTIONS_OF_STATES = {
    "unchecked": "action_start",
    const.STATE_NOT_AUTHORIZED: "action_sign_in",
    const.STATE_PENDING_PASSWORD: "action_sign_in",
    const.STATE_STARTING: "action_check_state",
    "stuck": "action_log_out",
    "suspended": "action_check_state",
    "blocked": "action_restart",
    const.CODE_EXPIRED: "console",
    const.CODE_DELETED: "console",
    "unknown": "action_check_state",
}


@dataclass(frozen=True)
class Problem:
    """What is wrong with an account, and what helps.

    :param str code: for monitoring, does not change with the language
    :param str level: "warning" or "danger": something fails, or nothing works
    :param str message: what happened and what to do
    :param str action: what the button of the card does: a method of the account, or another name
        that the view knows
    """

    code: str
    level: str
    message: str
    action: str = "open"


@dataclass(frozen=True)
class Figures:
    """The figures of one account, read for all accounts with one query."""

    last_in_date: datetime | None = None
    last_out_date: datetime | None = None
    last_attempt_date: datetime | None = None  # of sending any message
    oldest_due_date: datetime | None = None  # of the messages that could be sent now
    waiting_files: int = 0
    failing_files: int = 0  # of the last 24 hours
    failed_messages: int = 0  # of the last 24 hours


class TelegramMessage(models.Model):
    """Extend ``telegram.message`` with the index that makes the figures cheap."""

    _inherit = "telegram.message"

    _traffic_index = models.Index("(instance_id, direction, date)")


class TelegramInstance(models.Model):
    """Extend ``telegram.instance`` with its health.

    All rules about what counts as a problem are here, in ``_find_problems``. The card, the form and
    the check for monitoring read them. Reading the health never calls GREEN-API.
    """

    _inherit = "telegram.instance"
    _protected = {
        "quota_date",
        "quota_error",
        "service_message_count",
        "service_event_count",
        "service_count_date",
    }

    health = fields.Selection(
        [("good", "Works"), ("warning", "Needs Attention"), ("danger", "Does Not Work")],
        compute="_compute_health",
    )
    health_message = fields.Text("Problem", compute="_compute_health")
    health_others = fields.Text("Other Problems", compute="_compute_health")
    health_action = fields.Char(compute="_compute_health", help="What the button of the card does.")
    last_in_date = fields.Datetime("Last Received", compute="_compute_figures")
    last_out_date = fields.Datetime("Last Sent", compute="_compute_figures")
    oldest_due_date = fields.Datetime(
        "Oldest Waiting", compute="_compute_figures", help="Date of the oldest queued message."
    )
    waiting_file_count = fields.Integer("Waiting Files", compute="_compute_figures")
    failed_count = fields.Integer(
        "Failures Today", compute="_compute_figures", help="Failed messages of the last 24 hours."
    )
    paid_until = fields.Char(
        compute="_compute_paid_until",
        compute_sudo=True,
        help="As GREEN-API writes it. Known for instances of a GREEN-API partner only.",
    )
    traffic = fields.Text(
        compute="_compute_traffic", help="Messages of the last days, for the graph of the card."
    )
    quota_date = fields.Datetime(
        "Quota Used Up", readonly=True, copy=False, help="When GREEN-API last reported it."
    )
    quota_error = fields.Char(readonly=True, copy=False)
    service_message_count = fields.Integer(
        "To Send at GREEN-API",
        readonly=True,
        copy=False,
        help="Messages that GREEN-API has not sent yet.",
    )
    service_event_count = fields.Integer(
        "To Deliver at GREEN-API",
        readonly=True,
        copy=False,
        help="Events that GREEN-API has not delivered yet.",
    )
    service_count_date = fields.Datetime("Queues Read", readonly=True, copy=False)

    # === COMPUTE METHODS === #

    @api.depends("state", "last_error", "quota_date", "file_error", "clock_offset")
    @api.depends_context("lang", "tz", "uid")
    def _compute_health(self):
        for instance, problems in self._find_problems().items():
            instance.health = get_level(problems)
            instance.health_message = problems[0].message if problems else False
            instance.health_action = problems[0].action if problems else False
            instance.health_others = "\n".join(problem.message for problem in problems[1:])

    def _compute_figures(self):
        figures = self._get_figures()
        for instance in self:
            own = figures[instance]
            instance.last_in_date = own.last_in_date
            instance.last_out_date = own.last_out_date
            instance.oldest_due_date = own.oldest_due_date
            instance.waiting_file_count = own.waiting_files
            instance.failed_count = own.failed_messages

    def _compute_paid_until(self):
        lines = self.env["telegram.api.partner.instance"].search_fetch(
            [("id_instance", "in", self.mapped("id_instance"))], ["id_instance", "expires_at"]
        )
        dates = {line.id_instance: line.expires_at for line in lines}
        for instance in self:
            instance.paid_until = dates.get(instance.id_instance, False)

    @api.depends_context("lang", "tz")
    def _compute_traffic(self):
        counts = self._get_traffic()
        today = fields.Date.context_today(self)
        days = [today - timedelta(days=ago) for ago in reversed(range(TRAFFIC_DAYS))]
        locale = babel_locale_parse(get_lang(self.env).code)
        labels = [format_date(day, "E d", locale=locale) for day in days]
        titles = {"incoming": self.env._("Received"), "outgoing": self.env._("Sent")}
        for instance in self:
            data = [
                {
                    "key": title,
                    "values": [counts.get((instance.id, direction, day), 0) for day in days],
                }
                for direction, title in titles.items()
            ]
            instance.traffic = json.dumps({"labels": labels, "series": data}, ensure_ascii=False)

    # === ACTION METHODS === #

    def action_refresh_health(self):
        """Fetch the state and the queues from GREEN-API and show the card again."""
        self.ensure_one()
        self.check_access("write")
        store, result = self._fetch_state()
        is_answered = not isinstance(result, GreenApiError)
        counts = self._fetch_service_counts() if is_answered else {}
        store(result)
        # sudo: telegram.instance - reported by GREEN-API, not entered by the user
        self.sudo().write(counts)
        return self._notify(self.health_message or self.state_message, self.health == "good")

    def action_resume_sending(self):
        """Send what waits now, without the rest of a pause."""
        self.check_access("write")
        # sudo: telegram.instance - users write the pause by this button only
        self.sudo().write({"send_after": False})
        self._trigger_send()
        return self._notify(self.env._("The messages that wait are sent in a moment."))

    def action_retry_files(self):
        """Download the files again that failed within the last 24 hours."""
        self.ensure_one()
        self.check_access("write")
        messages = self.env["telegram.message"]
        failing = messages.search(self._get_failing_file_domain())
        failed = failing.filtered(lambda message: message.download_state == "failed")
        paused = [("instance_id", "=", self.id), ("download_state", "=", "waiting")]
        # sudo: telegram.message - users change messages by buttons only
        messages.search(paused).sudo().write({"download_after": False})
        if failed:
            failed.action_fetch_file()
        # sudo: ir.cron - it belongs to the account
        self.sudo().receive_cron_id._trigger()
        return self._notify(self.env._("The files are downloaded again in a moment."))

    # === PROBLEMS === #

    def _find_problems(self):
        """Return what is wrong with each of these accounts, the worst first.

        :return: dict of lists of Problem by ``telegram.instance``
        """
        figures = self._get_figures()
        silences = self._find_silences(figures)
        problems = {}
        for instance in self:
            found = [
                *instance._find_state_problems(),
                *instance._find_server_problems(figures[instance]),
                *instance._find_receiving_problems(silences.get(instance)),
                *instance._find_failures(figures[instance]),
            ]
            problems[instance] = sorted(
                found, key=lambda problem: LEVELS.index(problem.level), reverse=True
            )
        return problems

    def _find_state_problems(self):
        """Return why the account does not work at GREEN-API or at Telegram."""
        self.ensure_one()
        if not self.active:
            return
        if self.is_other_database:
            yield Problem("other_database", "danger", self._get_other_database_message())
        elif self.id and not self.has_api_token:
            yield Problem("token_missing", "danger", self._get_missing_token_message())
        elif self.state != const.STATE_AUTHORIZED:
            state = "stuck" if self._is_stuck() else self.state
            level = "warning" if state in ("unchecked", const.STATE_STARTING) else "danger"
            action = ACTIONS_OF_STATES.get(state, "open")
            yield Problem(f"state_{state}", level, self.state_message, action)
        elif self.receive_mode == "webhook" and self.last_error and self.service_event_count:
            yield Problem("webhook", "danger", self.last_error, "action_set_up_receiving")
        elif self.last_error:
            yield Problem("call_failed", "danger", self.last_error, "action_check_state")
        this_month = fields.Date.today().replace(day=1)
        if self.quota_date and self.quota_date.date() >= this_month:
            yield Problem("quota", "warning", self.quota_error or "", "console")

    def _find_server_problems(self, figures):
        """Return what is wrong with the server of Odoo.

        :param Figures figures: of the account
        """
        self.ensure_one()
        if not self._is_working_here():
            return
        now = fields.Datetime.now()
        since = self.last_run_date or self.create_date
        crons = self._get_crons()
        if not all(crons.mapped("active")) or now - since > self._get_longest_silence():
            message = self.env._(
                "Odoo's scheduler has not worked for this account since %s, so nothing is sent or "
                "received. Check that the two scheduled actions of the account are active, and "
                "that the Odoo server runs scheduled actions (max_cron_threads).",
                self._format_date(since),
            )
            yield Problem("scheduler", "danger", message, "scheduled_actions")
        if abs(self.clock_offset) > CLOCK_MAX or since > now + HEARTBEAT_INTERVAL:
            message = self.env._(
                "The clock of the Odoo server is wrong: it differs from that of GREEN-API by %s "
                "seconds. Let the server synchronize its clock (NTP), then click Refresh.",
                abs(self.clock_offset) or round((since - now).total_seconds()),
            )
            yield Problem("clock", "warning", message, "action_refresh_health")
        if self.file_error:
            message = self.env._(
                "%s Free space on the disk of the Odoo server, then click Retry Downloads.",
                self.file_error,
            )
            yield Problem("disk", "danger", message, "action_retry_files")
        if self._is_queue_stuck(figures):
            message = self.env._(
                "Messages have waited since %s although the account works. Click Resume Sending. "
                "If they still wait after some minutes, check the scheduled action that sends.",
                self._format_date(figures.oldest_due_date),
            )
            yield Problem("queue", "danger", message, "action_resume_sending")

    def _find_receiving_problems(self, silence):
        """Return why messages may be missing.

        :param silence: hours of working time without an incoming message, if that is unusual
        """
        self.ensure_one()
        if not self._is_working_here() or self.state != const.STATE_AUTHORIZED:
            return
        if self.receiving_message:
            action = "action_check_state" if self.settings_sent_date else "action_set_up_receiving"
            yield Problem("receiving", "warning", self.receiving_message, action)
        if silence:
            message = self._get_silence_message(silence)
            yield Problem("silence", "warning", message, "action_fetch_missed")

    def _find_failures(self, figures):
        """Return what failed today.

        :param Figures figures: of the account
        """
        self.ensure_one()
        if figures.failing_files and not self.file_error:
            last = self.env["telegram.message"].search(self._get_failing_file_domain(), limit=1)
            message = self.env._(
                "Files of the last 24 hours that could not be downloaded: %(count)s. The last "
                "reason: %(reason)s Click Retry Downloads.",
                count=figures.failing_files,
                reason=(last.download_error or "?").rstrip(".") + ".",
            )
            yield Problem("files", "warning", message, "action_retry_files")
        if self.set_aside_count:
            message = self.env._(
                "Events that could not be processed: %s. Look at the reasons, then process them "
                "again.",
                self.set_aside_count,
            )
            yield Problem("events", "warning", message, "events")
        if figures.failed_messages:
            message = self.env._(
                "Messages of the last 24 hours that were not sent: %s. Look at the reasons, then "
                "send them again.",
                figures.failed_messages,
            )
            yield Problem("failures", "warning", message, "failures")

    def _is_working_here(self):
        """Return whether this database works with the account."""
        return self.active and self.has_api_token and not self.is_other_database

    def _is_queue_stuck(self, figures):
        """Return whether messages wait although nothing holds them up.

        :param Figures figures: of the account
        """
        limit = fields.Datetime.now() - QUEUE_PATIENCE
        is_late = figures.oldest_due_date and figures.oldest_due_date < limit
        is_idle = not figures.last_attempt_date or figures.last_attempt_date < limit
        can_send = self.state == const.STATE_AUTHORIZED and not self.last_error
        return bool(is_late and is_idle and can_send and self._get_send_budget().messages)

    # === FIGURES === #

    def _get_figures(self):
        """Return the figures of the accounts, read with one query over indexes.

        :return: dict of Figures by ``telegram.instance``
        """
        self.env["telegram.message"].flush_model()
        self.env["telegram.chat"].flush_model(["is_new_contact"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT instance.id,
                       (SELECT max(date) FROM telegram_message
                         WHERE instance_id = instance.id AND direction = 'incoming'),
                       (SELECT date FROM telegram_message
                         WHERE instance_id = instance.id AND direction = 'outgoing'
                           AND state IN %(confirmed)s
                         ORDER BY date DESC LIMIT 1),
                       (SELECT max(last_attempt_date) FROM telegram_message
                         WHERE instance_id = instance.id AND last_attempt_date <= %(now)s),
                       (SELECT min(COALESCE(message.scheduled_date, message.date))
                          FROM telegram_message AS message
                          JOIN telegram_chat AS chat ON chat.id = message.chat_id
                         WHERE message.instance_id = instance.id AND message.state = 'queued'
                           AND COALESCE(message.scheduled_date, message.date) <= %(now)s
                           AND chat.is_new_contact IS NOT TRUE),
                       (SELECT count(*) FROM telegram_message
                         WHERE instance_id = instance.id AND download_state = 'waiting'),
                       (SELECT count(*) FROM telegram_message
                         WHERE instance_id = instance.id AND direction = 'incoming'
                           AND date > %(day)s
                           AND (download_state = 'failed' OR (
                               download_state = 'waiting' AND download_attempts >= %(attempts)s))),
                       (SELECT count(*) FROM telegram_message
                         WHERE instance_id = instance.id AND direction = 'outgoing'
                           AND date > %(day)s AND state = 'error')
                  FROM telegram_instance AS instance
                 WHERE instance.id = ANY(%(ids)s)
                """,
                now=fields.Datetime.now(),
                day=fields.Datetime.now() - DAY,
                attempts=FAILING_ATTEMPTS,
                confirmed=CONFIRMED_STATES,
                ids=self.ids,
            )
        )
        figures = {row[0]: Figures(*row[1:]) for row in rows}
        return {instance: figures.get(instance.id, Figures()) for instance in self}

    def _get_failing_file_domain(self):
        """Return the domain of the files of the last 24 hours that fail."""
        failing = Domain("download_state", "=", "failed")
        failing |= Domain("download_state", "=", "waiting") & Domain(
            "download_attempts", ">=", FAILING_ATTEMPTS
        )
        return (
            Domain("instance_id", "in", self.ids)
            & Domain("direction", "=", "incoming")
            & Domain("date", ">", fields.Datetime.now() - DAY)
            & failing
        )

    def _get_traffic(self):
        """Return how many messages came in and went out on each of the last days.

        :return: dict of numbers by account ID, direction and day in the user's time zone
        """
        self.env["telegram.message"].flush_model(["instance_id", "direction", "date", "state"])
        zone = self.env.user.tz or "UTC"
        rows = self.env.execute_query(
            SQL(
                """
                SELECT instance_id, direction,
                       (date AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date AS day, count(*)
                  FROM telegram_message
                 WHERE instance_id = ANY(%(ids)s) AND direction IN ('incoming', 'outgoing')
                   AND date >= %(since)s AND state NOT IN ('error', 'canceled', 'queued')
                 GROUP BY instance_id, direction, day
                """,
                zone=zone,
                ids=self.ids,
                since=fields.Datetime.now() - timedelta(days=TRAFFIC_DAYS + 1),
            )
        )
        return {(id_, direction, day): count for id_, direction, day, count in rows}

    # === TEXTS === #

    def _get_missing_token_message(self):
        return self.env._(
            "The API token is not set. Copy apiTokenInstance from the GREEN-API console and enter "
            "it on the account."
        )

    def _format_date(self, date):
        """Return a date in UTC in the time zone and language of the user."""
        return format_short_datetime(self.env, date)

    def _format_hours(self, hours):
        """Return a number of hours in words."""
        locale = babel_locale_parse(get_lang(self.env).code)
        return format_timedelta(timedelta(hours=hours), granularity="hour", locale=locale)


def get_level(problems):
    """Return "good", or the level of the worst problem."""
    return max((problem.level for problem in problems), key=LEVELS.index, default="good")
