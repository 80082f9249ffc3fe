# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_amount, format_date

from ...tools.actions import get_dialog_action
from ..telegram_message import NOT_SENT_STATES

AUTOMATION = "telegram_green_api.telegram_automation_invoice_overdue"
TEMPLATE = "telegram_green_api.telegram_template_payment_reminder"
REMINDER_DAYS = 7  # another reminder within them is sent only after a warning


class AccountMove(models.Model):
    """Extends ``account.move`` with reminders of overdue invoices.

    A customer gets one message, sent from the invoice that is overdue for longest. It names all
    overdue invoices of the customer, except those that are excluded from follow-ups, and each of
    them shows the message.
    """

    _inherit = "account.move"

    telegram_overdue_days = fields.Integer("Days Overdue", compute="_compute_telegram_overdue_days")
    telegram_overdue_list = fields.Text(
        "Overdue Invoices of the Customer",
        compute="_compute_telegram_overdue_list",
        exportable=False,
        help="For templates: amount due, due date, days late and payment link of each overdue "
        "invoice of the customer.",
    )

    # === COMPUTE METHODS === #

    @api.depends(
        "state",
        "payment_state",
        "line_ids.date_maturity",
        "line_ids.reconciled",
        "line_ids.no_followup",
    )
    def _compute_telegram_overdue_days(self):
        today = fields.Date.context_today(self)
        for move in self:
            dates = move._get_telegram_overdue_lines().mapped("date_maturity")
            move.telegram_overdue_days = (today - min(dates)).days if dates else 0

    @api.depends("partner_id", "state", "payment_state")
    @api.depends_context("lang")
    def _compute_telegram_overdue_list(self):
        by_customer = self._find_telegram_overdue_of_customers().grouped(
            lambda move: move._get_telegram_customer()
        )
        for move in self:
            overdue = by_customer.get(move._get_telegram_customer(), self.browse())
            move.telegram_overdue_list = overdue._format_telegram_overdue()

    # === ACTION METHODS === #

    def action_telegram_send_reminder(self):
        """Open the composer with a reminder for each customer with overdue invoices.

        :raise UserError: none of the invoices is overdue
        """
        self.env["telegram.message"].check_access("read")
        overdue = self.filtered("telegram_overdue_days").sorted("telegram_overdue_days")
        if not overdue:
            raise UserError(
                self.env._(
                    "None of these invoices is overdue. Select customer invoices that are posted, "
                    "not paid, and past their due date."
                )
            )
        # The one that is overdue for longest is the last one of its customer.
        first = {move._get_telegram_customer(): move.id for move in overdue}
        template = self.env.ref(TEMPLATE, raise_if_not_found=False)
        usable = template and template.filtered("active")._filtered_access("read")
        named = overdue._find_telegram_overdue_of_customers()
        context = {
            "default_res_model": self._name,
            "default_res_ids": list(first.values()),
            # The text names these, too, so they show the message.
            "default_covered_ids": repr((named - self.browse(first.values())).ids),
            "default_template_id": usable.id if usable else False,
            "default_is_automatic": True,  # no mailing: it needs no consent
            "default_is_payment_reminder": True,
            "default_not_overdue_count": len(self - overdue),
        }
        action = get_dialog_action("telegram.composer", self.env._("Send Payment Reminder"))
        return {**action, "context": context}

    # === BUSINESS METHODS === #

    @api.model
    def mail_allowed_qweb_expressions(self):
        """Allow what a reminder needs in the texts of all users."""
        return (
            *super().mail_allowed_qweb_expressions(),
            "object.company_id.name",
            "object.telegram_overdue_list",
        )

    def _get_telegram_customer(self):
        """Return the key of the customer: contacts of one company get one reminder."""
        self.ensure_one()
        return self.commercial_partner_id, self.company_id

    def _get_telegram_overdue_lines(self):
        """Return the unpaid installments of this customer invoice that are past their due date."""
        self.ensure_one()
        lines = self.line_ids
        if self.state != "posted" or self.move_type not in ("out_invoice", "out_receipt"):
            return lines.browse()
        today = fields.Date.context_today(self)
        return lines.filtered(
            lambda line: (
                line.display_type == "payment_term"
                and not line.reconciled
                and not line.no_followup
                and line.amount_residual_currency > 0
                and line.date_maturity
                and line.date_maturity < today
            )
        )

    def _find_telegram_overdue_of_customers(self):
        """Return all overdue invoices of the customers of these invoices, the oldest first."""
        customers = self.commercial_partner_id
        domain = Domain("commercial_partner_id", "in", customers.ids)
        domain &= Domain("company_id", "in", self.company_id.ids)
        domain &= Domain("move_type", "in", ("out_invoice", "out_receipt"))
        domain &= Domain("state", "=", "posted")
        domain &= Domain("payment_state", "in", ("not_paid", "partial"))
        moves = self.search(domain) if customers else self.browse()
        return moves.filtered("telegram_overdue_days").sorted(
            lambda move: (-move.telegram_overdue_days, move.id)
        )

    def _find_telegram_reminders(self):
        """Return the last reminder of the customers of these invoices within the last days.

        :return: dict of (date, name of who has sent it) by ``account.move``, one for each customer
            who had a reminder
        """
        since = fields.Datetime.now() - timedelta(days=REMINDER_DAYS)
        sent = self._find_telegram_reminder_messages(since) + self._find_automatic_reminders(since)
        # sudo: account.move - only the customers of the invoices that reminders were sent from
        moves_sudo = self.sudo().browse({move_id for _date, _author, move_id in sent}).exists()
        customers = {move.id: move._get_telegram_customer() for move in moves_sudo}
        last = {customers.get(move_id): (date, author) for date, author, move_id in sorted(sent)}
        found = {}
        for customer, moves in self.grouped(lambda move: move._get_telegram_customer()).items():
            if customer in last:
                found[moves[0]] = last[customer]
        return found

    @api.model
    def _find_telegram_reminder_messages(self, since):
        """Return (date, author, ID of the invoice) of the reminders that users have sent."""
        domain = Domain("is_payment_reminder", "=", True) & Domain("date", ">=", since)
        domain &= Domain("state", "not in", NOT_SENT_STATES)
        # sudo: telegram.message - colleagues' messages: only when, by whom and about which invoice
        messages_sudo = self.env["telegram.message"].sudo().search(domain)
        return [
            (message.scheduled_date or message.date, message.author_id.name or "", message.res_id)
            for message in messages_sudo
        ]

    @api.model
    def _find_automatic_reminders(self, since):
        """Return the same of the automation that reminds customers."""
        automation = self.env.ref(AUTOMATION, raise_if_not_found=False)
        # sudo: telegram.automation - only when it wrote about which invoice
        automation_sudo = automation.sudo() if automation else self.env["telegram.automation"]
        domain = Domain("action_id", "in", automation_sudo.action_id.ids)
        domain &= Domain("state", "=", "composed") & Domain("composed_date", ">=", since)
        domain &= Domain("res_model", "=", self._name)
        # sudo: telegram.automatic.message - for the same reason
        rows_sudo = self.env["telegram.automatic.message"].sudo().search(domain)
        return [(row.composed_date, automation_sudo.name, row.res_id) for row in rows_sudo]

    def _format_telegram_overdue(self):
        """Return a text about these overdue invoices: amounts, due dates, days late and links."""
        parts, totals = [], {}
        for move in self:
            lines = move._get_telegram_overdue_lines()
            amount = sum(lines.mapped("amount_residual_currency"))
            totals[move.currency_id] = totals.get(move.currency_id, 0) + amount
            days = move.telegram_overdue_days
            text = self.env._(
                "%(invoice)s: %(amount)s, due %(date)s (%(late)s)",
                invoice=move.name,
                amount=format_amount(self.env, amount, move.currency_id),
                date=format_date(self.env, min(lines.mapped("date_maturity"))),
                late=self.env._("1 day late") if days == 1 else self.env._("%s days late", days),
            )
            # Odoo stores the token of the link when it is first made.
            parts.append(f"{text}\n{move.get_base_url()}{move.get_portal_url()}")
        if len(self) > 1:
            amounts = (format_amount(self.env, total, cur) for cur, total in totals.items())
            parts.append(self.env._("Total: %s", " + ".join(amounts)))
        return "\n\n".join(parts)
