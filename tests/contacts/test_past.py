# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import TelegramCase

CHATS = ("30000001", "30000002", "30000003")


@tagged("post_install", "-at_install")
class TestPast(TelegramCase):
    """On the first day, the account starts with the last messages of the latest chats."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.create_user("past_manager", "manager")

    def setUp(self):
        super().setUp()
        for number, chat_id in enumerate(CHATS):
            self.phone.add_customer(f"Customer {number}", chatId=chat_id)
            for text in ("One", "Two", "Three"):
                self.phone.write(chat_id, text)
        self.chats = self.env["telegram.chat"].create(
            [
                {"instance_id": self.instance.id, "telegram_id": chat_id, "name": chat_id}
                for chat_id in CHATS
            ]
        )

    def request(self, chats=2, messages=2):
        """Request the import by the dialog, as an administrator."""
        dialog = self.env["telegram.past"].with_user(self.manager)
        dialog = dialog.create(
            {"instance_id": self.instance.id, "chat_count": chats, "message_count": messages}
        )
        dialog.action_import()

    def run_import(self):
        self._run(self.env.ref("telegram_green_api.ir_cron_import_past"))
        self.env.invalidate_all()

    def texts(self):
        return [sorted(chat.message_ids.mapped("text")) for chat in self.chats]

    def test_latest(self):
        """The last messages of so many chats are imported, each once, with an end in sight."""
        self.request()
        self.assertTrue(self.instance.is_past_running)
        self.assertIn("0 of 2 chats", self.instance.past_message)
        self.run_import()
        self.assertEqual(self.texts(), [["Three", "Two"], ["Three", "Two"], []])
        self.assertFalse(self.instance.is_past_running)
        self.assertIn("imported", self.instance.past_message)
        self.request(chats=3, messages=3)
        self.run_import()
        self.assertEqual(self.texts(), [["One", "Three", "Two"]] * 3)

    def test_interrupted(self):
        """When GREEN-API fails, the next run goes on where this one stopped."""
        self.phone.fault("getChatHistory", "reset", times=9)
        self.request(chats=1)
        self.run_import()
        self.assertTrue(self.instance.is_past_running)
        self.phone.clear_faults()
        self.run_import()
        self.assertEqual(self.texts()[0], ["Three", "Two"])

    def test_stop(self):
        """An administrator may stop it; nobody else may start it."""
        self.request()
        self.instance.with_user(self.manager).action_stop_past()
        self.assertFalse(self.instance.is_past_running)
        self.run_import()
        self.assertEqual(self.texts(), [[], [], []])
        with self.assertRaises(AccessError):
            self.instance.with_user(self.salesperson).action_import_past()

    def test_nothing_there(self):
        """Without chats, the reason is said."""
        self.chats.unlink()
        with self.assertRaisesRegex(UserError, "Synchronize"):
            self.request()

    def test_old_questions(self):
        """Questions of last year do not fill the inbox on the first day, those of today do."""
        body = [
            {
                "type": "incoming",
                "idMessage": "1700000000001",
                "timestamp": 1700000000,
                "typeMessage": "textMessage",
                "chatId": CHATS[0],
                "chatType": "user",
                "senderName": "Customer",
                "textMessage": "Old",
            }
        ]
        self.phone.fault("getChatHistory", "status", status=200, body=json.dumps(body))
        self.request()
        self.run_import()
        old, new = self.chats[:2]
        self.assertEqual(old.message_ids.mapped("text"), ["Old"])
        self.assertNotEqual(old.inbox_state, "waiting")
        self.assertEqual(new.inbox_state, "waiting")
