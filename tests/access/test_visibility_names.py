# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.base.models import res_users

from ..common import CUSTOMER_CHAT, CUSTOMER_PHONE
from .visibility_case import NICKNAME, SECRET, NamesCase


@tagged("post_install", "-at_install")
class TestVisibilityNames(NamesCase):
    """No dialog, no error and no other record tells of another's customer."""

    def test_names_of_records(self):
        """Odoo gives the name of what a field points to in superuser mode: not this one."""
        for record, name in ((self.chat, NICKNAME), (self.message, SECRET)):
            self.assertEqual(record.display_name, name)
            self.assertEqual(record.with_user(self.salesperson).sudo().display_name, name)
            self.assert_untold(record.with_user(self.colleague).sudo().display_name)

    def test_notifications(self):
        """Everybody may read Odoo's notifications: they do not tell what was written."""
        employee = self.create_user("visibility_employee", "employee")
        message = self.write_from(self.customer, SECRET)
        notifications = self.env["mail.notification"].search(
            [("telegram_message_id", "=", message.id)]
        )
        self.assertTrue(notifications)
        for user in (employee, self.colleague):
            self.env.invalidate_all()
            rows = notifications.with_user(user).read(["telegram_message_id"])
            spec = {"telegram_message_id": {"fields": {"display_name": {}}}}
            self.assert_untold(rows, notifications.with_user(user).web_read(spec))

    def test_error_in_debug_mode(self):
        """In debug mode Odoo names the records that it refuses."""
        debug = type("Request", (), {"session": type("Session", (), {"debug": "1"})})
        for record in (self.chat, self.message):
            with (
                patch.object(res_users, "request", debug),
                self.assertRaises(AccessError) as caught,
                mute_logger("odoo.addons.base.models.ir_rule"),
            ):
                record.with_user(self.colleague).read(["write_date"])
            self.assertIn(str(record.id), str(caught.exception), "it is the error of debug mode")
            self.assert_untold(caught.exception)

    def test_composer(self):
        """Who may see the contact may write to them; where that goes is not told."""
        composer = self.own("telegram.composer").create(
            {"res_model": "res.partner", "res_id": self.customer.id}
        )
        self.assertEqual(composer.recipient_count, 1)
        self.assertFalse(composer.chat_id)
        self.assert_untold(composer.preview, composer.read())
        with self.assertRaises(AccessError):
            composer.quoted_message_id = self.message
        composer.body = "Hello"
        self.assert_untold(composer.action_send())

    def test_composer_for_their_salesperson(self):
        """Their own salesperson is told."""
        composer = self.env["telegram.composer"].with_user(self.salesperson)
        composer = composer.create({"res_model": "res.partner", "res_id": self.customer.id})
        self.assertEqual(composer.chat_id, self.chat)
        self.assertIn(NICKNAME, composer.preview)

    def test_sending_by_chat_id(self):
        """Who knows the chat id or the phone cannot write into the chat."""
        instance = self.instance.with_user(self.colleague)
        file = self.env["ir.attachment"].create({"name": "a.txt", "raw": b"x"})
        other = self.env["telegram.message"].search(
            [("chat_id", "=", self.nobodys.id)]
        ) or self.instance.send_text("10000005", "Hi")
        for chat_id in (CUSTOMER_CHAT, f"{CUSTOMER_PHONE[1:]}@c.us"):
            with self.subTest(chat_id):
                with self.assertRaises(AccessError):
                    instance.send_text(chat_id, "Hello")
                with self.assertRaises(AccessError):
                    instance.send_poll(chat_id, "Tea?", ["Yes", "No"])
                with self.assertRaises(AccessError):
                    instance.send_file(chat_id, file.with_user(self.env.user).sudo())
                other.write({"id_message": "77", "state": "sent"})
                with self.assertRaises(AccessError):
                    instance.forward_messages(chat_id, other)
        self.assertTrue(instance.send_text("10000005", "Hello"), "of a person who is nobody's")

    def test_forwarding(self):
        """Neither is another's message forwarded, nor one's own to another's customer."""
        dialogs = self.own("telegram.forward")
        with self.assertRaises(AccessError):
            dialogs.create({"message_ids": self.message.ids, "chat_ids": self.nobodys.ids})
        mine = self.instance.with_user(self.colleague).send_text("10000005", "Hello")
        mine.sudo().write({"id_message": "78", "state": "sent"})
        with self.assertRaises(AccessError):
            dialogs.create({"message_ids": mine.ids, "chat_ids": self.chat.ids})
        dialog = dialogs.create({"message_ids": mine.ids, "partner_ids": self.customer.ids})
        self.assert_untold(dialog.read())
        with self.assertRaises(AccessError) as caught:
            dialog.action_forward()
        self.assert_untold(caught.exception)

    def test_checking_a_number(self):
        """What Telegram says of another's customer is not told, however it is asked."""
        instance = self.instance.with_user(self.colleague)
        for force in (False, True):
            with self.assertRaises(AccessError):
                instance.check_account(CUSTOMER_PHONE, force=force)
        namesake = self.own("res.partner").create({"name": "Spy", "phone": CUSTOMER_PHONE})
        with self.assertRaises(AccessError):
            namesake.action_check_telegram_number()
        self.assertEqual(namesake.telegram_number_state, "unknown")
        self.assertEqual(self.phone.requests("checkAccount"), [])

    def test_checking_numbers(self):
        """Others' customers are left out of a check of many, with a word that says so; also those
        who have no chat yet."""
        new = self.env["res.partner"].create(
            {"name": "New", "phone": "+79998880001", "user_id": self.salesperson.id}
        )
        mine = self.env["res.partner"].create(
            {"name": "Mine", "phone": "+79998880002", "user_id": self.colleague.id}
        )
        namesake = self.env["res.partner"].create({"name": "Spy", "phone": CUSTOMER_PHONE})
        partners = self.customer | new | mine | namesake
        for force in (False, True):
            dialog = self.own("telegram.check.numbers").create(
                {
                    "instance_id": self.instance.id,
                    "partner_ids": partners.ids,
                    "force": force,
                }
            )
            self.assertIn(
                "they belong to customers of other salespeople: 2.",
                dialog.summary,
            )
            self.assertIn("1 number will be checked", dialog.summary)
            dialog.action_check()
            self.assertEqual(dialog.chat_ids.partner_id, mine)
            dialog.action_show()
            dialog.action_stop()
        self.assertFalse(self.chat.check_ids)
        checks = self.env["telegram.number.check"]
        checks._request(self.chat | dialog.chat_ids.sudo())
        self.assertEqual(self.own("telegram.number.check").search([]).chat_id.partner_id, mine)
        with self.assertRaises(AccessError):
            self.chat.check_ids.with_user(self.colleague).read(["error"])

    def test_group_people(self):
        """Nobody takes another's customer into a group."""
        for model, values in (
            ("telegram.group.add", {"group_id": self.group.id}),
            ("telegram.group.create", {"instance_id": self.instance.id, "name": "New"}),
        ):
            with self.subTest(model):
                dialogs = self.own(model)
                dialog = dialogs.create({**values, "partner_ids": self.customer.ids})
                self.assertEqual((dialog.included_count, dialog.left_out_count), (0, 1))
                self.assertIn("Another salesperson", dialog.preview)
                self.assert_untold(dialog.preview)
                dialog.action_check_numbers()
                method = "action_add" if model.endswith("add") else "action_create"
                with self.assertRaises(UserError) as caught:
                    getattr(dialog, method)()
                self.assert_untold(caught.exception)
                with self.assertRaises(AccessError):
                    dialogs.create({**values, "chat_ids": self.chat.ids})
        self.assertEqual(self.phone.requests("addGroupParticipant"), [])

    def test_group_members(self):
        """The list of a group shows others' customers as the group does, and does not break."""
        member = self.env["telegram.group.member"].create(
            {
                "group_id": self.group.id,
                "user_chat_id": CUSTOMER_CHAT,
                "chat_id": self.chat.id,
                "sender_name": "Vasya",
            }
        )
        self.assertEqual(member.with_user(self.salesperson).name, self.customer.name)
        seen = member.with_user(self.colleague)
        self.env.invalidate_all()
        self.assertEqual((seen.name, seen.partner_id.ids), ("Vasya", []))
        self.assert_untold(seen.read())
        self.assert_untold(self.group.with_user(self.colleague).read(["owner_name"]))
        with self.assertRaises(AccessError):
            seen.action_open_chat()

    def test_history_and_links(self):
        """The other dialogs of a chat and a message are not opened on another's."""
        for model, values in (
            ("telegram.chat.history", {"chat_id": self.chat.id}),
            ("telegram.link.partner", {"chat_id": self.chat.id, "partner_id": self.customer.id}),
            ("telegram.link.record", {"message_ids": [Command.set(self.message.ids)]}),
            ("telegram.message.edit", {"message_id": self.message.id, "text": "x"}),
        ):
            with self.subTest(model), self.assertRaises(AccessError) as caught:
                self.own(model).create(values)
            self.assert_untold(caught.exception)
        for model in ("telegram.message.lookup", "telegram.privacy"):
            with self.subTest(model), self.assertRaises(AccessError):
                self.own(model).create({})

    def test_contact(self):
        """The contact's own form leads to no chat and tells of none."""
        contact = self.customer.with_user(self.colleague)
        self.assertEqual(contact.telegram_chat_count, 0)
        self.assertFalse(contact.telegram_chat_ids)
        with self.assertRaises(UserError) as caught:
            contact.action_open_telegram()
        self.assert_untold(caught.exception)
        with Form(contact) as form:
            self.assertEqual(form.telegram_number_state, "unknown")

    def test_guests(self):
        """Odoo lets all employees read its guests: not those who are people in Telegram."""
        self.ingest(self.notification("Hi", idMessage="3", sender="10000005"))
        stranger = self.env["telegram.chat"]._find(self.instance, "10000005")
        guest = self.env["mail.guest"]._telegram_find_or_create(self.instance, "10000005", NICKNAME)
        self.assertTrue(stranger)
        employee = self.create_user("visibility_employee", "employee")
        for user in (employee, self.colleague):
            guests = guest.with_user(user).sudo(False)
            self.assertFalse(guests.search([("id", "=", guest.id)]))
            with self.assertRaises(AccessError):
                guests.read(["name"])
