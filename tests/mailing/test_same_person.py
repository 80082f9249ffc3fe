# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from ...models.mailing import composing
from .mailing_case import MailingCase


@tagged("post_install", "-at_install")
class TestSamePerson(MailingCase):
    """Two recipients who turn out to be one person after the start."""

    def setUp(self):
        super().setUp()
        self.partners = self.create_contacts(3)

    def merge_contacts(self, number=0, remaining=1):
        """Merge one of the contacts into another one, as a user of Odoo would."""
        wizard = self.env["base.partner.merge.automatic.wizard"]
        source, remaining = self.partners[number], self.partners[remaining]
        wizard._merge((source | remaining).ids, remaining)
        self.assertFalse(source.exists())

    def merge_chats(self):
        """Let Telegram report that the chats of the first two contacts are one."""
        first, second = self.get_chats()[:2]
        second.telegram_id = "10000555"
        first._resolve_phone_chat("10000555")
        self.assertFalse(first.exists())

    def get_chats(self):
        """Return the chats of the contacts, in their order."""
        chats = self.env["telegram.chat"].search([("partner_id", "in", self.partners.ids)])
        return chats.sorted("phone")

    def finish(self, mailing):
        """Send and compose until nothing changes, and check that the figures add up to 3."""
        for _round in range(3):
            self.run_mailings()
            self.send_queue()
            self.check_figures(mailing, 3)
        self.run_mailings()
        return self.check_figures(mailing, 3)

    def test_merged_while_both_are_queued(self):
        """Merging the contacts would fail, or the person would get two copies."""
        mailing = self.start_mailing(self.partners, body="Hello!")
        self.merge_contacts()
        self.finish(mailing)
        self.assertEqual((mailing.sent_count, mailing.left_out_count), (2, 1))
        self.assertEqual(len(self.get_texts()), 2)
        repeated = mailing.recipient_ids.filtered("reason_code")
        self.assertEqual(repeated.reason, "Merged with another recipient of the mailing")
        self.assertEqual(repeated.message_id.failure_reason, repeated.reason)
        self.assertEqual(mailing.state, "done")

    def test_merged_after_one_was_sent(self):
        """The person would get the text under the other contact again."""
        self.check_merged_after_one_was_sent(0, 1)

    def test_merged_into_the_one_that_was_sent(self):
        """As before, the other way round."""
        self.check_merged_after_one_was_sent(1, 0)

    def check_merged_after_one_was_sent(self, source, remaining):
        """Check that nothing goes to the second one of a person after the first one was sent."""
        mailing = self.start_mailing(self.partners, body="Hello!")
        self.send_some(1)
        self.merge_contacts(source, remaining)
        self.finish(mailing)
        self.assertEqual((mailing.sent_count, mailing.left_out_count), (2, 1))
        self.assertEqual(len(self.get_texts()), 2)

    def test_merged_after_both_were_sent(self):
        """Merging the contacts would fail, or one of two sent messages be forgotten."""
        mailing = self.start_mailing(self.partners, body="Hello!")
        self.send_some(2)
        self.merge_contacts()
        self.finish(mailing)
        self.assertEqual((mailing.sent_count, mailing.left_out_count), (3, 0))
        self.assertEqual(len(self.get_texts()), 3)
        self.merge_contacts(2, 1)  # one more
        self.finish(mailing)
        self.assertEqual(mailing.recipient_ids.mapped("res_id"), self.partners[1].ids * 3)

    def test_merged_after_one_has_failed(self):
        """The person would get nothing because the other contact had a wrong number."""
        mailing = self.start_mailing(self.partners, body="Hello!")
        self.refuse(1)
        self.send_some(1)
        self.merge_contacts()
        self.finish(mailing)
        self.assertEqual((mailing.failed_count, mailing.sent_count), (1, 2))

    def test_merged_while_paused_and_text_changed(self):
        """The remaining contact would get the former text, or the repeated one a new message."""
        mailing = self.start_mailing(self.partners, body="Hello!")
        mailing.action_pause()
        self.merge_contacts()
        mailing.body = "New text"
        mailing.action_resume()
        self.finish(mailing)
        self.assertEqual(self.get_texts(), ["New text"] * 2)
        self.assertEqual(mailing.left_out_count, 1)

    def test_merged_before_composing(self):
        """A recipient without a message yet would be written to under the former contact."""
        mailing = self.create_mailing(self.partners, body="Hello!")
        mailing.action_start()
        mailing.sudo()._process_step()
        self.assertEqual(mailing.state, "sending")
        self.merge_contacts()
        self.finish(mailing)
        self.assertEqual((mailing.sent_count, mailing.left_out_count), (2, 1))

    def test_merged_with_one_who_opted_out(self):
        """A person who wants no mailings would get one by the chat of the other contact."""
        mailing = self.start_mailing(self.partners, body="Hello!")
        self.get_chats()[0].opted_out = True
        self.merge_contacts()
        self.finish(mailing)
        self.assertEqual((mailing.sent_count, mailing.left_out_count), (1, 2))
        self.assertTrue(all(self.get_chats()[:2].mapped("opted_out")))

    def test_chats_become_one(self):
        """Two numbers of one Telegram account would get two copies, in one chat."""
        mailing = self.start_mailing(self.partners, body="Hello!")
        self.merge_chats()
        self.assertEqual(len(mailing.recipient_ids.chat_id), 2)
        self.finish(mailing)
        self.assertEqual((mailing.sent_count, mailing.left_out_count), (2, 1))
        self.assertEqual(len(self.get_texts()), 2)

    def test_chats_become_one_about_two_records(self):
        """A mailing about each record would leave out the second one of a person."""
        mailing = self.start_invoice_mailing(is_once_per_person=False)
        self.run_mailings()
        self.merge_chats()
        self.finish(mailing)
        self.assertEqual(mailing.sent_count, 3)

    def test_answer_after_chats_became_one(self):
        """The answer would be counted for no recipient."""
        mailing = self.start_mailing(self.partners, body="Hello!")
        self.send_queue()
        self.merge_chats()
        answer = self.notification("Yes", timestamp=self.now() + 5)
        answer["senderData"] |= {"chatId": "10000555", "sender": "10000555"}
        self.ingest(answer)
        self.check_figures(mailing, 3)
        self.assertEqual(mailing.answered_count, 1)

    def test_twin_after_the_start(self):
        """A number that was changed after the start would get a copy of each batch."""
        self.patch(composing, "BATCH_SIZE", 1)
        mailing = self.create_mailing(self.partners, body="Hello!")
        mailing.action_start()
        mailing.sudo()._process_step()
        self.partners[2].phone = self.partners[0].phone
        self.finish(mailing)
        self.assertEqual((mailing.sent_count, mailing.left_out_count), (2, 1))
        reason = mailing.recipient_ids.filtered("reason").reason
        self.assertIn("the same chat or phone number as Contact 0", reason)

    def test_twin_among_invoices(self):
        """An offer about records, once per person, would go to a person twice."""
        for batch_size in (1, 200):
            for is_once, sent in ((True, 2), (False, 3)):
                with self.subTest(batch_size=batch_size, is_once=is_once):
                    self.patch(composing, "BATCH_SIZE", batch_size)
                    self.partners[2].phone = "+79100000002"
                    mailing = self.start_invoice_mailing(is_once_per_person=is_once)
                    self.partners[2].phone = self.partners[0].phone
                    self.run_mailings()
                    self.check_figures(mailing, 3)
                    self.assertEqual(mailing.waiting_count, sent)
                    mailing.action_stop()
                    self.run_mailings()

    def start_invoice_mailing(self, **values):
        """Start a mailing about an invoice of each contact. It has not composed anything yet."""
        invoices = self.env["account.move"].create(
            [{"move_type": "out_invoice", "partner_id": partner.id} for partner in self.partners]
        )
        self.instance.operator_ids |= self.env.user
        mailing = self.create_mailing(
            self.partners.browse(),
            recipient_mode="domain",
            res_model="account.move",
            domain=repr([("id", "in", invoices.ids)]),
            body="Hello!",
            **values,
        ).sudo()
        mailing.user_id = self.env.user  # the marketing person may not read invoices
        mailing.with_user(self.env.user).action_start()
        mailing._process_step()
        self.assertEqual(mailing.state, "sending")
        return mailing

    def now(self):
        return int(self.env.cr.now().timestamp())
