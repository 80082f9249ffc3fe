# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ...models.mailing import composing
from .mailing_case import MailingCase


class OrdersCase(MailingCase):
    """What the tests of unusual orders share."""

    def compose(self, partners, **values):
        """Send to many from a list, and return the mailing that shows it."""
        composer = self.env["telegram.composer"].with_user(self.marketer)
        composer.create(
            {
                "res_model": "res.partner",
                "res_ids": repr(partners.ids),
                "instance_id": self.instance.id,
                "body": "Good day",
                **values,
            }
        ).action_send()
        mailings = self.env["telegram.mailing"].with_user(self.marketer)
        return mailings.search([], order="id desc", limit=1)

    def create_colleague(self, **values):
        """Create another user who may send mailings of the account."""
        colleague = self.create_user("mailing_colleague", "mailing", "contacts", **values)
        self.instance.operator_ids |= colleague
        return colleague


@tagged("post_install", "-at_install")
class TestOrders(OrdersCase):
    """Buttons and changes in an order that nobody had in mind."""

    def test_duplicate(self):
        """*Duplicate*, which the messages recommend, would be refused to each user."""
        mailing = self.start_mailing(self.create_contacts(2))
        self.finish(mailing, 2)
        copied = mailing.copy()
        self.assertEqual((copied.state, copied.name), ("draft", "Sale (copy)"))
        copied.action_start()
        self.finish(copied, 2)
        self.assertEqual(copied.sent_count, 2)
        poll = self.compose(
            self.create_contacts(1),
            kind="poll",
            body=False,
            poll_question="Again?",
            poll_options="Yes\nNo",
        )
        with self.assertRaisesRegex(UserError, "cannot be duplicated"):
            poll.copy()

    def test_text_changed_before_the_date(self):
        """What was to be sent tomorrow would go out at once with the new text."""
        later = fields.Datetime.now() + timedelta(days=1)
        mailing = self.compose(self.create_contacts(3), scheduled_date=later)
        self.run_mailings()
        mailing.action_pause()
        mailing.body = "New"
        mailing.action_resume()
        self.finish(mailing, 3)
        self.assertFalse(self.get_texts())
        with freeze_time(later + timedelta(minutes=1)):
            self.send_later()
        self.assertEqual(self.get_texts(), ["New"] * 3)

    def test_stop_word_after_the_end(self):
        """Who answers STOP before the repeated message goes out would still get it."""
        mailing = self.start_mailing(self.create_contacts(2))
        self.refuse(1)
        self.send_queue()
        self.run_mailings()
        self.assertEqual(mailing.state, "done")
        failed = mailing.sudo().recipient_ids.message_id.filtered(lambda m: m.state == "error")
        failed.with_user(self.marketer).action_retry()
        failed.chat_id.opted_out = True
        self.finish(mailing, 2)
        self.assertEqual((mailing.sent_count, mailing.canceled_count), (1, 1))

    def test_failed_is_not_answered(self):
        """The report would have more answers than messages."""
        mailing = self.start_mailing(self.customer)
        self.refuse(1)
        self.send_queue()
        self.run_mailings()
        stamp = int(fields.Datetime.now().timestamp())
        self.ingest(self.notification("Hi", timestamp=stamp + 5))
        self.check_figures(mailing, 1)
        self.assertEqual((mailing.failed_count, mailing.answered_count), (1, 0))
        mailing.sudo().recipient_ids.message_id.with_user(self.marketer).action_retry()
        self.send_queue()
        self.ingest(self.notification("Yes", timestamp=stamp + 9, idMessage="2"))
        self.check_figures(mailing, 1)
        self.assertEqual((mailing.sent_count, mailing.answered_count), (1, 1))

    def test_consent_withdrawn_meanwhile(self):
        """Who withdraws their consent by telephone would get what is queued."""
        partners = self.create_contacts(3, telegram_consent=True)
        mailing = self.start_mailing(partners)
        partners[0].telegram_consent = False
        self.check_figures(mailing, 3)
        self.assertEqual(mailing.left_out_count, 0, "the company does not need it")
        self.instance.company_id.telegram_needs_consent = True
        partners[1].telegram_consent = False
        self.check_figures(mailing, 3)
        self.assertEqual(mailing.left_out_count, 2, "they are left out before the next message")
        self.finish(mailing, 3)
        self.assertEqual(self.get_texts(), ["Hello, Contact 2!"])
        reasons = mailing.recipient_ids.filtered("reason_code").mapped("reason_code")
        self.assertEqual(reasons, ["no_consent"] * 2)

    def test_retry_without_consent(self):
        """Retrying the failed messages would reach those who have not agreed any more."""
        mailing = self.start_mailing(self.create_contacts(1, telegram_consent=True))
        self.refuse(1)
        self.send_queue()
        self.instance.company_id.telegram_needs_consent = True
        failed = mailing.sudo().recipient_ids.message_id.with_user(self.marketer)
        mailing.partner_ids.sudo().telegram_consent = False
        with self.assertRaisesRegex(UserError, "has not agreed"):
            failed.action_retry()

    def test_reminders_need_no_consent(self):
        """Reminders of a rule would be left out after a change of the text."""
        self.instance.company_id.telegram_needs_consent = True
        mailing = self.compose(self.create_contacts(2), is_automatic=True)
        mailing.action_pause()
        mailing.body = "Please pay"
        mailing.action_resume()
        self.finish(mailing, 2)
        self.assertEqual(self.get_texts(), ["Please pay"] * 2)

    def test_wider_hours(self):
        """Longer hours, or a faster pace, would count only from tomorrow."""
        triggers = self.env["ir.cron.trigger"]
        own = [("cron_id", "=", self.instance.send_cron_id.id)]
        mailing = self.start_mailing(self.create_contacts(1), hour_from=9, hour_to=10, tz="UTC")
        for values in ({"hour_to": 20}, {"pace": 100}, {"tz": "Europe/Moscow"}):
            triggers.search(own).unlink()
            mailing.write(values)
            self.assertTrue(triggers.search(own), values)

    def test_nobody(self):
        """A mailing to nobody would be done at once, and could not even be deleted."""
        empty = self.create_mailing(self.env["res.partner"])
        with self.assertRaisesRegex(UserError, "no recipient"):
            empty.action_start()
        unreachable = self.create_mailing(self.env["res.partner"].create({"name": "No phone"}))
        with self.assertRaisesRegex(UserError, "no recipient"):
            unreachable.action_start()
        unreachable.scheduled_date = fields.Datetime.now() + timedelta(days=1)
        unreachable.action_start()
        self.assertEqual(unreachable.state, "scheduled", "somebody may be found until then")

    def test_author_is_archived(self):
        """A mailing would go on in the name of a colleague who has left the company."""
        partners = self.create_contacts(3)
        begun = self.create_mailing(partners[:2])
        begun.action_start()
        begun.sudo()._process_step()
        later = fields.Datetime.now() + timedelta(days=1)
        planned = self.create_mailing(partners, scheduled_date=later)
        planned.action_start()
        self.marketer.active = False
        with freeze_time(later + timedelta(minutes=1)):
            self.run_mailings()
            self.send_queue()
        self.assertFalse(self.get_texts())
        self.assertEqual((begun.sudo().state, planned.sudo().state), ("paused", "draft"))
        self.assertIn("has no access", planned.sudo().pause_reason)
        begun.with_user(self.create_colleague()).action_resume()
        self.run_mailings()
        self.send_queue()
        self.assertEqual(len(self.get_texts()), 2)

    def test_app_was_uninstalled(self):
        """One mailing about records of an app that is gone would hold up all others."""
        first = self.create_mailing(self.create_contacts(2))
        first.action_start()
        first.sudo()._process_step()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE telegram_mailing SET res_model = 'no.model' WHERE id = %s", [first.id]
        )
        self.env.invalidate_all()
        other = self.env["res.partner"].create({"name": "Other", "phone": "+79200000001"})
        second = self.start_mailing(other)
        self.finish(second, 1)
        self.assertEqual((first.state, second.state), ("paused", "done"))
        self.assertIn("uninstalled", first.pause_reason)
        first.action_stop()
        self.run_mailings()
        self.check_figures(first, 2)
        self.assertEqual(first.canceled_count, 2)

    def test_nobody_has_what_the_text_needs(self):
        """A mailing of which some records lack a value would never get past them."""
        self.marketer.group_ids |= self.env.ref("mail.group_mail_template_editor")
        partners = self.create_contacts(2)
        partners[1].country_id = self.env.ref("base.ru")
        rest = self.env["res.partner"].create(
            [{"name": f"Rest {n}", "phone": f"+7920000000{n}"} for n in range(3)]
        )
        self.patch_batch_size(2)
        mailing = self.start_mailing(rest, body="{{ object.country_id.name }}")
        self.assertEqual(mailing.state, "paused")
        self.assertIn("Correct the text", mailing.pause_reason)
        mailing.body = "{{ object.city }}"
        mailing.action_resume()
        self.finish(mailing, 3)
        self.assertEqual(mailing.state, "paused", "it is another text")
        mailing.action_resume()
        self.finish(mailing, 3)
        self.assertEqual((mailing.state, mailing.left_out_count), ("done", 3))
        some = self.start_mailing(partners | rest, body="{{ object.country_id.name }}")
        self.finish(some, 5)
        self.assertEqual((some.state, some.sent_count, some.left_out_count), ("done", 1, 4))

    def patch_batch_size(self, size):
        """Compose this many recipients at once."""
        self.patch(composing, "BATCH_SIZE", size)

    def test_retry_after_merge(self):
        """A failed message would reach the person who has got it under another contact."""
        for is_merged_first in (True, False):
            partners = self.create_contacts(2)
            mailing = self.start_mailing(partners, body="Hello")
            self.refuse(1)
            self.send_queue()
            failed = mailing.sudo().recipient_ids.message_id.filtered(lambda m: m.state == "error")
            remaining = partners[1] if is_merged_first else partners[0]
            self.env["base.partner.merge.automatic.wizard"]._merge(partners.ids, remaining)
            with self.assertRaisesRegex(UserError, "also another recipient"):
                failed.with_user(self.marketer).action_retry()

    def test_contacts_of_another_kind(self):
        """An import with chosen contacts and another kind of record would write to strangers."""
        with self.assertRaisesRegex(ValidationError, "Choose the record type"):
            self.create_mailing(self.customer, res_model="account.move")


