# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import AccessError
from odoo.fields import Command

from ..common import TelegramCase

NICKNAME = "Sweet Vasya"  # what only the chat tells
SECRET = "My secret wish"


class VisibilityCase(TelegramCase):
    """The chat of a salesperson's customer, a colleague of theirs, and an administrator."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls.create_user("visibility_colleague", "user", "contacts")
        cls.manager = cls.create_user("visibility_manager", "manager")
        staff = cls.salesperson | cls.colleague | cls.manager
        cls.instance.operator_ids = [Command.set(staff.ids)]
        cls.customer.user_id = cls.salesperson

    def setUp(self):
        super().setUp()
        self.ingest(self.notification())
        chats = self.env["telegram.chat"]
        self.chat = chats.search([("instance_id", "=", self.instance.id)])
        self.assertEqual(self.chat.partner_id, self.customer)
        self.nobodys = chats._get_or_create(self.instance, "10000005", name="Unknown")
        self.group = chats._get_or_create(self.instance, "-10001234567", name="Team")
        self.channel = self.chat._open_channel()

    def sees(self, user):
        """Tell which of the chat, its message and its conversation a user gets."""
        found = set()
        for record in (self.chat, self.chat.message_ids[:1], self.channel):
            records = record.with_user(user)
            if records.search([("id", "=", record.id)]):
                records.read(["display_name"])
                found.add(record._name)
            else:
                with self.assertRaises(AccessError):
                    records.read(["display_name"])
        return found


class NamesCase(VisibilityCase):
    """What only the chat of another's customer tells: a name, a text."""

    def setUp(self):
        super().setUp()
        self.instance.visibility = "own"
        self.ingest(self.notification(SECRET, idMessage="2"))
        self.message = self.chat.message_ids.filtered(lambda m: m.text == SECRET)
        self.chat.name = NICKNAME
        self.env.flush_all()
        self.env.invalidate_all()

    def own(self, model):
        return self.env[model].with_user(self.colleague)

    def assert_untold(self, *told):
        for text in told:
            self.assertNotIn(NICKNAME, str(text))
            self.assertNotIn(SECRET, str(text))
