# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import fields, models

from ..telegram_message import NOT_SENT_STATES


class TelegramMessage(models.Model):
    """Extends ``telegram.message`` so that the invoice follows the state of its message."""

    _inherit = "telegram.message"

    is_payment_reminder = fields.Boolean(
        readonly=True, copy=False, help="The message is a reminder of overdue invoices."
    )

    _payment_reminder_index = models.Index("(date) WHERE is_payment_reminder IS TRUE")

    def write(self, vals):
        """Update the mark *Sent* of invoices whose message has failed, or is sent after all."""
        if "state" not in vals:
            return super().write(vals)
        of_invoices = self.filtered(lambda message: message.res_model == "account.move")
        failed = of_invoices.filtered(lambda message: message.state in NOT_SENT_STATES)
        result = super().write(vals)
        is_failure = vals["state"] in NOT_SENT_STATES
        changed = of_invoices - failed if is_failure else failed
        changed._update_invoices(is_sent=not is_failure)
        return result

    def _update_invoices(self, is_sent):
        """Update the mark *Sent* of the invoices that were sent by these messages alone."""
        if not self:
            return
        # sudo: account.move - the user who changes the message may not change the invoice
        moves_sudo = self.env["account.move"].sudo()
        domain = [
            ("telegram_message_id", "in", self.ids),
            ("is_sent_by_telegram_only", "=", True),
            ("is_move_sent", "!=", is_sent),
        ]
        for move_sudo in moves_sudo.search(domain):
            move_sudo.is_move_sent = is_sent
            if not is_sent:
                move_sudo._log_telegram_failure()
            move_sudo._notify_telegram_mark()
