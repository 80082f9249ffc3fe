# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..common import CUSTOMER_CHAT
from .test_composer import ComposerCase


@tagged("post_install", "-at_install")
class TestMessageActions(ComposerCase):
    """The buttons of a message: send now, reply, forward, edit, delete."""

    def sent(self, text="Hello"):
        """Write to the customer, and let it be sent; as the salesperson sees it."""
        message = self.write_from(self.customer, text)
        self.send_queue()
        self.receive()
        return message.with_user(self.salesperson)

    def form(self, action):
        """Open the dialog of an action as the salesperson."""
        model = self.env[action["res_model"]].with_user(self.salesperson)
        return Form(model.with_context(**action["context"]))

    def test_send_now(self):
        """What was to be sent later goes out at once; the others are left alone."""
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        self.make(self.customer, body="Later", scheduled_date=tomorrow).action_send()
        message = self.queued().with_user(self.salesperson)
        notification = message.sudo().mail_message_ids.notification_ids
        self.assertIn("Scheduled for", notification.telegram_waiting_reason)
        message.action_send_now()
        self.send_queue()
        self.assertEqual(message.state, "sent")
        self.assertFalse(notification.telegram_waiting_reason)
        with self.assertRaisesRegex(UserError, "in state “Sent”"):
            message.action_send_now()

    def test_reply(self):
        """The answer quotes the message, and goes out from the record that it is about."""
        message = self.ingest(self.notification("When do you open?")).message_id
        form = self.form(message.with_user(self.salesperson).action_reply())
        self.assertEqual(form.quoted_message_id, message)
        form.body = "At nine"
        form.save().action_send()
        self.assertEqual(self.queued().quoted_id_message, message.id_message)
        self.assertEqual(self.queued()._get_record(), self.customer)

    def test_reply_without_contact(self):
        """A chat that nobody is linked to is answered in its conversation."""
        notification = self.notification("Hello?")
        notification["senderData"].update({"chatId": "-1000", "chatType": "supergroup"})
        message = self.ingest(notification).message_id.with_user(self.salesperson)
        self.assertEqual(message.action_reply()["tag"], "mail.action_discuss")

    def test_edit(self):
        """The new text reaches Telegram and the chatter, whose sign says that it was changed."""
        message = self.sent("Helo")
        self.assertTrue(message.can_edit)
        form = self.form(message.action_edit())
        self.assertEqual(form.text, "Helo")
        form.text = "Hello"
        self.assertFalse(message.is_being_changed)
        form.save().action_save()
        self.assertTrue(message.is_being_changed, "its form reloads until the change is made")
        self.send_queue()
        self.assertEqual((message.text, message.is_edited), ("Hello", True))
        self.assertFalse(message.is_being_changed)
        notification = message.sudo().mail_message_ids.notification_ids.filtered(
            lambda shown: shown.telegram_message_id == message
        )
        self.assertTrue(notification.telegram_is_edited)

    def test_delete(self):
        """The message is deleted in Telegram, and then can be neither changed nor forwarded."""
        message = self.sent()
        self.assertTrue(message.can_delete)
        message.action_delete()
        self.send_queue()
        self.assertTrue(message.is_deleted)
        self.assertFalse(message.can_delete or message.can_edit or message.can_forward)

    def test_what_cannot_be_changed(self):
        """The buttons are there only for what Telegram lets be changed."""
        incoming = self.ingest(self.notification("Hello")).message_id
        self.assertFalse(incoming.can_edit or incoming.can_delete)
        self.assertTrue(incoming.can_forward)
        failed = self.sent()
        self.assertTrue(failed.can_forward)
        failed.sudo()._set_state({"state": "error", "failure_type": "no_account"})
        self.assertFalse(failed.can_forward, "Telegram has accepted it, but it is in no chat")
        with self.assertRaisesRegex(UserError, "your own account"):
            incoming.with_user(self.salesperson).edit("Mine")
        old = self.sent()
        old.sudo().last_attempt_date = fields.Datetime.now() - timedelta(hours=49)
        self.assertFalse(old.can_edit)
        self.assertTrue(old.can_delete)
        with self.assertRaisesRegex(UserError, "48 hours"):
            old.edit("Too late")

    def test_votes(self):
        """A customer's vote had the buttons Reply and Forward; Telegram knows no such message."""
        poll = self.instance.send_poll(CUSTOMER_CHAT, "When?", ["Now", "Later"])
        self.send_queue()
        votes = [{"optionName": "Now", "optionVoters": [CUSTOMER_CHAT]}]
        data = {"stanzaId": poll.id_message, "name": "When?", "votes": votes}
        update = {"typeMessage": "pollUpdateMessage", "pollMessageData": data}
        vote = self.ingest(self.notification(messageData=update)).message_id
        self.assertEqual(vote.type_message, "pollUpdateMessage")
        self.assertFalse(vote.can_forward)
        with self.assertRaisesRegex(UserError, "cannot be forwarded"):
            self.instance.forward_messages("10000002", vote)

    def test_forward_of_refused(self):
        """A program could queue a forward that the button does not offer, and Telegram refuses."""
        failed = self.sent()
        failed.sudo()._set_state({"state": "error", "failure_type": "no_account"})
        with self.assertRaisesRegex(UserError, "cannot be forwarded"):
            self.instance.forward_messages("10000002", failed)

    def test_group_that_was_left(self):
        """The buttons Edit and Delete stayed after the account had left, and then only failed."""
        message = self.sent()
        message.sudo().chat_id.left_date = fields.Datetime.now()
        self.assertFalse(message.can_edit or message.can_delete)
        self.assertTrue(message.can_forward)

    def test_forward(self):
        """Messages are forwarded to chats and contacts of the same account, in their order."""
        first, second = self.sent("First"), self.sent("Second")
        other = self.env["res.partner"].create({"name": "Other", "phone": "+79995554433"})
        group = self.env["telegram.chat"]._get_or_create(self.instance, "-1000")
        form = self.form((second | first).action_forward())
        self.assertEqual(form.instance_id, self.instance)
        form.chat_ids.add(group)
        form.partner_ids.add(other)
        before = self.queued()
        action = form.save().action_forward()
        forwarded = self.queued() - before
        self.assertEqual(sorted(action["params"]["message_ids"]), forwarded.ids)
        for chat in forwarded.chat_id:
            texts = forwarded.filtered(lambda m, c=chat: m.chat_id == c).mapped("text")
            self.assertEqual(texts, ["First", "Second"])
        self.assertEqual(len(forwarded.chat_id), 2)
        self.send_queue()
        self.assertTrue(all(message.is_forwarded for message in forwarded))
        self.assertEqual(set(forwarded.mapped("state")), {"sent"})

    def test_forward_to_one_person_twice(self):
        """A person who is chosen as two contacts, or as chat and contact, gets it once."""
        message = self.sent()
        chat = message.sudo().chat_id
        chat.telegram_id = CUSTOMER_CHAT
        twin = self.env["res.partner"].create({"name": "Vasya", "phone": chat.phone})
        for chosen in (
            {"partner_ids": self.customer | twin},
            {"partner_ids": twin, "chat_ids": chat},
        ):
            with self.subTest(list(chosen)):
                values = {name: [Command.set(records.ids)] for name, records in chosen.items()}
                wizard = self.env["telegram.forward"].with_user(self.salesperson)
                values["message_ids"] = [Command.set(message.ids)]
                wizard, before = wizard.create(values), self.queued()
                self.assertIn("Vasya: Already in the list: the same chat", wizard.warning)
                wizard.action_forward()
                self.assertEqual((self.queued() - before).chat_id, chat)

    def test_forward_to_nobody(self):
        """A forward needs somebody to go to, who can be reached."""
        message = self.sent()
        form = self.form(message.action_forward())
        with self.assertRaisesRegex(UserError, "Choose a chat"):
            form.save().action_forward()
        silent = self.env["res.partner"].create({"name": "No phone"})
        form.partner_ids.add(silent)
        self.assertIn("No phone: Neither a Telegram chat", form.warning)
        with self.assertRaisesRegex(UserError, "Neither a Telegram chat"):
            form.save().action_forward()

    def test_forward_of_two_accounts(self):
        """Messages of two accounts cannot be forwarded together: neither has both."""
        message = self.sent()
        other = self._create_instance(self._create_phone(), name="Other")
        chat = self.env["telegram.chat"]._get_or_create(other, CUSTOMER_CHAT)
        foreign = message.sudo().copy(
            {"chat_id": chat.id, "instance_id": other.id, "state": "sent", "id_message": "1"}
        )
        wizard = self.env["telegram.forward"].with_user(self.salesperson)
        wizard = wizard.create({"message_ids": [(6, 0, (message | foreign).ids)]})
        wizard.chat_ids = message.chat_id
        with self.assertRaisesRegex(UserError, "another Telegram account"):
            wizard.action_forward()

    def test_only_operators(self):
        """Who does not operate the account neither reads nor changes its messages."""
        message = self.sent()
        self.instance.operator_ids -= self.salesperson
        with self.assertRaises(AccessError):
            message.action_delete()
        with self.assertRaises(AccessError):
            message.edit("Mine")

    def test_details(self):
        """Each kind shows what it holds: a place on the map, a file, a poll's options."""
        file = self.attach(res_model="res.partner", res_id=self.customer.id)
        chats = self.instance.with_user(self.salesperson)
        place = chats.send_location(CUSTOMER_CHAT, 1.5, 2.5)
        self.assertIn("mlat=1.5&mlon=2.5", place.map_url)
        poll = chats.send_poll(CUSTOMER_CHAT, "When?", ["Today", "Tomorrow"])
        self.assertEqual(poll.details, "Today\nTomorrow")
        self.assertIn(f"/web/content/{file.id}", chats.send_file(CUSTOMER_CHAT, file).file_url)
        url = "https://example.com/a.pdf"
        self.assertEqual(chats.send_file_by_url(CUSTOMER_CHAT, url).file_url, url)
