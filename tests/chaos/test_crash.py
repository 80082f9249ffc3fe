# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import os
import signal
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged

from ...models.sending.claim import TAKEOVER_SECONDS
from ...models.sending.unsure import JOURNAL_LAG
from ..committed_case import CommittedCase
from ..common import CUSTOMER_CHAT

LOCK_ACTION = "SELECT 1 FROM ir_cron WHERE id = %s FOR UPDATE"
RUN_ACTION = "env['ir.cron'].browse({cron_id}).method_direct_trigger()"
# The process stops itself between a claim and the call. Its claims last for a moment only.
# Stops the process before a part of the request: the first are the headers, the second is the body.
STOP_BEFORE = """
import os, signal
from odoo.addons.telegram_green_api.models.sending import claim
claim.CLAIM_SECONDS = 0.5
check, parts = claim.Claim.check, []
def stop(self):
    parts.append(self)
    if len(parts) == {part}:
        os.kill(os.getpid(), signal.SIGSTOP)
    check(self)
claim.Claim.check = stop
"""
# Of a process, the connection that holds the lock of a scheduled action.
END_LOCK = """
    SELECT pg_terminate_backend(pid)
      FROM pg_stat_activity
     WHERE application_name = %s
       AND pid IN (SELECT pid FROM pg_locks
                    WHERE relation = 'ir_cron'::regclass AND mode = 'RowShareLock')
"""

