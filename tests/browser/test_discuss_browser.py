# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
# pylint: disable=translation-required  # what users write

import io
import wave

from odoo.tests import tagged

from ..common import CUSTOMER_CHAT, TelegramCase
from .browser_case import TourCase


def record_voice():
    """Return a second of silence."""
    target = io.BytesIO()
    with wave.open(target, "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(16000))
    return target.getvalue()


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

    def check_at_a_glance(self):
        """Check whose message is whose, of which account a conversation is, and what plays."""
        admin = self.env.ref("base.user_admin")
        self.instance.operator_ids |= admin
        self.phone.write(CUSTOMER_CHAT, "Hello")
        self.phone.write_file(CUSTOMER_CHAT, "voice.ogg", record_voice())
        self.phone.write_file(CUSTOMER_CHAT, "broken.ogg", b"OggS, but no sound")
        self.receive()
        chat = self.env["telegram.chat"].search([("instance_id", "=", self.instance.id)])
        channel = chat.channel_id.with_user(self.salesperson).sudo()
        channel.message_post(body="From a colleague", message_type="comment")
        files = self.env["ir.attachment"].create(
            {"name": "plan.txt", "raw": b"x", "res_model": channel._name, "res_id": channel.id}
        )
        channel.message_post(message_type="comment", attachment_ids=files.ids)
        shop = self._create_instance(self._create_phone(), name="Shop")
        shop.operator_ids |= admin
        self.env.flush_all()  # what comes in is processed in a transaction of its own
        self.ingest(self.notification("Are you open?"), instance=shop)
        self.tour("telegram_at_a_glance", f"/odoo/telegram.chat/{chat.id}")

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

    def test_at_a_glance(self):
        """A colleague's message is not taken for the customer's, nor one account for another."""
        self.check_at_a_glance()


@tagged("post_install", "-at_install")
class TestConversationMobile(ConversationCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_conversation(self):
        """The same on a phone, where nothing is wider than the screen."""
        self.check_texts(self.talk())

    def test_at_a_glance(self):
        """The same on a phone."""
        self.check_at_a_glance()
