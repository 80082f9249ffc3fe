# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..committed_case import CommittedCase


@tagged("post_install", "-at_install")
class TestConflicts(CommittedCase):
    """Users change what a scheduled action of rules or reminders is about, while it runs."""

    name = "Conflict test"

    def remove_records(self):  # pylint: disable=missing-return
        with self.environment() as env:
            rules = env["telegram.automation"].search([("name", "=", self.name)])
            rules.action_switch_off()
            actions, templates = rules.action_id, rules.template_id
            rules.unlink()
            actions.unlink()
            templates.unlink()
        super().remove_records()

    def test_rules(self):
        """A rule that a user changes meanwhile would end the run of all others, as a failure."""
        with self.environment() as env:
            values = {"name": self.name, "model": "res.partner", "body": "Hello", "sequence": 0}
            rules = env["telegram.automation"].create([values, values])
            rules.domain = repr([("name", "=", self.name)])
            rules.action_switch_on()
            rules.last_run_date = past = fields.Datetime.now() - timedelta(hours=1)
            [first_id, _second_id] = ids = rules.ids
        calls = []

        def find_due(rule):
            calls.append(rule.id)
            due = list(find(rule))  # here the transaction takes its snapshot
            if calls == [first_id]:
                with self.environment() as other:
                    other["telegram.automation"].browse(first_id).sequence = 1
            return due

        model = self.registry["telegram.automation"]
        find = model._find_due
        with patch.object(model, "_find_due", find_due), self.environment() as env:
            env["telegram.automation"]._cron_run()
        self.assertEqual(calls, [first_id, *ids], "repeated once, then the other one")
        dates = self.values_of("telegram.automation", "last_run_date", [("id", "in", ids)])
        self.assertGreater(min(dates), past)

    def test_reminders(self):
        """A chat that is answered meanwhile would end the reminders of all others."""
        with self.environment() as env:
            instance = env["telegram.instance"].browse(self.instance_id)
            instance.write({"answer_minutes": 5, "supervisor_id": env.ref("base.user_admin").id})
            chats = env["telegram.chat"]
            for number in (1, 2):
                chats |= chats._get_or_create(instance, f"3000000{number}", name=f"Chat {number}")
            since = fields.Datetime.now() - timedelta(hours=1)
            chats.write({"inbox_state": "waiting", "waiting_since_date": since})
            first_id, ids = chats[0].id, chats.ids
        answered = []

        def on_overdue(chat):
            if chat.id == first_id and not answered:
                answered.append(chat)
                with self.environment() as other:
                    other["telegram.chat"].browse(first_id).action_no_answer_needed()

        model = self.registry["telegram.chat"]
        with patch.object(model, "_on_overdue", on_overdue), self.environment() as env:
            env["telegram.chat"]._cron_remind()
        with self.environment() as env:
            first, second = env["telegram.chat"].browse(ids)
            self.assertEqual((first.inbox_state, first.reminder_level), ("closed", 0))
            self.assertFalse(first.activity_ids)
            self.assertEqual(second.reminder_level, 2)
            self.assertEqual(len(second.activity_ids), 1)
