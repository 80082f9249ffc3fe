# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import datetime, timedelta

from odoo import fields
from odoo.tests import BaseCase, tagged

from ...models.mailing.planning import SendingHours, SendPlan
from .mailing_case import MailingCase

ALWAYS = SendingHours(0, 24, "UTC")
OFFICE = SendingHours(9, 18, "Europe/Moscow")  # 06:00 to 15:00 UTC
NIGHT = SendingHours(22, 6, "UTC")
MONDAY = datetime(2026, 3, 2, 12)


class TestSendPlan(BaseCase):
    """The planned end by hand-made numbers."""

    def test_hours(self):
        """A date at the end of the hours, or past midnight, would be taken for the wrong day."""
        for hours, date, opening in (
            (ALWAYS, MONDAY, MONDAY),
            (OFFICE, MONDAY, MONDAY),
            (OFFICE, MONDAY.replace(hour=15), datetime(2026, 3, 3, 6)),
            (OFFICE, MONDAY.replace(hour=22), datetime(2026, 3, 3, 6)),
            (OFFICE, MONDAY.replace(hour=3), MONDAY.replace(hour=6)),
            (NIGHT, MONDAY, MONDAY.replace(hour=22)),
            (NIGHT, MONDAY.replace(hour=2), MONDAY.replace(hour=2)),
            (NIGHT, MONDAY.replace(hour=6), MONDAY.replace(hour=22)),
        ):
            with self.subTest(date=date):
                self.assertEqual(hours.get_open(date), opening)

    def test_rate(self):
        """The rate of the account alone decides while everybody knows it."""
        plan = SendPlan(MONDAY, 60, ALWAYS, 20)
        self.assertEqual(plan.get_end(61, 0), MONDAY + timedelta(hours=1))
        self.assertEqual(plan.get_end(31, 0, parts=2), MONDAY + timedelta(minutes=61))

    def test_nights(self):
        """Time in which nothing is sent would be counted."""
        plan = SendPlan(MONDAY, 60, OFFICE, 20)  # three hours are left today
        self.assertEqual(plan.get_end(241, 0), datetime(2026, 3, 3, 7))

    def test_new_contacts(self):
        """A day's limit of new contacts would be forgotten, or be counted per calendar day."""
        plan = SendPlan(MONDAY, 1, ALWAYS, 20)
        self.assertEqual(plan.get_end(20, 20).date(), MONDAY.date())
        self.assertEqual(plan.get_end(41, 41).date(), datetime(2026, 3, 4).date())
        used = SendPlan(MONDAY, 1, ALWAYS, 1, [MONDAY - timedelta(hours=4)])
        self.assertEqual(used.get_end(1, 1), MONDAY + timedelta(hours=20))

    def test_never(self):
        """A plan for an account that writes to no new contacts would name a date."""
        self.assertIsNone(SendPlan(MONDAY, 1, ALWAYS, 0).get_end(2, 1))

    def test_many(self):
        """Years of new contacts would take minutes to compute."""
        end = SendPlan(MONDAY, 1, OFFICE, 20).get_end(100_000, 100_000)
        self.assertAlmostEqual((end - MONDAY).days, 5000, delta=100)


@tagged("post_install", "-at_install")
class TestPlannedEnd(MailingCase):
    """The planned end of a mailing, and the true one."""

    def test_in_words(self):
        """The user would not know what the date depends on."""
        self.instance.daily_new_contact_limit = 2
        mailing = self.create_mailing(self.create_contacts(5), pace=60, hour_from=9, hour_to=18)
        for text in (
            "5 messages are sent by",
            "at most 2 a day to new contacts",
            "from 09:00 to 18:00",
        ):
            self.assertIn(text, mailing.plan)
        self.assertIn("1 message is sent by", self.create_mailing(self.create_contacts(1)).plan)
        self.instance.daily_new_contact_limit = 0
        self.assertIn("Daily New Contacts Limit is 0", mailing.plan)

    def test_true_end(self):
        """The planned end would be days off: the runs go over nights and ceilings.

        The clock is moved to whatever is triggered next, as the scheduler would wait for it.
        """
        office = {"hour_from": 9, "hour_to": 18, "tz": "Europe/Moscow", "pace": 12}
        # Known and new contacts, new ones a day, hours of a pause, and the hours that are observed.
        for name, known, new, limit, pause, values in (
            ("a night", 60, 0, 1000, 0, office),
            ("quiet hours", 60, 0, 1000, 0, {"pace": 6, "quiet": (20, 8)}),
            ("a daily ceiling", 10, 20, 7, 0, {}),
            ("a night and a ceiling", 30, 20, 7, 0, office),
            ("a night and a pause", 60, 0, 1000, 5, office),
            ("a night, a ceiling and a pause", 30, 20, 7, 30, office),
        ):
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                planned, last, begin = self.run_to_the_end(known, new, limit, pause, **values)
                self.assertGreater(last - begin, timedelta(hours=12))
                self.assertLess(abs(planned - last), (last - begin) * 0.1)
                savepoint.rollback()
            self.env.invalidate_all()
            self._reset_service()
            self._register_phone(self.phone)

    def run_to_the_end(self, known, new, limit, pause, quiet=None, **values):
        """Run a mailing to its end with a moved clock.

        :param int known: contacts whom the account knows
        :param int new: contacts whom it does not know
        :param int limit: new contacts a day
        :param float pause: hours of a pause after the first run; 0 makes none
        :param tuple quiet: local hours at which the account sends no mailings
        :return: the planned end, after the pause if there is one; the true one; the beginning
        """
        self.instance.daily_new_contact_limit = limit
        if quiet:
            hours = {"quiet_from": quiet[0], "quiet_until": quiet[1]}
            self.instance.write({"has_quiet_hours": True, "tz": "Europe/Moscow", **hours})
        partners = self.create_contacts(known)
        chats = self.env["telegram.chat"]._get_or_create_for_partners(self.instance, partners)
        for chat in chats.values():
            chat.sudo().is_new_contact = False
        partners |= self.env["res.partner"].create(
            [{"name": f"New {n}", "phone": f"+7920000{n:04}"} for n in range(new)]
        )
        begin = fields.Datetime.now().replace(hour=13, minute=0, second=0, microsecond=0)
        with self.moved_clock(begin) as clock:
            mailing = self.create_mailing(partners, **values)
            planned = mailing.planned_end
            mailing.action_start()
            self.run_mailings()
            if pause:
                self.send_later()
                mailing.action_pause()
                self.send_later()
                clock.tick(timedelta(hours=pause))
                begin = fields.Datetime.now()
                mailing.action_resume()
                mailing.invalidate_recordset()
                planned = mailing.planned_end
            looks = 0
            while mailing.state != "done":
                self.send_later()
                self.run_mailings()
                self.check_figures(mailing, known + new)
                looks += 1
                self.assertLess(looks, 400)
                clock.move_to(self.get_next_date())
            last = max(mailing.recipient_ids.mapped("sent_date"))
        self.assertEqual(len(self.get_texts()), known + new)
        return planned, last, begin

    def get_next_date(self):
        """Return when something is triggered next; else the interval of the actions."""
        now = fields.Datetime.now()
        crons = self.instance.send_cron_id | self.env.ref("telegram_green_api.ir_cron_mailings")
        triggers = self.env["ir.cron.trigger"].search(
            [("cron_id", "in", crons.ids), ("call_at", ">", now)]
        )
        return min(triggers.mapped("call_at"), default=now + timedelta(minutes=5))
