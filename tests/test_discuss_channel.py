# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import json

from markupsafe import Markup

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.mail.tools.discuss import Store

from ..models.discuss_channel_show import Shown
from .common import CUSTOMER_CHAT, CUSTOMER_PHONE, TelegramCase


class DiscussCase(TelegramCase):
    """A second operator, and short ways to what stands in a conversation."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = new_test_user(
            cls.env, "telegram_colleague", groups="telegram_green_api.group_user"
        )

    def setUp(self):
        super().setUp()
        self.instance.operator_ids = self.salesperson | self.colleague

    @property
    def chat(self):
        return self.env["telegram.chat"].search(
            [("instance_id", "=", self.instance.id), ("chat_id", "=", CUSTOMER_CHAT)]
        )

    @property
    def channel(self):
        return self.chat.channel_id

    def conversation(self, channel=None):
        """The messages of a conversation, the oldest first."""
        channel = channel or self.channel
        domain = [("model", "=", "discuss.channel"), ("res_id", "=", channel.id)]
        return self.env["mail.message"].search(domain, order="id")

    def texts(self, channel=None):
        return [str(message.body.striptags()) for message in self.conversation(channel)]

    def post(self, text, user=None, **values):
        """Write in the conversation as the browser does."""
        channel = self.channel.with_user(user or self.salesperson)
        return channel.sudo().message_post(
            body=Markup(text), message_type="comment", subtype_xmlid="mail.mt_comment", **values
        )

    def queued(self):
        domain = [("instance_id", "=", self.instance.id), ("state", "=", "queued")]
        return self.env["telegram.message"].search(domain, order="id")

    def store_of(self, records, user):
        """What the browser of a user gets of records."""
        return Store().add(records.with_user(user).sudo(False)).get_result()


class TestConversation(DiscussCase):
    """What comes in stands in Discuss."""

    def test_incoming(self):
        """A message of a known customer is posted once, as theirs, for the operators."""
        self.ingest(self.notification("Good day!"))
        self.assertEqual(self.channel.channel_type, "telegram")
        self.assertEqual(self.channel.name, "Vasilisa Ivanova")
        self.assertEqual(
            self.channel.channel_partner_ids, (self.salesperson | self.colleague).partner_id
        )
        [message] = self.conversation()
        self.assertEqual(message.author_id, self.customer)
        self.assertEqual(str(message.body), "<p>Good day!</p>")
        self.assertEqual(message.subtype_id, self.env.ref("mail.mt_comment"))
        shown = self.chat.message_ids.mail_message_ids
        self.assertIn(message, shown)

    def test_incoming_twice(self):
        """A notification that is delivered twice is one message in Discuss."""
        body = self.notification("Good day!")
        self.ingest(body)
        self.ingest({**body, "timestamp": body["timestamp"] + 1})
        self.assertEqual(self.texts(), ["Good day!"])

    def test_unknown_sender(self):
        """Whom Odoo does not know is shown by name, and not with the company's picture."""
        self.customer.unlink()
        self.ingest(self.notification("Who are you?"))
        [message] = self.conversation()
        self.assertFalse(message.author_id)
        self.assertEqual(message.email_from, "Vasilisa")
        self.assertEqual(self.channel.name, "Vasilisa")

    def test_unread(self):
        """A message is unread for every operator, and read for who opens it."""
        self.ingest(
            self.notification("One", idMessage="1"), self.notification("Two", idMessage="2")
        )
        members = self.channel.channel_member_ids
        self.assertEqual(members.mapped("message_unread_counter"), [2, 2])
        mine = members.filtered(lambda member: member.partner_id == self.salesperson.partner_id)
        mine.with_user(self.salesperson)._mark_as_read(self.conversation()[-1].id)
        members.invalidate_recordset()
        self.assertEqual(mine.message_unread_counter, 0)
        self.assertEqual((members - mine).message_unread_counter, 2)

    def test_markup_is_text(self):
        """What a stranger writes is text: it never becomes part of the page."""
        self.ingest(self.notification("<img src=x onerror=alert(1)>"))
        [message] = self.conversation()
        self.assertNotIn("<img", str(message.body))
        self.assertIn("&lt;img", str(message.body))

    def test_quote(self):
        """An answer with a quote points to the message that it quotes."""
        self.ingest(self.notification("First", idMessage="1"))
        quoting = self.notification("Second", idMessage="2")
        quoting["messageData"]["quotedMessage"] = {"stanzaId": "1", "participant": CUSTOMER_CHAT}
        self.ingest(quoting)
        first, second = self.conversation()
        self.assertEqual(second.parent_id, first)

    def test_quote_of_another_time(self):
        """A quote of what Odoo never saw holds up nothing."""
        quoting = self.notification("Second")
        quoting["messageData"]["quotedMessage"] = {"stanzaId": "404", "participant": CUSTOMER_CHAT}
        self.ingest(quoting)
        self.assertEqual(self.texts(), ["Second"])
        self.assertFalse(self.conversation().parent_id)

    def test_no_channel_for_what_goes_out(self):
        """A mailing makes no conversations; the answer to it makes one, with the whole story."""
        self.write_from(self.customer, "News!")
        self.assertFalse(self.env["telegram.chat"].search([]).channel_id)
        self.send_queue()
        self.ingest(self.notification("Great"))
        self.assertEqual(self.texts(), ["News!", "Great"])
        members = self.channel.channel_member_ids
        self.assertEqual(members.mapped("message_unread_counter"), [1, 1], "only the answer")

    def test_written_elsewhere(self):
        """What is written from a record or the phone stands in the conversation, once."""
        self.ingest(self.notification("Hello", idMessage="1"))
        self.write_from(self.customer, "From the record")
        self.assertEqual(self.texts(), ["Hello", "From the record"])
        self.assertEqual(self.conversation()[1].author_id, self.salesperson.partner_id)
        self.send_queue()
        self.receive()
        own = self.notification("From the phone", idMessage="7")
        own["typeWebhook"] = "outgoingMessageReceived"
        self.ingest(own)
        self.assertEqual(self.texts(), ["Hello", "From the record", "From the phone"])
        self.assertEqual(self.conversation()[2].author_id, self.env.company.partner_id)

    def test_mailing(self):
        """A mailing stands in the conversations that there are, once, and makes no new ones."""
        self.ingest(self.notification("Hello", idMessage="1"))
        other = self.env["res.partner"].create({"name": "Other", "phone": "+79998880000"})
        partners = (self.customer | other).with_user(self.salesperson)
        texts = dict.fromkeys(partners.ids, "News!")
        partners._message_telegram_batch(texts, instance=self.instance)
        self.assertEqual(self.texts(), ["Hello", "News!"])
        self.assertEqual(self.conversation()[1].author_id, self.salesperson.partner_id)
        self.assertFalse(other.telegram_chat_ids.channel_id)
        self.send_queue()
        self.receive()
        self.assertEqual(self.texts(), ["Hello", "News!"])

    def test_written_in_discuss(self):
        """What is written in Discuss stands with the contact, too, as the answers do."""
        self.ingest(self.notification("Hello", idMessage="1"))
        self.post("Good day!")
        note = self.customer.message_ids[0]
        self.assertIn("Good day!", note.body)
        self.assertEqual(note.author_id, self.salesperson.partner_id)
        self.assertTrue(note.is_internal or note.subtype_id.internal)

    def test_protected(self):
        """Nobody ties a chat to another conversation by hand."""
        self.ingest(self.notification("Hello", idMessage="1"))
        manager = new_test_user(self.env, "boss", groups="telegram_green_api.group_manager")
        with self.assertRaises(AccessError):
            self.chat.with_user(manager).channel_id = self.env.ref("mail.channel_all_employees")

    def test_names(self):
        """The conversation has the customer's name and company, and follows both."""
        self.ingest(self.notification("Hello"))
        azure = self.env["res.partner"].create({"name": "Azure", "is_company": True})
        self.customer.parent_id = azure
        self.assertEqual(self.channel.name, "Vasilisa Ivanova (Azure)")
        azure.name = "Azure Interior"
        self.assertEqual(self.channel.name, "Vasilisa Ivanova (Azure Interior)")
        self.chat.partner_id = False
        self.assertEqual(self.channel.name, "Vasilisa")

    def test_group(self):
        """In a group each message has its sender's name, and the group its own."""
        body = self.notification("Hi all", idMessage="1")
        body["senderData"].update(chatId="-500", chatType="group", chatName="Buyers")
        other = self.notification("Hi", idMessage="2")
        other["senderData"].update(
            chatId="-500", chatType="group", chatName="Buyers", sender="333", senderName="Ivan"
        )
        self.ingest(self.notification("Known", idMessage="9"))
        self.ingest(body, other)
        chat = self.env["telegram.chat"].search([("chat_id", "=", "-500")])
        self.assertEqual(chat.channel_id.name, "Buyers")
        first, second = self.conversation(chat.channel_id)
        self.assertEqual(first.author_id, self.customer)
        self.assertEqual((second.author_id.id, second.email_from), (False, "Ivan"))

    def test_one_chat_after_all(self):
        """Where two chats turn out to be one, so do their conversations."""
        self.ingest(self.notification("Early", idMessage="1"))
        phone_chat = self.env["telegram.chat"].create(
            {
                "name": "By phone",
                "instance_id": self.instance.id,
                "chat_id": "79998887755@c.us",
                "phone": "+79998887755",
            }
        )
        phone_channel = phone_chat._open_channel()
        phone_channel._telegram_show([Shown(phone_channel, {"body": "By phone"})])
        phone_chat._learn_chat_id(CUSTOMER_CHAT)
        self.assertFalse(phone_channel.exists())
        self.assertEqual(self.texts(), ["Early", "By phone"])

    def test_moves_with_its_chat(self):
        """The conversation of a chat known by phone goes to the chat that has it from now on."""
        phone_chat = self.env["telegram.chat"].create(
            {
                "name": "By phone",
                "instance_id": self.instance.id,
                "chat_id": "79998887755@c.us",
                "phone": "+79998887755",
            }
        )
        channel = phone_chat._open_channel()
        other = self.env["telegram.chat"]._get_or_create(self.instance, "777")
        phone_chat._learn_chat_id("777")
        self.assertEqual(other.channel_id, channel)
        self.assertTrue(channel.exists())

    def test_unlink(self):
        """A chat that is deleted leaves no conversation behind, nor does an instance."""
        self.ingest(self.notification("Hello"))
        channel = self.channel
        self.chat.unlink()
        self.assertFalse(channel.exists())
        self.ingest(self.notification("Again", idMessage="8"))
        channel = self.channel
        self.instance.unlink()
        self.assertFalse(channel.exists())

    def test_idle(self):
        """An old conversation leaves Discuss, and is back with the next message only unread."""
        self.ingest(self.notification("Once", idMessage="1"))
        channel = self.channel
        channel.last_interest_dt = "2020-01-01 00:00:00"
        self.env["telegram.chat"]._gc_idle_channels()
        self.assertFalse(channel.channel_member_ids)
        self.ingest(self.notification("Years later", idMessage="2"))
        self.assertEqual(self.channel, channel)
        self.assertEqual(self.texts(), ["Once", "Years later"])
        channel.invalidate_recordset()
        self.assertEqual(channel.channel_member_ids.mapped("message_unread_counter"), [1, 1])