@tagged("post_install", "-at_install")
class TestExclusions(OrdersCase):
    """A person who is excluded gets nothing, under whatever contact."""

    def test_rest_of_a_stopped_mailing(self):
        """Those whom a stopped mailing has not reached would never get the next one."""
        partners = self.create_contacts(5)
        first = self.start_mailing(partners)
        self.refuse(1)
        self.send_some(2)
        first.action_stop()
        self.run_mailings()
        self.assertEqual((first.sent_count, first.failed_count, first.canceled_count), (1, 1, 3))
        second = self.start_mailing(partners, excluded_mailing_ids=[Command.set(first.ids)])
        self.finish(second, 5)
        self.assertEqual((second.sent_count, second.left_out_count), (4, 1))

    def test_waiting_for_another_mailing(self):
        """Those who are about to get the other mailing would get both."""
        partners = self.create_contacts(3)
        first = self.create_mailing(partners[:2])
        first.action_start()
        first.sudo()._process_step()  # nothing is composed yet
        second = self.start_mailing(partners, excluded_mailing_ids=[Command.set(first.ids)])
        self.assertEqual((second.waiting_count, second.left_out_count), (1, 2))

    def test_other_contact_of_an_excluded_person(self):
        """The person would get the message under another contact with the same number."""
        partners = self.create_contacts(3)
        twin = self.env["res.partner"].create({"name": "Twin", "phone": partners[0].phone})
        chat = self.env["telegram.chat"]._get_or_create_for_partner(self.instance, partners[1])
        chat.username = "@second"
        named = self.env["res.partner"].create({"name": "Named", "telegram_username": "@second"})
        excluded = self.env["telegram.mailing.list"].create(
            {"name": "Never", "partner_ids": [Command.set(partners[1].ids)]}
        )
        partners[1].active = False
        mailing = self.create_mailing(
            twin | named | partners[2],
            excluded_partner_ids=[Command.set(partners[0].ids)],
            excluded_list_ids=[Command.set(excluded.ids)],
        )
        self.assertIn("2 left out: Excluded by the mailing", mailing.preview)
        mailing.action_start()
        self.finish(mailing, 3)
        self.assertEqual(self.get_texts(), ["Hello, Contact 2!"])

    def test_other_contact_who_got_an_excluded_mailing(self):
        """As before, with what an earlier mailing has sent."""
        partners = self.create_contacts(2)
        first = self.start_mailing(partners[0])
        self.finish(first, 1)
        twin = self.env["res.partner"].create({"name": "Twin", "phone": partners[0].phone})
        partners[0].unlink()
        second = self.start_mailing(
            twin | partners[1], excluded_mailing_ids=[Command.set(first.ids)]
        )
        self.assertEqual((second.waiting_count, second.left_out_count), (1, 1))


