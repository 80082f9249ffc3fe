# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import json
from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import email_normalize

from odoo.addons.mail.tests.common import MockEmail

from ..common import CUSTOMER_CHAT, TelegramCase


@tagged("post_install", "-at_install")
class TestMailThread(MockEmail, TelegramCase):
    """Writing from a record, and the answer that comes back to it."""

    def outgoing_notification(self, mail_message):
        return mail_message.notification_ids.filtered(lambda n: n.notification_type == "telegram")

    # --- Out -----------------------------------------------------------------------------

    def test_chatter_follows_the_message(self):
        """The message stands in the chatter at once, and its state rises up to "read"."""
        message = self.write_from(self.customer, "Your order is ready")
        mail_message = message.mail_message_ids
        notification = self.outgoing_notification(mail_message)
        self.assertEqual(mail_message.author_id, self.salesperson.partner_id)
        self.assertEqual(notification.res_partner_id, self.customer)
        states = [notification.telegram_state]
        self.send_queue()
        states.append(notification.telegram_state)
        self.receive()
        states.append(notification.telegram_state)
        self.phone.read(CUSTOMER_CHAT)
        self.receive()
        states.append(notification.telegram_state)
        self.assertEqual(states, ["queued", "sent", "delivered", "read"])
        self.assertEqual(notification.notification_status, "sent")

    def test_state_in_the_web_client(self):
        """A mass message sent its whole text once more to its author's browser with each change."""
        self.write_from(self.customer, "Hello")
        [(channel, told)] = self.get_told(self.send_queue)
        self.assertIn(str(self.salesperson.partner_id.id), channel)
        self.assertNotIn("mail.message", told)
        self.assertEqual(told["mail.notification"][0]["telegram_state"], "sent")
        self.write_from(self.customer, "Bye")
        self.phone.fault("sendMessage", "status", status=400)
        [(channel, told)] = self.get_told(self.send_queue)
        self.assertIn("Bye", told["mail.message"][0]["body"][1], "the menu shows what failed")
        self.assertEqual(told["mail.notification"][0]["telegram_state"], "error")

    def test_times_in_the_web_client(self):
        """The author read at what time Odoo goes on in the time zone of the scheduled action."""
        self.salesperson.tz = "Asia/Tokyo"
        message = self.write_from(self.customer, "Hello")
        self.phone.fault("sendMessage", "status", status=429)
        [(_channel, told)] = self.get_told(self.send_queue)
        reason = told["mail.notification"][0]["telegram_waiting_reason"]
        author = message.with_user(self.salesperson).with_context(tz="Asia/Tokyo", lang="en_US")
        self.assertEqual(reason, author.waiting_reason)
        self.assertNotEqual(reason, message.with_context(tz="UTC").with_user(1).waiting_reason)

    def get_told(self, action):
        """Return the states that an action sends to web clients, each with its channel."""
        last = self.env["bus.bus"].search([], order="id desc", limit=1).id or 0
        action()
        self.env.cr.precommit.run()
        rows = self.env["bus.bus"].search([("id", ">", last)])
        sent = [(row.channel, json.loads(row.message)["payload"]) for row in rows]
        return [(channel, payload) for channel, payload in sent if "mail.notification" in payload]

    def test_nobody_gets_an_email(self):
        """Neither the customer nor an outside follower gets by e-mail what went by Telegram."""
        follower = self.env["res.partner"].create({"name": "Outside", "email": "out@example.com"})
        self.customer.email = "vasilisa@example.com"
        self.customer.message_subscribe((self.customer | follower).ids)
        message = self.write_from(self.customer, "By Telegram only")
        self.ingest(self.notification("An answer"))
        mails = self.env["mail.mail"].search(
            [("mail_message_id", "in", self.customer.message_ids.ids)]
        )
        self.assertFalse(mails)
        self.assertEqual(message.mail_message_ids.notification_ids.res_partner_id, self.customer)

    def test_text_is_no_markup(self):
        """What a person types is text: it reaches Telegram as typed, the chatter escaped."""
        message = self.write_from(self.customer, "1 < 2 & <b>3</b>\nhttps://example.com")
        self.assertEqual(message.text, "1 < 2 & <b>3</b>\nhttps://example.com")
        self.assertIn("1 &lt; 2 &amp; &lt;b&gt;3&lt;/b&gt;<br", message.mail_message_ids.body)
        self.assertIn('href="https://example.com"', message.mail_message_ids.body)

    def test_phone_is_read_with_the_country(self):
        """A national number is completed by the contact's country before it is sent."""
        german = self.env["res.partner"].create(
            {"name": "Anna", "phone": "0151 23456789", "country_id": self.env.ref("base.de").id}
        )
        message = self.write_from(german, "Hallo")
        self.assertEqual(message.chat_id.telegram_id, "4915123456789@c.us")

    def test_linked_chat_wins_over_the_phone(self):
        """A contact with a chat is written to there, whatever its phone says by now."""
        chat = self.env["telegram.chat"]._get_or_create(self.instance, "10000001")
        chat.partner_id = self.customer
        message = self.write_from(self.customer, "Hello")
        self.assertEqual(message.chat_id, chat)

    def test_number_that_changed_hands(self):
        """A new contact is not written to in the chat of the number's former owner."""
        former = self.env["telegram.chat"]._get_or_create(
            self.instance, "10000005", phone="+79998887766"
        )
        former.partner_id = self.env["res.partner"].create({"name": "Former owner"})
        message = self.write_from(self.customer, "For the new owner")
        self.assertEqual(message.chat_id.telegram_id, "79998887766@c.us")

    def test_refused_before_queueing(self):
        """Whoever cannot be reached, and a text that cannot be sent, leave nothing behind."""
        nobody = self.env["res.partner"].create({"name": "No phone"})
        odd = self.env["res.partner"].create({"name": "Odd phone", "phone": "ring twice"})
        for partner, text, words in (
            (nobody, "Hello", "Neither a Telegram chat nor a phone"),
            (odd, "Hello", "ring twice"),
            (self.customer, "  \n ", "empty"),
            (self.customer, "x" * 4097, "4097"),
        ):
            with self.subTest(words), self.assertRaisesRegex(UserError, words):
                self.write_from(partner, text)
        self.assertFalse(
            self.env["telegram.message"].search([("instance_id", "=", self.instance.id)])
        )

    def test_longest_text(self):
        """4096 characters are allowed, and arrive."""
        self.write_from(self.customer, "x" * 4096)
        self.send_queue()
        self.assertEqual(len(self.phone.ledger()[0]["message"]), 4096)

    def test_record_without_contact(self):
        """A record that has no contact says so instead of writing to nobody."""
        with self.assertRaisesRegex(UserError, "no contact"):
            self.instance._message_telegram("Hello")

    def test_only_operators_write(self):
        """A colleague who does not operate the account cannot write by it."""
        outsider = self.create_user("telegram_outsider", "user")
        with self.assertRaises(AccessError):
            self.customer.with_user(outsider)._message_telegram("Hi", instance=self.instance)
        with self.assertRaises(AccessError):
            self.instance.with_user(outsider).send_text(CUSTOMER_CHAT, "Hi")

    # --- In ------------------------------------------------------------------------------

    def test_answer_on_the_partner(self):
        """The customer's answer stands on the contact, written by the contact."""
        self.ingest(self.notification("When do you open?"))
        answer = self.customer.message_ids[0]
        self.assertEqual(answer.author_id, self.customer)
        self.assertIn("When do you open?", answer.body)
        self.assertEqual(answer.message_type, "telegram")

    def test_answer_goes_to_the_quoted_record(self):
        """A quote decides: the answer goes to the record of the quoted message."""
        other = self.env["res.partner"].create({"name": "Order 2"})
        quoted = self.write_from(self.customer, "About this")
        self.send_queue()
        later = self.env["telegram.message"]._queue(quoted.chat_id, {"text": "Other"}, record=other)
        self.send_queue()
        self.assertEqual(later.state, "sent")
        notification = self.notification("Yes")
        notification["messageData"]["quotedMessage"] = {"stanzaId": quoted.id_message}
        event = self.ingest(notification)
        self.assertEqual(event.message_id._get_record(), self.customer)
        self.assertFalse(other.message_ids.filtered(lambda m: m.message_type == "telegram"))

    def test_unquoted_answer_goes_to_the_last_record(self):
        """Without a quote the answer goes to the contact and to what was last written about."""
        other = self.env["res.partner"].create({"name": "Order 2"})
        chat = self.env["telegram.chat"]._get_or_create_for_partner(self.instance, self.customer)
        self.env["telegram.message"]._queue(chat, {"text": "About the order"}, record=other)
        self.send_queue()
        self.receive()
        self.phone.write(CUSTOMER_CHAT, "Fine, thanks")
        self.receive()
        for record in (self.customer, other):
            self.assertIn("Fine, thanks", record.message_ids[0].body)

    def test_answer_of_somebody_unknown_has_a_name(self):
        """An answer in a group stands on the record with the name of who wrote it."""
        other = self.env["res.partner"].create({"name": "Order 2"})
        group = self.env["telegram.chat"]._get_or_create(self.instance, "-1000")
        self.env["telegram.message"]._queue(group, {"text": "About the order"}, record=other)
        self.send_queue()
        notification = self.notification("Fine")
        notification["senderData"].update({"chatId": "-1000", "chatType": "supergroup"})
        self.ingest(notification)
        answer = other.message_ids[0]
        self.assertIn("Fine", answer.body)
        self.assertFalse(answer.author_id, "nobody that Odoo knows, and not the company")
        self.assertIn("Vasilisa", answer.email_from)

    def test_messages_have_a_sender(self):
        """A message of a customer without address would have none, where no default is set."""
        self.env.company.email = self.env.company.alias_domain_id = False
        self.env["ir.config_parameter"].sudo().set_param("mail.default.from", False)
        colleague = self.create_user(
            "telegram_follower", "employee", email="follower@example.com", notification_type="email"
        )
        self.customer.message_subscribe(colleague.partner_id.ids)
        for name in ("Vasilisa", "Vasi\nlisa"):
            for email, expected in ((False, "follower@example.com"), ("co@example.com",) * 2):
                with self.subTest(name=name, email=email):
                    self.customer.name, self.env.company.email = name, email
                    self.count = getattr(self, "count", 100) + 1
                    with self.mock_mail_gateway():
                        self.ingest(self.notification(idMessage=str(self.count)))
                    message = self.customer.message_ids[0]
                    self.assertEqual(message.author_id, self.customer)
                    self.assertEqual(email_normalize(message.email_from), expected)
                    self.assertNotIn("\n", message.email_from)
                    self.assertFalse(self._mails, "chat messages are no e-mails")

    def test_emails_have_a_sender(self):
        """The e-mail about what a customer without address wrote goes out with no default sender:
        the company's address or the recipient's own stands in."""
        self.env.company.alias_domain_id = False
        self.env["ir.config_parameter"].sudo().set_param("mail.default.from", False)
        self.salesperson.write({"email": "sales@example.com", "telegram_email_delay": 1})
        self.customer.email = False
        for email, expected in ((False, "sales@example.com"), ("co@example.com",) * 2):
            with self.subTest(company=email):
                self.env.company.email = email
                self.ingest(self.notification("Vasi\nlisa", idMessage=str(len(expected))))
                self.cr.execute(
                    "UPDATE mail_message SET create_date = create_date - interval '2 minutes'"
                )
                self.env.invalidate_all()
                with self.mock_mail_gateway():
                    self.salesperson._email_unread()
                    self._new_mails.send()
                [email] = self._mails
                self.assertEqual(email_normalize(email["email_from"]), expected)
                self.assertEqual(self._new_mails.state, "sent")

    def test_one_inbox_entry(self):
        """Who follows both the contact and the answered record has the answer once in the inbox."""
        other = self.env["res.partner"].create({"name": "Order 2"})
        follower = self.create_user("telegram_inbox", "employee")
        only_contact = self.create_user("telegram_inbox_2", "employee")
        (follower | only_contact).notification_type = "inbox"
        (self.customer | other).message_subscribe(follower.partner_id.ids)
        self.customer.message_subscribe(only_contact.partner_id.ids)
        chat = self.env["telegram.chat"]._get_or_create_for_partner(self.instance, self.customer)
        self.env["telegram.message"]._queue(chat, {"text": "Hello"}, record=other)
        self.send_queue()
        self.ingest(self.notification("An answer"))
        inbox = self.env["mail.notification"].search([("notification_type", "=", "inbox")])
        self.assertEqual(inbox.mail_message_id.mapped("res_id").count(other.id), 1)
        self.assertEqual(
            inbox.filtered(lambda n: n.res_partner_id == follower.partner_id).mail_message_id,
            other.message_ids.filtered(lambda m: "An answer" in m.body),
        )
        self.assertEqual(
            inbox.filtered(lambda n: n.res_partner_id == only_contact.partner_id).mail_message_id,
            self.customer.message_ids.filtered(lambda m: "An answer" in m.body),
        )

    def test_cancelled_message_was_never_about_anything(self):
        """An answer does not go to a record whose message was taken back before it went out."""
        other = self.env["res.partner"].create({"name": "Order 2"})
        chat = self.env["telegram.chat"]._get_or_create_for_partner(self.instance, self.customer)
        self.env["telegram.message"]._queue(chat, {"text": "Oops"}, record=other).action_cancel()
        event = self.ingest(self.notification("Hello"))
        self.assertFalse(event.message_id.res_id)

    def test_old_record_is_forgotten(self):
        """After the instance's number of days an answer stays on the contact only."""
        other = self.env["res.partner"].create({"name": "Order 2"})
        chat = self.env["telegram.chat"]._get_or_create_for_partner(self.instance, self.customer)
        old = self.env["telegram.message"]._queue(chat, {"text": "Long ago"}, record=other)
        old.write({"date": old.date - timedelta(days=8), "state": "read"})
        event = self.ingest(self.notification("Hello again"))
        self.assertFalse(event.message_id.res_id)

    # --- Who is it? ----------------------------------------------------------------------

    def test_unknown_sender_is_no_partner(self):
        """A stranger makes a chat with name and phone, not a contact."""
        partners = self.env["res.partner"].search_count([])
        notification = self.notification("Hello?")
        notification["senderData"].update(
            {"chatId": "20000002", "sender": "20000002", "senderPhoneNumber": 79995554433}
        )
        event = self.ingest(notification)
        chat = event.message_id.chat_id
        self.assertEqual((chat.name, chat.phone), ("Vasilisa", "+79995554433"))
        self.assertFalse(chat.partner_id)
        self.assertEqual(self.env["res.partner"].search_count([]), partners)

    def test_two_partners_with_one_phone(self):
        """A phone that fits two contacts links neither: a person has to choose."""
        self.customer.copy({"phone": self.customer.phone})
        event = self.ingest(self.notification("Which one am I?"))
        self.assertFalse(event.message_id.chat_id.partner_id)

    def test_group_is_not_linked_by_its_members_phone(self):
        """In a group the sender's phone says nothing about the group."""
        notification = self.notification("Hi all")
        notification["senderData"].update({"chatId": "-1000", "chatType": "supergroup"})
        event = self.ingest(notification)
        chat = event.message_id.chat_id
        self.assertEqual((chat.chat_type, chat.phone), ("supergroup", False))
        self.assertFalse(chat.partner_id)
        self.assertFalse(event.message_id.author_id)
