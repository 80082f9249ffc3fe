# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import json
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.sending.unsure import JOURNAL_LAG
from ..common import CUSTOMER_CHAT, TelegramCase

LOGGER = "odoo.addons.telegram_green_api.models.sending.unsure"
DISCOUNT = "Скидка *20%*"
INVOICE = "Счёт на оплату № 00001 от 28 ноября 2026 г. за услуги по договору 17-А.pdf"
STRANGER_PHONE = "+79998887701"
STRANGER_CHAT = "10000001"
AN_HOUR = 3600  # seconds


class ChangedCase(TelegramCase):
    """A service that tells messages differently from how they were written."""

    def setUp(self):
        super().setUp()
        self.enterContext(mute_logger(LOGGER))
        self.phone.change(
            formatting="whatsapp",
            formattingBack="stripped",
            fileNames="cut",
            fileKinds="changed",
            journalDuplicates=True,
        )
        self.chat = self.env["telegram.chat"]._get_or_create(self.instance, CUSTOMER_CHAT)
        self.chat.partner_id = self.customer

    def attach(self, name, content=b"content of the file"):
        return self.env["ir.attachment"].create({"name": name, "raw": content})

    def send_now(self):
        """Let the send action run although a failure has made it pause."""
        self.instance.send_after = False
        self.send_queue()
        self.env.invalidate_all()

    def lose_answers(self, *messages, fault="lost_after"):
        """Send messages whose answers get lost: they are unsure by then."""
        unsure = self.env["telegram.message"].search([("is_being_checked", "=", True)])
        for message in messages:
            unsure.is_being_checked = False  # else it would hold up the next one
            self.phone.fault(message._get_method(), fault)
            self.send_now()
            self.assertEqual(message.state, "unsure")
            unsure |= message
        unsure.is_being_checked = True
        return self.env["telegram.message"].union(*messages)

    def check_outcomes(self, messages, *rows):
        """Ask the service until it is clear what became of messages.

        :param rows: the outgoing journal that the service shows; by default its own
        """
        for _run in range(2):
            if rows:
                body = json.dumps(rows)
                self.phone.fault("lastOutgoingMessages", "status", status=200, body=body)
            self.send_now()
            for message in messages.filtered("missing_since_date"):
                message.missing_since_date -= timedelta(seconds=JOURNAL_LAG)
        self.send_now()

    def row(self, text="", **values):
        """Return a row of the outgoing journal."""
        number = len(self.phone.ledger()) + 100
        return {
            "type": "outgoing",
            "idMessage": f"{number}",
            "timestamp": int(self.phone.now()),
            "typeMessage": "textMessage",
            "chatId": CUSTOMER_CHAT,
            "textMessage": text,
            "sendByApi": True,
            **values,
        }

    def echo(self, text, **values):
        values = {"idMessage": "e1", "timestamp": int(self.phone.now()), **values}
        return self.notification(text, typeWebhook="outgoingAPIMessageReceived", **values)

    def receive_again(self):
        """Process what was postponed."""
        self.env["telegram.event"].search([]).next_attempt_date = False
        self.receive()
        self.env.invalidate_all()

    def rows_in_odoo(self):
        return self.env["telegram.message"].search(
            [("instance_id", "=", self.instance.id)], order="id"
        )

    def assert_sent_once(self, messages):
        """Check that Telegram got each message once, and that Odoo knows which is which."""
        self.env.invalidate_all()
        self.assertEqual(set(messages.mapped("state")) - {"sent", "delivered", "read"}, set())
        ids = [entry["idMessage"] for entry in self.phone.ledger()]
        self.assertEqual(messages.mapped("id_message"), ids)
        self.assertEqual(self.rows_in_odoo(), messages.sorted("id", reverse=False))
        self.assertEqual(len(self.rows_in_odoo().chat_id), 1)

    def assert_left_to_user(self, messages, ledger):
        self.env.invalidate_all()
        self.assertEqual(set(messages.mapped("state")), {"unsure"})
        self.assertFalse(any(messages.mapped("is_being_checked")), "a person is told")
        self.assertEqual(len(self.phone.ledger()), ledger, "nothing is sent again")


