# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
# pylint: disable=translation-required  # what users write

import json
import zipfile
from io import BytesIO

from odoo.exceptions import UserError
from odoo.tests import tagged

from ...models.contacts.opt_out import STOP_WORDS, normalize, read_words
from ..common import CUSTOMER_CHAT, CUSTOMER_PHONE
from ..team.test_inbox import InboxCase


class OptOutCase(InboxCase):
    """A customer who answers, and mailings."""

    def answer(self, text, seconds=0, **values):
        """Let the customer write, and return the chat."""
        return self.write_in(seconds, text, **values)

    def get_sent(self, chat):
        """Return the texts that the account has written in a chat, oldest first."""
        sent = chat.message_ids.filtered(lambda message: message.direction == "outgoing")
        return sent.sorted("id").mapped("text")

    def compose(self, partners, user=None, **values):
        """Prepare a mailing to contacts."""
        composer = self.env["telegram.composer"].with_user(user or self.salesperson)
        return composer.create(
            {
                "res_model": "res.partner",
                "res_ids": repr(partners.ids),
                "instance_id": self.instance.id,
                "body": "Sale",
                **values,
            }
        )

    def get_reasons(self, partners, **values):
        """Return why contacts are left out of a mailing, by contact."""
        _recipients, left_out = self.compose(partners, **values)._split_recipients()
        return {each.partner: each.reason for each in left_out}


