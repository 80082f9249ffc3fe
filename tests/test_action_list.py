# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import threading
import time
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.base.models.ir_cron import IrCron

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

    def test_a_short_limit(self):
        """The first action of a list runs however short the limit is: or nothing would ever run."""
        self.limit = 10
        send, receive = self.cron_ids
        self.assertEqual(self.process_list(), [[send], [receive], [send], [receive]])

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
