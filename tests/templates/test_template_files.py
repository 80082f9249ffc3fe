# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .template_case import TemplateCase


@tagged("post_install", "-at_install")
class TestFiles(TemplateCase):
    """Reports and files that go with the text."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.ui.view"].create(
            {
                "name": "telegram card",
                "key": "telegram_green_api.test_card",
                "type": "qweb",
                "arch": """<t t-name="telegram_green_api.test_card">
                    <t t-foreach="docs" t-as="doc"><t t-call="web.basic_layout">
                        Card of <t t-out="doc.name"/></t></t></t>""",
            }
        )
        cls.report = cls.env["ir.actions.report"].create(
            {
                "name": "Card",
                "model": "res.partner",
                "report_type": "qweb-pdf",
                "report_name": "telegram_green_api.test_card",
                "print_report_name": "'Card/%s' % object.name",
            }
        )

    def render(self, records=None, user=None):
        records = records or self.anna
        return self.template.with_user(user or self.salesperson)._render_attachments(records)

    def attach(self, template=None, **values):
        return self.env["ir.attachment"].create({"name": "map.txt", "raw": b"turn left", **values})

    def test_report(self):
        """Each record gets its own document, named as Odoo names it, that its readers see."""
        self.template.report_template_ids = self.report
        files = self.render(self.anna + self.chloe)
        self.assertEqual(list(files), [self.anna.id, self.chloe.id])
        for partner in self.anna + self.chloe:
            file = files[partner.id]
            self.assertTrue(file.name.startswith(f"Card_{partner.name}."), file.name)
            self.assertIn(partner.name, file.raw.decode())  # in tests Odoo gives HTML for PDF
            self.assertEqual((file.res_model, file.res_id), ("res.partner", partner.id))
            self.assertFalse(file.env.su)

    @mute_logger("odoo.addons.base.models.ir_actions_report")
    def test_pdf(self):
        """With wkhtmltopdf, it is really a PDF."""
        if self.env["ir.actions.report"].get_wkhtmltopdf_state() == "install":
            self.skipTest("wkhtmltopdf is not installed")
        self.template.report_template_ids = self.report
        self.template = self.template.with_context(force_report_rendering=True)
        file = self.render()[self.anna.id]
        self.assertEqual((file.name, file.mimetype), ("Card_Anna.pdf", "application/pdf"))
        self.assertEqual(file.raw[:5], b"%PDF-")

    def test_no_wkhtmltopdf(self):
        """Without wkhtmltopdf people read what is missing and who can help."""
        self.template.report_template_ids = self.report
        self.template = self.template.with_context(force_report_rendering=True)
        state = "odoo.addons.base.models.ir_actions_report.IrActionsReport.get_wkhtmltopdf_state"
        with (
            patch(state, lambda _self: "install"),
            self.assertRaisesRegex(UserError, "“Card” cannot be generated.*install wkhtmltopdf"),
        ):
            self.render()

    def test_text_report(self):
        """A report that is a text gets the ending of one."""
        self.report.write({"report_type": "qweb-text", "print_report_name": False})
        self.template.report_template_ids = self.report
        self.assertEqual(self.render()[self.anna.id].name, "Card.txt")

    def test_odd_name(self):
        """The name that a report gives is on one line, and is never empty."""
        self.report.print_report_name = "'Card\\n of ' + object.name"
        self.template.report_template_ids = self.report
        self.assertEqual(self.render()[self.anna.id].name.rpartition(".")[0], "Card of Anna")
        self.report.print_report_name = "' / '.strip(' /')"
        self.assertEqual(self.render()[self.anna.id].name.rpartition(".")[0], "Card")

    def test_copies(self):
        """Files are copied to each record: whoever reads the record reads them, and a changed or
        deleted template takes none of them away."""
        self.template.attachment_ids = self.attach()
        original = self.template.attachment_ids
        files = self.render(self.anna + self.chloe)
        for partner in self.anna + self.chloe:
            file = files[partner.id]
            self.assertEqual((file.res_model, file.res_id), ("res.partner", partner.id))
            for field in ("raw", "mimetype", "store_fname", "checksum", "file_size"):
                self.assertEqual(file[field], original[field], field)
        self.template.unlink()
        self.assertFalse(original.exists())
        self.assertEqual(files[self.anna.id].raw, b"turn left")

    def test_order(self):
        """The report comes before the files: the text goes with the first."""
        self.template.write(
            {"report_template_ids": self.report.ids, "attachment_ids": self.attach().ids}
        )
        names = self.render()[self.anna.id].mapped("name")
        self.assertEqual([names[0][:4], names[1]], ["Card", "map.txt"])

    def test_nothing(self):
        """Without files there is an empty recordset for each record; without records, nothing."""
        self.template.attachment_ids = self.attach()
        nobody = self.template._render_attachments(self.env["res.partner"])
        self.assertEqual(nobody, {})
        self.template.attachment_ids = False
        files = self.render(self.anna + self.chloe)
        self.assertEqual(set(files), set((self.anna + self.chloe).ids))
        self.assertFalse(files[self.anna.id])

    def test_reader_of_the_record(self):
        """Who may only read a record, as salespeople do invoices, still sends its files."""
        self.template.attachment_ids = self.attach()
        reader = self.create_user("telegram_reader", "user")
        self.assertFalse(self.anna.with_user(reader).has_access("write"))
        self.assertTrue(self.render(user=reader)[self.anna.id].raw)

    def test_uploaded_with_the_template(self):
        """Files uploaded in the form become the template's own, and can be read with it."""
        uploaded = self.attach(res_model="telegram.template", res_id=0)
        template = self._create_template(attachment_ids=[Command.set(uploaded.ids)])
        self.assertEqual(uploaded.res_id, template.id)
        self.assertEqual(uploaded.with_user(self.salesperson).raw, b"turn left")

    def test_foreign_file(self):
        """A template is no way to a file of a record that its writer may not change."""
        secret = self.env["res.partner"].create(
            {"name": "Secret", "company_id": self.env["res.company"].create({"name": "X"}).id}
        )
        file = self.attach(res_model="res.partner", res_id=secret.id)
        with self.assertRaises(AccessError):
            self.template.with_user(self.manager).attachment_ids = [Command.link(file.id)]

    def test_copied_template(self):
        """A copy has files of its own."""
        self.template.attachment_ids = self.attach()
        copied = self.template.copy()
        self.assertNotEqual(copied.attachment_ids, self.template.attachment_ids)
        self.template.unlink()
        self.assertEqual(copied.attachment_ids.raw, b"turn left")


