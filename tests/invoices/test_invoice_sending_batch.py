# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .invoice_case import InvoiceCase


@tagged("post_install", "-at_install")
class TestInvoiceSendingBatch(InvoiceCase):
    """Many invoices at once: Odoo's scheduled action makes the PDFs and queues the messages."""

    def setUp(self):
        super().setUp()
        self.first = self._create_invoice(self._create_customer(1))
        self.second = self._create_invoice(self._create_customer(2))
        self.both = self.first + self.second

    def words_on(self, invoice):
        return " ".join(invoice.message_ids.mapped("body"))

    # --- What arrives -----------------------------------------------------------------------

    def test_in_the_background(self):
        """The person's own transaction makes no PDF and queues nothing; the scheduled action does
        both, in the person's name, and customers' usual way does not matter."""
        self.first.commercial_partner_id.with_company(self.company).invoice_sending_method = "email"
        wizard = self.open_batch(self.both)
        self.assertEqual(wizard.summary_data["telegram"]["count"], 2)
        wizard.action_send_and_print()
        self.assertTrue(all(invoice.is_being_sent for invoice in self.both))
        self.assertFalse(self.both.invoice_pdf_report_id)
        self.assertFalse(self.messages_of(self.both))
        self.run_invoice_action()
        messages = self.messages_of(self.both)
        self.assertEqual(messages.mapped("res_id"), self.both.ids)
        self.assertEqual(messages.author_id, self.accountant.partner_id)
        self.assertTrue(all(self.both.mapped("is_move_sent")))
        self.assertFalse(any(invoice.is_being_sent for invoice in self.both))
        self.assertFalse(
            self.env["mail.mail"].search([("mail_message_id", "in", self.both.message_ids.ids)])
        )
        for number in (1, 2):
            self.phone.add_customer("Somebody", phoneNumber=79998880000 + number)
        self.send_queue()
        self.assertEqual(len(self.phone.ledger()), 2)

    def test_by_odoo_s_scheduler(self):
        """Odoo's own scheduled action, run as its scheduler runs it, sends them."""
        self.open_batch(self.both).action_send_and_print()
        self._run(self.env.ref("account.ir_cron_account_move_send"))
        self.assertEqual(self.messages_of(self.both).mapped("res_id"), self.both.ids)

    def test_usual_way(self):
        """Customers who get their invoices by Telegram get them so from Odoo's own "Send"."""
        wizard = self.open_usual(self.both)
        self.assertEqual(wizard.summary_data["telegram"]["count"], 2)
        wizard.action_send_and_print()
        self.run_invoice_action()
        self.assertEqual(len(self.messages_of(self.both)), 2)

    def open_usual(self, invoices):
        """Choose Odoo's own “Send” in the list for customers of Telegram, return the dialog."""
        for invoice in invoices:
            customer = invoice.partner_id.with_company(self.company)
            customer.invoice_sending_method = "telegram"
        wizard = self.env["account.move.send.batch.wizard"].with_user(self.accountant)
        return wizard.with_context(active_ids=invoices.ids).create({})

    def test_sent_before_is_no_failure(self):
        """An invoice that the customer has was reported as failed, on itself and to the person."""
        self.send(self.first)
        wizard = self.open_usual(self.both)
        self.assertIn(self.first.name, wizard.alerts["telegram_already_sent"]["message"])
        wizard.action_send_and_print()
        self._reset_bus()
        self.run_invoice_action()
        self.assertEqual(self.messages_of(self.both).mapped("res_id"), self.both.ids)
        self.assertNotIn("Not sent", self.words_on(self.first))
        self.assertFalse(self.first.is_being_sent)
        told = self.env["bus.bus"].search([("message", "ilike", "account_notification")])
        self.assertEqual(len(told), 1)
        self.assertIn("success", told.message)
        self.assertIn(f"{self.second.id}]", told.message)

    def test_sent_before_email_besides(self):
        """Sent before by Telegram, the e-mail of the same batch goes out, without a failure."""
        self.send(self.first)
        self.first.partner_id.email = "customer@example.com"
        sender = self.env["account.move.send"].with_user(self.accountant)
        self.first.sending_data = {"author_user_id": self.accountant.id}
        sender._generate_and_send_invoices(
            self.first.with_env(sender.env), from_cron=True, sending_methods=["email", "telegram"]
        )
        self.assertEqual(len(self.messages_of(self.first)), 1)
        self.assertTrue(self.first.message_ids.filtered(lambda m: m.message_type == "comment"))
        self.assertNotIn("Not sent", self.words_on(self.first))

    def test_chosen_template(self):
        """The text that the person chose goes with all of them."""
        template = self.env["telegram.template"].create(
            {
                "name": "Reminder",
                "model_id": self.env["ir.model"]._get_id("account.move"),
                "body": "Please pay {{ object.name }}",
            }
        )
        wizard = self.open_batch(self.both)
        wizard.telegram_template_id = template
        wizard.action_send_and_print()
        self.run_invoice_action()
        expected = [f"Please pay {invoice.name}" for invoice in self.both]
        self.assertEqual(self.messages_of(self.both).mapped("text"), expected)

    def test_two_companies(self):
        """Each invoice goes out by the account of its own company."""
        other = self._create_company("Other seller")
        self.accountant.company_ids += other
        other_instance = self._create_instance(self._create_phone(), company_id=other.id)
        other_instance.operator_ids = self.accountant
        invoices = self.first + self._create_invoice(company=other)
        self.open_batch(invoices).action_send_and_print()
        self.run_invoice_action()
        messages = self.messages_of(invoices)
        self.assertEqual(messages.mapped("instance_id"), self.instance + other_instance)

    # --- Who is left out --------------------------------------------------------------------

    def test_preview(self):
        """Before anything is sent, the person reads who gets none and why; the others get it."""
        opted_out = self._create_invoice(self._create_customer(3))
        chat = self.env["telegram.chat"]._get_or_create_for_partner(
            self.instance, opted_out.partner_id
        )
        chat.opted_out = True
        left_out = {
            "not_posted": self._create_invoice(post=False),
            "not_sale_document": self._create_invoice(move_type="in_invoice"),
            "no_phone": self._create_invoice(self._create_customer(4, phone=False)),
            "opted_out": opted_out,
        }
        wizard = self.open_batch(self.both + self.env["account.move"].union(*left_out.values()))
        for code, invoice in left_out.items():
            alert = wizard.alerts[f"telegram_{code}"]
            self.assertIn(invoice.display_name, alert["message"], code)
            self.assertEqual(alert["action"]["res_id"], invoice.id)
        self.assertEqual(wizard.move_ids, self.both)
        wizard.action_send_and_print()
        self.run_invoice_action()
        self.assertEqual(
            self.messages_of(wizard.telegram_selected_ids).mapped("res_id"), self.both.ids
        )

    def test_notification(self):
        """It said “1 left out” for each reason, and neither which invoice nor whose."""
        drafts = self.env["account.move"].union(
            *(self._create_invoice(self._create_customer(n), post=False) for n in range(20, 25))
        )
        unreachable = self._create_invoice(self._create_customer(4, phone=False))
        params = self.open_batch(self.both + unreachable + drafts).action_send_and_print()["params"]
        _sent, posted, reached = params["message"].split("\n")
        names = ", ".join(f"{m.display_name} ({m.partner_id.name})" for m in drafts[:3])
        self.assertEqual(
            posted, f"5 not sent: {names} and 2 more. The invoice is not posted. Confirm it first."
        )
        self.assertIn(f"1 not sent: {unreachable.name} (Customer 4). ", reached)
        shown = self.env["account.move"].search(params["view"]["domain"])
        self.assertEqual(shown, unreachable | drafts)

    def test_notification_if_all_are_sent(self):
        """Nothing to view: it goes by itself."""
        params = self.open_batch(self.both).action_send_and_print()["params"]
        self.assertIs(params["view"], False)  # an empty object would be true in a browser

    def test_blacklisted_chat(self):
        """A blacklisted number counts that is known from the customer's chat only."""
        invoice = self.both[0]
        chat = self.env["telegram.chat"]._get_or_create_for_partner(
            self.instance, invoice.partner_id
        )
        self.env["phone.blacklist"]._add([chat.sudo().phone])
        chat.sudo().telegram_id = "777000"
        invoice.partner_id.phone = False
        wizard = self.open_batch(self.both)
        self.assertIn(invoice.display_name, wizard.alerts["telegram_opted_out"]["message"])
        self.assertEqual(wizard.move_ids, self.both[1])

    def test_nobody(self):
        """With nobody to send to, the dialog opens to say why, and sends nothing."""
        wizard = self.open_batch(self._create_invoice(post=False))
        self.assertIn("telegram_not_posted", wizard.alerts)
        self.assertFalse(wizard.summary_data)
        with self.assertRaisesRegex(UserError, "None of these invoices"):
            wizard.action_send_and_print()

    def test_wkhtmltopdf_is_missing(self):
        """Without the program that makes PDFs, the dialog says so, and nothing waits for it."""
        self.use_program(None)
        wizard = self.open_batch(self.both)
        self.assertIn("wkhtmltopdf", wizard.alerts["telegram_no_pdf"]["message"])
        self.assertFalse(wizard.move_ids)

    def test_queries(self):
        """The preview of many invoices asks the database as often as that of two."""
        many = self.both
        for number in range(10, 30):
            many += self._create_invoice(self._create_customer(number))
        counts = []
        for invoices in (self.both, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            invoices.with_user(self.accountant)._get_telegram_batch_obstacles()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2)

    # --- What goes wrong in the background --------------------------------------------------

    @mute_logger("odoo.addons.base.models.ir_actions_report")
    def test_one_fails(self):
        """An invoice that cannot be printed holds up no other, and says on itself why."""
        bad = self._create_invoice(self._create_customer(5), narration="UNPRINTABLE")
        self.open_batch(self.first + bad + self.second).action_send_and_print()
        self.run_invoice_action()
        self.assertEqual(self.messages_of(self.both + bad).mapped("res_id"), self.both.ids)
        self.assertIn("could not be created", self.words_on(bad))
        self.assertFalse(bad.is_move_sent)
        self.assertFalse(bad.is_being_sent)

    def test_wkhtmltopdf_is_gone(self):
        """The program may go between the dialog and the scheduled action: each invoice says so,
        and can be sent again."""
        self.open_batch(self.both).action_send_and_print()
        self.use_program(None)
        self.run_invoice_action()
        for invoice in self.both:
            self.assertIn("“wkhtmltopdf” is missing", self.words_on(invoice))
        self.assertFalse(self.messages_of(self.both))
        self.assertFalse(any(self.both.mapped("is_move_sent")))

    def test_customer_changed(self):
        """A phone that was deleted in between is said on the invoice; the others go out, and the
        person is told of both."""
        self.open_batch(self.both).action_send_and_print()
        self.first.partner_id.phone = False
        self._reset_bus()
        self.run_invoice_action()
        self.assertIn("phone number", self.words_on(self.first))
        self.assertFalse(self.first.invoice_pdf_report_id)
        self.assertEqual(self.messages_of(self.both).res_id, self.second.id)
        sent = self.env["bus.bus"].search([("message", "ilike", "account_notification")])
        self.assertEqual(len(sent), 2)

    def _reset_bus(self):
        self.env["bus.bus"].search([]).unlink()

    def test_person_lost_the_right(self):
        """Who is no operator any more when it comes to sending, sends nothing."""
        self.open_batch(self.both).action_send_and_print()
        self.instance.operator_ids = self.salesperson
        self.run_invoice_action()
        self.assertFalse(self.messages_of(self.both))
        self.assertIn("Ask an administrator", self.words_on(self.first))

    @mute_logger("odoo.addons.mail.models.mail_render_mixin")
    def test_text_cannot_be_filled(self):
        """A text that fails for one invoice fails for that one only."""
        self.both.ref = "Order 5"
        self.env.ref(
            "telegram_green_api.telegram_template_invoice"
        ).body = "{{ object.ref.strip() }}"
        self.first.ref = False
        self.open_batch(self.both).action_send_and_print()
        self.run_invoice_action()
        self.assertEqual(self.messages_of(self.both).text, "Order 5")
        self.assertIn("object.ref.strip()", self.words_on(self.first))

    def test_email_besides(self):
        """Telegram's failure does not keep the e-mail of the same invoice from going out."""
        self.first.partner_id.write({"email": "customer@example.com", "phone": False})
        sender = self.env["account.move.send"].with_user(self.accountant)
        sender = sender.with_context(force_report_rendering=True)
        self.first.sending_data = {"author_user_id": self.accountant.id}
        sender._generate_and_send_invoices(
            self.first.with_env(sender.env),
            from_cron=True,
            sending_methods=["email", "telegram"],
        )
        self.assertTrue(self.first.is_move_sent)
        self.assertTrue(self.first.message_ids.filtered(lambda m: m.message_type == "comment"))
        self.assertIn("phone number", self.words_on(self.first))

    # --- Once -------------------------------------------------------------------------------

    def test_pressed_twice(self):
        """Two presses before the scheduled action runs make one message for each invoice; who
        looks in between reads that they are on their way."""
        first, second = self.open_batch(self.both), self.open_batch(self.both)
        first.action_send_and_print()
        with self.assertRaisesRegex(UserError, "None of these invoices"):
            second.action_send_and_print()
        self.assertIn("telegram_being_sent", self.open_batch(self.both).alerts)
        self.run_invoice_action()
        self.run_invoice_action()
        self.assertEqual(len(self.messages_of(self.both)), 2)

    def test_dialog_left_open(self):
        """A dialog that was opened before the invoices went out does not send them again."""
        first, second = self.open_batch(self.both), self.open_batch(self.both)
        first.action_send_and_print()
        self.run_invoice_action()
        with self.assertRaisesRegex(UserError, "None of these invoices"):
            second.action_send_and_print()
        self.assertIn("telegram_already_sent", self.open_batch(self.both).alerts)

    def test_crash_before_commit(self):
        """What the scheduled action had queued when it died is gone with its transaction; the
        next run sends each invoice once."""
        self.open_batch(self.both).action_send_and_print()
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"force_report_rendering": True})
            moves = env["account.move"].browse(self.both.ids)
            env["account.move.send"]._generate_and_send_invoices(moves, from_cron=True)
            env.flush_all()
            self.assertEqual(moves.mapped("telegram_message_id.state"), ["queued"] * 2)
            cr.rollback()
        self.env.invalidate_all()
        self.assertFalse(self.messages_of(self.both))
        self.run_invoice_action()
        self.run_invoice_action()
        self.assertEqual(len(self.messages_of(self.both)), 2)

    def test_replayed_sending_data(self):
        """The request to send an invoice, found once more after it was sent, sends nothing."""
        self.open_batch(self.both).action_send_and_print()
        request = self.first.sending_data
        self.run_invoice_action()
        self.both.sending_data = request
        self.run_invoice_action()
        self.assertEqual(len(self.messages_of(self.both)), 2)
        self.assertNotIn("Not sent by Telegram", self.words_on(self.first))

    def test_sent_alone_meanwhile(self):
        """An invoice that waits, and that a person sends by itself, is not sent a second time."""
        self.open_batch(self.both).action_send_and_print()
        self.send(self.first)
        self.run_invoice_action()
        self.assertEqual(len(self.messages_of(self.first)), 1)

    def test_corrected_invoice(self):
        """An invoice that was reset to draft and posted again is another one: it may be sent."""
        self.send(self.first)
        self.first.button_draft()
        self.first.action_post()
        self.env.invalidate_all()  # Odoo forgets the former PDF with the transaction only
        self.assertEqual(self.open_batch(self.both).move_ids, self.both)
