# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.fields import Command
from odoo.tests import tagged

from ..common import TelegramCase


@tagged("post_install", "-at_install")
class TestPartnerMerge(TelegramCase):
    """What belongs to a contact belongs to the one that it is merged into."""

    def setUp(self):
        super().setUp()
        self.remaining = self.env["res.partner"].create({"name": "Ivanova V."})
        self.ingest(self.notification())
        self.chat = self.env["telegram.chat"].search([("partner_id", "=", self.customer.id)])

    def merge(self):
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard._merge((self.customer | self.remaining).ids, self.remaining)
        self.assertFalse(self.customer.exists())

    def test_record(self):
        """Messages, and a group, keep no id of a contact that is gone."""
        message = self.write_from(self.customer, "Hello")
        group = self.env["telegram.chat"]._get_or_create(self.instance, "-1000", name="Team")
        group._tie_to_record(self.customer)
        group.active = False
        self.merge()
        self.assertEqual(message._get_record(), self.remaining)
        self.assertEqual(message.record_name, self.remaining.display_name)
        self.assertEqual(group._get_record(), self.remaining)
        self.assertEqual(self.chat.partner_id, self.remaining)

    def test_answer_comes_to_the_remaining_one(self):
        """An answer to what was written from the merged contact is posted on the other one."""
        self.write_from(self.customer, "Hello")
        self.send_queue()
        self.merge()
        message = self.ingest(self.notification("Fine", idMessage="2")).message_id
        self.assertEqual(message._get_record(), self.remaining)
        self.assertIn("Fine", self.remaining.message_ids[0].body)

    def test_who_sees_the_chat(self):
        """The salesperson of the remaining contact alone sees the chat, and is its member."""
        colleague = self.create_user("merge_colleague", "user")
        self.instance.write({"operator_ids": [Command.link(colleague.id)], "visibility": "own"})
        self.customer.user_id = self.salesperson
        self.remaining.user_id = colleague
        channel = self.chat._open_channel()
        self.assertEqual(channel.channel_member_ids.partner_id, self.salesperson.partner_id)
        self.merge()
        self.assertEqual(self.chat.restricted_user_id, colleague)
        self.assertEqual(channel.channel_member_ids.partner_id, colleague.partner_id)
        self.assertEqual(channel.name, self.remaining.name)

    def test_created_record(self):
        """A conversation that created a contact belongs to the one that remains."""
        self.chat.write({"created_res_model": "res.partner", "created_res_id": self.customer.id})
        self.merge()
        self.assertEqual(self.chat.created_res_id, self.remaining.id)

    def test_automation_writes_once(self):
        """An automation that has written to one of the contacts would write to the other one."""
        action = self.create_action()
        rows = self.env["telegram.automatic.message"]
        ours = [("action_id", "=", action.id)]
        for own, merged, kept in (
            ("composed", "waiting", "composed"),
            ("waiting", "composed", "composed"),
            ("waiting", "skipped", "skipped"),
            ("left_out", "waiting", "waiting"),
            (None, "composed", "composed"),
        ):
            with self.subTest(own=own, merged=merged):
                rows._request(action, self.customer | self.remaining if own else self.customer)
                for row in rows.search(ours):
                    row.state = own if row.res_id == self.remaining.id else merged
                self.merge()
                row = rows.search(ours)
                self.assertEqual((row.state, row.res_id), (kept, self.remaining.id))
                row.unlink()
                self.customer = self.env["res.partner"].create({"name": "Ivanova Vera"})

    def test_automation_has_queued_both(self):
        """A person with two queued messages of an automation would get both."""
        action = self.create_action()
        self.remaining.phone = "+79101112299"
        rows = self.env["telegram.automatic.message"]
        rows._request(action, self.customer | self.remaining)
        self._run(self.env.ref("telegram_green_api.ir_cron_automatic_messages"))
        self.merge()
        self.send_queue()
        self.assertEqual(len(self.phone.requests("sendMessage")), 1)
        self.assertEqual(len(rows.search([("action_id", "=", action.id)])), 1)

    def test_automation_follows_a_merged_chat(self):
        """An automation would forget whom it has written to, and write to them again."""
        row = self.env["telegram.automatic.message"].create(
            {
                "action_id": self.create_action().id,
                "res_model": "res.partner",
                "res_id": self.customer.id,
                "state": "composed",
            }
        )
        row.chat_id = self.env["telegram.chat"]._get_or_create(self.instance, "79101112299@c.us")
        row.chat_id._resolve_phone_chat(self.chat.telegram_id)
        self.assertEqual(row.chat_id, self.chat)

    def create_action(self):
        """Create an action that writes once per contact."""
        model = self.env.ref("base.model_res_partner")
        template = self.env["telegram.template"].create(
            {"name": "Hello", "body": "Hello", "model_id": model.id}
        )
        return self.env["ir.actions.server"].create(
            {
                "name": "Hello",
                "model_id": model.id,
                "state": "telegram",
                "telegram_template_id": template.id,
                "telegram_instance_id": self.instance.id,
                "telegram_user_id": self.salesperson.id,
                "telegram_once": "record",
            }
        )

    def test_mailing_writes_once(self):
        """A mailing that has written to one of the contacts would write to the other one."""
        mailing = self.env["telegram.mailing"].create(
            {"name": "News", "instance_id": self.instance.id, "res_model": "res.partner"}
        )
        recipients = self.env["telegram.mailing.recipient"]
        values = {"mailing_id": mailing.id, "partner_id": self.remaining.id}
        recipients.create({**values, "res_id": self.remaining.id, "state": "waiting"})
        values["partner_id"] = self.customer.id
        sent = recipients.create({**values, "res_id": self.customer.id, "state": "composed"})
        self.merge()
        both = recipients.search([("mailing_id", "=", mailing.id)])
        self.assertEqual(sent.state, "composed")
        self.assertEqual((both - sent).state, "left_out")
        self.assertEqual(set(both.mapped("res_id")), set(self.remaining.ids))
        self.assertEqual(both.partner_id, self.remaining)


