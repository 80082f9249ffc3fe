# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import threading
from contextlib import contextmanager, suppress
from unittest.mock import patch
from urllib.parse import urlsplit

import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.tests import tagged
from odoo.tools import mute_logger

from green_api_sandbox.http.line import running_line

from ...client import transport
from ...models.receiving import heard_account, listener, listening
from ..common import CUSTOMER_CHAT
from .listening_case import PATIENCE, ListeningCase

LISTENING_LOGGER = listening.__name__
PID = "SELECT pg_backend_pid()"
TERMINATE = "SELECT pg_terminate_backend(%s)"
BAD_GATEWAY = {"kind": "status", "status": 502, "body": "Bad gateway"}


@tagged("post_install", "-at_install")
class TestOutages(ListeningCase):
    """After an outage the accounts are heard again, without a person's help.

    ``./dev/bench outages`` does the same with whole Odoo servers and fifty accounts.
    """

    name = "Outage test"

    @contextmanager
    def running_action(self):
        """Run the scheduled action until the end of the block; give the PID of its session."""
        is_over, begun, sessions = threading.Event(), threading.Event(), []
        self.action_ended = threading.Event()

        def run():
            cr = self.registry.cursor()
            env = api.Environment(cr, SUPERUSER_ID, {})
            cr.execute(PID)
            sessions.extend(cr.fetchone())
            begun.set()
            # Its connection was broken: in the end, the scheduler is told so.
            with suppress(psycopg2.OperationalError, psycopg2.InterfaceError):
                env["telegram.instance"]._cron_listen()
            with suppress(psycopg2.Error):
                cr.close()
            self.action_ended.set()

        with (
            patch.object(listening, "is_odoo_stopping", is_over.is_set),
            patch.object(listener, "is_odoo_stopping", is_over.is_set),
        ):
            action = threading.Thread(target=run)
            action.start()
            begun.wait()
            try:
                yield sessions[0]
            finally:
                is_over.set()
                action.join()

    @mute_logger("odoo.sql_db", LISTENING_LOGGER)
    def test_postgresql_restarted(self):
        """The run goes on with another connection. The scheduler would do nothing for a minute."""
        with self.running_action() as session:
            self.phone.requests("receiveNotification", count=1)
            self.phone.write(CUSTOMER_CHAT, "Before")
            self.wait_for_texts("Before")
            with self.environment() as env:
                env.cr.execute(TERMINATE, [session])
            self.phone.write(CUSTOMER_CHAT, "After")
            self.wait_for_texts("After")
        self.assertEqual(self.texts("incoming"), ["Before", "After"])

    @mute_logger("odoo.sql_db", LISTENING_LOGGER)
    def test_next_run_after_postgresql_restarted(self):
        """The action is not locked any more, so other workers run it in vain meanwhile. It would be
        ready again in the next minute only, and nobody would listen until then."""
        with self.environment() as env:
            action_id = env["telegram.instance"]._get_listen_crons()[0].id
        triggers = [("cron_id", "=", action_id)]
        with self.running_action() as session:
            self.phone.requests("receiveNotification", count=1)
            with self.environment() as env:
                env.cr.execute(TERMINATE, [session])
            self.phone.requests("receiveNotification", count=2)
            with self.environment() as env:
                env["ir.cron.trigger"].search(triggers).unlink()
        self.assertTrue(self.values_of("ir.cron.trigger", "id", triggers))

    @mute_logger("odoo.sql_db", LISTENING_LOGGER)
    def test_end_after_postgresql_restarted(self):
        """The run ends for modules to be installed, also with another connection. Else listening
        would begin anew at once, again and again, with the code of before."""
        runs = []
        run = listener.Listener.run

        def counted_run(each):
            runs.append(each)
            run(each)

        with (
            patch.object(listener.Listener, "run", counted_run),
            self.running_action() as session,
        ):
            self.phone.requests("receiveNotification", count=1)
            with self.environment() as env:
                env.cr.execute(TERMINATE, [session])
            self.phone.requests("receiveNotification", count=2)
            with self.environment() as env, env["telegram.instance"]._pause_listening():
                self.assertTrue(self.action_ended.wait(PATIENCE), "it goes on")
        self.assertEqual(len(runs), 2)

    def test_network_gone(self):
        """Calls that hear nothing end by themselves. New attempts work as soon as the network is
        there again, whether they were refused meanwhile or got no answer."""
        port = urlsplit(self.sandbox_url).port
        with (
            running_line(port) as line,
            # Else the call under way would end after 80 seconds.
            patch.object(heard_account, "CALL_SECONDS", 5),
            patch.object(transport, "READ_TIMEOUT", 1),
        ):
            self.write_account(api_url=line.url)
            with self.listening():
                for number, is_silent in enumerate((False, True), start=1):
                    self.phone.requests("receiveNotification", count=number)
                    line.cut(is_silent=is_silent)
                    self.wait_for(self.get_error)
                    line.mend()
                    self.phone.write(CUSTOMER_CHAT, f"Number {number}")
                    self.wait_for_texts(f"Number {number}")
                    self.wait_for(lambda: not self.get_error())
        self.assertEqual(self.texts("incoming"), ["Number 1", "Number 2"])

    def test_bad_gateway(self):
        """An account whose calls are answered with 502 is heard as soon as they work."""
        self.phone.fault("receiveNotification", times=1000, **BAD_GATEWAY)
        with self.listening():
            self.wait_for(self.get_error)
            self.phone.requests("receiveNotification", count=3)
            self.phone.write(CUSTOMER_CHAT, "Waits meanwhile")
            self.phone.clear_faults()
            self.wait_for_texts("Waits meanwhile")

    def get_error(self):
        """Return the error that the account shows."""
        domain = [("id", "=", self.instance_id)]
        return self.values_of("telegram.instance", "last_error", domain)[0]
