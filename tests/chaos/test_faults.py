# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.sending.unsure import JOURNAL_LAG
from ..common import CUSTOMER_CHAT, TelegramCase

UNSURE_LOGGER = "odoo.addons.telegram_green_api.models.sending.unsure"
AS_BEFORE = {"state": "queued", "id_message": False, "attempts": 0, "last_attempt_date": False}
MARK = "another database"
DAY_RUNS = 47  # each half hour: the journals go back for 24 hours
# What notes times: the column that tells the instance, and the times. Not last_run_date: Odoo goes
# on working in between.
AGEING = {
    "telegram_instance": ("id", "received_until", "send_after", "last_check_date"),
    "telegram_message": (
        "instance_id",
        "create_date",
        "date",
        "last_attempt_date",
        "missing_since_date",
    ),
    "telegram_chat": ("instance_id", "first_contact_date"),
}


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
        self.instance.last_run_date = fields.Datetime.now() - timedelta(**since)
        if messages:
            messages.flush_recordset()
            self.env.cr.execute(
                "UPDATE telegram_message SET create_date = %s WHERE id = ANY(%s)",
                [self.instance.last_run_date, messages.ids],
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
        self.instance.database_fingerprint = MARK
        self.send_queue()
        self.assertEqual((sent.state, waiting.state), ("queued", "queued"), "it may be a copy")
        self.instance.action_confirm_database()
        self.send_queue()
        self.assertEqual((sent.state, waiting.state), ("sent", "unsure"))
        self.assertEqual(sent.id_message, self.phone.ledger()[0]["idMessage"])
        self.assertEqual(self.ledger(), ["Only once"])
        waiting.missing_since_date -= timedelta(seconds=JOURNAL_LAG)
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
        self.instance.received_until = self.instance.last_run_date
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
        self.instance.database_fingerprint = MARK
        self.instance.action_confirm_database()
        self.send_queue()
        self.send_queue()
        self.assertEqual((first | second).mapped("state"), ["sent", "unsure"])

    def test_older_than_the_journal(self):
        """After a break longer than the service remembers, a person decides."""
        message = self.restore_before_sending("Only once")
        self.pause(message, hours=25)
        message.date = self.instance.last_run_date
        self.send_queue()
        self.assertEqual((message.state, message.is_being_checked), ("unsure", False))
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
        for name, value in (
            ("last_run_date", fields.Datetime.now()),
            ("database_fingerprint", MARK),
        ):
            with self.subTest(name), self.assertRaises(AccessError):
                self.instance.with_user(user).write({name: value})

    # --- The service is away -------------------------------------------------------------

    def let_pass(self, minutes):
        """Let time pass for the service and for Odoo: all that was noted is older by it."""
        self.phone.advance(minutes * 60)
        self.env.flush_all()
        for table, (key, *columns) in AGEING.items():
            older = ", ".join(
                f"{column} = {column} - make_interval(mins => %s)" for column in columns
            )
            query = f"UPDATE {table} SET {older} WHERE {key} = %s"
            self.env.cr.execute(query, [minutes] * len(columns) + [self.instance.id])
        self.env.invalidate_all()

    def live(self, runs, minutes, meanwhile=()):
        """Let both scheduled actions run now and then.

        :param minutes: between two runs
        :param meanwhile: the numbers of the runs before which a customer writes
        """
        for number in range(runs):
            if number in meanwhile:
                self.phone.write(CUSTOMER_CHAT, f"Theirs at {number}")
            self.receive()
            self.send_queue()
            self.let_pass(minutes)

    def write_some(self, prefix):
        """Queue some texts for several chats; return the messages."""
        messages = self.env["telegram.message"]
        for number in range(6):
            messages |= self.instance.send_text(f"1000000{number % 3}", f"{prefix} {number}")
        return messages

    def assert_sent_once(self, messages):
        self.assertLessEqual(set(messages.mapped("state")), {"sent", "delivered", "read"})
        self.assertEqual(sorted(self.ledger()), sorted(messages.mapped("text")))
        for chat in messages.chat_id:
            got = [e["message"] for e in self.phone.ledger() if e["chatId"] == chat.telegram_id]
            mine = messages.filtered(lambda message, chat=chat: message.chat_id == chat)
            self.assertEqual(got, mine.sorted("id").mapped("text"))

    def count_requests(self, *methods):
        return sum(len(self.phone.requests(method)) for method in methods)

    def test_service_down_for_a_day(self):
        """A service that answers nothing but 502 for a day: what waits goes out once and in its
        order when it is back; what came in meanwhile is taken in once, although no notification
        tells of it; until then no run asks more than the one before it."""
        self.receive()
        messages = self.write_some("Ours")
        self.phone.fault("*", "status", times=100000, status=502)
        before = len(self.phone.requests())
        self.live(DAY_RUNS, 30, meanwhile=(1, 20, 40))
        self.assertEqual(self.ledger(), [])
        self.assertLessEqual(self.count_requests("receiveNotification"), DAY_RUNS + 1)
        self.assertLessEqual(self.count_requests("showMessagesQueue"), DAY_RUNS)
        self.assertEqual(self.count_requests("sendMessage"), len(messages.chat_id), "one by chat")
        self.assertEqual(self.count_requests("lastIncomingMessages"), 0, "not before it is back")
        self.assertLessEqual(len(self.phone.requests()) - before, 2 * DAY_RUNS + 5)
        self.phone.clear_faults()
        with self.instance._get_client() as client:
            self.assertTrue(client.clear_webhooks_queue().done)
        self.live(6, 6)
        self.assert_sent_once(messages)
        theirs = self.chat_messages().filtered(lambda message: message.direction == "incoming")
        texts = theirs.sorted("id").mapped("text")
        self.assertEqual(texts, ["Theirs at 1", "Theirs at 20", "Theirs at 40"])
        [asked] = self.phone.requests("lastIncomingMessages")
        self.assertGreaterEqual(int(asked["query"]["minutes"]), DAY_RUNS * 30)

    def test_no_connection_for_longer(self):
        """Without any connection nothing can have gone out: however long it takes, nobody has to
        decide anything, and the connection is tried once in an hour in the end."""
        messages = self.write_some("Ours")
        url = self.instance.api_url
        self.set_url("http://127.0.0.1:9")
        self.live(60, 30)
        self.assertEqual(set(messages.mapped("state")), {"queued"})
        self.assertLessEqual(sum(messages.mapped("attempts")), 40)
        self.set_url(url)
        self.live(2, 60)
        self.assert_sent_once(messages)

    def set_url(self, url):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE telegram_instance SET api_url = %s WHERE id = %s", [url, self.instance.id]
        )
        self.env.invalidate_all()

    # --- The clock -----------------------------------------------------------------------

    def test_clock_set_back(self):
        """Times noted by a clock that was a year ahead are not waited for."""
        ahead = fields.Datetime.now() + timedelta(days=365)
        self.instance.write({"last_run_date": ahead, "received_until": ahead, "send_after": ahead})
        message = self.write_from(self.customer, "Now")
        self.receive()
        self.send_queue()
        self.assertEqual(message.state, "sent")
        self.assertLess(self.instance.last_run_date, ahead)
        self.assertLess(self.instance.received_until, ahead)

    def test_limits_of_a_clock_set_back(self):
        """Who was written to by a clock that was ahead does not use up the limits until then."""
        ahead = fields.Datetime.now() + timedelta(days=365)
        self.instance.write({"daily_new_contact_limit": 1, "send_interval": 600000})  # 6 an hour
        sent = [self.instance.send_text(str(10000001 + number), "Hi") for number in range(6)]
        for message in sent:
            message.sudo().write({"state": "sent", "attempts": 1, "last_attempt_date": ahead})
            message.chat_id.sudo().first_contact_date = ahead
        stranger = self.instance.send_text("79998887701@c.us", "Hello")
        self.assertTrue(stranger.chat_id.is_new_contact)
        self.send_queue()
        self.assertEqual(stranger.state, "sent")

    def test_clock_set_forward(self):
        """After a jump of an hour, what waited is looked for first, and sent once."""
        message = self.write_from(self.customer, "Only once")
        self.pause(message, hours=1)
        self.send_queue()
        self.assertEqual((message.state, self.ledger()), ("unsure", []))
        message.missing_since_date -= timedelta(seconds=JOURNAL_LAG)
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
