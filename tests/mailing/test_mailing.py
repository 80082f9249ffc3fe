# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .mailing_case import MailingCase


@tagged("post_install", "-at_install")
class TestMailing(MailingCase):
    """From the draft to the phones of the recipients."""

    def test_reaches_the_phones(self):
        """A mailing that only fills tables of Odoo would reach nobody."""
        mailing = self.start_mailing(self.create_contacts(3))
        self.check_figures(mailing, 3)
        self.assertEqual((mailing.state, mailing.waiting_count), ("sending", 3))
        self.send_queue()
        self.run_mailings()
        self.check_figures(mailing, 3)
        self.assertEqual((mailing.state, mailing.sent_count), ("done", 3))
        expected = [f"Hello, Contact {number}!" for number in range(3)]
        self.assertEqual(self.get_texts(), expected)
        note = self.env["res.partner"].search([("name", "=", "Contact 1")]).message_ids[0]
        self.assertEqual(note.author_id, self.marketer.partner_id)

    def test_preview_by_person_and_reason(self):
        """The user would learn only afterwards who got nothing, and why."""
        first, twin, out, bad = self.create_contacts(4)
        twin.phone = first.phone
        bad.phone = "12"
        out_chat = self.env["telegram.chat"]._get_or_create_for_partner(self.instance, out)
        out_chat.opted_out = True
        mailing = self.create_mailing(first | twin | out | bad)
        self.assertEqual(mailing.recipient_count, 1)
        for text in ("the same chat or phone number as Contact 0", "Wants no mailings"):
            self.assertIn(text, mailing.preview)
        self.assertIn("Most recipients (1 of 1) are new contacts", mailing.warning)
        mailing.action_start()
        self.run_mailings()
        self.send_queue()
        self.assertEqual(self.get_texts(), ["Hello, Contact 0!"])
        self.check_figures(mailing, 4)
        self.assertEqual(mailing.left_out_count, 3)
        reasons = mailing.recipient_ids.filtered("reason_code").mapped("reason_code")
        self.assertEqual(sorted(reasons), ["bad_phone", "duplicate", "opted_out"])

    def test_exclusions(self):
        """A person who was excluded by name, by a list, or by an earlier mailing gets nothing."""
        partners = self.create_contacts(4)
        self.start_mailing(partners[0])
        earlier = self.env["telegram.mailing"].search([], limit=1)
        excluded_list = self.env["telegram.mailing.list"].create(
            {"name": "Never", "partner_ids": [Command.set(partners[1].ids)]}
        )
        mailing = self.start_mailing(
            partners,
            excluded_mailing_ids=[Command.set(earlier.ids)],
            excluded_list_ids=[Command.set(excluded_list.ids)],
            excluded_partner_ids=[Command.set(partners[2].ids)],
        )
        composed = mailing.recipient_ids.filtered(lambda each: each.state == "composed")
        self.assertEqual(composed.partner_id, partners[3])
        self.check_figures(mailing, 4)

    def test_recipients_of_lists_and_filters(self):
        """The three ways of choosing recipients would write to others than the user chose."""
        partners = self.create_contacts(3)
        chosen = self.env["telegram.mailing.list"].create(
            {"name": "VIP", "partner_ids": [Command.set(partners[:2].ids)]}
        )
        by_list = self.create_mailing(
            partners.browse(), recipient_mode="list", list_ids=[Command.set(chosen.ids)]
        )
        self.assertEqual(by_list._find_records(), partners[:2])
        by_filter = self.create_mailing(
            partners.browse(), recipient_mode="domain", domain="[('name', '=', 'Contact 2')]"
        )
        self.assertEqual(by_filter._find_records(), partners[2])
        with self.assertRaises(ValidationError):
            by_filter.domain = "[('name', '=', "

    def test_archived_contacts(self):
        """The scheduled action would write to archived contacts, whom the preview leaves out."""
        partners = self.create_contacts(3)
        partners[2].active = False
        chosen = self.env["telegram.mailing.list"].create(
            {"name": "VIP", "partner_ids": [Command.set(partners.ids)]}
        )
        for values in (
            {"recipient_mode": "domain", "domain": repr([("id", "in", partners.ids)])},
            {"recipient_mode": "list", "list_ids": [Command.set(chosen.ids)]},
            {"recipient_mode": "contacts", "partner_ids": [Command.set(partners.ids)]},
        ):
            with self.subTest(values["recipient_mode"]):
                mailing = self.create_mailing(partners.browse(), **values)
                self.assertEqual(mailing.recipient_count, 2)
                mailing.action_start()
                mailing.action_archive()
                self.run_mailings()
                self.assertEqual(mailing.recipient_ids.partner_id, partners[:2])

    def test_pause_acts_within_one_message(self):
        """What is not claimed when a mailing is paused would still go out."""
        mailing = self.start_mailing(self.create_contacts(4))
        self.send_some(1)
        mailing.action_pause()
        self.send_queue()
        self.assertEqual(self.get_states(mailing), ["sent", "queued", "queued", "queued"])
        message = self.env["telegram.message"].search([("mailing_id", "=", mailing.id)], limit=1)
        self.assertIn("is paused", message.with_user(self.marketer).waiting_reason)
        mailing.invalidate_recordset()
        self.assertIn("1 of 4 handled. If you resume it now: 3", mailing.progress_message)
        mailing.action_resume()
        self.send_queue()
        self.assertEqual(len(self.get_texts()), 4)

    def test_paused_mailing_holds_up_no_letter(self):
        """A colleague's message to the same customer would wait for the mailing."""
        partners = self.create_contacts(2)
        mailing = self.start_mailing(partners)
        mailing.action_pause()
        self.write_from(partners[0], "Your order is ready", self.marketer)
        self.send_queue()
        self.assertEqual(self.get_texts(), ["Your order is ready"])

    def test_letters_come_before_mailings(self):
        """An answer to one customer would wait behind a thousand messages."""
        partners = self.create_contacts(3)
        self.start_mailing(partners[:2])
        self.write_from(partners[2], "Personal", self.marketer)
        self.send_some(1)
        self.assertEqual(self.get_texts(), ["Personal"])

    def test_stop_cancels_the_rest(self):
        """A stopped mailing would go on, or leave its messages in the queue for ever."""
        mailing = self.start_mailing(self.create_contacts(5))
        self.send_some(2)
        mailing.action_stop()
        self.check_figures(mailing, 5)
        self.send_queue()
        self.run_mailings()
        self.check_figures(mailing, 5)
        self.assertEqual((mailing.sent_count, mailing.canceled_count), (2, 3))
        self.assertTrue(mailing.has_all_outcomes)
        self.assertEqual(len(self.get_texts()), 2)
        with self.assertRaises(UserError):
            mailing.action_resume()

    def test_text_changed_while_paused(self):
        """The new text would reach nobody, or those who have the old one a second time."""
        mailing = self.start_mailing(self.create_contacts(4))
        self.send_some(2)
        with self.assertRaises(UserError):
            mailing.body = "New text"
        mailing.action_pause()
        mailing.body = "New text"
        with self.assertRaises(UserError):
            mailing.partner_ids = [Command.clear()]
        mailing.action_resume()
        self.send_queue()
        self.assertEqual(len(self.get_texts()), 2, "the former text is not sent any more")
        self.run_mailings()
        self.send_queue()
        self.assertEqual(
            self.get_texts(), ["Hello, Contact 0!", "Hello, Contact 1!", "New text", "New text"]
        )
        self.check_figures(mailing, 4)
        partner = self.env["res.partner"].search([("name", "=", "Contact 3")])
        bodies = partner.message_ids.filtered(lambda post: post.message_type == "telegram")
        self.assertEqual(len(bodies), 1, "the chatter shows the former text as well")

    def test_opted_out_after_composing(self):
        """A person who opts out while the message waits would get it."""
        partners = self.create_contacts(3)
        mailing = self.start_mailing(partners)
        chats = self.env["telegram.chat"].search([("partner_id", "in", partners[:2].ids)])
        chats.filtered(lambda chat: chat.partner_id == partners[0]).opted_out = True
        self.env["phone.blacklist"].create({"number": partners[1].phone_sanitized})
        self.run_mailings()
        self.send_queue()
        self.run_mailings()
        self.assertEqual(self.get_texts(), ["Hello, Contact 2!"])
        self.check_figures(mailing, 3)
        self.assertEqual((mailing.left_out_count, mailing.state), (2, "done"))

    def test_failure_of_one(self):
        """One person without Telegram would stop the mailing, or count as sent."""
        mailing = self.start_mailing(self.create_contacts(3))
        self.refuse(1)
        self.send_queue()
        self.run_mailings()
        self.check_figures(mailing, 3)
        self.assertEqual((mailing.failed_count, mailing.sent_count), (1, 2))
        self.assertEqual(mailing.state, "done")

    def test_paused_by_refusals(self):
        """A mailing that Telegram refuses would go on and cost the account."""
        mailing = self.start_mailing(self.create_contacts(30))
        self.send_some(18)
        self.refuse(12)
        self.send_queue()
        self.check_figures(mailing, 30)
        self.assertEqual((mailing.state, mailing.failed_count), ("paused", 2))
        self.assertIn("2 of the last 20 messages were refused", mailing.pause_reason)
        self.assertEqual(mailing.activity_ids.user_id, self.marketer)
        mailing.action_resume()
        self.assertFalse(mailing.activity_ids)

    def test_paused_by_the_account(self):
        """A suspended account would go on with the mailing as soon as it works again."""
        mailing = self.start_mailing(self.create_contacts(2))
        self.instance._update_state("suspended")
        self.assertEqual(mailing.state, "paused")
        self.assertEqual(mailing.activity_ids.user_id, self.marketer)
        self.instance._update_state("authorized")
        self.send_queue()
        self.assertFalse(self.get_texts())

    def test_answers(self):
        """An answer would be missing in the report, or count for two mailings."""
        partners = self.create_contacts(2) | self.customer
        mailing = self.start_mailing(partners)
        self.send_queue()
        self.receive()
        chat = self.env["telegram.chat"].search([("partner_id", "=", self.customer.id)])
        self.ingest(
            self.notification("Yes, please", timestamp=self.now() + 5),
            self.notification("And another", timestamp=self.now() + 6, idMessage="2"),
        )
        self.check_figures(mailing, 3)
        self.assertEqual(mailing.answered_count, 1)
        recipient = mailing.recipient_ids.filtered("answer_id")
        self.assertEqual(recipient.chat_id, chat)
        self.assertEqual(recipient.with_user(self.marketer).answer_text, "Yes, please")

    def test_edit_is_no_answer(self):
        """An old message that is edited after the mailing would count as an answer to it."""
        self.ingest(self.notification("Good morning", timestamp=self.now() - 60, idMessage="1"))
        mailing = self.start_mailing(self.customer)
        self.send_queue()
        edit = self.notification(timestamp=self.now() + 5, idMessage="2")
        edited = {"textMessage": "Good evening", "stanzaId": "1"}
        edit["messageData"] = {"typeMessage": "editedMessage", "editedMessageData": edited}
        self.ingest(edit)
        self.check_figures(mailing, 1)
        self.assertEqual((mailing.sent_count, mailing.answered_count), (1, 0))

    def test_late_answer(self):
        """A message of next month would count as an answer."""
        mailing = self.start_mailing(self.customer)
        self.send_queue()
        self.receive()
        mailing.sudo().recipient_ids.message_id.last_attempt_date -= timedelta(days=8)
        self.ingest(self.notification("Hi", timestamp=self.now()))
        self.check_figures(mailing, 1)
        self.assertFalse(mailing.answered_count)

    def test_each_once_per_mailing(self):
        """However often the action runs, each recipient has one message."""
        mailing = self.start_mailing(self.create_contacts(3))
        mailing.sudo().recipient_ids.state = "waiting"  # as if a commit had been lost
        with self.assertLogs("odoo.sql_db", "ERROR"):  # the unique index
            self.run_mailings_again()
        self.assertEqual(len(self.get_states(mailing)), 3)

    def run_mailings_again(self):
        """Compose once more, which the database refuses."""
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            self.env["telegram.mailing"].search([])._compose_batch()

    def test_queries_of_letters(self):
        """Each personal message would cost a query about mailings although there are none."""
        for number in range(3):
            self.write_from(self.customer, f"Letter {number}", self.marketer)
        queries = []
        find_closed = self.registry["telegram.mailing"]._find_closed

        def find(mailings, instance):
            queries.append(instance)
            return find_closed(mailings, instance)

        self.patch(self.registry["telegram.mailing"], "_find_closed", find)
        budget = self.instance._get_send_budget()
        for _number in range(3):
            claimed = self.env["telegram.message"]._claim_next(self.instance, budget)
            claimed.message._process_accepted("")
        self.assertEqual(len(queries), 1)

    def test_hours_of_the_day(self):
        """Customers would be written to at night, or never again."""
        mailing = self.start_mailing(
            self.create_contacts(2), hour_from=9, hour_to=18, tz="Europe/Moscow"
        )
        night = fields.Datetime.now().replace(hour=20, minute=0, second=0)  # 23:00 in Moscow
        self.env.flush_all()
        with freeze_time(night):
            self.send_queue()
            self.assertFalse(self.get_texts())
            reason = self.env["telegram.message"].search([("mailing_id", "=", mailing.id)], limit=1)
            self.assertIn("continues at the hours", reason.waiting_reason)
        triggers = self.env["ir.cron.trigger"].search(
            [("cron_id", "=", self.instance.send_cron_id.id)]
        )
        morning = (night + timedelta(days=1)).replace(hour=6)
        self.assertIn(morning, triggers.mapped("call_at"))
        with freeze_time(morning):
            self.send_later()
        self.assertEqual(len(self.get_texts()), 2)

    def test_pace(self):
        """A slow mailing would be sent at once."""
        mailing = self.start_mailing(self.create_contacts(5), pace=12)  # 2 within 10 minutes
        self.send_queue()
        self.send_queue()
        self.assertEqual(len(self.get_texts()), 2)
        for message in self.env["telegram.message"].search([("mailing_id", "=", mailing.id)]):
            if message.last_attempt_date:
                message.last_attempt_date -= timedelta(minutes=10)
        self.send_queue()
        self.assertEqual(len(self.get_texts()), 4)

    def test_scheduled(self):
        """A mailing for tomorrow would begin today, or not tomorrow."""
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        mailing = self.start_mailing(self.create_contacts(1), scheduled_date=tomorrow)
        self.assertEqual(mailing.state, "scheduled")
        with freeze_time(tomorrow + timedelta(minutes=1)):
            self.run_mailings()
        self.assertEqual(mailing.state, "sending")

    def test_composer_makes_a_mailing(self):
        """What is sent to many from a list could not be paused, and had no report."""
        partners = self.create_contacts(3)
        partners[2].phone = False
        composer = (
            self.env["telegram.composer"]
            .with_user(self.salesperson)
            .create(
                {
                    "res_model": "res.partner",
                    "res_ids": repr(partners.ids),
                    "instance_id": self.instance.id,
                    "body": "Good day",
                }
            )
        )
        composer.action_send()
        mailing = self.env["telegram.mailing"].search([])
        self.assertEqual((mailing.name, mailing.state), ("Good day", "sending"))
        self.assertEqual(mailing.user_id, self.salesperson)
        self.check_figures(mailing, 3)
        self.assertEqual((mailing.waiting_count, mailing.left_out_count), (2, 1))
        mailing = mailing.with_user(self.marketer)
        mailing.action_pause()
        mailing.body = "Good evening"
        mailing.action_resume()
        self.run_mailings()
        self.send_queue()
        self.assertEqual(self.get_texts(), ["Good evening"] * 2)

    def test_record_type_once_per_person(self):
        """A customer with two invoices would get the same offer twice."""
        self.env["telegram.chat"]._get_or_create_for_partner(self.instance, self.customer)
        users = self.env["res.partner"].create({"name": "Child", "phone": self.customer.phone})
        mailing = self.start_mailing(self.customer | users)
        self.send_queue()
        self.assertEqual(len(self.get_texts()), 1)
        self.check_figures(mailing, 2)

    def test_test_to_oneself(self):
        """The test would reach customers, or count as part of the mailing."""
        self.marketer.partner_id.phone = "+79101112233"
        mailing = self.create_mailing(self.create_contacts(2))
        action = mailing.action_test()
        dialog = (
            self.env["telegram.mailing.test"]
            .with_user(self.marketer)
            .with_context(**action["context"])
            .create({})
        )
        dialog.action_send()
        dialog.action_send()
        self.send_queue()
        self.assertEqual(self.get_texts(), ["Hello, Contact 0!"])
        self.assertEqual(mailing.state, "test")
        self.assertFalse(mailing.recipient_ids)
        mailing.body = "Another"
        self.assertEqual(mailing.state, "draft", "the new text was not tested")

    def test_comparison_of_two_texts(self):
        """The rest would get the worse text, or both, or nothing."""
        partners = self.create_contacts(10)
        mailing = self.start_mailing(
            partners, is_ab_test=True, body="A", body_b="B", ab_share=40, ab_criterion="read"
        )
        self.send_queue()
        self.assertEqual(self.get_texts(), ["A", "A", "B", "B"])
        readers = mailing.recipient_ids.filtered(lambda each: each.variant == "b")
        readers.sudo().message_id.state = "read"
        self.run_mailings()
        self.assertEqual(mailing.state, "sending")
        self.check_figures(mailing, 10)
        with freeze_time(fields.Datetime.now() + timedelta(hours=25)):
            self.run_mailings()
            self.send_later()
            self.run_mailings()
        self.assertEqual(mailing.ab_winner, "b")
        self.assertEqual(self.get_texts(), ["A"] * 2 + ["B"] * 8)
        self.check_figures(mailing, 10)
        self.assertEqual(mailing.state, "done")

    def test_files(self):
        """A file would be lost with its template, or be sent to the first recipient only."""
        files = self.env["ir.attachment"].with_user(self.marketer)
        file = files.create({"name": "price.txt", "raw": b"10 EUR"})
        self.start_mailing(self.create_contacts(2), attachment_ids=[Command.set(file.ids)])
        file.unlink()
        self.send_queue()
        self.assertEqual(len(self.phone.requests("sendFileByUrl")), 2)

    def test_rights(self):
        """An operator without the group would write to everybody, a forged state would send."""
        mailing = self.create_mailing(self.customer)
        with self.assertRaises(AccessError):
            mailing.with_user(self.salesperson).action_start()
        for values in ({"state": "sending"}, {"user_id": self.env.ref("base.user_admin").id}):
            with self.assertRaises(AccessError):
                mailing.write(values)

    def now(self):
        return int(fields.Datetime.now().timestamp())