class TestWriting(DiscussCase):
    """What a member writes in Discuss goes out."""

    def setUp(self):
        super().setUp()
        self.ingest(self.notification("Hello", idMessage="1"))

    def test_write(self):
        """A message reaches the customer once, and its echo does not appear again."""
        mail_message = self.post("Good <b>day</b>!<br>How are you?")
        message = self.queued()
        self.assertEqual(message.text, "Good day!\nHow are you?")
        self.assertIn(mail_message, message.mail_message_ids)
        self.send_queue()
        self.receive()
        self.assertEqual([row["message"] for row in self.phone.ledger()], [message.text])
        self.assertEqual(len(self.conversation()), 2)
        self.assertIn(message.state, ("sent", "delivered", "read"))

    def test_reply(self):
        """A reply quotes the message that it answers."""
        [hello] = self.conversation()
        self.post("Yes?", parent_id=hello.id)
        self.assertEqual(self.queued().quoted_id_message, "1")

    def test_too_long(self):
        """A text that is too long is refused before anything is posted."""
        with self.assertRaisesRegex(UserError, "at most 4096"):
            self.post("x" * 4097)
        self.assertEqual(self.texts(), ["Hello"])

    def test_empty(self):
        """Nothing but spaces is refused, too."""
        with self.assertRaisesRegex(UserError, "empty"):
            self.post("<p><br></p>")
        self.assertFalse(self.queued())

    def test_note_stays_here(self):
        """What Odoo itself notes in the conversation does not go to the customer."""
        self.channel.message_post(body="A note", message_type="notification")
        self.assertFalse(self.queued())

    def test_no_longer_an_operator(self):
        """Who is no operator any more writes nothing, even in a window that is still open."""
        self.instance.operator_ids = self.colleague
        with self.assertRaises(AccessError):
            self.post("Me again")
        self.assertFalse(self.queued())

    def test_chat_is_gone(self):
        """In a conversation without its chat nobody is reached, and that is said."""
        channel = self.channel
        self.chat.channel_id = False
        with self.assertRaisesRegex(UserError, "gone"):
            channel.with_user(self.salesperson).sudo().message_post(
                body="Anybody?", message_type="comment"
            )

    def test_states(self):
        """The browser learns how far a message has come; a failure is among its author's."""
        mail_message = self.post("Hello")
        message = self.queued()
        [shown] = self.store_of(mail_message, self.colleague)["mail.message"]
        self.assertEqual(shown["telegram_state"], "queued")
        self.assertFalse(mail_message.notification_ids)
        message._set_state(
            {"state": "error", "failure_type": "refused", "failure_reason": "Not allowed"}
        )
        [shown] = self.store_of(mail_message, self.colleague)["mail.message"]
        self.assertEqual(shown["telegram_state"], "error")
        notification = mail_message.notification_ids
        self.assertEqual(notification.notification_status, "exception")
        self.assertEqual(notification.author_id, self.salesperson.partner_id)
        message.attempts = 1
        message.with_user(self.salesperson).action_retry()
        self.assertEqual(notification.notification_status, "ready")

    def test_state_is_the_last_word(self):
        """Browsers get the state after the message itself, which was not queued yet by then."""
        self.env.cr.precommit.data.pop("bus.bus.values", None)
        self.post("Hello")
        sent = [json.loads(row["message"]) for row in self.env.cr.precommit.data["bus.bus.values"]]
        states = [
            message["telegram_state"]
            for row in sent
            for message in row["payload"].get("data", row["payload"]).get("mail.message", [])
            if "telegram_state" in message
        ]
        self.assertEqual(states[-1], "queued")

    def test_no_reactions(self):
        """A reaction that the customer would never see is refused in words."""
        with self.assertRaisesRegex(UserError, "cannot send reactions"):
            self.conversation()._message_reaction(
                "👍", "add", self.salesperson.partner_id, self.env["mail.guest"]
            )

    def test_colleague_is_not_rung(self):
        """A colleague's answer to a customer rings nobody."""
        message = self.post("I take care of it")
        self.assertEqual(self.channel._notify_get_recipients(message), [])


