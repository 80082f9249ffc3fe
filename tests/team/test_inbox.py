# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
# pylint: disable=translation-required  # what users write

from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from ..common import CUSTOMER_CHAT, TelegramCase

START = 1763115112  # UNIX time of the first message
GROUP = "-10001234567"


class InboxCase(TelegramCase):
    """A customer writes, and somebody answers or does not."""

    def write_in(self, seconds, text="Is it in stock?", **values):
        """Let the customer write, some seconds after the first message."""
        self.ingest(self.prepare(seconds, text, **values))
        return self.get_chat()

    def prepare(self, seconds, text="Is it in stock?", **values):
        """Prepare the notification of a message, some seconds after the first one."""
        return self.notification(
            text, timestamp=START + seconds, idMessage=f"{START + seconds}", **values
        )

    def prepare_from_phone(self, seconds):
        """Prepare the notification of an answer that was written on the account's phone."""
        return self.prepare(seconds, "Yes", typeWebhook="outgoingMessageReceived")

    def get_chat(self):
        """Return the chat of the customer."""
        return self.env["telegram.chat"]._find(self.instance, CUSTOMER_CHAT)

    def get_date(self, seconds):
        """Return the date of a message."""
        return datetime.utcfromtimestamp(START + seconds)


@tagged("post_install", "-at_install")
class TestInbox(InboxCase):
    """Which chats wait for an answer, and since when."""

    def test_waits_since_the_first_question(self):
        """A customer who asks again would start to wait anew."""
        chat = self.write_in(0)
        self.assertEqual((chat.inbox_state, chat.waiting_since_date), ("waiting", self.get_date(0)))
        self.write_in(600)
        self.assertEqual(chat.waiting_since_date, self.get_date(0))
        self.assertTrue(chat.waiting_time)
        self.assertEqual(chat.last_incoming_text, "Is it in stock?")

    def test_answer_from_odoo(self):
        """A customer who was answered in Discuss or from a record would stay in the list."""
        chat = self.write_in(0)
        chat._open_channel().with_user(self.salesperson).message_post(
            body="Yes", message_type="comment"
        )
        self.assertEqual((chat.inbox_state, chat.waiting_since_date), ("answered", False))
        chat = self.write_in(int(datetime.now().timestamp()) + 60 - START)
        self.assertEqual(chat.inbox_state, "waiting")
        with self.subTest("from a record"):
            chat.answered_date = chat.waiting_since_date = self.get_date(5)
            self.write_from(self.customer, "Yes")
            self.assertEqual(chat.inbox_state, "waiting", "the customer has written since")

    def test_read_by_answer_from_a_record(self):
        """A conversation that a user has answered from a record would stay unread for them."""
        colleague = self.create_user("inbox_reader", "user")
        self.instance.operator_ids |= colleague
        channel = self.write_in(0)._open_channel()
        self.write_in(1)

        def count():
            self.env.invalidate_all()
            members = channel.channel_member_ids
            return {each.partner_id: each.message_unread_counter for each in members}

        self.assertEqual(count()[self.salesperson.partner_id], 2)
        self.customer.with_user(self.salesperson)._message_telegram("Yes")
        self.assertEqual(count()[self.salesperson.partner_id], 0)
        self.assertEqual(count()[colleague.partner_id], 2)

    def test_answer_from_the_phone(self):
        """A customer who was answered on the phone would stay in the list."""
        chat = self.write_in(0)
        self.ingest(self.prepare_from_phone(60))
        self.assertEqual(chat.inbox_state, "answered")
        self.assertEqual(chat.answered_date, self.get_date(60))

    def test_change_on_the_phone_is_no_answer(self):
        """An old message that is corrected on the phone would empty the inbox."""
        self.ingest(self.prepare_from_phone(-60))
        chat = self.write_in(0)
        edit = {
            "typeMessage": "editedMessage",
            "editedMessageData": {"textMessage": "Yes!", "stanzaId": str(START - 60)},
        }
        reaction = {
            "typeMessage": "reactionMessage",
            "extendedTextMessageData": {"text": "👍"},
            "quotedMessage": {"stanzaId": str(START)},
        }
        for seconds, data in ((60, edit), (120, reaction)):
            body = self.prepare_from_phone(seconds)
            self.ingest({**body, "messageData": data})
            self.assertEqual(chat.inbox_state, "waiting", data["typeMessage"])

    def test_answer_before_its_question(self):
        """A new customer whose answer arrives first would wait for ever."""
        self.ingest(self.prepare_from_phone(60))
        chat = self.write_in(0)
        self.assertEqual((chat.inbox_state, chat.waiting_since_date), ("answered", False))
        self.write_in(120)
        self.assertEqual(chat.waiting_since_date, self.get_date(120))

    def test_late_answer_does_not_reopen(self):
        """An answer from the phone, older than the closing, would bring back closed questions."""
        past = int(datetime.now().timestamp()) - 300 - START
        chat = self.write_in(past + 100)
        chat.with_user(self.salesperson).action_no_answer_needed()
        self.ingest(self.prepare_from_phone(past + 40))
        self.assertEqual(chat.inbox_state, "closed")
        with freeze_time(fields.Datetime.now() + timedelta(minutes=1)):
            self.write_in(past + 50)  # it arrives late, too, and was not seen by the one who closed
            self.assertEqual(chat.inbox_state, "waiting")
            self.ingest(self.prepare_from_phone(past + 70))
        self.assertEqual((chat.inbox_state, chat.waiting_since_date), ("answered", False))

    def test_failed_answer_does_not_reopen_the_closed(self):
        """A customer would wait since a question that a user has closed."""
        chat = self.write_in(0)
        chat.with_user(self.salesperson).action_no_answer_needed()
        later = int(datetime.now().timestamp()) + 60 - START
        self.write_in(later)
        with freeze_time(self.get_date(later + 60)):
            answer = self.write_from(self.customer, "Yes")
            answer._set_state({"state": "error"})
        self.assertEqual(chat.inbox_state, "waiting")
        self.assertEqual(chat.waiting_since_date, self.get_date(later))

    def test_imported_history(self):
        """A chat whose history is imported would wait since its first message."""
        chats = self.env["telegram.chat"]
        chat = chats._get_or_create_for_partner(self.instance, self.customer)
        common = {"chat_id": chat.id, "text": "Hello"}
        messages = self.env["telegram.message"].create(
            [
                {**common, "direction": direction, "state": state, "date": self.get_date(seconds)}
                for seconds, direction, state in (
                    (0, "incoming", "received"),
                    (60, "outgoing", "sent"),
                    (120, "incoming", "received"),
                    (180, "outgoing", "sent"),
                )
            ]
        )
        chat._create_history_messages(messages)
        self.assertEqual((chat.inbox_state, chat.waiting_since_date), ("answered", False))

    def test_any_order_after_an_outage(self):
        """What arrives late would turn the state of a chat around."""
        self.write_in(0)
        chat = self.get_chat()
        self.ingest(self.prepare_from_phone(60))
        self.write_in(30)
        self.assertEqual(chat.inbox_state, "answered", "asked before the answer")
        self.write_in(120)
        self.ingest(self.prepare_from_phone(90))
        self.assertEqual(chat.inbox_state, "waiting", "asked after both answers")
        self.assertEqual(chat.waiting_since_date, self.get_date(120))

    def test_answer_between_two_questions(self):
        """An answer to the first question would hide that the second one waits."""
        self.write_in(0)
        chat = self.write_in(120)
        self.ingest(self.prepare_from_phone(60))
        self.assertEqual(chat.inbox_state, "waiting")
        self.assertEqual(chat.waiting_since_date, self.get_date(120))

    def ago(self, seconds):
        """Return the seconds after the first message at which it was so many seconds ago."""
        return int(datetime.now().timestamp()) - seconds - START

    def test_late_question(self):
        """A question that arrives after an answer from Odoo, which was none to it, would never
        wait; one that was answered on the phone would wait for ever."""
        self.write_in(self.ago(600))
        self.write_from(self.customer, "Yes")
        chat = self.write_in(self.ago(300), "And in red?")
        self.assertEqual(chat.inbox_state, "waiting")
        self.assertEqual(chat.waiting_since_date, chat.message_ids[0].date)
        self.ingest(self.prepare_from_phone(self.ago(200)))
        self.assertEqual((chat.inbox_state, chat.waiting_since_date), ("answered", False))
        self.write_in(self.ago(250), "And in blue?")
        self.assertEqual(chat.inbox_state, "answered", "seen on the phone")

    def test_several_late_questions(self):
        """Late questions after a late answer from the phone would count as answered by Odoo."""
        self.write_in(self.ago(600))
        self.write_from(self.customer, "Yes")
        chat = self.write_in(self.ago(300), "And in red?")
        self.write_in(self.ago(100), "And in blue?")
        self.ingest(self.prepare_from_phone(self.ago(200)))
        self.assertEqual(chat.inbox_state, "waiting")
        self.assertEqual(chat.waiting_since_date, chat.message_ids.sorted("id")[3].date)
        self.ingest(self.prepare_from_phone(self.ago(50)))
        self.assertEqual((chat.inbox_state, chat.waiting_since_date), ("answered", False))

    def test_question_that_odoo_answered(self):
        """A question that stood there before the answer from Odoo would wait again."""
        self.write_in(self.ago(600))
        self.write_in(self.ago(100))
        self.write_from(self.customer, "Yes")
        chat = self.write_in(self.ago(300), "And in red?")
        self.ingest(self.prepare_from_phone(self.ago(200)))
        self.assertEqual((chat.inbox_state, chat.waiting_since_date), ("answered", False))

    def test_last_messages_are_read_together(self):
        """The inbox would read the last message of each chat with queries of its own."""
        for number in range(10):
            chat_id = str(10000100 + number)
            sender = {"chatId": chat_id, "chatType": "user", "sender": chat_id}
            self.write_in(number, senderData=sender)
        chats = self.env["telegram.chat"].search([("instance_id", "=", self.instance.id)])
        counts = []
        for some in (chats[:2], chats):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.with_user(self.salesperson).mapped("last_incoming_text")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])

    def test_first_question_of_a_group(self):
        """Talk in a group that needs no answer would make it wait, or since a wrong time."""
        sender = {"chatId": GROUP, "chatType": "supergroup", "sender": CUSTOMER_CHAT}
        ours = {**sender, "sender": "1"}
        outgoing = {"senderData": ours, "typeWebhook": "outgoingMessageReceived"}
        self.ingest(self.prepare(0, **outgoing))
        self.ingest(self.prepare(5, senderData=sender, messageData=self.quote()))
        group = self.env["telegram.chat"]._find(self.instance, GROUP)
        self.ingest(self.prepare(20, "Talk", senderData=sender))
        self.ingest(self.prepare(30, senderData=sender, messageData=self.quote()))
        self.ingest(self.prepare(10, **outgoing))
        self.assertEqual(group.waiting_since_date, self.get_date(30), "not since the talk")
        self.ingest(self.prepare(40, "More talk", senderData=sender))
        self.ingest(self.prepare(35, **outgoing))
        self.assertEqual(group.inbox_state, "answered")

    def test_merged_chat(self):
        """A customer who waits in a chat that is merged into another one would be forgotten."""
        chats, now = self.env["telegram.chat"], fields.Datetime.now()
        early, late = now - timedelta(hours=3), now - timedelta(hours=1)
        for number, (own, others, expected) in enumerate(
            (
                # since when each waits, and when it was answered
                ((early, False), (False, False), ("waiting", early)),
                ((late, False), (early, False), ("waiting", early)),
                ((False, late), (early, False), ("answered", False)),
                ((early, False), (False, late), ("answered", False)),
                ((late, False), (False, early), ("waiting", late)),
                ((False, False), (late, early), ("waiting", late)),
                ((False, False), (False, False), (False, False)),
            )
        ):
            with self.subTest(number):
                both = chats.browse()
                for place, (since, answered) in enumerate((own, others)):
                    chat = chats._get_or_create(self.instance, f"2000{number}{place}")
                    state = "waiting" if since else answered and "answered"
                    dates = {"waiting_since_date": since, "answered_date": answered}
                    chat._write_inbox({"inbox_state": state, **dates})
                    both += chat
                both[0]._merge_into(both[1])
                chat = both[1]
                self.assertEqual((chat.inbox_state, chat.waiting_since_date), expected)

    def quote(self):
        """Return the content of a message that quotes our first one."""
        return {
            "typeMessage": "quotedMessage",
            "extendedTextMessageData": {"text": "Why?", "stanzaId": str(START)},
            "quotedMessage": {"stanzaId": str(START), "typeMessage": "textMessage"},
        }

    def test_answer_that_was_not_sent(self):
        """A customer whose answer was refused or canceled would be forgotten."""
        chat = self.write_in(0)
        message = self.write_from(self.customer, "Yes")
        self.assertEqual(chat.inbox_state, "answered")
        message.with_user(self.salesperson).action_cancel()
        self.assertEqual(chat.inbox_state, "waiting")
        self.assertEqual(chat.waiting_since_date, self.get_date(0))

    def test_answer_that_is_sent_again(self):
        """A customer whose answer was sent in the end would stay in the list."""
        chat = self.write_in(0)
        message = self.write_from(self.customer, "Yes")
        message.write({"attempts": 1})
        message._set_state({"state": "error", "failure_type": "refused"})
        self.assertEqual(chat.inbox_state, "waiting")
        message.with_user(self.salesperson).action_retry()
        self.send_queue()
        self.assertEqual(message.state, "sent")
        self.assertEqual((chat.inbox_state, chat.waiting_since_date), ("answered", False))

    def test_forwarded_answer(self):
        """A customer who was answered by a forwarded message would stay in the list."""
        chat = self.write_in(0)
        self.instance.with_user(self.salesperson).forward_messages(CUSTOMER_CHAT, chat.message_ids)
        self.assertEqual(chat.inbox_state, "answered")

    def test_scheduled_answer(self):
        """A customer who is answered tomorrow is not answered yet."""
        chat = self.write_in(0)
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        self.customer.with_user(self.salesperson)._message_telegram("Yes", scheduled_date=tomorrow)
        self.assertEqual(chat.inbox_state, "waiting")

    def test_mailing_is_no_answer(self):
        """A mailing would empty the inbox."""
        chat = self.write_in(0)
        self.customer.with_user(self.salesperson)._message_telegram_batch(
            {self.customer.id: "Sale!"}, instance=self.instance
        )
        self.assertEqual(chat.inbox_state, "waiting")

    def test_no_answer_needed(self):
        """A chat that was closed waits again with the next message only."""
        chat = self.write_in(0)
        chat.with_user(self.salesperson).action_no_answer_needed()
        self.assertEqual((chat.inbox_state, chat.waiting_since_date), ("closed", False))
        now = int(datetime.now().timestamp()) - START
        self.write_in(now + 60)
        self.assertEqual(chat.inbox_state, "waiting")

    def test_reaction_needs_no_answer(self):
        """A thumb up would put the chat into the inbox again."""
        self.write_in(0)
        chat = self.get_chat()
        self.ingest(self.prepare_from_phone(60))
        reaction = {
            "typeMessage": "reactionMessage",
            "extendedTextMessageData": {"text": "👍"},
            "quotedMessage": {"stanzaId": str(START)},
        }
        self.ingest(self.prepare(120, messageData=reaction))
        self.assertEqual(chat.inbox_state, "answered")

    def test_groups(self):
        """Groups fill the inbox only if the account says so, or if they quote us."""
        sender = {"chatId": GROUP, "chatType": "supergroup", "sender": CUSTOMER_CHAT}
        self.ingest(self.prepare(0, senderData=sender))
        group = self.env["telegram.chat"]._find(self.instance, GROUP)
        self.assertFalse(group.inbox_state)
        self.instance.groups_wait = True
        self.ingest(self.prepare(1, senderData=sender))
        self.assertEqual(group.inbox_state, "waiting")
        channel = {**sender, "chatId": "-10001234568", "chatType": "channel"}
        self.ingest(self.prepare(2, senderData=channel))
        news = self.env["telegram.chat"]._find(self.instance, channel["chatId"])
        self.assertFalse(news.inbox_state, "nobody expects an answer to the news of a channel")

    def test_group_that_quotes_us(self):
        """A question about our own message in a group would be overlooked."""
        sender = {"chatId": GROUP, "chatType": "supergroup", "sender": CUSTOMER_CHAT}
        ours = {**sender, "sender": "1"}
        self.ingest(self.prepare(0, senderData=ours, typeWebhook="outgoingMessageReceived"))
        quote = {
            "typeMessage": "quotedMessage",
            "extendedTextMessageData": {"text": "Why?", "stanzaId": str(START)},
            "quotedMessage": {"stanzaId": str(START), "typeMessage": "textMessage"},
        }
        self.ingest(self.prepare(5, senderData=sender, messageData=quote))
        group = self.env["telegram.chat"]._find(self.instance, GROUP)
        self.assertEqual(group.inbox_state, "waiting")

    def test_group_that_mentions_us(self):
        """A question to the account in a group would be overlooked."""
        self.instance.account_username = "our_shop"
        sender = {"chatId": GROUP, "chatType": "supergroup", "sender": CUSTOMER_CHAT}
        self.ingest(self.prepare(0, "Ask @our_shop2 or me@our_shopping", senderData=sender))
        group = self.env["telegram.chat"]._find(self.instance, GROUP)
        self.assertFalse(group.inbox_state)
        self.ingest(self.prepare(5, "@Our_Shop, is it in stock?", senderData=sender))
        self.assertEqual(group.waiting_since_date, self.get_date(5))
        self.ingest(self.prepare(20, "@our_shop?", senderData=sender))
        outgoing = {"senderData": {**sender, "sender": "1"}}
        self.ingest(self.prepare(10, "Yes", typeWebhook="outgoingMessageReceived", **outgoing))
        self.assertEqual(group.waiting_since_date, self.get_date(20))

    def test_archived_chat(self):
        """A customer who writes in an archived chat would be in no list and have no reminder."""
        chat = self.write_in(0)
        self.ingest(self.prepare_from_phone(60))
        chat.active = False
        self.ingest(self.prepare_from_phone(90))
        self.assertFalse(chat.active, "nobody waits")
        self.write_in(120)
        self.assertTrue(chat.active)
        self.assertEqual(chat.inbox_state, "waiting")

    def test_first_message_of_ours(self):
        """A contact to whom we write first is in no list of customers who wait."""
        self.write_from(self.customer, "Hello")
        chat = self.env["telegram.chat"].search([("partner_id", "=", self.customer.id)])
        self.assertFalse(chat.inbox_state)

    def test_others_do_not_close(self):
        """A user who does not operate the account would close its chats."""
        chat = self.write_in(0)
        stranger = self.create_user("stranger", "user")
        self.instance.operator_ids = [Command.set(self.salesperson.ids)]
        with self.assertRaises(Exception) as raised:
            chat.with_user(stranger).action_no_answer_needed()
        self.assertEqual(type(raised.exception).__name__, "AccessError")
