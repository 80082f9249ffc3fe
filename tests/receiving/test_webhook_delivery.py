# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import http.client
import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from types import SimpleNamespace
from unittest.mock import patch
from urllib.parse import urljoin, urlsplit

import requests

from odoo import sql_db
from odoo.service import server
from odoo.tests import tagged
from odoo.tests.common import HOST
from odoo.tools import mute_logger

from ...controllers.webhook import TelegramWebhook
from ...models.receiving import notification_receiver as receiving
from ...models.receiving import polling
from ..committed_case import CommittedCase
from ..common import CUSTOMER_CHAT

WORKERS = 8


@tagged("post_install", "-at_install")
class TestDelivery(CommittedCase):
    """The local service delivers to this Odoo; every request commits for itself."""

    name = "Delivery test"

    def setUp(self):
        super().setUp()
        if not server.server or not server.server.httpd:
            self.skipTest("this Odoo serves no web pages")
        url = f"http://{HOST}:{server.server.httpd.server_port}"
        self.addCleanup(self.set_base_url, self.set_base_url(url))
        self.set_mode("webhook")

    def set_base_url(self, url):
        """Let Odoo have another address; return the former one."""
        with self.environment() as env:
            parameters = env["ir.config_parameter"]
            former = parameters.get_param("web.base.url")
            parameters.set_param("web.base.url", url)
        return former

    def set_mode(self, mode):
        """Choose how messages come in, and press the button."""
        with self.environment() as env:
            env["telegram.instance"].browse(self.instance_id).receive_mode = mode
        with self.environment() as env:
            params = env["telegram.instance"].browse(self.instance_id).action_set_up_receiving()
        self.assertEqual(params["params"]["type"], "success", params)
        with self.environment() as env:
            instance = env["telegram.instance"].browse(self.instance_id)
            self.url, self.secret = instance.webhook_url, instance.webhook_secret
            self.assertTrue(instance.is_receiving_configured)

    def get_instance(self, env):
        return env["telegram.instance"].browse(self.instance_id)

    def receive(self):
        with self.environment() as env:
            self.assertIs(env["ir.cron"].browse(self.receive_cron_id).method_direct_trigger(), True)

    def post(self, body):
        headers = {"Authorization": f"Bearer {self.secret}", "Content-Type": "application/json"}
        return requests.post(self.url, json.dumps(body), headers=headers, timeout=60).status_code

    def start_sending(self, body):
        """Send the head of a request to the webhook, and the first byte of its body."""
        url = urlsplit(self.url)
        sender = http.client.HTTPConnection(url.netloc, timeout=60)
        self.addCleanup(sender.close)
        sender.putrequest("POST", url.path)
        sender.putheader("Authorization", f"Bearer {self.secret}")
        sender.putheader("Content-Type", "application/json")
        sender.putheader("Content-Length", str(len(body)))
        sender.endheaders(body[:1])
        return sender

    def wait_until_delivered(self):
        version = 0
        while self.phone.notifications():
            version = self.phone.wait_for_change(version)

    def events(self, field, **domain):
        domain = {"instance_id": self.instance_id, **domain}
        return self.values_of("telegram.event", field, [(k, "=", v) for k, v in domain.items()])

    def test_wakes_the_action_once(self):
        """However many deliveries come, one run is asked for; one more while it goes on, which may
        have looked at the inbox already."""
        bodies = [{"typeWebhook": "new", "idMessage": str(number)} for number in range(5)]
        triggers = [("cron_id", "=", self.receive_cron_id)]
        for body in bodies[:3]:
            self.assertEqual(self.post(body), 200)
        self.assertEqual(len(self.values_of("ir.cron.trigger", "id", triggers)), 1)
        with self.environment() as running:
            running["ir.cron.trigger"].search(triggers).unlink()  # as a run does when it begins
            running.flush_all()
            for body in bodies[3:]:
                self.assertEqual(self.post(body), 200)
        self.assertEqual(len(self.values_of("ir.cron.trigger", "id", triggers)), 1)

    def test_the_whole_way(self):
        """What customers write is delivered, stored and processed in its order."""
        self.phone.burst(20, CUSTOMER_CHAT)
        self.wait_until_delivered()
        self.assertEqual(len(self.events("id", type_webhook="incomingMessageReceived")), 20)
        self.receive()
        self.assertEqual(self.texts("incoming"), [f"Message {n}" for n in range(1, 21)])
        with self.environment() as env:
            instance = env["telegram.instance"].browse(self.instance_id)
            self.assertTrue(instance.last_webhook_date)
            self.assertFalse(instance.receiving_message)

    def test_delivered_while_others_are_processed(self):
        """What comes meanwhile waits a moment for what comes next, and is processed with it: each
        for itself, a message is several times as much work. None waits for another run."""
        events, batches = self.registry["telegram.event"], []
        process_together = events._process_together

        def deliver(text):
            self.phone.write(CUSTOMER_CHAT, text)
            self.wait_until_delivered()

        def process(records, *args):
            batches.append(len(records))
            if len(batches) == 1:
                deliver("While the first is processed")
            return process_together(records, *args)

        def pause(_seconds):
            if len(batches) == 1:
                deliver("In the pause after that")

        self.receive()  # the notification that proves the address
        self.patch(events, "_process_together", process)
        self.patch(receiving, "time", SimpleNamespace(sleep=pause, monotonic=monotonic))
        deliver("First")
        self.receive()
        self.assertEqual(batches, [1, 2])
        self.assertEqual(
            self.texts("incoming"),
            ["First", "While the first is processed", "In the pause after that"],
        )

    @mute_logger("odoo.sql_db")
    def test_delivered_in_parallel(self):
        """The same notifications many times at once: each is answered 200, and is here once."""
        bodies = [
            {
                "typeWebhook": "incomingMessageReceived",
                "instanceData": {"idInstance": self.phone.id_instance},
                "timestamp": 1763115112,
                "idMessage": str(number),
                "senderData": {"chatId": CUSTOMER_CHAT, "senderName": "Vasilisa"},
                "messageData": {
                    "typeMessage": "textMessage",
                    "textMessageData": {"textMessage": f"Message {number}"},
                },
            }
            for number in range(4)
        ]
        with ThreadPoolExecutor(WORKERS) as pool:
            answers = list(pool.map(self.post, bodies * WORKERS))
        self.assertEqual(set(answers), {200})
        self.assertEqual(len(self.events("id", type_webhook="incomingMessageReceived")), 4)
        self.receive()
        texts = self.texts("incoming")
        self.assertEqual((len(texts), len(set(texts))), (4, 4))

    def test_slow_senders(self):
        """Senders whose bodies come slowly occupy no connection to the database: each could stop
        all other pages with a few dozen of them."""
        in_use = sum(connection._pool_in_use for connection in sql_db._Pool._connections)
        self.patch(sql_db._Pool, "_maxconn", in_use + 4)
        reading = threading.Semaphore(0)
        read = TelegramWebhook._read_content

        def read_content(controller):
            reading.release()
            return read(controller)

        self.patch(TelegramWebhook, "_read_content", read_content)
        senders = []
        for number in range(10):
            body = json.dumps({"typeWebhook": "slow", "idMessage": str(number)}).encode()
            senders.append((self.start_sending(body), body))
            self.assertTrue(reading.acquire(timeout=60), "it got no connection to the database")
        page = requests.get(urljoin(self.url, "/web/login"), timeout=60)
        self.assertEqual(page.status_code, 200)
        for sender, body in senders:
            sender.send(body[1:])
            self.assertEqual(sender.getresponse().status, 200)
        self.assertEqual(len(self.events("id", type_webhook="slow")), len(senders))

    def test_sender_that_breaks_off(self):
        """Half a body is no notification: it is not stored, and comes again as a whole."""
        before = self.events("id")
        sender = self.start_sending(b'{"typeWebhook": "half"}')
        sender.sock.shutdown(socket.SHUT_WR)
        self.assertEqual(sender.getresponse().status, 400)
        self.assertEqual(self.events("id"), before)

    def test_from_polling_to_webhook_and_back(self):
        """What waits in the service's queue while the way is changed comes in the new way, once."""
        self.set_mode("polling")
        self.phone.write(CUSTOMER_CHAT, "Waited for the webhook")
        self.set_mode("webhook")
        self.wait_until_delivered()
        self.receive()
        self.assertEqual(self.texts("incoming"), ["Waited for the webhook"])
        self.phone.change(webhookPauseSeconds=3600)
        self.phone.fault("webhook", "lost_before")
        self.phone.write(CUSTOMER_CHAT, "Could not be delivered")
        self.set_mode("polling")
        self.receive()
        self.assertEqual(
            self.texts("incoming"), ["Waited for the webhook", "Could not be delivered"]
        )
        self.assertEqual(self.phone.notifications(), [])

    def test_stored_while_the_receive_action_runs(self):
        """A delivery neither waits for the receive action, nor makes it wait, nor gets lost."""
        with self.environment() as env:
            cron = env["ir.cron"].browse(self.receive_cron_id)
            self.assertTrue(cron.try_lock_for_update(allow_referencing=True))  # as when it runs
            self.phone.write(CUSTOMER_CHAT, "Meanwhile")
            self.wait_until_delivered()
            domain = [("cron_id", "=", self.receive_cron_id)]
            self.assertTrue(self.values_of("ir.cron.trigger", "id", domain))
        self.receive()
        self.assertEqual(self.texts("incoming"), ["Meanwhile"])

    def test_dialog_and_action_exclude_each_other(self):
        """The dialog takes nothing while the receive action runs, nor the other way round."""
        self.set_mode("polling")
        self.phone.write(CUSTOMER_CHAT, "One")
        with (
            self.environment() as other,
            self.get_instance(other)._hold_receiving(),  # as when it runs
            self.environment() as env,
            patch.object(polling, "LISTENER_PATIENCE", 0.1),
        ):
            self.assertEqual(self.get_instance(env).fetch_notification(), {"outcome": "busy"})
        self.assertEqual(self.phone.requests("receiveNotification"), [])
        seen = []
        original = receiving.NotificationReceiver.fetch_one

        def fetch_one(receiver, client):
            self.receive()  # as Odoo's scheduler does
            with self.environment() as other, self.get_instance(other)._hold_receiving() as is_held:
                seen.append(is_held)
            return original(receiver, client)

        patched = patch.object(receiving.NotificationReceiver, "fetch_one", fetch_one)
        with patched, self.environment() as env:
            self.assertEqual(self.get_instance(env).fetch_notification()["outcome"], "taken")
        self.assertEqual(seen, [False])
        self.assertEqual(self.texts("incoming"), ["One"])
