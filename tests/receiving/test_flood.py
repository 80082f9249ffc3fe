# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import socket
from urllib.parse import urlsplit

from odoo import sql_db
from odoo.tests import tagged
from odoo.tests.common import TEST_CURSOR_COOKIE_NAME, release_test_lock
from odoo.tools import mute_logger

from .test_webhook import LOGGER, WebhookCase

FLOOD = 500  # deliveries: ten times what the service delivers within a second
# Statements, those of Odoo's own for a request of a test included
REFUSED_MAX = 1
DELIVERED_MAX = 1


@tagged("post_install", "-at_install")
class TestFlood(WebhookCase):
    """What a request to the webhook costs, and that none of a flood gets lost."""

    def count_queries(self, status, **options):
        before = sql_db.sql_counter
        self.assertEqual(self.post(**options).status_code, status)
        return sql_db.sql_counter - before

    @mute_logger(LOGGER)
    def test_refused_costs_little(self):
        """A wrong sender makes Odoo look for the secret and nothing else, however large the body,
        however many there were before; nothing is stored."""
        body = self.notification("x" * 100000)
        self.count_queries(401, body=body, secret="wrong")  # caches
        counts = {self.count_queries(401, body=body, secret="wrong") for _time in range(20)}
        self.assertLessEqual(max(counts), REFUSED_MAX)
        self.assertEqual(len(counts), 1, "it grows with the number of requests")
        self.assertFalse(self.events())

    @mute_logger(LOGGER)
    def test_body_of_a_stranger_is_not_read(self):
        """Whoever has no secret is refused before the body comes: else a few slow senders of
        large bodies would occupy all workers."""
        address = urlsplit(self.instance.webhook_url)
        head = (
            f"POST {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\n"
            "Content-Type: application/json\r\nAuthorization: Bearer wrong\r\n"
            f"Cookie: {TEST_CURSOR_COOKIE_NAME}={self.http_request_key}\r\n"
            "Content-Length: 100000\r\n\r\n"
        )
        connection = socket.create_connection((address.hostname, address.port), 20)
        with connection, release_test_lock():
            connection.sendall(head.encode())
            answer = connection.recv(100)
        self.assertIn(b" 401 ", answer.splitlines()[0])

    @mute_logger("odoo.http")
    def test_what_is_not_kept_is_not_confirmed(self):
        """When Odoo breaks after it has stored a delivery, nothing is stored, and the service is
        not told so: it delivers again, and then it is kept."""
        cron, body = self.instance.receive_cron_id, self.notification()
        set_cron = "UPDATE telegram_instance SET receive_cron_id = %s WHERE id = %s"
        self.env.flush_all()
        self.env.cr.execute(set_cron, (None, self.instance.id))
        self.env.invalidate_all()
        self.assertEqual(self.post(body).status_code, 500)
        self.assertFalse(self.events())
        self.env.cr.execute(set_cron, (cron.id, self.instance.id))
        self.env.invalidate_all()
        self.assertEqual(self.post(body).status_code, 200)
        self.assertEqual(len(self.events()), 1)

    def test_nothing_is_lost(self):
        """Hundreds of deliveries are stored at the cost of the first, and processed later: all,
        once, in their order."""
        deliveries = [
            self.notification(f"Line {number}", idMessage=f"{1763115112000 + number}")
            for number in range(FLOOD)
        ]
        self.count_queries(200, body=self.notification("Warm", idMessage="1"))
        first = self.count_queries(200, body=deliveries[0])
        self.assertLessEqual(first, DELIVERED_MAX)
        for body in deliveries[1:-1]:
            self.assertEqual(self.post(body).status_code, 200)
        last = self.count_queries(200, body=deliveries[-1])
        self.assertLessEqual(last, first, "it grows with what waits")
        self.assertEqual(set(self.events().mapped("state")), {"new"}, "it only stores")
        self.receive()
        self.assertEqual(set(self.events().mapped("state")), {"done"})
        messages = self.env["telegram.message"].search(
            [("instance_id", "=", self.instance.id)], order="id"
        )
        texts = [message.text for message in messages]
        self.assertEqual(texts, ["Warm", *(f"Line {number}" for number in range(FLOOD))])
