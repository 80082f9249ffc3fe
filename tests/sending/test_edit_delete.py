# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import CUSTOMER_CHAT, TelegramCase

QUEUE_LOGGER = "odoo.addons.telegram_green_api.models.sending.unsure"


@tagged("post_install", "-at_install")
class TestMessageChanges(TelegramCase):
    """Changing and deleting what was sent: in Telegram, in the log and in the chatter alike."""

    def send(self, text="Price: 100"):
        message = self.write_from(self.customer, text)
        self.send_queue()
        return message.with_user(self.salesperson)

    def test_edit(self):
        """A change reaches Telegram, the log and the chatter; what it said before is kept."""
        message = self.send()
        change = message.edit("Price: 110")
        self.assertEqual((change.state, message.text), ("queued", "Price: 100"))
        self.send_queue()
        self.assertEqual((change.state, message.text), ("sent", "Price: 110"))
        self.assertEqual(change.former_text, "Price: 100")
        self.assertTrue(message.is_edited)
        self.assertIn("Price: 110", message.sudo().mail_message_ids.body)
        [request] = self.phone.requests("editMessage")
        self.assertEqual(request["body"]["idMessage"], message.id_message)
        [shown] = self.phone.messages(message.chat_id.telegram_id)
        self.assertEqual(shown["text"], "Price: 110")

    def test_edit_of_a_waiting_message(self):
        """What has not been sent gets its new text at once: nobody sees the old one."""
        message = self.write_from(self.customer, "Price: 100").with_user(self.salesperson)
        self.assertEqual(message.edit("Price: 110"), message)
        self.send_queue()
        self.assertEqual(self.phone.ledger()[0]["message"], "Price: 110")
        self.assertFalse(self.phone.requests("editMessage"))

    def test_delete(self):
        """A deletion reaches Telegram; the log and the chatter keep what was deleted, marked."""
        message = self.send()
        deletion = message.delete()
        self.send_queue()
        self.assertEqual(deletion.state, "sent")
        self.assertTrue(message.is_deleted)
        body = message.sudo().mail_message_ids.body
        self.assertIn("Deleted in Telegram", body)
        self.assertIn("Price: 100", body)
        with self.assertRaisesRegex(UserError, "already been deleted"):
            message.delete()

    def test_delete_of_a_waiting_message(self):
        """What has not been sent is cancelled; Telegram never hears of it."""
        message = self.write_from(self.customer, "Too hasty").with_user(self.salesperson)
        message.delete()
        self.send_queue()
        self.assertEqual(message.state, "canceled")
        self.assertEqual(self.phone.requests(), [])

    def test_message_of_the_customer(self):
        """What the customer wrote is theirs."""
        event = self.ingest(self.notification("Hi"))
        message = event.message_id.with_user(self.salesperson)
        for change in (message.delete, lambda: message.edit("Bye")):
            with self.assertRaisesRegex(UserError, "your own account"):
                change()

    def test_too_late(self):
        """After two days Telegram changes nothing any more; that is said at once."""
        message = self.send()
        message.sudo().last_attempt_date -= timedelta(hours=48, minutes=1)
        with self.assertRaisesRegex(UserError, "48 hours"):
            message.edit("Price: 110")

    def test_not_a_text(self):
        """Only texts can be changed."""
        message = self.instance.send_location(CUSTOMER_CHAT, 1, 2)
        self.send_queue()
        with self.assertRaisesRegex(UserError, "Only texts"):
            message.edit("Elsewhere")

    def test_never_sent(self):
        """What failed is not in Telegram, so nothing can be changed there."""
        self.phone.fault("sendMessage", "status", status=400)
        message = self.send()
        self.assertEqual(message.state, "error")
        with self.assertRaisesRegex(UserError, "has not been sent"):
            message.edit("Price: 110")

    def test_refused(self):
        """A refused change leaves the message as it was, and its author is told."""
        message = self.send()
        self.phone.fault("editMessage", "status", status=400)
        change = message.edit("Price: 110")
        self.send_queue()
        self.assertEqual((change.state, message.text), ("error", "Price: 100"))
        self.assertFalse(message.is_edited)
        told = self.env["mail.message"].search(
            [("notified_partner_ids", "in", self.salesperson.partner_id.ids)], limit=1
        )
        self.assertIn("could not be changed", told.body)

    def test_echo_of_a_change(self):
        """The service's own report of a change is no second one: the former text stays known."""
        message = self.send()
        change = message.edit("Price: 110")
        self.send_queue()
        data = {"textMessage": "Price: 110", "stanzaId": message.id_message}
        echo = self.notification(
            typeWebhook="outgoingAPIMessageReceived",
            messageData={"typeMessage": "editedMessage", "editedMessageData": data},
        )
        echo["senderData"]["chatId"] = self.phone.ledger()[0]["chatId"]
        self.receive()
        self.ingest(echo)
        self.assertEqual(change.former_text, "Price: 100")
        self.assertTrue(change.id_message)
        texts = self.env["telegram.message"].search([("chat_id", "=", message.chat_id.id)])
        self.assertEqual(texts, message | change)

    @mute_logger(QUEUE_LOGGER)
    def test_lost_answer(self):
        """A change whose answer was lost is repeated: the text is the same after the second."""
        message = self.send()
        self.phone.fault("editMessage", "lost_after")
        change = message.edit("Price: 110")
        self.send_queue()
        self.assertEqual(change.state, "queued")
        self.instance.send_after = False
        self.send_queue()
        self.assertEqual((change.state, message.text), ("sent", "Price: 110"))

    def test_interrupted_change(self):
        """A change found in "sending" was interrupted: it is repeated, not doubted."""
        message = self.send()
        change = message.edit("Price: 110").sudo()
        change.state = "sending"
        self.send_queue()
        self.assertEqual((change.state, message.text), ("sent", "Price: 110"))
