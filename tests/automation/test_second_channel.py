# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import UTC, timedelta

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import html2plaintext, mute_logger

from ..languages import find_latin, load_language
from .test_send_telegram import SendTelegramCase

HOURS = 3


class SecondChannelCase(SendTelegramCase):
    """A server action whose message is sent by e-mail if it is not read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.email = "vasilisa@example.com"
        cls.mail_template = cls.env["mail.template"].create(
            {
                "name": "Welcome by E-mail",
                "model_id": cls.template.model_id.id,
                "subject": "Welcome by e-mail",
                "body_html": "<p>Welcome, <t t-out='object.name'/>!</p>",
                "partner_to": "{{ object.id }}",
            }
        )
        cls.action.write(
            {
                "telegram_second_channel": "email",
                "telegram_mail_template_id": cls.mail_template.id,
                "telegram_unread_hours": HOURS,
            }
        )

    def check(self):
        """Run the scheduled action of the second channel."""
        self._run(self.env.ref("telegram_green_api.ir_cron_second_channel"))
        self.env.invalidate_all()

    def get_emails(self, record=None):
        record = record or self.customer
        domain = [("subject", "=", "Welcome by e-mail"), ("model", "=", record._name)]
        return self.env["mail.message"].search([*domain, ("res_id", "=", record.id)])

    def get_notes(self, record=None):
        """Return the notes about the second channel."""
        bodies = (record or self.customer).message_ids.mapped("body")
        return [body for body in bodies if "sent by E-mail" in body]

    def send(self):
        """Write automatically and send; return the row and the message."""
        self.run_action(self.customer)
        self.send_queue()
        row = self.get_requests(self.customer)
        self.assertEqual(row.second_channel_state, "waiting")
        self.assertEqual(row.message_ids.state, "sent")
        return row, row.message_ids

    def let_pass(self, row, hours=0, seconds=0):
        """Move everything of a row into the past."""
        shift = timedelta(hours=hours, seconds=seconds)
        message = row.message_ids
        for record, names in (
            (row, ("composed_date", "second_channel_date")),
            (message, ("date", "last_attempt_date", "read_date")),
        ):
            record.write({name: record[name] - shift for name in names if record[name]})

    def tell_read(self, message, date):
        """Let GREEN-API report that a message was read at a time (UTC)."""
        timestamp = int((date - fields.Datetime.to_datetime("1970-01-01")).total_seconds())
        self.env.flush_all()
        status = self.status(message, "read", timestamp=timestamp)
        self.ingest({**status, "chatId": message.chat_id.telegram_id})
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestSecondChannel(SecondChannelCase):
    """An automatic message that Telegram does not bring goes out by e-mail, once."""

    # === WHEN ===

    def test_unread(self):
        """A reminder that nobody reads on Telegram reaches nobody."""
        row, _message = self.send()
        self.check()
        self.assertFalse(self.get_emails(), "too early")
        self.let_pass(row, HOURS)
        self.check()
        self.assertEqual(len(self.get_emails()), 1)
        self.assertEqual(self.get_emails().author_id, self.salesperson.partner_id)
        [note] = self.get_notes()
        self.assertIn("not read on Telegram within 3 hours", note)
        self.assertEqual((row.state, row.second_channel_state), ("composed", "sent"))
        self.check()
        self.run_action(self.customer)
        self.check()
        self.assertEqual(len(self.get_emails()), 1, "sent again")

    def test_note_in_language_of_company(self):
        """Colleagues who read Russian find an English note on their record."""
        load_language(self.env)
        self.env.company.partner_id.lang = "ru_RU"
        row, _message = self.send()
        self.let_pass(row, HOURS)
        self.check()
        [note] = [body for body in self.customer.message_ids.mapped("body") if "«" in body]
        self.assertEqual(find_latin(html2plaintext(note).replace(self.template.name, "")), [])

    def test_one_second_early(self):
        """The e-mail goes out before the hours are over."""
        row, message = self.send()
        message.last_attempt_date = fields.Datetime.now() - timedelta(hours=HOURS, seconds=-30)
        row.second_channel_date = fields.Datetime.now()
        self.check()
        self.assertFalse(self.get_emails())
        due = message.last_attempt_date + timedelta(hours=HOURS)
        self.assertEqual(row.second_channel_date, due, "checked exactly then")

    def test_read_at_the_last_moment(self):
        """The scheduled action is late, and what was read in time goes out by e-mail."""
        row, message = self.send()
        self.let_pass(row, HOURS + 2)
        self.tell_read(message, message.last_attempt_date + timedelta(hours=HOURS))
        self.check()
        self.assertFalse(self.get_emails())
        self.assertEqual(row.second_channel_state, "not_needed")

    def test_read_a_second_too_late(self):
        """A late scheduled action decides otherwise than one in time."""
        row, message = self.send()
        self.let_pass(row, HOURS + 2)
        self.tell_read(message, message.last_attempt_date + timedelta(hours=HOURS, seconds=1))
        self.check()
        self.assertEqual(len(self.get_emails()), 1)

    def test_answered_in_time(self):
        """A customer who has answered gets the same once more, since reads are not reported."""
        row, message = self.send()
        answered = message.last_attempt_date.replace(tzinfo=UTC)  # the rest is moved, not this
        self.ingest(self.notification("Thanks", timestamp=int(answered.timestamp())))
        self.env.invalidate_all()
        self.assertNotEqual(message.state, "read")
        self.let_pass(row, HOURS)
        self.check()
        self.assertFalse(self.get_emails())

    def test_read_that_waits_in_the_inbox(self):
        """A read that was reported in time is processed after the e-mail has left."""
        row, message = self.send()
        body = self.status(message, "read", timestamp=int(fields.Datetime.now().timestamp()))
        self.env["telegram.event"]._ingest(self.instance, body)
        self.let_pass(row, HOURS)
        message.last_attempt_date -= timedelta(minutes=-1)  # the event came before the end
        row.second_channel_date = fields.Datetime.now()
        event = self.env["telegram.event"].search([("instance_id", "=", self.instance.id)], limit=1)
        self.env.cr.execute(
            "UPDATE telegram_event SET create_date = %s WHERE id = %s",
            [message.last_attempt_date, event.id],
        )
        self.let_pass(row, 0, 120)
        self.check()
        self.assertFalse(self.get_emails())
        self.assertEqual(row.second_channel_state, "waiting")

    def test_failed(self):
        """A contact whose number was given up waits for hours."""
        self.customer.phone = "+7 910 000-00-00"
        self.run_action(self.customer)
        self.send_queue()
        row = self.get_requests(self.customer)
        status = self.status(row.message_ids, "noAccount", chatId="79100000000@c.us")
        self.ingest(status)
        self.env.invalidate_all()
        self.assertEqual(row.message_ids.state, "error")
        self.check()
        self.assertEqual(len(self.get_emails()), 1)
        self.assertIn("not delivered on Telegram", self.get_notes()[0])

    def test_not_on_telegram(self):
        """A contact without a phone number gets nothing at all, or again at each run."""
        self.customer.phone = False
        self.run_action(self.customer)
        self.check()
        row = self.get_requests(self.customer)
        self.assertEqual((row.state, row.second_channel_state), ("other_channel", "sent"))
        self.assertIn("cannot be reached on Telegram", self.get_notes()[0])
        self.customer.phone = "+7 999 888-77-66"
        self.run_action(self.customer)
        self.check()
        self.assertEqual(len(self.get_emails()), 1)
        self.assertEqual(self.get_texts(self.customer), [], "sent a second time by Telegram")

    def test_unknown_username(self):
        """A contact whose username nobody has any more gets nothing at all."""
        self.customer.write({"phone": False, "telegram_username": "@nobody_here"})
        self.run_action(self.customer)
        self.send_queue()
        self._run(self.env.ref("telegram_green_api.ir_cron_check_phone_numbers"))
        self.env.invalidate_all()
        self.assertEqual(self.get_requests(self.customer).message_ids.state, "error")
        for _time in range(2):
            self.check()
        self.assertEqual(len(self.get_emails()), 1)

    def test_opted_out(self):
        """Who wants no mailings gets them by e-mail."""
        chats = self.env["telegram.chat"]
        chats._get_or_create_for_partner(self.instance, self.customer).opted_out = True
        self.run_action(self.customer)
        self.check()
        self.assertFalse(self.get_emails())

    def test_stays_in_the_queue(self):
        """The account stopped for days: the customer hears nothing, and later of both."""
        self.run_action(self.customer)
        row = self.get_requests(self.customer)
        self.let_pass(row, 23)
        self.check()
        self.assertFalse(self.get_emails(), "the hours begin when it is sent")
        self.let_pass(row, 1)
        self.check()
        self.assertEqual(len(self.get_emails()), 1)
        self.assertEqual(row.message_ids.state, "canceled")
        self.send_queue()
        self.assertEqual(self.phone.ledger(), [])

    def test_canceled_by_a_user(self):
        """A user who cancels the message sends it by e-mail."""
        self.run_action(self.customer)
        row = self.get_requests(self.customer)
        row.message_ids.with_user(self.salesperson).action_cancel()
        self.let_pass(row, 24)
        self.check()
        self.assertEqual(row.second_channel_state, "not_needed")
        self.assertFalse(self.get_emails())

    # === HOW ===

    def test_no_address(self):
        """A contact without an e-mail address is taken for informed."""
        self.customer.write({"email": False, "phone": False})
        self.run_action(self.customer)
        self.check()
        row = self.get_requests(self.customer)
        self.assertEqual((row.state, row.second_channel_state), ("left_out", "failed"))
        bodies = " ".join(self.customer.message_ids.mapped("body"))
        self.assertIn("could not be sent by E-mail either: The contact has no e-mail", bodies)

    def test_without_access(self):
        """A rule sends by e-mail what its author could not send by hand."""
        row, _message = self.send()
        self.let_pass(row, HOURS)
        self.env["ir.rule"].create(
            {
                "name": "Hidden",
                "model_id": self.template.model_id.id,
                "groups": [Command.link(self.env.ref("base.group_user").id)],
                "domain_force": f"[('id', '!=', {self.customer.id})]",
            }
        )
        self.check()
        self.assertEqual(row.second_channel_state, "failed")
        self.assertFalse(self.get_emails())

    def test_broken_template(self):
        """One template that cannot be rendered keeps all others from being sent."""
        broken = f"<t t-out='1 / (object.id - {self.customer.id})'/>"
        self.mail_template.body_html = broken
        row, _message = self.send()
        self.let_pass(row, HOURS)
        with mute_logger("odoo.addons.mail.models.mail_render_mixin"):
            self.check()
        self.assertEqual(row.second_channel_state, "failed")

    def test_settings(self):
        """An action that can send nothing otherwise says so when it is too late."""
        self.action.telegram_mail_template_id = False
        self.assertIn("Choose the template of the e-mail", self.action.warning)
        self.action.telegram_mail_template_id = self.env["mail.template"].create(
            {"name": "Other", "model_id": self.env["ir.model"]._get_id("res.users")}
        )
        self.assertIn("belongs to another model", self.action.warning)
        with self.assertRaisesRegex(ValidationError, "hours from 1 to"):
            self.action.telegram_unread_hours = 0

    def test_deleted_template(self):
        """A user who deletes the e-mail template would stop the rule, or get a database error."""
        with self.assertRaisesRegex(UserError, "used by “Send Welcome”"):
            self.mail_template.unlink()
        self.action.telegram_second_channel = self.action.telegram_mail_template_id = False
        self.mail_template.unlink()

    def test_ready_automation(self):
        """The setting of a ready automation does not reach its action."""
        automation = self.env["telegram.automation"].search([("model", "=", "account.move")])[0]
        automation.action_switch_on()
        template = self.mail_template.copy({"model_id": automation.model_id.id})
        automation.write({"second_channel": "email", "mail_template_id": template.id})
        automation.unread_hours = 5
        action = automation.action_id
        self.assertEqual(action.telegram_mail_template_id, template)
        self.assertEqual(
            (action.telegram_second_channel, action.telegram_unread_hours), ("email", 5)
        )