class TestMembers(DiscussCase):
    """Who sees a conversation, and whom it rings."""

    def setUp(self):
        super().setUp()
        self.ingest(self.notification("Hello", idMessage="1"))

    def test_operators_follow(self):
        """Members come and go with the operators; what was said before is not new to them."""
        newcomer = new_test_user(self.env, "newcomer", groups="telegram_green_api.group_user")
        self.instance.operator_ids = self.colleague | newcomer
        self.assertEqual(self.channel.channel_partner_ids, (self.colleague | newcomer).partner_id)
        member = self.channel.channel_member_ids.filtered(
            lambda member: member.partner_id == newcomer.partner_id
        )
        self.assertEqual(member.message_unread_counter, 0)

    def test_only_operators(self):
        """Nobody else becomes a member, not even when an operator invites them."""
        stranger = new_test_user(self.env, "stranger", groups="base.group_user")
        with self.assertRaisesRegex(UserError, "Only operators"):
            self.channel.with_user(self.salesperson).add_members(stranger.partner_id.ids)

    def test_rights(self):
        """Operators and the company's administrators see it, and nobody else."""
        user = new_test_user(self.env, "plain", groups="telegram_green_api.group_user")
        manager = new_test_user(self.env, "boss", groups="telegram_green_api.group_manager")
        portal = new_test_user(self.env, "portal", groups="base.group_portal")
        for seeing in (self.salesperson, self.colleague, manager):
            with self.subTest(user=seeing.login):
                self.assertTrue(self.channel.with_user(seeing).has_access("read"))
                self.assertTrue(self.conversation().with_user(seeing).has_access("read"))
                self.store_of(self.channel, seeing)
        for other in (user, portal, self.env.ref("base.public_user")):
            with self.subTest(user=other.login):
                self.assertFalse(self.channel.with_user(other).has_access("read"))
                self.assertFalse(self.conversation().with_user(other).has_access("read"))

    def test_manager_of_another_company(self):
        """An administrator of another company does not see it."""
        company = self.env["res.company"].create({"name": "Other"})
        manager = new_test_user(
            self.env,
            "other_boss",
            groups="telegram_green_api.group_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        self.assertFalse(self.channel.with_user(manager).has_access("read"))
        with self.assertRaises(AccessError):
            self.post("Hi", user=manager)

    def test_manager_does_not_join(self):
        """An administrator who looks in does not become a member by that."""
        manager = new_test_user(self.env, "boss", groups="telegram_green_api.group_manager")
        channel = self.channel.with_user(manager)
        self.assertFalse(channel._find_or_create_member_for_self())
        self.post("From above", user=manager)
        self.assertNotIn(manager.partner_id, self.channel.channel_partner_ids)

    def test_leave(self):
        """Leaving takes the conversation out of the sidebar; the next message brings it back."""
        self.channel.last_interest_dt = "2020-01-01 00:00:00"
        self.channel.channel_member_ids.last_interest_dt = "2020-01-01 00:00:00"
        channel = self.channel.with_user(self.salesperson)
        channel.action_unfollow()
        member = channel.self_member_id
        self.assertTrue(member)
        self.assertFalse(member.is_pinned)
        self.ingest(self.notification("Still there?", idMessage="2"))
        member.invalidate_recordset()
        self.assertTrue(member.is_pinned)

    def test_responsible(self):
        """The salesperson is told first; where they are no operator, all operators are."""
        self.assertFalse(self.chat._get_responsible())
        self.customer.user_id = self.colleague
        self.assertEqual(self.chat._get_responsible(), self.colleague.partner_id)
        [thread] = self.store_of(self.channel, self.salesperson)["discuss.channel"]
        self.assertEqual(thread["telegram_responsible_id"], self.colleague.partner_id.id)
        self.customer.user_id = new_test_user(self.env, "other", groups="base.group_user")
        self.assertFalse(self.chat._get_responsible())

    def test_push(self):
        """Devices of the salesperson are told, those of other operators are not; nothing is sent
        within the transaction."""
        params = self.env["ir.config_parameter"].sudo()
        params.set_param("mail.web_push_vapid_private_key", "private")
        params.set_param("mail.web_push_vapid_public_key", "public")
        for user in (self.salesperson, self.colleague):
            self.env["mail.push.device"].create(
                {
                    "partner_id": user.partner_id.id,
                    "endpoint": f"https://push.invalid/{user.login}",
                    "keys": "{}",
                    "expiration_time": "2099-01-01 00:00:00",
                }
            )
        self.customer.user_id = self.colleague
        self.ingest(self.notification("Ring", idMessage="2"))
        pushes = self.env["mail.push"].search([])
        self.assertEqual(pushes.mail_push_device_id.partner_id, self.colleague.partner_id)
        self.assertIn("Vasilisa Ivanova", pushes.payload)

    def test_open(self):
        """The buttons on chat and contact open the conversation, also when there was none."""
        self.chat.with_user(self.salesperson).action_open_in_discuss()
        action = self.customer.with_user(self.salesperson).action_open_telegram()
        self.assertEqual(action["context"]["active_id"], f"discuss.channel_{self.channel.id}")
        chat = self.env["telegram.chat"]._get_or_create(self.instance, "888")
        action = chat.with_user(self.colleague).action_open_in_discuss()
        self.assertEqual(action["context"]["active_id"], f"discuss.channel_{chat.channel_id.id}")
        self.assertEqual(
            chat.channel_id.channel_partner_ids, (self.salesperson | self.colleague).partner_id
        )
        stranger = new_test_user(self.env, "plain", groups="telegram_green_api.group_user")
        with self.assertRaises(AccessError):
            chat.with_user(stranger).action_open_in_discuss()
        with self.assertRaisesRegex(UserError, "no Telegram chat"):
            self.customer.with_user(stranger).action_open_telegram()

    def test_phone_is_no_secret_author(self):
        """The number that belongs to two contacts makes neither of them the author."""
        self.env["res.partner"].create({"name": "Second", "phone": CUSTOMER_PHONE})
        self.chat.unlink()
        self.ingest(self.notification("Which one?", idMessage="5"))
        self.assertFalse(self.conversation().author_id)
