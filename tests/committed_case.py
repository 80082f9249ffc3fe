# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""What the tests share whose transactions are real: several at once, with real commits."""

import subprocess
import sys
from contextlib import contextmanager

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tests import get_db_name
from odoo.tools import config

from .common import CUSTOMER_PHONE, SandboxCase


class CommittedCase(SandboxCase):
    """An instance and a customer in the database itself; removed when the test is over."""

    name = "Committed test"  # of the instance and the customer

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.remove_records()  # of a run that was itself killed
        self.phone = self._create_phone()
        with self.environment() as env:
            instance = env["telegram.instance"].create(
                {
                    "name": self.name,
                    "id_instance": str(self.phone.id_instance),
                    "api_token_new": self.phone.token,
                    "api_url": self.sandbox_url,
                    "operator_ids": [Command.set(env.user.ids)],
                }
            )
            instance.write({"state": "authorized", "is_receiving_configured": True})
            customer = env["res.partner"].create({"name": self.name, "phone": CUSTOMER_PHONE})
            self.send_cron_id = instance.send_cron_id.id
            self.receive_cron_id = instance.receive_cron_id.id
            self.instance_id, self.customer_id = instance.id, customer.id
        self.addCleanup(self.remove_records)

    def remove_records(self):
        with self.environment() as env:
            of_account = [("instance_id.name", "=", self.name)]
            going_on = [("state", "in", ("scheduled", "sending", "paused"))]
            env["telegram.mailing"].search(of_account + going_on).action_stop()
            messages = env["telegram.message"].search(of_account)
            messages._set_state({"state": "canceled"})
            env["res.partner"].search([("name", "=", self.name)]).unlink()
            env["telegram.instance"].search([("name", "=", self.name)]).unlink()

    @contextmanager
    def environment(self):
        """Give an environment of its own, committed at the end of the block."""
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def start_program(self, program):
        """Start a Python program in an Odoo process of its own; it is killed after the test.

        :return: the ``subprocess.Popen``
        """
        command = [sys.executable, "-m", "odoo", "shell", "-c", config["config"]]
        process = subprocess.Popen(
            [*command, "-d", get_db_name(), "--no-http"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        process.stdin.write(f"exec({program!r}, globals())")
        process.stdin.close()
        return process

    def values_of(self, model, field, domain):
        with self.environment() as env:
            return env[model].search(domain, order="id").mapped(field)

    def texts(self, direction):
        domain = [("instance_id", "=", self.instance_id), ("direction", "=", direction)]
        return self.values_of("telegram.message", "text", domain)
