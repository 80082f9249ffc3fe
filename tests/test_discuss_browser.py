# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.tests import HttpCase, tagged

from .common import CUSTOMER_CHAT, TelegramCase


class ConversationCase(TelegramCase, HttpCase):
    """A conversation in Discuss, with a real browser and the real client on both ends."""

    def _run(self, cron):
        self.assertIs(cron.method_direct_trigger(), True, "the scheduled action failed")

    def talk(self):
        """Let a person write and reply in Discuss; return what the customer got."""
        self.instance.operator_ids |= self.env.ref("base.user_admin")
        self.phone.write(CUSTOMER_CHAT, "Hello")
        self.receive()
        chat = self.env["telegram.chat"].search([("instance_id", "=", self.instance.id)])
        cookies = {
            "telegram_url": self.sandbox_url,
            "telegram_id": str(self.phone.id_instance),
        }
        url = f"/odoo/telegram.chat/{chat.id}"
        self.start_tour(url, "telegram_conversation", login="admin", cookies=cookies, timeout=120)
        return self.phone.messages(CUSTOMER_CHAT)

    def check_texts(self, messages):
        self.assertEqual(
            [row["text"] for row in messages],
            ["Hello", "Good day!", "Two chairs, please", "They are on the way"],
        )


@tagged("post_install", "-at_install")
class TestConversationDesktop(ConversationCase):
    browser_size = "1400x900"

    def test_conversation(self):
        """Both ways with text and reply: each message arrives once, the reply with its quote."""
        messages = self.talk()
        self.check_texts(messages)
        reply = messages[-1]["data"]["quotedMessage"]
        self.assertEqual(reply["stanzaId"], messages[2]["idMessage"])


@tagged("post_install", "-at_install")
class TestConversationMobile(ConversationCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_conversation(self):
        """The same on a phone, where nothing is wider than the screen."""
        self.check_texts(self.talk())