@tagged("post_install", "-at_install")
class TestChangedByTelegram(ChangedCase):
    """What Telegram changes in a message makes no other message of it: it goes out once."""

    def send_kinds(self):
        """Queue messages that the service tells differently."""
        instance = self.instance
        yield "marks", instance.send_text(CUSTOMER_CHAT, DISCOUNT)
        yield "white space", instance.send_text(CUSTOMER_CHAT, "Two  blanks,\n\n_one_ line")
        for name in (INVOICE, "logo.webp", "dance.gif", "voice.ogg", "photo.png", "clip.mp4"):
            yield name, instance.send_file(CUSTOMER_CHAT, self.attach(name))
        yield "caption", instance.send_file(CUSTOMER_CHAT, self.attach(INVOICE), DISCOUNT)
        yield "poll", instance.send_poll(CUSTOMER_CHAT, "*When?*", ["*Now*", "Later"])

    def test_journal(self):
        """The answer is lost: the journal tells the message as Telegram has changed it."""
        for back in ("raw", "stripped", "doubled"):
            for formatting in ("off", "whatsapp", "greedy"):
                self.phone.change(formatting=formatting, formattingBack=back)
                sent = self.env["telegram.message"]
                for _name, message in self.send_kinds():
                    sent |= self.lose_answers(message)
                with self.subTest(formatting, back=back):
                    self.check_outcomes(sent)
                    ids = [entry["idMessage"] for entry in self.phone.ledger()][-len(sent) :]
                    self.assertEqual(sent.mapped("id_message"), ids)
                    self.assertEqual(set(sent.mapped("state")), {"sent"})

    def test_echo(self):
        """The answer is lost: the echo tells the message as Telegram has changed it."""
        self.phone.change(settings={"pollMessageWebhook": "yes"})
        sent = self.env["telegram.message"]
        for _name, message in self.send_kinds():
            sent |= self.lose_answers(message)
            self.receive()
        self.receive_again()
        self.assert_sent_once(sent)

    def test_several_in_one_chat(self):
        """Messages that look alike afterwards are told apart by their order."""
        sent = self.lose_answers(
            self.instance.send_text(CUSTOMER_CHAT, "*Price* 20"),
            self.instance.send_text(CUSTOMER_CHAT, "Price _20_"),
            *(
                self.instance.send_file(CUSTOMER_CHAT, self.attach(f"{INVOICE[:-4]}, {part}.pdf"))
                for part in ("part 1", "part 2")
            ),
        )
        self.check_outcomes(sent)
        self.assert_sent_once(sent)

    def test_likeness_before_order(self):
        """The second one only went out: the first one does not take its row."""
        first = self.instance.send_text(CUSTOMER_CHAT, "*First*")
        second = self.instance.send_text(CUSTOMER_CHAT, "*Second*")
        self.lose_answers(first, fault="lost_before")
        self.lose_answers(second)
        self.check_outcomes(first | second)
        self.assertEqual([entry["shown"] for entry in self.phone.ledger()], ["Second", "First"])
        self.assert_sent_once(second | first)

    def test_nothing_tells(self):
        """Of two files one went out, told without what tells them apart: a person decides."""
        files = [f"{INVOICE[:-4]}, {part}.pdf" for part in ("part 1", "part 2")]
        first, second = (self.instance.send_file(CUSTOMER_CHAT, self.attach(f)) for f in files)
        self.lose_answers(first, fault="lost_before")
        self.lose_answers(second)
        self.check_outcomes(first | second)
        self.assert_left_to_user(first | second, ledger=1)
        self.receive()
        self.assertEqual(self.rows_in_odoo(), first | second, "no third row meanwhile")

    def test_same_name_is_not_the_same(self):
        """Screenshots have one name, bold and quoted texts the same words: of two that differ,
        one went out twice, the other one never."""
        send_file, send_text = self.instance.send_file, self.instance.send_text

        def send_picture(content):
            return send_file(CUSTOMER_CHAT, self.attach("image.png", content))

        for number, (send_first, send_second) in enumerate(
            (
                (lambda: send_picture(b"first"), lambda: send_picture(b"second")),
                (
                    lambda: send_text(CUSTOMER_CHAT, "*Price* 20", formatting=True),
                    lambda: send_text(CUSTOMER_CHAT, "Price 20"),
                ),
            ),
            1,
        ):
            with self.subTest(number=number):
                first = self.lose_answers(send_first(), fault="lost_before")
                second = self.lose_answers(send_second())
                self.check_outcomes(first | second)
                self.assert_left_to_user(first | second, ledger=number)

    def test_echo_that_nothing_tells(self):
        """The echo of another program's message was never shown as long as no user decided."""
        message = self.lose_answers(
            self.instance.send_text(CUSTOMER_CHAT, "Our price"), fault="lost_before"
        )
        message.is_being_checked = False
        event = self.ingest(self.echo("Something else"))
        self.assertEqual(event.state, "new")
        event.next_attempt_date = False
        with freeze_time(fields.Datetime.now() + timedelta(hours=25)):
            self.ingest()
        self.assertEqual((event.state, event.message_id.text), ("done", "Something else"))
        self.assertEqual(message.state, "unsure")

    def test_really_another_text(self):
        """A row of ours with another text may be the message: a person decides."""
        message = self.lose_answers(
            self.instance.send_text(CUSTOMER_CHAT, "Our price"), fault="lost_before"
        )
        self.check_outcomes(message, self.row("Something else"))
        self.assert_left_to_user(message, ledger=0)
        self.assertIn("Something else", message.failure_reason)

    def test_person_decides(self):
        """The echo waits for the person: it becomes the message, or a message of its own."""
        for decide, rows in (("action_mark_sent", 1), ("action_retry", 2)):
            with self.subTest(decide):
                message = self.lose_answers(
                    self.instance.send_text(CUSTOMER_CHAT, f"Our {decide}"), fault="lost_before"
                )
                before = len(self.rows_in_odoo())
                event = self.ingest(self.echo(f"Unlike {rows}", idMessage=decide))
                self.assertEqual((event.state, len(self.rows_in_odoo())), ("new", before))
                self.check_outcomes(message)
                self.assert_left_to_user(message, ledger=0)
                getattr(message, decide)()
                self.receive_again()
                self.assertEqual(event.state, "done")
                self.assertEqual(len(self.rows_in_odoo()), before - 1 + rows)
                expected = decide if rows == 1 else False
                self.assertEqual(message.id_message, expected)
        self.send_now()
        self.assertEqual((message.state, len(self.phone.ledger())), ("sent", 1))

    def test_echo_holds_up_no_other_chat(self):
        """An echo that waits for a person keeps no message of another chat from going out."""
        message = self.lose_answers(
            self.instance.send_text(CUSTOMER_CHAT, "Our price"), fault="lost_before"
        )
        self.ingest(self.echo("Something else"))
        other = self.lose_answers(
            self.instance.send_text(STRANGER_CHAT, "Elsewhere"), fault="lost_before"
        )
        self.check_outcomes(message | other)
        self.assert_left_to_user(message, ledger=1)
        self.assertEqual(other.state, "sent")

    def test_what_is_certainly_another_message(self):
        """Telegram makes no location of a text: the text did not go out, and goes out then."""
        message = self.lose_answers(
            self.instance.send_text(CUSTOMER_CHAT, "Our price"), fault="lost_before"
        )
        place = {"typeMessage": "locationMessage", "latitude": 55.7, "longitude": 37.6}
        self.check_outcomes(
            message,
            self.row(**place),
            self.row("Someone else", typeMessage="contactMessage", idMessage="2"),
            self.row("Our price", typeMessage="pollMessage", idMessage="3"),
            self.row("Our price", sendByApi=False, idMessage="4"),
            self.row("Our price", chatId=STRANGER_CHAT, idMessage="5"),
            self.row("Our price", timestamp=int(self.phone.now()) - 600, idMessage="6"),
        )
        self.assert_sent_once(message)

    def test_journal_with_duplicates(self):
        """One row told twice is one message: of two equal texts the other one goes out."""
        first = self.instance.send_text(CUSTOMER_CHAT, "Same *words*")
        second = self.instance.send_text(CUSTOMER_CHAT, "Same *words*")
        self.lose_answers(first)
        self.lose_answers(second, fault="lost_before")
        self.check_outcomes(first | second, *[self.row("Same words", idMessage="1")] * 2)
        self.assertEqual((first | second).mapped("state"), ["sent", "sent"])
        self.assertEqual(len(self.phone.ledger()), 2)

    def test_missed_messages_with_duplicates(self):
        """Journals with rows twice bring no message twice, and none of ours a second time."""
        message = self.lose_answers(self.instance.send_text(CUSTOMER_CHAT, DISCOUNT))
        self.phone.write(CUSTOMER_CHAT, "Thanks")
        for _time in range(2):
            with self.enter_registry_test_mode():
                self.instance.action_fetch_missed()
            self.env.invalidate_all()
        self.assertEqual(len(self.rows_in_odoo()), 2)
        self.assertEqual((message.state, message.text), ("delivered", DISCOUNT))

    def test_history(self):
        """The history shows a message that is being checked: it is no second row."""
        message = self.lose_answers(
            self.instance.send_file(CUSTOMER_CHAT, self.attach(INVOICE), DISCOUNT)
        )
        self.assertEqual(self.chat.import_history()["new"], 0)
        self.assert_sent_once(message)

    def test_history_with_another_text(self):
        """What may be a message that is being checked is not imported as another one."""
        message = self.lose_answers(
            self.instance.send_text(CUSTOMER_CHAT, "Our price"), fault="lost_before"
        )
        body = json.dumps([self.row("Something else")] * 2)
        self.phone.fault("getChatHistory", "status", status=200, body=body)
        self.assertEqual(self.chat.import_history()["new"], 0)
        self.assertEqual((self.rows_in_odoo(), message.state), (message, "unsure"))
        message.write({"is_being_checked": False})
        message.action_retry()
        self.phone.fault("getChatHistory", "status", status=200, body=body)
        self.assertEqual(self.chat.import_history()["new"], 1)

    def test_echo_after_an_older_equal_text(self):
        """A person has not decided yet about an equal text of hours ago, whose echo is missing. It
        does not take the echo or the row of the second one, which would go out twice then."""
        self.phone.fault("notification", "drop", times=2)  # its echo and its status
        self.phone.set_clock_ahead(-AN_HOUR)
        self.addCleanup(self.phone.set_clock_ahead, 0)
        first = self.lose_answers(self.instance.send_text(CUSTOMER_CHAT, "Same words"))
        first.last_attempt_date -= timedelta(seconds=AN_HOUR)
        first.clock_skew = 0  # it was measured
        first.is_being_checked = False
        self.phone.set_clock_ahead(0)
        second = self.instance.send_text(CUSTOMER_CHAT, "Same words")
        self.phone.fault("sendMessage", "lost_after")
        self.send_now()
        self.assertEqual((first | second).mapped("state"), ["unsure", "unsure"])
        self.receive()
        self.check_outcomes(second)
        self.assert_sent_once(first | second)

    def test_own_edit(self):
        """The echo of our own edit is no second edit, and does not take away its marks."""
        message = self.instance.send_text(CUSTOMER_CHAT, "Price 10")
        self.send_now()
        edit = message.edit("Price *20*")
        self.send_now()
        self.ingest(
            self.notification(
                typeWebhook="outgoingAPIMessageReceived",
                idMessage="edit1",
                messageData={
                    "typeMessage": "editedMessage",
                    "editedMessageData": {
                        "textMessage": "Price 20",
                        "stanzaId": message.id_message,
                    },
                },
            )
        )
        self.assertEqual(message.text, "Price *20*")
        self.assertEqual(self.rows_in_odoo(), message | edit)

    def test_votes(self):
        """The options of a poll come back without marks: their votes are counted all the same."""
        poll = self.instance.send_poll(CUSTOMER_CHAT, "*When?*", ["*Now*", "Later"])
        self.send_now()
        data = {
            "stanzaId": poll.id_message,
            "name": "When?",
            "votes": [
                {"optionName": "Now", "optionVoters": [CUSTOMER_CHAT]},
                {"optionName": "Later", "optionVoters": []},
            ],
        }
        update = {"typeMessage": "pollUpdateMessage", "pollMessageData": data}
        self.ingest(self.notification(idMessage="vote1", messageData=update))
        self.assertEqual(poll.content["options"], ["*Now*", "Later"])
        self.assertEqual(poll.content["votes"], [1, 0])


