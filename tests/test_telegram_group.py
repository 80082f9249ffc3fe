# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import base64
import io

from PIL import Image

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import CUSTOMER_CHAT
from .group_case import IVAN, MARFA, OWN_CHAT, GroupCase


def draw(kind, mode="RGB"):
    """Return a small picture of a kind that Pillow knows."""
    file = io.BytesIO()
    Image.new(mode, (20, 10)).save(file, kind)
    return file.getvalue()


@tagged("post_install", "-at_install")
class TestGroup(GroupCase):
    """Changing a group: what the service has done stands in Odoo, what not is said."""

    def setUp(self):
        super().setUp()
        self.group = self.make_group()

    def edit(self, **values):
        form = self.dialog("telegram.group.edit", default_group_id=self.group.id)
        for field, value in values.items():
            setattr(form, field, value)
        return self.ask(form.save(), "action_apply")

    def add(self, partners):
        form = self.dialog("telegram.group.add", default_group_id=self.group.id)
        for partner in partners:
            form.partner_ids.add(partner)
        return self.ask(form.save(), "action_add")

    # === INFORMATION === #

    def test_refresh(self):
        """What has changed at Telegram is here after a refresh; members are not doubled."""
        with self.instance._get_client() as client:
            client.update_group_name(self.group.chat_id, "Renamed")
            client.remove_group_participant(self.group.chat_id, IVAN)
            client.add_group_participant(self.group.chat_id, MARFA)
            client.set_group_admin(self.group.chat_id, MARFA)
            client.update_group_settings(
                self.group.chat_id, {"allowParticipantsPinMessages": False}
            )
        kept = self.group.member_ids.filtered(lambda m: m.user_chat_id == CUSTOMER_CHAT)
        action = self.ask(self.group, "action_refresh_group")
        self.assertIn("3 members", action["params"]["message"])
        self.assertEqual(self.group.name, "Renamed")
        self.assertEqual(
            self.members(self.group),
            {
                "Sales": "Owner, this account",
                "Marfa": "Administrator",
                "Vasilisa Ivanova": "Member",
            },
        )
        self.assertIn(kept, self.group.member_ids)
        self.assertFalse(self.group.members_pin_messages)
        self.assertTrue(self.group.members_send_messages)
        self.assertEqual((self.group.owner_chat_id, self.group.owner_name), (OWN_CHAT, "Sales"))

    def test_names_of_strangers(self):
        """A member without a chat of one's own has the name that the messages were signed with."""
        self.phone.write(self.group.chat_id, "Hello all", sender=IVAN)
        self.receive()
        self.ivan_chat.unlink()
        self.ask(self.group, "get_group_data")
        self.assertIn("Ivan", self.members(self.group))

    def test_queries_do_not_grow(self):
        """Refreshing a group of a hundred takes no more queries than one of ten."""

        def count(size):
            # sudo: telegram.chat - as the notifications' processing does
            group = self.chats._get_or_create(self.instance, f"-{size}", name="Large").sudo()
            rows = [{"id": str(number), "isAdmin": False} for number in range(size)]
            self.phone.fault(
                "getGroupData",
                "status",
                status=200,
                body={"chatId": f"-{size}", "subject": "Large", "participants": rows},
            )
            with self.instance._get_client() as client:
                data = client.get_group_data(group.chat_id)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            group._take_group_data(data, "")
            self.env.flush_all()
            self.assertEqual(len(group.member_ids), size)
            return self.env.cr.sql_log_count - before

        count(5)  # fills the caches of the registry
        self.assertEqual(count(10), count(100))

    def test_not_an_administrator(self):
        """Where the account is an ordinary member, the buttons of administrators are not shown;
        what the service says to a program that tries all the same is told."""
        me = {"id": OWN_CHAT, "isAdmin": False, "isSuperAdmin": False}
        body = {"chatId": self.group.chat_id, "subject": "Team", "participants": [me]}
        self.phone.fault("getGroupData", "status", status=200, body=body)
        self.ask(self.group, "get_group_data")
        self.assertEqual(self.group.account_role, "member")
        self.assertFalse(self.group.may_manage_group)
        self.assertTrue(self.group.invite_link, "a link that is not told is not a wrong one")
        body = {"message": "CHAT_ADMIN_REQUIRED"}
        self.phone.fault("setGroupAdmin", "status", status=400, body=body)
        with self.assertRaisesRegex(UserError, "refused.*CHAT_ADMIN_REQUIRED"):
            self.ask(self.group, "set_group_admin", IVAN)

    def test_thrown_out(self):
        """A basic group that does not list the account is one that it is not in any more."""
        body = {"chatId": self.group.chat_id, "participants": [{"id": IVAN}]}
        self.phone.fault("getGroupData", "status", status=200, body=body)
        self.ask(self.group, "get_group_data")
        self.assertTrue(self.group.left_at)
        self.ask(self.group, "get_group_data")
        self.assertFalse(self.group.left_at)

    def test_no_group(self):
        """A chat with one person has no members to ask for."""
        for method in ("get_group_data", "leave_group", "action_add_people"):
            with self.assertRaisesRegex(UserError, "not a group"):
                getattr(self.ivan_chat.with_user(self.manager), method)()

    # === NAME, PICTURE, PERMISSIONS === #

    def test_change_everything(self):
        """One dialog, one call for each: name, permissions together, picture as JPEG."""
        action = self.edit(
            name="Project 7",
            members_send_media=False,
            members_send_polls=False,
            picture=base64.b64encode(draw("PNG", "RGBA")),
        )
        self.assertEqual(action["params"]["type"], "success")
        self.assertIn("Name, Permissions, Picture", action["params"]["message"])
        self.assertEqual(self.group.name, "Project 7")
        self.assertEqual(self.group.channel_id.name, "Project 7")
        self.assertFalse(self.group.members_send_polls)
        [request] = self.phone.requests("updateGroupSettings")
        self.assertEqual(
            request["body"],
            {
                "chatId": self.group.chat_id,
                "allowParticipantsSendMedia": False,
                "allowParticipantsSendPolls": False,
            },
        )
        self.assertEqual(self.calls("setGroupPicture"), 1)

    def test_change_nothing(self):
        """What is the same as before is not asked for."""
        self.edit()
        self.assertEqual(self.calls("updateGroupName"), 0)
        self.assertEqual(self.calls("updateGroupSettings"), 0)

    def test_change_in_part(self):
        """One of two is refused: both are told, and Odoo shows what is the case."""
        self.phone.fault("updateGroupName", "status", status=200, body={"updateGroupName": False})
        action = self.edit(name="Project 7", members_send_media=False)
        self.assertEqual(action["params"]["type"], "warning")
        self.assertIn("Changed: Permissions.", action["params"]["message"])
        self.assertIn("Name: Telegram did not change the name", action["params"]["message"])
        self.assertEqual((self.group.name, self.group.members_send_media), ("Team", False))

    def test_name_refused(self):
        """A name that is too long, empty, or the same is refused, the first two before the call."""
        for name, text in (("N" * 101, "Name: it has 101"), (" ", "Name: enter")):
            with self.assertRaisesRegex(UserError, text):
                self.ask(self.group, "update_group_name", name)
        self.assertEqual(self.calls("updateGroupName"), 0)
        with self.assertRaisesRegex(UserError, "same as before"):
            self.ask(self.group, "update_group_name", "Team")

    def test_pictures(self):
        """Every usual kind of picture arrives as a JPEG; what is none is refused, uncalled."""
        for kind, mode in (("PNG", "P"), ("GIF", "P"), ("PNG", "RGBA"), ("JPEG", "CMYK")):
            self.ask(self.group, "set_group_picture", draw(kind, mode))
        self.assertEqual(self.calls("setGroupPicture"), 4)
        for content in (b"", b"%PDF-1.4", b"<svg/>", draw("PNG")[:40]):
            with self.assertRaisesRegex(UserError, "is no picture"):
                self.ask(self.group, "set_group_picture", content)
        self.assertEqual(self.calls("setGroupPicture"), 4)

    def test_picture_timed_out(self):
        """A picture that the service did not get through is not said to be set."""
        body = {"setGroupPicture": False, "reason": "Timed Out", "urlAvatar": ""}
        self.phone.fault("setGroupPicture", "status", status=200, body=body)
        with self.assertRaisesRegex(UserError, "in time"):
            self.ask(self.group, "set_group_picture", draw("JPEG"))

    def test_unknown_permission(self):
        """A permission that no group has is named; nothing is asked for."""
        for settings in ({"allowEverything": True}, {}):
            with self.assertRaisesRegex(UserError, "Permissions"):
                self.ask(self.group, "update_group_settings", settings)
        self.assertEqual(self.calls("updateGroupSettings"), 0)

    # === MEMBERS === #

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
        self.assertIn("disturbance", results[0][1])
        self.assertIn("Not tried", results[1][1])
        self.assertEqual(self.calls("addGroupParticipant"), 1)

    def test_add_nobody(self):
        """Nobody chosen, or nobody who can be added: said, without a call."""
        with self.assertRaisesRegex(UserError, "People: choose"):
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
        with self.assertRaisesRegex(UserError, "People: these are 51"):
            self.ask(self.group, "add_group_participants", partners)
        self.assertEqual(self.calls("addGroupParticipant"), 0)

    def test_already_a_member(self):
        """Somebody whom another has added meanwhile: the service's word is told in ours."""
        with self.instance._get_client() as client:
            client.add_group_participant(self.group.chat_id, MARFA)
        [(_chat_id, reason)] = self.ask(self.group, "add_group_participants", self.marfa)
        self.assertEqual(reason, "This person is in the group already.")
        self.assertIn("Marfa", self.members(self.group), "the list is right all the same")

    def test_administrators(self):
        """A member becomes an administrator and an ordinary member again."""
        member = self.group.member_ids.filtered(lambda m: m.partner_id == self.ivan)
        action = self.ask(member, "action_set_admin")
        self.assertIn("Ivan is an administrator", action["params"]["message"])
        self.assertEqual(member.role, "Administrator")
        self.ask(member, "action_remove_admin")
        self.assertEqual(member.role, "Member")

    def test_not_a_member(self):
        """Who is not in the group can be neither removed nor made an administrator."""
        with self.assertRaisesRegex(UserError, "removed nobody"):
            self.ask(self.group, "remove_group_participant", MARFA)
        for method in ("set_group_admin", "remove_admin"):
            with self.assertRaisesRegex(UserError, "not in the group"):
                self.ask(self.group, method, MARFA)

    def test_member_is_gone_meanwhile(self):
        """The service's refusal leaves the list as it was; a refresh tells the truth."""
        member = self.group.member_ids.filtered(lambda m: m.partner_id == self.ivan)
        with self.instance._get_client() as client:
            client.remove_group_participant(self.group.chat_id, IVAN)
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
            with self.subTest(service), self.assertRaisesRegex(UserError, "disturbance"):
                self.ask(self.group, method, *arguments, user=self.manager)
        self.assertEqual(self.members(self.group), before)
        self.assertEqual(self.group.name, "Team")
        self.assertTrue(self.group.members_send_media)
        self.assertFalse(self.group.left_at)

    # === INVITATION === #

    def test_invitation(self):
        """The QR code is a picture of the link; the sheet to print has both."""
        png = base64.b64decode(self.group.with_context(bin_size=False).invite_qr)
        self.assertTrue(png.startswith(b"\x89PNG"))
        action = self.ask(self.group, "action_print_invitation")
        self.assertEqual(action["report_name"], "telegram_green_api.invitation")
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            action["report_name"], self.group.ids
        )
        self.assertIn(self.group.invite_link, html.decode())
        self.assertIn("data:image/png;base64,", html.decode())

    def test_no_link(self):
        """Without a link there is no code."""
        self.group.sudo().invite_link = False
        self.assertFalse(self.group.invite_qr)

    # === LEAVING === #

    def test_leave(self):
        """What was said stays, nobody can write there any more, and everybody is told why."""
        self.instance.send_text(self.group.chat_id, "Hello")
        self.send_queue()
        action = self.ask(self.group, "action_leave_group", user=self.manager)
        self.assertIn("has left", action["params"]["message"])
        self.assertTrue(self.group.left_at)
        self.assertFalse(self.group.account_role)
        self.assertNotIn(OWN_CHAT, self.at_service(self.group)[0])
        self.assertEqual(self.group.message_ids.mapped("text"), ["Hello"])
        with self.assertRaisesRegex(UserError, "not in the group"):
            self.instance.send_text(self.group.chat_id, "Still here?")
        with self.assertRaisesRegex(UserError, "not in the group"):
            self.group.channel_id.with_user(self.salesperson).message_post(
                body="Still here?", message_type="comment"
            )
        for method in ("action_add_people", "action_edit_group"):
            with self.assertRaisesRegex(UserError, "not in the group"):
                getattr(self.group, method)()

    def test_leave_twice(self):
        """The second time nothing is asked for."""
        self.ask(self.group, "leave_group", user=self.manager)
        with self.assertRaisesRegex(UserError, "not in the group"):
            self.ask(self.group, "leave_group", user=self.manager)
        self.assertEqual(self.calls("leaveGroup"), 1)

    def test_leave_while_messages_wait(self):
        """Messages that still wait would be lost: first they go out, or are cancelled."""
        self.instance.send_text(self.group.chat_id, "Important")
        with self.assertRaisesRegex(UserError, "still wait"):
            self.ask(self.group, "leave_group", user=self.manager)
        self.assertEqual(self.calls("leaveGroup"), 0)

    def test_come_back(self):
        """A message that comes in later means that somebody has added the account again."""
        self.group.sudo().left_at = "2020-01-01"
        self.phone.write(self.group.chat_id, "Welcome back", sender=IVAN)
        self.receive()
        self.assertFalse(self.group.left_at)

    # === RIGHTS === #

    def test_leaving_is_for_administrators(self):
        """An operator may change a group, but not leave it."""
        self.ask(self.group, "update_group_name", "Ours", user=self.salesperson)
        with self.assertRaises(AccessError):
            self.ask(self.group, "leave_group", user=self.salesperson)
        self.assertEqual(self.calls("leaveGroup"), 0)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_not_an_operator(self):
        """Who does not operate the account, or is of another company, neither sees nor changes."""
        company = self.env["res.company"].create({"name": "Elsewhere"})
        groups = "telegram_green_api.group_manager"
        strangers = [
            new_test_user(self.env, "telegram_group_no", groups="telegram_green_api.group_user"),
            new_test_user(
                self.env,
                "telegram_group_foreign",
                groups=groups,
                company_id=company.id,
                company_ids=[company.id],
            ),
        ]
        member = self.group.member_ids[:1]
        for stranger in strangers:
            found = self.env["telegram.group.member"].with_user(stranger).search([])
            self.assertFalse(found & self.group.member_ids)
            for records, method, *arguments in (
                (self.group, "get_group_data"),
                (self.group, "update_group_name", "Mine"),
                (self.group, "add_group_participants", self.marfa),
                (self.group, "leave_group"),
                (self.group, "action_print_invitation"),
                (member, "action_remove"),
            ):
                with self.subTest(method), self.assertRaises(AccessError):
                    self.ask(records, method, *arguments, user=stranger)
        self.assertEqual(self.at_service(self.group)[1], "Team")

    def test_nobody_writes_by_hand(self):
        """What the service said is not for writing, not for administrators either."""
        with self.assertRaises(AccessError):
            self.group.with_user(self.manager).invite_link = "https://example.com"
        member = self.group.member_ids[:1].with_user(self.manager)
        with self.assertRaises(AccessError):
            member.is_admin = True
