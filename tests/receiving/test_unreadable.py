# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import json

from odoo.tests import tagged

from ... import const
from ...client import parsing
from .test_webhook import WebhookCase

HALF_LETTER = "Zoë".encode()[:-1]  # no UTF-8
LONG_NUMBER = b"9" * 5000  # Python converts no integer of so many digits
DEEP = b"[" * 100_000 + b"]" * 100_000


@tagged("post_install", "-at_install")
class TestUnreadable(WebhookCase):
    """A notification that cannot be decoded must not hold up those behind it, by either way."""

    def setUp(self):
        super().setUp()
        message = self.notification("TEXT", idMessage="1")
        self.content = json.dumps(message).encode()

    def poll(self, *contents):
        """Receive notifications by polling, and a message behind them."""
        self.env["telegram.event"].search([]).unlink()
        self.instance.receive_mode = "polling"
        for content in contents:
            self.phone.notify_content(content)
        self.phone.notify(self.notification("Behind", idMessage="2"))
        self.receive()
        self.assertEqual(len(self.phone.notifications()), 0, "the queue stands")
        self.assertFalse(self.instance.last_error)
        return self.check_received(len(contents))

    def deliver(self, *contents):
        """Receive notifications by webhook, and a message behind them."""
        self.env["telegram.event"].search([]).unlink()
        self.instance.receive_mode = "webhook"
        for content in contents:
            self.assertEqual(self.post(content).status_code, 200, "it would come each minute")
        self.assertEqual(self.post(self.notification("Behind", idMessage="2")).status_code, 200)
        self.receive()
        return self.check_received(len(contents))

    def check_received(self, count):
        events = self.events().sorted("id")
        self.assertEqual(len(events), count + 1)
        self.assertEqual((events[-1].state, events[-1].message_id.text), ("done", "Behind"))
        return events[:-1]

    def test_damaged_messages(self):
        """What concerns a single value costs that value at most, not the message."""
        for content, text in (
            (self.content.replace(b"TEXT", HALF_LETTER), "Zo\ufffd"),
            (self.content.replace(b"{", b'{"number":' + LONG_NUMBER + b",", 1), "TEXT"),
            (self.content.replace(b"TEXT", b"two\nlines"), "two\nlines"),
            (self.content.replace(b"TEXT", rb"half \ud83d a pair"), "half  a pair"),
        ):
            for receive in (self.poll, self.deliver):
                with self.subTest(content[:40], way=receive.__name__):
                    event = receive(content)
                    self.assertEqual((event.state, event.message_id.text), ("done", text))
                    event.message_id.unlink()

    def test_unreadable(self):
        """What cannot be decoded is set aside as it was received, with the reason."""
        for content in (
            self.content.replace(b'"TEXT"', DEEP),
            self.content.replace(b'"TEXT"', b'"TEXT" "TEXT"'),
            self.content.replace(b"TEXT", rb"\x"),
            self.content[:-1],
            self.content[: self.content.index(b"TEXT")],
            self.content.replace(b"TEXT", b"x" * const.NOTIFICATION_MAX_BYTES),
        ):
            for receive in (self.poll, self.deliver):
                with self.subTest(content[:40], way=receive.__name__):
                    event = receive(content)
                    self.assertEqual(event.state, "error")
                    self.assertTrue(event.error)
                    start = content[: const.NOTIFICATION_MAX_BYTES - 100].decode()
                    self.assertIn(start, event.payload)
                    self.assertIn(start, event.payload_pretty)
                    event.action_replay()
                    self.receive()
                    self.assertEqual(event.state, "error")

    def test_unreadable_twice(self):
        """Equal notifications are two when polled, and one that is repeated by webhook."""
        content = self.content.replace(b'"TEXT"', DEEP)
        self.assertEqual(len(self.poll(content, content)), 2)
        self.env["telegram.event"].search([]).unlink()
        for _delivery in range(2):
            self.assertEqual(self.post(content).status_code, 200)
        self.assertEqual(len(self.events()), 1)

    def test_cut_response(self):
        """A response that ends in the middle is fetched again: the notification is still whole."""
        self.instance.receive_mode = "polling"
        self.phone.notify(self.notification("Whole", idMessage="2"))
        self.phone.fault("receiveNotification", "truncated")
        self.receive()
        self.assertEqual(self.events().message_id.text, "Whole")

    def test_in_the_dialog(self):
        """The dialog that fetches single notifications shows what cannot be read, and goes on."""
        self.instance.receive_mode = "polling"
        self.phone.notify_content(DEEP)
        found = self.instance.fetch_notification()
        self.assertEqual((found["outcome"], found["kind"]), ("taken", "Unreadable event"))
        self.assertIn("nested", found["text"])
        self.assertIn(DEEP.decode(), found["json"])
        self.assertEqual(self.instance.fetch_notification(), {"outcome": "empty"})

    def test_receipt_is_none_of_the_customers(self):
        """The receipt is the service's, never what a customer has written."""
        written = rb"\"receiptId\":77}"
        content = self.content.replace(b"TEXT", written).replace(b'"1"', DEEP)
        event = self.poll(content)
        self.assertEqual(event.state, "error")

    def test_other_responses(self):
        """Half a letter in a name makes no other response unreadable."""
        content = b'[{"name": "%s", "n": %s, "m": 12}]' % (HALF_LETTER, LONG_NUMBER)
        expected = [{"name": "Zo\ufffd", "n": LONG_NUMBER.decode(), "m": 12}]
        self.assertEqual(parsing.decode(content), expected)
        for content in (b"", b"[1", DEEP, b'{"a":' * 101 + b"1" + b"}" * 101):
            with self.assertRaises(ValueError):
                parsing.decode(content)
