# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import json
from datetime import timedelta

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import CUSTOMER_CHAT
from .test_changed_by_telegram import DISCOUNT, STRANGER_CHAT, ChangedCase


@tagged("post_install", "-at_install")
class TestIdGivenTwice(ChangedCase):
    """The service gives an ID a second time, for a message in another chat."""

    def setUp(self):
        super().setUp()
        self.first = self.instance.send_text(STRANGER_CHAT, "First")
        self.send_now()

    def send_with_known_id(self):
        message = self.instance.send_text(CUSTOMER_CHAT, DISCOUNT)
        body = json.dumps({"idMessage": self.first.id_message})
        self.phone.fault("sendMessage", "status_after", status=200, body=body)
        self.send_now()
        self.assertEqual((message.state, message.id_message), ("sent", False))
        return message

    def test_echo_tells(self):
        """The answer is wrong: the echo tells the ID, so that the message can be edited."""
        message = self.send_with_known_id()
        self.receive()
        self.env.invalidate_all()
        self.assertEqual(len(self.rows_in_odoo()), 2, "no second row")
        self.assertEqual(message.id_message, self.phone.ledger()[-1]["idMessage"])
        self.assertEqual(message.state, "delivered")
        message.edit("Corrected")
        self.send_now()
        self.assertEqual(self.phone.messages(CUSTOMER_CHAT)[-1]["text"], "Corrected")

    def test_id_of_an_unsure_message(self):
        """The other message was unsure, so its ID was not known: the echo made a second row, and
        the first one had the wrong ID for ever."""
        other = self.lose_answers(self.instance.send_text(STRANGER_CHAT, "Second"))
        other.is_being_checked = False  # GREEN-API is not asked now
        message = self.instance.send_text(CUSTOMER_CHAT, DISCOUNT)
        body = json.dumps({"idMessage": self.phone.ledger()[-1]["idMessage"]})
        self.phone.fault("sendMessage", "status_after", status=200, body=body)
        self.send_now()
        self.assertTrue(message.id_message)
        self.receive()
        self.env.invalidate_all()
        self.assertEqual(len(self.rows_in_odoo()), 3, "no second row")
        ids = [entry["idMessage"] for entry in self.phone.ledger()]
        self.assertEqual((self.first | other | message).mapped("id_message"), ids)
        self.assertEqual(message.state, "delivered")

    def test_echo_lost(self):
        """The echo does not come: the journal tells the ID, else the message could never be edited
        and its ticks would stay."""
        self.phone.change(settings={"outgoingAPIMessageWebhook": "no"})
        message = self.send_with_known_id()
        self.assertEqual(message.waiting_reason, False)
        self.send_now()
        self.assertEqual(message.id_message, self.phone.ledger()[-1]["idMessage"])
        self.assertFalse(message.is_being_checked)
        self.assertEqual(self.rows_in_odoo(), self.first | message)

    def test_echo_lost_of_same_chat(self):
        """The wrong ID is that of an earlier message of the same chat."""
        self.phone.change(settings={"outgoingAPIMessageWebhook": "no"})
        self.first = self.instance.send_text(CUSTOMER_CHAT, "Earlier")
        self.send_now()
        with mute_logger("odoo.addons.telegram_green_api.models.sending.queue"):
            message = self.send_with_known_id()
        self.send_now()
        self.assertEqual(message.id_message, self.phone.ledger()[-1]["idMessage"])

    def test_echo_lost_of_first_message(self):
        """The message is the first one to a phone number: the number is asked for, then the
        journal."""
        self.phone.change(settings={"outgoingAPIMessageWebhook": "no"})
        self.phone.add_customer("Petr", chatId="10000007", phoneNumber=79998887755)
        message = self.instance.send_text("79998887755@c.us", DISCOUNT)
        self.phone.fault("sendMessage", "same_id")
        self.send_now()
        self.assertEqual((message.state, message.id_message), ("sent", False))
        self.send_now()
        self.assertEqual(message.chat_id.telegram_id, "10000007")
        self.assertEqual(message.id_message, self.phone.ledger()[-1]["idMessage"])

    def test_never_found(self):
        """The journal does not show it, either: the search ends, and nothing is sent again."""
        self.phone.change(settings={"outgoingAPIMessageWebhook": "no"})
        message = self.send_with_known_id()
        self.check_outcomes(message, self.row("Another", chatId=STRANGER_CHAT))
        self.assertEqual((message.state, message.is_being_checked), ("sent", False))
        self.assertEqual(len(self.phone.ledger()), 2)

    def test_not_in_the_way(self):
        """A sent message whose ID is looked for holds up nothing: neither the next message, nor
        the deletion of the message, nor the end of a mailing."""
        self.phone.change(settings={"outgoingAPIMessageWebhook": "no"})
        message = self.send_with_known_id()
        self.assertTrue(message.is_being_checked)
        following = self.instance.send_text(CUSTOMER_CHAT, "Next")
        self.phone.fault("lastOutgoingMessages", "status", status=500)
        self.send_now()
        self.send_now()
        self.assertEqual(following.state, "sent")
        message.unlink()

    def test_equal_first_messages(self):
        """Two people get the same first message by phone, the ID comes twice, and the echo of the
        first one is lost. The echo of the second one must not make its chat that of the first
        one: the next message would go to the wrong person."""
        numbers = {"10000007": "79998887755", "10000008": "79998887756"}
        for chat_id, number in numbers.items():
            self.phone.add_customer(number, chatId=chat_id, phoneNumber=int(number))
        self.phone.change(settings={"outgoingAPIMessageWebhook": "no"})
        one = self.instance.send_text("79998887755@c.us", DISCOUNT)
        self.send_now()
        self.phone.change(settings={"outgoingAPIMessageWebhook": "yes"})
        two = self.instance.send_text("79998887756@c.us", DISCOUNT)
        self.phone.fault("sendMessage", "same_id")
        self.phone.fault("checkAccount", "status", status=500)
        self.send_now()
        self.assertEqual(two.id_message, False)
        self.receive()
        self.assertEqual((one.chat_id | two.chat_id).mapped("is_phone_form"), [True, True])
        with self.enter_registry_test_mode():
            self.env.ref("telegram_green_api.ir_cron_check_phone_numbers").method_direct_trigger()
            two.chat_id.number_check_date = False
            self.env.ref("telegram_green_api.ir_cron_check_phone_numbers").method_direct_trigger()
        self.receive_again()
        self.assertEqual(two.chat_id.telegram_id, "10000008")
        self.assertEqual(one.chat_id.phone, "+79998887755")
        self.assertNotEqual(one.chat_id.telegram_id, "10000008")
        self.assertEqual(two.id_message, self.phone.ledger()[-1]["idMessage"])

    def test_status_comes_first(self):
        """A status that comes before the echo is not lost."""
        message = self.send_with_known_id()
        id_message = self.phone.ledger()[-1]["idMessage"]
        event = self.ingest(self.status(message, "read", idMessage=id_message))
        self.assertEqual(event.state, "new")
        self.receive()
        self.receive_again()
        self.assertEqual(message.state, "read")

    def test_really_the_same(self):
        """Both messages have the ID: the echo says so, and each keeps its own states."""
        self.phone.fault("sendMessage", "same_id")
        message = self.instance.send_text(CUSTOMER_CHAT, DISCOUNT)
        self.send_now()
        self.receive()
        self.env.invalidate_all()
        self.assertEqual(message.id_message, self.first.id_message)
        self.assertEqual((self.rows_in_odoo(), message.state), (self.first | message, "delivered"))

    def test_first_message_by_phone(self):
        """The message is the first one to a phone number: the echo brings no stranger's chat."""
        self.phone.add_customer("Petr", chatId="10000007", phoneNumber=79998887755)
        message = self.instance.send_text("79998887755@c.us", DISCOUNT)
        body = json.dumps({"idMessage": self.first.id_message})
        self.phone.fault("sendMessage", "status_after", status=200, body=body)
        self.send_now()
        self.receive()
        with self.enter_registry_test_mode():
            self.env.ref("telegram_green_api.ir_cron_check_phone_numbers").method_direct_trigger()
        self.receive_again()
        self.assertEqual(self.rows_in_odoo(), self.first | message)
        self.assertEqual(message.chat_id.telegram_id, "10000007")
        self.assertEqual(message.id_message, self.phone.ledger()[-1]["idMessage"])

    def test_long_ago(self):
        """An ID of days ago is no reason to wait for the echo."""
        long_ago = self.first.date - timedelta(days=2)
        self.first.write({"date": long_ago, "last_attempt_date": long_ago})
        self.phone.fault("sendMessage", "same_id")
        message = self.instance.send_text(CUSTOMER_CHAT, "Second")
        self.send_now()
        self.assertEqual(message.id_message, self.first.id_message)

    def test_chats_become_one(self):
        """Chats with a message of the same ID each become one: both messages stay."""
        chat = self.env["telegram.chat"]._get_or_create(self.instance, "79998887755@c.us")
        message = self.instance.send_text(chat.telegram_id, "Second")
        message.write({"state": "sent", "attempts": 1, "id_message": self.first.id_message})
        left = chat._resolve_phone_chat(STRANGER_CHAT)
        self.assertEqual(left.message_ids, self.first | message)
        self.assertEqual((self.first | message).mapped("text"), ["First", "Second"])
