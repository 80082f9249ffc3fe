# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import json
import time
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import CUSTOMER_CHAT, CUSTOMER_PHONE, TelegramCase


@tagged("post_install", "-at_install")
class TestEvent(TelegramCase):
    """The inbox: what arrives is stored once, given its meaning once, and never blocks."""

    def messages(self, **domain):
        domain = {"instance_id": self.instance.id, **domain}
        return self.env["telegram.message"].search([(k, "=", v) for k, v in domain.items()])

    # --- Taking in -----------------------------------------------------------------------

    def test_poll_takes_everything_in_order(self):
        """The receive action empties the service's queue, in its order."""
        for number in range(4):
            self.phone.write(CUSTOMER_CHAT, f"Question {number}")
        self.receive()
        texts = self.messages().sorted("id").mapped("text")
        self.assertEqual(texts, [f"Question {number}" for number in range(4)])
        self.assertEqual(self.phone.notifications(), [])

    def test_delivered_five_times(self):
        """The service repeats notifications; the message and its chatter message stay one."""
        before = len(self.customer.message_ids)
        notification = self.notification("Only once")
        self.phone.notify(notification, times=5)
        self.receive()
        self.ingest(notification)
        self.assertEqual(len(self.messages(text="Only once")), 1)
        self.assertEqual(len(self.customer.message_ids), before + 1)

    def test_undeleted_notification_comes_again(self):
        """When the service did not note the deletion, the repetition is known by its key."""
        self.phone.fault("deleteNotification", "duplicate")
        self.phone.write(CUSTOMER_CHAT, "Only once")
        self.receive()
        self.receive()
        self.assertEqual(len(self.messages(text="Only once")), 1)
        self.assertEqual(self.phone.notifications(), [])

    def test_stored_before_it_is_deleted(self):
        """What could not be deleted at the service is stored all the same, and comes once."""
        self.phone.fault("deleteNotification", "status", status=500, body="Internal error")
        self.phone.write(CUSTOMER_CHAT, "First")
        self.phone.write(CUSTOMER_CHAT, "Second")
        self.receive()
        self.assertEqual(self.messages().mapped("text"), ["First"])
        self.assertTrue(self.instance.last_error)
        self.receive()
        self.assertEqual(self.messages().sorted("id").mapped("text"), ["First", "Second"])
        self.assertFalse(self.instance.last_error)

    def test_service_that_does_not_delete(self):
        """A notification that comes again and again ends the run instead of keeping it busy."""
        self.phone.fault("deleteNotification", "duplicate", times=1000)
        self.phone.write(CUSTOMER_CHAT, "Only once")
        self.receive()
        self.assertLess(len(self.phone.requests("receiveNotification")), 4)
        self.assertEqual(len(self.messages(text="Only once")), 1)

    def test_backlog_is_gone_on_with(self):
        """A run whose time is over says that there is more, so that the next one comes at once."""
        for number in range(3):
            self.phone.write(CUSTOMER_CHAT, f"Question {number}")
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            env = self.env(cr=cr)
            cron, progress = env["ir.cron"].browse(self.instance.receive_cron_id.id)._add_progress()
            over = cron.with_context(cron_id=cron.id, cron_end_time=time.monotonic() - 1).env
            over["telegram.event"]._receive(over["telegram.instance"].browse(self.instance.id))
            self.assertEqual((progress.done, progress.remaining), (1, 1))
        self.receive()
        self.assertEqual(len(self.messages()), 3)

    def test_arrival_is_by_the_clock(self):
        """The time of arrival is not that of a transaction that had long begun to wait."""
        event = self.ingest(self.notification())
        self.assertGreater(event.create_date, self.env.cr.now())

    # --- What cannot be understood -------------------------------------------------------

    def test_unknown_type_is_kept_and_harmless(self):
        """A type that is new to us stays visible, and what follows it is processed."""
        self.phone.notify({"typeWebhook": "somethingNew", "idMessage": "1", "data": [1, 2]})
        self.phone.write(CUSTOMER_CHAT, "After it")
        self.receive()
        event = self.env["telegram.event"].search([("type_webhook", "=", "somethingNew")])
        self.assertEqual(event.state, "ignored")
        self.assertEqual(json.loads(event.payload)["data"], [1, 2])
        self.assertTrue(self.messages(text="After it"))

    def test_not_an_object(self):
        """A notification that is no object is set aside with its reason; the rest goes on."""
        for body in ([1, 2], "text", 7, None, True, {}):
            with self.subTest(body=body):
                event = self.ingest(body)
                self.assertEqual(event.state, "error")
                self.assertTrue(event.error)
        self.phone.write(CUSTOMER_CHAT, "After them")
        self.receive()
        self.assertTrue(self.messages(text="After them"))
        self.assertEqual(self.instance.set_aside_count, 6)

    def test_missing_fields(self):
        """A message without what it needs is set aside, and says what is missing."""
        event = self.ingest(self.notification(senderData={"chatName": "Nobody"}))
        self.assertEqual(
            (event.state, event.error), ("error", "The event lacks the value “chatId”.")
        )

    def test_chat_id_with_letters(self):
        """A chat id that is none is set aside with words a person understands."""
        notification = self.notification()
        notification["senderData"]["chatId"] = "10000abc"
        event = self.ingest(notification)
        self.assertEqual((event.state, event.attempts), ("error", 0))
        self.assertIn("10000abc", event.error)

    def test_hostile_type(self):
        """A type that no row can hold is stored without what makes it so, and blocks nothing."""
        event = self.ingest({"typeWebhook": "a\x00b\ud800" + "c" * 100})
        self.assertEqual((event.state, event.type_webhook), ("ignored", "ab" + "c" * 62))

    def test_hostile_text(self):
        """NUL, lone surrogates and markup neither break the row nor reach the chatter as HTML."""
        text = "a\x00b\ud800c <script>alert(1)</script>"
        event = self.ingest(self.notification(text))
        self.assertEqual(event.state, "done")
        self.assertEqual(event.message_id.text, "abc <script>alert(1)</script>")
        body = self.customer.message_ids[0].body
        self.assertIn("&lt;script&gt;", body)

    def test_broken_event_is_set_aside_and_replayed(self):
        """An event whose processing fails holds up nobody, and can be processed again."""
        broken = self.notification("Broken", idMessage="b1")
        fine = self.notification("Fine", idMessage="f1")

        def fail(*_args):
            raise ZeroDivisionError("on purpose")

        self.patch(type(self.env["telegram.chat"]), "_link_partners", fail)
        with mute_logger("odoo.addons.telegram_green_api.models.receiving.processing"):
            event = self.ingest(broken)
            self.assertEqual((event.state, event.attempts), ("new", 1))
            for _attempt in range(2):
                event.next_attempt_date = False
                self.ingest(broken)
        self.assertEqual(event.state, "error")
        self.assertIn("on purpose", event.error)
        self.patch(type(self.env["telegram.chat"]), "_link_partners", lambda chats: None)
        self.ingest(fine)
        self.assertTrue(self.messages(text="Fine"))
        event.action_replay()
        self.receive()
        self.assertEqual(event.state, "done")
        self.assertTrue(self.messages(text="Broken"))

    def test_several_are_replayed(self):
        """Several events are processed again at once, of several accounts, in their order."""
        other = self._create_instance(self._create_phone())
        events = self.env["telegram.event"]
        for instance in (self.instance, other):
            bodies = [self.notification(f"Text {n}", idMessage=f"{n}") for n in range(3)]
            events += self.ingest(*bodies, instance=instance)
        self.env["telegram.message"].search([("id_message", "in", ["0", "1", "2"])]).unlink()
        events[1:].write({"state": "error", "error": "No reason"})
        events.action_replay()
        for instance in (self.instance, other):
            self.receive(instance)
        self.assertEqual(set(events.mapped("state")), {"done"})
        self.assertEqual(set(events.mapped("error")), {False})
        texts = self.env["telegram.message"].search([("instance_id", "=", other.id)])
        self.assertEqual(texts.sorted("id").mapped("text"), ["Text 0", "Text 1", "Text 2"])

    # --- State of the instance -----------------------------------------------------------

    def test_state_changes_the_instance(self):
        """The instance follows what the service reports, a state new to us included."""
        for state, expected in (("blocked", "blocked"), ("confused", "unknown")):
            self.ingest(
                {"typeWebhook": "stateInstanceChanged", "stateInstance": state, "timestamp": 1}
            )
            self.assertEqual(self.instance.state, expected)
        self.assertIn("confused", self.instance.state_message)

    def test_quota_is_told_on_the_instance(self):
        """A quota that is used up is told where the account's administrators look."""
        quota = {"method": "correspondents", "used": 3, "total": 3, "description": "Enough"}
        event = self.ingest({"typeWebhook": "quotaExceeded", "quotaData": quota})
        self.assertEqual(event.state, "done")
        self.assertIn("quota of your GREEN-API plan", self.instance.message_ids[0].body)

    # --- Statuses ------------------------------------------------------------------------

    def test_status_only_rises(self):
        """Statuses come in any order; "delivered" after "read" changes nothing."""
        message = self.write_from(self.customer, "Hello")
        self.send_queue()
        self.ingest(self.status(message, "read"))
        self.ingest(self.status(message, "delivered"))
        self.assertEqual(message.state, "read")

    def test_no_account(self):
        """A number without Telegram fails the message, although the status names no message."""
        stranger = self.env["res.partner"].create({"name": "Nobody", "phone": "+79990000000"})
        message = self.write_from(stranger, "Anybody there?")
        self.send_queue()
        self.receive()
        self.assertEqual((message.state, message.failure_type), ("error", "no_account"))
        self.assertIn("no Telegram account", message.failure_reason)

    def test_failed_after_delivered(self):
        """A late failure does not take back what has arrived."""
        message = self.write_from(self.customer, "Hello")
        self.send_queue()
        self.ingest(self.status(message, "delivered"), self.status(message, "failed"))
        self.assertEqual(message.state, "delivered")

    def test_status_of_an_unknown_message(self):
        """The status of another program's message is kept and harmless."""
        event = self.ingest(
            {
                "typeWebhook": "outgoingMessageStatus",
                "chatId": CUSTOMER_CHAT,
                "idMessage": "elsewhere",
                "status": "read",
            }
        )
        self.assertEqual(event.state, "ignored")

    def test_status_while_the_send_is_not_written_down(self):
        """A status faster than our own commit waits for it instead of getting lost."""
        message = self.write_from(self.customer, "Hello")
        message.state = "sending"
        self.env.flush_all()
        event = self.ingest(self.status(message, "delivered", idMessage="77"))
        self.assertEqual((event.state, event.attempts), ("new", 0))
        message._mark_sent("77")
        event.next_attempt_date = False
        self.ingest(self.status(message, "delivered", idMessage="77"))
        self.assertEqual((event.state, message.state), ("done", "delivered"))

    def test_echo_while_the_clock_of_odoo_is_ahead(self):
        """The clocks of Odoo and PostgreSQL differ: an echo faster than our own commit was taken
        for the message of another program, in a second chat."""
        message = self.write_from(self.customer, "Hello")
        with freeze_time(fields.Datetime.now() + timedelta(minutes=3)):
            message._claim_next(self.instance, self.instance._get_send_budget())
        self.assertEqual(message.state, "sending")
        event = self.ingest(
            self.notification("Hello", typeWebhook="outgoingAPIMessageReceived", idMessage="77")
        )
        self.assertEqual(event.state, "new")
        message._mark_sent("77")
        event.next_attempt_date = False
        self.receive()
        self.assertEqual((event.state, event.message_id), ("done", message))

    def test_same_id_in_two_chats(self):
        """An id used again in another chat names another message there."""
        message = self.write_from(self.customer, "Hello")
        self.send_queue()
        self.receive()
        echo = self.notification(
            "Written on the phone",
            typeWebhook="outgoingMessageReceived",
            idMessage=message.id_message,
        )
        echo["senderData"]["chatId"] = "10000001"
        status = self.status(message, "read", chatId="10000001")
        self.ingest(echo, status)
        self.assertEqual(message.state, "delivered")
        self.assertEqual(self.messages(text="Written on the phone").state, "read")

    def test_id_of_a_group_leads_no_chat_astray(self):
        """A group's message with the id of a private one does not turn the chat into the group."""
        message = self.write_from(self.customer, "Price for you only")
        self.send_queue()
        for type_webhook in ("outgoingMessageReceived", "outgoingAPIMessageReceived"):
            echo = self.notification(
                "Price for you only", typeWebhook=type_webhook, idMessage=message.id_message
            )
            echo["senderData"].update({"chatId": "-1001234", "chatType": "supergroup"})
            self.ingest(echo, self.status(message, "read", chatId="-1001234"))
        self.assertEqual((message.chat_id.telegram_id, message.state), ("79998887766@c.us", "sent"))

    def test_id_alone_leads_no_chat_astray(self):
        """Another person's message with the same id, but other words, teaches no number."""
        message = self.write_from(self.customer, "Hello")
        self.send_queue()
        echo = self.notification(
            "Other words", typeWebhook="outgoingAPIMessageReceived", idMessage=message.id_message
        )
        echo["senderData"]["chatId"] = "10000001"
        self.ingest(echo, self.status(message, "read", chatId="10000001"))
        self.assertEqual(message.chat_id.telegram_id, "79998887766@c.us")

    # --- The phone form becomes a number -------------------------------------------------

    def test_chat_learns_its_number(self):
        """Written to by phone, the chat has Telegram's number as soon as it is known."""
        message = self.write_from(self.customer, "Hello")
        self.assertEqual(message.chat_id.telegram_id, "79998887766@c.us")
        self.send_queue()
        self.receive()
        self.assertEqual(message.chat_id.telegram_id, CUSTOMER_CHAT)
        self.assertEqual(message.chat_id.phone, CUSTOMER_PHONE)
        self.assertEqual(len(self.messages()), 1, "our own echo is no second message")

    def test_two_chats_become_one(self):
        """The number is there already when the phone form learns it: one chat is left."""
        notification = self.notification("I was first")
        notification["senderData"]["senderPhoneNumber"] = 0
        self.ingest(notification)
        message = self.write_from(self.customer, "Hello")
        self.assertEqual(len(self.messages().chat_id), 2)
        self.send_queue()
        self.receive()
        chat = self.messages().chat_id
        self.assertEqual((chat.telegram_id, chat.partner_id), (CUSTOMER_CHAT, self.customer))
        self.assertIn(message, chat.message_ids)

    def test_two_chats_that_hold_the_same_message(self):
        """When two chats become one, so do the rows of one message in both."""
        message = self.write_from(self.customer, "Hello")
        self.send_queue()
        chat = self.env["telegram.chat"]._get_or_create(self.instance, CUSTOMER_CHAT)
        twin = message.copy({"chat_id": chat.id, "id_message": message.id_message, "state": "read"})
        left = message.chat_id._resolve_phone_chat(CUSTOMER_CHAT)
        self.assertFalse(twin.exists())
        self.assertEqual((left, message.chat_id, message.state), (chat, chat, "read"))
