# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..invoices.invoice_case import InvoiceCase
from ..languages import load_language


@tagged("post_install", "-at_install")
class TestAutomations(InvoiceCase):
    """The ready-made rules, switched on as an administrator does."""

    def get_automation(self, name):
        """Return a rule of the addon's data, on and written by the accountant."""
        automation = self.env.ref(f"telegram_green_api.telegram_automation_{name}")
        automation.user_id = self.accountant
        automation.action_switch_on()
        return automation

    def create_invoice_due(self, days, **values):
        """Create a posted invoice that was due some days ago."""
        due = fields.Date.today() - timedelta(days=days)
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "company_id": self.company.id,
                "partner_id": self.customer.id,
                "invoice_date": due,
                "invoice_date_due": due,
                "invoice_line_ids": [Command.create({"name": "Work", "price_unit": 100})],
                **values,
            }
        )
        invoice.action_post()
        return invoice

    def run_automations(self):
        """Run both scheduled actions."""
        self._run(self.env.ref("telegram_green_api.ir_cron_automations"))
        self._run(self.env.ref("telegram_green_api.ir_cron_automatic_messages"))

    def get_texts(self, record):
        """Return the texts that were queued from a record."""
        return (
            self.env["telegram.message"]
            .search([("res_model", "=", record._name), ("res_id", "=", record.id)], order="id")
            .mapped("text")
        )

    def test_invoice_posted(self):
        """The rule writes for what is posted from now on, once, and reaches the phone."""
        earlier = self.create_invoice_due(0)
        self.get_automation("invoice_posted")
        invoice = self.create_invoice_due(0)
        draft = self.create_invoice_due(0)
        draft.button_draft()
        self.run_automations()
        self.run_automations()
        self.assertEqual(len(self.get_texts(invoice)), 1)
        self.assertFalse(self.get_texts(earlier) or self.get_texts(draft))
        self.send_queue()
        [message] = self.phone.ledger(count=1)
        self.assertIn(invoice.name, message["message"])

    def test_invoice_overdue(self):
        """Reminders come on their days, a limited number, and end with the payment."""
        automation = self.get_automation("invoice_overdue")
        automation.write({"offset_days": 3, "repeat_count": 2, "repeat_days": 7})
        invoice = self.create_invoice_due(2)
        start = fields.Datetime.now()
        expected = {0: 0, 1: 1, 5: 1, 8: 2, 9: 2, 15: 3, 30: 3, 60: 3}
        for days, count in expected.items():
            with freeze_time(start + timedelta(days=days)), self.subTest(days):
                self.run_automations()
                self.assertEqual(len(self.get_texts(invoice)), count)

    def test_paid_invoice_gets_no_reminder(self):
        """A customer who has paid would be reminded of it."""
        self.get_automation("invoice_overdue")
        invoice = self.create_invoice_due(4)
        register = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        register.create({}).action_create_payments()
        self.run_automations()
        self.assertFalse(self.get_texts(invoice))

    def test_old_debts_are_skipped(self):
        """Switching on must not write to everybody who was late in the last ten years."""
        old, recent = self.create_invoice_due(400), self.create_invoice_due(5)
        automation = self.get_automation("invoice_overdue")
        self.run_automations()
        self.assertFalse(self.get_texts(old) or self.get_texts(recent))
        automation.action_switch_off()
        self.assertFalse(automation.is_on)

    def test_old_debts_get_no_repeats(self):
        """The first reminder is skipped, and the second one would come as the first."""
        old = self.create_invoice_due(5)
        self.get_automation("invoice_overdue")
        start = fields.Datetime.now()
        for days in (1, 6, 13, 20):
            with freeze_time(start + timedelta(days=days)):
                self.run_automations()
        self.assertFalse(self.get_texts(old))

    def test_no_row_for_each_old_record(self):
        """Switching on would take minutes in a database with half a million invoices."""
        invoices = self.env["account.move"]
        for days in range(3):
            invoices |= self.create_invoice_due(5 + days)
        self.get_automation("invoice_overdue")
        rows = self.env["telegram.automatic.message"]
        self.assertFalse(rows.search([]))
        self.get_automation("invoice_posted")
        self.assertGreaterEqual(len(rows.search([("state", "=", "skipped")])), 3)
        invoices.write({"ref": "changed"})
        self.run_automations()
        self.assertFalse(self.get_texts(invoices[0]))

    def test_one_rule_fails(self):
        """One rule that fails, such as after an app has lost a field, would stop all others."""
        first = self.get_automation("invoice_posted")
        self.get_automation("payment_received")
        first.sudo().write({"domain": '[("lost_field", "=", 1)]', "sequence": 0})
        invoice = self.create_invoice_due(0)
        register = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        payment = register.create({})._create_payments()
        with self.assertLogs("odoo.addons.telegram_green_api", "WARNING"):
            self.run_automations()
        self.assertEqual(len(self.get_texts(payment)), 1)
        self.assertIn("lost_field", first.last_error)
        first.sudo().domain = "[('state', '=', 'posted')]"
        self.run_automations()
        self.assertFalse(first.last_error)

    def test_deleted_server_action(self):
        """A rule that is on would do nothing, for a reason that only programmers understand."""
        automation = self.get_automation("invoice_posted")
        automation.action_id.unlink()
        invoice = self.create_invoice_due(0)
        self.run_automations()
        self.assertIn("was deleted", automation.last_error)
        self.assertNotIn("Error", automation.last_error)
        automation.action_switch_off()
        automation.action_switch_on()
        later = self.create_invoice_due(0)
        self.run_automations()
        self.assertFalse(automation.last_error)
        self.assertEqual([len(self.get_texts(each)) for each in (invoice, later)], [0, 1])

    def test_archived_account(self):
        """Messages by an account that no longer works would wait for ever, without a reason."""
        automation = self.get_automation("invoice_posted")
        automation.instance_id = self.instance
        self.instance.active = False
        invoice = self.create_invoice_due(0)
        self.run_automations()
        self.assertFalse(self.get_texts(invoice))
        [row] = self.env["telegram.automatic.message"].search([("res_id", "=", invoice.id)])
        self.assertEqual(row.state, "left_out")
        self.assertIn("archived", row.reason)

    def test_impossible_days(self):
        """A number of days that no date can hold would stop all rules."""
        automation = self.get_automation("invoice_overdue")
        for values in ({"offset_days": 10**9}, {"offset_days": -366}, {"repeat_days": 10**9}):
            with self.assertRaises(ValidationError):
                automation.write(values)

    def test_switched_off_in_between(self):
        """A rule that was switched off would write a little later, or later all at once."""
        automation = self.get_automation("invoice_posted")
        invoice = self.create_invoice_due(0)
        self._run(self.env.ref("telegram_green_api.ir_cron_automations"))
        automation.action_switch_off()
        self.run_automations()
        self.assertFalse(self.get_texts(invoice))
        [row] = self.env["telegram.automatic.message"].search([("res_id", "=", invoice.id)])
        self.assertEqual(row.state, "left_out")
        self.assertIn("switched off", row.reason)
        automation.action_switch_on()
        self.run_automations()
        self.assertFalse(self.get_texts(invoice), "it was due before")

    def test_template_archived_or_record_deleted_in_between(self):
        """One record that is gone would keep the messages of all others from being written."""
        automation = self.get_automation("invoice_posted")
        gone, invoice = self.create_invoice_due(0), self.create_invoice_due(0)
        self._run(self.env.ref("telegram_green_api.ir_cron_automations"))
        with self.assertRaisesRegex(UserError, "used by “Invoice Posted”"):
            automation.template_id.unlink()
        gone.with_context(force_delete=True).button_draft()
        gone.with_context(force_delete=True).unlink()
        self.run_automations()
        self.assertEqual(len(self.get_texts(invoice)), 1)
        automation.template_id.active = False
        later = self.create_invoice_due(0)
        self.run_automations()
        self.assertFalse(self.get_texts(later))
        self.assertIn("archived", later.message_ids[0].body)
        automation.template_id.active = True
        self.run_automations()
        self.assertEqual(len(self.get_texts(later)), 1)

    def test_code_of_another_app_fails(self):
        """One record for which an app fails would keep the messages of all others waiting."""

        def fail(env):
            raise RuntimeError("broken rule")

        self.check_failing_code(fail)

    def test_rule_that_creates_twice(self):
        """A rule that creates what exists already would stop all automatic messages.

        The database reports that as it reports the conflict of two transactions.
        """
        parameters = self.env["ir.config_parameter"]
        parameters.create({"key": "broken rule", "value": "1"})

        def fail(env):
            env["ir.config_parameter"].sudo().create({"key": "broken rule", "value": "2"})

        self.check_failing_code(fail)

    def check_failing_code(self, fail):
        """Let the code of an app fail for one of two invoices; the other gets its message."""
        self.get_automation("invoice_posted")
        bad, invoice = self.create_invoice_due(0), self.create_invoice_due(0)
        model = self.env.registry["account.move"]
        origin = model._message_telegram_batch

        def message_telegram_batch(records, *args, **kwargs):
            if bad in records:
                fail(records.env)
            return origin(records, *args, **kwargs)

        logs = self.assertLogs("odoo.addons.telegram_green_api", "WARNING")
        with patch.object(model, "_message_telegram_batch", message_telegram_batch), logs:
            self.run_automations()
        self.assertEqual(len(self.get_texts(invoice)), 1)
        self.assertFalse(self.get_texts(bad))
        self.assertIn("broken rule", bad.message_ids[0].body)

    def test_days(self):
        """No days mean the day itself, negative ones the days before."""
        automation = self.get_automation("invoice_overdue")
        automation.repeat_count = 0
        start = fields.Datetime.now()
        for offset, first in ((0, 5), (-2, 3)):
            automation.offset_days = offset
            invoice = self.create_invoice_due(-5)
            counts = []
            for days in range(8):
                with freeze_time(start + timedelta(days=days)):
                    self.run_automations()
                counts.append(len(self.get_texts(invoice)))
            self.assertEqual(counts, [0] * first + [1] * (8 - first), offset)

    def test_payment_received(self):
        """The rule about payments reads fields of a model with a chatter of its own."""
        self.get_automation("payment_received")
        invoice = self.create_invoice_due(0)
        register = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        payment = register.create({})._create_payments()
        self.run_automations()
        [text] = self.get_texts(payment)
        self.assertIn("Thank you", text)

    def test_off_writes_nothing(self):
        """A rule that nobody switched on would write to customers."""
        invoice = self.create_invoice_due(5)
        self.run_automations()
        self.assertFalse(self.get_texts(invoice))
        self.assertFalse(self.env["telegram.automatic.message"].search([]))

    def test_app_that_is_not_installed(self):
        """A rule for a missing app would fail in the scheduled action, or be offered in vain."""
        automation = self.env.ref("telegram_green_api.telegram_automation_invoice_posted").copy(
            {"model": "missing.model"}
        )
        self.assertFalse(automation.is_available)
        self.assertNotIn(
            automation, self.env["telegram.automation"].search([("is_available", "=", True)])
        )
        with self.assertRaises(UserError):
            automation.action_switch_on()

    def test_template_in_all_languages(self):
        """A Russian customer would get the English text, though it is translated."""
        self.env["res.lang"]._activate_lang("ru_RU")
        automation = self.env.ref("telegram_green_api.telegram_automation_payment_received")
        automation.update_field_translations("body", {"ru_RU": "Спасибо за оплату!"})
        self.customer.lang = "ru_RU"
        automation = self.get_automation("payment_received")
        bodies = automation.template_id.with_context(lang="ru_RU").body
        self.assertEqual(bodies, "Спасибо за оплату!")

    def test_language_installed_later(self):
        """A Russian customer would get the English text for ever, as the rule was on before."""
        changed = self.get_automation("invoice_posted").template_id
        changed.body = "Our own text"
        template = self.get_automation("payment_received").template_id
        load_language(self.env)
        russian = template.with_context(lang="ru_RU")
        self.assertIn("Здравствуйте", russian.body)
        self.assertEqual(russian.name, "Платёж получен")
        self.assertIn("Hello", template.body)
        self.assertEqual(changed.with_context(lang="ru_RU").body, "Our own text")
        russian.body = "Наш текст"
        load_language(self.env)
        self.assertEqual(russian.body, "Наш текст")

    def test_switched_on_in_russian(self):
        """The English text of the template would be Russian, if a Russian switches the rule on."""
        load_language(self.env)
        automation = self.env.ref("telegram_green_api.telegram_automation_payment_received")
        automation.user_id = self.accountant
        automation.with_context(lang="ru_RU").action_switch_on()
        template = automation.template_id
        self.assertIn("Hello", template.with_context(lang="en_US").body)
        self.assertIn("Здравствуйте", template.with_context(lang="ru_RU").body)

    def test_rights_of_others(self):
        """An administrator of Telegram would write with another user's access rights."""
        manager = self.create_user("manager", "manager", "accounting")
        automation = self.env.ref("telegram_green_api.telegram_automation_invoice_posted")
        with self.assertRaises(AccessError):
            automation.with_user(manager).user_id = self.accountant
        automation.with_user(manager).user_id = manager
        with self.assertRaises(AccessError):
            automation.with_user(self.accountant).action_switch_on()
