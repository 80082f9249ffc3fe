# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ..automation.test_send_telegram import SendTelegramCase


@tagged("post_install", "-at_install")
class TestAutomationRights(SendTelegramCase):
    """No rule sends what its author could not send by hand."""

    def assert_left_out(self, record, *words):
        """Run the action for a record: nothing is sent, the reason is known, others get theirs."""
        [other] = self.create_contacts(1)
        self.run_action(record | other)
        self.assertFalse(self.get_texts(record))
        [row] = self.get_requests(record)
        self.assertEqual(row.state, "left_out")
        for word in words:
            self.assertIn(word, row.reason)
        return other

    def test_other_company(self):
        """A rule would write about the records of a company that its author does not belong to."""
        company = self.env["res.company"].create({"name": "Other company"})
        contact = self.env["res.partner"].create(
            {"name": "Foreign", "phone": "+79100009999", "company_id": company.id}
        )
        other = self.assert_left_out(contact, self.salesperson.name, "no access")
        self.assertEqual(len(self.get_texts(other)), 1)

    def test_archived_author(self):
        """A rule of an employee who has left would go on with the rights of this user."""
        self.salesperson.active = False
        other = self.assert_left_out(self.customer, self.salesperson.name)
        self.assertFalse(self.get_texts(other))

    def test_portal_author(self):
        """A customer would be the author of what the company writes."""
        portal = self.create_user("rule_portal", "portal")
        self.action.telegram_user_id = portal
        self.assert_left_out(self.customer, portal.name)

    def test_account_without_access(self):
        """A rule would write with an account that its author does not operate."""
        self.instance.operator_ids = [Command.clear()]
        self.assert_left_out(self.customer)

    def test_supervisor_as_author(self):
        """A supervisor, who may only read, would write by a rule."""
        self.instance.operator_ids = [Command.clear()]
        self.instance.supervisor_id = self.salesperson
        self.assert_left_out(self.customer)

    def test_second_channel_of_archived_author(self):
        """The e-mail would be sent although the author has left."""
        mail_template = self.env["mail.template"].create(
            {
                "name": "By e-mail",
                "model_id": self.template.model_id.id,
                "email_to": "{{ object.email }}",
                "body_html": "<p>Hello</p>",
            }
        )
        self.action.write(
            {"telegram_second_channel": "email", "telegram_mail_template_id": mail_template.id}
        )
        contact = self.env["res.partner"].create({"name": "Lost", "email": "lost@example.com"})
        self.run_action(contact)
        self.salesperson.active = False
        self._run(self.env.ref("telegram_green_api.ir_cron_second_channel"))
        [row] = self.get_requests(contact)
        self.assertEqual(row.second_channel_state, "failed")
        mails = self.env["mail.mail"].search([("recipient_ids", "in", contact.ids)])
        self.assertFalse(mails)

    def test_users_change_no_rule(self):
        """An operator would write with the rights of an administrator, by what a rule uses."""
        operator = self.salesperson
        automation = self.env.ref("telegram_green_api.telegram_automation_invoice_posted")
        row = self.env["telegram.automatic.message"]._request(self.action, self.customer)
        row = self.get_requests(self.customer)
        attacks = (
            (self.action, {"telegram_user_id": self.env.ref("base.user_admin").id}),
            (self.action, {"telegram_instance_id": self.instance.id}),
            (automation, {"user_id": operator.id}),
            (automation, {"template_id": self.template.id}),
            (automation, {"domain": "[]"}),
            (row, {"state": "waiting"}),
        )
        for record, values in attacks:
            with self.subTest(record=record._name, **values), self.assertRaises(AccessError):
                record.with_user(operator).write(values)
        with self.assertRaises(AccessError):
            self.env["telegram.automatic.message"].with_user(operator).create(
                {
                    "action_id": self.action.id,
                    "res_model": "res.partner",
                    "res_id": self.customer.id,
                }
            )