@tagged("post_install", "-at_install")
class TestComparison(OrdersCase):
    """The better of two texts is one that people have read."""

    def compare(self, count, **values):
        values = {"body": "A", "body_b": "B", "ab_share": 40, "ab_hours": 1, **values}
        return self.start_mailing(self.create_contacts(count), is_ab_test=True, **values)

    def test_decided_after_sending(self):
        """A mailing that was paused, or that waits for the morning, would choose text A blindly."""
        mailing = self.compare(10)
        mailing.action_pause()
        with self.moved_clock(fields.Datetime.now() + timedelta(hours=2)) as clock:
            mailing.action_resume()
            self.run_mailings()
            self.assertFalse(mailing.ab_winner)
            self.send_later()
            self.run_mailings()
            self.assertFalse(mailing.ab_winner, "nobody had time to answer")
            clock.tick(timedelta(hours=1, minutes=1))
            self.run_mailings()
            self.assertTrue(mailing.ab_winner)
            self.send_later()
            self.run_mailings()
        self.check_figures(mailing, 10)
        self.assertEqual((mailing.state, mailing.sent_count), ("done", 10))

    def test_all_are_compared(self):
        """A comparison without a rest would end without a result."""
        mailing = self.compare(4, ab_share=100)
        self.send_queue()
        self.run_mailings()
        with freeze_time(fields.Datetime.now() + timedelta(hours=2)):
            self.run_mailings()
        self.assertEqual((mailing.state, mailing.ab_winner), ("done", "a"))
        self.assertIn("The better text is A", " ".join(mailing.message_ids.mapped("body")))

    def test_planned_end(self):
        """The plan would forget the time of the comparison, or the sending before it."""
        now = fields.Datetime.now()
        draft = self.create_mailing(
            self.create_contacts(10),
            is_ab_test=True,
            body_b="B",
            ab_share=40,
            ab_hours=5,
            pace=6,
        )
        # 4 messages at 10 minutes each, 5 hours, 6 more messages.
        expected = now + timedelta(minutes=30) + timedelta(hours=5) + timedelta(minutes=50)
        self.assertLess(abs(draft.planned_end - expected), timedelta(minutes=30))


