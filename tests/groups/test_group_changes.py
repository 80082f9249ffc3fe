# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
# pylint: disable=translation-required  # what users write

import base64

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import CUSTOMER_CHAT, new_user
from .group_case import IVAN, MARFA, OWN_CHAT, ManagedGroupCase, draw


@tagged("post_install", "-at_install")
class TestGroup(ManagedGroupCase):
    """Changing a group: what the service has done stands in Odoo, what not is said."""

    # === INFORMATION === #

    def test_refresh(self):
        """What has changed at Telegram is here after a refresh; members are not doubled."""
        with self.instance._get_client() as client:
            client.update_group_name(self.group.telegram_id, "Renamed")
            client.remove_group_participant(self.group.telegram_id, IVAN)
            client.add_group_participant(self.group.telegram_id, MARFA)
            client.set_group_admin(self.group.telegram_id, MARFA)
            client.update_group_settings(
                self.group.telegram_id, {"allowParticipantsPinMessages": False}
            )
        kept = self.group.member_ids.filtered(lambda m: m.user_chat_id == CUSTOMER_CHAT)
        action = self.ask(self.group, "action_refresh_group")
        self.assertIn("Members of the group: 3.", action["params"]["message"])
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
        self.phone.write(self.group.telegram_id, "Hello all", sender=IVAN)
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
                data = client.get_group_data(group.telegram_id)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            group._update_from_group_data(data, "")
            self.env.flush_all()
            self.assertEqual(len(group.member_ids), size)
            return self.env.cr.sql_log_count - before

        count(5)  # fills the caches of the registry
        self.assertEqual(count(10), count(100))

    def test_not_an_administrator(self):
        """Where the account is an ordinary member, the buttons of administrators are not shown;
        what the service says to a program that tries all the same is told."""
        me = {"id": OWN_CHAT, "isAdmin": False, "isSuperAdmin": False}
        body = {"chatId": self.group.telegram_id, "subject": "Team", "participants": [me]}
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
        body = {"chatId": self.group.telegram_id, "participants": [{"id": IVAN}]}
        self.phone.fault("getGroupData", "status", status=200, body=body)
        self.ask(self.group, "get_group_data")
        self.assertTrue(self.group.left_date)
        self.ask(self.group, "get_group_data")
        self.assertFalse(self.group.left_date)

    def test_no_group(self):
        """A chat with one person has no members to ask for."""
        for method in ("get_group_data", "leave_group", "action_add_members"):
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
                "chatId": self.group.telegram_id,
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
        self.assertIn("Name: The group name was not changed", action["params"]["message"])
        self.assertEqual((self.group.name, self.group.members_send_media), ("Team", False))

    def test_name_refused(self):
        """A name that is too long, empty, or the same is refused, the first two before the call."""
        for name, text in (("N" * 101, "name has 101"), (" ", "Enter a group name")):
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
            with self.assertRaisesRegex(UserError, "is not a picture"):
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
            with self.assertRaisesRegex(UserError, "permission"):
                self.ask(self.group, "update_group_settings", settings)
        self.assertEqual(self.calls("updateGroupSettings"), 0)

    # === INVITATION === #

    def test_invitation(self):
        """The QR code is a picture of the link; the sheet to print has both."""
        png = base64.b64decode(self.group.with_context(bin_size=False).invite_qr)
        self.assertTrue(png.startswith(b"\x89PNG"))
        action = self.ask(self.group, "action_print_invitation")
        self.assertEqual(
            action["report_name"], "telegram_green_api.report_telegram_group_invitation"
        )
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
        self.instance.send_text(self.group.telegram_id, "Hello")
        self.send_queue()
        action = self.ask(self.group, "action_leave_group", user=self.manager)
        self.assertIn("has left", action["params"]["message"])
        self.assertTrue(self.group.left_date)
        self.assertFalse(self.group.account_role)
        self.assertNotIn(OWN_CHAT, self.at_service(self.group)[0])
        self.assertEqual(self.group.message_ids.mapped("text"), ["Hello"])
        with self.assertRaisesRegex(UserError, "no longer in the group"):
            self.instance.send_text(self.group.telegram_id, "Still here?")
        with self.assertRaisesRegex(UserError, "no longer in the group"):
            self.group.channel_id.with_user(self.salesperson).message_post(
                body="Still here?", message_type="comment"
            )
        for method in ("action_add_members", "action_edit_group"):
            with self.assertRaisesRegex(UserError, "no longer in the group"):
                getattr(self.group, method)()

    def test_leave_twice(self):
        """The second time nothing is asked for."""
        self.ask(self.group, "leave_group", user=self.manager)
        with self.assertRaisesRegex(UserError, "no longer in the group"):
            self.ask(self.group, "leave_group", user=self.manager)
        self.assertEqual(self.calls("leaveGroup"), 1)

    def test_leave_while_messages_wait(self):
        """Messages that still wait would be lost: first they go out, or are cancelled."""
        self.instance.send_text(self.group.telegram_id, "Important")
        with self.assertRaisesRegex(UserError, "still wait"):
            self.ask(self.group, "leave_group", user=self.manager)
        self.assertEqual(self.calls("leaveGroup"), 0)

    def test_come_back(self):
        """A message that comes in later means that somebody has added the account again."""
        self.group.sudo().left_date = "2020-01-01"
        self.phone.write(self.group.telegram_id, "Welcome back", sender=IVAN)
        self.receive()
        self.assertFalse(self.group.left_date)

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
            self.create_user("telegram_group_no", "user"),
            new_user(
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
