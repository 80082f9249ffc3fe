# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import os
from pathlib import Path

from psycopg2 import IntegrityError

from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .common import CUSTOMER_CHAT, SECRET_MARK, TelegramCase

LOG = os.environ.get("TELEGRAM_TEST_LOG")


@tagged("post_install", "-at_install")
class TestSecrets(TelegramCase):
    """Runs last: reads what the whole suite has left behind, in search of a token."""

    def test_log_of_the_suite(self):
        """No line of Odoo's log, written by any test, holds a token."""
        if not LOG:
            self.skipTest("TELEGRAM_TEST_LOG does not name the log of this run")
        self.send_queue()
        text = Path(LOG).read_text(errors="replace")
        self.assertIn("Telegram: send the messages of", text, "this is not the suite's log")
        leaks = [line for line in text.splitlines() if SECRET_MARK in line]
        self.assertEqual(leaks, [])

    @mute_logger("odoo.addons.telegram_green_api.models.sending.unsure")
    def test_records(self):
        """After failures of every kind, each secret stands in its own table and nowhere else."""
        self.instance._store_secret("webhook_secret", f"{SECRET_MARK}webhook")
        path = f"/waInstance1/sendMessage/{self.phone.token}"
        echo = {"statusCode": 400, "path": path, "message": f"Cannot POST {path}"}
        for method in ("sendMessage", "getStateInstance", "receiveNotification"):
            for kind, values in (
                ("status", {"status": 400, "body": echo}),
                ("status", {"status": 500, "body": echo}),
                ("status", {"status": 403, "body": f"{path} is forbidden"}),
                ("lost_before", {}),
            ):
                self.phone.fault(method, kind, **values)
                self.write_from(self.customer, f"{method} {kind}")
                self.instance.write({"state": "authorized", "send_after": False})
                self.send_queue()
                self.receive()
                self.instance._refresh_state()
        self.phone.clear_faults()
        self.phone.write(CUSTOMER_CHAT, "Hello")
        self.receive()
        self.env.flush_all()
        self.assertEqual(self.columns_with(SECRET_MARK), [("telegram_secret", "value")])

    def test_refused_change(self):
        """What PostgreSQL says of a row that it refuses, and Odoo's log repeats, has no secret."""
        for vals in ({"name": False}, {"reply_days": -1}):
            with (
                self.subTest(vals),
                self.assertLogs("odoo.sql_db", "ERROR") as logs,
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self.instance.write(vals)
                self.env.flush_all()
            self.assertIn("Failing row contains", "".join(logs.output), "this is not the detail")
            self.assertNotIn(SECRET_MARK, "".join(logs.output))
            self.env.invalidate_all()

    def columns_with(self, word):
        """Return the columns of the whole database that hold a word."""
        columns = self.env.execute_query(
            SQL(
                """
                SELECT table_name, column_name
                  FROM information_schema.columns
                 WHERE table_schema = 'public'
                   AND data_type IN ('character varying', 'text', 'jsonb', 'json')
                   AND table_name IN (SELECT tablename FROM pg_tables)
                 ORDER BY table_name, column_name
                """
            )
        )
        found = []
        for table, column in columns:
            query = SQL(
                "SELECT 1 FROM %s WHERE %s::text LIKE %s LIMIT 1",
                SQL.identifier(table),
                SQL.identifier(column),
                f"%{word}%",
            )
            if self.env.execute_query(query):
                found.append((table, column))
        return found
