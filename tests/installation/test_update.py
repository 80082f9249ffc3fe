# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import subprocess
from collections import Counter
from contextlib import contextmanager, suppress

from odoo import sql_db
from odoo.tests import tagged
from odoo.tools import SQL

from ..common import CUSTOMER_CHAT, SandboxCase
from .database_case import ADDON, DatabaseCase

CHATS = ("10000001", "10000002")
OTHERS = ("10000003", "10000004")
WAITING = 8  # messages
PATIENCE = 60  # seconds
CONTENT = "what is in the file"

# One of each kind of row that is in the middle of something.
FILL = """
from datetime import timedelta
instance = env["telegram.instance"].create({{
    "name": "Update", "id_instance": "{phone.id_instance}", "api_url": "{url}",
    "api_token_new": "{phone.token}",
}})
instance.write({{"state": "authorized", "is_receiving_configured": True}})
crons = instance.send_cron_id | instance.receive_cron_id
env["ir.cron"].search([("id", "not in", crons.ids)]).active = False
with instance._get_client() as client:
    for is_processed in (True, False):
        waiting = client.receive_notification()
        env["telegram.event"]._ingest(instance, waiting.body)
        client.delete_notification(waiting.receipt_id)
        if is_processed:
            env["telegram.event"]._process_inbox(instance)
for state, chat_id in zip(("sending", "unsure"), {others}):
    message = instance.send_text(chat_id, state)
    with instance._get_client() as client:
        client.send_message(chat_id, state)
    long_ago = message.date - timedelta(minutes=2)  # the claim has ended
    message.write({{"state": state, "attempts": 1, "last_attempt_date": long_ago}})
    message.is_being_checked = state == "unsure"
for number in range({waiting}):
    instance.send_text({chats}[number % 2], f"Message {{number}}")
env.cr.commit()
"""
RUN = """
from datetime import timedelta
for message in env["telegram.message"].search([("state", "=", "sending")]):
    message.last_attempt_date -= timedelta(minutes=2)  # the claim of the killed worker has ended
env.cr.commit()
instance = env["telegram.instance"].search([])
for cron in (instance.send_cron_id, instance.receive_cron_id, instance.send_cron_id):
    cron.method_direct_trigger()
"""
ROWS = """
SELECT chat.telegram_id, message.text, message.state, message.download_state, file.file_size
  FROM telegram_message AS message
  JOIN telegram_chat AS chat ON chat.id = message.chat_id
  LEFT JOIN ir_attachment AS file ON file.id = message.attachment_id
 WHERE message.direction = %s
 ORDER BY message.id
"""


@tagged("post_install", "-at_install", "slow")
class TestUpdate(SandboxCase, DatabaseCase):
    """The addon is updated while it is at work: nothing is lost, doubled or out of its order."""

    database = "telegram_update"

    @contextmanager
    def worker(self):
        """Let another Odoo process do the scheduled work meanwhile."""
        process = subprocess.Popen(
            self.command("server", "--no-http", "--max-cron-threads=1", "--logfile="),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "worker.log").open("w"),
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def wait_for(self, phone, count):
        """Wait until so many messages have arrived, and wake the scheduler meanwhile: by itself it
        looks around once a minute."""
        for _second in range(PATIENCE):
            self.execute(SQL("SELECT pg_notify('cron_trigger', %s)", self.database))
            with suppress(TimeoutError):
                phone.ledger(count=count, timeout=1)
                return
        self.fail((self.folder / "worker.log").read_text())

    def rows(self, direction):
        with sql_db.db_connect(self.database).cursor() as cr:
            cr.execute(ROWS, [direction])
            return cr.fetchall()

    def test_update_at_work(self):
        """With messages queued, on their way and unsure, an event unprocessed, a file not fetched,
        and another process in the middle of a call, the addon is updated twice."""
        phone = self._create_phone()
        for chat_id in OTHERS:
            phone.add_customer(f"Customer {chat_id}", chatId=chat_id)
        phone.write_file(CUSTOMER_CHAT, "file.txt", CONTENT.encode(), "With a file")
        phone.write(CUSTOMER_CHAT, "Unprocessed")
        self.odoo("server", "-i", ADDON, "--stop-after-init")
        script = FILL.format(
            phone=phone, url=self.sandbox_url, waiting=WAITING, chats=CHATS, others=OTHERS
        )
        self.odoo("shell", "--no-http", script=script)
        phone.fault_sequence("sendMessage", "hold", "pass", "hold")
        with self.worker():
            for held in (1, 3):
                self.wait_for(phone, 2 + held)
                self.odoo("server", "-u", ADDON, "--stop-after-init", "--max-cron-threads=0")
                phone.write(CUSTOMER_CHAT, f"During update {held}")
                phone.release()
            self.wait_for(phone, 2 + WAITING)
        # The worker was killed, maybe before it had written down the last one: that is warned of.
        command = self.command("shell", "--no-http", "--logfile=")
        subprocess.run(command, input=RUN, check=True, capture_output=True, text=True)
        self.check_outgoing(phone)
        incoming = self.rows("incoming")
        self.assertEqual(
            [row[1] for row in incoming],
            ["With a file", "Unprocessed", "During update 1", "During update 3"],
        )
        self.assertEqual(incoming[0][3:], ("fetched", len(CONTENT)))

    def check_outgoing(self, phone):
        ledger = phone.ledger()
        self.assertEqual(set(Counter(entry["message"] for entry in ledger).values()), {1})
        outgoing = self.rows("outgoing")
        self.assertEqual(len(ledger), len(outgoing))
        self.assertEqual(len(ledger), WAITING + 2)
        self.assertLessEqual({row[2] for row in outgoing}, {"sent", "delivered", "read"})
        for chat_id in CHATS:
            got = [entry["message"] for entry in ledger if entry["chatId"] == chat_id]
            self.assertEqual(got, [row[1] for row in outgoing if row[0] == chat_id])