BREAK_CONNECTIONS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s
"""


@tagged("post_install", "-at_install")
class TestCrash(CommittedCase):
    """Odoo's own processes with real commits: killed, and in each other's way."""

    name = "Crash test"

    @contextmanager
    def start_action(self, cron_id, preparation=""):
        """Run a scheduled action in an Odoo process of its own.

        :param str preparation: Python that it runs before
        """
        action = RUN_ACTION.format(cron_id=cron_id)
        process = self.start_program(f"{preparation}\n{action}")
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def run_action(self, cron_id):
        with self.start_action(cron_id) as process:
            self.assertEqual(process.wait(120), 0)

    def queue(self, text):
        with self.environment() as env:
            instance = env["telegram.instance"].browse(self.instance_id)
            partner = env["res.partner"].browse(self.customer_id)
            mail_message = partner._message_telegram(text, instance=instance)
            return env["telegram.message"].search([("mail_message_ids", "in", mail_message.ids)]).id

    def let_pass(self, field, seconds):
        """Move a date of the messages into the past."""
        with self.environment() as env:
            domain = [("instance_id", "=", self.instance_id), (field, "!=", False)]
            for message in env["telegram.message"].search(domain):
                message[field] -= timedelta(seconds=seconds)

    def state(self, message_id):
        return self.values_of("telegram.message", "state", [("id", "=", message_id)])[0]

    def test_killed_between_call_and_commit(self):
        """A worker killed after the call leaves the message unsure, and never a second one."""
        message_id = self.queue("Only once")
        self.phone.change(journalLagSeconds=3600)  # the service does not tell either
        self.phone.fault("sendMessage", "hold")
        with self.start_action(self.send_cron_id) as process:
            self.phone.ledger(count=1, timeout=120)  # Telegram has it, Odoo has no answer
            process.kill()
            process.wait()
        self.phone.release()
        with self.environment() as env:  # until the database has noticed, too
            env.cr.execute(LOCK_ACTION, [self.send_cron_id])
        self.run_action(self.send_cron_id)
        self.assertEqual(self.state(message_id), "sending", "its process may still be there")
        self.let_pass("last_attempt_date", TAKEOVER_SECONDS)
        self.run_action(self.send_cron_id)
        self.assertEqual(self.state(message_id), "unsure")
        self.phone.change(journalLagSeconds=0)
        self.run_action(self.send_cron_id)
        self.assertEqual(self.state(message_id), "sent")
        self.assertEqual(len(self.phone.ledger()), 1)

    def test_database_restarted_during_the_call(self):
        """A worker that finds no database after the call cannot write down what came of it: the
        next one asks the service, and does not send once more."""
        message_id = self.queue("Only once")
        self.phone.fault("sendMessage", "hold")
        with self.start_action(self.send_cron_id) as process:
            self.phone.ledger(count=1, timeout=120)
            with self.environment() as env:
                env.cr.execute(BREAK_CONNECTIONS, [f"odoo-{process.pid}"])
                self.assertTrue(env.cr.rowcount)
            self.phone.release()
            process.wait(120)
        self.assertEqual(self.state(message_id), "sending")
        self.let_pass("last_attempt_date", TAKEOVER_SECONDS)
        self.run_action(self.send_cron_id)
        self.assertEqual(self.state(message_id), "sent")
        self.assertEqual(len(self.phone.ledger()), 1)

    def test_stopped_before_the_call(self):
        """A process that was frozen and lost the lock of its action sends nothing when it wakes up
        after another one has taken over: neither before its call, nor the rest of a request."""
        for part in (1, 2):
            with self.subTest(part):
                sent = len(self.phone.ledger())
                message_id = self.queue("Only once")
                script = STOP_BEFORE.format(part=part)
                with self.start_action(self.send_cron_id, script) as process:
                    os.waitpid(process.pid, os.WUNTRACED)
                    self.end_lock(process)
                    self.let_pass("last_attempt_date", TAKEOVER_SECONDS)
                    self.run_action(self.send_cron_id)
                    self.assertEqual(self.state(message_id), "unsure")
                    self.let_pass("missing_since_date", JOURNAL_LAG)
                    self.run_action(self.send_cron_id)
                    self.assertEqual(self.state(message_id), "sent")
                    process.send_signal(signal.SIGCONT)
                    process.wait(120)
                self.assertEqual(self.state(message_id), "sent")
                self.assertEqual(len(self.phone.ledger()), sent + 1)

    def test_stopped_and_alone(self):
        """A process that was frozen and still has the lock claims the message again."""
        message_id = self.queue("Only once")
        with self.start_action(self.send_cron_id, STOP_BEFORE.format(part=1)) as process:
            os.waitpid(process.pid, os.WUNTRACED)
            with self.environment() as env:
                env.cr.execute("SELECT pg_sleep(0.5)")  # its claim ends
            process.send_signal(signal.SIGCONT)
            self.assertEqual(process.wait(120), 0)
        self.run_action(self.send_cron_id)
        self.assertEqual(self.state(message_id), "sent")
        self.assertEqual(len(self.phone.ledger()), 1)
        self.assertEqual(self.values_of("telegram.message", "claim_number", []), [2])

    def test_taken_over_during_the_call(self):
        """The outcome of a call is kept though another process has taken over meanwhile."""
        message_id = self.queue("Only once")
        self.phone.change(journalLagSeconds=3600)  # the service does not tell the other one
        self.phone.fault("sendMessage", "hold")
        with self.start_action(self.send_cron_id) as process:
            self.phone.ledger(count=1, timeout=120)
            self.end_lock(process)
            self.let_pass("last_attempt_date", TAKEOVER_SECONDS)
            self.run_action(self.send_cron_id)
            self.assertEqual(self.state(message_id), "unsure")
            self.phone.release()
            process.wait(120)
        self.assertEqual(self.state(message_id), "sent")
        self.assertEqual(len(self.phone.ledger()), 1)

    def end_lock(self, process):
        """End the connection of a process that holds the lock of its scheduled action."""
        with self.environment() as env:
            env.cr.execute(END_LOCK, [f"odoo-{process.pid}"])
            self.assertEqual(env.cr.rowcount, 1)

    def test_killed_before_deleting_at_the_service(self):
        """What the service is told to delete is stored by then, whatever happens next."""
        self.phone.write(CUSTOMER_CHAT, "Only once")
        self.phone.fault("deleteNotification", "hold")
        with self.start_action(self.receive_cron_id) as process:
            self.phone.requests("deleteNotification", count=1, timeout=120)
            process.kill()
            process.wait()
        self.phone.release()
        events = [("instance_id", "=", self.instance_id)]
        self.assertEqual(self.values_of("telegram.event", "state", events), ["new"])
        with self.environment() as env:  # until the database has noticed, too
            env.cr.execute(LOCK_ACTION, [self.receive_cron_id])
        self.run_action(self.receive_cron_id)
        self.assertEqual(self.texts("incoming"), ["Only once"])

    def test_answer_while_the_send_is_open(self):
        """The customer answers, and statuses come, before our send is written down."""
        message_id = self.queue("Are you there?")
        self.phone.fault("sendMessage", "hold")
        with self.start_action(self.send_cron_id) as process:
            self.phone.ledger(count=1, timeout=120)
            self.phone.write(CUSTOMER_CHAT, "Yes, I am")
            self.phone.read(CUSTOMER_CHAT)
            self.run_action(self.receive_cron_id)
            self.assertEqual(self.texts("incoming"), ["Yes, I am"])
            self.assertEqual(self.texts("outgoing"), ["Are you there?"], "the echo waits")
            self.assertEqual(self.state(message_id), "sending")
            self.phone.release()
            self.assertEqual(process.wait(120), 0)
        with self.environment() as env:
            events = env["telegram.event"].search([("instance_id", "=", self.instance_id)])
            events.next_attempt_date = False
        self.run_action(self.receive_cron_id)
        self.assertEqual(self.state(message_id), "read")
        self.assertEqual(self.texts("outgoing"), ["Are you there?"])
        self.assertEqual(self.texts("incoming"), ["Yes, I am"])

    def test_event_meets_another_transaction(self):
        """An event that loses against a colleague's commit is processed again, not set aside."""
        self.queue("First")
        with self.environment() as env:
            chat = env["telegram.chat"].search([("instance_id", "=", self.instance_id)])
            chat._resolve_phone_chat(CUSTOMER_CHAT)
        self.phone.write(CUSTOMER_CHAT, "In between")
        chats = self.registry["telegram.chat"]
        original, met = chats._from_notifications, []

        def meet(records, *args):
            found = original(records, *args)
            if not met:
                met.extend(chat.id for chat in found.values())
                with self.environment() as other:  # a colleague commits after our snapshot
                    other["telegram.chat"].browse(met).name = "Renamed"
            return found

        with patch.object(chats, "_from_notifications", meet), self.environment() as env:
            instance = env["telegram.instance"].browse(self.instance_id)
            env["telegram.event"]._receive(instance)
        self.assertTrue(met)
        self.assertEqual(self.texts("incoming"), ["In between"])
        domain = [("instance_id", "=", self.instance_id), ("message_id", "!=", False)]
        self.assertEqual(set(self.values_of("telegram.event", "state", domain)), {"done"})
        self.assertEqual(set(self.values_of("telegram.event", "attempts", domain)), {0})

    def test_outcome_meets_another_transaction(self):
        """A sent message stays sent although a colleague changed its row during the call.

        The log calls the usual conflict no bad query.
        """
        message_id = self.queue("Sent")
        messages = self.registry["telegram.message"]
        original, met = messages._mark_sent, []

        def meet(message, *args):
            message.read(["state"])  # our snapshot
            if not met:
                met.append(message.id)
                with self.environment() as other:
                    other["telegram.message"].browse(message.id).attempts = 7
            return original(message, *args)

        with patch.object(messages, "_mark_sent", meet), self.environment() as env:
            env["telegram.message"]._send_queue(env["telegram.instance"].browse(self.instance_id))
        self.assertTrue(met)
        self.assertEqual(self.state(message_id), "sent")
        self.assertEqual(len(self.phone.ledger()), 1)

    def test_two_workers(self):
        """The action that runs already is not run a second time beside it."""
        self.queue("Only once")
        self.phone.fault("sendMessage", "hold")
        with self.start_action(self.send_cron_id) as first:
            self.phone.ledger(count=1, timeout=120)
            with self.start_action(self.send_cron_id) as second:
                second.wait(120)
            self.phone.release()
            self.assertEqual(first.wait(120), 0)
        self.assertEqual(len(self.phone.ledger()), 1)
        self.assertEqual(len(self.phone.requests("sendMessage")), 1)
