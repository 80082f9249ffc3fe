# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import unittest
from contextlib import closing

from odoo.service import server
from odoo.tests import get_db_name, tagged
from odoo.tests.common import HOST

from ..common import SECRET_MARK
from .chaos_case import ChaosCase, connect
from .passing_time import PassingTime
from .receiving import Downpour, Inbox, run
from .verdict import Verdict
from .workers import RECEIVING_BEGINS

MESSAGES = 300
POISONED = 3
ROUNDS = 4
SEED = 5
PATIENCE = 120  # seconds


@tagged("post_install", "-at_install", "slow")
class TestChaosReceive(ChaosCase):
    """The short form of ``./dev/bench chaos-receive``."""

    id_instances = (4100000911, 4100000912)  # one is fetched from, the other delivers

    def setUp(self):
        super().setUp()
        if not server.server or not server.server.httpd:
            self.skipTest("this Odoo serves no web pages")
        self.addCleanup(self.set_base_url, self.set_base_url(self.get_own_url()))
        self.set_up_webhook()

    def get_own_url(self):
        return f"http://{HOST}:{server.server.httpd.server_port}"

    def set_base_url(self, url):
        """Let Odoo have another address; return the former one."""
        with self.environment() as env:
            parameters = env["ir.config_parameter"]
            former = parameters.get_param("web.base.url")
            parameters.set_param("web.base.url", url)
        return former

    def set_up_webhook(self):
        self.service.phones[1].change(webhookPauseSeconds=0.5)
        with self.environment() as env:
            instance = env["telegram.instance"].browse(self.instance_ids[1])
            instance.write({"receive_mode": "webhook"})
        with self.environment() as env:
            instance = env["telegram.instance"].browse(self.instance_ids[1])
            answer = instance.action_set_up_receiving()
        self.assertEqual(answer["params"]["type"], "success", answer)

    def interrupt(self):
        """Break all connections to the database, ours too."""
        with closing(connect("postgres")) as connection, connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = %s AND usename = current_user",
                [get_db_name()],
            )

    def test_exactly_once(self):
        """Whatever is killed, each message is stored and shown once, in its chat's order."""
        workers = [self.worker(number, RECEIVING_BEGINS) for number in (1, 2)]
        downpour = Downpour(
            self.service,
            self.customers,
            workers,
            lambda: PassingTime(connect, get_db_name(), self.instance_ids),
            self.interrupt,
            SEED,
        )
        inbox = Inbox(connect, get_db_name(), self.instance_ids)
        verdict = run(
            downpour, self.service, inbox, messages=MESSAGES, rounds=ROUNDS, seconds=PATIENCE
        )
        self.assertEqual(verdict.details, [])
        self.assertEqual((verdict.delivered, verdict.set_aside), (MESSAGES, POISONED))
        self.assertGreaterEqual(downpour.kills, ROUNDS - 1)
        self.assertGreater(self.service.hits, ROUNDS, "without faults nothing was proven")
        for worker in workers:
            self.assertNotIn(SECRET_MARK, worker.log.read_text())


class TestReceivingVerdict(unittest.TestCase):
    """The judgement of events: one that is overlooked would prove nothing."""

    def test_all_well(self):
        verdict = Verdict()
        verdict.judge_events(3, 3, 0)
        self.assertTrue(verdict.is_good, verdict)

    def test_left_and_set_aside(self):
        """One too many set aside, one too few, and one left: all are told."""
        for events in ((4, 0), (2, 0), (3, 1)):
            with self.subTest(events=events):
                verdict = Verdict()
                verdict.judge_events(3, *events)
                self.assertFalse(verdict.is_good)
