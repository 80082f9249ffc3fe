# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import UserError
from odoo.tests import tagged

from .group_case import IVAN, MARFA, ManagedGroupCase, draw


@tagged("post_install", "-at_install")
class TestGroupMembers(ManagedGroupCase):
    """Adding, removing and promoting people: what came of each is said."""

    def test_add_and_remove(self):
        """Who is added is in the list with name and contact; who is removed is not."""
        action = self.add(self.marfa)
        self.assertEqual(action["params"]["message"], "Added: Marfa.")
        member = self.group.member_ids.filtered(lambda m: m.partner_id == self.marfa)
        self.assertEqual((member.name, member.role), ("Marfa", "Member"))
        self.assertIn(MARFA, self.at_service(self.group)[0])
        self.ask(member, "action_remove")
        self.assertNotIn("Marfa", self.members(self.group))
        self.assertNotIn(MARFA, self.at_service(self.group)[0])

    def test_add_in_part(self):
        """Of several each is told: added, refused by the service, or impossible from the start."""
        self.phone.fault(
            "addGroupParticipant", "status", status=400, body={"message": "USER_PRIVACY"}
        )
        anna = self.env["res.partner"].create({"name": "Anna"})
        chat = self.chats._get_or_create(self.instance, "10000003", name="Anna")
        chat.partner_id = anna
        self.phone.add_customer("Anna", chatId="10000003")
        action = self.add(anna | self.marfa | self.ivan)
        message = action["params"]["message"]
        self.assertEqual(action["params"]["type"], "warning")
        self.assertIn("Added: Marfa.", message)
        self.assertIn("Anna: ", message)
        self.assertIn("USER_PRIVACY", message)
        self.assertIn("Ivan: Is in the group already", message)
        self.assertEqual(
            self.members(self.group).keys(), {"Sales", "Vasilisa Ivanova", "Ivan", "Marfa"}
        )

    def test_add_while_service_is_away(self):
        """When the service is away, the others are not tried, and everybody is told."""
        self.ask(self.group, "remove_group_participant", IVAN)
        self.phone.fault("addGroupParticipant", "status", status=500)
        results = self.ask(self.group, "add_group_participants", self.marfa | self.ivan)
        self.assertEqual([chat_id for chat_id, _reason in results], [MARFA, IVAN])
        self.assertIn("temporarily unavailable", results[0][1])
        self.assertIn("Not tried", results[1][1])
        self.assertEqual(self.calls("addGroupParticipant"), 1)

    def test_add_nobody(self):
        """Nobody chosen, or nobody who can be added: said, without a call."""
        with self.assertRaisesRegex(UserError, "Choose at least one contact"):
            self.add(self.env["res.partner"])
        with self.assertRaisesRegex(UserError, "Ivan: Is in the group already"):
            self.add(self.ivan)
        self.assertEqual(self.calls("addGroupParticipant"), 0)

    def test_add_too_many(self):
        """So many that the button would be waited for without end: refused before the first."""
        names = [str(number) for number in range(51)]
        partners = self.env["res.partner"].create([{"name": name} for name in names])
        for number, partner in enumerate(partners):
            chat = self.chats._get_or_create(self.instance, str(30000000 + number))
            chat.partner_id = partner
        with self.assertRaisesRegex(UserError, "51 members are too many"):
            self.ask(self.group, "add_group_participants", partners)
        self.assertEqual(self.calls("addGroupParticipant"), 0)

    def test_already_a_member(self):
        """Somebody whom another has added meanwhile: the service's word is told in ours."""
        with self.instance._get_client() as client:
            client.add_group_participant(self.group.telegram_id, MARFA)
        [(_chat_id, reason)] = self.ask(self.group, "add_group_participants", self.marfa)
        self.assertEqual(reason, "This contact is already in the group.")
        self.assertIn("Marfa", self.members(self.group), "the list is right all the same")

    def test_administrators(self):
        """A member becomes an administrator and an ordinary member again."""
        member = self.group.member_ids.filtered(lambda m: m.partner_id == self.ivan)
        action = self.ask(member, "action_set_admin")
        self.assertIn("Ivan is now an administrator", action["params"]["message"])
        self.assertEqual(member.role, "Administrator")
        self.ask(member, "action_remove_admin")
        self.assertEqual(member.role, "Member")

    def test_not_a_member(self):
        """Who is not in the group can be neither removed nor made an administrator."""
        with self.assertRaisesRegex(UserError, "No member was removed"):
            self.ask(self.group, "remove_group_participant", MARFA)
        for method in ("set_group_admin", "remove_admin"):
            with self.assertRaisesRegex(UserError, "not in the group"):
                self.ask(self.group, method, MARFA)

    def test_member_is_gone_meanwhile(self):
        """The service's refusal leaves the list as it was; a refresh tells the truth."""
        member = self.group.member_ids.filtered(lambda m: m.partner_id == self.ivan)
        with self.instance._get_client() as client:
            client.remove_group_participant(self.group.telegram_id, IVAN)
        with self.assertRaisesRegex(UserError, "not in the group"):
            self.ask(member, "action_set_admin")
        self.assertEqual(member.role, "Member")
        self.ask(self.group, "get_group_data")
        self.assertFalse(member.exists())

    def test_service_fails_at_each(self):
        """Each change with the service away: a sentence, and nothing changed here."""
        before = self.members(self.group)
        for service, method, *arguments in (
            ("updateGroupName", "update_group_name", "Other"),
            ("updateGroupSettings", "update_group_settings", {"allowParticipantsSendMedia": False}),
            ("setGroupPicture", "set_group_picture", draw("JPEG")),
            ("removeGroupParticipant", "remove_group_participant", IVAN),
            ("setGroupAdmin", "set_group_admin", IVAN),
            ("removeAdmin", "remove_admin", IVAN),
            ("getGroupData", "get_group_data"),
            ("leaveGroup", "leave_group"),
        ):
            self.phone.fault(service, "status", status=500)
            with self.subTest(service), self.assertRaisesRegex(UserError, "unavailable"):
                self.ask(self.group, method, *arguments, user=self.manager)
        self.assertEqual(self.members(self.group), before)
        self.assertEqual(self.group.name, "Team")
        self.assertTrue(self.group.members_send_media)
        self.assertFalse(self.group.left_date)
