# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.sending.unsure import JOURNAL_LAG
from ..common import CUSTOMER_CHAT, TelegramCase

LOGGER = "odoo.addons.telegram_green_api.models.sending.unsure"


@tagged("post_install", "-at_install")
class TestUnsure(TelegramCase):
    """A message of unknown outcome: the service is asked, and it goes out once."""

    def setUp(self):
        super().setUp()
        # Not as a decorator: it would make a function of the class, and no test would run.
        self.enterContext(mute_logger(LOGGER))
        self.chat = self.env["telegram.chat"]._get_or_create(self.instance, CUSTOMER_CHAT)
        self.chat.partner_id = self.customer

    def ledger(self):
        return [entry["message"] for entry in self.phone.ledger()]

    def send_unsure(self, *texts, fault="lost_after", record=None):
        """Write texts whose answers get lost; return the messages, unsure by then."""
        self.phone.fault("sendMessage", fault, times=len(texts))
        messages = self.env["telegram.message"]
        for text in texts:
            messages |= self.write_from(record or self.customer, text)
        for message in messages:
            self.send_queue_now()
            message.is_being_checked = False  # else it would hold up the next one
        messages.is_being_checked = True
        self.assertEqual(set(messages.mapped("state")), {"unsure"})
        return messages

    def send_queue_now(self):
        """Let the send action run although a failure has made it pause."""
        self.instance.send_after = False
        self.send_queue()

    def echo(self, text):
        values = {"idMessage": "e1", "timestamp": int(self.phone.now())}
        return self.notification(text, typeWebhook="outgoingAPIMessageReceived", **values)

    def let_the_journal_catch_up(self, messages):
        for message in messages:
            message.missing_since_date -= timedelta(seconds=JOURNAL_LAG)

    def test_found_in_the_journal(self):
        """A message that did go out is sent, with its id, and not repeated."""
        message = self.send_unsure("Only once")
        self.send_queue_now()
        self.assertEqual(message.state, "sent")
        self.assertEqual(message.id_message, self.phone.ledger()[0]["idMessage"])
        self.assertFalse(message.failure_type)
        self.assertEqual(self.ledger(), ["Only once"])

    def test_found_in_the_queue(self):
        """A message that the service has yet to send is sent, too."""
        self.phone.change(stateInstance="suspended")
        message = self.send_unsure_while_suspended()
        self.phone.fault(
            "getStateInstance", "status", status=200, body={"stateInstance": "authorized"}
        )
        self.send_queue_now()
        self.assertEqual((message.state, self.ledger()), ("sent", []))

    def send_unsure_while_suspended(self):
        self.phone.fault("sendMessage", "lost_after")
        message = self.write_from(self.customer, "Later")
        self.send_queue_now()
        self.assertEqual(message.state, "unsure")
        return message

    def test_found_in_the_queue_by_phone(self):
        """A message by phone that the service has yet to send is found in its queue, where it
        stands under the phone, however long it waits there; else it would go out twice."""
        stranger = self.env["res.partner"].create({"name": "Ivan", "phone": "+79998887701"})
        self.phone.change(stateInstance="suspended")
        message = self.send_unsure("Only once", record=stranger)
        message.chat_id._resolve_phone_chat("10000001")
        self.phone.fault(
            "getStateInstance", "status", status=200, body={"stateInstance": "authorized"}
        )
        self.send_queue_now()
        self.phone.change(stateInstance="authorized")
        self.assertEqual((message.state, self.ledger()), ("sent", ["Only once"]))

    def test_same_id_in_another_chat(self):
        """The service may use an id again in another chat: that is no proof that the row is
        another message; else what did go out would go out once more."""
        message = self.send_unsure("Only once")
        elsewhere = self.instance.send_text("10000001", "Elsewhere")
        elsewhere.sudo().write(
            {"state": "sent", "attempts": 1, "id_message": self.phone.ledger()[0]["idMessage"]}
        )
        self.send_queue_now()
        self.assertEqual((message.state, message.id_message), ("sent", elsewhere.id_message))

    def test_never_arrived(self):
        """A message that is provably absent goes out by itself, after the journal's lag."""
        message = self.send_unsure("Lost on the way", fault="lost_before")
        for _run in range(2):
            self.send_queue_now()
            self.assertEqual(message.state, "unsure", "the journal may lag behind")
        self.assertEqual(self.ledger(), [])
        self.let_the_journal_catch_up(message)
        self.send_queue_now()
        self.assertEqual(message.state, "sent")
        self.assertEqual(self.ledger(), ["Lost on the way"])

    def test_late_journal(self):
        """Not being in a journal that lags is no proof of absence."""
        self.phone.change(journalLagSeconds=JOURNAL_LAG - 60)
        message = self.send_unsure("Only once")
        self.send_queue_now()
        self.assertEqual(message.state, "unsure")
        self.phone.advance(JOURNAL_LAG)
        message.last_attempt_date -= timedelta(seconds=JOURNAL_LAG)  # our clock, as far
        self.let_the_journal_catch_up(message)
        self.send_queue_now()
        self.assertEqual((message.state, self.ledger()), ("sent", ["Only once"]))

    def test_equal_texts_are_matched_one_to_one(self):
        """Of two equal texts one arrived: one is sent, the other goes out, once each."""
        first = self.send_unsure("Same words")
        second = self.send_unsure("Same words", fault="lost_before")
        self.send_queue_now()
        self.assertEqual((first | second).mapped("state"), ["sent", "unsure"])
        self.let_the_journal_catch_up(second)
        self.send_queue_now()
        self.assertEqual((first | second).mapped("state"), ["sent", "sent"])
        self.assertNotEqual(first.id_message, second.id_message)
        self.assertEqual(self.ledger(), ["Same words", "Same words"])

    def test_older_equal_text_is_no_proof(self):
        """A row that is another message of ours proves nothing."""
        earlier = self.write_from(self.customer, "Same words")
        self.send_queue()
        message = self.send_unsure("Same words", fault="lost_before")
        self.send_queue_now()
        self.assertEqual((earlier.state, message.state), ("sent", "unsure"))

    def send_failed(self, text):
        """Write a text that Telegram does not deliver, and let a user send it again."""
        message = self.write_from(self.customer, text)
        self.send_queue_now()
        id_message = message.id_message
        self.ingest(self.status(message, "failed", idMessage=id_message))
        self.assertEqual(message.state, "error")
        return message, id_message

    def test_failed_attempt_is_no_proof(self):
        """A message that failed and is sent again was taken for sent, because the journal still
        had the attempt that failed."""
        failed, id_message = self.send_failed("Failed")
        unsure = self.send_unsure("Unsure")
        failed.action_retry()
        self.send_queue_now()
        self.assertEqual((unsure.state, failed.state), ("sent", "sent"))
        self.assertNotEqual(failed.id_message, id_message)
        self.assertEqual(self.ledger(), ["Failed", "Unsure", "Failed"])

    def test_failed_attempt_of_another_message(self):
        """The failed attempt of an equal text was taken for the message that never arrived."""
        failed, _id_message = self.send_failed("Same words")
        unsure = self.send_unsure("Same words", fault="lost_before")
        failed.action_retry()
        failed.scheduled_date = failed.date + timedelta(days=1)
        self.send_queue_now()
        self.assertEqual(unsure.state, "unsure")
        self.let_the_journal_catch_up(unsure)
        self.send_queue_now()
        self.assertEqual((unsure.state, failed.state), ("sent", "queued"))
        self.assertEqual(self.ledger(), ["Same words", "Same words"])

    def test_late_echo_of_a_failed_attempt(self):
        """The echo of an attempt that failed was taken for the next one, which never went out."""
        failed, id_message = self.send_failed("Failed")
        failed.action_retry()
        self.ingest(
            self.notification(
                "Failed", typeWebhook="outgoingAPIMessageReceived", idMessage=id_message
            )
        )
        self.assertEqual(failed.state, "queued")
        self.send_queue_now()
        self.assertEqual(self.ledger(), ["Failed", "Failed"])
        messages = self.env["telegram.message"].search([("chat_id", "=", self.chat.id)])
        self.assertEqual(messages, failed, "the echo is no second message")

    def test_written_on_the_phone_is_no_proof(self):
        """The same words written by hand on the phone are not our message."""
        message = self.send_unsure("Same words", fault="lost_before")
        self.phone.write_as_owner(CUSTOMER_CHAT, "Same words")
        self.send_queue_now()
        self.assertEqual(message.state, "unsure")

    def test_chat_known_by_phone_only(self):
        """The journal knows no phones: the number of the chat is asked for first."""
        stranger = self.env["res.partner"].create({"name": "Ivan", "phone": "+79998887701"})
        message = self.send_unsure("Only once", record=stranger)
        self.assertEqual(message.chat_id.telegram_id, "79998887701@c.us")
        self.receive()  # the echo comes first, and waits
        self.send_queue_now()
        self.assertEqual((message.state, message.chat_id.telegram_id), ("sent", "10000001"))
        events = self.env["telegram.event"].search([("instance_id", "=", self.instance.id)])
        events.next_attempt_date = False
        self.receive()
        messages = self.env["telegram.message"].search([("instance_id", "=", self.instance.id)])
        self.assertEqual(messages, message, "the echo is no second message")

    def test_number_that_is_not_told(self):
        """While a chat is known by its phone only, its absence from the journal proves nothing."""
        stranger = self.env["res.partner"].create({"name": "Ivan", "phone": "+79998887701"})
        message = self.send_unsure("Only once", record=stranger)
        self.phone.fault("checkAccount", "status", status=469, body="limit reached")
        for _run in range(2):
            self.send_queue_now()
            self.assertEqual((message.state, message.missing_since_date), ("unsure", False))
        self.assertEqual(len(self.phone.requests("checkAccount")), 1, "asked again too soon")
        self.assertEqual(self.ledger(), ["Only once"])

    def test_echo_with_other_white_space(self):
        """The service may squeeze white space: its echo proves the message all the same."""
        message = self.send_unsure("Two  spaces", fault="lost_before")
        echo = self.echo("Two spaces")
        self.ingest(echo)
        self.assertEqual((message.state, message.id_message), ("sent", "e1"))

    def test_echo_that_came_too_early(self):
        """An echo kept as a message of its own becomes one with ours, its state included."""
        echo = self.notification("Hello", typeWebhook="outgoingAPIMessageReceived", idMessage="e1")
        before = len(self.customer.message_ids)
        row = self.ingest(echo).message_id
        row.state = "delivered"
        message = self.write_from(self.customer, "Hello")
        message._mark_sent("e1")
        self.assertFalse(row.exists())
        self.assertEqual((message.state, message.id_message), ("delivered", "e1"))
        self.assertEqual(len(self.customer.message_ids), before + 1)

    def test_row_of_the_echo_is_no_other_message(self):
        """A row that an echo made does not hide that the journal knows the message."""
        message = self.send_unsure("Only once")
        message.write({"state": "canceled", "is_being_checked": False})
        self.receive()  # not known for ours just now
        row = self.env["telegram.message"].search([("chat_id", "=", self.chat.id)]) - message
        self.assertEqual(row.text, "Only once")
        message.write({"state": "unsure", "is_being_checked": True})
        self.send_queue_now()
        self.assertIn(message.state, ("sent", "delivered"))
        self.assertEqual(message.id_message, self.phone.ledger()[0]["idMessage"])
        self.assertFalse(row.exists())

    def test_echo_that_is_still_in_the_inbox(self):
        """No absence is concluded while an echo waits to be looked at: it may be the message's."""
        message = self.send_unsure("Only once", fault="lost_before")
        self.send_queue_now()
        echo = self.echo("Only once")
        self.env["telegram.event"]._ingest(self.instance, echo)
        self.let_the_journal_catch_up(message)
        self.send_queue_now()
        self.assertEqual((message.state, self.ledger()), ("sent", []))
        self.ingest(echo)
        self.assertEqual((message.state, message.id_message), ("sent", "e1"))

    def test_no_journal_is_no_empty_journal(self):
        """An answer without any list proves nothing about what would be missing in it."""
        message = self.send_unsure("Only once")
        for method in ("showMessagesQueue", "lastOutgoingMessages"):
            for body in ("", "null"):
                self.phone.fault(method, "status", status=200, body=body)
                self.send_queue_now()
                self.assertEqual((message.state, message.missing_since_date), ("unsure", False))
        self.send_queue_now()
        self.assertEqual((message.state, self.ledger()), ("sent", ["Only once"]))

    def test_id_that_became_known_meanwhile(self):
        """While the number was asked for, an echo told the ID of the chat: the ID was stored as
        its phone number, and the chat linked to whoever has that number."""
        stranger = self.env["res.partner"].create({"name": "Ivan", "phone": "+79998887701"})
        message = self.send_unsure("Only once", record=stranger)
        with self.instance._get_client() as client:
            numbers = message._fetch_chat_numbers(client)
        self.assertTrue(numbers)
        message.chat_id._resolve_phone_chat("10000001")
        message._process_checked_numbers(numbers)
        self.assertEqual(message.chat_id.phone, "+79998887701")
        self.assertEqual(message.chat_id.telegram_id, "10000001")

    def test_nobody_at_the_number(self):
        """A number without an account ends as a failure, after one question."""
        nobody = self.env["res.partner"].create({"name": "Nobody", "phone": "+79990000000"})
        message = self.send_unsure("Anybody there?", record=nobody)
        for _run in range(2):
            self.send_queue_now()
        self.assertEqual((message.state, message.failure_type), ("error", "no_account"))
        self.assertEqual(len(self.phone.requests("checkAccount")), 1)

    def test_account_whose_number_is_not_told(self):
        """An account without a number in the answer is no missing account."""
        stranger = self.env["res.partner"].create({"name": "Ivan", "phone": "+79998887701"})
        message = self.send_unsure("Only once", record=stranger)
        body = {"exist": True, "chatId": ""}
        self.phone.fault("checkAccount", "status", status=200, body=body)
        self.send_queue_now()
        self.assertEqual((message.state, message.missing_since_date), ("unsure", False))

    def test_statuses_wait_until_the_check_ends(self):
        """What is reported of a message whose id is not known yet is not lost."""
        message = self.send_unsure("Only once")
        id_message = self.phone.ledger()[0]["idMessage"]
        event = self.ingest(self.status(message, "read", idMessage=id_message))
        self.assertEqual(event.state, "new")
        self.send_queue_now()
        self.assertEqual(message.state, "sent")
        event.next_attempt_date = False
        self.receive()
        self.assertEqual(message.state, "read")

    def test_echo_after_a_person_has_settled_it(self):
        """The echo of what a person took for arrived, or had sent again, is no second message."""
        for settle in ("action_mark_sent", "action_retry"):
            with self.subTest(settle):
                message = self.send_unsure(f"Only once: {settle}")
                message.is_being_checked = False
                getattr(message, settle)()
                self.receive()
                messages = self.env["telegram.message"].search([("text", "=", message.text)])
                self.assertEqual(messages, message)
                self.assertIn(message.state, ("sent", "delivered"))
                self.assertTrue(message.id_message)
        self.send_queue_now()
        self.assertEqual(len(self.ledger()), 2)

    def test_check_holds_up_nobody(self):
        """Whatever is wrong with asking, the other chats' messages go out."""
        message = self.send_unsure("Unsure", fault="lost_before")
        self.phone.fault("lastOutgoingMessages", "html", times=3)
        for number in range(3):
            self.instance.send_text("10000001", f"Elsewhere {number}")
            self.send_queue_now()
        self.assertEqual(message.state, "unsure")
        self.assertEqual(self.ledger(), [f"Elsewhere {number}" for number in range(3)])

    def test_order_is_kept_meanwhile(self):
        """What comes later in the chat waits; other chats do not."""
        message = self.send_unsure("First", fault="lost_before")
        later = self.write_from(self.customer, "Second")
        other = self.instance.send_text("10000001", "Elsewhere")
        self.send_queue_now()
        self.assertEqual((message.state, later.state, other.state), ("unsure", "queued", "sent"))
        self.let_the_journal_catch_up(message)
        self.send_queue_now()
        self.assertEqual(self.ledger(), ["Elsewhere", "First", "Second"])

    def test_service_does_not_tell(self):
        """While the service cannot be asked, nothing is sent again, and it is asked later."""
        message = self.send_unsure("Only once", fault="lost_before")
        for method in ("showMessagesQueue", "lastOutgoingMessages"):
            self.phone.fault(method, "status", status=500)
            self.send_queue_now()
            self.assertEqual((message.state, message.missing_since_date), ("unsure", False))
        self.send_queue_now()
        self.assertTrue(message.missing_since_date)

    def test_undecidable_is_for_a_person(self):
        """After a day the journal forgets: a person decides, and is told by then only."""
        message = self.send_unsure("Long ago", fault="lost_before")
        notification = self.env["mail.notification"].search(
            [("telegram_message_id", "=", message.id)]
        )
        self.send_queue_now()
        self.assertEqual(notification.notification_status, "process")
        message.last_attempt_date -= timedelta(hours=25)
        self.send_queue_now()
        self.assertEqual((message.state, message.is_being_checked), ("unsure", False))
        self.assertEqual(notification.notification_status, "exception")
        self.let_the_journal_catch_up(message)
        self.send_queue_now()
        self.assertEqual(self.ledger(), [], "never by itself")

    def test_account_that_stopped(self):
        """An account that is signed out for good: the message was "being checked" for ever, and
        no person was told."""
        message = self.send_unsure("Long ago", fault="lost_before")
        self.phone.change(stateInstance="notAuthorized")
        self.instance._update_state("notAuthorized")
        message.last_attempt_date -= timedelta(hours=25)
        self.send_queue_now()
        self.assertEqual((message.state, message.is_being_checked), ("unsure", False))
        notification = self.env["mail.notification"].search(
            [("telegram_message_id", "=", message.id)]
        )
        self.assertEqual(notification.notification_status, "exception")

    def test_archived_account(self):
        """The messages of an archived account were "being checked" for ever, and no person was
        told."""
        message = self.send_unsure("Maybe", fault="lost_before")
        notification = self.env["mail.notification"].search(
            [("telegram_message_id", "=", message.id)]
        )
        self.instance.action_archive()
        self.assertEqual((message.state, message.is_being_checked), ("unsure", False))
        self.assertIn("archived", message.failure_reason)
        self.assertEqual(notification.notification_status, "exception")

    def test_archived_while_sending(self):
        """What was being sent when the account was archived, and what an account without token
        cannot ask about, were "being checked" for ever."""
        message = self.send_unsure("Maybe", fault="lost_before")
        self.instance.active = False
        message.write({"state": "sending", "last_attempt_date": "2026-01-01 00:00:00"})
        elsewhere = self._create_instance(self._create_phone(), last_run_date="2026-01-01 00:00:00")
        other = elsewhere.send_text(CUSTOMER_CHAT, "Maybe, too").sudo()
        values = {"state": "unsure", "is_being_checked": True, "attempts": 1}
        other.write({**values, "last_attempt_date": "2026-01-01 00:00:00"})
        recent = elsewhere.send_text(CUSTOMER_CHAT, "Just now").sudo()
        recent.write({**values, "last_attempt_date": message.create_date})
        self.env["telegram.message"]._gc_checks()
        self.assertEqual((message | other).mapped("state"), ["unsure", "unsure"])
        self.assertFalse(any((message | other).mapped("is_being_checked")))
        self.assertTrue(recent.is_being_checked, "its send action still asks")

    def test_equal_texts_and_one_echo(self):
        """Of two equal texts one arrived, which only its echo tells: both waited for each other,
        up to a day."""
        messages = self.send_unsure("Same words", "Same words", fault="lost_before")
        echo = self.echo("Same words")
        event = self.ingest(echo)
        self.assertEqual(event.state, "new", "it may be the echo of either of them")
        self.send_queue_now()
        self.assertEqual(messages.mapped("state"), ["sent", "unsure"])
        self.let_the_journal_catch_up(messages[1])
        self.send_queue_now()
        self.assertEqual(messages.mapped("state"), ["sent", "sent"])
        self.assertEqual(self.ledger(), ["Same words"])
        event.next_attempt_date = False
        self.receive()
        self.assertEqual((event.state, event.message_id), ("done", messages[0]))

    # --- Other kinds ---------------------------------------------------------------------

    def send_kinds(self, fault, **phone_values):
        """Queue one message of each kind; the answers to all of them get lost."""
        file = self.env["ir.attachment"].create({"name": "offer.pdf", "raw": b"%PDF-1.4"})
        photo = "https://example.com/photo.png"
        instance = self.instance
        known = instance.send_text(CUSTOMER_CHAT, "To be forwarded")
        self.send_queue_now()
        if phone_values:
            self.phone.change(**phone_values)
        messages = (
            instance.send_file(CUSTOMER_CHAT, file, "Our offer")
            | instance.send_file_by_url(CUSTOMER_CHAT, photo)
            | instance.send_location(CUSTOMER_CHAT, 55.751244, 37.618423)
            | instance.send_contact(CUSTOMER_CHAT, "+79990001122", "Jane")
            | instance.send_poll(CUSTOMER_CHAT, "When?", ["Now", "Later"])
            | instance.forward_messages(CUSTOMER_CHAT, known)
        )
        for message in messages:
            self.phone.fault(message._get_method(message.url_file), fault)
            self.send_queue_now()
            message.is_being_checked = False  # else it would hold up the next one
        messages.is_being_checked = True
        self.assertEqual(set(messages.mapped("state")), {"unsure"})
        return messages

    def test_every_kind_is_found(self):
        """A message of any kind that did go out is found, and not repeated."""
        messages = self.send_kinds("lost_after")
        self.send_queue_now()
        self.assertEqual(set(messages.mapped("state")), {"sent"}, messages.mapped("type_message"))
        got = [entry["idMessage"] for entry in self.phone.ledger()][1:]
        self.assertEqual(messages.mapped("id_message"), got)

    def test_every_kind_waits_in_the_queue(self):
        """A message of any kind that the service has yet to send is found in its queue."""
        messages = self.send_kinds("lost_after", stateInstance="suspended")
        self.phone.fault(
            "getStateInstance", "status", status=200, body={"stateInstance": "authorized"}
        )
        self.send_queue_now()
        self.assertEqual(set(messages.mapped("state")), {"sent"}, messages.mapped("type_message"))
        self.phone.change(stateInstance="authorized")
        self.assertEqual(len(self.phone.ledger(count=7)), 7)

    def test_every_kind_is_sent_again(self):
        """A message of any kind that certainly did not go out is sent again, once."""
        messages = self.send_kinds("lost_before")
        self.send_queue_now()
        self.assertEqual(set(messages.mapped("state")), {"unsure"})
        self.let_the_journal_catch_up(messages)
        self.send_queue_now()
        self.assertEqual(set(messages.mapped("state")), {"sent"}, messages.mapped("type_message"))
        self.assertEqual(len(self.phone.ledger()), 7)
