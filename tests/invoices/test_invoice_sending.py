# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import CUSTOMER_CHAT
from .invoice_case import InvoiceCase


@tagged("post_install", "-at_install")
class TestInvoiceSending(InvoiceCase):
    """One invoice, sent by a person from Odoo's own dialog."""

    def alerts(self, wizard):
        return {key: alert for key, alert in wizard.alerts.items() if "telegram" in key}

    # --- What arrives -----------------------------------------------------------------------

    def test_pdf_with_text_and_link(self):
        """The customer gets Odoo's own PDF with the text and the portal link as its caption; the
        invoice counts as sent, and its chatter shows the message and how far it has come."""
        invoice = self._create_invoice()
        message = self.send(invoice)
        pdf = invoice.invoice_pdf_report_id
        self.assertEqual(len(message), 1)
        self.assertEqual(message.type_message, "documentMessage")
        self.assertEqual(message.file_name, pdf.name)
        self.assertEqual(message.attachment_id.raw, pdf.raw)
        self.assertTrue(pdf.raw.startswith(b"%PDF"))
        self.assertIn(invoice.name, message.text)
        self.assertIn(f"https://seller.example.com{invoice.get_portal_url()}", message.text)
        self.assertTrue(invoice.is_move_sent)
        self.assertEqual(message.mail_message_ids.res_id, invoice.id)
        self.assertEqual(message.mail_message_ids.author_id, self.accountant.partner_id)
        self.send_queue()
        [arrived] = self.phone.ledger()
        self.assertEqual(arrived["messageData"]["fileMessageData"]["fileName"], pdf.name)
        self.receive()
        self.phone.read(CUSTOMER_CHAT)
        self.receive()
        self.assertEqual(message.state, "read")

    def test_not_grouped_by_keys(self):
        """*Group By* offered “Is Sent By Telegram Only”."""
        offered = self.env["account.move"].get_views([(False, "search")])
        fields = offered["models"]["account.move"]["fields"]
        for name in ("is_sent_by_telegram_only", "telegram_message_id"):
            self.assertFalse(fields[name]["groupable"], name)

    def test_long_text_goes_first(self):
        """A text that is too long for a caption goes before the PDF; nothing of it is lost."""
        invoice = self._create_invoice()
        messages = self.send(invoice, telegram_body="x" * 1025)
        self.assertEqual(messages.mapped("type_message"), ["textMessage", "documentMessage"])
        self.assertEqual(invoice.telegram_message_id, messages[1])

    def test_text_too_long(self):
        """A text that no message can hold is refused before anything is queued."""
        invoice = self._create_invoice()
        with self.assertRaisesRegex(UserError, "4097"), self.env.cr.savepoint():
            self.send(invoice, telegram_body="x" * 4097)
        self.assertFalse(self.messages_of(invoice))
        self.assertFalse(invoice.is_move_sent)

    def test_pdf_alone(self):
        """Without a text, the PDF goes alone."""
        message = self.send(self._create_invoice(), telegram_body=False)
        self.assertFalse(message.text)
        self.assertTrue(message.attachment_id)

    def test_language_of_the_customer(self):
        """The text is in the customer's language, not in that of who sends it."""
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref("telegram_green_api.telegram_template_invoice")
        template.with_context(lang="fr_FR").body = "Bonjour {{ object.partner_id.name }}"
        self.customer.lang = "fr_FR"
        self.assertEqual(self.send(self._create_invoice()).text, "Bonjour Vasilisa Ivanova")

    def test_credit_note(self):
        """A credit note is not called an invoice."""
        credit_note = self._create_invoice(move_type="out_refund")
        self.assertIn(f"credit note {credit_note.name}", self.send(credit_note).text)

    def test_template_is_gone(self):
        """Somebody who deletes the ready text does not keep invoices from being sent."""
        self.env.ref("telegram_green_api.telegram_template_invoice").unlink()
        self.assertTrue(self.send(self._create_invoice()).attachment_id)

    @mute_logger("odoo.addons.mail.models.mail_render_mixin")
    def test_template_cannot_be_filled(self):
        """The dialog still opens, and says which placeholder cannot be filled."""
        template = self.env.ref("telegram_green_api.telegram_template_invoice")
        template.body = "Ref {{ object.ref.strip() }}"
        wizard = self.open_wizard(self._create_invoice())
        self.assertFalse(wizard.telegram_body)
        self.assertIn("object.ref.strip()", wizard.telegram_problem)

    def test_other_files_of_the_template(self):
        """The template's own files go after the PDF, which is not made and sent a second time."""
        terms = self.env["ir.attachment"].create({"name": "terms.txt", "raw": b"30 days"})
        self.env.ref("telegram_green_api.telegram_template_invoice").attachment_ids = terms
        invoice = self._create_invoice()
        messages = self.send(invoice)
        pdf = invoice.invoice_pdf_report_id.name
        self.assertEqual(messages.mapped("file_name"), [pdf, "terms.txt"])

    def test_composer_sends_the_kept_pdf(self):
        """Written once more from the chatter with a template, the invoice is the same file."""
        invoice = self._create_invoice()
        self.send(invoice)
        template = self.env.ref("telegram_green_api.telegram_template_invoice").with_user(
            self.accountant
        )
        file = template._render_attachments(invoice.with_user(self.accountant))[invoice.id]
        self.assertEqual(file.raw, invoice.invoice_pdf_report_id.raw)
        self.assertNotEqual(file, invoice.invoice_pdf_report_id)
        self.assertEqual(file.res_id, invoice.id)

    def test_note_deleted(self):
        """Who deletes the note in the chatter deletes no invoice."""
        invoice = self._create_invoice()
        message = self.send(invoice)
        pdf = invoice.invoice_pdf_report_id
        self.assertNotEqual(message.attachment_id, pdf)
        message.mail_message_ids.attachment_ids.unlink()
        self.assertTrue(pdf.exists())

    # --- Who gets it ------------------------------------------------------------------------

    def test_contact_of_the_invoice(self):
        """As by e-mail, the contact on the invoice gets it, not its company; the sending method
        is the company's."""
        company = self._create_customer(1, is_company=True)
        contact = self._create_customer(2, parent_id=company.id, type="invoice")
        company.with_company(self.company).invoice_sending_method = "telegram"
        invoice = self._create_invoice(contact)
        wizard = self.env["account.move.send.wizard"].with_user(self.accountant)
        wizard = wizard.with_context(active_ids=invoice.ids).create({})
        self.assertEqual(wizard.sending_methods, ["telegram"])
        wizard.action_send_and_print()
        self.assertEqual(self.messages_of(invoice).partner_id, contact)

    def test_somebody_else(self):
        """A person may send the invoice to another contact of the customer."""
        other = self._create_customer(3)
        message = self.send(self._create_invoice(), telegram_partner_id=other.id)
        self.assertEqual(message.partner_id, other)

    def test_company_of_the_invoice(self):
        """The account of the invoice's company writes, whatever company the person is in."""
        other = self._create_company("Other seller")
        self.accountant.company_ids += other
        other_instance = self._create_instance(self._create_phone(), company_id=other.id)
        other_instance.operator_ids = self.accountant
        message = self.send(self._create_invoice(company=other))
        self.assertEqual(message.instance_id, other_instance)

    def test_no_account_of_another_company(self):
        """Where the invoice's company has no account, no other company's is used."""
        other = self._create_company("Other seller")
        self.accountant.company_ids += other
        wizard = self.open_wizard(self._create_invoice(company=other))
        with self.assertRaisesRegex(UserError, "Other seller has no Telegram account"):
            wizard.action_send_and_print()

    def test_chosen_account(self):
        """With several accounts, a person chooses by which one the invoice goes."""
        second = self._create_instance(self._create_phone(), company_id=self.company.id)
        second.operator_ids = self.accountant
        wizard = self.open_wizard(self._create_invoice(), telegram_instance_id=second.id)
        self.assertEqual(wizard.telegram_instance_count, 2)
        wizard.action_send_and_print()
        self.assertEqual(self.messages_of(wizard.move_id).instance_id, second)

    # --- What is in the way -----------------------------------------------------------------

    def test_reasons(self):
        """Whoever cannot be reached is said, with the reason, before anything is queued."""
        lost = self._create_customer(6)
        chat = self.env["telegram.chat"]._get_or_create_for_partner(self.instance, lost)
        chat.no_account = True
        for customer, words in (
            (self._create_customer(4, phone=False), "Neither a Telegram chat nor a phone"),
            (self._create_customer(5, phone="ring twice"), "cannot be read"),
            (lost, "No Telegram account"),
        ):
            with self.subTest(words):
                wizard = self.open_wizard(self._create_invoice(customer))
                [alert] = self.alerts(wizard).values()
                self.assertEqual(alert["level"], "danger")
                self.assertIn(words, alert["message"])
                with self.assertRaisesRegex(UserError, words):
                    wizard.action_send_and_print()
                self.assertFalse(wizard.move_id.invoice_pdf_report_id)
                self.assertFalse(self.messages_of(wizard.move_id))

    def test_usual_way_is_not_possible(self):
        """A customer who usually gets invoices by Telegram, and cannot now: Telegram is not
        proposed, and the dialog says why."""
        customer = self._create_customer(7, phone=False)
        customer.with_company(self.company).invoice_sending_method = "telegram"
        invoice = self._create_invoice(customer)
        wizard = self.env["account.move.send.wizard"].with_user(self.accountant)
        wizard = wizard.with_context(active_ids=invoice.ids).create({})
        self.assertFalse(wizard.sending_methods)
        self.assertIn("phone number", self.alerts(wizard)["telegram_usual"]["message"])

    def test_opted_out(self):
        """Who wants no mailings may still get one invoice: a warning, no refusal."""
        chat = self.env["telegram.chat"]._get_or_create_for_partner(self.instance, self.customer)
        chat.opted_out = True
        wizard = self.open_wizard(self._create_invoice())
        self.assertEqual(self.alerts(wizard)["telegram_opted_out"]["level"], "warning")
        wizard.action_send_and_print()
        self.assertTrue(self.messages_of(wizard.move_id))

    def test_account_does_not_work(self):
        """While the account is signed out, the invoice waits in the queue, and the person knows."""
        self.instance.state = "notAuthorized"
        wizard = self.open_wizard(self._create_invoice())
        self.assertIn("queued", self.alerts(wizard)["telegram_waiting"]["message"])
        wizard.action_send_and_print()
        self.assertEqual(self.messages_of(wizard.move_id).state, "queued")

    def test_wkhtmltopdf_is_missing(self):
        """Without the program that makes PDFs, the person reads which one is missing, and nothing
        is queued or marked as sent."""
        self.use_program(None)
        wizard = self.open_wizard(self._create_invoice())
        self.assertIn("wkhtmltopdf", self.alerts(wizard)["telegram_no_pdf"]["message"])
        with self.assertRaisesRegex(UserError, "“wkhtmltopdf” is missing"):
            wizard.action_send_and_print()
        self.assertFalse(self.messages_of(wizard.move_id))
        self.assertFalse(wizard.move_id.is_move_sent)

    def test_wkhtmltopdf_is_broken(self):
        """A program that does not say its version is as good as none."""
        self.use_program("#!/bin/sh\nexit 127\n")
        wizard = self.open_wizard(self._create_invoice())
        self.assertIn("telegram_no_pdf", self.alerts(wizard))

    def test_pdf_is_there_already(self):
        """An invoice whose PDF was made before needs no program to be sent."""
        invoice = self._create_invoice()
        self.send(invoice)
        self.use_program(None)
        wizard = self.open_wizard(invoice)
        self.assertNotIn("telegram_no_pdf", self.alerts(wizard))
        wizard.action_send_and_print()
        self.assertEqual(len(self.messages_of(invoice)), 2)

    @mute_logger("odoo.addons.base.models.ir_actions_report")
    def test_pdf_cannot_be_made(self):
        """A report that fails is the person's to read; nothing is left behind."""
        invoice = self._create_invoice(narration="UNPRINTABLE")
        with self.assertRaisesRegex(UserError, "could not be created"), self.env.cr.savepoint():
            self.send(invoice)
        self.assertFalse(self.messages_of(invoice))
        self.assertFalse(invoice.is_move_sent)

    def test_not_an_operator(self):
        """Who may not write by the account reads what to ask for."""
        self.instance.operator_ids = self.salesperson
        wizard = self.open_wizard(self._create_invoice())
        with self.assertRaisesRegex(UserError, "Ask an administrator"):
            wizard.action_send_and_print()

    def test_without_the_right_for_telegram(self):
        """Accountants who have nothing to do with Telegram send invoices as before."""
        user = self.create_user("plain_accountant", "accounting", company_id=self.company.id)
        self.customer.email = "vasilisa@example.com"
        self.customer.with_company(self.company).invoice_sending_method = "telegram"
        invoice = self._create_invoice()
        with self.assertRaises(AccessError):
            self.open_wizard(invoice, user)
        wizard = self.open_wizard(invoice, user, button="action_invoice_sent")
        self.assertNotIn("telegram", wizard.sending_method_checkboxes)
        wizard.sending_methods = ["email"]
        wizard.action_send_and_print()
        self.assertTrue(wizard.move_id.is_move_sent)
        self.assertFalse(self.messages_of(wizard.move_id))

    def test_draft_and_vendor_bill(self):
        """What is no posted invoice to a customer is refused in Odoo's own words."""
        draft = self._create_invoice(post=False)
        bill = self._create_invoice(move_type="in_invoice")
        for move in (draft, bill):
            with self.assertRaisesRegex(UserError, "You can"):
                self.open_wizard(move)

    # --- Once -------------------------------------------------------------------------------

    def test_pressed_twice(self):
        """The same dialog sends once, however often its button is pressed."""
        wizard = self.open_wizard(self._create_invoice())
        wizard.action_send_and_print()
        with self.assertRaisesRegex(UserError, "already sent"):
            wizard.action_send_and_print()
        self.assertEqual(len(self.messages_of(wizard.move_id)), 1)

    def test_two_people(self):
        """Two people with the dialog open at once do not both send the invoice."""
        invoice = self._create_invoice()
        first, second = self.open_wizard(invoice), self.open_wizard(invoice)
        first.action_send_and_print()
        with self.assertRaisesRegex(UserError, "already sent"):
            second.action_send_and_print()
        self.assertEqual(len(self.messages_of(invoice)), 1)

    def test_once_more_on_purpose(self):
        """Who opens the dialog anew reads that it was sent, and may send it again."""
        invoice = self._create_invoice()
        self.send(invoice)
        wizard = self.open_wizard(invoice)
        self.assertEqual(self.alerts(wizard)["telegram_already_sent"]["level"], "warning")
        wizard.action_send_and_print()
        self.assertEqual(len(self.messages_of(invoice)), 2)

    def test_failed_before(self):
        """An invoice whose message failed does not count as sent by Telegram."""
        invoice = self._create_invoice()
        self.send(invoice)._set_state({"state": "error"})
        self.assertFalse(self.open_wizard(invoice).alerts)

    # --- The mark "Sent" --------------------------------------------------------------------

    def test_failed_invoice_is_not_sent(self):
        """An invoice that Telegram refused is not marked as sent, and its chatter says why."""
        invoice = self._create_invoice()
        message = self.send(invoice)
        self.assertTrue(invoice.is_move_sent)
        message._set_state({"state": "error", "failure_reason": "Number is unknown."})
        self.assertFalse(invoice.is_move_sent)
        self.assertIn("Number is unknown.", invoice.message_ids[0].body)
        message._set_state({"state": "queued"})
        self.assertTrue(invoice.is_move_sent, "it is sent again")
        message.action_cancel()
        self.assertFalse(invoice.is_move_sent)

    def test_failed_invoice_sent_again(self):
        """The PDF of a failed invoice that is sent anew is there already: it is marked as sent."""
        invoice = self._create_invoice()
        self.send(invoice)._set_state({"state": "error"})
        self.send(invoice)
        self.assertTrue(invoice.is_move_sent)

    def test_failed_invoice_sent_otherwise(self):
        """An invoice that was sent by e-mail, too, before or after, stays marked as sent."""
        self.customer.email = "vasilisa@example.com"
        for methods in (("telegram", "email"), ("email", "telegram"), ("both",)):
            invoice = self._create_invoice()
            for method in methods:
                names = ["email", "telegram"] if method == "both" else [method]
                self.send(invoice, sending_methods=names)
            self.messages_of(invoice)._set_state({"state": "error"})
            self.assertTrue(invoice.is_move_sent, methods)

    def test_failed_then_sent_by_email(self):
        """An e-mail marks an invoice as sent that Telegram had refused."""
        self.customer.email = "vasilisa@example.com"
        invoice = self._create_invoice()
        self.send(invoice)._set_state({"state": "error"})
        self.send(invoice, sending_methods=["email"])
        self.assertTrue(invoice.is_move_sent)

    # --- The dialog -------------------------------------------------------------------------

    def test_dialog(self):
        """The form keeps what a person changes, and follows the template they choose."""
        template = self.env["telegram.template"].create(
            {
                "name": "Reminder",
                "model_id": self.env["ir.model"]._get_id("account.move"),
                "body": "Please pay {{ object.name }}",
            }
        )
        invoice = self._create_invoice()
        wizard = self.env["account.move.send.wizard"].with_user(self.accountant)
        wizard = wizard.with_context(active_ids=invoice.ids, telegram_chosen=True)
        with Form(wizard) as form:
            self.assertIn(invoice.name, form.telegram_body)
            form.telegram_template_id = template
            self.assertEqual(form.telegram_body, f"Please pay {invoice.name}")
            form.telegram_body = "Pay, please"
        form.record.action_send_and_print()
        self.assertEqual(self.messages_of(invoice).text, "Pay, please")
