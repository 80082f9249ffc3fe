# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import signal
from collections import Counter

from odoo.tests import tagged

from ..committed_case import CommittedCase

CONTACTS = 20
# As a request of the web client: Odoo repeats the transaction after a conflict.
FIRE = """
from odoo.service.model import retrying
action = env["ir.actions.server"].browse({action_id})
context = {{"active_model": "res.partner", "active_ids": {ids}, "active_id": {ids}[0]}}
retrying(lambda: action.with_context(**context).run() and None, env)
env.cr.commit()
"""
# The process kills itself when a message of its second batch is in the queue.
COMPOSE_AND_DIE = """
import os, signal
from odoo.addons.telegram_green_api.models.automation import telegram_automatic_message as module
module.BATCH_SIZE = 5
rows = env.registry["telegram.automatic.message"]
mark, marked = rows._mark_composed, []
def mark_or_die(self, *args):
    mark(self, *args)
    marked.append(self.id)
    if len(marked) == 8:
        self.env.flush_all()
        os.kill(os.getpid(), signal.SIGKILL)
rows._mark_composed = mark_or_die
"""
COMPOSE = """
env.ref("telegram_green_api.ir_cron_automatic_messages").method_direct_trigger()
"""


@tagged("post_install", "-at_install")
class TestOnceGuard(CommittedCase):
    """A server action of several processes, with real commits and a SIGKILL."""

    name = "Once guard test"

    def setUp(self):
        super().setUp()
        with self.environment() as env:
            contacts = env["res.partner"].create(
                [{"name": self.name, "phone": f"+7910111{number:04}"} for number in range(CONTACTS)]
            )
            template = env["telegram.template"].create(
                {
                    "name": self.name,
                    "model_id": env["ir.model"]._get_id("res.partner"),
                    "body": "Only once",
                }
            )
            action = env["ir.actions.server"].create(
                {
                    "name": self.name,
                    "model_id": template.model_id.id,
                    "state": "telegram",
                    "telegram_template_id": template.id,
                    "telegram_instance_id": self.instance_id,
                    "telegram_user_id": env.ref("base.user_admin").id,
                }
            )
            env["telegram.instance"].browse(self.instance_id).operator_ids = env.ref(
                "base.user_admin"
            )
            self.contact_ids, self.action_id = contacts.ids, action.id

    def remove_records(self):  # pylint: disable=missing-return
        with self.environment() as env:
            env["ir.actions.server"].search([("name", "=", self.name)]).unlink()
            env["telegram.template"].search([("name", "=", self.name)]).unlink()
        super().remove_records()

    def count_messages(self):
        """Return the number of messages in the queue for each contact that has one."""
        with self.environment() as env:
            messages = env["telegram.message"].search([("instance_id", "=", self.instance_id)])
            return Counter(messages.mapped(lambda message: message.res_id))

    def test_two_processes_and_a_kill(self):
        """A rule that fires in two processes, and composes again after a crash, writes twice."""
        fire = FIRE.format(action_id=self.action_id, ids=self.contact_ids)
        processes = [self.start_program(fire), self.start_program(fire)]
        self.assertEqual([process.wait(120) for process in processes], [0, 0])
        rows = self.values_of(
            "telegram.automatic.message", "res_id", [("action_id", "=", self.action_id)]
        )
        self.assertEqual(sorted(rows), sorted(self.contact_ids))
        killed = self.start_program(COMPOSE_AND_DIE + COMPOSE)
        self.assertEqual(killed.wait(120), -signal.SIGKILL)
        with self.environment() as env:  # until the database has noticed, too
            cron = env.ref("telegram_green_api.ir_cron_automatic_messages")
            env.cr.execute("SELECT 1 FROM ir_cron WHERE id = %s FOR UPDATE", [cron.id])
        self.assertEqual(len(self.count_messages()), 5, "one batch")
        processes = [self.start_program(fire), self.start_program(COMPOSE)]
        self.assertEqual([process.wait(120) for process in processes], [0, 0])
        self.assertEqual(self.count_messages(), dict.fromkeys(self.contact_ids, 1))
