# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import threading
from unittest.mock import patch

import psycopg2

from odoo.tests import tagged
from odoo.tools import mute_logger

from ... import const
from ...models.receiving import heard_account, listener
from ...tools import advisory_lock, cron
from ..common import CUSTOMER_CHAT
from .listening_case import ListeningCase

TERMINATE = "SELECT pg_terminate_backend(%s)"
DELETE_TRIGGERS = "DELETE FROM ir_cron_trigger WHERE cron_id = %s"


@tagged("post_install", "-at_install")
class TestListening(ListeningCase):
    """One scheduled action that hears all polled accounts at once."""

    name = "Listening test"

    def heard(self):
        """Return the IDs of the accounts whose lock somebody holds."""
        with self.environment() as env:
            return advisory_lock.get_keys(env.cr, const.LOCK_RECEIVING, granted=True)

    def test_a_message_is_here_at_once(self):
        """What a customer writes is stored, processed and deleted, without another action."""
        with self.listening():
            self.phone.requests("receiveNotification", count=1)
            self.phone.write(CUSTOMER_CHAT, "First")
            self.wait_for_texts("First")
            self.phone.write(CUSTOMER_CHAT, "Second")
            self.wait_for_texts("Second")
            self.wait_for(lambda: not self.phone.notifications())
        self.assertEqual(self.texts("incoming"), ["First", "Second"])
        events = [("instance_id", "=", self.instance_id)]
        self.assertEqual(self.values_of("telegram.event", "state", events), ["done", "done"])

    def test_order_of_a_burst(self):
        """A hundred messages at once arrive in their order, each of them once."""
        self.phone.burst(100, CUSTOMER_CHAT)
        with self.listening():
            self.wait_for(lambda: len(self.texts("incoming")) == 100)
        self.assertEqual(self.texts("incoming"), [f"Message {n}" for n in range(1, 101)])

    def test_a_broken_account_holds_up_no_other(self):
        """Accounts that hang, fail or are refused cost the others nothing."""
        for fault in (
            {"kind": "hold"},
            {"kind": "status", "status": 502, "body": "Bad gateway"},
            {"kind": "status", "status": 401, "body": ""},
            {"kind": "status", "status": 429, "body": ""},
        ):
            phone, _instance_id = self.add_account()
            phone.fault("receiveNotification", times=1000, **fault)
            phone.write(CUSTOMER_CHAT, "Never heard")
        with self.listening():
            self.phone.write(CUSTOMER_CHAT, "Heard")
            self.wait_for_texts("Heard")
            errors = [("name", "=", self.name), ("last_error", "!=", False)]
            self.wait_for(lambda: len(self.values_of("telegram.instance", "id", errors)) == 2)
        self.assertEqual(self.texts_of_all(), ["Heard"])

    def test_a_failed_account_is_called_later_and_later(self):
        """A service in trouble gets fewer calls, yet is heard soon after it works again."""
        with self.environment() as env:
            instance = env["telegram.instance"].browse(self.instance_id)
            account = heard_account.HeardAccount(instance, "", None, None)
        pauses = []
        with (
            patch.object(account, "_pause", pauses.append),
            patch.object(account, "receive", lambda: None),
        ):
            error = heard_account.GreenApiError("receiveNotification", "server")
            news = [account.process_failure(error) for _attempt in range(8)]
            self.assertEqual(news, [True] + 7 * [False])
            self.assertEqual(pauses, [1, 2, 4, 8, 16, 20, 20, 20])
            account.process_failure(heard_account.RefusedError("receiveNotification", "401"))
            self.assertEqual(pauses[-1], heard_account.REFUSED_MAX_PAUSE)
            self.assertTrue(account.process_success(None), "it has to clear the error")
            self.assertFalse(account.process_success(None))

    def test_errors_are_shown_and_cleared(self):
        """An account whose calls fail says why, and no longer when they work again."""
        self.phone.fault("receiveNotification", "status", status=502, body="Bad gateway")
        error = [("id", "=", self.instance_id)]
        with self.listening():
            self.wait_for(lambda: self.values_of("telegram.instance", "last_error", error)[0])
            self.wait_for(lambda: not self.values_of("telegram.instance", "last_error", error)[0])

    def test_a_service_that_does_not_wait(self):
        """A service that answers "nothing" at once is not called in an endless loop."""
        self.phone.change(longPoll=False)
        with self.listening() as heard:
            self.phone.requests("receiveNotification", count=1)
            self.wait_for(lambda: heard._accounts[self.instance_id].next_call_at)
        self.assertEqual(len(self.phone.requests("receiveNotification")), 1)

    def test_changes_are_noticed(self):
        """Accounts that are added, archived, restored, or receive by webhook, within a second."""
        with self.listening() as heard:
            self.wait_for(lambda: set(heard._accounts) == {self.instance_id})
            phone, instance_id = self.add_account()
            phone.write(CUSTOMER_CHAT, "To the new one")
            self.wait_for_texts("To the new one")
            for off, on in (
                ({"active": False}, {"active": True}),
                ({"receive_mode": "webhook"}, {"receive_mode": "polling"}),
            ):
                self.write_account(**off)
                self.wait_for(lambda: self.heard() == [instance_id])
                self.write_account(**on)
                self.wait_for(lambda: set(self.heard()) == {instance_id, self.instance_id})
            client = heard._accounts[self.instance_id]._client
            with self.environment() as env:
                instance = env["telegram.instance"].browse(self.instance_id)
                instance.api_token_new = "another"
            self.wait_for(lambda: heard._accounts[self.instance_id]._client is not client)

    def test_a_deleted_account(self):
        """An account may be deleted while it is heard."""
        _phone, instance_id = self.add_account()
        with self.listening() as heard:
            self.wait_for(lambda: instance_id in heard._accounts)
            with self.environment() as env:
                env["telegram.instance"].browse(instance_id).unlink()
            self.wait_for(lambda: instance_id not in heard._accounts)
            self.phone.write(CUSTOMER_CHAT, "To the other one")
            self.wait_for_texts("To the other one")

    def test_the_end_of_a_run(self):
        """A run ends at once although the service is still being waited for, with its threads."""
        with self.listening() as heard:
            self.phone.requests("receiveNotification", count=1)
            self.wait_for(lambda: heard._accounts)
            threads = [account._thread for account in heard._accounts.values()]
        for thread in threads:
            thread.join(5)
            self.assertFalse(thread.is_alive())
            self.assertTrue(thread.daemon, "it would keep Odoo from ending")
        self.assertEqual(self.heard(), [])

    def test_told_to_end_meanwhile(self):
        """Another thread ends the run while this one looks at the accounts, and that is lost."""

        def look(heard):
            heard.end()
            return False

        with patch.object(listener.Listener, "_has_to_give_way", look), self.listening() as heard:
            self.wait_for(lambda: heard.is_ended)

    def test_one_listener_in_a_server(self):
        """A second process of the same server does not take another place in the scheduler."""
        with self.listening() as first:
            self.wait_for(lambda: first._accounts)
            with self.listening() as second:
                self.wait_for(lambda: second.is_ended)
            self.assertFalse(second.has_accounts)
            self.assertTrue(first.has_accounts)

    def test_servers_share_the_accounts(self):
        """Two servers hear half of the accounts each, and one takes over when the other ends."""
        ids = {self.instance_id, self.add_account()[1]}
        with self.listening(1) as first:
            self.wait_for(lambda: set(first._accounts) == ids)
            with self.listening(2) as second:
                self.wait_for(lambda: len(first._accounts) == len(second._accounts) == 1)
                self.assertEqual(set(first._accounts) | set(second._accounts), ids)
            self.wait_for(lambda: set(first._accounts) == ids)

    @mute_logger("odoo.sql_db")
    def test_a_server_that_has_lost_its_lock(self):
        """A stopped process that comes back after another one took over changes nothing."""
        self.phone.fault("receiveNotification", "hold")
        self.phone.write(CUSTOMER_CHAT, "Only once")
        with self.listening(1) as first:
            first.may_fail = True
            self.phone.requests("receiveNotification", count=1)
            with self.listening(2) as second, self.environment() as env:
                env.cr.execute(TERMINATE, [first.pid])
                self.wait_for(lambda: first.error)
                self.assertIsInstance(
                    first.error, psycopg2.OperationalError | psycopg2.InterfaceError
                )
                self.wait_for_texts("Only once")
                self.assertEqual(list(second._accounts), [self.instance_id])
                self.phone.release()
                self.phone.write(CUSTOMER_CHAT, "And another one")
                self.wait_for_texts("And another one")
        self.assertEqual(self.texts("incoming"), ["Only once", "And another one"])

    def test_stored_before_it_is_deleted(self):
        """What the service is told to delete is committed by then."""
        seen = []
        delete = heard_account.HeardAccount._delete_and_receive

        def delete_and_receive(account, receipt_id):
            events = [("instance_id", "=", self.instance_id)]
            seen.append(len(self.values_of("telegram.event", "id", events)))
            return delete(account, receipt_id)

        name = "_delete_and_receive"
        with patch.object(heard_account.HeardAccount, name, delete_and_receive), self.listening():
            for number in range(3):
                self.phone.write(CUSTOMER_CHAT, f"Number {number}")
                self.wait_for_texts(f"Number {number}")
        self.assertEqual(seen, [1, 2, 3])

    def test_the_dialog_gets_the_account(self):
        """*Wait for Messages* shows what comes, although the account is being listened to."""
        with self.listening() as heard:
            self.wait_for(lambda: heard._accounts)
            self.phone.requests("receiveNotification", count=1)
            with self.environment() as env:
                instance = env["telegram.instance"].browse(self.instance_id)
                self.phone.fault("receiveNotification", "hold")
                writer = threading.Thread(target=self.write_when_asked)
                writer.start()
                answer = instance.fetch_notification()
                writer.join()
                self.assertEqual((answer["outcome"], answer.get("text")), ("taken", "For a person"))
            self.wait_for(lambda: heard._accounts)
        self.assertEqual(self.texts("incoming"), ["For a person"])

    def write_when_asked(self):
        """Write as soon as the dialog waits at the service."""
        self.phone.requests("receiveNotification", count=2)
        self.phone.write(CUSTOMER_CHAT, "For a person")
        self.phone.release()

    def test_the_action_leaves_the_account_alone(self):
        """The receive action of an account that is heard neither fetches nor processes."""
        with self.listening() as heard:
            self.wait_for(lambda: heard._accounts)
            self.phone.requests("receiveNotification", count=1)
            self.run_action()
        self.assertEqual(len(self.phone.requests("receiveNotification")), 1)

    def test_the_action_is_woken(self):
        """Files are downloaded by the receive action, which the listener wakes: neither do they
        wait for the end of a run, nor do messages wait for them."""
        triggers = [("cron_id", "=", self.receive_cron_id)]
        files = [("instance_id", "=", self.instance_id), ("text", "=", "")]
        with self.listening():
            self.phone.write_file(CUSTOMER_CHAT, "offer.pdf", b"%PDF")
            self.wait_for(lambda: self.values_of("ir.cron.trigger", "id", triggers))
            self.phone.fault("download", "hold")
            action = threading.Thread(target=self.run_action)
            action.start()
            attempts = "download_attempts"
            self.wait_for(lambda: self.values_of("telegram.message", attempts, files) == [1])
            self.phone.write(CUSTOMER_CHAT, "Meanwhile")
            self.wait_for_texts("Meanwhile")
            self.phone.release()
            action.join()
        self.assertEqual(self.values_of("telegram.message", "download_state", files), ["fetched"])

    def test_an_action_that_begins_meanwhile(self):
        """The run goes on although the action that it wakes was started by the scheduler just now,
        which deletes the trigger."""
        self.write_account(state="notAuthorized", last_check_date=False)
        with self.environment() as env:
            env["ir.cron"].browse(self.receive_cron_id)._trigger()
        find_work, deleted = listener.Listener._find_work, []

        def find_work_late(heard, now):
            if heard._accounts and not deleted:
                with self.environment() as env:
                    env.cr.execute(DELETE_TRIGGERS, [self.receive_cron_id])
                    deleted.append(env.cr.rowcount)
            find_work(heard, now)

        with patch.object(listener.Listener, "_find_work", find_work_late), self.listening():
            self.wait_for(lambda: deleted)
            self.phone.write(CUSTOMER_CHAT, "Heard nevertheless")
            self.wait_for_texts("Heard nevertheless")
        self.assertTrue(deleted[0], "it has to meet a trigger")

    def run_action(self):
        with self.environment() as env:
            env["ir.cron"].browse(self.receive_cron_id).method_direct_trigger()

    def test_events_of_others_are_processed(self):
        """What a journal or a button puts into the inbox is processed, too."""
        with self.listening() as heard:
            self.wait_for(lambda: heard._accounts)
            with self.environment() as env:
                instance = env["telegram.instance"].browse(self.instance_id)
                body = {
                    "typeWebhook": "incomingMessageReceived",
                    "idMessage": "1",
                    "timestamp": 1763115112,
                    "senderData": {"chatId": CUSTOMER_CHAT, "chatType": "user", "sender": "1"},
                    "messageData": {
                        "typeMessage": "textMessage",
                        "textMessageData": {"textMessage": "From the journal"},
                    },
                }
                env["telegram.event"]._ingest(instance, body, source="journal")
            self.wait_for_texts("From the journal")

    def test_modules_can_be_installed(self):
        """Listening makes room for what Odoo does only while no scheduled action runs."""
        with self.listening() as heard:
            self.wait_for(lambda: heard._accounts)
            with self.environment() as env, env["telegram.instance"]._pause_listening():
                self.wait_for(lambda: heard.is_ended)
                with self.listening() as another:
                    self.wait_for(lambda: another.is_ended)
                self.assertEqual(self.heard(), [])

    def test_runs_while_modules_are_installed(self):
        """A run that begins meanwhile ends, and does not begin anew at once: it would spin, and one
        of its runs would be in the way of the installation. The next one comes right after it."""
        with self.environment() as env:
            action = env["telegram.instance"]._get_listen_crons()[0]
            triggers = [("cron_id", "=", action.id)]
        with self.environment() as env, env["telegram.instance"]._pause_listening():
            with self.environment() as elsewhere:
                elsewhere.cr.execute(DELETE_TRIGGERS, [action.id])
            with self.environment() as scheduler:
                self.assertIs(action.with_env(scheduler).method_direct_trigger(), True)
            self.assertFalse(self.values_of("ir.cron.trigger", "id", triggers))
        self.assertTrue(self.values_of("ir.cron.trigger", "id", triggers))

    def test_a_single_scheduler_thread(self):
        """Listening takes turns with other actions where there is no other thread for them."""
        with self.environment() as env:
            env["ir.cron"].browse(self.receive_cron_id)._trigger()
        with patch.object(listener, "count_scheduler_threads", lambda: 1):
            with self.listening() as alone:
                self.wait_for(lambda: alone.is_ended)
            self.assertTrue(alone.has_accounts, "it has to go on later")

    def test_the_second_action(self):
        """In one worker of Odoo, the second action listens right after the first one, for the rest
        of the time that Odoo lets the worker: it is killed. It is for a second server only."""
        with self.environment() as env:
            first, second = env["telegram.instance"]._get_listen_crons()
            triggers = [("cron_id", "=", first.id)]
            env.cr.execute(DELETE_TRIGGERS, [first.id])
        with patch.object(cron, "get_time_limit", lambda: 2), self.environment() as env:
            self.assertIs(second.with_env(env).method_direct_trigger(), True)
        self.assertFalse(self.phone.requests("receiveNotification"))
        self.assertTrue(self.values_of("ir.cron.trigger", "id", triggers), "nobody would listen")
        with self.environment() as elsewhere:
            self.assertTrue(first.with_env(elsewhere).try_lock_for_update(allow_referencing=True))
            with patch.object(cron, "get_time_limit", lambda: 2), self.environment() as env:
                self.assertIs(second.with_env(env).method_direct_trigger(), True)
        self.assertTrue(self.phone.requests("receiveNotification"))

    def test_the_scheduled_action(self):
        """The action asks for its next run, and obeys Odoo's limit of its time."""
        with patch.object(cron, "get_time_limit", lambda: 2), self.environment() as env:
            action = env["telegram.instance"]._get_listen_crons()[0]
            self.assertIs(action.method_direct_trigger(), True)
            triggers = [("cron_id", "=", action.id)]
            self.assertTrue(self.values_of("ir.cron.trigger", "id", triggers))
        self.assertTrue(self.phone.requests("receiveNotification"))
