# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""What the tests of groups share."""

import io
from contextlib import contextmanager

from PIL import Image

from odoo.fields import Command
from odoo.tests import Form

from ..common import CUSTOMER_CHAT, TelegramCase

OWN_CHAT = "20000000"  # of the account, as the local service has it
IVAN, MARFA = "10000001", "10000002"


def draw(kind, mode="RGB"):
    """Return a small picture of a kind that Pillow knows."""
    file = io.BytesIO()
    Image.new(mode, (20, 10)).save(file, kind)
    return file.getvalue()


class GroupCase(TelegramCase):
    """People whose numbers at Telegram are known, an operator, and an administrator."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.create_user("telegram_group_manager", "manager", "contacts")
        cls.ivan, cls.marfa = cls.env["res.partner"].create([{"name": "Ivan"}, {"name": "Marfa"}])
        cls.instance.operator_ids = [Command.link(cls.manager.id)]
        cls.chats = cls.env["telegram.chat"]
        for chat_id, partner in (
            (CUSTOMER_CHAT, cls.customer),
            (IVAN, cls.ivan),
            (MARFA, cls.marfa),
        ):
            chat = cls.chats._get_or_create(cls.instance, chat_id, name=partner.name)
            chat.partner_id = partner
            cls.chats |= chat
        cls.vasilisa_chat, cls.ivan_chat, cls.marfa_chat = cls.chats

    @contextmanager
    def asking(self):
        """Let what the service answers be written in transactions of their own, and be seen."""
        self.env.flush_all()
        try:
            with self.enter_registry_test_mode():
                yield
        finally:
            self.env.invalidate_all()

    def make_group(self, people=None, name="Team", user=None, **values):
        """Make a group by the service, as an operator does."""
        people = self.customer | self.ivan if people is None else people
        instance = self.instance.with_user(user or self.salesperson)
        with self.asking():
            return instance.create_group(name, people, **values)

    def ask(self, records, method, *args, user=None):
        """Call a method of the interface for programs, or a button."""
        with self.asking():
            return getattr(records.with_user(user or self.salesperson), method)(*args)

    def dialog(self, model, user=None, **context):
        """Open a dialog, as a person does."""
        return Form(self.env[model].with_user(user or self.salesperson).with_context(**context))

    def at_service(self, group):
        """Return what the service itself knows of a group: the members' ids, and the name."""
        with self.instance._get_client() as client:
            data = client.get_group_data(group.telegram_id)
        return {each.chat_id for each in data.participants}, data.name

    def groups_at_service(self, name="Team"):
        """Return the chat ids of all groups of this name that the account has."""
        with self.instance._get_client() as client:
            return [chat.chat_id for chat in client.get_chats() if chat.name == name]

    def members(self, group):
        return {member.name: member.role for member in group.member_ids}

    def calls(self, method):
        return len(self.phone.requests(method))


class ManagedGroupCase(GroupCase):
    """A group that is there, and its dialogs."""

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