@tagged("post_install", "-at_install")
class TestOptOut(OptOutCase):
    """Who answers STOP gets no mailings any more, from no account and by no way."""

    def test_only_word(self):
        """A word counts in any case, with punctuation and blanks, but only when it is alone."""
        chat = self.answer("I asked you to stop the delivery")
        self.assertFalse(chat.opted_out)
        for number, text in enumerate(
            ("Stop", " «Стоп!» ", "от-пи-саться.", "Désabonner", "/stop")
        ):
            with self.subTest(text):
                chat = self.answer(text, 2 * number + 1)
                self.assertTrue(chat.opted_out)
                self.assertFalse(self.answer("подписаться", 2 * number + 2).opted_out)

    def test_odd_spellings(self):
        """A word that is repeated, or written with Latin letters, would be taken for a question."""
        chat = self.answer("Hello")
        stop = ("СТОП СТОП!", "CTOП", "stop, Unsubscribe!", "STOP\u200b", "Ｓｔｏｐ", "⛔ стоп ⛔")
        for text in (*stop, "не  пишите"):
            self.assertEqual(chat._read_mailing_wish("textMessage", text), "stop", text)
        for text in ("стоп старт", "не стоп", "stop it please", "пишите", "…", "⛔"):
            self.assertIsNone(chat._read_mailing_wish("textMessage", text), text)
        words = read_words(STOP_WORDS)
        for text in ("не пишите мне", "Opt-out", "Отписаться от рассылки", "отпиши меня"):
            self.assertIn(normalize(text), words)

    def test_confirmed_once(self):
        """They are told once, in their language, and a repeated word gets no second answer."""
        self.env["res.lang"]._activate_lang("ru_RU")
        chat = self.answer("STOP")
        self.assertEqual(len(self.get_sent(chat)), 1)
        self.assertIn("START", self.get_sent(chat)[0])
        self.answer("STOP", 1)
        self.answer("Stop!!!", 2)
        self.assertEqual(len(self.get_sent(chat)), 1)
        self.answer("START", 3)
        self.assertEqual(len(self.get_sent(chat)), 2)
        self.answer("START", 4)
        self.assertEqual(len(self.get_sent(chat)), 2)

    def test_confirmed_at_night(self):
        """They wait for no morning: they have just written."""
        self.instance.write({"has_quiet_hours": True, "quiet_from": 0, "quiet_until": 23.98})
        chat = self.answer("STOP")
        message = chat.message_ids.filtered(lambda each: each.direction == "outgoing")
        self.assertFalse(message.scheduled_date)

    def test_start_without_stop(self):
        """“Start” as an answer to a seller gets no letter about mailings."""
        chat = self.answer("Start")
        self.assertFalse(self.get_sent(chat))
        self.assertFalse(chat.opted_out)

    def test_everywhere(self):
        """Another account, the phone number and the username of the same person count, too."""
        other_phone = self._create_phone()
        other = self._create_instance(other_phone)
        chats = self.env["telegram.chat"]
        by_other_account = chats._get_or_create(other, CUSTOMER_CHAT, name="Vasilisa")
        by_phone = chats._get_or_create(other, "79998887766@c.us")
        namesake = chats._get_or_create(other, "10000077", name="V")
        (by_other_account | namesake).username = "@vasilisa"
        chat = self.answer("STOP")
        self.assertEqual(chat.partner_id, self.customer)
        for twin in (by_other_account, by_phone, namesake):
            self.assertTrue(twin.opted_out, twin.telegram_id)
        self.assertTrue(self.customer.telegram_opted_out)
        self.assertTrue(self.customer.phone_sanitized_blacklisted)
        self.assertEqual(
            self.get_reasons(self.customer, instance_id=other.id), {self.customer: "opted_out"}
        )
        with self.subTest("a chat that is found later"):
            friend = self.env["res.partner"].create({"name": "Also Vasilisa"})
            third = self._create_instance(self._create_phone())
            late = chats._get_or_create(third, CUSTOMER_CHAT, name="V")
            late.partner_id = friend
            self.assertEqual(self.get_reasons(friend, instance_id=third.id), {friend: "opted_out"})
        self.answer("START", 5)
        for twin in (chat, by_other_account, by_phone, namesake):
            self.assertFalse(twin.opted_out, twin.telegram_id)
        self.assertFalse(self.customer.phone_sanitized_blacklisted)
        self.assertFalse(self.get_reasons(self.customer))

    def test_blacklist_is_the_same(self):
        """A number that is removed from Odoo's blacklist may be written to again, and back."""
        chat = self.answer("STOP")
        blacklist = self.env["phone.blacklist"]
        blacklist._remove([CUSTOMER_PHONE])
        self.assertFalse(chat.opted_out)
        record = blacklist._add([CUSTOMER_PHONE])
        self.assertTrue(chat.opted_out)
        record.unlink()
        self.assertFalse(chat.opted_out)

    def test_marked_by_a_user(self):
        """The switch on the chat does the same as the customer's answer, without a letter."""
        manager = self.create_user("opt_out_manager", "manager")
        chat = self.answer("Hello")
        chat.with_user(manager).opted_out = True
        self.assertTrue(self.customer.phone_sanitized_blacklisted)
        self.assertIn("Wants no mailings", self.customer.message_ids[0].body)
        self.assertFalse(self.get_sent(chat))

    def test_noted(self):
        """The contact's chatter says that they want no mailings, and why."""
        self.customer.telegram_consent = True
        self.answer("STOP")
        self.assertTrue(
            any(
                "Wants no mailings" in (body or "")
                for body in self.customer.message_ids.mapped("body")
            )
        )
        self.assertFalse(self.customer.telegram_consent)
        self.assertEqual(self.customer.telegram_consent_source, "Answered “STOP” in Telegram")

    def test_late_word(self):
        """A STOP that arrives after a later START, such as after an outage, is over."""
        self.answer("STOP", 0)
        self.answer("START", 20)
        chat = self.answer("СТОП", 10)
        self.assertFalse(chat.opted_out)

    def test_edited_word(self):
        """A person who corrects a message to STOP would go on to get mailings."""
        chat = self.answer("What is this", 0)
        self.edit("СТОП", 1)
        self.assertTrue(chat.opted_out)
        self.assertEqual(len(self.get_sent(chat)), 1)
        self.edit("START", 3)
        self.assertFalse(chat.opted_out)
        with self.subTest("an edit that arrives late"):
            self.edit("STOP", 2)
            self.assertFalse(chat.opted_out)

    def edit(self, text, seconds):
        """Let the customer edit the first message."""
        body = self.prepare(seconds)
        edited = {"textMessage": text, "stanzaId": self.prepare(0)["idMessage"]}
        body["messageData"] = {"typeMessage": "editedMessage", "editedMessageData": edited}
        self.ingest(body)

    def test_edited_caption(self):
        """A picture with such a caption says more than the word, also after an edit."""
        chat = self.answer("Look", 0)
        chat.message_ids.type_message = "imageMessage"
        self.edit("STOP", 1)
        self.assertFalse(chat.opted_out)

    def test_not_for_groups_and_bots(self):
        """A word in a group, or of a bot, concerns nobody's mailings."""
        for kind, chat_id in (("group", "-10001234567"), ("bot", "10000099")):
            body = self.prepare(1, "STOP")
            body["senderData"] |= {"chatId": chat_id, "chatType": kind}
            self.ingest(body)
            chat = self.env["telegram.chat"]._find(self.instance, chat_id)
            self.assertFalse(chat.opted_out)
            self.assertFalse(self.get_sent(chat))

    def test_waits_for_nobody(self):
        """An answer that Odoo has dealt with would stay in the inbox, and create a lead."""
        self.instance.sudo().create_model_id = self.env.ref("base.model_res_partner")
        chat = self.answer("STOP")
        self.assertNotEqual(chat.inbox_state, "waiting")
        self.assertFalse(chat.created_res_id)

    def test_running_mailing(self):
        """What a mailing has queued for them already is canceled; a person's message is not."""
        chat = self.answer("Hello")
        records = self.customer.with_user(self.salesperson)
        mailing = records._message_telegram_batch(
            {self.customer.id: "Sale"}, instance=self.instance.with_user(self.salesperson)
        )
        personal = self.write_from(self.customer, "Your order is ready")
        self.answer("STOP", 1)
        self.assertEqual((mailing.sudo().state, personal.state), ("canceled", "queued"))
        self.assertIn("no mailings", mailing.sudo().failure_reason)
        self.assertTrue(chat.opted_out)

    def test_number_that_is_none(self):
        """A phone number that Odoo's blacklist refuses does not keep the word from counting."""
        body = self.prepare(0, "STOP")
        body["senderData"]["senderPhoneNumber"] = 12
        self.ingest(body)
        self.assertTrue(self.get_chat().opted_out)

    def test_own_words(self):
        """Administrators choose the words; the letter names one that works."""
        self.env.company.write(
            {"telegram_stop_words": "Genug\nBasta", "telegram_start_words": "Weiter"}
        )
        self.assertFalse(self.answer("STOP").opted_out)
        chat = self.answer("basta", 1)
        self.assertTrue(chat.opted_out)
        self.assertIn("answer Weiter", self.get_sent(chat)[0])

    def test_no_way_back(self):
        """Without a word for the way back, the letter names none."""
        self.env.company.telegram_start_words = False
        chat = self.answer("STOP")
        self.assertEqual(self.get_sent(chat), ["You will not receive any more mailings from us."])


