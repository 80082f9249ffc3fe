# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL

from ..common import CUSTOMER_CHAT
from .test_changed_by_telegram import STRANGER_CHAT, STRANGER_PHONE, ChangedCase

HOUR = 3600  # seconds


@tagged("post_install", "-at_install")
class TestTraces(ChangedCase):
    """A message of unknown outcome left a trace other than itself: it is not sent again."""

    def send_lost(self, text="Only once", **values):
        return self.lose_answers(self.instance.send_text(CUSTOMER_CHAT, text), **values)

    def test_changed_on_the_phone(self):
        """The journal tells only that somebody has deleted or edited a message that Odoo does not
        know: the message was taken for absent, and the customer got it again."""
        for number, values in enumerate(
            (
                {"isDeleted": True},
                {"isEdited": True, "textMessage": "Other words"},
                {"typeMessage": "deletedMessage", "deletedMessageId": "77"},
                {"typeMessage": "deletedMessage"},
                {"typeMessage": "editedMessage", "editedMessageId": "78", "textMessage": "Words"},
                {"typeMessage": "editedMessage", "editedMessageId": "79", "sendByApi": False},
            )
        ):
            with self.subTest(values):
                message = self.send_lost(f"Our {number}", fault="lost_before")
                self.check_outcomes(message, self.row(**values))
                self.assert_left_to_user(message, ledger=0)
                self.forget(message)

    def test_changes_of_other_messages(self):
        """What was done to a message that is known, or stands in the journal, is no trace of
        another one: that one goes out."""
        known = self.instance.send_text(CUSTOMER_CHAT, "Known")
        self.send_now()
        message = self.send_lost(fault="lost_before")
        deletion = {"typeMessage": "deletedMessage", "deletedMessageId": known.id_message}
        edit = {"typeMessage": "editedMessage", "editedMessageId": "8", "textMessage": "Written"}
        written = self.row("Written on the phone", idMessage="8", sendByApi=False)
        elsewhere = {"typeMessage": "deletedMessage", "chatId": STRANGER_CHAT}
        self.check_outcomes(
            message, self.row(**deletion), written, self.row(**edit), self.row(**elsewhere)
        )
        self.assert_sent_once(known | message)

    def forget(self, message):
        """Let a message be of long ago, so that it is no candidate for others."""
        message.action_mark_sent()
        message.last_attempt_date -= timedelta(days=3)

    def test_status_without_echo(self):
        """The journal lags for hours and the echo is lost: the status names a message that nothing
        explains. It went out twice."""
        self.phone.change(journalLagSeconds=2 * HOUR)
        self.phone.fault("notification", "drop")
        message = self.send_lost()
        self.receive()
        self.check_outcomes(message)
        self.assert_left_to_user(message, ledger=1)
        self.assertIn("not its content", message.failure_reason)

    def test_status_of_a_known_message(self):
        """The status of another message is no trace: the message that did not go out goes out."""
        known = self.instance.send_text(CUSTOMER_CHAT, "Known")
        self.send_now()
        message = self.send_lost(fault="lost_before")
        self.receive()
        self.check_outcomes(message)
        self.assert_sent_once(known | message)


