# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .test_second_channel import SecondChannelCase


@tagged("post_install", "-at_install")
class TestOnceEdges(SecondChannelCase):
    """An action that writes once, where records, rules, times and channels meet."""

    def fire(self, records, action=None):
        """Run the server action without composing its messages."""
        action = (action or self.action).with_context(
            active_model=records._name, active_ids=records.ids, active_id=records[:1].id
        )
        action.run()

    def create_unreachable(self, **values):
        """Create a contact with an e-mail address only."""
        values = {"name": "By Mail", "email": "mail@example.com", **values}
        return self.env["res.partner"].create(values)

    # === RECORDS AND RULES ===

    def test_copy_of_a_record(self):
        """A copy would get nothing, as if it were the record that was copied."""
        self.run_action(self.customer)
        copied = self.customer.copy({"phone": "+79101112299"})
        self.run_action(self.customer | copied)
        self.assertEqual(len(self.get_texts(self.customer)), 1)
        self.assertEqual(len(self.get_texts(copied)), 1)

    def test_two_actions(self):
        """The second of two rules for the same record would send nothing."""
        other = self.action.copy()
        for _time in range(2):
            self.fire(self.customer, other)
            self.run_action(self.customer)
        self.assertEqual(len(self.get_texts(self.customer)), 2)

    def test_record_named_twice(self):
        """A program that lists a record twice would get an error, or write twice."""
        always = self._create_action(telegram_once="always")
        for action in (self.action, always, self.action):
            action.with_context(active_model="res.partner", active_ids=self.customer.ids * 2).run()
        self.compose()
        self.assertEqual(len(self.get_texts(self.customer)), 2)

    def test_archived_and_restored(self):
        """A contact that was archived in between would get the message again."""
        self.run_action(self.customer)
        self.customer.active = False
        self.customer.active = True
        self.run_action(self.customer)
        self.assertEqual(len(self.get_texts(self.customer)), 1)

    def test_deleted_message(self):
        """A message that was deleted from the list would be sent once more."""
        self.run_action(self.customer)
        self.send_queue()
        self.get_requests(self.customer).message_ids.unlink()
        self.run_action(self.customer)
        self.check()
        self.send_queue()
        self.assertEqual(len(self.phone.ledger()), 1)
        self.assertFalse(self.get_emails())

    def test_edge_of_the_days(self):
        """The next message would come a second too early, or never."""
        self.action.write({"telegram_once": "partner", "telegram_once_days": 7})
        self.run_action(self.customer)
        first = self.get_requests(self.customer).composed_date
        for seconds, count in ((-1, 1), (0, 2)):
            with freeze_time(first + timedelta(days=7, seconds=seconds)):
                self.run_action(self.customer)
            self.assertEqual(len(self.get_texts(self.customer)), count)

    def test_what_the_user_is_told(self):
        """A user who chooses the action in the menu would see nothing, and choose it again."""
        other = self.create_unreachable()
        for records, expected in (
            (self.customer, "Messages that will be written: 1."),
            (
                self.customer | other,
                "Messages that will be written: 1. Records for which this action has already "
                "run: 1.",
            ),
        ):
            result = self.action.with_context(
                active_model="res.partner", active_ids=records.ids, active_id=records[0].id
            ).run()
            self.assertEqual(result["params"]["message"], expected)

    # === ACTIONS THAT ARE CHANGED MEANWHILE ===

    def test_model_changed_meanwhile(self):
        """A contact would get a text about the record of another model with the same ID."""
        self.fire(self.customer)
        template = self.env["telegram.template"].create(
            {
                "name": "Payment",
                "model_id": self.env["ir.model"]._get_id("account.payment"),
                "body": "Payment {{ object.name }}",
            }
        )
        self.action.write(
            {"model_id": template.model_id.id, "telegram_template_id": template.id}
            | {"telegram_mail_template_id": False, "telegram_second_channel": False}
        )
        self.compose()
        self.assertFalse(self.get_texts(self.customer))
        [row] = self.get_requests(self.customer)
        self.assertEqual(row.state, "left_out")
        self.assertIn("changed", row.reason)

    def test_kind_changed_meanwhile(self):
        """An action that no longer writes would write once more."""
        self.fire(self.customer)
        self.action.write({"state": "code", "code": "pass"})
        self.compose()
        self.assertFalse(self.get_texts(self.customer))
        self.assertEqual(self.get_requests(self.customer).state, "left_out")

    # === BOTH CHANNELS ===

    def test_once_per_contact_by_email(self):
        """A contact without Telegram would get the e-mail at each of its records."""
        self.action.write({"telegram_once": "partner", "telegram_once_days": 7})
        lost = self.create_unreachable()
        self.fire(lost)
        self.run_action(lost)
        self.check()
        self.run_action(lost)
        self.check()
        self.assertEqual(len(self.get_emails(lost)), 1)
        week = timedelta(days=7, seconds=1)
        for row in self.get_requests(lost).filtered("composed_date"):
            row.composed_date -= week
        self.run_action(lost)
        self.check()
        self.assertEqual(len(self.get_emails(lost)), 2)

    def test_email_counts_for_telegram(self):
        """A contact who was written to by e-mail would get the same by Telegram."""
        self.action.write({"telegram_once": "partner", "telegram_once_days": 7})
        lost = self.create_unreachable()
        self.run_action(lost)
        self.check()
        lost.phone = "+79101112299"
        self.run_action(lost)
        self.assertEqual(len(self.get_emails(lost)), 1)
        self.assertFalse(self.get_texts(lost))

    def test_fired_again_before_the_email(self):
        """A contact who becomes reachable just then would get both."""
        lost = self.create_unreachable()
        self.run_action(lost)
        lost.phone = "+79101112299"
        self.fire(lost)
        self.check()
        self.compose()
        self.check()
        self.assertEqual(len(self.get_texts(lost)), 1)
        self.assertFalse(self.get_emails(lost))

    def test_being_sent_when_the_hours_end(self):
        """A message that is just being sent would go out by e-mail, too."""
        self.run_action(self.customer)
        row = self.get_requests(self.customer)
        self.let_pass(row, 24)
        row.message_ids.state = "sending"
        row.second_channel_date = fields.Datetime.now()
        self.check()
        self.assertFalse(self.get_emails())
        self.assertEqual(row.second_channel_state, "waiting")
        row.message_ids.write({"state": "queued"})
        row.second_channel_date = fields.Datetime.now()
        self.check()
        self.assertEqual(len(self.get_emails()), 1)

    def test_opted_out_since(self):
        """A contact who wants no mailings any more would get the same by e-mail."""
        row, message = self.send()
        self.let_pass(row, 3)
        message.chat_id.opted_out = True
        self.check()
        self.assertFalse(self.get_emails())
        self.assertEqual(row.second_channel_state, "not_needed")

    def test_opted_out_without_account(self):
        """A contact who wants no mailings gets them by e-mail, as Telegram cannot bring them."""
        chats = self.env["telegram.chat"]
        chat = chats._get_or_create_for_partner(self.instance, self.customer)
        chat.write({"no_account": True, "opted_out": True})
        self.run_action(self.customer)
        self.check()
        self.assertFalse(self.get_emails())

    def test_failed_then_delivered(self):
        """A message that is reported as failed twice, and then as delivered, is sent twice."""
        self.customer.phone = "+7 910 000-00-00"
        self.run_action(self.customer)
        self.send_queue()
        row = self.get_requests(self.customer)
        for status in ("noAccount", "noAccount", "delivered"):
            self.ingest(self.status(row.message_ids, status, chatId="79100000000@c.us"))
            self.env.invalidate_all()
            self.check()
        self.assertEqual(len(self.get_emails()), 1)
        self.run_action(self.customer)
        self.check()
        self.assertEqual(len(self.get_emails()), 1)
        self.assertEqual(len(self.get_texts(self.customer)), 1)

    def test_address_that_is_none(self):
        """A contact with “unknown” for an address is taken for informed."""
        self.mail_template.write({"partner_to": False, "email_to": "{{ object.email }}"})
        for email, expected in (("unknown", "failed"), ("a@example.com", "sent")):
            lost = self.create_unreachable(email=email)
            self.run_action(lost)
            self.check()
            self.assertEqual(self.get_requests(lost).second_channel_state, expected, email)

    def test_sms_app_missing(self):
        """A rule for SMS without the SMS app would send nothing and say nothing."""
        self.action.write({"telegram_second_channel": "sms"})
        if hasattr(self.env["mail.thread"], "_message_sms"):
            self.assertFalse(self.action.warning)
        else:
            self.assertIn("Install the SMS app", self.action.warning)

    def test_deleted_contact(self):
        """A contact that was deleted before the hours end would stop the e-mails of all others."""
        row, _message = self.send()
        other = self.create_unreachable()
        self.run_action(other)
        self.let_pass(row, 3)
        self.env["mail.message"].search(
            [("model", "=", "res.partner"), ("res_id", "=", self.customer.id)]
        ).unlink()
        self.customer.unlink()
        self.check()
        self.assertEqual(len(self.get_emails(other)), 1)
        self.assertNotEqual(row.second_channel_state, "waiting")

    # === MERGED CONTACTS ===

    def test_merged_contacts_within_days(self):
        """A person with two cards would get the queued messages of both after they are merged."""
        self.phone.add_customer("Twin", chatId="90", phoneNumber=79101112299)
        self.action.write({"telegram_once": "partner", "telegram_once_days": 7})
        other = self.env["res.partner"].create({"name": "Twin", "phone": "+79101112299"})
        self.run_action(self.customer | other)
        self.assertEqual(len(self.get_texts(self.customer | other)), 2)
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard._merge((self.customer | other).ids, other)
        self.send_queue()
        self.assertEqual(len(self.phone.ledger()), 1)
        self.run_action(other)
        self.send_queue()
        self.assertEqual(len(self.phone.ledger()), 1)

    def test_merged_customers_of_records(self):
        """The same for records of other models, whose customers are merged."""
        self.phone.add_customer("Twin", chatId="90", phoneNumber=79101112299)
        template = self.env["telegram.template"].create(
            {
                "name": "Payment",
                "model_id": self.env["ir.model"]._get_id("account.payment"),
                "body": "Thank you",
            }
        )
        action = self._create_action(
            model_id=template.model_id.id,
            telegram_template_id=template.id,
            telegram_once="partner",
        )
        self.salesperson.group_ids = [
            Command.link(self.env.ref("account.group_account_invoice").id)
        ]
        self.env["account.chart.template"].try_loading(
            "generic_coa", self.env.company, install_demo=False
        )
        other = self.env["res.partner"].create({"name": "Twin", "phone": "+79101112299"})
        payments = self.env["account.payment"].create(
            [
                {"partner_id": partner.id, "amount": 5, "payment_type": "inbound"}
                for partner in (self.customer, other)
            ]
        )
        self.run_action(payments, action)
        self.assertEqual(len(self.get_texts(self.customer | other)), 2)
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard._merge((self.customer | other).ids, other)
        self.send_queue()
        self.assertEqual(len(self.phone.ledger()), 1)
