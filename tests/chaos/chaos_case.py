# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""What the tests share in which Odoo processes are killed."""

import os
import sys
import tempfile
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service.model import call_kw, retrying
from odoo.sql_db import connection_info_for
from odoo.tests import get_db_name
from odoo.tools import config

from ...tools.transactions import hide_conflicts
from ..common import SECRET_MARK, LocalCallsCase
from .letters import CUSTOMER, make_customers
from .office import ACTION, CRONS, NAME, TEMPLATE
from .service import Service
from .workers import SENDING_BEGINS, Worker


def connect(database):
    """Return a connection of its own to a database."""
    _name, info = connection_info_for(database)
    return psycopg2.connect(**info)


class ChaosCase(LocalCallsCase):
    """Two accounts with customers, and Odoo processes that may be killed."""

    id_instances = ()
    certificate = None  # path of the one by which a proxy ends TLS
    chats = 12

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        folder = tempfile.TemporaryDirectory(prefix="telegram_chaos_")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.leave_only_our_actions()
        self.remove_records()  # of a run that was itself killed
        self.customers = make_customers(len(self.id_instances), self.chats)
        self.service = Service(
            self.folder / "service", self.id_instances, self.customers, token=SECRET_MARK
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

    def call(self, model, method, *arguments, **options):
        """Call a method as a browser would, committed; return what it gets.

        A worker may have written the record in between: the call is repeated, as a request is.
        """
        with hide_conflicts(), self.environment() as env:
            return retrying(partial(call_kw, env[model], method, list(arguments), options), env)

    def connect_account(self, env, phone):
        instance = env["telegram.instance"].create(
            {
                "name": NAME,
                "id_instance": str(phone.id_instance),
                "api_token_new": phone.token,
                "api_url": self.service.url,
            }
        )
        instance.write({"state": "authorized", "is_receiving_configured": True})
        return instance

    def leave_only_our_actions(self):
        """Switch Odoo's own scheduled actions off meanwhile: they take time, and ask for news."""
        with self.environment() as env:
            ours = [env.ref(f"telegram_green_api.{name}").id for name in CRONS]
            others = env["ir.cron"].search([("id", "not in", ours)])
            others.active = False

        def restore():
            with self.environment() as env:
                env["ir.cron"].browse(others.ids).active = True

        self.addCleanup(restore)

    def remove_records(self):
        with self.environment() as env:
            named = [("name", "=like", f"{NAME}%")]
            env[ACTION].search(named).unlink()
            env[TEMPLATE].search(named).unlink()
            instances = env["telegram.instance"].search(named)
            # What could not be sent in a run that failed would keep the instance.
            of_instances = [("instance_id", "in", instances.ids)]
            going_on = [("state", "in", ("scheduled", "sending", "paused"))]
            env["telegram.mailing"].search(of_instances + going_on).action_stop()
            messages = env["telegram.message"].search(of_instances)
            waiting = messages.filtered(lambda m: m.state in ("queued", "sending", "unsure"))
            waiting.write({"state": "canceled"})
            messages.write({"is_being_checked": False})
            instances.unlink()
            env["telegram.api.partner"].search(named).unlink()
            env["res.partner"].search([("name", "=like", f"{CUSTOMER} %")]).unlink()

    def worker(self, number, begins=SENDING_BEGINS, proxy=None):
        """Give an Odoo process with a scheduler; it is not started yet.

        :param str proxy: address of the proxy that it uses, if it uses one
        """
        command = [sys.executable, "-m", "odoo", "-c", config["config"], "-d", get_db_name()]
        options = ["--no-http", "--max-cron-threads=1", "--logfile=", "--log-level=info"]
        log = self.folder / f"odoo-{number}.log"
        proxies = {"http_proxy": proxy, "https_proxy": proxy, "no_proxy": ""} if proxy else {}
        if self.certificate:
            proxies["REQUESTS_CA_BUNDLE"] = str(self.certificate)
        return Worker(command + options, {**os.environ, **proxies}, log, begins)
