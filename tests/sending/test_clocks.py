# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.sending.claim import TAKEOVER_SECONDS, UPLOAD_TAKEOVER_SECONDS
from ...models.sending.unsure import JOURNAL_LAG
from ...tools.clock import get_database_time
from ..common import CUSTOMER_CHAT
from .test_changed_by_telegram import STRANGER_CHAT, ChangedCase

AHEAD = 180  # seconds


@tagged("post_install", "-at_install")
class TestClocks(ChangedCase):
    """The clocks of the service, of the database and of Odoo's servers differ, and are set."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self.phone.set_clock_ahead, 0)

    def set_server_ahead(self, seconds):
        """Let the clock of this Odoo server be ahead of the database's, in a block."""
        return freeze_time(fields.Datetime.now() + timedelta(seconds=seconds), tick=True)

    def test_odoo_is_ahead(self):
        """Odoo's clock is ahead, and the echo is missing: the row is not older than its attempt."""
        self.phone.set_clock_ahead(-AHEAD)
        message = self.lose_answers(self.instance.send_text(CUSTOMER_CHAT, "Only once"))
        self.check_outcomes(message)
        self.assert_sent_once(message)
        self.assertAlmostEqual(self.instance.clock_offset, -AHEAD, delta=5)

    def test_clock_is_set_right_meanwhile(self):
        """Odoo's clock was ahead at the attempt, and is right when the journal is read."""
        self.phone.set_clock_ahead(-AHEAD)
        self.instance.send_text(STRANGER_CHAT, "Before")
        self.send_now()
        message = self.lose_answers(self.instance.send_text(CUSTOMER_CHAT, "Only once"))
        self.phone.set_clock_ahead(0)
        self.check_outcomes(message)
        self.assertEqual((message.state, len(self.phone.ledger())), ("sent", 2))
        self.assertAlmostEqual(self.instance.clock_offset, 0, delta=5)

    def test_clock_is_set_right_before_it_was_measured(self):
        """The very first answer was lost, so nothing was known of the clock at the attempt: the
        row counted as older than the attempt, and the message went out twice."""
        self.phone.set_clock_ahead(-AHEAD)
        message = self.lose_answers(self.instance.send_text(CUSTOMER_CHAT, "Only once"))
        self.phone.set_clock_ahead(0)
        self.check_outcomes(message)
        self.assert_sent_once(message)

    def test_clock_that_cannot_be_measured(self):
        """The same, and the service did not answer at all: a person decides about the row."""
        self.phone.set_clock_ahead(-AHEAD)
        self.phone.fault("getStateInstance", "lost_before")
        message = self.lose_answers(self.instance.send_text(CUSTOMER_CHAT, "Only once"))
        self.phone.set_clock_ahead(0)
        self.check_outcomes(message)
        self.assert_left_to_user(message, ledger=1)

    def test_odoo_is_behind(self):
        """Odoo's clock is behind: what was sent before by another program is not the message."""
        self.phone.set_clock_ahead(AHEAD)
        message = self.lose_answers(self.instance.send_text(CUSTOMER_CHAT, "Only once"))
        self.check_outcomes(message)
        self.assert_sent_once(message)

    def test_server_with_another_clock(self):
        """One server sends, another one settles, and their clocks differ: the row counted as older
        than the attempt, and the message went out twice."""
        for number, ahead in enumerate((AHEAD, -AHEAD), 1):
            with self.subTest(ahead), self.set_server_ahead(ahead):
                message = self.instance.send_text(CUSTOMER_CHAT, f"Only once: {number}")
                self.lose_answers(message)
            self.check_outcomes(message)
            self.assertEqual((message.state, len(self.phone.ledger())), ("sent", number))
            self.assertAlmostEqual(self.instance.clock_offset, 0, delta=5)

    def test_journal_that_lags(self):
        """A server whose clock is ahead took the journal for complete at once, though it lags."""
        self.phone.change(journalLagSeconds=JOURNAL_LAG - 60)
        message = self.lose_answers(self.instance.send_text(CUSTOMER_CHAT, "Only once"))
        self.send_now()
        self.assertTrue(message.missing_since_date)
        with self.set_server_ahead(JOURNAL_LAG + 60):
            self.send_now()
        self.assertEqual((message.state, len(self.phone.ledger())), ("unsure", 1))

    def test_takeover(self):
        """A server whose clock is ahead took over what another one was just sending."""
        message = self.instance.send_text(CUSTOMER_CHAT, "Being sent")
        now = get_database_time(self.env.cr)
        message.write({"state": "sending", "attempts": 1, "last_attempt_date": now})
        for ahead in (TAKEOVER_SECONDS + 60, -TAKEOVER_SECONDS - 60):
            with self.set_server_ahead(ahead):
                self.send_now()
            self.assertEqual(message.state, "sending")
        message.last_attempt_date -= timedelta(seconds=TAKEOVER_SECONDS)
        self.send_now()
        self.assertEqual(message.state, "unsure")

    def test_takeover_of_an_upload(self):
        """An upload that takes minutes was taken over, found nowhere, and sent a second time while
        the first one ended."""
        message = self.instance.send_file(CUSTOMER_CHAT, self.attach("film.mp4"))
        now = get_database_time(self.env.cr)
        message.write({"state": "sending", "attempts": 1, "last_attempt_date": now})
        message.last_attempt_date -= timedelta(seconds=UPLOAD_TAKEOVER_SECONDS - 60)
        self.send_now()
        self.assertEqual(message.state, "sending")
        message.last_attempt_date -= timedelta(seconds=60)
        with mute_logger("odoo.addons.telegram_green_api.models.sending.unsure"):
            self.send_now()
        self.assertEqual(message.state, "unsure")
