# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..common import CUSTOMER_PHONE
from .discuss_case import DiscussCase


class TestMembers(DiscussCase):
    """Who sees a conversation, and whom it rings."""

    def setUp(self):
        super().setUp()
        self.ingest(self.notification("Hello", idMessage="1"))

    def test_operators_follow(self):
        """Members come and go with the operators; what was said before is not new to them."""
        newcomer = self.create_user("newcomer", "user")
        self.instance.operator_ids = self.colleague | newcomer
        self.assertEqual(self.channel.channel_partner_ids, (self.colleague | newcomer).partner_id)
        member = self.channel.channel_member_ids.filtered(
            lambda member: member.partner_id == newcomer.partner_id
        )
        self.assertEqual(member.message_unread_counter, 0)

    def test_only_operators(self):
        """Nobody else becomes a member, not even when an operator invites them."""
        stranger = self.create_user("stranger", "employee")
        with self.assertRaisesRegex(UserError, "Only operators"):
            self.channel.with_user(self.salesperson).add_members(stranger.partner_id.ids)

    def test_rights(self):
        """Operators and the company's administrators see it, and nobody else."""
        user = self.create_user("plain", "user")
        manager = self.create_user("boss", "manager")
        portal = self.create_user("portal", "portal")
        for seeing in (self.salesperson, self.colleague, manager):
            with self.subTest(user=seeing.login):
                self.assertTrue(self.channel.with_user(seeing).has_access("read"))
                self.assertTrue(self.conversation().with_user(seeing).has_access("read"))
                self.store_of(self.channel, seeing)
        for other in (user, portal, self.env.ref("base.public_user")):
            with self.subTest(user=other.login):
                self.assertFalse(self.channel.with_user(other).has_access("read"))
                self.assertFalse(self.conversation().with_user(other).has_access("read"))

    def test_manager_of_another_company(self):
        """An administrator of another company does not see it."""
        company = self.env["res.company"].create({"name": "Other"})
        manager = self.create_user(
            "other_boss", "manager", company_id=company.id, company_ids=[Command.set(company.ids)]
        )
        self.assertFalse(self.channel.with_user(manager).has_access("read"))
        with self.assertRaises(AccessError):
            self.post("Hi", user=manager)

    def test_manager_does_not_join(self):
        """An administrator who looks in does not become a member by that."""
        manager = self.create_user("boss", "manager")
        channel = self.channel.with_user(manager)
        self.assertFalse(channel._find_or_create_member_for_self())
        self.post("From above", user=manager)
        self.assertNotIn(manager.partner_id, self.channel.channel_partner_ids)

    def test_leave(self):
        """Leaving takes the conversation out of the sidebar; the next message brings it back."""
        self.channel.last_interest_dt = "2020-01-01 00:00:00"
        self.channel.channel_member_ids.last_interest_dt = "2020-01-01 00:00:00"
        channel = self.channel.with_user(self.salesperson)
        channel.action_unfollow()
        member = channel.self_member_id
        self.assertTrue(member)
        self.assertFalse(member.is_pinned)
        self.ingest(self.notification("Still there?", idMessage="2"))
        member.invalidate_recordset()
        self.assertTrue(member.is_pinned)

    def test_responsible(self):
        """The salesperson is told first; where they are no operator, all operators are."""
        self.assertFalse(self.chat._get_responsible())
        self.customer.user_id = self.colleague
        self.assertEqual(self.chat._get_responsible(), self.colleague.partner_id)
        [thread] = self.store_of(self.channel, self.salesperson)["discuss.channel"]
        self.assertEqual(thread["telegram_responsible_id"], self.colleague.partner_id.id)
        self.customer.user_id = self.create_user("other", "employee")
        self.assertFalse(self.chat._get_responsible())

    def test_push(self):
        """Devices of the salesperson are told, those of other operators are not; nothing is sent
        within the transaction."""
        params = self.env["ir.config_parameter"].sudo()
        params.set_param("mail.web_push_vapid_private_key", "private")
        params.set_param("mail.web_push_vapid_public_key", "public")
        for user in (self.salesperson, self.colleague):
            self.env["mail.push.device"].create(
                {
                    "partner_id": user.partner_id.id,
                    "endpoint": f"https://push.invalid/{user.login}",
                    "keys": "{}",
                    "expiration_time": "2099-01-01 00:00:00",
                }
            )
        self.customer.user_id = self.colleague
        self.ingest(self.notification("Ring", idMessage="2"))
        pushes = self.env["mail.push"].search([])
        self.assertEqual(pushes.mail_push_device_id.partner_id, self.colleague.partner_id)
        self.assertIn("Vasilisa Ivanova", pushes.payload)

    def test_open(self):
        """The buttons on chat and contact open the conversation, also when there was none."""
        self.chat.with_user(self.salesperson).action_open_in_discuss()
        action = self.customer.with_user(self.salesperson).action_open_telegram()
        self.assertEqual(action["context"]["active_id"], f"discuss.channel_{self.channel.id}")
        chat = self.env["telegram.chat"]._get_or_create(self.instance, "888")
        action = chat.with_user(self.colleague).action_open_in_discuss()
        self.assertEqual(action["context"]["active_id"], f"discuss.channel_{chat.channel_id.id}")
        self.assertEqual(
            chat.channel_id.channel_partner_ids, (self.salesperson | self.colleague).partner_id
        )
        stranger = self.create_user("plain", "user")
        with self.assertRaises(AccessError):
            chat.with_user(stranger).action_open_in_discuss()
        with self.assertRaisesRegex(UserError, "no Telegram chat"):
            self.customer.with_user(stranger).action_open_telegram()

    def test_phone_is_no_secret_author(self):
        """The number that belongs to two contacts makes neither of them the author."""
        self.env["res.partner"].create({"name": "Second", "phone": CUSTOMER_PHONE})
        self.chat.unlink()
        self.ingest(self.notification("Which one?", idMessage="5"))
        self.assertFalse(self.conversation().author_id)