@tagged("post_install", "-at_install")
class TestReadyTemplates(TemplateCase):
    """What comes with the addon."""

    def test_contact(self):
        """The ready text for a contact is filled for somebody who edits no template."""
        template = self.env.ref("telegram_green_api.telegram_template_partner").with_user(
            self.salesperson
        )
        body = template._render_bodies(self.anna)[self.anna.id]
        self.assertIn("Hello Anna,", body)
        self.assertIn(self.salesperson.name, body)

    def test_reset(self):
        """An administrator brings a ready template back to what it was; its entry stays."""
        template = self.env.ref("telegram_green_api.telegram_template_partner")
        template.action_create_sidebar_action()
        original = template.body
        template.body = "Spoiled"
        template.with_user(self.editor).reset_template()
        self.assertEqual(template.body, original)
        self.assertTrue(template.active)
        self.assertTrue(template.has_sidebar_action)

    def test_invoice(self):
        """The ready text for an invoice says what is to be paid, until when, and where to look."""
        self.env.user.group_ids += self.env.ref("account.group_account_invoice")
        company = self.env["res.company"].create({"name": "Seller"})
        self.env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
        invoice = (
            self.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.anna.id,
                    "invoice_date": "2026-01-15",
                    "invoice_date_due": "2026-02-15",
                    "invoice_payment_term_id": False,
                    "invoice_line_ids": [
                        Command.create({"name": "Work", "price_unit": 1234.5, "tax_ids": False})
                    ],
                }
            )
        )
        invoice.action_post()
        template = self.env.ref("telegram_green_api.telegram_template_invoice")
        body = template._render_bodies(invoice)[invoice.id]
        for text in ("Hello Anna,", invoice.name, "from Seller", "1,234.50", "02/15/2026"):
            self.assertIn(text, body)
        self.assertIn(invoice.get_base_url() + invoice.get_portal_url(), body)
        self.assertNotIn("{{", body)
        file = template._render_attachments(invoice)[invoice.id]
        self.assertIn(invoice.name.replace("/", "_"), file.name)
