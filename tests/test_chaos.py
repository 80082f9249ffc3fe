# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import os
import sys
import tempfile
import unittest
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.sql_db import connection_info_for
from odoo.tests import get_db_name, tagged
from odoo.tools import config

from .chaos.letters import Letter, make_customers, make_letters
from .chaos.passing_time import PassingTime
from .chaos.run import run
from .chaos.service import Service
from .chaos.verdict import Books, Verdict, count_late
from .chaos.workers import Worker
from .common import SECRET_MARK, LocalCallsCase

NAME = "Chaos test"
ID_INSTANCES = (4100000901, 4100000902)
CHATS = 12
LETTERS = 100
ROUNDS = 3
SEED = 4
PATIENCE = 120  # seconds


def connect(database):
    """Return a connection of its own to a database."""
    _name, info = connection_info_for(database)
    return psycopg2.connect(**info)


@tagged("post_install", "-at_install")
class TestChaos(LocalCallsCase):
    """The short form of ``./dev/bench chaos-send``."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        folder = tempfile.TemporaryDirectory(prefix="telegram_chaos_")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.leave_only_our_actions()
        self.remove_records()  # of a run that was itself killed
        self.customers = make_customers(len(ID_INSTANCES), CHATS)
        self.service = Service(
            self.folder / "service", ID_INSTANCES, self.customers, token=SECRET_MARK
        )
        self.addCleanup(self.service.stop)
        with self.environment() as env:
            self.instance_ids = [
                self.connect_account(env, phone).id for phone in self.service.phones
            ]
        self.addCleanup(self.remove_records)

    @contextmanager
    def environment(self):
        """Give an environment of its own, committed at the end of the block."""
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def connect_account(self, env, phone):
        instance = env["telegram.instance"].create(
            {
                "name": NAME,
                "id_instance": str(phone.id_instance),
                "api_token_new": phone.token,
                "api_url": self.service.url,
            }
        )
        instance.write({"state": "authorized", "receiving_set": True})
        return instance

    def leave_only_our_actions(self):
        """Switch Odoo's own scheduled actions off meanwhile: they take time, and ask for news."""
        with self.environment() as env:
            others = env["ir.cron"].search([])
            others.active = False

        def restore():
            with self.environment() as env:
                env["ir.cron"].browse(others.ids).active = True

        self.addCleanup(restore)

    def remove_records(self):
        with self.environment() as env:
            instances = env["telegram.instance"].search([("name", "=", NAME)])
            # What could not be sent in a run that failed would keep the instance.
            waiting = [
                ("instance_id", "in", instances.ids),
                ("state", "in", ("queued", "sending", "unsure")),
            ]
            env["telegram.message"].search(waiting).write({"state": "canceled"})
            instances.unlink()

    def queue(self, letters):
        for letter in letters:
            with self.environment() as env:
                instance = env["telegram.instance"].browse(
                    self.instance_ids[letter.customer.account]
                )
                method, arguments = letter.get_call()
                retrying(partial(getattr(instance, method), *arguments), env)

    def worker(self, number):
        command = [sys.executable, "-m", "odoo", "-c", config["config"], "-d", get_db_name()]
        options = ["--no-http", "--max-cron-threads=1", "--logfile=", "--log-level=info"]
        return Worker(command + options, dict(os.environ), self.folder / f"odoo-{number}.log")

    def test_exactly_once(self):
        """Whatever is killed or goes wrong, each message arrives once, in its chat's order."""
        letters = make_letters(self.customers, LETTERS, SEED)
        workers = [self.worker(number) for number in (1, 2)]
        verdict, kills, faults = run(
            self.service,
            workers,
            self.queue,
            letters,
            Books(connect, get_db_name(), self.instance_ids),
            PassingTime(connect, get_db_name(), self.instance_ids),
            rounds=ROUNDS,
            seed=SEED,
            seconds=PATIENCE,
        )
        self.assertEqual(verdict.details, [])
        self.assertEqual(verdict.delivered, LETTERS)
        self.assertGreaterEqual(kills, ROUNDS)
        self.assertGreater(faults, ROUNDS, "without faults nothing was proven")
        for worker in workers:
            self.assertNotIn(SECRET_MARK, worker.log.read_text())


class TestVerdict(unittest.TestCase):
    """The judgement itself: a loss or a double that it overlooks would prove nothing."""

    def judge(self, written, got, states=None):
        [customer] = make_customers(1, 1)
        letters = [Letter(customer, text) for text in written]
        ledger = [
            {"chatId": customer.chat_id, "message": text, "idMessage": str(number)}
            for number, text in enumerate(got)
        ]
        rows = [
            (customer.chat_id, text, "sent", str(number), False)
            for number, text in enumerate(got if states is None else [])
        ]
        verdict = Verdict()
        verdict.judge_ledger(letters, [ledger])
        verdict.judge_odoo(letters, [ledger], [states if states is not None else rows])
        return verdict

    def test_all_well(self):
        """Equal texts that each arrive once are no doubles."""
        verdict = self.judge(["a", "same", "b", "same"], ["a", "same", "b", "same"])
        self.assertTrue(verdict.is_good, verdict)

    def test_lost_and_doubled(self):
        """A loss and a double do not make up for each other."""
        verdict = self.judge(["a", "b", "same"], ["a", "same", "same"])
        self.assertEqual((verdict.lost, verdict.doubled), (1, 1))
        self.assertFalse(verdict.is_good)

    def test_order(self):
        """One that is overtaken is late; those that overtook it are not."""
        self.assertEqual(self.judge(["a", "b", "c"], ["b", "c", "a"]).out_of_order, 1)
        self.assertEqual(count_late(["a", "same", "b", "same"], ["a", "same", "same", "b"]), 1)

    def test_odoo_believes_something_else(self):
        """Unsure for ever, sent under another's id, and a message nobody wrote: all are told."""
        [customer] = make_customers(1, 1)
        rows = [
            (customer.chat_id, "a", "unsure", None, False),
            (customer.chat_id, "b", "sent", "0", False),
            (customer.chat_id, "b", "sent", "1", False),
        ]
        verdict = self.judge(["a", "b"], ["a", "b"], rows)
        self.assertEqual((verdict.undecided, verdict.misjudged, verdict.invented), (1, 1, 1))
        self.assertFalse(verdict.is_good)