@tagged("post_install", "-at_install")
class TestConsent(OptOutCase):
    """A company that asks for consent writes mailings only to those who have agreed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreed = cls.env["res.partner"].create(
            {"name": "Agreed", "phone": "+79990000002", "telegram_consent": True}
        )

    def test_only_with_consent(self):
        """The preview names who has not agreed, and composing leaves them out."""
        self.assertFalse(self.get_reasons(self.customer | self.agreed))
        self.env.company.telegram_needs_consent = True
        composer = self.compose(self.customer | self.agreed)
        self.assertIn("Has not agreed to mailings", composer.preview)
        composer.action_send()
        queued = self.env["telegram.message"].search([("instance_id", "=", self.instance.id)])
        self.assertEqual(queued.partner_id, self.agreed)
        with self.assertRaisesRegex(UserError, "Has not agreed to mailings"):
            self.compose(
                self.customer | self.customer.copy({"phone": "+79990000003"})
            ).action_send()

    def test_personal_and_rules(self):
        """A message to one contact, and a rule about a record, are no mailings."""
        self.env.company.telegram_needs_consent = True
        personal = self.compose(self.customer, res_ids=False, res_id=self.customer.id)
        self.assertFalse(personal._split_recipients()[1])
        self.assertFalse(self.get_reasons(self.customer, is_automatic=True))

    def test_who_when_how(self):
        """A consent would prove nothing without its date, its source and who recorded it."""
        self.assertEqual(self.agreed.telegram_consent_user_id, self.env.user)
        self.assertTrue(self.agreed.telegram_consent_date)
        self.assertFalse(self.customer.telegram_consent_date)
        self.customer.with_user(self.salesperson).write(
            {"telegram_consent": True, "telegram_consent_source": "Form"}
        )
        self.assertEqual(self.customer.telegram_consent_user_id, self.salesperson)
        self.env.flush_all()
        self.customer.telegram_consent = False
        self.assertEqual(self.customer.telegram_consent_user_id, self.env.user)

    def test_agreed_by_answer(self):
        """Who answers START in a company that asks for consent has agreed, and is told so."""
        self.env.company.telegram_needs_consent = True
        chat = self.answer("Подписаться")
        self.assertTrue(self.customer.telegram_consent)
        self.assertFalse(self.customer.telegram_consent_user_id)
        self.assertIn("Подписаться", self.customer.telegram_consent_source)
        self.assertEqual(len(self.get_sent(chat)), 1)

    def test_export(self):
        """The export of a person's data has their consent."""
        self.answer("Hello")
        self.customer.write({"telegram_consent": True, "telegram_consent_source": "Form"})
        buffer = BytesIO()
        wizard = self.env["telegram.privacy"].create({"partner_id": self.customer.id})
        with zipfile.ZipFile(buffer, "w") as archive:
            wizard._write_archive(archive)
            content = json.loads(archive.read("mailings.json"))
        self.assertTrue(content["has_agreed"])
        self.assertEqual((content["how"], content["recorded_by"]), ("Form", self.env.user.name))
