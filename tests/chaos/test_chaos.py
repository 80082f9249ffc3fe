# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import os
import sys
import tempfile
import unittest
from pathlib import Path

from odoo.exceptions import UserError
from odoo.tests import get_db_name, tagged

from green_api_sandbox.http.proxy import start_proxy

from ..certificate import write_certificate
from ..common import SECRET_MARK
from .chaos_case import ChaosCase, connect
from .dialogs import Presses
from .letters import DECORATIONS, Letter, make_all_letters, make_customers, make_sources
from .office import Office
from .passing_time import PassingTime
from .plan import COMBINATIONS, Plan
from .run import run
from .verdict import Books, Verdict, count_late
from .workers import Worker

LETTERS = 100
ROUNDS = 3
SEED = 4
PATIENCE = 120  # seconds


@tagged("post_install", "-at_install", "slow")
class TestChaos(ChaosCase):
    """The short form of ``./dev/bench chaos-send``."""

    id_instances = (4100000901, 4100000902)

    def setUp(self):
        super().setUp()
        self.certificate = self.folder / "certificate.pem"
        write_certificate(self.certificate)
        with self.environment() as env:  # the second account is called by https
            instance = env["telegram.instance"].browse(self.instance_ids[1])
            instance.api_url = self.service.url.replace("http:", "https:")
            instance.write({"state": "authorized", "is_receiving_configured": True})
        presses = Presses([self.call] * 2, (UserError,), SEED, at_once=False)
        self.office = Office(presses, self.instance_ids, make_sources(len(self.id_instances)))
        self.office.prepare(self.service.url, self.service.partner_token)

    def test_exactly_once(self):
        """Whatever is killed or goes wrong, each message arrives once, in its chat's order."""
        letters = make_all_letters(self.customers, LETTERS, SEED)
        with start_proxy(certificate=str(self.certificate)) as proxy:
            workers = [self.worker(number, proxy=proxy.url) for number in (1, 2)]
            verdict, kills, faults = run(
                self.service,
                workers,
                self.office,
                letters,
                Books(connect, get_db_name(), self.instance_ids),
                PassingTime(connect, get_db_name(), self.instance_ids),
                rounds=ROUNDS,
                seed=SEED,
                seconds=PATIENCE,
                proxy=proxy,
            )
        self.assertEqual(verdict.details, [])
        self.assertEqual(verdict.delivered, LETTERS)
        self.assertEqual(len(self.office.created), 2 * ROUNDS, "a group and an instance each")
        for formatting in ("off", "whatsapp", "greedy"):
            for back in ("raw", "stripped"):
                self.assertIn(f"{formatting} {back}", verdict.modes)
        self.assertIn("CONNECT", {verb for verb, _place in proxy.seen})
        self.assertIn("POST", {verb for verb, _place in proxy.seen})
        self.assertGreaterEqual(kills, ROUNDS)
        self.assertGreater(faults, ROUNDS, "without faults nothing was proven")
        for worker in workers:
            self.assertNotIn(SECRET_MARK, worker.log.read_text())


class TestWorker(unittest.TestCase):
    """The Odoo processes themselves."""

    def test_odoo_that_dies(self):
        """An Odoo that ends before it works would be waited for, for minutes."""
        folder = self.enterContext(tempfile.TemporaryDirectory())
        program = [sys.executable, "-c", "import sys; sys.exit('No such database')"]
        worker = Worker(program, os.environ, Path(folder, "odoo.log"))
        worker.start()
        with self.assertRaisesRegex(RuntimeError, "Odoo ended"):
            worker.wait_until_it_works()
        worker.kill()
        self.assertEqual(worker.log.read_text(), "No such database\n")


class TestVerdict(unittest.TestCase):
    """The judgement itself: a loss or a double that it overlooks would prove nothing."""

    def judge(self, written, got, states=None, overtaken=()):
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
        verdict.judge_ledger(letters, [ledger], overtaken)
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

    def test_marks(self):
        """Marks that come or go make no difference; words do."""
        for decoration in DECORATIONS:
            text = decoration.format("a")
            self.assertTrue(self.judge([text], [text.replace("*", "**")]).is_good, text)
            self.assertFalse(self.judge([text], [decoration.format("b")]).is_good, text)

    def test_created_twice(self):
        """A second group or instance of one dialog is told; others of other names are none."""
        verdict = Verdict()
        verdict.judge_created(["a", "b", "c"], ["a", "b", "d", "d"])
        self.assertTrue(verdict.is_good, verdict)
        verdict.judge_created(["a"], ["a", "a"])
        self.assertIn("1 created twice", str(verdict))

    def test_plan(self):
        """Each combination of the service's switches has its turn, each formatting at first."""
        plan = Plan(SEED)
        for _number in range(9):
            plan.take()
        self.assertEqual(len(plan.formattings), 9)
        for _number in range(COMBINATIONS - 9):
            plan.take()
        self.assertEqual(len(plan.used), COMBINATIONS)

    def test_one_id_twice(self):
        """The same id in two chats is told apart by the chat; in Odoo's books as well."""
        one, other = make_customers(1, 2)
        letters = [Letter(one, "a"), Letter(other, "a")]
        ledger = [
            {"chatId": each.chat_id, "message": "a", "idMessage": "7"} for each in (one, other)
        ]
        rows = [(each.chat_id, "a", "sent", "7", False) for each in (one, other)]
        verdict = Verdict()
        verdict.judge_odoo(letters, [ledger], [rows])
        self.assertTrue(verdict.is_good, verdict.details)
        verdict.judge_odoo(letters, [ledger[:1]], [rows])
        self.assertEqual(verdict.misjudged, 1)

    def test_second_chats(self):
        """A chat under the phone number beside the one under the id: the customer has two."""
        customers = make_customers(1, 2)
        letters = [Letter(each, "a") for each in customers]
        verdict = Verdict()
        verdict.judge_chats(letters, [[each.chat_id for each in customers]])
        self.assertTrue(verdict.is_good, verdict)
        verdict.judge_chats(letters, [[customers[0].chat_id, customers[0].address]])
        self.assertEqual(verdict.second_chats, 1)

    def test_order(self):
        """One that is overtaken is late; those that overtook it are not."""
        self.assertEqual(self.judge(["a", "b", "c"], ["b", "c", "a"]).out_of_order, 1)
        self.assertEqual(count_late(["a", "same", "b", "same"], ["a", "same", "same", "b"]), 1)

    def test_order_of_a_paused_mailing(self):
        """A paused mailing is overtaken; what is no mailing is not, and nothing may be lost."""
        late = self.judge(["a", "b", "c"], ["b", "c", "a"], overtaken=["a"])
        self.assertTrue(late.is_good, late)
        late = self.judge(["a", "b", "c"], ["c", "b", "a"], overtaken=["a"])
        self.assertEqual(late.out_of_order, 1)
        self.assertEqual(self.judge(["a", "b"], ["b"], overtaken=["a"]).lost, 1)

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
