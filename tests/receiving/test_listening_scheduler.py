# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import select
import threading
from contextlib import closing
from datetime import timedelta
from unittest.mock import patch

from odoo import fields, sql_db
from odoo.tests import tagged
from odoo.tools import config

from odoo.addons.base.models.ir_cron import IrCron

from ... import const
from ...models.receiving import listener, listening
from ...tools import advisory_lock
from .listening_case import PATIENCE, ListeningCase

FOR_EVER = 10**9  # seconds
LONG = 10**8  # seconds for which no other action of the tests' database waits


@tagged("post_install", "-at_install")
class TestListeningScheduler(ListeningCase):
    """Listening takes one thread of Odoo's scheduler, and leaves it no longer than it has to."""

    name = "Listening scheduler"

    def setUp(self):
        super().setUp()
        with self.environment() as env:
            self.listen_id = env["telegram.instance"]._get_listen_crons()[0].id
            env["ir.cron.trigger"].search([("cron_id", "=", self.listen_id)]).unlink()
        self.startPatcher(patch.object(listening, "RUN_MAX_SECONDS", 1))

    def trigger(self, *cron_ids):
        with self.environment() as env:
            for action in env["ir.cron"].browse(cron_ids):
                action._telegram_trigger_now()

    def is_waiting(self, cron_id):
        return bool(self.values_of("ir.cron.trigger", "id", [("cron_id", "=", cron_id)]))

    def process_list(self, *cron_ids):
        """Work off a list of ready actions, as a thread of the scheduler does."""
        with self.registry.cursor() as cr:
            IrCron._process_jobs_loop(cr, job_ids=cron_ids)

    def test_a_run_that_begins_meanwhile(self):
        """A run deletes the trigger that started it just as a user connects an account. Odoo would
        report a bad query, repeat the request after a second or two, and the user waits."""
        self.trigger(self.listen_id)
        with self.environment() as env:
            env["ir.cron.trigger"].search_count([])  # the user's transaction begins
            with self.environment() as run:
                run["ir.cron.trigger"].search([("cron_id", "=", self.listen_id)]).unlink()
            env["telegram.instance"]._trigger_listen()
        self.assertTrue(self.is_waiting(self.listen_id), "that run does not know the account")

    def test_the_rest_of_the_list(self):
        """Whatever was ready when a run began comes after it in the list of its thread: nobody
        would listen until all of it has run, and it would have too little time left."""
        self.trigger(self.listen_id, self.send_cron_id)
        with patch.object(listening, "OTHERS_PATIENCE", FOR_EVER):
            self.process_list(self.listen_id, self.send_cron_id)
        self.assertTrue(self.phone.requests("receiveNotification"), "it has to listen")
        self.assertTrue(self.is_waiting(self.listen_id), "nobody would go on listening")
        self.assertTrue(self.is_waiting(self.send_cron_id), "it is for the next list")
        self.process_list(self.send_cron_id)
        self.assertFalse(self.is_waiting(self.send_cron_id))

    def test_others_have_waited_long(self):
        """If the other threads are busy for ever, the other actions run nevertheless."""
        self.trigger(self.listen_id)
        with self.environment() as env:
            long_ago = fields.Datetime.now() - timedelta(seconds=listening.OTHERS_PATIENCE + 1)
            env["ir.cron"].browse(self.send_cron_id)._trigger(long_ago)
        self.process_list(self.listen_id, self.send_cron_id)
        self.assertTrue(self.phone.requests("receiveNotification"), "it has to listen")
        self.assertFalse(self.is_waiting(self.send_cron_id))

    def test_others_that_run_again_and_again(self):
        """An account that sends for an hour is due all the time, since its action began: listening
        would wait for it and for all others after each of its own runs."""
        self.trigger(self.listen_id, self.send_cron_id)
        with self.environment() as env:
            action = env["ir.cron"].browse(self.send_cron_id)
            action.nextcall -= timedelta(seconds=2 * LONG)
            action._add_progress()
        with patch.object(listening, "OTHERS_PATIENCE", LONG):
            self.process_list(self.listen_id, self.send_cron_id)
        self.assertTrue(self.is_waiting(self.send_cron_id), "it is for the next list")

    def test_a_run_that_is_killed(self):
        """Odoo does not run an action whose last three runs were killed before they did something:
        nobody would listen after a night of restarts in which no customer wrote."""
        progress = []

        def run(_listener):
            domain = [("cron_id", "=", self.listen_id)]
            progress.append(self.values_of("ir.cron.progress", "done", domain)[-1])

        self.trigger(self.listen_id)
        with patch.object(listening.Listener, "run", run):
            self.process_list(self.listen_id)
        self.assertEqual(progress, [1])

    def test_a_thread_that_connects_anew(self):
        """After a restart of PostgreSQL, a thread works off its list, and only then connects again.
        It misses what was notified by then, and nobody would listen for a minute."""
        self.trigger(self.listen_id)
        self.process_list(self.listen_id)
        with closing(sql_db.db_connect("postgres").cursor()) as cr:
            cr.execute("LISTEN cron_trigger")
            cr.commit()  # pylint: disable=invalid-commit
            connection = cr._cnx
            while self.registry.db_name not in {each.payload for each in connection.notifies}:
                readable, _writable, _failed = select.select([connection], [], [], PATIENCE)
                self.assertTrue(readable, "the scheduler sleeps")
                connection.poll()
            connection.close()

    def test_the_only_thread_that_is_left(self):
        """A restart of PostgreSQL ends the threads that wait for actions, for good: nobody but the
        one that listens could send, and it has to take turns."""
        is_over = threading.Event()
        left = threading.Thread(target=is_over.wait)
        left.type = "cron"
        left.start()
        self.addCleanup(left.join)
        self.addCleanup(is_over.set)
        self.trigger(self.send_cron_id)
        with patch.dict(config.options, {"max_cron_threads": 2}), self.listening() as heard:
            self.wait_for(lambda: heard.is_ended)
        self.assertTrue(heard.has_given_way)

    def test_a_run_that_gives_way(self):
        """A run that ends for other actions must not leave them to the next list, which begins with
        listening again: with a single thread, they would never run."""
        self.trigger(self.listen_id, self.send_cron_id)
        with (
            patch.object(listening, "RUN_MAX_SECONDS", 600),
            patch.object(listening, "OTHERS_PATIENCE", FOR_EVER),
            patch.object(listener, "count_scheduler_threads", lambda: 1),
        ):
            self.process_list(self.listen_id, self.send_cron_id)
        self.assertTrue(self.is_waiting(self.listen_id), "nobody would go on listening")
        self.assertFalse(self.is_waiting(self.send_cron_id))

    def test_many_accounts_that_do_not_work_yet(self):
        """Hundreds of accounts are connected at once, and the receive action of each has to fetch
        its settings: a few at a time, or whatever else is ready would wait for all of them."""
        ids = {self.add_account()[1] for _account in range(5)} | {self.instance_id}
        with self.environment() as env:
            accounts = env["telegram.instance"].browse(ids)
            accounts.write({"state": "notAuthorized", "last_check_date": False})
            id_by_cron = {account.receive_cron_id.id: account.id for account in accounts}
        triggers = [("cron_id", "in", list(id_by_cron))]
        woken = set()

        def run_actions():
            """Do as if the scheduler had run all actions that wait."""
            with self.environment() as env:
                waiting = env["ir.cron.trigger"].search(triggers)
                self.assertLessEqual(len(waiting), 2)
                woken.update(id_by_cron[cron_id] for cron_id in waiting.cron_id.ids)
                waiting.unlink()
            return woken == ids

        with patch.object(listener, "MAX_WAITING_ACTIONS", 2), self.listening():
            self.wait_for(run_actions)

    def test_the_first_action_has_just_ended(self):
        """The second action looks whether the first one runs, which has ended after the second one
        began: its run would count as failed."""
        with self.environment() as env:
            first, second = env["telegram.instance"]._get_listen_crons()
            env.flush_all()
            with self.environment() as elsewhere:
                first.with_env(elsewhere).lastcall = fields.Datetime.now()
            env["telegram.instance"].with_context(cron_id=second.id)._cron_listen()
        self.assertTrue(self.is_waiting(self.listen_id), "the first one has to go on")

    def test_no_lock_is_left(self):
        """The accounts are free for another thread as soon as the run has ended."""
        self.trigger(self.listen_id)
        self.process_list(self.listen_id)
        with self.environment() as env:
            for lock in (const.LOCK_LISTENING, const.LOCK_RECEIVING):
                self.assertEqual(advisory_lock.get_keys(env.cr, lock, granted=True), [])