@tagged("post_install", "-at_install")
class TestEchoOfOthers(ChangedCase):
    """Another program sends the same words, and its echo is taken for that of our message."""

    def send_lost(self):
        message = self.instance.send_text(CUSTOMER_CHAT, "Good morning!")
        return self.lose_answers(message, fault="lost_before")

    def set_received(self, event, date):
        """Set when an event was received, which Odoo writes by itself."""
        query = SQL("UPDATE telegram_event SET create_date = %s WHERE id = %s", date, event.id)
        self.env.cr.execute(query)
        event.invalidate_recordset(["create_date"])

    def test_earlier(self):
        """An echo that is hours late is of a time before ours: ours counted as sent, and was never
        sent."""
        message = self.send_lost()
        an_hour_ago = int(self.phone.now()) - HOUR
        event = self.ingest(self.echo(message.text, idMessage="1", timestamp=an_hour_ago))
        self.assertEqual(message.state, "unsure")
        self.check_outcomes(message)
        self.assertEqual((message.state, len(self.phone.ledger())), ("sent", 1))
        self.assertEqual((event.state, event.message_id.text), ("done", message.text))
        self.assertEqual(len(self.rows_in_odoo()), 2)

    def test_just_before(self):
        """It was received and shown before ours was sent, a moment ago, or was edited to our words
        since: ours counted as sent, and was never sent."""
        for number, text in enumerate(("Good morning!", "Good evening!"), 1):
            with self.subTest(text):
                event = self.ingest(self.echo(text, idMessage=str(number)))
                self.assertEqual(event.state, "done")
                self.set_received(event, fields.Datetime.now() - timedelta(seconds=10))
                message = self.send_lost()
                row = {"idMessage": str(number), "isEdited": text != message.text}
                self.check_outcomes(message, self.row(message.text, **row))
                self.assertEqual((message.state, len(self.phone.ledger())), ("sent", number))
                self.assertEqual(len(self.rows_in_odoo()), 2 * number)

    def test_later(self):
        """Weeks ago, a user decided about our message. Since then, its row swallowed the next one
        with the same words."""
        for number, decide in enumerate(("action_mark_sent", "exists"), 1):
            with self.subTest(decide):
                message = self.send_lost()
                message.is_being_checked = False
                getattr(message, decide)()
                message.last_attempt_date -= timedelta(days=21)
                event = self.ingest(self.echo(message.text, idMessage=decide))
                self.assertFalse(message.id_message)
                self.assertEqual((event.state, event.message_id.attempts), ("done", 0))
                self.assertEqual(len(self.rows_in_odoo()), 2 * number)


@tagged("post_install", "-at_install")
class TestUpdatesBeforeTheirMessage(ChangedCase):
    """An edit or a reaction comes while the outcome of its message is unknown: it was lost."""

    def report(self, data, **values):
        return self.notification(
            idMessage="update", timestamp=int(self.phone.now()), messageData=data, **values
        )

    def edit(self, id_message):
        change = {"textMessage": "Price 20", "stanzaId": id_message}
        data = {"typeMessage": "editedMessage", "editedMessageData": change}
        return self.report(data, typeWebhook="outgoingMessageReceived")

    def react(self, id_message):
        return self.report(
            {
                "typeMessage": "reactionMessage",
                "extendedTextMessageData": {"text": "👍"},
                "quotedMessage": {"stanzaId": id_message},
            }
        )

    def send_lost(self, chat_id=CUSTOMER_CHAT):
        message = self.lose_answers(self.instance.send_text(chat_id, "Price 10"))
        return message, self.phone.ledger()[-1]["idMessage"]

    def assert_edited(self, message):
        self.assertEqual((message.text, message.is_edited), ("Price 20", True))
        for shown in message.mail_message_ids:
            self.assertIn("Price 20", shown.body)

    def test_journal_tells(self):
        """The journal tells the message: its edit on the phone is shown, not the former text."""
        message, id_message = self.send_lost()
        self.ingest(self.edit(id_message))
        self.assertEqual(message.state, "unsure")
        self.check_outcomes(message)
        self.assert_edited(message)
        self.receive_again()
        self.assert_edited(message)

    def test_echo_tells(self):
        """The same with a reaction, and with the echo."""
        message, id_message = self.send_lost()
        self.ingest(self.react(id_message))
        self.receive()
        self.assertEqual(message.id_message, id_message)
        self.assertEqual(message.mail_message_ids.reaction_ids.mapped("content"), ["👍"])

    def test_chats_become_one(self):
        """The edit names the chat's own ID, and the chat is known by its phone number."""
        self.phone.fault("notification", "drop", times=2)
        message = self.instance.send_text(f"{STRANGER_PHONE[1:]}@c.us", "Price 10")
        self.send_now()
        edit = self.edit(message.id_message)
        edit["senderData"] |= {"chatId": STRANGER_CHAT, "senderPhoneNumber": 0}
        self.ingest(edit)
        self.assertFalse(message.is_edited)
        message.chat_id._resolve_phone_chat(STRANGER_CHAT)
        self.assert_edited(message)
