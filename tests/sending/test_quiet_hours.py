# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import datetime

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..common import TelegramCase

EVENING = datetime(2025, 11, 14, 19, 30)  # UTC, and 22:30 in Moscow
NOON = datetime(2025, 11, 14, 9, 0)
MORNING = datetime(2025, 11, 15, 6, 0)  # 9:00 in Moscow


@tagged("post_install", "-at_install")
class TestQuietHours(TelegramCase):
    """Nobody is woken by a rule or a mailing; what a person writes goes out at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.instance.write({"has_quiet_hours": True, "tz": "Europe/Moscow"})
        cls.customer.tz = False
        cls.colleague = cls.env["res.partner"].create(
            {"name": "Ivan", "phone": "+79990000001", "tz": "Asia/Vladivostok"}
        )

    def allowed(self, date, **values):
        """Return the date at which the account may write to a contact with these values."""
        partner = self.env["res.partner"].new({"name": "X", "tz": False, **values})
        return self.instance._get_allowed_date(partner, date)

    def mail(self, records=None, **values):
        """Queue a mailing to contacts."""
        records = (records or self.customer).with_user(self.salesperson)
        bodies = dict.fromkeys(records.ids, "Sale")
        instance = self.instance.with_user(self.salesperson)
        return records._message_telegram_batch(bodies, instance=instance, **values).sudo()

    def test_over_midnight(self):
        """From 21:00 to 9:00: before midnight it is the next morning, after it the same day's."""
        self.assertEqual(self.allowed(EVENING), MORNING)
        self.assertEqual(self.allowed(datetime(2025, 11, 15, 0, 30)), MORNING)
        self.assertEqual(self.allowed(MORNING), MORNING)
        self.assertEqual(
            self.allowed(datetime(2025, 11, 14, 17, 59)), datetime(2025, 11, 14, 17, 59)
        )
        self.assertEqual(self.allowed(datetime(2025, 11, 14, 18, 0)), MORNING)

    def test_within_a_day(self):
        """Quiet hours at noon do not reach into the night."""
        self.instance.write({"quiet_from": 13, "quiet_until": 14.5})
        self.assertEqual(self.allowed(EVENING), EVENING)
        lunch = datetime(2025, 11, 14, 10, 15)
        self.assertEqual(self.allowed(lunch), datetime(2025, 11, 14, 11, 30))
        self.assertEqual(self.allowed(NOON), NOON)

    def test_zone_of_the_contact(self):
        """It is the contact's night that counts, not the account's."""
        self.assertEqual(self.allowed(EVENING, tz="America/New_York"), EVENING)
        # 19:00 in Vladivostok, then 21:00
        self.assertEqual(self.allowed(NOON, tz="Asia/Vladivostok"), NOON)
        evening = datetime(2025, 11, 14, 11, 0)
        morning = datetime(2025, 11, 14, 23, 0)
        self.assertEqual(self.allowed(evening, tz="Asia/Vladivostok"), morning)

    def test_unknown_zone(self):
        """A time zone that this server does not know stops nothing: the account's counts."""
        self.env.cr.execute(
            "UPDATE res_partner SET tz = 'Mars/Olympus' WHERE id = %s", [self.customer.id]
        )
        self.customer.invalidate_recordset()
        self.assertEqual(self.instance._get_allowed_date(self.customer, EVENING), MORNING)
        self.env.cr.execute(
            "UPDATE telegram_instance SET tz = 'Mars' WHERE id = %s", [self.instance.id]
        )
        self.instance.invalidate_recordset()
        morning = datetime(2025, 11, 15, 9, 0)
        late = datetime(2025, 11, 14, 21, 30)
        self.assertEqual(self.instance._get_allowed_date(self.customer, late), morning)

    def test_summer_time(self):
        """A night in which the clock is changed ends at nine all the same, in both directions."""
        # Berlin: UTC+1 before 30 March 2025 at 1:00 UTC, UTC+2 after it.
        night = datetime(2025, 3, 29, 22, 0)
        self.assertEqual(self.allowed(night, tz="Europe/Berlin"), datetime(2025, 3, 30, 7, 0))
        night = datetime(2025, 10, 25, 22, 0)
        self.assertEqual(self.allowed(night, tz="Europe/Berlin"), datetime(2025, 10, 26, 8, 0))

    def test_end_in_the_changed_hour(self):
        """Quiet hours that end in the hour that is skipped or repeated end after it."""
        self.instance.write({"quiet_from": 22, "quiet_until": 2.5})
        skipped = self.allowed(datetime(2025, 3, 29, 23, 0), tz="Europe/Berlin")
        self.assertEqual(skipped, datetime(2025, 3, 30, 1, 30))
        repeated = self.allowed(datetime(2025, 10, 25, 23, 0), tz="Europe/Berlin")
        self.assertEqual(repeated, datetime(2025, 10, 26, 1, 30))
        self.assertEqual(self.allowed(repeated, tz="Europe/Berlin"), repeated)

    def test_hours_that_make_no_sense(self):
        """Hours outside the day, or a night without end, are refused in words."""
        for values in ({"quiet_from": 24}, {"quiet_until": -1}, {"quiet_until": 21}):
            with self.assertRaises(ValidationError):
                self.instance.write(values)

    def test_mailing_waits(self):
        """A mailing in the evening goes out in the morning of each contact, and says so."""
        with freeze_time(EVENING):
            messages = self.mail(self.customer | self.colleague)
            self.assertEqual(
                messages.mapped("scheduled_date"), [MORNING, datetime(2025, 11, 14, 23, 0)]
            )
            self.assertIn("quiet hours", messages[0].waiting_reason)
            triggers = self.env["ir.cron.trigger"].search(
                [("cron_id", "=", self.instance.send_cron_id.id)]
            )
            self.assertIn(MORNING, triggers.mapped("call_at"))
            self.send_queue()
            self.assertEqual(messages.mapped("state"), ["queued", "queued"])
        with freeze_time(MORNING):
            self.send_queue()
            self.assertEqual(messages.mapped("state"), ["sent", "sent"])

    def test_person_writes_at_once(self):
        """A person's message is sent at night, also while a mailing to the same contact waits."""
        with freeze_time(EVENING):
            mailing = self.mail()
            message = self.write_from(self.customer, "Are you awake?")
            text = self.instance.send_text("10000005", "Hello")
            self.assertFalse(message.scheduled_date)
            self.send_queue()
            self.assertEqual((message.state, text.state), ("sent", "sent"))
            self.assertEqual(mailing.state, "queued")

    def test_queue_that_reaches_the_evening(self):
        """What was queued by day and is not sent yet in the evening waits, too, such as for the
        limit of new contacts; other messages are sent."""
        with freeze_time(NOON):
            mailing = self.mail()
            self.assertFalse(mailing.scheduled_date)
        with freeze_time(EVENING):
            message = self.instance.send_text("10000005", "Hello")
            self.send_queue()
            self.assertEqual((mailing.state, message.state), ("queued", "sent"))
            self.assertEqual((mailing.scheduled_date, mailing.attempts), (MORNING, 0))
        with freeze_time(MORNING):
            self.send_queue()
            self.assertEqual(mailing.state, "sent")

    def test_retry_at_night(self):
        """A mailing's message that failed by day is not repeated at night."""
        with freeze_time(NOON):
            mailing = self.mail()
            mailing._set_state({"state": "error", "attempts": 1, "failure_type": "refused"})
        with freeze_time(EVENING):
            mailing.action_retry()
            self.send_queue()
            self.assertEqual((mailing.state, mailing.scheduled_date), ("queued", MORNING))

    def test_send_now(self):
        """A person who decides to send now is obeyed, and no later run postpones it again."""
        with freeze_time(EVENING):
            mailing = self.mail()
            mailing.with_user(self.salesperson).action_send_now()
            self.send_queue()
            self.assertEqual(mailing.state, "sent")

    def test_scheduled_for_the_night(self):
        """A mailing planned for 23:00 goes out in the morning, one planned for noon then."""
        with freeze_time(NOON):
            at_night = self.mail(scheduled_date=EVENING)
            by_day = self.mail(scheduled_date=datetime(2025, 11, 15, 9, 0))
        self.assertEqual(at_night.scheduled_date, MORNING)
        self.assertEqual(by_day.scheduled_date, datetime(2025, 11, 15, 9, 0))
        self.assertFalse(by_day.wanted_date)

    def test_switched_off_and_on(self):
        """Switching the quiet hours off releases what waits for them; other hours move it."""
        with freeze_time(EVENING):
            mailing = self.mail()
            self.instance.quiet_until = 10
            self.assertEqual(mailing.scheduled_date, datetime(2025, 11, 15, 7, 0))
            self.instance.has_quiet_hours = False
            self.assertEqual((mailing.scheduled_date, mailing.wanted_date), (EVENING, False))
            self.instance.write({"has_quiet_hours": True, "quiet_until": 9})
            self.assertEqual(mailing.scheduled_date, MORNING)
            self.instance.has_quiet_hours = False
            self.send_queue()
            self.assertEqual(mailing.state, "sent")

    def test_group_of_a_rule(self):
        """A rule that writes to a group obeys the night of the account."""
        group = self.env["telegram.chat"]._get_or_create(self.instance, "-1001", name="Team")
        with freeze_time(EVENING):
            posted = self.customer.with_user(self.salesperson)._message_telegram(
                "Report", group=group.with_user(self.salesperson), is_automatic=True
            )
            message = posted.sudo().notification_ids.telegram_message_id
            message = message or group.message_ids
            self.assertEqual(message.scheduled_date, MORNING)