@tagged("post_install", "-at_install")
class TestMergeOfCompanies(TelegramCase):
    """Contacts with conversations of several accounts and companies become one."""

    def setUp(self):
        super().setUp()
        self.company = self.env["res.company"].create({"name": "Other company"})
        self.other_phone = self._create_phone()
        self.other_instance = self._create_instance(self.other_phone, name="Other account")
        self.ingest(self.notification())
        self.chat = self.env["telegram.chat"].search([("partner_id", "=", self.customer.id)])

    def merge(self, source, remaining):
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard._merge((source | remaining).ids, remaining)
        self.env.invalidate_all()

    def move_other_account(self):
        """Let the other account belong to the other company; return a chat of it."""
        user = self.create_user(
            "merge_other",
            "user",
            "contacts",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        self.other_instance.write(
            {"company_id": self.company.id, "operator_ids": [Command.set(user.ids)]}
        )
        chat = self.env["telegram.chat"]._get_or_create(self.other_instance, "555", name="There")
        chat.partner_id = self.customer
        return chat, user

    def check_usable(self, chat, user, contact):
        """Check that a chat without its contact still works for the user who operates it."""
        self.assertFalse(chat.partner_id, "of another company")
        own = chat.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
        own.web_read({"partner_id": {"fields": {"display_name": {}}}, "name": {}})
        channel = own._open_channel()
        channel.message_post(body="Hello", message_type="comment")  # pylint: disable=translation-required
        self.send_queue(chat.instance_id)
        self.assertEqual(chat.message_ids.sorted("id")[-1].state, "sent")
        before = contact.message_ids
        sender = {**self.notification()["senderData"], "chatId": chat.telegram_id}
        sender |= {"sender": chat.telegram_id, "senderPhoneNumber": 0}
        note = self.notification("For one company", idMessage="77", senderData=sender)
        self.ingest(note, instance=chat.instance_id)
        self.assertEqual(contact.message_ids, before, "the other company reads it")

    def test_two_accounts(self):
        """One of two conversations of a person would be lost."""
        other = self.env["res.partner"].create({"name": "Twin"})
        chat = self.env["telegram.chat"]._get_or_create(self.other_instance, "555", name="There")
        chat.partner_id = other
        self.merge(self.customer, other)
        self.assertEqual((self.chat | chat).partner_id, other)
        self.assertEqual(set(other.telegram_chat_ids), set(self.chat | chat))

    def test_into_another_company(self):
        """A conversation would belong to a contact that its operators cannot read."""
        foreign = self.env["res.partner"].create({"name": "There", "company_id": self.company.id})
        self.merge(self.customer, foreign)
        self.check_usable(self.chat, self.salesperson, foreign)

    def test_shared_contact_gets_a_company(self):
        """A shared contact gets the company of the merged one: its other conversations stay."""
        chat, user = self.move_other_account()
        own = self.env["res.partner"].create({"name": "Own", "company_id": self.env.company.id})
        self.merge(own, self.customer)
        self.assertEqual(self.customer.company_id, self.env.company)
        self.assertEqual(self.chat.partner_id, self.customer)
        self.check_usable(chat, user, self.customer)

    def test_company_chosen_by_hand(self):
        """The same for a contact whose company a user changes."""
        chat, user = self.move_other_account()
        self.customer.company_id = self.env.company
        self.assertEqual(self.chat.partner_id, self.customer)
        self.check_usable(chat, user, self.customer)

    def test_company_of_the_parent(self):
        """The same for people whose company contact gets another company."""
        chat, user = self.move_other_account()
        firm = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        self.customer.parent_id = firm
        firm.company_id = self.env.company
        self.assertEqual(self.customer.company_id, self.env.company)
        self.check_usable(chat, user, self.customer)

    def test_company_of_the_account(self):
        """An account that moves to another company would keep the contacts of the former one."""
        shared = self.env["telegram.chat"]._get_or_create(self.instance, "555", name="Shared")
        shared.partner_id = self.env["res.partner"].create({"name": "Shared"})
        self.customer.company_id = self.env.company
        self.salesperson.company_ids = [Command.link(self.company.id)]
        self.instance.company_id = self.company
        self.assertTrue(shared.partner_id)
        self.check_usable(self.chat, self.salesperson, self.customer)

    def test_branch(self):
        """A contact of a branch would lose the conversation with the parent's account."""
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.env.company.id}
        )
        self.customer.company_id = branch
        self.assertEqual(self.chat.partner_id, self.customer)
