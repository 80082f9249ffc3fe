# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from contextlib import contextmanager

from freezegun import freeze_time

from odoo import fields
from odoo.fields import Command

from ..common import TelegramCase

# In place of PostgreSQL's own function, within the transaction of a test.
DATABASE_CLOCK = """
    CREATE OR REPLACE FUNCTION public.clock_timestamp() RETURNS timestamptz
    LANGUAGE sql AS $$ SELECT current_setting('telegram.now')::timestamptz $$
"""


class MailingCase(TelegramCase):
    """A marketing person, who operates the account and may send mailings."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.marketer = cls.create_user("telegram_marketer", "mailing", "contacts")
        cls.instance.operator_ids = [Command.link(cls.marketer.id)]
        cls.instance.daily_new_contact_limit = 1000

    def create_contacts(self, count, **values):
        """Create contacts with phone numbers of their own."""
        return self.env["res.partner"].create(
            [
                {"name": f"Contact {number}", "phone": f"+7910000{number:04}", **values}
                for number in range(count)
            ]
        )

    def create_mailing(self, partners, **values):
        """Create a draft to these contacts, as the marketing person."""
        return (
            self.env["telegram.mailing"]
            .with_user(self.marketer)
            .create(
                {
                    "name": "Sale",
                    "instance_id": self.instance.id,
                    "recipient_mode": "contacts",
                    "partner_ids": [Command.set(partners.ids)],
                    "body": "Hello, {{ object.name }}!",
                    **values,
                }
            )
        )

    def start_mailing(self, partners, **values):
        """Create and start a mailing, and compose its messages."""
        mailing = self.create_mailing(partners, **values)
        mailing.action_start()
        self.run_mailings()
        return mailing

    def run_mailings(self):
        """Let the scheduled action of mailings run, as Odoo's scheduler would."""
        self._run(self.env.ref("telegram_green_api.ir_cron_mailings"))

    @contextmanager
    def moved_clock(self, date):
        """Set the clock of Odoo and of the database to a date (UTC); give the clock of Odoo."""
        self.env.cr.execute(DATABASE_CLOCK)
        self.env.cr.execute("SET LOCAL search_path = public, pg_catalog")
        with freeze_time(date) as clock:
            yield clock
        self.env.cr.execute("SET LOCAL search_path = DEFAULT")

    def send_later(self):
        """Let the send action run at a moved clock, as if it had run every few minutes."""
        now = fields.Datetime.now()
        self.instance.last_run_date = now
        self.env.cr.execute("SELECT set_config('telegram.now', %s, true)", [f"{now}+00"])
        self.send_queue()

    def send_some(self, count):
        """Send this many messages: the account may send no more within an hour."""
        limits = self.registry["telegram.instance"]
        original = limits._get_send_budget

        def get_budget(instance):
            budget = original(instance)
            budget.messages = count
            return budget

        self.patch(limits, "_get_send_budget", get_budget)
        self.send_queue()
        self.patch(limits, "_get_send_budget", original)

    def finish(self, mailing, total):
        """Send and compose until nothing changes, and check the figures at every look."""
        for _round in range(3):
            self.run_mailings()
            self.send_queue()
            self.check_figures(mailing, total)
        self.run_mailings()
        return self.check_figures(mailing, total)

    def get_texts(self):
        """Return the texts that GREEN-API has received."""
        return sorted(row["body"]["message"] for row in self.phone.requests("sendMessage"))

    def refuse(self, times):
        """Let GREEN-API refuse the next messages."""
        body = {"statusCode": 400, "message": "chatId: not found"}
        self.phone.fault("sendMessage", "status", status=400, body=body, times=times)

    def get_states(self, mailing):
        """Return the states of the messages of a mailing, in their order."""
        messages = self.env["telegram.message"].search([("mailing_id", "=", mailing.id)])
        messages.invalidate_recordset()
        return messages.sorted("id").mapped("state")

    def check_figures(self, mailing, total):
        """Check that the figures add up, and return the mailing with fresh ones."""
        mailing.invalidate_recordset()
        parts = ("waiting", "sent", "failed", "left_out", "canceled", "deleted")
        self.assertEqual(sum(mailing[f"{part}_count"] for part in parts), total)
        self.assertEqual(mailing.total_count, total)
        return mailing
