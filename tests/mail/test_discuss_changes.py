# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
# pylint: disable=translation-required  # what users write

from datetime import timedelta

from lxml.html import fromstring
from markupsafe import Markup

from odoo import fields
from odoo.exceptions import AccessError, UserError

from ..common import CUSTOMER_CHAT
from .discuss_case import DiscussCase


class ChangesCase(DiscussCase):
    """What the service reports about other messages."""

    def about(self, kind, id_message, text="", **values):
        """Give a notification of a customer's change, deletion or reaction."""
        data = {
            "editedMessage": {"editedMessageData": {"textMessage": text, "stanzaId": id_message}},
            "deletedMessage": {"deletedMessageData": {"stanzaId": id_message}},
            "reactionMessage": {
                "extendedTextMessageData": {"text": text},
                "quotedMessage": {"stanzaId": id_message, "participant": "1"},
            },
        }[kind]
        values = {"idMessage": f"{kind}-{text}", **values}
        return self.notification(messageData={"typeMessage": kind, **data}, **values)

    def message(self, id_message):
        return self.chat.message_ids.filtered(lambda m: m.id_message == id_message)


class TestIncomingChanges(ChangesCase):
    """Customers change their minds."""

    def test_edit(self):
        """The conversation shows the new text, and the former one is kept."""
        self.ingest(self.notification("Two chairs", idMessage="1"))
        [event] = self.ingest(self.about("editedMessage", "1", "Three chairs"))
        [shown] = self.conversation()
        self.assertIn("Three chairs", shown.body)
        self.assertIn("o-mail-Message-edited", shown.body)
        self.assertEqual(self.message("1").text, "Three chairs")
        self.assertTrue(self.message("1").is_edited)
        self.assertEqual(event.message_id.former_text, "Two chairs")
        self.assertIn("Three chairs", self.customer.message_ids[0].body)

    def test_open_chatter(self):
        """Changes of a post on a record go to those who can see its conversation, not to a bot."""
        self.ingest(self.notification("Two chairs", idMessage="1"))
        post = self.customer.message_ids[0]
        self.assertEqual(post._bus_channel(), self.channel)
        note = self.customer.message_post(body="A note")
        self.assertEqual(note._bus_channel(), self.env.user)
        sent = self.customer.with_user(self.salesperson)._message_telegram("From a record")
        self.assertEqual(sent._bus_channel(), self.channel)
        self.chat.channel_id = False
        self.assertEqual(sent.with_user(self.env.user)._bus_channel(), self.salesperson)

    def test_edit_comes_first(self):
        """Changes that come before the message, and in the wrong order, end in the same text."""
        first = self.about("editedMessage", "1", "Three chairs", timestamp=1763115120)
        second = self.about("editedMessage", "1", "Four chairs", timestamp=1763115130)
        self.ingest(second)
        self.assertEqual(len(self.conversation()), 1)
        self.ingest(first)
        self.ingest(self.notification("Two chairs", idMessage="1", timestamp=1763115112))
        [shown] = self.conversation()
        self.assertIn("Four chairs", shown.body)
        formers = self.chat.message_ids.filtered("target_message_id").sorted("date")
        self.assertEqual(formers.mapped("former_text"), ["Two chairs", "Three chairs"])

    def test_edit_twice_delivered(self):
        """The same change again changes nothing, nor does it lose the former text."""
        self.ingest(self.notification("Two chairs", idMessage="1"))
        self.ingest(self.about("editedMessage", "1", "Three chairs"))
        again = self.about("editedMessage", "1", "Three chairs", timestamp=1763115999)
        self.ingest(again)
        changes = self.chat.message_ids.filtered("target_message_id")
        self.assertEqual(changes.mapped("former_text"), ["Two chairs"])

    def test_delete(self):
        """A deleted message is marked, not lost."""
        self.ingest(self.notification("My secret", idMessage="1"))
        self.ingest(self.about("deletedMessage", "1"))
        [shown] = self.conversation()
        self.assertIn("Deleted in Telegram", shown.body)
        self.assertIn("My secret", shown.body)
        self.assertTrue(self.message("1").is_deleted)

    def test_of_another_chat(self):
        """The same id in another chat is another message: it stays as it is."""
        other = self.notification("Other", idMessage="1")
        other["senderData"].update(chatId="222", sender="222", senderPhoneNumber=0)
        self.ingest(other)
        self.ingest(self.about("deletedMessage", "1"))
        chat = self.env["telegram.chat"].search([("telegram_id", "=", "222")])
        self.assertEqual(self.texts(chat.channel_id), ["Other"])
        self.assertEqual(self.texts(), ["Deleted message"])

    def test_reaction(self):
        """A reaction stands on its message, replaces the former one, and goes when taken back."""
        self.ingest(self.notification("Hello", idMessage="1"))
        [shown] = self.conversation()
        self.ingest(self.about("reactionMessage", "1", "👍"))
        self.assertEqual(shown.reaction_ids.mapped("content"), ["👍"])
        self.assertEqual(shown.reaction_ids.partner_id, self.customer)
        self.ingest(self.about("reactionMessage", "1", "🔥"))
        self.assertEqual(shown.reaction_ids.mapped("content"), ["🔥"])
        self.ingest(self.about("reactionMessage", "1", ""))
        self.assertFalse(shown.reaction_ids)
        self.assertEqual(len(self.conversation()), 1)

    def test_reaction_of_somebody_unknown(self):
        """Whom Odoo does not know reacts by name, as one and the same person."""
        self.customer.unlink()
        self.ingest(
            self.notification("One", idMessage="1"), self.notification("Two", idMessage="2")
        )
        self.ingest(self.about("reactionMessage", "1", "👍", idMessage="3"))
        self.ingest(self.about("reactionMessage", "2", "👍", idMessage="4"))
        guest = self.conversation().reaction_ids.guest_id
        self.assertEqual(guest.name, "Vasilisa")
        self.assertEqual(len(guest), 1)

    def test_reaction_to_the_unknown(self):
        """A reaction to what Odoo never saw is a small note."""
        self.ingest(self.about("reactionMessage", "404", "👍"))
        self.assertEqual(self.texts(), ["Reaction: 👍"])

    def test_poll(self):
        """A poll shows its question and options, later also the votes."""
        poll = {
            "name": "When?",
            "options": [{"optionName": "Today"}, {"optionName": "Tomorrow"}],
            "multipleAnswers": False,
        }
        data = {"typeMessage": "pollMessage", "pollMessageData": poll}
        self.ingest(self.notification(idMessage="1", messageData=data))
        [shown] = self.conversation()
        preview = fromstring(shown.body).text_content()  # as Odoo makes it: one line, no marks
        self.assertEqual(preview.split(), ["Poll:", "When?", "Today", "Tomorrow"])
        votes = {
            "stanzaId": "1",
            "name": "When?",
            "votes": [
                {"optionName": "Today", "optionVoters": ["10000000", "333"]},
                {"optionName": "Tomorrow", "optionVoters": []},
            ],
        }
        data = {"typeMessage": "pollUpdateMessage", "pollMessageData": votes}
        self.ingest(self.notification(idMessage="2", messageData=data))
        self.assertIn("Today – 2", shown.body)
        self.assertIn("Tomorrow – 0", shown.body)
        self.assertNotIn("edited", shown.body)
        self.assertEqual(len(self.conversation()), 1)


