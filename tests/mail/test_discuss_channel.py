# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import AccessError

from ...models.mail.message_posting import ConversationMessage
from ..common import CUSTOMER_CHAT
from .discuss_case import DiscussCase


class TestConversation(DiscussCase):
    """What comes in stands in Discuss."""

    def test_number_of_queries(self):
        """Opening Discuss reads the chats and customers of all conversations at once, and not those
        of each conversation alone."""
        channels, queries = self.env["discuss.channel"], []
        for number in range(12):
            chat = self.env["telegram.chat"]._get_or_create(self.instance, str(72000000 + number))
            chat.partner_id = self.env["res.partner"].create({"name": f"Customer {number}"})
            channels |= chat._open_channel().sudo()
        for count in (12, 12, 3):  # the first one fills caches of the process
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.store_of(channels[:count], self.salesperson)
            queries.append(self.cr.sql_log_count - before)
        self.assertLessEqual(queries[1] - queries[2], 2, queries)

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
        manager = self.create_user("boss", "manager")
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
        chat = self.env["telegram.chat"].search([("telegram_id", "=", "-500")])
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
                "telegram_id": "79998887755@c.us",
                "phone": "+79998887755",
            }
        )
        phone_channel = phone_chat._open_channel()
        phone_channel._telegram_post([ConversationMessage(phone_channel, {"body": "By phone"})])
        phone_chat._resolve_phone_chat(CUSTOMER_CHAT)
        self.assertFalse(phone_channel.exists())
        self.assertEqual(self.texts(), ["Early", "By phone"])

    def test_moves_with_its_chat(self):
        """The conversation of a chat known by phone goes to the chat that has it from now on."""
        phone_chat = self.env["telegram.chat"].create(
            {
                "name": "By phone",
                "instance_id": self.instance.id,
                "telegram_id": "79998887755@c.us",
                "phone": "+79998887755",
            }
        )
        channel = phone_chat._open_channel()
        other = self.env["telegram.chat"]._get_or_create(self.instance, "777")
        phone_chat._resolve_phone_chat("777")
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
