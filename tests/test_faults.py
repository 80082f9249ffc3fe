# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.telegram_message_unsure import JOURNAL_LAG
from .common import CUSTOMER_CHAT, TelegramCase

UNSURE_LOGGER = "odoo.addons.telegram_green_api.models.telegram_message_unsure"
AS_BEFORE = {"state": "queued", "id_message": False, "attempts": 0, "attempted_at": False}
MARK = "another database"


@tagged("post_install", "-at_install")
class TestFaults(TelegramCase):
    """A restored backup, a long break and a wrong clock: nothing is sent twice or left lying."""

    def setUp(self):
        super().setUp()
        self.enterContext(mute_logger(UNSURE_LOGGER))
        self.chat = self.env["telegram.chat"]._get_or_create(self.instance, CUSTOMER_CHAT)
        self.chat.partner_id = self.customer
        self.send_queue()  # Odoo works for this instance

    def ledger(self):
        return [entry["message"] for entry in self.phone.ledger()]

    def pause(self, messages=None, **since):
        """Let it look as if Odoo had worked for the instance some time ago for the last time.

        :param messages: what had been written by then
        """
        self.instance.running_at = fields.Datetime.now() - timedelta(**since)
        if messages:
            messages.flush_recordset()
            self.env.cr.execute(
                "UPDATE telegram_message SET create_date = %s WHERE id = ANY(%s)",
                [self.instance.running_at, messages.ids],
            )
            messages.invalidate_recordset()

    def restore_before_sending(self, text):
        """Send a text, and bring the message back to what a backup from before that holds."""
        message = self.write_from(self.customer, text)
        self.send_queue()
        self.assertEqual(message.state, "sent")
        message.write(AS_BEFORE)
        return message

    # --- Restoring a backup --------------------------------------------------------------

    def test_restored_elsewhere(self):
        """In a database restored from a backup, what went out since the backup is not sent for
        the second time; what did not go out goes out, after the time the journal may lag."""
        sent = self.restore_before_sending("Only once")
        waiting = self.write_from(self.customer, "Not yet")
        self.instance.database_mark = MARK
        self.send_queue()
        self.assertEqual((sent.state, waiting.state), ("sent", "unsure"))
        self.assertEqual(sent.id_message, self.phone.ledger()[0]["idMessage"])
        self.assertEqual(self.ledger(), ["Only once"])
        waiting.absent_since -= timedelta(seconds=JOURNAL_LAG)
        self.send_queue()
        self.assertEqual(waiting.state, "sent")
        self.assertEqual(self.ledger(), ["Only once", "Not yet"])

    def test_restored_in_its_place(self):
        """A snapshot of the whole server has the marks of the original: the time that has passed
        gives it away."""
        message = self.restore_before_sending("Only once")
        self.pause(message, minutes=30)
        self.send_queue()
        self.assertEqual((message.state, self.ledger()), ("sent", ["Only once"]))

    def test_receiving_first(self):
        """Which action comes first after the restore does not matter, nor that the journal tells
        the receive action about the message before anybody asks: it stays one message."""
        message = self.restore_before_sending("Only once")
        self.pause(message, minutes=30)
        self.instance.received_until = self.instance.running_at
        self.receive()
        self.send_queue()
        self.assertEqual(
            (message.state in ("sent", "delivered"), self.ledger()), (True, ["Only once"])
        )
        self.assertEqual(self.chat_messages(), message)

    def chat_messages(self):
        return self.env["telegram.message"].search([("instance_id", "=", self.instance.id)])

    def test_equal_texts(self):
        """Of two equal texts of the backup, one went out: the other one is no proof of itself."""
        first = self.restore_before_sending("Same words")
        second = self.write_from(self.customer, "Same words")
        self.instance.database_mark = MARK
        self.send_queue()
        self.send_queue()
        self.assertEqual((first | second).mapped("state"), ["sent", "unsure"])

    def test_older_than_the_journal(self):
        """After a break longer than the service remembers, a person decides."""
        message = self.restore_before_sending("Only once")
        self.pause(message, hours=25)
        message.date = self.instance.running_at
        self.send_queue()
        self.assertEqual((message.state, message.is_settling), ("unsure", False))
        self.assertEqual(self.ledger(), ["Only once"])
        message.with_user(self.salesperson).action_retry()
        self.send_queue()
        self.assertEqual(message.state, "sent", "a person may send it again")

    def test_what_cannot_have_been_sent(self):
        """Written after the break, or to be sent later: neither is held up by it."""
        later = self.instance.send_text(
            "10000001", "Later", scheduled_date=fields.Datetime.now() + timedelta(hours=1)
        )
        self.pause(minutes=30)
        fresh = self.write_from(self.customer, "Fresh")
        self.send_queue()
        self.assertEqual((later.state, fresh.state), ("queued", "sent"))

    def test_no_break(self):
        """Where Odoo goes on as it should, nothing is asked and nothing waits."""
        message = self.write_from(self.customer, "At once")
        self.pause(minutes=5)
        self.send_queue()
        self.assertEqual(message.state, "sent")
        self.assertFalse(self.phone.requests("lastOutgoingMessages"))

    def test_marks_are_not_for_people(self):
        """Nobody hides a break by writing the marks."""
        user = self.env.ref("base.user_admin")
        for name, value in (("running_at", fields.Datetime.now()), ("database_mark", MARK)):
            with self.subTest(name), self.assertRaises(AccessError):
                self.instance.with_user(user).write({name: value})

    # --- The service is away -------------------------------------------------------------

    def test_service_away_for_a_day(self):
        """While the service does not answer, messages wait; they go out by themselves, once."""
        self.phone.fault("sendMessage", "status", times=2, status=429)
        message = self.write_from(self.customer, "Patience")
        for _hour in range(2):
            self.send_queue()
            self.assertEqual(message.state, "queued")
            self.assertTrue(self.instance.send_after)
            self.instance.send_after = fields.Datetime.now()
        self.send_queue()
        self.assertEqual((message.state, self.ledger()), ("sent", ["Patience"]))

    # --- The clock -----------------------------------------------------------------------

    def test_clock_set_back(self):
        """Times noted by a clock that was a year ahead are not waited for."""
        ahead = fields.Datetime.now() + timedelta(days=365)
        self.instance.write({"running_at": ahead, "received_until": ahead, "send_after": ahead})
        message = self.write_from(self.customer, "Now")
        self.receive()
        self.send_queue()
        self.assertEqual(message.state, "sent")
        self.assertLess(self.instance.running_at, ahead)
        self.assertLess(self.instance.received_until, ahead)

    def test_limits_of_a_clock_set_back(self):
        """Who was written to by a clock that was ahead does not use up the limits until then."""
        ahead = fields.Datetime.now() + timedelta(days=365)
        self.instance.write({"stranger_limit": 1, "send_interval": 600000})  # 6 an hour
        sent = [self.instance.send_text(str(10000001 + number), "Hi") for number in range(6)]
        for message in sent:
            message.sudo().write({"state": "sent", "attempts": 1, "attempted_at": ahead})
            message.chat_id.sudo().first_written_at = ahead
        stranger = self.instance.send_text("79998887701@c.us", "Hello")
        self.assertTrue(stranger.chat_id.is_stranger)
        self.send_queue()
        self.assertEqual(stranger.state, "sent")

    def test_clock_set_forward(self):
        """After a jump of an hour, what waited is looked for first, and sent once."""
        message = self.write_from(self.customer, "Only once")
        self.pause(message, hours=1)
        self.send_queue()
        self.assertEqual((message.state, self.ledger()), ("unsure", []))
        message.absent_since -= timedelta(seconds=JOURNAL_LAG)
        self.send_queue()
        self.assertEqual((message.state, self.ledger()), ("sent", ["Only once"]))

    def test_scheduled_in_the_night_of_the_change(self):
        """Two moments that clocks on the wall call 02:30, an hour apart, since daylight saving
        repeats that hour: each message waits for its own, whatever zone its author lives in."""
        user = self.salesperson
        user.tz = "Europe/Berlin"
        as_user = self.instance.with_user(user)
        messages = self.env["telegram.message"]
        for moment in ("2025-10-26 00:30:00", "2025-10-26 01:30:00"):
            moment = fields.Datetime.to_datetime(moment)
            wall = fields.Datetime.context_timestamp(as_user.with_context(tz=user.tz), moment)
            self.assertEqual(f"{wall:%H:%M}", "02:30")
            text = f"{moment:%H:%M} UTC"
            messages |= as_user.send_text(CUSTOMER_CHAT, text, scheduled_date=moment)
        for now, sent in (
            ("2025-10-26 00:29:00", []),
            ("2025-10-26 00:31:00", ["00:30 UTC"]),
            ("2025-10-26 01:29:00", ["00:30 UTC"]),
            ("2025-10-26 01:31:00", ["00:30 UTC", "01:30 UTC"]),
        ):
            now = fields.Datetime.to_datetime(now)
            for zone in ("Europe/Berlin", "America/New_York", "Pacific/Auckland"):
                user.tz = self.env.user.tz = zone
                with patch.object(fields.Datetime, "now", lambda now=now: now):
                    self.send_queue()
                self.assertEqual(self.ledger(), sent, f"{now} {zone}")
        self.assertEqual(set(messages.mapped("state")), {"sent"})