class TestOwnChanges(ChangesCase):
    """Operators change their minds, in Discuss."""

    def setUp(self):
        super().setUp()
        self.ingest(self.notification("Hello", idMessage="1"))
        self.mine = self.post("Come at ten")

    def update(self, text, user=None, message=None, **values):
        channel = self.channel.with_user(user or self.salesperson)
        message = (message or self.mine).sudo()
        channel._message_update_content(message, body=Markup(text), **values)

    def sent(self):
        self.send_queue()
        self.receive()

    def test_edit(self):
        """The customer's message changes; it is still one, here and there, and keeps its past."""
        self.sent()
        self.update("Come at eleven")
        self.assertIn("Come at eleven", self.mine.body)
        self.sent()
        [row] = self.phone.messages(CUSTOMER_CHAT)[-1:]
        self.assertIn("Come at eleven", str(row))
        self.assertEqual(len(self.conversation()), 2)
        change = self.chat.message_ids.filtered(lambda m: m.type_message == "editedMessage")
        self.assertEqual(change.former_text, "Come at ten")

    def test_edit_before_it_is_sent(self):
        """What still waits goes out with its new text, and once."""
        self.update("Come at eleven")
        self.assertIn("Come at eleven", self.mine.body)
        self.assertNotIn("o-mail-Message-edited", self.mine.body, "nobody saw another text")
        self.sent()
        self.assertEqual([row["message"] for row in self.phone.ledger()], ["Come at eleven"])
        self.assertNotIn("o-mail-Message-edited", self.mine.body)

    def test_edit_of_scheduled_on_record(self):
        """A scheduled message that is edited in a chatter is not marked as edited, either."""
        date = fields.Datetime.now() + timedelta(days=1)
        customer = self.customer.with_user(self.salesperson)
        customer._message_telegram("Come at ten", scheduled_date=date)
        message = self.queued()[-1]
        message.with_user(self.salesperson).edit("Come at eleven")
        for post in message.mail_message_ids:
            self.assertIn("Come at eleven", post.body)
            self.assertNotIn("o-mail-Message-edited", post.body)

    def facts(self, mail_message):
        return self.store_of(mail_message, self.salesperson)["mail.message"][0]["telegram_message"]

    def test_edit_offered(self):
        """The web client offers to edit a text as long as Telegram allows it, and no file."""
        file = self.env["ir.attachment"].create({"name": "one.txt", "raw": b"one"})
        captioned = self.post("Our offer", attachment_ids=file.ids)
        self.assertTrue(self.facts(self.mine)["can_edit"])
        self.assertFalse(self.facts(captioned)["can_edit"])
        self.sent()
        self.assertTrue(self.facts(self.mine)["can_edit"])
        old = fields.Datetime.now() - timedelta(hours=49)
        self.mine.telegram_message_ids.write({"date": old, "last_attempt_date": old})
        self.assertFalse(self.facts(self.mine)["can_edit"])

    def test_no_empty_paragraph(self):
        """Below a file without a text there is no empty line."""
        message = self.env["telegram.message"].new(
            {
                **{"direction": "outgoing", "type_message": "documentMessage"},
                **{"url_file": "https://example.com/a.pdf", "file_name": "a.pdf"},
            }
        )
        self.assertEqual(len(fromstring(f"<div>{message._get_body()}</div>").findall("p")), 1)
        message.text = "Our prices"
        self.assertIn("Our prices", message._get_body())

    def test_date_of_scheduled(self):
        """The conversation says when a message is sent, until it is due."""
        self.assertFalse(self.facts(self.mine)["scheduled_date"])
        date = fields.Datetime.now() + timedelta(days=1)
        message = self.mine.telegram_message_ids
        message._set_state({"scheduled_date": date})
        self.assertEqual(self.facts(self.mine)["scheduled_date"], fields.Datetime.to_string(date))
        message._set_state({"state": "canceled"})
        self.assertFalse(self.facts(self.mine)["scheduled_date"])

    def test_edit_too_long(self):
        """A text that cannot be sent leaves the message as it was."""
        self.sent()
        with self.assertRaisesRegex(UserError, "the maximum is 4096"):
            self.update("x" * 5000)
        self.assertIn("Come at ten", self.mine.body)

    def test_edit_of_a_failed_one(self):
        """What was never sent cannot be changed at Telegram, and that is said."""
        self.queued()._set_state({"state": "error", "failure_type": "refused"})
        with self.assertRaisesRegex(UserError, "has not been sent"):
            self.update("Come at eleven")

    def test_edit_refused(self):
        """A change that Telegram refuses does not stay on the screen."""
        self.sent()
        self.update("Come at eleven")
        change = self.queued()
        change._set_state({"state": "error", "failure_type": "refused", "failure_reason": "Late"})
        change._notify_change_refused()
        self.assertIn("Come at ten", self.mine.body)

    def test_edit_by_a_stranger(self):
        """Who does not operate the account changes nothing."""
        self.sent()
        self.instance.operator_ids = self.colleague
        with self.assertRaises(AccessError):
            self.update("Come never")

    def test_edit_of_what_the_customer_wrote(self):
        """Nobody puts words into a customer's mouth."""
        hello = self.conversation()[0]
        with self.assertRaisesRegex(UserError, "Only messages type comment"):
            self.channel.with_user(self.salesperson)._message_update_content(hello, body="No")

    def test_delete(self):
        """A deletion reaches the customer, and the message is marked here."""
        self.sent()
        self.update("", attachment_ids=[])
        self.assertIn("Come at ten", self.mine.body, "it is still there at Telegram")
        self.sent()
        self.assertIn("Deleted in Telegram", self.mine.body)
        self.assertNotIn("o-mail-Message-edited", self.mine.body, "it was deleted, not edited")
        [message] = self.phone.messages(CUSTOMER_CHAT)
        self.assertTrue(message["isDeleted"])

    def test_delete_before_it_is_sent(self):
        """What still waits is cancelled, and never goes out."""
        self.update("", attachment_ids=[])
        self.assertTrue(self.mine._filter_empty())
        self.sent()
        self.assertEqual(self.phone.ledger(), [])

    def test_files(self):
        """Files go out with the text as caption of the first, and are one message here."""
        attachments = self.env["ir.attachment"].create(
            [{"name": f"{name}.txt", "raw": name.encode()} for name in ("one", "two")]
        )
        mail_message = self.post("Both offers", attachment_ids=attachments.ids)
        self.sent()
        texts = [row["text"] for row in self.phone.messages(CUSTOMER_CHAT)]
        self.assertEqual(texts, ["Come at ten", "Both offers", ""])
        files = [
            row["data"]["fileMessageData"]["fileName"]
            for row in self.phone.messages(CUSTOMER_CHAT)[1:]
        ]
        self.assertEqual(files, ["one.txt", "two.txt"])
        self.assertEqual(len(mail_message.telegram_message_ids), 2)
        self.assertEqual(len(self.conversation()), 3)

    def remove(self, attachment, user=None):
        """Remove a file as the route of the web client does."""
        message = self.env["mail.message"].search([("attachment_ids", "in", attachment.ids)])[:1]
        attachment.with_user(user or self.salesperson).sudo()._delete_and_notify(message)

    def test_remove_file(self):
        """A file alone is not removed where Telegram needs it or keeps it; the web client says so.

        The route could be called from elsewhere, such as the list of a record's files.
        """
        file = self.env["ir.attachment"].create({"name": "one.txt", "raw": b"one"})
        mail_message = self.post("Our offer", attachment_ids=file.ids)
        with self.assertRaisesRegex(UserError, "has not been sent yet"):
            self.remove(file)
        self.sent()
        with self.assertRaisesRegex(UserError, "would keep it"):
            self.remove(file)
        note = self.env["ir.attachment"].create({"name": "note.txt", "raw": b"note"})
        self.post("For us", attachment_ids=note.ids, subtype_xmlid="mail.mt_note")
        self.remove(note)
        self.assertTrue(file.exists())
        self.assertFalse(note.exists())
        self.update("", message=mail_message, attachment_ids=[])
        self.sent()
        self.remove(file)
        self.assertFalse(file.exists(), "Telegram does not keep it any longer")

    def test_remove_file_of_record(self):
        """On a record, a file that was sent can be removed from Odoo, as the web client says."""
        files = self.env["ir.attachment"].with_user(self.salesperson)
        file = files.create({"name": "one.txt", "raw": b"one"})
        self.customer.with_user(self.salesperson)._message_telegram("Offer", attachments=file)
        with self.assertRaisesRegex(UserError, "has not been sent yet"):
            self.remove(file)
        self.sent()
        self.remove(file)
        self.assertFalse(file.exists())

    def test_long_deleted_text(self):
        """A long text that was deleted is folded; a short one is not."""
        for text, is_folded in (("Short", False), ("word " * 60, True), ("a\n" * 9, True)):
            with self.subTest(text=text):
                mail_message = self.post(text.replace("\n", "<br>"))
                self.sent()
                self.update("", message=mail_message, attachment_ids=[])
                self.sent()
                self.assertIn("Deleted in Telegram", mail_message.body)
                shown = fromstring(mail_message.body).find_class("o-telegram-deleted")
                self.assertIn(
                    text.split()[0], shown[0].text_content(), "it is empty: not in a block"
                )
                self.assertIn("text-decoration-line-through", shown[0].get("class"))
                self.assertEqual(bool(shown[0].get("data-o-mail-quote")), is_folded)
                preview = fromstring(mail_message.body).text_content()
                self.assertIn("Deleted in Telegram " + text.split()[0], preview)

    def test_file_that_is_empty(self):
        """A file that cannot be sent is refused before anything is posted."""
        attachment = self.env["ir.attachment"].create({"name": "empty.txt", "raw": b""})
        with self.assertRaisesRegex(UserError, "is empty"):
            self.post("", attachment_ids=attachment.ids)
        self.assertEqual(len(self.conversation()), 2)

    def test_reply_to_what_waits(self):
        """Nobody can answer what has not arrived yet, and that is said."""
        with self.assertRaisesRegex(UserError, "has not been sent yet"):
            self.post("Yes", parent_id=self.mine.id)

    def test_state_of_several(self):
        """Of several files, the one with trouble is what the message shows."""
        attachments = self.env["ir.attachment"].create(
            [{"name": f"{name}.txt", "raw": name.encode()} for name in ("one", "two")]
        )
        mail_message = self.post("", attachment_ids=attachments.ids)
        first, second = mail_message.telegram_message_ids
        first._set_state({"state": "read"})
        second._set_state({"state": "error", "failure_type": "refused"})
        self.assertEqual(mail_message._telegram_get_state(), "error")
