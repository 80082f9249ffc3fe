# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Alert when nothing comes in although something usually does; ask GREEN-API how it is."""

import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, ValidationError
from odoo.tools import SQL

from ... import const
from ...client import GreenApiError
from ...tools.transactions import write_and_commit

_logger = logging.getLogger(__name__)

SILENCE_ACTIVITY = "telegram_green_api.mail_activity_type_silence"
# What is usual is learned from the weeks before the silence.
LEARNING_PERIOD = timedelta(weeks=4)
# Hours with messages that would be expected in the silence. With three, one silence in twenty would
# be chance if customers wrote at random; at night and on days off none are expected.
EXPECTED_MIN = 3


class TelegramInstance(models.Model):
    """Extend ``telegram.instance`` with the alert about a silence.

    An outage that no error shows is seen only because customers stop writing. So the silence is
    measured in hours of working time, and compared with the weeks before.
    """

    _inherit = "telegram.instance"

    silence_hours = fields.Integer(
        "Silence Alert (hours)",
        default=4,
        help="Hours of working time without an incoming message after which the administrator gets "
        "an activity, if messages usually come in more often. 0 turns it off.",
    )

    @api.constrains("silence_hours")
    def _check_silence_hours(self):
        if any(instance.silence_hours < 0 for instance in self):
            raise ValidationError(
                self.env._("“Silence Alert (hours)” must be 0 or a positive number.")
            )

    # === SCHEDULED ACTION === #

    @api.model
    def _cron_check_health(self):
        """Fetch states and queues, and alert the administrators of silent accounts. Commits."""
        instances = self.search([("state", "=", const.STATE_AUTHORIZED)])
        instances = instances.filtered(lambda instance: instance._is_working_here())
        commit = self.env["ir.cron"]._commit_progress
        commit(remaining=len(instances))
        for instance in instances:
            try:
                instance._in_company()._check_health_and_commit()
            except ConcurrencyError:
                # The others do not wait for it. The next run checks it again.
                _logger.info("Telegram instance %s: concurrent updates each time", instance.id)
            if not commit(processed=1):
                return

    def _check_health_and_commit(self):
        """Fetch the state and the queues of one account, and alert if it is silent. Commits.

        :raise ConcurrencyError: every attempt met a concurrent update
        """
        if not self.exists():
            return  # deleted since the scheduled action began
        self._check_state_and_commit()
        is_working = self.state == const.STATE_AUTHORIZED
        if is_working and (counts := self._fetch_service_counts()):
            write_and_commit(self.env, self.write, counts)
        write_and_commit(self.env, self._update_silence_activity)

    def _fetch_service_counts(self):
        """Fetch the lengths of GREEN-API's queues, and measure its clock.

        :return: dict of field values; empty if GREEN-API did not respond
        """
        self.ensure_one()
        try:
            with self._get_client() as client:
                counts = {
                    "service_message_count": client.get_messages_count(),
                    "service_event_count": client.get_webhooks_count(),
                    "service_count_date": fields.Datetime.now(),
                }
                offset = client.clock_offset
        except GreenApiError as error:
            # The actions that send and receive meet the same error, and report it.
            _logger.info("Telegram instance %s: its queues are not known (%s)", self.id, error.code)
            return {}
        return counts if offset is None else {**counts, "clock_offset": round(offset)}

    # === SILENCE === #

    def _find_silences(self, figures):
        """Return the accounts to which nobody has written for unusually long.

        :param dict figures: of the accounts, by ``telegram.instance``
        :return: dict of hours of working time by ``telegram.instance``
        """
        now = fields.Datetime.now()
        candidates = self.filtered(
            lambda instance: (
                instance.silence_hours
                and instance.state == const.STATE_AUTHORIZED
                and figures[instance].last_in_date
                and figures[instance].last_in_date < now - timedelta(hours=instance.silence_hours)
            )
        )
        lively_hours = candidates._count_lively_hours() if candidates else {}
        silences = {}
        for instance in candidates:
            since = figures[instance].last_in_date
            calendar = instance.working_calendar_id or instance.company_id.resource_calendar_id
            silence = _get_hours(calendar, since, now)
            usual = _get_hours(calendar, since - LEARNING_PERIOD, since)
            expected = usual and lively_hours.get(instance.id, 0) / usual * silence
            if silence >= instance.silence_hours and expected >= EXPECTED_MIN:
                silences[instance] = silence
        return silences

    def _count_lively_hours(self):
        """Return in how many hours before the silence messages came in.

        Hours are counted, not messages: one customer who writes ten lines is one sign of life.

        :return: dict of numbers by account ID
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT instance.id, count(DISTINCT date_trunc('hour', message.date))
                  FROM telegram_instance AS instance
                  JOIN LATERAL (
                       SELECT max(date) AS date
                         FROM telegram_message
                        WHERE instance_id = instance.id AND direction = 'incoming'
                  ) AS last ON TRUE
                  JOIN telegram_message AS message
                    ON message.instance_id = instance.id AND message.direction = 'incoming'
                   AND message.date > last.date - %(period)s
                 WHERE instance.id = ANY(%(ids)s)
                 GROUP BY instance.id
                """,
                period=LEARNING_PERIOD,
                ids=self.ids,
            )
        )
        return dict(rows)

    def _update_silence_activity(self):
        """Create the activity about a silence, once each, and close it when a message comes in."""
        self.ensure_one()
        figures = self._get_figures()
        if not self._find_silences(figures):
            self._close_activity(
                SILENCE_ACTIVITY, lambda instance: instance.env._("Messages come in again.")
            )
            return
        # A user who has marked it as done knows about this silence.
        known = self.with_context(active_test=False).activity_search(
            [SILENCE_ACTIVITY],
            additional_domain=[("create_date", ">", figures[self].last_in_date)],
        )
        if not known:
            self._schedule_activity(SILENCE_ACTIVITY, self._prepare_silence_activity)

    def _prepare_silence_activity(self, instance):
        silences = instance._find_silences(instance._get_figures())
        summary = instance.env._("Telegram: no messages come in")
        return summary, instance._get_silence_message(silences.get(instance, 0))

    def _get_silence_message(self, hours):
        return self.env._(
            "Nothing has come in for %s of working time although customers usually write. Click "
            "Fetch Missed Messages. If there are none, write to the account from another phone.",
            self._format_hours(hours),
        )


def _get_hours(calendar, since, until):
    """Return the hours of working time between two dates in UTC; all of them without calendar."""
    if not calendar:
        return (until - since).total_seconds() / 3600
    return calendar.get_work_hours_count(since, until)
