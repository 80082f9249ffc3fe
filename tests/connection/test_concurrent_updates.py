# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from psycopg2.errors import SerializationFailure

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...tools import transactions
from ..common import CUSTOMER_CHAT, CUSTOMER_PHONE, TelegramCase

CONTACTS = "odoo.addons.telegram_green_api.models.contacts"


@tagged("post_install", "-at_install")
class TestConflicts(TelegramCase):
    """Scheduled actions for all accounts: the work for one meets concurrent updates each time, such
    as by an automation rule. The work for the others is done in the same run, and none is lost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_phone = cls._prepare_phone()
        cls.other = cls._create_instance(cls.other_phone, name="Service")

    def setUp(self):
        super().setUp()
        self._register_phone(self.other_phone)
        self.patch(transactions, "FIRST_WAIT", 0)

    def let_conflict(self, model, method, record, error=SerializationFailure):
        """Let a method of one record fail each time."""
        original = getattr(self.registry[model], method)

        def conflict(records, *args):
            if records.ids == record.ids:
                raise error("on purpose")
            return original(records, *args)

        self.patch(self.registry[model], method, conflict)

    def run_action(self, name):
        self._run(self.env.ref(f"telegram_green_api.{name}"))
        self.env.invalidate_all()

    def test_health(self):
        """One account whose activities conflict keeps all others from being checked, for ever."""
        first, second = self.env["telegram.instance"].search([]) & (self.instance | self.other)
        self.let_conflict("telegram.instance", "_update_silence_activity", first)
        self.run_action("ir_cron_check_health")
        self.assertTrue(second.service_count_date)

    def request_past(self):
        """Request the past of a chat of each account; return the chats in their order."""
        chats = self.env["telegram.chat"]
        for phone, instance in ((self.phone, self.instance), (self.other_phone, self.other)):
            phone.write(CUSTOMER_CHAT, "Long ago")
            values = {"telegram_id": CUSTOMER_CHAT, "name": "Vasilisa", "chat_type": "user"}
            chats |= chats.create({**values, "instance_id": instance.id, "past_count": 5})
        return chats

    def test_past(self):
        """A chat that cannot be imported now stays the first one: no other has its turn."""
        first, second = self.request_past()
        self.let_conflict("telegram.chat", "_store_past", first)
        self.run_action("ir_cron_import_past")
        self.assertEqual(second.message_ids.mapped("text"), ["Long ago"])
        self.assertEqual((first.past_count, second.past_count), (5, 0), "the next run imports it")

    @mute_logger(f"{CONTACTS}.past")
    def test_past_that_fails(self):
        """An unexpected error with one chat keeps all others from being imported, for ever."""
        first, second = self.request_past()
        self.let_conflict("telegram.chat", "_store_past", first, ValueError)
        self.run_action("ir_cron_import_past")
        self.assertEqual(second.message_ids.mapped("text"), ["Long ago"])
        self.assertEqual((first.past_count, second.past_count), (0, 0))

    def test_unread_emails(self):
        """The users after the one with the conflict get no e-mail."""
        users = self.salesperson | self.create_user("telegram_second", "user")
        self.instance.operator_ids = [Command.set(users.ids)]
        users.telegram_email_delay = 1
        users.partner_id.email = "somebody@example.com"
        self.phone.write(CUSTOMER_CHAT, "Hello")
        self.receive()
        self.cr.execute("UPDATE mail_message SET create_date = create_date - INTERVAL '1 hour'")
        self.env.invalidate_all()
        first, second = self.env["res.users"].search([("id", "in", users.ids)])
        self.let_conflict("res.users", "_email_unread", first)
        self.run_action("ir_cron_email_unread")
        mails = self.env["mail.mail"].search([("recipient_ids", "in", users.partner_id.ids)])
        self.assertEqual(mails.recipient_ids, second.partner_id)

    @mute_logger(f"{CONTACTS}.telegram_number_check")
    def test_number_checks(self):
        """The numbers of the other accounts wait for an hour, and then in vain again."""
        checks = self.env["telegram.number.check"]
        for instance in (self.instance, self.other):
            values = {
                "telegram_id": "79998887766@c.us",
                "name": "Vasilisa",
                "phone": CUSTOMER_PHONE,
            }
            chat = self.env["telegram.chat"].create({**values, "instance_id": instance.id})
            values = {"instance_id": instance.id, "chat_id": chat.id, "user_id": self.env.uid}
            checks |= checks.create(values)
        [first, *_others] = [row[0] for row in checks._read_group([], ["instance_id"])]
        failing = checks.filtered(lambda check: check.instance_id == first)
        self.let_conflict("telegram.number.check", "_check_number", failing)
        self.let_conflict("telegram.number.check", "_mark_failed", failing)
        self.run_action("ir_cron_check_phone_numbers")
        asked = self.phone if first == self.other else self.other_phone
        self.assertTrue(asked.requests(method="checkAccount"))
        self.assertEqual(failing.state, "waiting")

    @mute_logger(f"{CONTACTS}.telegram_sync")
    def test_synchronizations(self):
        """The other accounts are synchronized ten minutes later, and then in vain again."""
        for instance in (self.instance, self.other):
            instance.action_sync()
        failing = self.instance.last_sync_id
        self.let_conflict("telegram.sync", "_process_batch", failing)
        self.let_conflict("telegram.sync", "_process_conflict", failing)
        self.run_action("ir_cron_telegram_sync")
        self.assertEqual((failing.state, self.other.last_sync_id.state), ("running", "done"))
