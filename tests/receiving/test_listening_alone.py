# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from contextlib import closing, contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import fields, sql_db
from odoo.tests import tagged
from odoo.tools import config, mute_logger

from ... import const
from ...models.receiving import listener
from ...tools import cron
from ...tools.clock import get_database_time
from ..common import CUSTOMER_CHAT
from .listening_case import ListeningCase

LISTENER_LOGGER = listener.__name__
BAD_GATEWAY = {"kind": "status", "status": 502, "body": "Bad gateway"}
HOLD = "SELECT pg_advisory_lock(%s, %s)"
SPOIL_ADDRESS = "UPDATE telegram_instance SET api_url = 'http://example.com' WHERE id = %s"
SESSION_SETTINGS = "SELECT name FROM pg_settings WHERE source = 'session'"
LOCK_CHATS = "SELECT FROM telegram_chat WHERE instance_id = %s FOR UPDATE"
LOCK_INSTANCE = "SELECT FROM telegram_instance WHERE id = %s FOR UPDATE"


@tagged("post_install", "-at_install")
class TestListeningAlone(ListeningCase):
    """What happens to the rows of one account concerns no other account, and nobody waits long."""

    name = "Listening alone"

    @contextmanager
    def unnoticed_changes(self, heard):
        """Let the listener look at the accounts in the database only after the block."""
        heard._next_update_at = float("inf")
        yield
        heard._next_update_at = 0

    def delete(self, instance_id):
        with self.environment() as env:
            env["telegram.instance"].browse(instance_id).unlink()

    def test_deleted_before_its_error(self):
        """The next call for an account fails, which was deleted just now: the run ends, and no
        account is heard for a minute."""
        phone, instance_id = self.add_account()
        with self.listening() as heard:
            self.wait_for(lambda: instance_id in heard._accounts)
            phone.requests("receiveNotification", count=1)
            with self.unnoticed_changes(heard):
                account = heard._accounts[instance_id]
                self.delete(instance_id)
                phone.fault("receiveNotification", times=1000, **BAD_GATEWAY)
                phone.write(CUSTOMER_CHAT, "Ends the call under way")
                self.wait_for(lambda: account.next_call_at)
            self.phone.write(CUSTOMER_CHAT, "To the other one")
            self.wait_for_texts("To the other one")

    def test_deleted_before_it_works(self):
        """The next call for an account works again, which was deleted just now."""
        phone, instance_id = self.add_account()
        with self.listening() as heard:
            self.wait_for(lambda: instance_id in heard._accounts)
            phone.requests("receiveNotification", count=1)
            with self.unnoticed_changes(heard):
                heard._accounts[instance_id]._has_failed = True
                self.delete(instance_id)
                phone.write(CUSTOMER_CHAT, "To the deleted one")
                self.wait_for(lambda: not heard._accounts[instance_id]._has_failed)
                self.phone.write(CUSTOMER_CHAT, "To the other one")
                self.wait_for_texts("To the other one")

    @contextmanager
    def locked(self, query, instance_id):
        """Lock rows in a transaction of somebody else, as an import of contacts may for minutes."""
        with self.environment() as env:
            env.cr.execute(query, [instance_id])
            yield

    def test_locked_chats(self):
        """Rows of one account are locked: the others are heard, and nothing changes its order."""
        phone, instance_id = self.add_account()
        with self.listening() as heard:
            phone.write(CUSTOMER_CHAT, "1")
            self.wait_for_texts("1")
            with self.locked(LOCK_CHATS, instance_id):
                for number in (2, 3):
                    phone.write(CUSTOMER_CHAT, str(number))
                self.wait_for(lambda: instance_id in heard._pauses)
                self.phone.write(CUSTOMER_CHAT, "Meanwhile")
                self.wait_for_texts("Meanwhile")
                self.assertNotIn("2", self.texts_of_all())
            phone.write(CUSTOMER_CHAT, "4")
            self.wait_for_texts("4")
        domain = [("instance_id", "=", instance_id)]
        self.assertEqual(self.values_of("telegram.message", "text", domain), ["1", "2", "3", "4"])

    def test_locked_account(self):
        """An account with many messages is being deleted: nothing can be stored for it."""
        phone, instance_id = self.add_account()
        failing, failing_id = self.add_account()
        with self.listening() as heard:
            self.wait_for(lambda: len(heard._accounts) == 3)
            for each in (phone, failing):
                each.requests("receiveNotification", count=1)
            with (
                self.locked(LOCK_INSTANCE, instance_id),
                self.locked(LOCK_INSTANCE, failing_id),
            ):
                failing.fault("receiveNotification", **BAD_GATEWAY)
                for each in (phone, failing):
                    each.write(CUSTOMER_CHAT, "Waits")
                self.wait_for(lambda: {instance_id, failing_id} <= heard._pauses.keys())
                self.phone.write(CUSTOMER_CHAT, "Meanwhile")
                self.wait_for_texts("Meanwhile")
                self.assertNotIn("Waits", self.texts_of_all())
            self.wait_for(lambda: self.texts_of_all().count("Waits") == 2)
            error = [("id", "=", failing_id)]
            self.wait_for(lambda: not self.values_of("telegram.instance", "last_error", error)[0])

    def test_a_server_that_is_cut_off(self):
        """PostgreSQL learns of its end two hours later, and keeps its accounts for it so long.

        Here, PostgreSQL is on the same machine, so that only the settings can be checked.
        """
        found = []

        def look():
            heard.cr.execute(SESSION_SETTINGS)
            found.extend(name for (name,) in heard.cr.fetchall())

        with self.listening() as heard:
            heard._defer(look)
            self.wait_for(lambda: found)
        self.assertLessEqual(
            {f"tcp_keepalives_{n}" for n in ("idle", "interval", "count")}, {*found}
        )

    def test_the_settings_end_with_the_run(self):
        """Odoo uses the connection again: a user's transaction would wait for no lock either."""
        with self.environment() as env, self.assertRaises(ZeroDivisionError):
            with patch.object(listener.Listener, "_process_results", side_effect=ZeroDivisionError):
                listener.Listener(env, float("inf"), 1).run()
            env.cr.execute("SHOW lock_timeout")
            self.assertEqual(env.cr.fetchone(), ("0",))

    @mute_logger(LISTENER_LOGGER)
    def test_an_account_that_cannot_be_called(self):
        """An address that is not allowed any more ends each run at its beginning."""
        _phone, instance_id = self.add_account()
        with self.environment() as env:
            env.cr.execute(SPOIL_ADDRESS, [instance_id])
        with self.listening() as heard:
            self.phone.write(CUSTOMER_CHAT, "To the other one")
            self.wait_for_texts("To the other one")
            self.assertNotIn(instance_id, heard._accounts)

    def test_several_databases(self):
        """Each scheduler thread listens to the accounts of another database: nobody sends."""
        with self.environment() as env:
            env["ir.cron"].browse(self.receive_cron_id)._trigger()
        with (
            patch.object(listener, "count_scheduler_threads", lambda: 2),
            closing(sql_db.db_connect("postgres").cursor()) as elsewhere,
            self.listening() as heard,
        ):
            self.wait_for(lambda: heard._accounts)
            elsewhere.execute(HOLD, [const.LOCK_LISTENING, 1])
            self.wait_for(lambda: heard.is_ended)
            self.assertTrue(heard.has_accounts, "it has to go on later")

    @contextmanager
    def listening_in_a_single_thread(self):
        """Listen in the only thread of a scheduler, for which no action of this database waits."""
        cron_class = self.registry["ir.cron"]
        with (
            patch.object(listener, "count_scheduler_threads", lambda: 1),
            patch.object(listener, "TURN_SECONDS", 0),
            patch.object(cron_class, "_telegram_is_another_waiting", return_value=False),
            self.listening() as heard,
        ):
            yield heard

    def test_turns_of_databases(self):
        """Nothing waits in this database. The others, for which no scheduler thread is left, would
        wait for minutes."""
        databases = {"db_name": [self.registry.db_name, "another"]}
        with (
            patch.dict(config.options, databases),
            self.listening_in_a_single_thread() as heard,
        ):
            self.wait_for(lambda: heard.is_ended)
        self.assertTrue(heard.has_accounts and heard.has_given_way, "it has to go on later")

    def test_one_database_of_one_thread(self):
        """Where there is no other database, turns would only interrupt listening."""
        with self.listening_in_a_single_thread() as heard:
            for text in ("First", "Second"):
                self.phone.write(CUSTOMER_CHAT, text)
                self.wait_for_texts(text)
            self.assertFalse(heard.is_ended)

    def test_limit_of_the_processor(self):
        """The processor time of a worker is limited, too: the actions after this one need some."""
        left = [60]
        with (
            patch.object(listener, "get_processor_time_left", lambda: left[0]),
            self.listening() as heard,
        ):
            self.wait_for(lambda: heard._accounts)
            left[0] = 29
            self.wait_for(lambda: heard.is_ended)

    def test_the_clock_of_the_database(self):
        """Odoo's clock is ahead of the database's. The next run is due in the future then, and the
        scheduler sleeps for a minute."""
        now = fields.Datetime.now
        with (
            patch.object(cron, "get_time_limit", lambda: 2),
            patch.object(fields.Datetime, "now", lambda: now() + timedelta(minutes=1)),
            self.environment() as env,
        ):
            action = env["telegram.instance"]._get_listen_crons()[0]
            self.assertIs(action.method_direct_trigger(), True)
            triggers = self.values_of("ir.cron.trigger", "call_at", [("cron_id", "=", action.id)])
            self.assertLessEqual(max(triggers), get_database_time(env.cr))
