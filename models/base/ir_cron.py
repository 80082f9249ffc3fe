# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import time
from datetime import timedelta

from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import SQL

from ...tools.clock import get_database_time
from ...tools.cron import ActionList
from ...tools.transactions import hide_conflicts

# Seconds. An older trigger is not reused: a run that starts has to wait for every transaction that
# locks it.
TRIGGER_MAX_AGE = 5


class IrCron(models.Model):
    """Trigger, process and delete the scheduled actions of Telegram accounts."""

    _inherit = "ir.cron"

    @classmethod
    def _process_job(cls, cron_cr, job):
        """Extend to leave the rest of a list of ready actions to the next list of this thread.

        See ``ActionList``. An action that is left stays ready. One that a user runs is in no list.
        """
        if request:
            super()._process_job(cron_cr, job)
            return
        actions = ActionList.get(cron_cr)
        if not actions.is_left and actions.is_late:
            actions.leave_in_turn()
        cron = api.Environment(cron_cr, job["user_id"], {})[cls._name].browse(job["id"])
        if actions.is_left or (job["id"] in actions.skipped_ids and cron._telegram_is_of_account()):
            # Another thread may have skipped the action, since this one locks it just now.
            cron_cr.postcommit.add(cron._notifydb)
            return
        actions.done_ids.add(job["id"])
        super()._process_job(cron_cr, job)
        actions.ended = time.time()

    def _telegram_is_of_account(self):
        """Return whether this action sends or receives the messages of an account."""
        domain = Domain("send_cron_id", "=", self.id) | Domain("receive_cron_id", "=", self.id)
        # sudo: telegram.instance - of any company
        return bool(self.env["telegram.instance"].sudo().search_count(domain, limit=1))

    @api.model
    def _telegram_leave_list(self):
        """Leave the actions that are ready after this one to the next list of this thread."""
        if actions := ActionList.get_current():
            actions.leave()

    def _telegram_trigger(self):
        """Trigger the action when this transaction commits, unless a trigger is already waiting.

        A run locks the trigger that started it, so that one is skipped.
        """
        query = SQL("SELECT %s", self._telegram_get_trigger_sql())
        try:
            with hide_conflicts(), self.env.cr.savepoint(flush=False):
                is_waiting = self.env.execute_query(query) != [(None,)]
        except SerializationFailure:
            is_waiting = False  # a run that this transaction does not see has deleted it
        if not is_waiting:
            self._telegram_trigger_now()

    def _telegram_trigger_now(self):
        """Trigger the action when this transaction commits.

        The scheduler compares triggers with the clock of the database. If it is behind Odoo's, the
        scheduler would do nothing for up to a minute.
        """
        self._trigger(min(fields.Datetime.now(), get_database_time(self.env.cr)))

    def _telegram_get_trigger_sql(self):
        """Return the ID of a trigger that is already waiting as SQL; it is NULL if none is."""
        self.ensure_one()
        now = SQL(
            "LEAST(%s, date_trunc('second', clock_timestamp() AT TIME ZONE 'UTC'))",
            fields.Datetime.now(),
        )
        return SQL(
            """
            (
                SELECT id
                  FROM ir_cron_trigger
                 WHERE cron_id = %(cron)s
                   AND call_at BETWEEN %(now)s - %(max_age)s AND %(now)s
                 LIMIT 1
                   FOR KEY SHARE SKIP LOCKED
            )
            """,
            cron=self.id,
            now=now,
            max_age=timedelta(seconds=TRIGGER_MAX_AGE),
        )

    @api.model
    def _telegram_is_another_waiting(self, seconds=0):
        """Return whether an action is ready that no process runs, other than those that listen.

        :param float seconds: for which it is ready already. An action that has more to do than it
            could in a run, such as to send thousands of messages, is ready since that run.
        """
        listen = self.env["telegram.instance"]._get_listen_crons()
        since = self.env.cr.now() - timedelta(seconds=seconds)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id
                  FROM ir_cron
                 WHERE id != ALL(%(listen)s)
                   AND %(is_ready)s
                   AND LEAST(nextcall, (SELECT MIN(call_at)
                                          FROM ir_cron_trigger
                                         WHERE cron_id = ir_cron.id)) <= %(since)s
                   AND NOT EXISTS (SELECT FROM ir_cron_progress
                                    WHERE cron_id = ir_cron.id AND create_date > %(since)s)
                 LIMIT 1
                   FOR NO KEY UPDATE SKIP LOCKED
                """,
                listen=listen.ids,
                is_ready=self._get_ready_sql_condition(self.env.cr),
                since=since,
            )
        )
        return bool(rows)

    def _telegram_delete(self):
        """Delete scheduled actions together with the server actions behind them.

        :raise UserError: one of them is running
        """
        actions = self.ir_actions_server_id
        self.unlink()
        actions.unlink()
