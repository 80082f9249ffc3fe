# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

import requests

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import CUSTOMER_CHAT, TelegramCase


@tagged("post_install", "-at_install")
class TestMessageDelivery(TelegramCase):
    """Every kind of message against the local service: its ledger says what Telegram got."""

    def setUp(self):
        super().setUp()
        self.file = self.env["ir.attachment"].create({"name": "offer.pdf", "raw": b"%PDF-1.4 x"})

    def send_one(self, method, *args, **options):
        """Queue and send; return the message and what Telegram got."""
        message = getattr(self.instance, method)(CUSTOMER_CHAT, *args, **options)
        self.send_queue()
        self.assertEqual(message.state, "sent", message.failure_reason)
        return message, self.phone.ledger()[-1]

    def test_file(self):
        """A file arrives whole, under its name, with its caption."""
        message, got = self.send_one("send_file", self.file, "Our offer")
        data = got["messageData"]["fileMessageData"]
        self.assertEqual((data["fileName"], data["caption"]), ("offer.pdf", "Our offer"))
        self.assertEqual(got["idMessage"], message.id_message)
        path = self.phone.messages(CUSTOMER_CHAT)[-1]["file"]["path"]
        fetched = requests.get(f"{self.sandbox_url}{path}", timeout=60)
        self.assertEqual(fetched.content, self.file.raw)

    def test_file_by_url(self):
        """A file on the web is fetched by the service; nothing is uploaded."""
        _message, got = self.send_one(
            "send_file_by_url", "https://example.com/price%20list.png", caption="New"
        )
        data = got["messageData"]["fileMessageData"]
        self.assertEqual((data["fileName"], data["caption"]), ("price list.png", "New"))

    def test_location(self):
        """A place arrives where it is."""
        _message, got = self.send_one("send_location", 55.751244, 37.618423)
        data = got["messageData"]["locationMessageData"]
        self.assertEqual((data["latitude"], data["longitude"]), (55.751244, 37.618423))

    def test_contact(self):
        """A card carries the number as the service wants it: digits, whatever people wrote."""
        _message, got = self.send_one("send_contact", "+7 (999) 000-11-22", "Jane", "Doe")
        data = got["messageData"]["contactMessageData"]
        self.assertEqual(data["phoneContact"], "79990001122")
        self.assertEqual((data["firstName"], data["lastName"]), ("Jane", "Doe"))

    def test_poll(self):
        """A poll has its options in order, and is anonymous only when that was said."""
        message, got = self.send_one(
            "send_poll", "When?", ["Today", "Tomorrow"], multiple_answers=True, is_anonymous=False
        )
        data = got["messageData"]["pollMessageData"]
        options = [option["optionName"] for option in data["options"]]
        self.assertEqual(options, ["Today", "Tomorrow"])
        self.assertTrue(data["multipleAnswers"])
        self.assertFalse(self.phone.requests("sendPoll")[0]["body"]["isAnonymous"])
        self.assertIn("When?, Today, Tomorrow", message.display_name)

    def test_forward(self):
        """A forwarded message is the same one, in another chat, marked as forwarded."""
        message, _got = self.send_one("send_text", "Price list")
        forwarded = self.instance.forward_messages("10000001", message)
        self.send_queue()
        self.assertEqual(forwarded.state, "sent")
        got = self.phone.ledger()[-1]
        self.assertEqual((got["chatId"], got["message"]), ("10000001", "Price list"))
        self.assertEqual(got["idMessage"], forwarded.id_message)
        self.assertNotEqual(forwarded.id_message, message.id_message)

    def test_quote(self):
        """An answer quotes the message that it answers, whatever kind it is."""
        message, _got = self.send_one("send_text", "Which one?")
        for method, args in (("send_text", ["This"]), ("send_location", [1, 2])):
            _display_result, got = self.send_one(method, *args, quoted_message=message)
            self.assertEqual(got["quotedMessageId"], message.id_message)

    def test_typing(self):
        """The “typing…” is shown before a text for as long as the instance says."""
        self.send_one("send_text", "At once")
        self.instance.typing_time = 1500
        self.send_one("send_text", "After a while")
        bodies = [request["body"] for request in self.phone.requests("sendMessage")]
        self.assertEqual([body.get("typingTime") for body in bodies], [None, 1500])

    def test_order_of_kinds(self):
        """Files, places and texts of one chat go out in the order they were written."""
        self.instance.send_text(CUSTOMER_CHAT, "First")
        self.instance.send_file(CUSTOMER_CHAT, self.file, "Second")
        self.instance.send_location(CUSTOMER_CHAT, 1, 2)
        self.instance.send_text(CUSTOMER_CHAT, "Last")
        self.send_queue()
        kinds = [entry["typeMessage"] for entry in self.phone.ledger()]
        self.assertEqual(
            kinds, ["textMessage", "documentMessage", "locationMessage", "textMessage"]
        )

    # --- Files for many ------------------------------------------------------------------

    def test_one_upload_for_many(self):
        """A file for many recipients is uploaded once, and arrives at each."""
        for chat_id in ("10000000", "10000001", "10000002"):
            self.instance.send_file(chat_id, self.file, f"For {chat_id}")
        self.send_queue()
        self.assertEqual(len(self.phone.requests("uploadFile")), 1)
        self.assertFalse(self.phone.requests("sendFileByUpload"))
        captions = [entry["message"] for entry in self.phone.ledger()]
        self.assertEqual(captions, ["For 10000000", "For 10000001", "For 10000002"])

    def test_link_of_an_old_upload(self):
        """A link that may be dead is not used: the file is uploaded once more."""
        messages = self.env["telegram.message"]
        for chat_id in ("10000000", "10000001"):
            messages |= self.instance.send_file(chat_id, self.file)
        self.send_queue()
        uploader = messages.filtered("upload_date")
        uploader.upload_date -= timedelta(hours=23, minutes=1)
        self.instance.send_file(CUSTOMER_CHAT, self.file)
        self.send_queue()
        self.assertEqual(len(self.phone.requests("sendFileByUpload")), 1)

    def test_failed_upload(self):
        """An upload that fails is tried again later; nothing is taken for sent or unsure."""
        self.phone.fault("uploadFile", "lost_after")
        messages = self.env["telegram.message"]
        for chat_id in ("10000000", "10000001"):
            messages |= self.instance.send_file(chat_id, self.file)
        self.send_queue()
        self.assertEqual(set(messages.mapped("state")), {"queued"})
        self.instance.send_after = False
        self.send_queue()
        self.assertEqual(set(messages.mapped("state")), {"sent"})
        self.assertEqual(len(self.phone.ledger()), 2)

    def test_deleted_file(self):
        """A file deleted while it waited fails alone, in words; the next message goes out."""
        gone = self.instance.send_file(CUSTOMER_CHAT, self.file)
        text = self.instance.send_text(CUSTOMER_CHAT, "After it")
        self.file.unlink()
        self.send_queue()
        self.assertEqual((gone.state, text.state), ("error", "sent"))
        self.assertEqual(gone.failure_reason, "“offer.pdf” was deleted before it could be sent.")

    @mute_logger("odoo.addons.telegram_green_api.models")
    def test_file_missing_in_the_filestore(self):
        """A file that the disk has lost fails in words instead of stopping the queue."""
        lost = self.instance.send_file(CUSTOMER_CHAT, self.file)
        self.file.flush_recordset()
        self.env.cr.execute(
            "UPDATE ir_attachment SET store_fname = 'aa/nowhere' WHERE id = %s", (self.file.id,)
        )
        self.file.invalidate_recordset()
        text = self.instance.send_text("10000001", "Other chat")
        self.send_queue()
        self.assertEqual((lost.state, text.state), ("error", "sent"))

    # --- Later ---------------------------------------------------------------------------

    def test_send_later(self):
        """A message for tomorrow waits, holds up nobody, and goes out when its time has come."""
        now = self.env.cr.now().replace(microsecond=0)
        later = self.instance.send_text(
            CUSTOMER_CHAT, "Tomorrow", scheduled_date=now + timedelta(days=1)
        )
        self.instance.send_text(CUSTOMER_CHAT, "Today")
        self.send_queue()
        self.assertEqual([entry["message"] for entry in self.phone.ledger()], ["Today"])
        self.assertIn("Scheduled for", later.waiting_reason)
        triggers = self.env["ir.cron.trigger"].search(
            [("cron_id", "=", self.instance.send_cron_id.id)]
        )
        self.assertIn(later.scheduled_date, triggers.mapped("call_at"))
        later.scheduled_date = now - timedelta(seconds=1)
        self.send_queue()
        self.assertEqual(later.state, "sent")

    def test_refused_kind(self):
        """A refusal of one message is shown on it, and the next one goes out."""
        self.phone.fault("sendPoll", "status", status=400)
        poll = self.instance.send_poll(CUSTOMER_CHAT, "When?", ["Now", "Later"])
        text = self.instance.send_text(CUSTOMER_CHAT, "After it")
        self.send_queue()
        self.assertEqual((poll.state, text.state), ("error", "sent"))
        self.assertTrue(poll.failure_reason)
