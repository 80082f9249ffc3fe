# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .visibility_case import NICKNAME, SECRET, NamesCase


@tagged("post_install", "-at_install")
class TestVisibilityDiscuss(NamesCase, HttpCase):
    """Odoo's own routes tell a limited colleague nothing of another's conversation."""

    def setUp(self):
        super().setUp()
        self.channel.name = NICKNAME
        self.shown = self.message.mail_message_ids.filtered(
            lambda message: message.model == "discuss.channel"
        )
        self.assertTrue(self.shown)
        self.file = self.env["ir.attachment"].create(
            {
                "name": "wish.txt",
                "raw": SECRET.encode(),
                "res_model": "telegram.message",
                "res_id": self.message.id,
            }
        )
        self.shown.attachment_ids = self.file.copy(
            {"res_model": "discuss.channel", "res_id": self.channel.id}
        )
        self.env.flush_all()

    def routes(self):
        """Give what Discuss asks, or a person with a programming console."""
        channel, message = self.channel.id, self.shown.id
        thread = {"thread_model": "discuss.channel", "thread_id": channel}
        fetch = [["discuss.channel", [channel]], "channels_as_member", "init_messaging"]
        return {
            "/mail/data": {"fetch_params": fetch},
            "/discuss/search": {"term": NICKNAME},
            "/discuss/channel/messages": {"channel_id": channel},
            "/discuss/channel/members": {"channel_id": channel, "known_member_ids": []},
            "/discuss/channel/attachments": {"channel_id": channel, "limit": 10},
            "/discuss/channel/pinned_messages": {"channel_id": channel},
            "/discuss/channel/mark_as_read": {"channel_id": channel, "last_message_id": message},
            "/discuss/channel/notify_typing": {"channel_id": channel, "is_typing": True},
            "/discuss/channel/join": {"channel_id": channel},
            "/discuss/channel/sub_channel/create": {
                "parent_channel_id": channel,
                "from_message_id": message,
            },
            "/mail/thread/messages": thread,
            "/mail/message/post": {**thread, "post_data": {"body": "Hello"}},
            "/mail/message/update_content": {
                "message_id": message,
                "update_data": {"body": "Changed"},
            },
            "/mail/message/reaction": {"message_id": message, "content": "x", "action": "add"},
            "/mail/attachment/delete": {"attachment_id": self.file.id},
            "/mail/inbox/messages": {},
            "/mail/history/messages": {"fetch_params": {"search_term": SECRET}},
            "/web/dataset/call_kw/mail.message/search_read": {
                "model": "mail.message",
                "method": "search_read",
                "args": [[["id", "=", message]], ["body"]],
                "kwargs": {},
            },
            "/web/dataset/call_kw/mail.message/read": {
                "model": "mail.message",
                "method": "read",
                "args": [[message], ["body"]],
                "kwargs": {},
            },
            "/web/dataset/call_kw/mail.message/toggle_message_starred": {
                "model": "mail.message",
                "method": "toggle_message_starred",
                "args": [[message]],
                "kwargs": {},
            },
        }

    def pictures(self):
        return [
            f"/web/content/{self.file.id}",
            f"/web/content/{self.shown.attachment_ids.id}",
            f"/web/content/telegram.message/{self.message.id}/text",
            f"/discuss/channel/{self.channel.id}",
            f"/odoo/telegram.chat/{self.chat.id}",
        ]

    @mute_logger(
        "odoo.http", "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_binary"
    )
    def told(self, user):
        """Ask everything as a user; return by which ways something was told."""
        self.authenticate(user.login, user.login)
        told = []
        for route, params in self.routes().items():
            answer = self.url_open(route, json={"jsonrpc": "2.0", "params": params})
            told += [route] if NICKNAME in answer.text or SECRET in answer.text else []
        for path in self.pictures():
            answer = self.url_open(path)
            told += [path] if NICKNAME in answer.text or SECRET in answer.text else []
        return told

    def test_colleague(self):
        """A colleague gets nothing, whatever they ask for, and changes nothing."""
        self.assertEqual(self.told(self.colleague), [])
        self.env.invalidate_all()
        self.assertNotIn(self.colleague.partner_id, self.channel.channel_member_ids.partner_id)
        self.assertEqual(self.channel.message_ids.mapped("body").count("<p>Hello</p>"), 0)
        self.assertIn(SECRET, self.shown.body)
        self.assertFalse(self.shown.reaction_ids)
        self.assertTrue(self.file.exists())
        self.assertFalse(self.chat.message_ids.filtered(lambda m: m.direction == "outgoing"))

    def test_contact(self):
        """What a customer writes does not stand in the contact's chatter, which every colleague
        reads; the answer to what was sent from there does."""
        self.assertNotIn(SECRET, " ".join(self.customer.message_ids.mapped("body")))
        self.write_from(self.customer, "Good day!", user=self.colleague)
        self.send_queue()
        self.ingest(self.notification("What a good day", idMessage="3"))
        told = " ".join(self.customer.message_ids.mapped("body"))
        self.assertIn("Good day!", told)
        self.assertIn("What a good day", told)

    def test_salesperson(self):
        """Whose customer it is gets it all: the routes are asked in the right way."""
        told = self.told(self.salesperson)
        for route in ("/mail/data", "/discuss/channel/messages", self.pictures()[0]):
            self.assertIn(route, told)
