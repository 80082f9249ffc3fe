# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

# A trigger is left alone once it is so old (seconds): the run that begins has to wait for all who
# still count on it.
TRIGGER_AGE = 5


class IrCron(models.Model):
    _inherit = "ir.cron"

    def _telegram_wake(self):
        """Have the action run when this transaction is committed, unless a run is to begin anyway.

        While a run goes on, it holds the trigger that it has begun by: that one does not count.
        """
        self.ensure_one()
        now = fields.Datetime.now()
        waiting = self.env.execute_query(
            SQL(
                """
                SELECT id
                  FROM ir_cron_trigger
                 WHERE cron_id = %s AND call_at BETWEEN %s AND %s
                 LIMIT 1
                   FOR KEY SHARE SKIP LOCKED
                """,
                self.id,
                now - timedelta(seconds=TRIGGER_AGE),
                now,
            )
        )
        if not waiting:
            self._trigger()

    def _telegram_remove(self):
        """Delete scheduled actions of ours together with the server actions behind them.

        :raise UserError: one of them is running right now
        """
        actions = self.ir_actions_server_id
        self.unlink()
        actions.unlink()
