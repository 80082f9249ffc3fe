# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import time
from datetime import timedelta

from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from ..common import CUSTOMER_CHAT, TelegramCase


@tagged("post_install", "-at_install")
class TestInstancePace(TelegramCase):
    """How much an instance sends, so that Telegram and the service put up with it."""

    def send_to(self, *chat_ids):
        messages = self.env["telegram.message"]
        for chat_id in chat_ids:
            messages |= self.instance.send_text(chat_id, f"Hello {chat_id}")
        self.send_queue()
        return messages

    def test_ceiling_for_strangers(self):
        """Not more new people a day than allowed: Telegram limits accounts that do otherwise."""
        self.instance.daily_new_contact_limit = 2
        messages = self.send_to("10000000", "10000001", "10000002")
        self.assertEqual(messages.mapped("state"), ["sent", "sent", "queued"])
        self.assertIn("new contacts within 24 hours (2)", messages[2].waiting_reason)
        self.assertIn("new contacts within 24 hours (2)", self.instance.waiting_reason)
        triggers = self.env["ir.cron.trigger"].search(
            [("cron_id", "=", self.instance.send_cron_id.id)], order="call_at desc", limit=1
        )
        first = min(messages.chat_id.filtered("first_contact_date").mapped("first_contact_date"))
        self.assertEqual(triggers.call_at, first + timedelta(days=1))
        # A day later the rest goes out by itself.
        for chat in messages.chat_id.filtered("first_contact_date"):
            chat.first_contact_date -= timedelta(days=1)
        self.send_queue()
        self.assertEqual(messages[2].state, "sent")

    def test_raised_limit(self):
        """A higher limit releases the messages at once, and not with the next scheduled run."""
        self.instance.daily_new_contact_limit = 0
        self.send_to("10000000")
        triggers = self.env["ir.cron.trigger"]
        ours = [("cron_id", "=", self.instance.send_cron_id.id)]
        triggers.search(ours).unlink()
        self.instance.daily_new_contact_limit = 1
        self.assertTrue(triggers.search(ours))

    def test_open_form(self):
        """The form of an account tells what still waits while the limit is changed."""
        self.instance.daily_new_contact_limit = 0
        self.send_to("10000000")
        with self.assertNoLogs("odoo.domains"), Form(self.instance) as form:
            self.assertTrue(form.waiting_reason)
            form.daily_new_contact_limit = 1
            self.assertFalse(form.waiting_reason)
            form.daily_new_contact_limit = 0
            self.assertTrue(form.waiting_reason)

    def test_archived_strangers_count(self):
        """Archiving a chat makes no room for another new person: Telegram counts it."""
        self.instance.daily_new_contact_limit = 1
        self.send_to("10000000").chat_id.active = False
        self.assertEqual(self.send_to("10000001").state, "queued")

    def test_strangers_hold_up_nobody(self):
        """Who knows the account gets an answer while new people have to wait."""
        self.instance.daily_new_contact_limit = 0
        self.ingest(self.notification("Hi"))
        messages = self.send_to("10000005", CUSTOMER_CHAT, "-1001")
        self.assertEqual(messages.mapped("state"), ["queued", "sent", "sent"])
        # Only of this account: other tests commit what their own actions had left to do.
        ours = [("cron_id", "=", self.instance.send_cron_id.id), ("remaining", ">", 0)]
        self.assertFalse(self.env["ir.cron.progress"].search(ours))

    def test_who_wrote_first_is_not_new(self):
        """An answer given on the phone, and what is written there to a group, leave the ceiling
        as it is: nobody new was written to."""
        now = int(time.time())
        on_phone = {"typeWebhook": "outgoingMessageReceived", "timestamp": now}
        self.ingest(self.notification("Hi"), self.notification("Hello", idMessage="2", **on_phone))
        group = self.notification("All", idMessage="3", **on_phone)
        group["senderData"] |= {"chatId": "-1001", "chatType": "group"}
        self.ingest(group)
        self.assertEqual(self.instance.chat_count, 2)
        self.assertEqual(self.instance._count_new_contacts(), 0)
        # Somebody new counts, wherever it was written.
        new = self.notification("Hello", idMessage="4", **on_phone)
        new["senderData"] |= {"chatId": "10000007"}
        self.ingest(new)
        self.assertEqual(self.instance._count_new_contacts(), 1)

    def test_nobody_new_at_all(self):
        """A ceiling of nobody says so: such messages do not go out “by themselves”."""
        self.instance.daily_new_contact_limit = 0
        message = self.instance.send_text(CUSTOMER_CHAT, "Hello")
        self.assertIn("does not write to new contacts", message.waiting_reason)
        self.assertNotIn("automatically", message.waiting_reason)

    def test_second_message_to_the_same(self):
        """Somebody written to today counts once, however much they are written."""
        self.instance.daily_new_contact_limit = 1
        messages = self.send_to(CUSTOMER_CHAT, CUSTOMER_CHAT)
        self.assertEqual(set(messages.mapped("state")), {"sent"})

    def test_no_more_than_an_hour_ahead(self):
        """The service is not given more than it can send: it forgets what waits for a day."""
        self.instance.send_interval = 600000  # six an hour
        messages = self.send_to(*[CUSTOMER_CHAT] * 8)
        self.assertEqual(messages.mapped("state").count("sent"), 6)
        messages.last_attempt_date = messages[0].last_attempt_date - timedelta(hours=1, minutes=1)
        self.send_queue()
        self.assertEqual(set(messages.mapped("state")), {"sent"})

    def test_interval_reaches_the_service(self):
        """The interval that people enter is the one that the service keeps."""
        self.instance.write({"send_interval": 2000, "is_receiving_configured": False})
        self.instance.action_check_state()
        settings = self.phone.instance()["settings"]
        self.assertEqual(settings["delaySendMessagesMilliseconds"], 2000)

    def test_why_it_waits(self):
        """A message that waits says why, so that nobody has to search for the reason."""
        first = self.instance.send_text(CUSTOMER_CHAT, "First")
        second = self.instance.send_text(CUSTOMER_CHAT, "Second")
        self.assertIn("in a moment", first.waiting_reason)
        self.assertIn("earlier message", second.waiting_reason)
        self.instance.state = "suspended"
        self.assertIn(
            "temporarily limited the account", (first | second).mapped("waiting_reason")[0]
        )
        self.instance.state = "authorized"
        self.instance._pause_sending(60)
        self.assertIn("paused until", first.waiting_reason)
        self.assertIn("paused until", self.instance.waiting_reason)
        self.instance.send_after = False
        self.send_queue()
        self.assertFalse(first.waiting_reason)
        self.assertFalse(self.instance.waiting_reason)

    def test_limits(self):
        """Values that the service refuses are refused here, in words."""
        for values, words in (
            ({"send_interval": 499}, "send interval"),
            ({"send_interval": 600001}, "send interval"),
            ({"typing_time": 999}, "typing indicator"),
            ({"typing_time": 20001}, "typing indicator"),
            ({"daily_new_contact_limit": -1}, "negative"),
        ):
            with self.subTest(values=values), self.assertRaisesRegex(ValidationError, words):
                self.instance.write({"send_interval": 500, "typing_time": 0, **values})
