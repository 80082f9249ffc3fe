# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import models


class TelegramTemplate(models.Model):
    """Extends ``telegram.template`` with the PDF that Odoo stores for sent invoices."""

    _inherit = "telegram.template"

    def _get_report_attachment(self, record, report):
        """Return a copy of the stored PDF of an invoice that was sent, instead of a new one."""
        # sudo: ir.actions.report - only its type; Odoo checks the access to it
        if record._name == "account.move" and report.sudo().is_invoice_report:
            pdf_sudo = record.sudo().invoice_pdf_report_id  # sudo: ir.attachment - to copy it
            if pdf_sudo:
                return record._copy_invoice_pdf(
                    pdf_sudo, {"res_model": record._name, "res_id": record.id}
                )
        return super()._get_report_attachment(record, report)
