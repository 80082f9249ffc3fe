# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import sql_db
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ... import const
from .group_case import IVAN, OWN_CHAT, GroupCase


@tagged("post_install", "-at_install")
class TestCreateGroup(GroupCase):
    """Making a group: what stands in Odoo afterwards, and what does when it goes wrong."""

    def wizard(self, name="Team", partners=None, **values):
        form = self.dialog("telegram.group.create")
        form.name = name
        for partner in self.customer | self.ivan if partners is None else partners:
            form.partner_ids.add(partner)
        for field, value in values.items():
            setattr(form, field, value)
        return form.save()

    def test_create(self):
        """The group is there with its kind, its members and their contacts, its link, and open."""
        wizard = self.wizard(group_type="supergroup", auto_delete_days=7)
        action = self.ask(wizard, "action_create")
        group = self.chats.browse(action["params"]["next"]["res_id"])
        self.assertEqual((group.name, group.chat_type), ("Team", "supergroup"))
        self.assertEqual(
            self.members(group),
            {"Vasilisa Ivanova": "Member", "Ivan": "Member", "Sales": "Owner, this account"},
        )
        self.assertEqual(group.account_role, "owner")
        self.assertTrue(group.may_manage_group)
        self.assertIn("https://t.me/", group.invite_link)
        self.assertEqual(group.channel_id.name, "Team")
        [request] = self.phone.requests("createGroup")
        self.assertEqual(request["body"]["messageAutoDeleteTime"], 7)
        self.assertEqual(self.at_service(group)[0], {"10000000", IVAN, OWN_CHAT})

    def test_from_a_selection(self):
        """The dialog takes the people from the list where it was opened."""
        context = {"active_model": "res.partner", "active_ids": (self.ivan | self.marfa).ids}
        form = self.dialog("telegram.group.create", **context)
        self.assertEqual(form.partner_ids[:], self.ivan | self.marfa)
        context = {"active_model": "telegram.chat", "active_ids": self.ivan_chat.ids}
        form = self.dialog("telegram.group.create", **context)
        self.assertEqual(form.chat_ids[:], self.ivan_chat)
        self.assertEqual(form.instance_id, self.instance)

    def test_who_cannot(self):
        """Who cannot be added is told before and after; the others are."""
        nobody, unchecked, unwanted = self.env["res.partner"].create(
            [{"name": "Nobody"}, {"name": "New", "phone": "+79998887799"}, {"name": "Marfa too"}]
        )
        gone = self.chats._get_or_create(self.instance, "10000099", name="Gone")
        gone.write({"partner_id": unwanted.id, "opted_out": True})
        wizard = self.wizard(partners=self.ivan | nobody | unchecked | unwanted)
        self.assertEqual((wizard.included_count, wizard.left_out_count), (1, 3))
        self.assertEqual(wizard.unchecked_count, 1)
        for text in ("Neither a Telegram chat", "Not known yet", "Wants no mailings"):
            self.assertIn(text, wizard.preview)
        action = self.ask(wizard, "action_create")
        self.assertIn("New: Not known yet", action["params"]["message"])
        group = self.chats.browse(action["params"]["next"]["res_id"])
        self.assertEqual(self.members(group), {"Ivan": "Member", "Sales": "Owner, this account"})

    def test_check_numbers(self):
        """Numbers that nobody has asked about are asked about from the dialog: some are people."""
        here, nowhere = self.env["res.partner"].create(
            [
                {"name": "Here", "phone": "+79998887711"},
                {"name": "Nowhere", "phone": "+79998887712"},
            ]
        )
        self.phone.add_customer("Here", chatId="10000011", phoneNumber=79998887711)
        wizard = self.wizard(partners=here | nowhere)
        self.assertEqual((wizard.included_count, wizard.unchecked_count), (0, 2))
        action = self.ask(wizard, "action_check_numbers")
        self.assertEqual((action["res_model"], action["res_id"]), (wizard._name, wizard.id))
        self.assertEqual((wizard.included_count, wizard.unchecked_count), (1, 0))
        self.assertIn("No Telegram account", wizard.preview)
        self.ask(wizard, "action_create")
        [request] = self.phone.requests("createGroup")
        self.assertEqual(request["body"]["chatIds"], ["10000011"])

    def test_check_fails(self):
        """Why the numbers cannot be checked is said; the dialog keeps what was chosen."""
        new = self.env["res.partner"].create({"name": "New", "phone": "+79998887711"})
        self.phone.fault("checkAccount", "status", status=466, body="quota")
        wizard = self.wizard(partners=new)
        with self.assertRaisesRegex(UserError, "quota"):
            self.ask(wizard, "action_check_numbers")
        self.assertEqual(wizard.partner_ids, new)

    def test_many_people(self):
        """Of many people the first ones are listed, and those who are left out before all."""
        names = [f"Nobody {number}" for number in range(25)]
        nobody = self.env["res.partner"].create([{"name": name} for name in names])
        wizard = self.wizard(partners=nobody | self.ivan)
        self.assertEqual(wizard.preview.count("fa-times"), 20)
        self.assertIn("and 5 more; 1 will be added", wizard.preview)

    def test_twice_the_same_person(self):
        """A contact and its chat are one person, who is added once."""
        wizard = self.wizard(partners=self.ivan)
        wizard.chat_ids = self.ivan_chat | self.marfa_chat
        self.assertEqual((wizard.included_count, wizard.left_out_count), (2, 1))
        self.ask(wizard, "action_create")
        [request] = self.phone.requests("createGroup")
        self.assertEqual(request["body"]["chatIds"], [IVAN, "10000002"])

    def test_one_person_with_two_contacts(self):
        """A contact with the phone number of another one's chat is the same person."""
        self.ivan_chat.sudo().phone = "+79995554433"
        twin = self.env["res.partner"].create({"name": "Vanya", "phone": "+79995554433"})
        wizard = self.wizard(partners=self.ivan | self.marfa | twin)
        self.assertEqual((wizard.included_count, wizard.left_out_count), (2, 1))
        self.assertEqual(wizard.unchecked_count, 0)
        self.assertIn("the same chat or phone number as Ivan", wizard.preview)
        action = self.ask(wizard, "action_create")
        self.assertIn("Vanya: Already in the list", action["params"]["message"])
        [request] = self.phone.requests("createGroup")
        self.assertEqual(request["body"]["chatIds"], [IVAN, "10000002"])

    def test_refused_before_the_call(self):
        """Nobody, a long or empty name, days beyond the limit: the field is named, no call."""
        instance = self.instance.with_user(self.salesperson)
        for arguments, text in (
            (("Team", self.env["res.partner"]), "Choose at least one contact"),
            (("Team", self.env["res.partner"].create({"name": "New"})), "Some members cannot"),
            (("T" * 101, self.ivan), "name has 101 characters"),
            (("  ", self.ivan), "Enter a group name"),
        ):
            with self.assertRaisesRegex(UserError, text):
                instance.create_group(*arguments)
        with self.assertRaisesRegex(UserError, "365"):
            instance.create_group("Team", self.ivan, auto_delete_days=366)
        wizard = self.wizard(partners=[])
        with self.assertRaisesRegex(UserError, "Choose at least one contact"):
            wizard.action_create()
        self.assertIn("has 101 characters", self.wizard(name="T" * 101).name_limit)
        self.assertEqual(self.calls("createGroup"), 0)

    def test_longest_name(self):
        """A name of just the limit's length is taken."""
        group = self.make_group(name="T" * 100)
        self.assertEqual(group.name, "T" * 100)

    def test_service_makes_none(self):
        """With somebody whom Telegram does not know no group is made, and Odoo has none."""
        stranger = self.chats._get_or_create(self.instance, "77", name="Stranger")
        with self.assertRaisesRegex(UserError, "could not be created"):
            self.make_group(self.ivan_chat | stranger)
        self.assertFalse(self.chats.search([("chat_type", "=", "group")]))

    def test_service_is_away(self):
        """A call that cannot have arrived is told so, and may be made again."""
        self.phone.fault("createGroup", "status", status=429, body="Too Many Requests")
        wizard = self.wizard()
        with self.assertRaisesRegex(UserError, "slow down"):
            self.ask(wizard, "action_create")
        self.assertFalse(wizard.is_unsure)
        self.ask(wizard, "action_create")
        self.assertEqual(len(self.groups_at_service()), 1)

    def test_outcome_unknown(self):
        """The answer is lost: the dialog makes no second group, but finds the first one."""
        self.phone.fault("createGroup", "lost_after")
        wizard = self.wizard()
        action = self.ask(wizard, "action_create")
        self.assertEqual((action["res_model"], action["res_id"]), (wizard._name, wizard.id))
        self.assertIn("Find Group", wizard.problem)
        with self.assertRaisesRegex(UserError, "Find Group"):
            self.ask(wizard, "action_create")
        action = self.ask(wizard, "action_find_group")
        group = self.chats.browse(action["params"]["next"]["res_id"])
        self.assertEqual([group.telegram_id], self.groups_at_service())
        self.assertIn("Ivan", self.members(group))
        self.assertEqual(self.calls("createGroup"), 1)

    def test_outcome_unknown_and_none_made(self):
        """The call was lost on its way: after a look, which finds none, one may try again."""
        self.make_group()  # another one of this name, which is not taken for it
        self.phone.fault("createGroup", "lost_before")
        wizard = self.wizard()
        self.ask(wizard, "action_create")
        self.ask(wizard, "action_find_group")
        self.assertIn("no new group", wizard.problem)
        action = self.ask(wizard, "action_create")
        self.assertEqual(action["params"]["next"]["res_model"], "telegram.chat")
        self.assertEqual(len(self.groups_at_service()), 2)

    def test_find_while_it_is_created(self):
        """Find Group, clicked while the group is being created, would allow a second one."""
        wizard = self.wizard()
        with self.asking():
            wizard._begin_press("action_create")
        with sql_db.db_connect(self.env.cr.dbname).cursor() as other:  # the first click's
            other.execute(
                "SELECT pg_try_advisory_xact_lock(%s, %s)", [const.LOCK_DIALOG, wizard.id]
            )
            self.ask(wizard, "action_find_group")
        self.assertIn("still being created", wizard.problem)
        self.assertIn("action_create", wizard.presses)
        self.ask(wizard, "action_find_group")
        self.assertFalse(wizard.presses, "the first click has ended")

    def test_outcome_unknown_for_programs(self):
        """A program is told, too, and finds the group by its name."""
        self.phone.fault("createGroup", "truncated")
        with self.assertRaisesRegex(UserError, "may have been completed"):
            self.make_group()
        [group] = self.ask(self.instance, "find_groups", "Team")
        self.assertEqual([group.telegram_id], self.groups_at_service())

    def test_members_are_asked_for_in_vain(self):
        """The group is kept although the service cannot tell its members just now."""
        self.phone.fault("getGroupData", "status", status=500)
        group = self.make_group()
        self.assertEqual(self.members(group), {"Vasilisa Ivanova": "Member", "Ivan": "Member"})
        self.assertFalse(group.last_refresh_date)
        self.ask(group, "get_group_data")
        self.assertEqual(len(group.member_ids), 3)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_not_an_operator(self):
        """Who does not operate the account makes no groups with it."""
        stranger = self.create_user("telegram_group_stranger", "user")
        with self.assertRaises(AccessError):
            self.make_group(user=stranger)
        self.assertEqual(self.calls("createGroup"), 0)
