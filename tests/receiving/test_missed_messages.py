# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import json
import unittest
from datetime import timedelta
from pathlib import Path

from odoo import fields
from odoo.exceptions import AccessError
from odoo.sql_db import db_connect
from odoo.tests import tagged
from odoo.tools import mute_logger

from ... import const
from ...client.journal_notifications import as_notification, as_status
from ...client.message_data import parse_journal
from ...client.notifications import MessageNotification, StatusNotification, event_key, parse
from ...tools import advisory_lock
from ..common import CUSTOMER_CHAT, SECRET_MARK, TelegramCase

FOLDER = Path(__file__).parent.parent / "data" / "journals"
NOTIFICATIONS = Path(__file__).parent.parent / "data" / "notifications"
# What a journal's entry and its notification have to agree in
SAME = ("id_message", "timestamp", "chat_id", "type_message", "text", "is_incoming", "file")
SAME += ("location", "quote", "target_id_message", "is_forwarded", "sender_name", "chat_type")


class TestHistory(unittest.TestCase):
    """An entry of a journal, as the notification that did not come."""

    def entry(self, **values):
        common = {"type": "incoming", "idMessage": "1", "timestamp": 5, "chatId": CUSTOMER_CHAT}
        return {**common, "typeMessage": "textMessage", "textMessage": "Hi", **values}

    def test_samples(self):
        """What an entry says is not lost on the way."""
        for path in sorted(FOLDER.glob("*.json")):
            entries = json.loads(path.read_text())
            for entry in entries if isinstance(entries, list) else [entries]:
                with self.subTest(path.stem, id=entry["idMessage"]):
                    row, found = parse_journal(entry), parse(as_notification(entry))
                    self.assertIsInstance(found, MessageNotification)
                    for name in SAME:
                        self.assertEqual(getattr(found, name), getattr(row, name), name)

    def test_kinds(self):
        """Kinds whose details a journal lacks keep what is there; new ones keep their words."""
        for kind in ("pollMessage", "contactMessage", "somethingNew", "extendedTextMessage"):
            found = parse(as_notification(self.entry(typeMessage=kind, textMessage="When?")))
            words = found.contact.first_name if found.contact else found.text
            self.assertEqual((found.type_message, words), (kind, "When?"))
        changes = {"editedMessage": {"editedMessageId": "9"}}
        changes["deletedMessage"] = {"deletedMessageId": "9"}
        for kind, values in changes.items():
            found = parse(as_notification(self.entry(typeMessage=kind, **values)))
            self.assertEqual(found.target_id_message, "9")

    def test_same_key(self):
        """The key is that of the notification itself: it is not a second message."""
        body = json.loads((NOTIFICATIONS / "incoming_text.json").read_text())
        [entry] = [
            entry
            for entry in json.loads((FOLDER / "last_incoming_messages.json").read_text())
            if entry["idMessage"] == body["idMessage"]
        ]
        self.assertEqual(event_key(as_notification(entry)), event_key(body))

    def test_who_wrote(self):
        """Written on the phone is only what the journal says to be; else it may be our own."""
        types = [
            as_notification(self.entry(type="outgoing", **values))["typeWebhook"]
            for values in ({"sendByApi": False}, {"sendByApi": True}, {})
        ]
        echo = "outgoingAPIMessageReceived"
        self.assertEqual(types, ["outgoingMessageReceived", echo, echo])

    def test_useless(self):
        """Entries that do not say which message they are, or are no objects, are left out."""
        for values in ({"idMessage": ""}, {"chatId": "x"}, {"typeMessage": None}):
            self.assertIsNone(as_notification(self.entry(**values)))
        self.assertIsNone(as_notification({}))

    def test_status(self):
        """How far a message has come is told like the status that did not come."""
        found = parse(as_status(self.entry(type="outgoing", statusMessage="read")))
        self.assertIsInstance(found, StatusNotification)
        self.assertEqual((found.id_message, found.status), ("1", "read"))
        for status in ("", "pending", None):
            self.assertIsNone(as_status(self.entry(statusMessage=status)))


