# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .visibility_case import VisibilityCase

EVERYTHING = {"telegram.chat", "telegram.message", "discuss.channel"}
USER, MANAGER = "telegram_green_api.group_user", "telegram_green_api.group_manager"


@tagged("post_install", "-at_install")
class TestVisibilityMembers(VisibilityCase):
    """Who is a member of a conversation reads it in Discuss: the members follow the rights."""

    def members(self):
        """Return the members' users, with archived ones: user_ids alone would hide them."""
        partners = self.channel.channel_member_ids.partner_id
        return partners.with_context(active_test=False).user_ids

    def role(self, name):
        return self.env.ref(name)

    def test_setting(self):
        """From all to own, others' conversations leave the sidebar, and come back."""
        staff = self.salesperson | self.colleague | self.manager
        self.assertEqual(self.members(), staff)
        self.instance.visibility = "own"
        self.assertEqual(self.members(), self.salesperson | self.manager)
        self.instance.visibility = "all"
        self.assertEqual(self.members(), staff)

    def test_operator(self):
        """Who begins to operate the account, and who ceases to, in either setting."""
        for visibility in ("all", "own"):
            with self.subTest(visibility):
                self.instance.visibility = visibility
                self.instance.operator_ids = [Command.unlink(self.salesperson.id)]
                self.assertNotIn(self.salesperson, self.members())
                self.assertEqual(self.sees(self.salesperson), set())
                # Whose salesperson does not operate the account is everybody's.
                self.assertIn(self.colleague, self.members())
                self.instance.operator_ids = [Command.link(self.salesperson.id)]
                self.assertEqual(self.sees(self.salesperson), EVERYTHING)
                self.assertIn(self.salesperson, self.members())
        self.assertNotIn(self.colleague, self.members())

    def test_administrator(self):
        """An operator who becomes an administrator gets all conversations; who is none any more
        loses them."""
        self.instance.visibility = "own"
        self.colleague.group_ids = [Command.link(self.role(MANAGER).id)]
        self.assertIn(self.colleague, self.members())
        self.assertEqual(self.sees(self.colleague), EVERYTHING)
        self.colleague.group_ids = [Command.unlink(self.role(MANAGER).id)]
        self.assertNotIn(self.colleague, self.members())
        self.assertEqual(self.sees(self.colleague), set())

    def test_administrator_by_the_group(self):
        """The same, said on the group."""
        self.instance.visibility = "own"
        manager = self.role(MANAGER)
        manager.user_ids = [Command.link(self.colleague.id)]
        self.assertIn(self.colleague, self.members())
        manager.user_ids = [Command.unlink(self.colleague.id)]
        self.assertNotIn(self.colleague, self.members())

    def test_administrator_by_another_group(self):
        """The same, by a group that brings the rights with it, and then not any more."""
        self.instance.visibility = "own"
        head = self.env["res.groups"].create(
            {
                "name": "Head of Sales",
                "implied_ids": self.role(MANAGER).ids,
                "user_ids": self.colleague.ids,
            }
        )
        self.assertIn(self.colleague, self.members())
        head.implied_ids = [Command.clear()]
        self.assertNotIn(self.colleague, self.members())
        head.implied_ids = self.role(MANAGER)
        self.assertIn(self.colleague, self.members())
        head.unlink()
        self.assertNotIn(self.colleague, self.members())

    def test_right_to_telegram(self):
        """Who has no right to Telegram any more reads nothing in Discuss, either, though they
        are still listed as an operator."""
        self.salesperson.group_ids = [Command.unlink(self.role(USER).id)]
        self.assertNotIn(self.salesperson, self.members())
        self.salesperson.group_ids = [Command.link(self.role(USER).id)]
        self.assertIn(self.salesperson, self.members())

    def test_without_the_right(self):
        """Who has no right to Telegram becomes neither operator nor member."""
        employee = self.create_user("visibility_employee", "employee")
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.instance.operator_ids = [Command.link(employee.id)]
        self.env.invalidate_all()
        self.assertNotIn(employee, self.members())
        employee.group_ids = [Command.link(self.role(USER).id)]
        self.instance.operator_ids = [Command.link(employee.id)]
        self.assertIn(employee, self.members())

    def test_salesperson_without_the_right(self):
        """The customers of somebody who may not use Telegram any more are everybody's, as those of
        somebody who left: only administrators saw them."""
        self.instance.visibility = "own"
        self.assertEqual(self.sees(self.colleague), set())
        self.salesperson.group_ids = [Command.unlink(self.role(USER).id)]
        self.assertEqual(self.members(), self.colleague | self.manager)
        self.assertEqual(self.sees(self.colleague), EVERYTHING)
        self.salesperson.group_ids = [Command.link(self.role(USER).id)]
        self.assertEqual(self.members(), self.salesperson | self.manager)
        self.assertEqual(self.sees(self.colleague), set())

    def test_archived_salesperson(self):
        """The customers of somebody who left are everybody's: else nobody would answer them."""
        self.instance.visibility = "own"
        self.salesperson.active = False
        self.assertEqual(self.members(), self.colleague | self.manager)
        self.assertEqual(self.sees(self.colleague), EVERYTHING)
        self.salesperson.active = True
        self.assertEqual(self.members(), self.salesperson | self.manager)
        self.assertEqual(self.sees(self.colleague), set())

    def test_archived_operator(self):
        """Who left the company is no member any more, in either setting, by button and by code."""
        for visibility in ("all", "own"):
            for archive in (self.salesperson.action_archive, self.archive_by_code):
                with self.subTest(visibility, archive=archive.__name__):
                    self.instance.visibility = visibility
                    self.assertIn(self.salesperson, self.members())
                    archive()
                    self.assertNotIn(self.salesperson, self.members())
                    self.salesperson.action_unarchive()
                    self.assertIn(self.salesperson, self.members())

    def archive_by_code(self):
        self.salesperson.active = False

    def test_archived_operator_stays_out(self):
        """A caller that sees archived records neither opens nor updates a conversation for one."""
        self.salesperson.active = False
        chat = self.chat.with_context(active_test=False)
        self.assertNotIn(self.salesperson, chat._get_operators())
        self.assertFalse(chat._get_responsible())
        chat._update_channel_members()
        self.assertNotIn(self.salesperson, self.members())

    def test_deleted_operator(self):
        """A deleted user leaves no member behind."""
        leaving = self.create_user("visibility_leaving", "user")
        self.instance.operator_ids = [Command.link(leaving.id)]
        partner = leaving.partner_id
        self.assertIn(partner, self.channel.channel_member_ids.partner_id)
        leaving.unlink()
        self.channel.invalidate_recordset()
        self.assertNotIn(partner, self.channel.channel_member_ids.partner_id)

    def test_archived_chat_is_closed(self):
        """The conversation of an archived chat is closed when it is idle, as any other."""
        self.chat.active = False
        self.channel.last_interest_dt = "2020-01-01 00:00:00"
        self.env["telegram.chat"]._gc_idle_channels()
        self.assertFalse(self.chat.is_channel_open)
        self.assertFalse(self.members())

    def test_archived_chat(self):
        """An archived chat's conversation is no way around."""
        self.chat._assign(self.env["res.users"])  # else it stays with the operator who has it
        self.chat.active = False
        self.instance.visibility = "own"
        self.assertNotIn(self.colleague, self.members())
        self.customer.user_id = self.colleague
        self.assertNotIn(self.salesperson, self.members())
        self.instance.operator_ids = [Command.unlink(self.colleague.id)]
        self.assertNotIn(self.colleague, self.members())
