# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import models


class TelegramTemplate(models.Model):
    _inherit = "telegram.template"

    def _get_report_attachment(self, record, report):
        """Of an invoice that was sent, the very PDF that Odoo keeps, and no other one."""
        # sudo: ir.actions.report - what kind of report it is; its rights are Odoo's to check
        if record._name == "account.move" and report.sudo().is_invoice_report:
            pdf_sudo = record.sudo().invoice_pdf_report_id  # sudo: ir.attachment - see below
            if pdf_sudo:
                return record._copy_invoice_pdf(
                    pdf_sudo, {"res_model": record._name, "res_id": record.id}
                )
        return super()._get_report_attachment(record, report)
