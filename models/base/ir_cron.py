# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.clock import get_database_time

# Seconds. An older trigger is not reused: a run that starts has to wait for every transaction that
# locks it.
TRIGGER_MAX_AGE = 5


class IrCron(models.Model):
    """Trigger and delete the scheduled actions of Telegram accounts."""

    _inherit = "ir.cron"

    def _telegram_trigger(self):
        """Trigger the action when this transaction commits, unless a trigger is already waiting.

        A run locks the trigger that started it, so that one is skipped.
        """
        waiting = self.env.execute_query(SQL("SELECT %s", self._telegram_get_trigger_sql()))
        if waiting == [(None,)]:
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
    def _telegram_is_another_waiting(self):
        """Return whether an action is ready that no process runs, other than those that listen."""
        listen = self.env["telegram.instance"]._get_listen_crons()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id
                  FROM ir_cron
                 WHERE id != ALL(%s) AND %s
                 LIMIT 1
                   FOR NO KEY UPDATE SKIP LOCKED
                """,
                listen.ids,
                self._get_ready_sql_condition(self.env.cr),
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
