# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import fields, models
from odoo.tools import format_date

NAMES_MAX = 10


class TelegramComposer(models.TransientModel):
    """Extends ``telegram.composer`` with reminders of overdue invoices.

    ``payment_reminder.py`` opens it.
    """

    _inherit = "telegram.composer"

    is_payment_reminder = fields.Boolean()
    not_overdue_count = fields.Integer("Invoices Not Overdue")

    def _mark_payment_reminders(self, messages):
        """Store which messages are reminders, for the next person who wants to send one.

        :param messages: the queued ``telegram.message`` records
        """
        if self.is_payment_reminder:
            # sudo: telegram.message - the user has just queued them
            messages.sudo().is_payment_reminder = True

    def _get_reminder_warnings(self, recipients):
        """Yield that customers were reminded just now, and how many invoices are not overdue."""
        if not self.is_payment_reminder:
            return
        moves = self.env["account.move"].union(*(recipient.record for recipient in recipients))
        if reminders := moves._find_telegram_reminders():
            yield self._get_reminded_warning(reminders)
        if self.not_overdue_count:
            yield self.env._(
                "Selected invoices that are not overdue, so there is no reminder of them: %s.",
                self.not_overdue_count,
            )

    def _get_reminded_warning(self, reminders):
        """Return a sentence about customers who had a reminder.

        :param dict reminders: result of ``_find_telegram_reminders``
        """
        shown = [
            (move, format_date(self.env, fields.Datetime.context_timestamp(self, date)), author)
            for move, (date, author) in reminders.items()
        ]
        if not self.is_mass:
            [(_move, date, author)] = shown
            return self.env._(
                "A reminder was sent by Telegram on %(date)s by %(author)s.",
                date=date,
                author=author,
            )
        names = ", ".join(
            f"{move.commercial_partner_id.name} ({date}, {author})"
            for move, date, author in shown[:NAMES_MAX]
        )
        return self.env._(
            "Customers who got a reminder by Telegram within the last week (%(count)s): %(names)s",
            count=len(shown),
            names=f"{names} …" if len(shown) > NAMES_MAX else names,
        )
