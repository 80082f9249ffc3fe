# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import models


class IrCron(models.Model):
    _inherit = "ir.cron"

    def _telegram_remove(self):
        """Delete scheduled actions of ours together with the server actions behind them.

        :raise UserError: one of them is running right now
        """
        actions = self.ir_actions_server_id
        self.unlink()
        actions.unlink()