@tagged("post_install", "-at_install")
class TestTemplateLanguages(OrdersCase):
    """Each contact gets the template in its own language."""

    def test_started_by_a_colleague(self):
        """A colleague with another language would send the author's language to everybody."""
        for lang in ("ru_RU", "de_DE"):
            self.env["res.lang"]._activate_lang(lang)
        template = self.env["telegram.template"].create(
            {
                "name": "Greeting",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "body": "Hello",
            }
        )
        template.with_context(lang="ru_RU").body = "Привет"
        template.with_context(lang="de_DE").body = "Hallo"
        self.marketer.lang = "ru_RU"
        partners = self.create_contacts(3)
        for partner, lang in zip(partners, ("ru_RU", "de_DE", "en_US"), strict=True):
            partner.lang = lang
        mailing = self.create_mailing(partners).with_context(lang="ru_RU")
        mailing.template_id = template
        mailing.flush_recordset()
        self.assertEqual(mailing.body, "Привет")
        colleague = self.create_colleague(lang="en_US")
        mailing.with_user(colleague).with_context(lang="en_US").action_start()
        self.finish(mailing, 3)
        self.assertEqual(self.get_texts(), ["Hallo", "Hello", "Привет"])


@tagged("post_install", "-at_install")
class TestLanguageOfTheReport(OrdersCase):
    """What the scheduled action stores is read by the author of the mailing."""

    def test_reasons(self):
        """A Russian user would read English reasons in the report."""
        self.env["res.lang"]._activate_lang("ru_RU")
        self.env["ir.module.module"]._load_module_terms(["telegram_green_api"], ["ru_RU"])
        self.marketer.lang = "ru_RU"
        partners = self.create_contacts(3)
        partners[1].phone = False
        partners[2].phone = partners[0].phone
        partners |= self.env["res.partner"].create({"name": "Later", "phone": "+79200000001"})
        mailing = self.start_mailing(partners)
        chats = self.env["telegram.chat"].search([("partner_id", "=", partners[3].id)])
        chats.opted_out = True
        self.finish(mailing, 4)
        reasons = mailing.recipient_ids.filtered("reason_code").mapped("reason")
        self.assertEqual(len(reasons), 3)
        for text in reasons:
            self.assertRegex(text, "[а-я]", text)


