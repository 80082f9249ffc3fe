# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.invoices.account_move_send import TELEGRAM


class AccountMoveSendBatchWizard(models.TransientModel):
    """Sending many invoices by Telegram, whatever their customers' usual way is.

    Odoo's scheduled action "Send invoices automatically" makes the PDFs and queues the messages.
    """

    _inherit = "account.move.send.batch.wizard"

    telegram_selected_ids = fields.Many2many(
        "account.move",
        "telegram_batch_wizard_move_rel",
        "wizard_id",
        "move_id",
        "Selected Invoices",
        help="All that were selected to be sent by Telegram, also those that are left out.",
    )
    telegram_template_id = fields.Many2one(
        "telegram.template",
        "Template",
        domain="[('model', '=', 'account.move')]",
        help="Empty: the one for invoices, or for credit notes.",
    )

    # === COMPUTE METHODS === #

    @api.model
    def _get_default_sending_methods(self, move):
        if any(wizard.telegram_selected_ids for wizard in self):
            return {TELEGRAM}
        return super()._get_default_sending_methods(move)

    def _compute_summary_data(self):
        by_telegram = self.filtered("telegram_selected_ids")
        others = super(AccountMoveSendBatchWizard, self - by_telegram)
        result = others._compute_summary_data()
        methods = dict(self.env["res.partner"]._fields["invoice_sending_method"].selection)
        for wizard in by_telegram:
            summary = {"count": len(wizard.move_ids), "label": methods[TELEGRAM]}
            wizard.summary_data = {TELEGRAM: summary} if wizard.move_ids else {}
        return result

    @api.depends("telegram_selected_ids")
    def _compute_alerts(self):
        by_telegram = self.filtered("telegram_selected_ids")
        others = super(AccountMoveSendBatchWizard, self - by_telegram)
        result = others._compute_alerts()
        for wizard in by_telegram:
            selected = wizard.telegram_selected_ids._origin
            obstacles = selected._get_telegram_batch_obstacles()
            able = selected.filtered(lambda move, left_out=obstacles: move not in left_out)
            wizard.alerts = {
                **self._get_telegram_alerts(obstacles),
                **self._get_telegram_waiting_alert(able),
            }
        return result

    # === ACTIONS === #

    def action_send_and_print(self, force_synchronous=False, allow_fallback_pdf=False):
        """Let Odoo's scheduled action send the invoices, those to be sent by Telegram by it."""
        self.ensure_one()
        send = super().action_send_and_print
        if not self.telegram_selected_ids:
            return send(force_synchronous, allow_fallback_pdf)
        # Somebody else may have sent some of them since the dialog was opened.
        obstacles = self.telegram_selected_ids._get_telegram_batch_obstacles()
        self.move_ids = self.telegram_selected_ids.filtered(lambda move: move not in obstacles)
        if not self.move_ids:
            raise UserError(
                self.env._("None of these invoices can be sent by Telegram (any more).")
            )
        action = send()
        waiting = {
            "sending_methods": [TELEGRAM],
            "telegram_template_id": self.telegram_template_id.id,
        }
        self.move_ids.sending_data = {**self.move_ids[0].sending_data, **waiting}
        return action