@tagged("post_install", "-at_install")
class TestGap(TelegramCase):
    """What was missed is taken in, once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.create_user("telegram_journal", "manager")

    def lose(self):
        """Let the service forget what it would have reported."""
        with self.instance._get_client() as client:
            self.assertTrue(client.clear_webhooks_queue().done)

    def fetch(self, user=None):
        """Press the button; return what the person reads."""
        with self.enter_registry_test_mode():
            action = self.instance.with_user(user or self.manager).action_fetch_missed()
        self.env.invalidate_all()
        return action["params"]["message"]

    def texts(self):
        messages = self.env["telegram.message"].search([("instance_id", "=", self.instance.id)])
        return messages.sorted("id").mapped("text")

    def break_off(self, **ago):
        """Let messages have come in until some time ago."""
        self.instance.received_until = fields.Datetime.now() - timedelta(**ago)

    def asked(self):
        return len(self.phone.requests("lastIncomingMessages"))

    def test_button(self):
        """What is missing comes in, in its order; after that nothing is missing."""
        self.phone.write(CUSTOMER_CHAT, "Here already")
        self.receive()
        self.phone.write(CUSTOMER_CHAT, "Missed 1")
        self.phone.write_as_owner(CUSTOMER_CHAT, "Missed 2, from the phone")
        self.phone.write(CUSTOMER_CHAT, "Missed 3")
        self.lose()
        self.assertEqual(self.fetch(), "3 missed messages were imported.")
        expected = ["Here already", "Missed 1", "Missed 2, from the phone", "Missed 3"]
        self.assertEqual(self.texts(), expected)
        self.assertIn("No missed messages", self.fetch())
        self.assertEqual(self.texts(), expected)
        shown = self.customer.message_ids.mapped(lambda message: str(message.body.striptags()))
        for text in expected:
            self.assertEqual(shown.count(text), 1, text)

    def test_notification_comes_late(self):
        """The notification of a message that the journal has told is not a second message; what
        it tells besides is kept."""
        self.customer.phone = "+79998887766"
        self.phone.write(CUSTOMER_CHAT, "Only once")
        self.assertEqual(self.fetch(), "1 missed message was imported.")
        [event] = self.env["telegram.event"].search([("instance_id", "=", self.instance.id)])
        self.assertEqual(event.source, "journal")
        self.receive()
        self.env.invalidate_all()
        self.assertEqual(self.texts(), ["Only once"])
        self.assertEqual((event.source, event.state), ("polling", "done"))
        self.assertNotIn("journal", json.loads(event.payload))
        self.assertIn("No missed messages", self.fetch())

    def test_own_messages(self):
        """Our own messages are known; how far they have come is taken in, too."""
        message = self.write_from(self.customer, "Ours")
        self.send_queue()
        self.phone.deliver(message.chat_id.telegram_id)
        self.lose()
        self.fetch()
        self.assertEqual(self.texts(), ["Ours"])
        self.assertEqual(message.state, "delivered")

    def test_set_aside(self):
        """What was set aside is not missing: it is there to be processed again."""
        id_message = self.phone.write(CUSTOMER_CHAT, "Poisoned")
        self.receive()
        event = self.env["telegram.event"].search([("instance_id", "=", self.instance.id)])
        self.env["telegram.message"].search([("id_message", "=", id_message)]).unlink()
        event.state = "error"
        self.assertIn("No missed messages", self.fetch())
        self.assertEqual(self.texts(), [])

    def test_deleted_meanwhile(self):
        """A message that was deleted before it was fetched is shown as deleted."""
        id_message = self.phone.write(CUSTOMER_CHAT, "Not for you")
        self.phone.delete(CUSTOMER_CHAT, id_message)
        self.lose()
        self.fetch()
        message = self.env["telegram.message"].search([("id_message", "=", id_message)])
        self.assertTrue(message.is_deleted)
        for shown in message.mail_message_ids:
            self.assertIn("Deleted in Telegram", shown.body)

    def test_service_does_not_answer(self):
        """A failure is told in words, without the token, and changes nothing."""
        self.phone.write(CUSTOMER_CHAT, "Missed")
        self.lose()
        self.phone.fault("lastIncomingMessages", "status", status=500, body="Internal error")
        self.assertIn("temporarily unavailable", self.fetch())
        self.assertEqual(self.texts(), [])
        self.assertNotIn(SECRET_MARK, self.instance.last_error)

    def test_receive_action_runs(self):
        """While the receive action runs, it goes on with what was fetched."""
        self.phone.write(CUSTOMER_CHAT, "Missed")
        self.lose()
        with (
            db_connect(self.cr.dbname).cursor() as other,
            advisory_lock.hold(other, const.LOCK_RECEIVING, self.instance.id),
        ):
            self.assertIn("is being imported", self.fetch())
            self.assertEqual(self.texts(), [])
        self.receive()
        self.assertEqual(self.texts(), ["Missed"])

    def test_who_may(self):
        """The button is for administrators of Telegram."""
        with self.assertRaises(AccessError):
            self.fetch(self.salesperson)

    def test_after_an_outage(self):
        """When messages did not come in for long, the journal is compared once by itself."""
        self.break_off(hours=2)
        self.phone.write(CUSTOMER_CHAT, "Missed")
        self.lose()
        self.receive()
        self.assertEqual(self.texts(), ["Missed"])
        self.receive()
        self.assertEqual(self.asked(), 1)
        [request] = self.phone.requests("lastIncomingMessages")
        self.assertIn("125", json.dumps(request))

    def test_no_outage(self):
        """An instance that is new, or works, or is seldom asked, does not ask for journals."""
        self.receive()
        self.assertTrue(self.instance.received_until)
        self.break_off(minutes=9)
        self.receive()
        self.instance.receive_cron_id.write({"interval_number": 3, "interval_type": "hours"})
        self.break_off(hours=5)
        self.receive()
        self.assertEqual(self.asked(), 0)

    def test_outage_goes_on(self):
        """While the service cannot be reached, nothing is noted; afterwards all is made up for."""
        for method in ("receiveNotification", "lastIncomingMessages"):
            self.break_off(minutes=30)
            since = self.instance.received_until
            self.phone.fault(method, "status", status=500, body="Internal error")
            self.receive()
            self.assertEqual(self.instance.received_until, since, method)
        self.receive()
        self.assertGreater(self.instance.received_until, since)

    @mute_logger("odoo.addons.telegram_green_api.models.receiving.missed_messages")
    def test_refused(self):
        """A service that never tells its journals is not asked every minute."""
        self.break_off(minutes=30)
        self.phone.fault("lastIncomingMessages", "status", status=466, body="{}", times=9)
        self.receive()
        self.receive()
        self.assertEqual(self.asked(), 1)

    def test_webhook(self):
        """With a webhook it is the same: what was not delivered in time is taken in."""
        self.instance.receive_mode = "webhook"
        self.break_off(minutes=30)
        self.instance.write({"last_error": "Nothing is delivered", "last_check_date": "2020-01-01"})
        self.phone.write(CUSTOMER_CHAT, "Missed")
        self.receive()
        self.assertEqual((self.asked(), self.texts()), (0, []))
        self.lose()
        self.instance.last_check_date = "2020-01-01"
        self.receive()
        self.assertEqual(self.texts(), ["Missed"])
