# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from contextlib import closing
from datetime import timedelta

from odoo import fields, sql_db
from odoo.exceptions import AccessError, UserError
from odoo.tests import BaseCase, tagged
from odoo.tools import SQL, mute_logger

from ...models.connection.other_database import get_fingerprint
from ...models.sending.unsure import JOURNAL_LAG
from ..common import CUSTOMER_CHAT, TelegramCase

ORIGINAL, COPY, RENAMED = "telegram_original", "telegram_copy", "telegram_renamed"


@tagged("post_install", "-at_install")
class TestOtherDatabase(TelegramCase):
    """A copy of the database beside the original: "Send Later" went out twice, and of the answers
    each got a part."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.create_user("copy_manager", "manager")
        cls.instance.responsible_id = cls.manager
        cls.instance.operator_ids |= cls.manager

    def setUp(self):
        super().setUp()
        self.send_queue()  # the account works here
        self.send_queue()
        self.phone.change(settings={"webhookUrl": "https://original.example"})

    def copy(self):  # pylint: disable=method-required-super
        """Let this be the copy of another database, in which the account has worked."""
        self.instance.database_fingerprint = "1.2.3"

    def activities(self):
        return self.instance.activity_ids.filtered(lambda a: "copied database" in a.summary)

    def test_stands_still(self):
        """Neither action calls GREEN-API, and nothing of what waits is sent or lost."""
        later = self.instance.send_text(
            CUSTOMER_CHAT, "Later", scheduled_date=fields.Datetime.now() + timedelta(hours=1)
        )
        later.scheduled_date = fields.Datetime.now()
        before = len(self.phone.requests())
        self.copy()
        self.send_queue()
        self.receive()
        self.assertEqual(len(self.phone.requests()), before)
        self.assertEqual(later.state, "queued")
        self.assertIn("Use This Database", later.waiting_reason)
        self.assertIn("Use This Database", self.instance.waiting_reason)

    def test_nobody_listens(self):
        """The listener of all polled accounts leaves this one out."""
        self.assertIn(self.instance.id, self.instance._get_polled_accounts())
        self.copy()
        self.env.flush_all()
        self.assertNotIn(self.instance.id, self.instance._get_polled_accounts())

    def test_waiting_in_the_dialog(self):
        """A look at what comes in took it away from the original, which never got it."""
        self.copy()
        self.phone.change(settings={"webhookUrl": ""})
        self.phone.write(CUSTOMER_CHAT, "For the original")
        with self.enter_registry_test_mode():
            answer = self.instance.with_user(self.manager).fetch_notification()
        self.assertEqual(answer["outcome"], "refused")
        self.assertIn("Use This Database", answer["message"])
        self.assertTrue(self.phone.notifications())

    def test_alert(self):
        """The administrator is told once, by an activity, and by the banner of the account."""
        self.copy()
        self.send_queue()
        self.receive()
        self.assertEqual(self.activities().user_id, self.manager)
        self.assertEqual(len(self.activities()), 1)
        self.assertIn("copy", self.instance.state_message)
        self.assertTrue(self.instance.is_other_database)

    @mute_logger("odoo.addons.telegram_green_api.models.sending.unsure")
    def test_confirmed(self):
        """After the confirmation, it is checked what the other database has sent."""
        message = self.instance.send_text(CUSTOMER_CHAT, "Once")
        self.copy()
        self.send_queue()
        self.instance.with_user(self.manager).action_confirm_database()
        self.assertFalse(self.instance.is_other_database)
        self.assertFalse(self.activities())
        self.assertEqual(message.state, "unsure")
        self.instance.send_text("10000001", "New")
        self.send_queue()
        self.assertEqual([entry["message"] for entry in self.phone.ledger()], ["New"])

    @mute_logger("odoo.addons.telegram_green_api.models.sending.unsure")
    def test_written_in_the_copy(self):
        """What automations queue in a copy went out silently when the copy became the one to work
        with the account, also if the original had sent the same."""
        original = self.instance._get_client()
        self.copy()
        self.instance.last_run_date -= timedelta(hours=1)  # the original has gone on since
        reminder = self.instance.send_text(CUSTOMER_CHAT, "Your invoice is overdue")
        other = self.instance.send_text("10000001", "Only tried out in the copy")
        later = self.instance.send_text(
            "10000002", "Later", scheduled_date=fields.Datetime.now() + timedelta(days=1)
        )
        with original as client:
            client.send_message(CUSTOMER_CHAT, "Your invoice is overdue")
        action = self.instance.with_user(self.manager).action_confirm_database()
        held = self.env["telegram.message"].with_user(self.manager).search(action["domain"])
        self.assertEqual(held, reminder | other | later)
        for _run in range(2):
            self.send_queue()
            for message in held.sudo().filtered("missing_since_date"):
                message.missing_since_date -= timedelta(seconds=JOURNAL_LAG)
        self.assertEqual(reminder.state, "sent", "the original has sent it")
        self.assertEqual((other | later).mapped("state"), ["unsure", "unsure"])
        self.assertFalse(any((other | later).mapped("is_being_checked")), "a person decides")
        self.assertIn("copied database", other.failure_reason)
        self.assertEqual(len(self.phone.ledger()), 1)
        other.with_user(self.salesperson).action_retry()
        self.send_queue()
        self.assertEqual((other.state, other.is_held), ("sent", False))

    @mute_logger("odoo.addons.telegram_green_api.models.sending.unsure")
    def test_edited_in_the_copy(self):
        """An edit that was tried out in a copy changed what the customer sees."""
        message = self.instance.send_text(CUSTOMER_CHAT, "Price 10")
        self.send_queue()
        self.copy()
        self.instance.last_run_date -= timedelta(hours=1)
        message.with_user(self.salesperson).edit("Price 1")
        self.instance.with_user(self.manager).action_confirm_database()
        self.send_queue()
        self.assertFalse(self.phone.requests("editMessage"))
        change = self.env["telegram.message"].search([("target_message_id", "=", message.id)])
        self.assertEqual(change.state, "error")
        self.assertIn("copied database", change.failure_reason)

    def test_all_accounts(self):
        """The one database is the one for all accounts, also for archived ones."""
        other = self._create_instance(self._create_phone(), active=False)
        (self.instance | other).write(
            {"database_fingerprint": "1.2.3", "last_run_date": fields.Datetime.now()}
        )
        self.instance.with_user(self.manager).action_confirm_database()
        self.assertEqual(other.database_fingerprint, self.instance.database_fingerprint)

    def test_who_may_confirm(self):
        """A salesperson does not decide which database works."""
        self.copy()
        with self.assertRaises(AccessError):
            self.instance.with_user(self.salesperson).action_confirm_database()
        self.assertTrue(self.instance.is_other_database)

    def test_buttons(self):
        """In a copy, Log Out signed the original out, Clear Queue deleted what it was sending, and
        the dialog of the settings turned its notifications off."""
        private = self.instance._get_chat(CUSTOMER_CHAT)
        group = self.instance._get_chat("-1001234567890")
        instance = self.instance.with_user(self.manager)
        settings = self.env["telegram.instance.settings"].with_user(self.manager)
        settings = settings._create_from_settings(instance, self.phone.instance()["settings"])
        settings.incoming_webhook = not settings.incoming_webhook
        self.instance.write({"receive_mode": "webhook", "webhook_url": "https://original.example"})
        self.copy()
        before = len(self.phone.requests())
        for call in (
            instance.action_log_out,
            instance.action_restart,
            instance.action_sign_in,
            instance.action_new_webhook_secret,
            instance.action_open_settings,
            instance.clear_messages_queue,
            instance.clear_webhooks_queue,
            settings.action_save,
            private.with_user(self.manager).archive_at_telegram,
            private.with_user(self.manager).mark_read,
            group.with_user(self.manager).leave_group,
        ):
            with (
                self.subTest(call.__name__),
                self.enter_registry_test_mode(),
                self.assertRaisesRegex(UserError, "Use This Database"),
            ):
                call()
        self.assertEqual(len(self.phone.requests()), before)

    def test_signed_out_account(self):
        """In a copy, Check State of an account that is signed out opened the sign-in dialog."""
        self.copy()
        self.phone.change(stateInstance="notAuthorized")
        with self.enter_registry_test_mode():
            action = self.instance.with_user(self.manager).action_check_state()
        self.assertEqual(self.instance.state, "notAuthorized")
        self.assertIn("Use This Database", action["params"]["message"])

    def test_checking_the_state(self):
        """A look at the account in a copy does not turn the events of the original to it."""
        self.copy()
        self.instance.is_receiving_configured = False
        with self.enter_registry_test_mode():
            action = self.instance.with_user(self.manager).action_check_state()
        self.assertIn("Use This Database", action["params"]["message"])
        self.assertFalse(self.phone.requests("setSettings"))


@tagged("post_install", "-at_install")
class TestFingerprint(BaseCase):
    """Which databases are taken for the same one."""

    def setUp(self):
        super().setUp()
        self.drop()
        self.addCleanup(self.drop)
        self.execute("CREATE DATABASE %s TEMPLATE template0", ORIGINAL)
        with closing(sql_db.db_connect(ORIGINAL).cursor()) as cr:
            cr.execute("CREATE TABLE telegram_message (id int)")
            cr.commit()  # pylint: disable=invalid-commit

    def drop(self):
        for name in (ORIGINAL, COPY, RENAMED):
            sql_db.close_db(name)
            self.execute("DROP DATABASE IF EXISTS %s", name)

    def execute(self, statement, *names):
        """Execute a statement on databases, which runs outside of transactions only."""
        with closing(sql_db.db_connect("postgres").cursor()) as cr:
            cr._cnx.autocommit = True
            cr.execute(SQL(statement, *map(SQL.identifier, names)))

    def fingerprint(self, name):
        with closing(sql_db.db_connect(name).cursor()) as cr:
            fingerprint = get_fingerprint(cr)
        sql_db.close_db(name)
        return fingerprint

    def test_duplicate(self):
        """A duplicate is another database."""
        original = self.fingerprint(ORIGINAL)
        self.execute("CREATE DATABASE %s TEMPLATE %s", COPY, ORIGINAL)
        self.assertNotEqual(self.fingerprint(COPY), original)
        self.assertEqual(self.fingerprint(ORIGINAL), original)

    def test_restored_in_its_place(self):
        """Tables that were restored into the same database are other ones."""
        original = self.fingerprint(ORIGINAL)
        with closing(sql_db.db_connect(ORIGINAL).cursor()) as cr:
            cr.execute("DROP TABLE telegram_message; CREATE TABLE telegram_message (id int)")
            cr.commit()  # pylint: disable=invalid-commit
        self.assertNotEqual(self.fingerprint(ORIGINAL), original)

    def test_renamed(self):
        """A database that was renamed goes on."""
        original = self.fingerprint(ORIGINAL)
        self.execute("ALTER DATABASE %s RENAME TO %s", ORIGINAL, RENAMED)
        self.assertEqual(self.fingerprint(RENAMED), original)

    def test_cluster(self):
        """Databases of two servers differ, though both may be the first ones of their servers."""
        with closing(sql_db.db_connect(ORIGINAL).cursor()) as cr:
            cr.execute("SELECT system_identifier FROM pg_control_system()")
            [cluster] = cr.fetchone()
        self.assertEqual(self.fingerprint(ORIGINAL).split(".")[0], str(cluster))
