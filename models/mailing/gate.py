# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""What the queue may send of a mailing now.

The queue asks before each claim, and the claim locks the row of the mailing. So a mailing that was
paused sends what is claimed already, and nothing after it.
"""

from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..telegram_message import CONFIRMED_STATES
from .planning import SendingHours, get_pace_window

REFUSALS_LEAST = 20  # messages of which the share of refused ones says something
REFUSALS_LOOKED_AT = 100  # last messages
ACCOUNT_STATES = ("suspended", "blocked")  # in which Telegram has punished the account


class TelegramMailing(models.Model):
    """Extends ``telegram.mailing`` with when its messages may be sent."""

    _inherit = "telegram.mailing"

    # === WHAT MAY BE SENT NOW === #

    @api.model
    def _find_closed(self, instance):
        """Return the unfinished mailings of an account, and when each may send again.

        :return: dict by ID: None if it may send now, a datetime (UTC), or False if a user decides
        """
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, state, is_outdated, hour_from, hour_to, tz, pace
                  FROM telegram_mailing
                 WHERE instance_id = %s
                   AND state IN ('sending', 'paused', 'stopped')
                   AND has_all_outcomes IS NOT TRUE
                """,
                instance.id,
            )
        )
        now = fields.Datetime.now()
        found = {}
        for id_, state, is_outdated, hour_from, hour_to, tz, pace in rows:
            if state != "sending" or is_outdated:
                found[id_] = False
                continue
            opening = SendingHours(hour_from, hour_to, tz).get_open(now)
            if pace:
                opening = max(opening, self.browse(id_)._get_pace_date(pace, now))
            found[id_] = opening if opening > now else None
        return found

    def _get_pace_date(self, pace, now):
        """Return when the pace of the mailing allows the next message.

        :param int pace: messages per hour
        :param datetime now: UTC
        """
        count, seconds = get_pace_window(pace)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT last_attempt_date
                  FROM telegram_message
                 WHERE instance_id = (SELECT instance_id FROM telegram_mailing WHERE id = %(id)s)
                   AND mailing_id = %(id)s
                   AND last_attempt_date > %(since)s
                   AND last_attempt_date <= %(now)s
                 ORDER BY last_attempt_date DESC
                OFFSET %(count)s - 1
                 LIMIT 1
                """,
                id=self.id,
                since=now - timedelta(seconds=seconds),
                now=now,
                count=count,
            )
        )
        return rows[0][0] + timedelta(seconds=seconds) if rows else now

    @api.model
    def _get_open_condition(self, closed, alias):
        """Return the SQL condition of messages that no mailing holds back.

        :param dict closed: result of ``_find_closed``. An empty one lets no unfinished mailing
            send, so one that begins during a run of the queue waits for the next run.
        :param str alias: of the table of messages
        """
        mailing = SQL.identifier(alias, "mailing_id")
        if not closed:
            return SQL(
                """
                (%(mailing)s IS NULL OR NOT EXISTS (
                    SELECT 1
                      FROM telegram_mailing AS mailing
                     WHERE mailing.id = %(mailing)s
                       AND mailing.state IN ('sending', 'paused', 'stopped')
                       AND mailing.has_all_outcomes IS NOT TRUE))
                """,
                mailing=mailing,
            )
        return SQL(
            "(%s IS NULL OR %s != ALL(%s::int[]) AND chat.opted_out IS NOT TRUE)",
            mailing,
            mailing,
            [id_ for id_, opening in closed.items() if opening is not None],
        )

    def _hold(self):
        """Lock the mailing until the claim of its message is committed.

        A state that was changed since the claim's transaction began is a conflict. The claim is
        repeated then, and sees the new state.
        """
        if self:
            query = SQL("SELECT id FROM telegram_mailing WHERE id = %s FOR SHARE", self.id)
            self.env.execute_query(query)

    @api.model
    def _schedule_next(self, instance):
        """Trigger what comes next for the mailings of an account, after a run of its queue."""
        closed = self._find_closed(instance)
        if not closed:
            return
        openings = [opening for opening in closed.values() if opening]
        if openings:
            instance._trigger_send(min(openings))
        domain = [("mailing_id", "in", list(closed)), ("state", "in", ("queued", "sending"))]
        busy = self.env["telegram.message"]._read_group(domain, ["mailing_id"])
        if set(closed) - {mailing.id for [mailing] in busy}:
            self._trigger_composing()

    def _get_closed_reason(self):
        """Return why a message of this mailing waits, or False."""
        self.ensure_one()
        mailing_sudo = self.sudo()  # sudo: telegram.mailing - users of the message may know
        opening = self._find_closed(mailing_sudo.instance_id).get(self.id)
        if opening is None:
            return False
        if opening:
            return self.env._("The mailing continues at the hours and the pace that it has.")
        return self.env._("The mailing “%s” is paused.", mailing_sudo.name)

    # === PAUSES BY ITSELF === #

    @api.model
    def _pause_for_account(self, instance):
        """Pause the mailings of an account that Telegram has suspended or blocked."""
        if instance.state not in ACCOUNT_STATES:
            return
        sending = [("instance_id", "=", instance.id), ("state", "=", "sending")]
        self.with_context(active_test=False).search(sending)._pause(
            lambda env: env._(
                "The Telegram account does not work: %s Resume the mailing once it works again.",
                instance.with_env(env).state_message,
            )
        )

    def _check_refusals(self):
        """Pause mailings of whose last messages too many were refused. As superuser."""
        for mailing in self.filtered(lambda each: each.state == "sending" and each.refusal_limit):
            states = mailing._get_last_states()
            refused = states.count("error")
            share = 100 * refused / max(len(states), 1)
            if len(states) >= REFUSALS_LEAST and share > mailing.refusal_limit:
                mailing._pause(partial(self._get_refusal_reason, refused, len(states)))

    @api.model
    def _get_refusal_reason(self, refused, count, env):
        """Return why a mailing was paused, in the language of an environment."""
        return env._(
            "%(refused)s of the last %(count)s messages were refused. Look at the reasons before "
            "you resume the mailing.",
            refused=refused,
            count=count,
        )

    def _get_last_states(self):
        """Return the states of the last messages that were sent since the mailing was resumed."""
        self.env["telegram.message"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT state
                  FROM telegram_message
                 WHERE mailing_id = %s
                   AND state IN %s
                   AND last_attempt_date >= %s
                 ORDER BY last_attempt_date DESC, id DESC
                 LIMIT %s
                """,
                self.id,
                (*CONFIRMED_STATES, "error"),
                self.resume_date or self.start_date or self.create_date,
                REFUSALS_LOOKED_AT,
            )
        )
        return [state for [state] in rows]


class TelegramInstance(models.Model):
    """Extend ``telegram.instance``: an account with a mailing that goes on is not deleted."""

    _inherit = "telegram.instance"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_mailings(self):
        # sudo: telegram.mailing - administrators of accounts must know
        mailings_sudo = self.env["telegram.mailing"].sudo().with_context(active_test=False)
        going_on = ("scheduled", "sending", "paused")
        domain = [("instance_id", "in", self.ids), ("state", "in", going_on)]
        if mailing := mailings_sudo.search(domain, limit=1):
            raise UserError(
                self.env._(
                    "The mailing “%s” is sent by this account. Stop it, or set it to draft, before "
                    "you delete the account.",
                    mailing.name,
                )
            )