@tagged("post_install", "-at_install")
class TestFirstMessageByPhone(ChangedCase):
    """The first message to a phone number: one row, one chat, linked to the contact."""

    def setUp(self):
        super().setUp()
        self.chat.unlink()
        values = {"name": "Ivan", "phone": STRANGER_PHONE}
        self.stranger = self.env["res.partner"].create(values)

    def write_first(self):
        chat = self.env["telegram.chat"]._get_or_create_for_partner(self.instance, self.stranger)
        yield self.instance.send_text(chat.telegram_id, DISCOUNT)
        yield self.instance.send_file(chat.telegram_id, self.attach(INVOICE))

    def assert_one_chat(self, messages):
        self.assert_sent_once(messages)
        self.assertEqual(messages.chat_id.telegram_id, STRANGER_CHAT)
        self.assertEqual(messages.chat_id.partner_id, self.stranger)

    def test_echo(self):
        """Nothing is lost, but the echo differs from what was written."""
        for number, message in enumerate(self.write_first()):
            with self.subTest(number):
                self.send_now()
                self.receive()
                if not number:
                    self.assert_one_chat(message)
        self.assert_one_chat(self.rows_in_odoo())

    def test_first_is_a_file(self):
        """A name that was cut makes no stranger of the contact."""
        _text, message = self.write_first()
        _text.action_cancel()
        _text.unlink()
        self.send_now()
        self.receive()
        self.assert_one_chat(message)

    def test_journal(self):
        """The echo did not come: the journal brings no stranger's chat."""
        settings = {"outgoingAPIMessageWebhook": "no"}
        self.phone.change(settings=settings)
        messages = self.env["telegram.message"].union(*self.write_first())
        self.send_now()
        self.send_now()
        with self.enter_registry_test_mode():
            self.instance.action_fetch_missed()
        self.assert_one_chat(messages)

    def test_answer_lost(self):
        """The answer is lost, too: the number is asked for, then the journal."""
        messages = self.lose_answers(*self.write_first())
        self.receive()
        self.check_outcomes(messages)
        self.receive_again()
        self.assert_one_chat(messages)

    def test_echo_with_other_words(self):
        """The ID is the message's, the words are not: the number is asked for, and one chat
        remains."""
        message, file = self.write_first()
        file.action_cancel()
        file.unlink()
        self.send_now()
        echo = self.echo("Other words", idMessage=message.id_message)
        echo["senderData"].update(chatId=STRANGER_CHAT, chatName="Ivan")
        self.ingest(echo)
        self.assertEqual(message.chat_id.telegram_id, f"{STRANGER_PHONE[1:]}@c.us")
        with self.enter_registry_test_mode():
            self.env.ref("telegram_green_api.ir_cron_check_phone_numbers").method_direct_trigger()
        self.assert_one_chat(message)
