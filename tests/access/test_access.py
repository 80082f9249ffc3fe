# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import CUSTOMER_CHAT, TelegramCase

MODELS = ("telegram.instance", "telegram.chat", "telegram.message", "telegram.event")


@tagged("post_install", "-at_install")
class TestAccess(TelegramCase):
    """Who may what: operators, colleagues, administrators, and everybody else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Subsidiary"})
        cls.colleague = cls.create_user("telegram_colleague", "user")
        cls.manager = cls.create_user("telegram_manager", "manager")
        cls.foreign_manager = cls.create_user(
            "telegram_foreign", "manager", company_id=cls.company.id
        )
        cls.employee = cls.create_user("telegram_employee", "employee")
        cls.portal = cls.create_user("telegram_portal", "portal")

    def setUp(self):
        super().setUp()
        self.ingest(self.notification())

    def count(self, model, user):
        field = "id" if model == "telegram.instance" else "instance_id"
        domain = [(field, "=", self.instance.id)]
        return self.env[model].with_user(user).search_count(domain)

    def test_operator_sees_the_own_chats(self):
        """An operator reads the account, its chats and messages; raw events are not theirs."""
        for model in ("telegram.instance", "telegram.chat", "telegram.message"):
            self.assertEqual(self.count(model, self.salesperson), 1, model)
        with self.assertRaises(AccessError):
            self.count("telegram.event", self.salesperson)

    def test_colleague_sees_nothing_of_others(self):
        """Who does not operate the account sees none of it, not even by id."""
        for model in ("telegram.instance", "telegram.chat", "telegram.message"):
            with self.subTest(model):
                self.assertEqual(self.count(model, self.colleague), 0)
                record = self.env[model].search([], limit=1)
                with self.assertRaises(AccessError):
                    record.with_user(self.colleague).read(["display_name"])

    def test_administrators_see_their_companies(self):
        """An administrator sees everything of the own companies and nothing of the others."""
        for model in MODELS:
            self.assertEqual(self.count(model, self.manager), 1, model)
            self.assertEqual(self.count(model, self.foreign_manager), 0, model)

    def test_everybody_else_is_kept_out(self):
        """Employees without the group, and portal users, reach no model at all."""
        for model in (*MODELS, "telegram.composer", "telegram.sign.in"):
            for user in (self.employee, self.portal):
                with self.subTest(model=model, user=user.login), self.assertRaises(AccessError):
                    self.env[model].with_user(user).search([])

    def test_states_are_the_queues(self):
        """Nobody writes a message's state, or makes a message, past the queue."""
        message = self.env["telegram.message"].search([("instance_id", "=", self.instance.id)])
        for user in (self.salesperson, self.manager):
            with self.subTest(user.login), self.assertRaises(AccessError):
                message.with_user(user).write({"state": "read"})
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.env["telegram.message"].with_user(user).create(
                    {
                        "chat_id": message.chat_id.id,
                        "direction": "outgoing",
                        "state": "sent",
                        "text": "Never written",
                    }
                )

    def test_operator_changes_no_account(self):
        """An operator writes by the account and changes nothing about it."""
        instance = self.instance.with_user(self.salesperson)
        for values in ({"name": "Mine"}, {"api_url": "https://example.com"}):
            with self.assertRaises(AccessError):
                instance.write(values)
        with self.assertRaises(AccessError):
            instance.unlink()

    def test_token_is_for_the_settings_group(self):
        """A Telegram administrator without Odoo's settings rights cannot exchange the token."""
        with self.assertRaises(AccessError):
            self.instance.with_user(self.manager).api_token_new = "another"

    def test_administrator_does_not_redirect_the_token(self):
        """Who may not know the token may not choose where it is sent to, either."""
        for values in (
            {"api_url": "https://example.com"},
            {"media_url": "https://example.com"},
            {"id_instance": "4100999999"},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                self.instance.with_user(self.manager).write(values)
        self.instance.with_user(self.manager).name = "Renamed"

    def test_administrator_gets_no_other_scheduled_action(self):
        """The link to the scheduled actions is no way to change or delete any other."""
        cron = self.env.ref("mail.ir_cron_mail_scheduler_action")
        instance = self.instance.with_user(self.manager)
        for values in ({"send_cron_id": cron.id}, {"state": "authorized"}):
            with self.subTest(values), self.assertRaises(AccessError):
                instance.write(values)
        with self.assertRaises(AccessError):
            self.env["telegram.instance"].with_user(self.manager).create(
                {"name": "New", "id_instance": "4100999998", "send_cron_id": cron.id}
            )

    def test_chats_and_events_stay_where_they_are(self):
        """An administrator moves no chat to another account, and forges no event."""
        chat = self.env["telegram.chat"].search([("instance_id", "=", self.instance.id)])
        event = self.env["telegram.event"].search([("instance_id", "=", self.instance.id)])
        other = self._create_instance(
            self._create_phone(), name="Other", company_id=self.company.id
        )
        for record, values in (
            (chat, {"instance_id": other.id}),
            (chat, {"telegram_id": "-100"}),
            (chat, {"phone": "+79990000000"}),
            (event, {"instance_id": other.id}),
            (event, {"payload": "{}", "state": "new"}),
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                record.with_user(self.manager).write(values)
        chat.with_user(self.manager).name = "Renamed"
        event.state = "ignored"
        event.with_user(self.manager).action_replay()
        self.assertEqual(event.state, "new")

    def test_colleague_acts_on_no_foreign_message(self):
        """The buttons of a message obey the same rules as reading it."""
        message = self.instance.send_text(CUSTOMER_CHAT, "Mine")
        for action in ("action_cancel", "action_retry", "action_mark_sent"):
            with self.subTest(action), self.assertRaises(AccessError):
                getattr(message.with_user(self.colleague), action)()
        self.assertEqual(message.state, "queued")

    def test_record_name_is_not_leaked(self):
        """A message sent from a record that the reader may not see keeps its name."""
        secret = self.env["ir.config_parameter"].create({"key": "telegram.test", "value": "x"})
        chat = self.env["telegram.chat"].search([("instance_id", "=", self.instance.id)])
        message = self.env["telegram.message"]._queue(chat, {"text": "Hello"}, record=secret)
        self.assertTrue(message.record_name)
        self.assertFalse(message.with_user(self.salesperson).record_name)
