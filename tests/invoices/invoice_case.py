# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""Invoices to be sent, and programs in the place of wkhtmltopdf."""

import os
import tempfile
from pathlib import Path
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.fields import Command

from odoo.addons.base.models.ir_actions_report import _wkhtml

from ..common import TelegramCase

# Makes a PDF of everything, but of a page that says UNPRINTABLE; several pages at once are too
# much for it, as for the wkhtmltopdf of many Linux distributions.
PROGRAM = """#!/bin/sh
PATH=/usr/bin:/bin
if [ "$1" = "--version" ]; then echo "wkhtmltopdf 0.12.6"; exit 0; fi
pages=0
for last; do
    case "$last" in
        *report.body.tmp*)
            pages=$((pages + 1))
            if grep -q UNPRINTABLE "$last"; then echo "cannot be printed" >&2; exit 2; fi
    esac
done
if [ $pages -gt 1 ]; then echo "unpatched qt" >&2; exit 1; fi
printf '%%PDF-1.4\\n%%%%EOF\\n' > "$last"
"""


class InvoiceCase(TelegramCase):
    """A company with a chart of accounts, an accountant who writes by its Telegram account."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls._create_company("Seller")
        cls.accountant = cls.create_user(
            "telegram_accountant",
            "user",
            "accounting",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.instance.company_id = cls.company
        cls.instance.operator_ids = cls.accountant
        cls.env["ir.config_parameter"].set_param("web.base.url", "https://seller.example.com")

    @classmethod
    def _create_company(cls, name):
        company = cls.env["res.company"].create({"name": name})
        cls.env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
        return company

    def setUp(self):
        super().setUp()
        self.use_program(PROGRAM)

    @classmethod
    def _create_invoice(cls, partner=None, company=None, post=True, **values):
        company = company or cls.company
        line = {"name": "Work", "price_unit": 1234.5, "tax_ids": False}
        invoice = (
            cls.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": (partner or cls.customer).id,
                    "invoice_date": "2026-01-15",
                    "invoice_line_ids": [Command.create(line)],
                    **values,
                }
            )
        )
        if post:
            invoice.action_post()
        return invoice.with_env(cls.env)

    @classmethod
    def _create_customer(cls, number, **values):
        values = {"name": f"Customer {number}", "phone": f"+7999888{number:04}", **values}
        return cls.env["res.partner"].create(values)

    def use_program(self, text):
        """Put a program in the place of wkhtmltopdf; None: there is none on this machine."""
        folder = tempfile.TemporaryDirectory(prefix="telegram_program_")
        self.addCleanup(folder.cleanup)
        if text:
            program = Path(folder.name, "wkhtmltopdf")
            program.write_text(text, encoding="utf-8")
            program.chmod(0o755)
        path = f"{folder.name}{os.pathsep}{os.environ['PATH']}" if text else folder.name
        self.startPatcher(patch.dict(os.environ, {"PATH": path}))
        _wkhtml.cache_clear()
        self.addCleanup(_wkhtml.cache_clear)

    def open_wizard(self, invoice, user=None, button="action_telegram_send", **values):
        """Choose “Send by Telegram” on an invoice, or Odoo's own “Send”, and return the dialog."""
        invoice = invoice.with_user(user or self.accountant)
        # Else Odoo shortens its reports to HTML in tests.
        invoice = invoice.with_context(force_report_rendering=True)
        action = getattr(invoice, button)()
        context = {**invoice.env.context, **action["context"]}
        return self.env[action["res_model"]].with_env(invoice.env(context=context)).create(values)

    def send(self, invoice, **values):
        """Send an invoice as a person does, and return the queued messages."""
        self.open_wizard(invoice, **values).action_send_and_print()
        return self.messages_of(invoice)

    def open_batch(self, invoices):
        """Choose “Send invoices by Telegram” in the list, and return the dialog."""
        invoices = invoices.with_user(self.accountant)
        action = self.env.ref("telegram_green_api.account_move_action_send_telegram")
        action = action.with_user(self.accountant).with_context(
            active_model="account.move", active_ids=invoices.ids, active_id=invoices.ids[0]
        )
        opened = action.run()
        return invoices.env[opened["res_model"]].browse(opened["res_id"])

    def run_invoice_action(self):
        """Let Odoo's action that sends invoices run, with real reports."""
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"force_report_rendering": True})
            env["account.move"]._cron_account_move_send()
        self.env.invalidate_all()

    def messages_of(self, invoices):
        domain = [("res_model", "=", "account.move"), ("res_id", "in", invoices.ids)]
        return self.env["telegram.message"].search(domain, order="id")
