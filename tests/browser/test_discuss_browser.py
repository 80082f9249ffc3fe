# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from ..common import CUSTOMER_CHAT, TelegramCase
from .browser_case import TourCase


class ConversationCase(TelegramCase, TourCase):
    """A conversation in Discuss, with a real browser and the real client on both ends."""

    def _run(self, cron):
        self.assertIs(cron.method_direct_trigger(), True, "the scheduled action failed")

    def talk(self):
        """Let a person write and reply in Discuss; return what the customer got."""
        self.instance.operator_ids |= self.env.ref("base.user_admin")
        self.phone.write(CUSTOMER_CHAT, "Hello")
        self.receive()
        chat = self.env["telegram.chat"].search([("instance_id", "=", self.instance.id)])
        self.tour("telegram_conversation", f"/odoo/telegram.chat/{chat.id}")
        self.check_photos(chat)
        return self.phone.messages(CUSTOMER_CHAT)

    def check_texts(self, messages):
        self.assertEqual(
            [row["text"] for row in messages],
            [
                "Hello",
                "Good day!",
                "Two chairs, please",
                "They are on the way",
                "For this room",
                "This chair",
            ],
        )

    def check_photos(self, chat):
        """Both photos are kept as what they are, and ours has gone out as the customer's came."""
        room, chair = chat.message_ids.sorted("id").filtered("attachment_id").attachment_id
        self.assertEqual((room.name, room.mimetype), ("room.png", "image/png"))
        self.assertEqual((chair.name, chair.mimetype), ("chair.png", "image/png"))
        sent = self.phone.messages(CUSTOMER_CHAT)[-1]["data"]
        self.assertEqual(sent["typeMessage"], "imageMessage")
        self.assertEqual(sent["fileMessageData"]["fileName"], "chair.png")


@tagged("post_install", "-at_install")
class TestConversationDesktop(ConversationCase):
    browser_size = "1400x900"

    def test_conversation(self):
        """Both ways with text and reply: each message arrives once, the reply with its quote."""
        messages = self.talk()
        self.check_texts(messages)
        reply = messages[3]["data"]["quotedMessage"]
        self.assertEqual(reply["stanzaId"], messages[2]["idMessage"])


@tagged("post_install", "-at_install")
class TestConversationMobile(ConversationCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_conversation(self):
        """The same on a phone, where nothing is wider than the screen."""
        self.check_texts(self.talk())
