# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import threading
import time
from unittest.mock import patch

from odoo.sql_db import db_connect
from odoo.tests import tagged

from odoo.addons.base.models.ir_cron import IrCron

from ..models.base import ir_cron
from ..tools import cron
from .committed_case import CommittedCase


@tagged("post_install", "-at_install")
class TestActionList(CommittedCase):
    """Hundreds of accounts have as many actions: Odoo limits the time of all that one thread of its
    scheduler has found ready, and kills it in the middle of sending, or restarts."""

    name = "List of actions"

    def setUp(self):
        super().setUp()
        self.cron_ids = [self.send_cron_id, self.receive_cron_id]
        self.limit = 120
        self.get_time_limit = cron.get_time_limit
        self.startPatcher(patch.object(cron, "get_time_limit", lambda: self.limit))

    def process_list(self, seconds=0):
        """Let a new thread of the scheduler work off lists of the actions until none is ready.

        :param int seconds: which each action takes, by the clock of the thread
        :return: list of the IDs that ran in each of the first four lists
        """
        lists = []
        thread = threading.Thread(target=self._process_lists, args=(seconds, lists))
        thread.start()
        thread.join()
        return lists

    def _process_lists(self, seconds, lists):
        run_job = IrCron._run_job.__func__
        thread = threading.current_thread()

        def run_slow_job(cls, job):
            thread.start_time -= seconds
            lists[-1].append(job["id"])
            return run_job(cls, job)

        with patch.object(IrCron, "_run_job", classmethod(run_slow_job)):
            for _list in range(4):
                lists.append([])
                thread.start_time = time.time()
                self.trigger_all()
                with self.registry.cursor() as cr:
                    IrCron._process_jobs_loop(cr, job_ids=self.cron_ids)

    def trigger_all(self):
        with self.environment() as env:
            for action in env["ir.cron"].browse(self.cron_ids):
                action._telegram_trigger_now()

    def test_enough_time(self):
        """Actions that take little time all run in one list."""
        self.assertEqual(self.process_list(), 4 * [self.cron_ids])

    def test_too_little_time(self):
        """What is ready after an action that took long is left to the next list, and has its turn
        there although the first one is ready again."""
        send, receive = self.cron_ids
        self.assertEqual(self.process_list(110), [[send], [receive], [send], [receive]])

    def test_order_of_priorities(self):
        """An action with a lower ID that comes later, as Odoo's mail queue does, has its turn:
        accounts that are always ready do not begin each list."""
        self.cron_ids.reverse()
        receive, send = self.cron_ids
        self.assertEqual(self.process_list(110), [[receive], [send], [receive], [send]])

    def test_a_short_limit(self):
        """The first action of a list runs however short the limit is: or nothing would ever run."""
        self.limit = 10
        send, receive = self.cron_ids
        self.assertEqual(self.process_list(8), [[send], [receive], [send], [receive]])

    def test_half_of_a_short_limit(self):
        """Listening leaves half of the time. With a limit of 20 seconds, that would be too little
        for any other action, and only listening would ever run."""
        self.limit = 20
        self.assertEqual(self.process_list(10), 4 * [self.cron_ids])

    def test_limit_of_threads(self):
        """No limit for actions is one for workers only: Odoo restarts threads after that of
        requests."""
        for limits, workers, expected in (
            ((0, 120), 0, 120),
            ((-1, 120), 0, 120),
            ((600, 120), 0, 600),
            ((0, 120), 2, 0),
            ((-1, 120), 2, 120),
        ):
            options = {"workers": workers}
            options["limit_time_real_cron"], options["limit_time_real"] = limits
            with self.subTest(**options), patch.dict(cron.config.options, options):
                self.assertEqual(self.get_time_limit(), expected)

    def test_limit_of_the_processor(self):
        """A worker that has used the processor for ``limit_time_cpu`` is ended, too."""
        options = {"workers": 2, "limit_time_cpu": 60}
        with self.registry.cursor() as cr, patch.dict(cron.config.options, options):
            self.addCleanup(delattr, threading.current_thread(), "telegram_action_list")
            actions = cron.ActionList.get(cr)
            actions.ended = time.time()
            self.assertFalse(actions.is_late)
            actions.processor_started -= 50
            self.assertTrue(actions.is_late)

    def test_no_limit(self):
        """Without a limit, the whole list is worked off."""
        self.limit = 0
        self.assertEqual(self.process_list(10_000), 4 * [self.cron_ids])

    def test_actions_of_others(self):
        """Only actions of accounts wait until the others had their turn."""
        with self.environment() as env:
            other = env["ir.cron"].search(
                [("id", "<", self.send_cron_id)], order="id desc", limit=1
            )
            self.assertFalse(other._telegram_is_of_account())
            self.assertTrue(env["ir.cron"].browse(self.send_cron_id)._telegram_is_of_account())

    def test_another_database(self):
        """What ran in one database says nothing of the actions of another one, nor is it forgotten
        because the thread was there meanwhile."""
        lists = []
        for database in (self.registry.db_name, "postgres", self.registry.db_name):
            with db_connect(database).cursor() as cr:
                lists.append(cron.ActionList(cr, lists[-1] if lists else None))
                if len(lists) == 1:
                    lists[0].done_ids.add(self.send_cron_id)
                    lists[0].leave_in_turn()
        self.assertEqual(
            [actions.skipped_ids for actions in lists], [set(), set(), {self.send_cron_id}]
        )

    def test_run_by_a_user(self):
        """Several actions that a user runs one after the other all run, or say why they do not."""
        self.addCleanup(delattr, threading.current_thread(), "telegram_action_list")
        with self.environment() as env, patch.object(ir_cron, "request", True):
            actions = env["ir.cron"].browse(self.cron_ids)
            actions.lastcall = False
            cron.ActionList.get(env.cr).leave()
            for action in actions:
                action.method_direct_trigger()
            actions.invalidate_recordset()
            self.assertTrue(all(action.lastcall for action in actions))

    def test_the_pause_of_a_worker(self):
        """Odoo counts a worker's pause between two lists as working time."""
        with (
            patch.dict(cron.config.options, {"workers": 2}),
            self.registry.cursor() as first_cr,
            self.registry.cursor() as second_cr,
        ):
            first = cron.ActionList(first_cr)
            first.ended = time.time() - 5
            self.assertEqual(cron.ActionList(second_cr, first).started, first.ended)
            first.ended = time.time() - 1000
            second = cron.ActionList(second_cr, first)
            self.assertGreater(second.started, first.ended, "no pause is longer than a minute")
            self.assertLess(second.started, time.time() - 60)
