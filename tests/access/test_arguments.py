# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import inspect

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import CUSTOMER_CHAT, TelegramCase
from .access_matrix import CALLED_BY_ODOO, METHODS

ODD_VALUES = (True, 7, 2**40, 1e400, "odd", "\0", [None], [[]], ["x"], {}, {"x": {}})
# Arguments with which each method works, apart from the one that is odd.
GOOD = {
    "chat_id": CUSTOMER_CHAT,
    "text": "Hello",
    "url": "https://example.com/list.pdf",
    "latitude": 1.0,
    "longitude": 2.0,
    "phone": "+79998887766",
    "first_name": "Jane",
    "question": "When?",
    "options": ["Today", "Tomorrow"],
    "name": "Team",
    "participant_chat_id": CUSTOMER_CHAT,
    "settings": {"allowUsersSendMessages": True},
}
# Models of which a record is at hand; the dialogs are called by the web client only.
MODELS = ("telegram.instance", "telegram.chat", "telegram.message")


@tagged("post_install", "-at_install")
class TestArguments(TelegramCase):
    """Programs call by RPC, which knows IDs and values of any kind."""

    def setUp(self):
        super().setUp()
        self.chats = self.env["telegram.chat"]
        self.group = self.chats._get_or_create(
            self.instance, "-10000000000000", name="Team", chat_type="group"
        )
        self.chat = self.chats._get_or_create(self.instance, CUSTOMER_CHAT)
        self.message = self.instance.send_text(CUSTOMER_CHAT, "Hello")
        self.message._set_state({"state": "sent", "id_message": "17"})
        files = self.env["ir.attachment"].with_user(self.salesperson)
        self.file = files.create({"name": "a.txt", "raw": b"a"}).sudo()

    def methods(self):
        """Give the public methods with parameters: record, name and names of the parameters."""
        records = (self.instance, self.group, self.message)
        for record in records:
            names = " ".join(METHODS[record._name].values()).split()
            for name in set(names) - CALLED_BY_ODOO:
                method = getattr(self.env.registry[record._name], name)
                parameters = list(inspect.signature(method).parameters)[1:]
                if parameters:
                    yield record.with_user(self.salesperson), name, parameters

    @mute_logger("odoo.sql_db")
    def test_odd_values(self):
        """An ID in place of a record, or a value of another kind, ended in a Python error."""
        seen = set()
        for record, name, parameters in self.methods():
            good = {**GOOD, "attachment": self.file.ids, "messages": self.message.ids}
            good["members"] = self.customer.ids
            required = {
                each.name
                for each in inspect.signature(getattr(record, name)).parameters.values()
                if each.default is each.empty
            }
            for odd in parameters:
                for value in ODD_VALUES:
                    arguments = {key: good[key] for key in required - {odd}}
                    with self.subTest(method=name, parameter=odd, value=value):
                        self.call(getattr(record, name), {**arguments, odd: value})
                        seen.add(name)
        self.assertIn("forward_messages", seen)

    def call(self, method, arguments):
        try:
            with self.enter_registry_test_mode(), self.env.cr.savepoint():
                method(**arguments)
        except UserError as error:
            self.assertTrue(str(error))

    def test_ids(self):
        """IDs are as good as records."""
        instance = self.instance.with_user(self.salesperson)
        self.assertTrue(instance.send_file(CUSTOMER_CHAT, self.file.id))
        self.assertTrue(instance.forward_messages("10000001", self.message.ids))
        answer = instance.send_text(CUSTOMER_CHAT, "Yes", quoted_message=self.message.id)
        self.assertEqual(answer.quoted_id_message, "17")
        later = instance.send_text(CUSTOMER_CHAT, "Later", scheduled_date="2099-01-01 10:00:00")
        self.assertEqual(later.scheduled_date.year, 2099)

    def test_files_of_others(self):
        """An ID opens no file that the user may not read."""
        self.file.write({"res_model": "ir.cron", "res_id": self.instance.send_cron_id.id})
        with self.assertRaises(UserError):
            self.instance.with_user(self.salesperson).send_file(CUSTOMER_CHAT, self.file.id)
