# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged
from odoo.tools.convert import convert_file
from odoo.tools.safe_eval import safe_eval

from ..common import TelegramCase

DEMO = "demo/telegram_demo.xml"


@tagged("post_install", "-at_install")
class TestDemoData(TelegramCase):
    """The demo data fill every list, and nothing leaves the machine."""

    def setUp(self):
        super().setUp()
        # What the demo data of base contain.
        user = self.create_user("demo_user", "employee")
        contacts = self.env["res.partner"].create([{"name": "Brandon"}, {"name": "Colleen"}])
        for name, record in (
            ("user_demo", user),
            ("partner_demo", user.partner_id),
            ("res_partner_address_15", contacts[0]),
            ("res_partner_address_28", contacts[1]),
        ):
            if not self.env.ref(f"base.{name}", raise_if_not_found=False):
                self.env["ir.model.data"].create(
                    {"module": "base", "name": name, "model": record._name, "res_id": record.id}
                )
        convert_file(self.env, "telegram_green_api", DEMO, {}, mode="init", noupdate=True)
        self.demo = self.env.ref("telegram_green_api.telegram_instance_demo")

    def test_no_list_is_empty(self):
        """Chats in the inbox, messages of every kind and state of use, and a conversation each."""
        of_demo = [("instance_id", "=", self.demo.id)]
        chats = self.env["telegram.chat"].search(of_demo)
        messages = self.env["telegram.message"].search(of_demo)
        self.assertGreaterEqual({"waiting", "answered"}, set(chats.mapped("inbox_state")) - {False})
        self.assertTrue(all(chat.channel_id.message_ids for chat in chats))
        kinds = set(messages.mapped("type_message"))
        for kind in ("text", "image", "video", "audio", "document", "location", "contact", "poll"):
            self.assertIn(f"{kind}Message", kinds)
        self.assertLessEqual(
            {"received", "sent", "delivered", "read", "error", "canceled"},
            set(messages.mapped("state")),
        )
        self.assertTrue(self.env["telegram.event"].search_count(of_demo))
        self.assertTrue(all(message.display_name for message in messages))
        mailing = self.env.ref("telegram_green_api.telegram_mailing_demo")
        self.assertEqual(mailing.total_count, 2)
        self.assertEqual((mailing.failed_count, mailing.answered_count), (1, 1))
        data = self.demo.traffic
        self.assertIn("series", data)

    def test_no_screen_is_empty(self):
        """A person who looks around in a demo database finds an empty list."""
        data = self.env["ir.model.data"].search(
            [("module", "=", "telegram_green_api"), ("model", "=", "ir.actions.act_window")]
        )
        actions = self.env["ir.actions.act_window"].browse(data.mapped("res_id"))
        actions = actions.filtered(
            lambda action: action.target != "new" and action.res_model != "res.config.settings"
        )
        self.assertGreater(len(actions), 15)
        mailing = self.env.ref("telegram_green_api.telegram_mailing_demo")
        empty = [
            action.xml_id
            for action in actions
            if not any(self.count(action, record) for record in (self.demo, mailing))
        ]
        self.assertEqual(empty, [])

    def count(self, action, record):
        """Return how many records an action shows that is opened from a record."""
        values = {"active_id": record.id, "active_ids": record.ids, "uid": self.env.uid}
        domain = safe_eval(action.domain or "[]", values)
        return self.env[action.res_model].search_count(domain)

    def test_own_account_comes_first(self):
        """In a demo database, an account that somebody connects is the one to write with."""
        self.assertNotEqual(self.env["telegram.instance"]._default(), self.demo)

    def test_nothing_leaves(self):
        """Without a token the account neither sends nor listens, whatever is queued."""
        self.assertFalse(self.demo.has_api_token)
        self.assertEqual(self.demo.state, "unchecked")
        self.assertNotIn(self.demo.id, self.env["telegram.instance"]._get_polled_accounts())
        chat = self.env.ref("telegram_green_api.telegram_chat_azure_demo")
        message = self.demo.send_text(chat.telegram_id, "Hi")
        self.send_queue(self.demo)
        self.receive(self.demo)
        self.assertEqual(message.state, "queued")
        self.assertEqual(self.phone.requests_without_instance(), [])
