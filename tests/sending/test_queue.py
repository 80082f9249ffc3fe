# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import CUSTOMER_CHAT, TelegramCase

QUEUE_LOGGER = "odoo.addons.telegram_green_api.models.sending.unsure"


@tagged("post_install", "-at_install")
class TestMessageQueue(TelegramCase):
    """The outgoing queue against the local service: what Telegram got is read in its ledger."""

    def ledger(self):
        return [entry["message"] for entry in self.phone.ledger()]

    def test_sent_once(self):
        """A message is sent by the first run and left alone by the next."""
        message = self.write_from(self.customer, "Your order is ready")
        self.assertEqual(message.state, "queued")
        self.send_queue()
        self.assertEqual(message.state, "sent")
        self.assertTrue(message.id_message)
        self.send_queue()
        self.assertEqual(self.ledger(), ["Your order is ready"])

    def test_order_of_a_chat(self):
        """Messages of one chat go out in the order they were written."""
        texts = [f"Line {number}" for number in range(5)]
        for text in texts:
            self.write_from(self.customer, text)
        self.send_queue()
        self.assertEqual(self.ledger(), texts)

    def test_order_of_a_chat_known_by_phone(self):
        """Who was written to by phone stays one chat when its number is known; else the next
        message by phone would overtake one that waits."""
        first = self.instance.send_text("79998887701@c.us", "First")
        self.send_queue()
        self.receive()
        second = self.instance.send_text("10000001", "Second")
        third = self.instance.send_text("79998887701@c.us", "Third")
        self.assertEqual((first | second | third).chat_id.mapped("telegram_id"), ["10000001"])

    def test_phone_that_changed_hands(self):
        """A phone of two chats is left to the service: the older one may be somebody else's."""
        chats = self.env["telegram.chat"]
        for chat_id in ("10000001", "10000002"):
            chats._get_or_create(self.instance, chat_id, phone="+79998887701")
        message = self.instance.send_text("79998887701@c.us", "For the one who has it now")
        self.assertEqual(message.chat_id.telegram_id, "79998887701@c.us")

    def test_nothing_is_sent_in_the_users_transaction(self):
        """Writing calls no method of the service: Odoo may replay a user's transaction."""
        self.write_from(self.customer, "Hello")
        self.assertEqual(self.phone.requests(), [])

    def test_canceled_is_not_sent(self):
        """What a person took out of the queue stays out."""
        message = self.write_from(self.customer, "Too hasty")
        message.with_user(self.salesperson).action_cancel()
        self.send_queue()
        self.assertEqual(message.state, "canceled")
        self.assertEqual(self.ledger(), [])

    def test_canceling_too_late(self):
        """Cancelling what is already sent is refused instead of hiding that it went out."""
        message = self.write_from(self.customer, "Too late")
        self.send_queue()
        with self.assertRaisesRegex(UserError, "in state “Sent”"):
            message.with_user(self.salesperson).action_cancel()
        self.assertEqual(message.state, "sent")

    # --- Outcome unknown -----------------------------------------------------------------

    @mute_logger(QUEUE_LOGGER)
    def test_answer_lost_after_acceptance(self):
        """A message whose answer was lost is not sent again by itself: it did arrive."""
        self.phone.fault("sendMessage", "lost_after")
        message = self.write_from(self.customer, "Only once")
        self.send_queue()
        self.assertEqual(message.state, "unsure")
        self.send_queue()
        self.assertEqual(self.ledger(), ["Only once"])

    @mute_logger(QUEUE_LOGGER)
    def test_server_error_is_unsure(self):
        """A 502 after the request left says nothing about the message."""
        self.phone.fault("sendMessage", "status_after", status=502)
        message = self.write_from(self.customer, "Only once")
        self.send_queue()
        self.assertEqual((message.state, message.failure_type), ("unsure", "unsure"))
        self.assertEqual(self.ledger(), ["Only once"])

    @mute_logger(QUEUE_LOGGER)
    def test_interrupted_run(self):
        """A message found in "sending" belongs to a run that was killed: never sent again."""
        message = self.write_from(self.customer, "Interrupted")
        message.state = "sending"
        self.send_queue()
        self.assertEqual(message.state, "unsure")
        self.assertEqual(self.ledger(), [])

    @mute_logger(QUEUE_LOGGER)
    def test_person_settles_unsure(self):
        """A person says of an unsure message that it arrived, or sends it again."""
        self.phone.fault("sendMessage", "lost_before", times=2)
        arrived = self.write_from(self.customer, "Arrived")
        arrived._mark_unsure("test")
        arrived.with_user(self.salesperson).action_mark_sent()
        self.assertEqual(arrived.state, "sent")
        again = self.write_from(self.customer, "Again")
        self.send_queue()
        self.assertEqual(again.state, "unsure")
        self.phone.clear_faults()
        self.instance.send_after = False
        with self.assertRaisesRegex(UserError, "being checked"):
            again.with_user(self.salesperson).action_retry()
        again.is_being_checked = False
        again.with_user(self.salesperson).action_retry()
        self.send_queue()
        self.assertEqual(again.state, "sent")
        self.assertEqual(self.ledger(), ["Again"])

    @mute_logger(QUEUE_LOGGER)
    def test_echo_settles_unsure(self):
        """The service's echo of an unsure message proves that it went out."""
        self.phone.fault("sendMessage", "lost_after")
        self.write_from(self.customer, "Hello")
        self.instance.env["telegram.chat"]._find(
            self.instance, "79998887766@c.us"
        )._resolve_phone_chat(CUSTOMER_CHAT)
        self.send_queue()
        self.receive()
        messages = self.env["telegram.message"].search([("instance_id", "=", self.instance.id)])
        self.assertEqual(len(messages), 1, "the echo must not become a second message")
        self.assertIn(messages.state, ("sent", "delivered"))

    # --- Try later -----------------------------------------------------------------------

    def test_wait_of_the_service_is_obeyed(self):
        """After a 429 the queue waits as long as the service says, then sends by itself."""
        self.phone.fault("sendMessage", "status", status=429, headers={"Retry-After": "7"})
        message = self.write_from(self.customer, "Patience")
        self.send_queue()
        self.assertEqual(message.state, "queued")
        self.assertIn("slow down", message.failure_reason)
        wait = self.instance.send_after - self.instance.last_check_date
        self.assertAlmostEqual(wait.total_seconds(), 7, delta=1)
        self.send_queue()
        self.assertEqual(self.ledger(), [], "the pause is not over")
        self.instance.send_after = False
        self.send_queue()
        self.assertEqual(self.ledger(), ["Patience"])
        self.assertEqual(self.instance.send_failures, 0)
        self.assertFalse(message.failure_reason)

    def test_pauses_grow(self):
        """A service that is down is asked less and less often."""
        pauses = []
        for _attempt in range(3):
            self.instance._pause_sending()
            self.env.flush_all()
            pauses.append(self.instance.send_after)
        self.assertGreater(pauses[2] - pauses[1], pauses[1] - pauses[0])

    def test_unauthorized_instance_waits(self):
        """Messages wait for the account without a failure, and go on by themselves after."""
        self.phone.change(stateInstance="notAuthorized")
        self.instance._refresh_state()
        message = self.write_from(self.customer, "Later")
        self.send_queue()
        self.assertEqual((message.state, message.attempts), ("queued", 0))
        self.assertEqual(self.instance.state, "notAuthorized")
        self.phone.change(stateInstance="authorized")
        self.send_queue()
        self.assertEqual((message.state, self.instance.state), ("sent", "authorized"))

    def test_refusals_that_concern_the_account(self):
        """A refusal that would befall every message puts it back instead of failing it."""
        for words, state in (
            ("instance is starting or not authorized", "notAuthorized"),
            ("instance in starting process try later", "starting"),
            ("Instance account is expired. Renew your instance", "expired"),
            ("Instance is deleted", "deleted"),
        ):
            with self.subTest(words):
                self.instance.write({"state": "authorized", "send_after": False})
                body = {"statusCode": 400, "message": words}
                self.phone.fault("sendMessage", "status", status=400, body=body)
                message = self.write_from(self.customer, "Later")
                self.send_queue()
                self.assertEqual((message.state, self.instance.state), ("queued", state))
                self.assertEqual(message.failure_reason, self.instance.state_message)
                message.action_cancel()

    def test_wrong_token_fails_no_message(self):
        """A token that is refused stops the queue and is told on the instance."""
        self.instance.api_token_new = "wrong" * 10
        self.instance.state = "authorized"
        message = self.write_from(self.customer, "Later")
        self.send_queue()
        self.assertEqual(message.state, "queued")
        self.assertEqual(self.instance.state, "unauthorized")
        self.assertIn("token", self.instance.state_message)

    # --- Refused ------------------------------------------------------------------------

    def test_refused_is_not_repeated(self):
        """A message that the service refuses fails with its words; the next one goes out."""
        body = {"statusCode": 400, "message": "Validation failed. Details: 'chatId' is odd"}
        self.phone.fault("sendMessage", "status", status=400, body=body)
        refused = self.write_from(self.customer, "Refused")
        fine = self.write_from(self.customer, "Fine")
        self.send_queue()
        self.assertEqual((refused.state, refused.failure_type), ("error", "refused"))
        self.assertIn("'chatId' is odd", refused.failure_reason)
        self.assertEqual(fine.state, "sent")
        self.send_queue()
        self.assertEqual(self.ledger(), ["Fine"])

    def test_quota_is_told_in_words(self):
        """The plan's quota is explained, and the failure is known by its type."""
        body = {"invokeStatus": {"status": "QUOTE_EXCEEDED", "description": "Monthly quota"}}
        self.phone.fault("sendMessage", "status", status=466, body=body)
        message = self.write_from(self.customer, "One too many")
        self.send_queue()
        self.assertEqual((message.state, message.failure_type), ("error", "quota"))
        self.assertIn("quota", message.failure_reason)

    def test_odd_refusal_concerns_the_message(self):
        """A message that the service cannot take at all does not hold up the others for ever."""
        self.phone.fault("sendMessage", "status", status=413, body="Too large")
        odd, fine = self.write_from(self.customer, "Odd"), self.write_from(self.customer, "Fine")
        self.send_queue()
        self.assertEqual((odd.state, fine.state), ("error", "sent"))

    def test_words_of_the_service_that_no_row_can_hold(self):
        """NUL and halves of surrogates in a refusal do not turn it into a crash."""
        body = '{"statusCode": 400, "message": "a\\u0000b\\ud800c"}'
        self.phone.fault("sendMessage", "status", status=400, body=body)
        message = self.write_from(self.customer, "Hello")
        self.send_queue()
        self.assertEqual(message.state, "error")
        self.assertIn("abc", message.failure_reason)

    def test_late_report_of_a_former_attempt(self):
        """What is reported of a failed attempt says nothing about the next one."""
        message = self.write_from(self.customer, "Hello")
        self.send_queue()
        former = self.status(message, "noAccount")
        self.ingest(self.status(message, "failed", chatId="79998887766@c.us"))
        self.assertEqual(message.state, "error")
        message.action_retry()
        self.ingest(former)
        self.assertEqual(message.state, "queued")
        self.send_queue()
        self.assertEqual(message.state, "sent")

    def test_only_our_own_are_sent_again(self):
        """What was written on the phone, and failed there, is not ours to send."""
        notification = self.notification("On the phone", typeWebhook="outgoingMessageReceived")
        event = self.ingest(notification)
        event.message_id._set_state({"state": "error"})
        with self.assertRaisesRegex(UserError, "written in Odoo"):
            event.message_id.action_retry()

    # --- Two instances -------------------------------------------------------------------

    def test_instances_do_not_hold_up_each_other(self):
        """One account that does not work does not stop another company's."""
        company = self.env["res.company"].create({"name": "Subsidiary"})
        other_phone = self._create_phone()
        other = self._create_instance(other_phone, name="Other", company_id=company.id)
        self.phone.change(stateInstance="blocked")
        self.instance._refresh_state()
        stuck = self.write_from(self.customer, "Stuck")
        other.send_text(CUSTOMER_CHAT, "Free")
        self.send_queue()
        self.send_queue(other)
        self.assertEqual(stuck.state, "queued")
        self.assertEqual([e["message"] for e in other_phone.ledger()], ["Free"])
