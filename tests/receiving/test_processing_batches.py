# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import json
from unittest.mock import patch

from odoo.exceptions import ConcurrencyError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.receiving import processing as processing
from ..common import CUSTOMER_CHAT, TelegramCase


@tagged("post_install", "-at_install")
class TestEventTogether(TelegramCase):
    """Several events share a transaction; what goes wrong with one must not touch the others."""

    number = 0  # of the last text made

    def let_it_fail(self, error, text, times=1):
        """Let the processing of the message with this text fail; return the texts of each try."""
        messages = type(self.env["telegram.message"])
        original, tried = messages._prepare_received, []

        def prepare_received(records, instance, received):
            texts = [notification.text for _chat, notification in received]
            tried.append(texts)
            if text in texts and sum(text in each for each in tried) <= times:
                raise error
            return original(records, instance, received)

        self.patch(messages, "_prepare_received", prepare_received)
        return tried

    def ingest_three(self):
        texts = ("First", "Second", "Third")
        return self.ingest(*(self.notification(text, idMessage=text) for text in texts))

    def get_shown(self):
        """Give the texts of the chat: as stored, as Discuss shows them, as the chatter does."""
        chat = self.env["telegram.chat"]._find(self.instance, CUSTOMER_CHAT)
        posted = self.customer.message_ids.filtered(lambda m: m.message_type == "telegram")
        return (
            chat.message_ids.sorted("id").mapped("text"),
            [str(m.body) for m in chat.channel_id.message_ids.sorted("id")],
            [str(m.body) for m in posted.sorted("id")],
        )

    def assert_shown(self, *texts):
        bodies = [f"<p>{text}</p>" for text in texts]
        self.assertEqual(self.get_shown(), (list(texts), bodies, bodies))

    def test_conflict_with_another_transaction(self):
        """When somebody is in the way of the second, the first is neither lost nor doubled."""
        tried = self.let_it_fail(ConcurrencyError("on purpose"), "Second")
        events = self.ingest_three()
        self.assertEqual(events.mapped("state"), ["done"] * 3)
        self.assertEqual(tried, [["First", "Second", "Third"], ["First"], ["Second", "Third"]])
        self.assert_shown("First", "Second", "Third")

    def test_conflict_every_time(self):
        """One that always meets somebody waits, and holds up nobody."""
        self.let_it_fail(ConcurrencyError("on purpose"), "First", times=99)
        events = self.ingest_three()
        self.assertEqual(events.mapped("state"), ["done", "done", "new"])  # newest first
        self.assertTrue(events[-1].next_attempt_date)
        self.assertEqual(events[-1].attempts, 0)
        self.assert_shown("Second", "Third")

    @mute_logger("odoo.addons.telegram_green_api.models.receiving.processing")
    def test_one_that_breaks(self):
        """What was done before one that breaks stays, and what comes after it is done."""
        self.let_it_fail(ZeroDivisionError("on purpose"), "Second", times=99)
        events = self.ingest_three()
        self.assertEqual(events.mapped("state"), ["done", "new", "done"])
        self.assertEqual(events.mapped("attempts"), [0, 1, 0])
        self.assert_shown("First", "Third")

    @mute_logger("odoo.addons.telegram_green_api.models.receiving.processing")
    def test_one_of_many_breaks(self):
        """However many are processed at once, only the one that breaks is left out."""
        self.let_it_fail(ZeroDivisionError("on purpose"), "Text 5", times=99)
        events = self.ingest(*self.make_texts(10, chats=1)).sorted("id")
        self.assertEqual(events.mapped("attempts"), [0] * 5 + [1] + [0] * 4)
        self.assertEqual(events.mapped("state"), ["done"] * 5 + ["new"] + ["done"] * 4)
        self.assert_shown(*(f"Text {number}" for number in range(10) if number != 5))

    def test_as_one_after_the_other(self):
        """What comes together ends up as if each had come alone: answers, changes, a message
        that comes twice, one that nobody can read, a chat's new name, other chats in between."""
        other = self._create_instance(self._create_phone())
        for instance, at_once in ((self.instance, 50), (other, 1)):
            with patch.object(processing, "EVENTS_AT_ONCE", at_once):
                self.ingest(*self.make_every_kind(), instance=instance)
        self.assertEqual(self.describe(self.instance), self.describe(other))
        texts = [message["text"] for message in self.describe(self.instance)]
        self.assertEqual(
            texts, ["One!", "Two", "Elsewhere", "Yes", "One!", "On the phone", "Three"]
        )

    def test_turns(self):
        """Only texts that do not know of each other share a turn: a rule that is missing here
        goes unnoticed for long, and then an answer is shown without what it answers."""
        texts = [self.notification(idMessage=id_message) for id_message in ("1", "2")]
        first, _second = texts
        answer, change = (self.notification(idMessage="3") for _each in range(2))
        answer["messageData"]["quotedMessage"] = {"stanzaId": "1", "participant": CUSTOMER_CHAT}
        change["messageData"] = {
            "typeMessage": "editedMessage",
            "editedMessageData": {"textMessage": "One!", "stanzaId": "9"},
        }
        own = self.notification(typeWebhook="outgoingMessageReceived", idMessage="3")
        status = self.status(self.env["telegram.message"], "read", idMessage="3")
        state = {"typeWebhook": "stateInstanceChanged", "stateInstance": "authorized"}
        self.assertEqual(self.count_turns(*texts), 1)
        for name, other in (
            ("itself", {**first, "timestamp": first["timestamp"] + 1}),
            ("its answer", answer),
            ("change", change),
            ("own", own),
            ("status", status),
            ("state", state),
        ):
            with self.subTest(name):
                self.assertEqual(self.count_turns(first, other), 2)
                self.assertEqual(self.count_turns(other, first), 2)

    def count_turns(self, *bodies):
        events = self.env["telegram.event"].create(
            [
                {
                    "instance_id": self.instance.id,
                    "key": f"turn{number}",
                    "payload": json.dumps(body),
                }
                for number, body in enumerate(bodies)
            ]
        )
        turns = list(events._split_batches())
        self.assertFalse(events.filtered("error"))
        events.unlink()
        return len(turns)

    def make_every_kind(self):
        """Give notifications that depend on those before them, of a chat and of another one."""
        quoting, change = self.notification("Yes", idMessage="3"), self.notification(idMessage="4")
        quoting["messageData"]["quotedMessage"] = {"stanzaId": "1", "participant": CUSTOMER_CHAT}
        change["messageData"] = {
            "typeMessage": "editedMessage",
            "editedMessageData": {"textMessage": "One!", "stanzaId": "1"},
        }
        elsewhere = self.notification("Elsewhere", idMessage="1")
        elsewhere["senderData"].update(chatId="555", sender="555", senderPhoneNumber=0)
        third = self.notification("Three", idMessage="6")
        third["senderData"]["chatName"] = "Vasilisa the Wise"
        own = {"typeWebhook": "outgoingMessageReceived", "idMessage": "5"}
        return (
            self.notification("One", idMessage="1"),
            self.notification("Two", idMessage="2"),
            elsewhere,
            quoting,
            {**self.notification("Two", idMessage="2"), "typeWebhook": "unheardOf"},
            self.notification("Nobody", senderData={}),
            change,
            self.notification("On the phone", **own),
            self.status(self.env["telegram.message"], "read", idMessage="5"),
            third,
        )

    def describe(self, instance):
        """Give what became of the messages of an account: in its rows, in Discuss, on records."""
        messages = self.env["telegram.message"].search([("instance_id", "=", instance.id)])
        return [
            {
                "text": message.text,
                "state": message.state,
                "chat": (
                    message.chat_id.telegram_id,
                    message.chat_id.name,
                    message.chat_id.partner_id,
                ),
                "author": message.author_id,
                "former": message.former_text,
                "shown": [
                    (shown.model, str(shown.body), shown.author_id, shown.parent_id.body)
                    for shown in message.mail_message_ids.sorted("id")
                ],
            }
            for message in messages.sorted("id")
        ]

    def test_number_of_queries(self):
        """Forty messages of forty chats take hardly more queries than ten of ten."""
        queries = []
        for count in (40, 40, 10):  # the first ones make the conversations
            texts = self.make_texts(count, chats=count)
            self.env.flush_all()
            before = self.cr.sql_log_count
            self.ingest(*texts)
            queries.append(self.cr.sql_log_count - before - count)  # one stores each
        self.assertLessEqual(queries[1] - queries[2], 6, queries)

    def make_texts(self, count, chats):
        """Give texts that no test has sent so far, by customers in turns."""
        texts = []
        for number in range(count):
            self.number += 1
            text = self.notification(f"Text {number}", idMessage=f"many{self.number}")
            if chats > 1:
                chat_id = str(70000000 + number % chats)
                text["senderData"].update(chatId=chat_id, sender=chat_id, senderPhoneNumber=0)
            texts.append(text)
        return texts

    def test_followers_are_told(self):
        """Who follows the contact hears of each message, as of any other in the chatter."""
        self.salesperson.notification_type = "inbox"
        self.customer.message_subscribe(self.salesperson.partner_id.ids)
        self.ingest_three()
        self.assert_shown("First", "Second", "Third")
        told = self.env["mail.notification"].search(
            [("res_partner_id", "=", self.salesperson.partner_id.id)]
        )
        self.assertEqual(told.mail_message_id.mapped("res_id"), [self.customer.id] * 3)

    def test_without_followers(self):
        """A message that tells nobody is the same to a reader: author, subtype, and date."""
        self.customer.message_unsubscribe(self.customer.message_partner_ids.ids)
        self.instance.operator_ids = [Command.clear()]
        self.ingest(self.notification("Hi"))
        posted = self.customer.message_ids.filtered(lambda m: m.message_type == "telegram")
        self.assertEqual(posted.author_id, self.customer)
        self.assertEqual(posted.subtype_id, self.env.ref("mail.mt_comment"))
        self.assertFalse(posted.notification_ids)
