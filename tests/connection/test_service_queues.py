# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from psycopg2.errors import SerializationFailure

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import CUSTOMER_CHAT, TelegramCase


@tagged("post_install", "-at_install")
class TestTelegramQueue(TelegramCase):
    """The service's own queues, shown and cleared."""

    sandbox_options = ("--pace", "real")

    def setUp(self):
        super().setUp()
        # What is given to it waits there.
        self.phone.change(
            stateInstance="suspended", rateLimits=False, counterSeconds=0, longPoll=False
        )

    def give_to_service(self, *texts):
        """Let the service take messages that it cannot send yet."""
        self.instance.state = "authorized"
        messages = self.env["telegram.message"]
        for text in texts:
            messages |= self.instance.send_text(CUSTOMER_CHAT, text)
            self.send_queue()
        self.assertEqual(set(messages.mapped("state")), {"sent"})
        return messages

    def open(self):
        with self.enter_registry_test_mode():
            action = self.instance.action_open_queues()
        return self.env["telegram.queue"].browse(action["res_id"])

    def press(self, queue, name):
        with self.enter_registry_test_mode():
            return getattr(queue, name)()

    def test_shows_both_sides(self):
        """Who looks for a message that has not arrived sees where it waits: there or here."""
        there = self.give_to_service("There")
        self.instance.send_text(CUSTOMER_CHAT, "Here")
        queue = self.open()
        self.assertEqual((queue.messages_count, queue.waiting_count), (1, 1))
        self.assertEqual(queue.message_ids.message_id, there)
        self.assertEqual(queue.message_ids.text, "There")
        self.assertEqual(queue.message_ids.operation, "sendMessage")
        self.assertIn('"message": "There"', queue.message_ids.raw)

    def test_clear_messages(self):
        """What the service has forgotten is not left standing as sent; what waits here stays."""
        there = self.give_to_service("First", "Second")
        here = self.instance.send_text(CUSTOMER_CHAT, "Here")
        action = self.press(self.open(), "action_clear_messages")
        self.assertEqual(set(there.mapped("state")), {"canceled"})
        self.assertIn("cleared", there[0].failure_reason)
        self.assertEqual(here.state, "queued")
        self.assertIn("Canceled messages of Odoo: 2", action["params"]["message"])
        self.phone.change(stateInstance="authorized")
        self.send_queue()
        self.assertEqual([row["message"] for row in self.phone.ledger(count=1)], ["Here"])

    def test_clear_while_sending(self):
        """The send action is in the way once: the service is not asked to clear once more, by
        which nobody would know any more what it has forgotten."""
        there = self.give_to_service("There")
        take, attempts = type(self.instance)._process_cleared_queue, []

        def take_cleared(instance, ids_message):
            attempts.append(ids_message)
            if len(attempts) == 1:
                raise SerializationFailure("on purpose")
            return take(instance, ids_message)

        queue = self.open()
        self.patch(type(self.instance), "_process_cleared_queue", take_cleared)
        self.press(queue, "action_clear_messages")
        self.assertEqual(there.state, "canceled")
        self.assertEqual(len(self.phone.requests("clearMessagesQueue")), 1)

    def test_cleared_but_not_shown(self):
        """What was cleared is told as that, though the service does not tell the figures now."""
        there = self.give_to_service("There")
        for name in ("action_clear_messages", "action_clear_webhooks"):
            queue = self.open()
            with self.subTest(name):
                self.phone.fault("getMessagesCount", "status", status=500)
                action = self.press(queue, name)
                self.assertIn("was cleared", action["params"]["message"])
                self.assertTrue(action["params"]["raw"])
                self.assertEqual(action["params"]["next"]["type"], "ir.actions.act_window_close")
        self.assertEqual(there.state, "canceled")

    def test_id_that_no_column_holds(self):
        """An id with NUL breaks neither the list nor what follows."""
        row = {"idMessage": "1\x00", "type": "sendMessage", "body": {"message": "Hi"}}
        self.phone.fault("showMessagesQueue", "status", status=200, body=[row])
        self.assertEqual(self.open().message_ids.id_message, "1")

    def test_clear_refused(self):
        """When the service did not clear its queue, ours is as it was."""
        there = self.give_to_service("There")
        self.phone.fault("clearMessagesQueue", "status", status=500)
        with self.assertRaisesRegex(UserError, "Check before trying again"):
            self.press(self.open(), "action_clear_messages")
        self.assertEqual(there.state, "sent")
        self.assertEqual(self.open().messages_count, 1)

    def test_sent_all_the_same(self):
        """A message that went out in the moment of clearing is reported, and counts as sent."""
        there = self.give_to_service("There")
        self.press(self.open(), "action_clear_messages")
        self.ingest(
            {
                "typeWebhook": "outgoingMessageStatus",
                "chatId": CUSTOMER_CHAT,
                "idMessage": there.id_message,
                "timestamp": 1,
                "status": "delivered",
            }
        )
        self.assertEqual((there.state, there.failure_reason), ("delivered", False))

    def test_clear_notifications(self):
        """The pause that the service wants between two clearings is told, not hidden."""
        self.phone.notify({"typeWebhook": "somethingNew"}, times=3)
        queue = self.open()
        self.assertGreaterEqual(queue.webhooks_count, 3)
        self.press(queue, "action_clear_webhooks")
        self.assertEqual(self.open().webhooks_count, 0)
        with self.assertRaisesRegex(UserError, "wait [0-9]+ seconds"):
            self.press(self.open(), "action_clear_webhooks")

    def test_service_down(self):
        """A service that does not answer is said to, and nothing is shown in its place."""
        self.phone.fault("showMessagesQueue", "status", status=503)
        with self.assertRaisesRegex(UserError, "temporarily unavailable"):
            self.open()
        self.assertFalse(self.env["telegram.queue"].search([]))

    def test_rights(self):
        """Operators neither see the queues, which hold what others wrote, nor clear them."""
        instance = self.instance.with_user(self.salesperson)
        for method in ("action_open_queues", "clear_messages_queue", "clear_webhooks_queue"):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(instance, method)()
        for method in ("clearMessagesQueue", "clearWebhooksQueue", "showMessagesQueue"):
            self.assertFalse(self.phone.requests(method))
