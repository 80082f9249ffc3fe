# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The screens of Odoo's accounting to which the addon adds something, in one language."""

from datetime import timedelta

from odoo import fields
from odoo.fields import Command

from .language_case import LanguageCase

ACCOUNTING = "account.group_account_manager"
LISTS = (
    "account.action_move_out_invoice",
    "account.action_move_out_refund_type",
    "account.action_account_journal_form",
)


class InvoiceLanguageCase(LanguageCase):
    """Adds invoices of an accountant who reads the language."""

    def setUp(self):
        super().setUp()
        self.user.group_ids |= self.env.ref(ACCOUNTING)
        self.env.company.external_report_layout_id = self.env.ref("web.external_layout_standard")
        self.add_accounts()
        self.invoice = self.add_invoice(0)
        self.overdue = self.add_invoice(30)
        self.refund = self.add_invoice(0, move_type="out_refund")
        self.draft = self.add_invoice(0, post=False)
        self.env.flush_all()

    def add_accounts(self):
        """Create the least that an invoice needs, with names in the language."""
        title = self.words[-1]
        accounts = [
            {"name": title, "code": code, "account_type": account_type}
            for code, account_type in (("400900", "income"), ("120900", "asset_receivable"))
        ]
        self.income, receivable = self.add("account.account", accounts)
        self.customer.property_account_receivable_id = receivable
        self.env["account.journal"].search([]).active = False
        journal = {"name": title, "code": "АБВ" if self.lang == "ru_RU" else "ABC", "type": "sale"}
        self.journal = self.add(
            "account.journal", {**journal, "default_account_id": self.income.id}
        )

    def add_invoice(self, days, post=True, **values):
        """Create an invoice of some days ago."""
        date = fields.Date.today() - timedelta(days=days)
        line = {"name": self.words[-1], "price_unit": 480, "account_id": self.income.id}
        invoice = self.add(
            "account.move",
            {
                "move_type": "out_invoice",
                "journal_id": self.journal.id,
                "partner_id": self.customer.id,
                "invoice_date": date,
                "invoice_date_due": date,
                "invoice_line_ids": [Command.create({**line, "tax_ids": [Command.clear()]})],
                **values,
            },
        )
        if post:
            self.as_user(invoice).action_post()
        return invoice

    def get_accounting(self):
        """Return the lists, forms and dialogs."""
        for name in LISTS:
            for view_type in ("list", "kanban"):
                options = {"clearBreadcrumbs": True, "viewType": view_type}
                yield f"{name} {view_type}", self.env.ref(name).id, options
        for name in ("invoice", "overdue", "refund", "draft"):
            yield f"{name} form", self.get_form(getattr(self, name)), {}
        yield "journal form", self.get_form(self.journal), {}
        invoices = self.as_user(self.invoice | self.overdue | self.draft)
        for name, action in (
            ("send", self.as_user(self.invoice).action_telegram_send()),
            ("send refund", self.as_user(self.refund).action_invoice_sent()),
            ("send many", invoices.action_telegram_send_batch()),
            ("remind", self.as_user(self.overdue).action_telegram_send_reminder()),
        ):
            yield name, {"views": [[False, "form"]], **action}, {}
