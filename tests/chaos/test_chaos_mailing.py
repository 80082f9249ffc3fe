# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from functools import partial

from odoo.fields import Command
from odoo.tests import get_db_name, tagged

from .chaos_case import NAME, ChaosCase, connect
from .letters import CUSTOMER
from .mailing import MailingRun
from .passing_time import PassingTime

PATIENCE = 120  # seconds
STOP_AT = 60


@tagged("post_install", "-at_install", "slow")
class TestChaosMailing(ChaosCase):
    """The short form of ``./dev/bench chaos-mailing``."""

    id_instances = (4100000921,)
    chats = 100

    def setUp(self):
        super().setUp()
        with self.environment() as env:
            env.ref("telegram_green_api.ir_cron_mailings").active = True
            instance = env["telegram.instance"].browse(self.instance_ids)
            instance.daily_new_contact_limit = self.chats
            partners = env["res.partner"].create(
                [
                    {"name": f"{CUSTOMER} {each.chat_id}", "phone": f"+{each.phone}"}
                    for each in self.customers
                ]
            )
            self.mailing_id = (
                env["telegram.mailing"]
                .create(
                    {
                        "name": NAME,
                        "instance_id": instance.id,
                        "recipient_mode": "contacts",
                        "partner_ids": [Command.set(partners.ids)],
                        "body": "Hello, {{ object.name }}",
                    }
                )
                .id
            )

    def test_each_at_most_once(self):
        """A mailing that is killed, paused or stopped would write to a person twice, go on after
        the stop, or lose people from its figures."""
        workers = [self.worker(number) for number in (1, 2)]
        passing_time = PassingTime(connect, get_db_name(), self.instance_ids)
        run = MailingRun(
            self.service,
            workers,
            self.call,
            partial(connect, get_db_name()),
            self.mailing_id,
            self.chats,
            STOP_AT,
        )
        passing_time.start()
        try:
            run.run(PATIENCE)
        finally:
            for worker in workers:
                worker.kill()
            passing_time.end()
        self.assertIsNone(passing_time.error)
        self.assertEqual(run.details, [])
        self.assertEqual((run.pauses, run.kills), (3, 5))
        self.assertGreater(run.looks, 10)
