# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
# pylint: disable=translation-required  # what users write

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .visibility_case import VisibilityCase


@tagged("post_install", "-at_install")
class TestVisibility(VisibilityCase):
    """Salespeople who are limited to the chats of their own customers."""

    def test_all_operators(self):
        """As it is set from the beginning, each operator sees everything."""
        everything = {"telegram.chat", "telegram.message", "discuss.channel"}
        for user in (self.salesperson, self.colleague, self.manager):
            self.assertEqual(self.sees(user), everything, user.login)

    def test_own_customers(self):
        """A colleague finds neither chat nor message nor conversation of another's customer."""
        self.instance.visibility = "own"
        everything = {"telegram.chat", "telegram.message", "discuss.channel"}
        self.assertEqual(self.sees(self.salesperson), everything)
        self.assertEqual(self.sees(self.manager), everything)
        self.assertEqual(self.sees(self.colleague), set())
        self.assertNotIn(self.colleague.partner_id, self.channel.channel_member_ids.partner_id)

    def test_archived_account(self):
        """Operators could not open the chats of an archived account that Discuss still shows."""
        everything = {"telegram.chat", "telegram.message", "discuss.channel"}
        self.instance.active = False
        for user in (self.salesperson, self.manager):
            self.assertEqual(self.sees(user), everything, user.login)
        self.assertEqual(self.nobodys.with_user(self.salesperson).get_proposals(), [])

    def test_what_is_nobodys(self):
        """Chats of unknown people and groups are for all: else nobody would answer them."""
        self.instance.visibility = "own"
        for chat in (self.nobodys, self.group):
            for user in (self.salesperson, self.colleague):
                chat.with_user(user).read(["display_name"])
        self.instance.operator_ids = [Command.unlink(self.salesperson.id)]
        self.assertEqual(len(self.sees(self.colleague)), 3, "whose salesperson does not operate")

    def test_of_the_company(self):
        """The salesperson of a company is that of the people in it."""
        company = self.env["res.partner"].create(
            {"name": "Firm", "is_company": True, "user_id": self.salesperson.id}
        )
        self.customer.write({"user_id": False, "parent_id": company.id})
        self.customer.user_id = False
        self.instance.visibility = "own"
        self.assertEqual(self.sees(self.colleague), set())
        company.user_id = self.colleague
        self.assertEqual(len(self.sees(self.colleague)), 3)
        self.assertEqual(self.sees(self.salesperson), set())

    def test_at_once(self):
        """Odoo keeps the domains of rules: a former operator would read on, a new one nothing."""
        everything = {"telegram.chat", "telegram.message", "discuss.channel"}
        remove = [Command.unlink(self.colleague.id)]
        self.assertEqual(self.sees(self.colleague), everything)
        self.instance.operator_ids = remove
        self.assertEqual(self.sees(self.colleague), set())
        self.instance.operator_ids = [Command.link(self.colleague.id)]
        self.assertEqual(self.sees(self.colleague), everything)
        self.instance.operator_ids = remove
        self.instance.supervisor_id = self.colleague
        self.assertEqual(self.sees(self.colleague), everything)
        self.instance.supervisor_id = False
        self.assertEqual(self.sees(self.colleague), set())
        other = self._create_instance(self._create_phone(), name="Other")
        other.operator_ids = [Command.set(self.colleague.ids)]
        chat = self.env["telegram.chat"]._get_or_create(other, "10000009", name="Other")
        self.assertTrue(chat.with_user(self.colleague).has_access("read"))

    def test_sender_at_once(self):
        """A former sender would still read what they have sent."""
        self.instance.operator_ids = [Command.unlink(self.colleague.id)]
        message = self.chat.message_ids[:1]
        message.write({"direction": "outgoing", "author_id": self.colleague.partner_id.id})
        own = message.with_user(self.colleague)
        self.assertFalse(own.has_access("read"))
        self.instance.sender_ids = [Command.link(self.colleague.id)]
        self.assertTrue(own.has_access("read"))
        self.instance.sender_ids = [Command.unlink(self.colleague.id)]
        self.assertFalse(own.has_access("read"))

    def test_another_salesperson(self):
        """When a customer gets another salesperson, the conversation goes over to them."""
        self.instance.visibility = "own"
        self.customer.user_id = self.colleague
        self.assertEqual(len(self.sees(self.colleague)), 3)
        self.assertEqual(self.sees(self.salesperson), set())
        self.instance.visibility = "all"
        self.assertEqual(len(self.sees(self.salesperson)), 3)

    def test_another_contact(self):
        """When a chat gets another contact, it follows that one's salesperson."""
        self.instance.visibility = "own"
        other = self.env["res.partner"].create({"name": "Ivan", "user_id": self.colleague.id})
        self.chat.partner_id = other
        self.assertEqual(len(self.sees(self.colleague)), 3)
        self.assertEqual(self.sees(self.salesperson), set())

    def test_new_operator(self):
        """Who begins to operate the account gets into no conversation of others."""
        self.instance.visibility = "own"
        user = self.create_user("visibility_new", "user")
        self.instance.operator_ids = [Command.link(user.id)]
        self.assertEqual(self.sees(user), set())
        with self.assertRaises(UserError):
            self.env["discuss.channel.member"].create(
                {"channel_id": self.channel.id, "partner_id": user.partner_id.id}
            )

    def test_nobody_writes_there(self):
        """Who may not see a conversation cannot write into it, either."""
        self.instance.visibility = "own"
        with self.assertRaises(AccessError):
            self.channel.with_user(self.colleague).message_post(
                body="Hello", message_type="comment"
            )

    def test_from_a_record(self):
        """Writing from a record is by the rights to that record: an invoice goes out, whoever
        sends it. The chat stays the salesperson's."""
        self.instance.visibility = "own"
        message = self.write_from(self.customer, "Your invoice", user=self.colleague)
        self.assertEqual(message.chat_id, self.chat)
        self.assertEqual(self.sees(self.colleague), set())