@tagged("post_install", "-at_install")
class TestOddPlans(OrdersCase):
    """The planned end of what a user may enter by mistake."""

    def test_hours_within_quiet_hours(self):
        """The plan would promise a date, and nothing would ever be sent."""
        quiet = {"has_quiet_hours": True, "quiet_from": 21, "quiet_until": 9, "tz": "UTC"}
        self.instance.write(quiet)
        mailing = self.create_mailing(self.create_contacts(2), hour_from=22, hour_to=24, tz="UTC")
        self.assertFalse(mailing.planned_end)
        self.assertIn("within the quiet hours", mailing.plan)
        mailing.hour_to = 9.5  # in the morning
        self.assertTrue(mailing.planned_end)

    def test_year(self):
        """An end in two years would look like one in two months."""
        self.instance.daily_new_contact_limit = 1
        mailing = self.create_mailing(self.create_contacts(800))
        self.assertIn(str(mailing.planned_end.year), mailing.plan)
        mailing.partner_ids = mailing.partner_ids[:1]
        self.assertNotIn(str(mailing.planned_end.year), mailing.plan)

    def test_numbers_that_are_being_typed(self):
        """A number with too many digits would end the form with an error."""
        form = Form(self.env["telegram.mailing"].with_user(self.marketer))
        form.name = "Sale"
        form.instance_id = self.instance
        form.body = "A"
        form.is_ab_test = True
        for field, value in (
            ("ab_hours", 2**31 - 1),
            ("ab_share", -(2**31)),
            ("ab_share", 2**31 - 1),
            ("pace", -5),
            ("pace", 1),
            ("hour_from", 99),
            ("hour_to", -99),
        ):
            setattr(form, field, value)
        form.domain = f"[('id', 'in', {self.customer.ids})]"

    def test_one_message_a_day(self):
        """Hours that are shorter than the pace would be planned as millennia, for minutes."""
        mailing = self.create_mailing(
            self.create_contacts(2000), hour_from=9, hour_to=9.01, pace=1, tz="UTC"
        )
        days = (mailing.planned_end - fields.Datetime.now()).days
        self.assertAlmostEqual(days, 2000, delta=2)
        with self.subTest("a figure that no calendar has"):
            self.patch(type(mailing), "_count_left", lambda each: (10**9, 0, 0, 0))
            mailing.invalidate_recordset()
            self.assertTrue(mailing.plan)

    @mute_logger("odoo.sql_db")
    def test_lists_of_the_figures(self):
        """A list of those who have not opted out, or were not reached, would crash."""
        mailing = self.start_mailing(self.create_contacts(2))
        self.send_queue()
        recipients = self.env["telegram.mailing.recipient"]
        own = [("mailing_id", "=", mailing.id)]
        recipients.search(own, limit=1).chat_id.opted_out = True
        for domain, count in (
            (("has_opted_out", "=", True), 1),
            (("has_opted_out", "=", False), 1),
            (("outcome", "!=", "sent"), 0),
            (("outcome", "not in", ["read"]), 2),
        ):
            self.assertEqual(recipients.search_count([*own, domain]), count, domain)
