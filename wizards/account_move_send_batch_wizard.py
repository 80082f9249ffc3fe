# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.invoices.account_move_send import TELEGRAM

NAMES_NOTIFIED = 3


class AccountMoveSendBatchWizard(models.TransientModel):
    """Extends ``account.move.send.batch.wizard`` with sending by Telegram only.

    The sending methods of the customers do not matter then. Odoo's scheduled action "Send invoices
    automatically" creates the PDFs and queues the messages.
    """

    _inherit = "account.move.send.batch.wizard"

    telegram_selected_ids = fields.Many2many(
        "account.move",
        "telegram_batch_wizard_move_rel",
        "wizard_id",
        "move_id",
        "Selected Invoices",
        help="Invoices selected for Telegram, including those that cannot be sent.",
    )
    telegram_template_id = fields.Many2one(
        "telegram.template",
        "Template",
        domain="[('model', '=', 'account.move')]",
        help="Leave empty to use the template for invoices or credit notes.",
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
        field = self.env["res.partner"]._fields["invoice_sending_method"]
        methods = dict(field._description_selection(self.env))
        for wizard in by_telegram:
            summary = {"count": len(wizard.move_ids), "label": methods[TELEGRAM]}
            wizard.summary_data = {TELEGRAM: summary} if wizard.move_ids else {}
        return result

    @api.depends("telegram_selected_ids", "telegram_template_id")
    def _compute_alerts(self):
        by_telegram = self.filtered("telegram_selected_ids")
        others = super(AccountMoveSendBatchWizard, self - by_telegram)
        result = others._compute_alerts()
        for wizard in by_telegram:
            selected = wizard.telegram_selected_ids._origin
            obstacles = selected._get_telegram_batch_obstacles()
            sendable = selected.filtered(lambda move, left_out=obstacles: move not in left_out)
            wizard.alerts = {
                **self._get_telegram_alerts(obstacles),
                **self._get_telegram_waiting_alert(sendable),
                **self._get_telegram_changed_alert(sendable),
                **self._get_telegram_text_alert(sendable, wizard.telegram_template_id),
            }
        return result

    # === ACTION METHODS === #

    def action_send_and_print(self, force_synchronous=False, allow_fallback_pdf=False):
        """Queue the invoices for Odoo's scheduled action, with Telegram if it was selected."""
        self.ensure_one()
        send = super().action_send_and_print
        if not self.telegram_selected_ids:
            return send(force_synchronous, allow_fallback_pdf)
        # Another user may have sent some of them since the dialog was opened.
        obstacles = self.telegram_selected_ids._get_telegram_batch_obstacles()
        self.move_ids = self.telegram_selected_ids.filtered(lambda move: move not in obstacles)
        if not self.move_ids:
            raise UserError(
                self.env._(
                    "None of these invoices can be sent by Telegram. Open the dialog "
                    "again to see the reasons."
                )
            )
        action = send()
        waiting = {
            "sending_methods": [TELEGRAM],
            "telegram_template_id": self.telegram_template_id.id,
        }
        self.move_ids.sending_data = {**self.move_ids[0].sending_data, **waiting}
        return self._display_telegram_sending(action, obstacles)

    def _display_telegram_sending(self, action, obstacles):
        """Return Odoo's notification, with how many invoices are sent, and which are not.

        :param dict action: Odoo's notification
        :param dict obstacles: SendingObstacle by ``account.move``
        """
        _ = self.env._
        lines = [_("Invoices being sent by Telegram in the background: %s.", len(self.move_ids))]
        by_obstacle = self._group_by_obstacle(obstacles)
        for obstacle, moves in sorted(by_obstacle.items(), key=lambda item: -len(item[1])):
            lines.append(
                _(
                    "%(count)s not sent: %(names)s. %(reason)s",
                    count=len(moves),
                    names=self._get_names(moves, NAMES_NOTIFIED),
                    reason=obstacle.reason,
                )
            )
        params = {
            "title": False,
            "message": "\n".join(lines),
            "type": "warning" if obstacles else "info",
            "sticky": bool(obstacles),
            "view": self._get_not_sent_action(by_obstacle) if obstacles else False,
        }
        tag = "telegram_green_api.notification"
        return {**action, "tag": tag, "params": {**action["params"], **params}}

    def _get_not_sent_action(self, by_obstacle):
        """Return an action that opens the invoices that are not sent."""
        moves = self.env["account.move"].union(*by_obstacle.values())
        return moves._get_records_action(name=self.env._("Not Sent by Telegram"))
