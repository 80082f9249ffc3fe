# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..team.test_inbox import InboxCase


@tagged("post_install", "-at_install")
class TestRecordActions(InboxCase):
    """Conversations become records by hand; here contacts stand for leads and tasks."""

    def open(self, chat, user=None):
        """Open the dialog, as the web client does."""
        chat = chat.with_user(user or self.salesperson)
        action = chat.action_create_record()
        return chat.env[action["res_model"]].with_context(**action["context"])

    def get_proposed(self, chat):
        """Return the texts that the dialog proposes to carry over."""
        with Form(self.open(chat)) as dialog:
            dialog.model = "res.partner"
        return dialog.record.message_ids.sorted("id").mapped("text")

    def create_record(self, chat):
        dialog = Form(self.open(chat))
        dialog.model = "res.partner"
        wizard = dialog.save()
        action = wizard.action_create()
        return wizard, self.env[action["res_model"]].browse(action["res_id"])

    def test_create(self):
        """What the customer has written must be copied by hand, and the answer goes elsewhere."""
        self.write_in(0, "Two red ones, please.\nBy Friday.")
        chat = self.write_in(1, "To the office.")
        wizard, record = self.create_record(chat)
        self.assertEqual(wizard.name, "Two red ones, please.")
        self.assertEqual(record.create_uid, self.salesperson)
        bodies = " ".join(record.message_ids.mapped("body"))
        self.assertIn("By Friday.", bodies)
        self.assertIn("To the office.", bodies)
        self.assertEqual(chat.message_ids.mapped("res_id"), [record.id] * 2)
        self.write_in(2, "And a blue one.")
        self.assertIn("And a blue one.", record.message_ids[0].body, "the next one lands there")

    def test_second_click(self):
        """A double click creates two records."""
        chat = self.write_in(0)
        wizard, record = self.create_record(chat)
        self.assertEqual(wizard.action_create()["res_id"], record.id)

    def test_files(self):
        """The picture of the broken part stays in the conversation."""
        id_message = self.phone.write_file("10000000", "photo.png", b"png", caption="Broken")
        self.receive()
        self.env.invalidate_all()
        chat = self.get_chat()
        self.assertEqual(chat.message_ids.id_message, id_message)
        _wizard, record = self.create_record(chat)
        self.assertEqual(record.message_ids.attachment_ids.mapped("name"), ["photo.png"])

    def test_contact(self):
        """The record has no contact, so its chatter cannot answer."""
        self.customer.phone = False
        chat = self.write_in(0)
        self.assertFalse(chat.partner_id)
        _wizard, record = self.create_record(chat)
        self.assertEqual(chat.partner_id.name, "Vasilisa")
        self.assertNotEqual(chat.partner_id, record)

    def test_only_what_is_new(self):
        """A second record would take the messages of the first one."""
        chat = self.write_in(0, "First question")
        self.create_record(chat)
        # Later messages belong to the first record, until a user links them elsewhere.
        self.assertEqual(self.get_proposed(chat), ["First question"])
        chat.message_ids.sudo().write({"res_model": False, "res_id": False, "link_date": False})
        chat.sudo().write({"created_res_model": False, "created_res_id": False})
        self.write_in(60, "Second question")
        self.assertEqual(self.get_proposed(chat), ["First question", "Second question"])

    def test_models(self):
        """The dialog offers what the user may not create, or what nobody would create."""
        names = [name for name, _label in self.open(self.write_in(0))._selection_model()]
        self.assertIn("res.partner", names)
        for name in ("account.move", "telegram.instance", "discuss.channel"):
            self.assertNotIn(name, names)
        accountant = self.create_user("telegram_accountant", "user", "contacts", "accounting")
        names = [
            name
            for name, _label in self.env["telegram.create.record"]
            .with_user(accountant)
            ._selection_model()
        ]
        self.assertEqual(names[0], "account.move", "it has a rule of its own for e-mails")

    def test_foreign_messages(self):
        """A program puts the messages of another conversation on a record."""
        chat = self.write_in(0)
        other = self.env["telegram.chat"]._get_or_create(self.instance, "555")
        foreign = self.env["telegram.message"].create(
            {
                "chat_id": other.id,
                "instance_id": self.instance.id,
                "direction": "incoming",
                "type_message": "textMessage",
                "text": "Secret",
                "state": "received",
            }
        )
        wizard = self.open(chat).create(
            {"chat_id": chat.id, "model": "res.partner", "name": "X", "message_ids": foreign.ids}
        )
        with self.assertRaisesRegex(UserError, "of this conversation only"):
            wizard.action_create()

    def test_stranger(self):
        """A colleague who does not operate the account reads its messages on a new record."""
        chat = self.write_in(0)
        colleague = self.create_user("telegram_colleague", "user", "contacts")
        with self.assertRaises(AccessError):
            self.open(chat, colleague)
        with self.assertRaises(AccessError):
            chat._open_channel().with_user(colleague).action_telegram_create_record()

    def test_channel(self):
        """A newspaper becomes a lead."""
        chat = self.write_in(0)
        chat.sudo().chat_type = "channel"
        with self.assertRaisesRegex(UserError, "is a channel"):
            self.open(chat)

    def test_link(self):
        """The messages of a conversation can only be linked one by one."""
        self.write_in(0, "About my order")
        chat = self.write_in(1, "Where is it?")
        order = self.env["res.partner"].create({"name": "Order"})
        action = chat._open_channel().with_user(self.salesperson).action_telegram_link_record()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.salesperson)
            .with_context(**action["context"])
            .create({"record": f"res.partner,{order.id}"})
        )
        wizard.action_link()
        self.assertEqual(chat.message_ids.mapped("res_id"), [order.id] * 2)
        self.write_in(2, "Thank you")
        self.assertIn("Thank you", order.message_ids[0].body)
