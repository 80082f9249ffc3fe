# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from ...models.sending.recipients import Recipient, find_twin
from ...tools.username import parse_username
from ..common import CUSTOMER_CHAT, CUSTOMER_PHONE, TelegramCase

USERNAME = "@vasilisa"  # of the customer in the local service
STRANGER = "@nobody_here"


@tagged("post_install", "-at_install")
class TestUsernames(TelegramCase):
    """Contacts are written to by their username."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesperson.company_id = cls.env.company
        cls.named = cls.env["res.partner"].create(
            {"name": "By Name", "telegram_username": "https://t.me/Vasilisa?start=1"}
        )
        cls.chats = cls.env["telegram.chat"].with_context(active_test=False)

    def look_up(self):
        self._run(self.env.ref("telegram_green_api.ir_cron_check_phone_numbers"))
        self.env.invalidate_all()

    def send_all(self):
        """Run the send action, the look-up that it has requested, and the send action again."""
        self.send_queue()
        self.look_up()
        self.send_queue()

    def asked(self):
        """Return the bodies of all checks."""
        return [row["body"] for row in self.phone.requests(method="checkAccount")]

    def texts(self):
        return [entry["message"] for entry in self.phone.ledger()]

    # === HOW IT IS WRITTEN ===

    def test_forms(self):
        """A pasted link is refused, or an invitation or a phone number is taken for a name."""
        for text in (
            "@Vasilisa",
            " @vasilisa ",
            "t.me/vasilisa",
            "https://t.me/Vasilisa",
            "http://www.t.me/vasilisa/",
            "https://telegram.me/vasilisa?start=abc",
            "https://t.me/@vasilisa",
            "vasilisa.t.me",
            "tg://resolve?domain=vasilisa&start=1",
            "tg://resolve?start=1&domain=Vasilisa",
            "tg:resolve?domain=vasilisa",
            "HTTPS://T.ME/VASILISA/",
            "telegram.dog/vasilisa",
            "//t.me/vasilisa",
            "https://web.telegram.org/k/#@vasilisa",
            "https://web.telegram.org/#/im?p=@vasilisa",
            "\u200b@vasilisa\u00a0",
            "\u2068@vasilisa\u2069",
        ):
            with self.subTest(text):
                self.assertEqual(parse_username(text), USERNAME)
        for text in (
            "vasilisa",
            "@vas",
            "@1vasilisa",
            "@васили́са",
            "@vаsilisa",  # a Cyrillic letter
            "@vas\u0131lisa",  # a Turkish letter, which Python takes for an i
            "@va\u017filisa",
            "@vasilisa\u0661",  # an Arabic digit
            "@" + "v" * 33,
            "@vas.ilisa",
            "@vasilisa\nivanova",
            "https://t.me/+AbCdEfGhIjK",
            "tg://join?invite=AbCdEfGh",
            "tg://resolve?phone=79998887766",
            "https://t.me/addstickers/cats",
            "https://t.me/iv?url=https://example.com",
            "https://t.me.example.com/vasilisa",
            "https://example.com/?t.me/vasilisa",
            "@vasilisa ivanova",
            "https://t.me/+79998887766",
            "https://t.me/joinchat/AAAA",
            "https://t.me/c/1234567/8",
            "https://example.com/vasilisa",
            "79998887766",
            "",
            None,
        ):
            with self.subTest(text):
                self.assertEqual(parse_username(text), "")
        self.assertEqual(parse_username("Vasilisa", is_bare_allowed=True), USERNAME)

    def test_field(self):
        """The same person has several spellings, or a typing error is found when sending."""
        self.assertEqual(self.named.telegram_username, USERNAME)
        with Form(self.customer) as form:
            form.telegram_username = "Vasilisa"
            self.assertEqual(form.telegram_username, USERNAME)
        self.customer.telegram_username = "  "
        self.assertFalse(self.customer.telegram_username)
        with self.assertRaisesRegex(ValidationError, "not a Telegram username"):
            self.customer.telegram_username = "+7 999 888-77-66"

    def test_import(self):
        """A list of contacts with links to Telegram cannot be imported."""
        rows = [["Ivan", "t.me/Ivan"], ["Peter", "@peter_the_first"]]
        result = self.env["res.partner"].load(["name", "telegram_username"], rows)
        self.assertEqual(
            self.env["res.partner"].browse(result["ids"]).mapped("telegram_username"),
            ["@ivan", "@peter_the_first"],
        )
        bad = self.env["res.partner"].load(["name", "telegram_username"], [["X", "no name"]])
        self.assertIn("not a Telegram username", bad["messages"][0]["message"])

    # === SENDING ===

    def test_sent_by_api(self):
        """GREEN-API gets a username where it documents a number."""
        message = self.instance.with_user(self.salesperson).send_text("t.me/Vasilisa", "Hello")
        self.assertEqual(message.chat_id.telegram_id, USERNAME)
        self.send_queue()
        self.assertEqual(message.state, "queued")
        self.assertIn("being looked up", message.waiting_reason)
        self.assertEqual(self.phone.requests(method="sendMessage"), [])
        self.send_all()
        self.assertEqual(message.state, "sent")
        self.assertEqual(message.chat_id.telegram_id, CUSTOMER_CHAT)
        self.assertEqual(message.chat_id.username, USERNAME)
        [sent] = self.phone.requests(method="sendMessage")
        self.assertEqual(sent["body"]["chatId"], CUSTOMER_CHAT)
        self.assertEqual(self.asked(), [{"username": USERNAME}])
        again = self.instance.send_text(USERNAME, "Again")
        self.assertEqual(again.chat_id, message.chat_id, "the chat is known")

    def test_bare_name_is_no_address(self):
        """A program that mixes up its columns writes to a stranger."""
        with self.assertRaisesRegex(UserError, "such as @vasilisa"):
            self.instance.send_text("vasilisa", "Hello")

    def test_merged_into_the_known_chat(self):
        """One person has two conversations, or the earlier message overtakes the later one."""
        known = self.chats._get_or_create(self.instance, CUSTOMER_CHAT)
        first = self.instance.send_text(USERNAME, "First")
        second = self.instance.send_text(USERNAME, "Second")
        self.send_all()
        self.assertEqual((first + second).chat_id, known)
        self.assertEqual(known.username, USERNAME)
        self.assertEqual(self.texts(), ["First", "Second"])
        self.assertFalse(self.chats._find(self.instance, USERNAME))

    def test_from_a_record(self):
        """A contact with nothing but a username cannot be written to from its records."""
        message = self.write_from(self.named, "Hello")
        self.send_all()
        self.assertEqual(message.state, "sent")
        self.assertEqual(message.chat_id.partner_id, self.named)
        self.assertEqual(self.texts(), ["Hello"])

    def test_nobody(self):
        """A message to a username that nobody has waits for ever."""
        self.named.telegram_username = STRANGER
        message = self.write_from(self.named, "Hello")
        self.send_all()
        self.assertEqual((message.state, message.failure_type), ("error", "no_account"))
        self.assertTrue(message.chat_id.no_account)
        self.assertEqual(self.phone.requests(method="sendMessage"), [])
        message.with_user(self.salesperson).action_retry()
        self.assertEqual(message.state, "queued")
        self.send_all()
        self.assertEqual(message.state, "error", "it was looked up again")
        self.assertEqual(len(self.asked()), 2)
        self.assertTrue(self.asked()[1]["force"])

    def test_refused_look_up(self):
        """A message waits for ever after GREEN-API has refused the check."""
        self.phone.fault("checkAccount", "status", status=400, body="bad username")
        message = self.instance.send_text(USERNAME, "Hello")
        self.send_all()
        self.assertEqual((message.state, message.failure_type), ("error", "failed"))
        self.assertTrue(message.failure_reason)

    def test_limit_of_checks(self):
        """A message fails although it could be sent some hours later."""
        self.phone.change(checkAccountLimitedUntil=2**31)
        message = self.instance.send_text(USERNAME, "Hello")
        other = self.instance.send_text(CUSTOMER_CHAT, "Not by name")
        self.send_all()
        self.assertEqual((message.state, other.state), ("queued", "sent"))
        self.assertIn("paused until", message.waiting_reason)
        self.phone.change(checkAccountLimitedUntil=0)
        self.instance.check_after = fields.Datetime.now() - timedelta(seconds=1)
        self.look_up()
        self.send_queue()
        self.assertEqual(message.state, "sent")

    def test_needed_look_up_is_not_canceled(self):
        """Stop in the dialog of the check would leave a message waiting."""
        message = self.instance.send_text(USERNAME, "Hello")
        self.send_queue()
        message.chat_id.check_ids._cancel()
        self.assertEqual(message.chat_id.check_ids.state, "waiting")

    def test_other_calls_wait(self):
        """GREEN-API is asked about a chat by a name that it does not document."""
        chat = self.chats._get_or_create(self.instance, USERNAME).with_user(self.salesperson)
        for call in (chat.refresh_info, chat.import_history, chat.archive_at_telegram):
            with self.assertRaisesRegex(UserError, "Only the username"):
                call()
        self.assertEqual(self.phone.requests(), [])

    # === ONE PERSON ===

    def test_phone_without_account(self):
        """A contact whose number is hidden is unreachable though the username is known."""
        self.chats._get_or_create_for_partner(self.instance, self.customer).no_account = True
        self.customer.telegram_username = USERNAME
        [recipient] = self.chats._check_recipients(self.instance, self.customer)
        self.assertEqual((recipient.address, recipient.reason), (USERNAME, ""))
        message = self.write_from(self.customer, "Hello")
        self.send_all()
        self.assertEqual(message.chat_id.telegram_id, CUSTOMER_CHAT)

    def test_phone_comes_first(self):
        """Each first message to a contact with a phone number costs a check."""
        self.customer.telegram_username = USERNAME
        [recipient] = self.chats._check_recipients(self.instance, self.customer)
        self.assertEqual(recipient.address, CUSTOMER_PHONE)

    def test_twins(self):
        """A person gets a mailing twice: by number and by name."""
        both = self.env["res.partner"].create(
            {"name": "Both", "phone": CUSTOMER_PHONE, "telegram_username": USERNAME}
        )
        chat = self.chats._get_or_create(self.instance, CUSTOMER_CHAT, username=USERNAME)
        for first, second in ((self.named, both), (both, self.named), (both, self.customer)):
            known = {}
            for partner, twin in ((first, None), (second, first)):
                [recipient] = self.chats._check_recipients(self.instance, partner)
                recipient = recipient._replace(chat=self.chats.browse())
                self.assertEqual(find_twin(known, recipient, partner), twin)
        known = {}
        find_twin(known, Recipient(chat.partner_id, chat, "", ""), chat)
        recipient = Recipient(self.named, self.chats.browse(), USERNAME, "")
        self.assertEqual(find_twin(known, recipient, self.named), chat)

    def test_mailing_reaches_each_person_once(self):
        """The composer counts the same person twice."""
        self.customer.telegram_username = USERNAME
        composer = (
            self.env["telegram.composer"]
            .with_user(self.salesperson)
            .create(
                {
                    "res_model": "res.partner",
                    "res_ids": repr([self.customer.id, self.named.id]),
                    "instance_id": self.instance.id,
                    "body": "Hello",
                }
            )
        )
        self.assertEqual((composer.recipient_count, composer.left_out_count), (1, 1))

    def test_opt_out(self):
        """A contact who wants no mailings gets them by name."""
        chat = self.chats._get_or_create(self.instance, CUSTOMER_CHAT, username=USERNAME)
        chat.opted_out = True
        [recipient] = self.chats._check_recipients(self.instance, self.named)
        self.assertEqual(recipient.reason, "opted_out")

    def test_stop_reaches_the_username(self):
        """Who answers STOP gets the next mailing by name."""
        chat = self.chats._get_or_create_for_partner(self.instance, self.customer)
        self.customer.telegram_username = USERNAME
        by_name = self.chats._get_or_create(self.instance, USERNAME)
        chat.opted_out = True
        self.assertTrue(by_name.opted_out)

    def test_blacklisted_number(self):
        """A blacklisted contact gets mailings by name, since its number has no account."""
        self.chats._get_or_create_for_partner(self.instance, self.customer).no_account = True
        self.customer.telegram_username = USERNAME
        self.env["phone.blacklist"]._add([CUSTOMER_PHONE])
        [recipient] = self.chats._check_recipients(self.instance, self.customer)
        self.assertEqual((recipient.address, recipient.reason), (USERNAME, "opted_out"))

    def test_changed_username(self):
        """A contact is written to at a name that was corrected since."""
        self.named.telegram_username = STRANGER
        old = self.chats._get_or_create_for_partner(self.instance, self.named)
        self.named.telegram_username = USERNAME
        new = self.chats._get_or_create_for_partner(self.instance, self.named)
        self.assertNotEqual(new, old)
        self.assertEqual(new.telegram_id, USERNAME)

    def test_chat_is_linked_to_the_contact(self):
        """A known person who writes first is a stranger."""
        self.named.telegram_username = "@ivan"
        with self.enter_registry_test_mode():
            self.instance.with_user(self.salesperson).check_account("@ivan", force=True)
        self.env.invalidate_all()
        self.assertEqual(self.chats._find(self.instance, "10000001").partner_id, self.named)

    def test_username_of_a_new_owner(self):
        """A message goes to the former owner of a username."""
        former = self.chats._get_or_create(self.instance, "555", username=USERNAME)
        with self.enter_registry_test_mode():
            self.instance.check_account(USERNAME, force=True)
        self.env.invalidate_all()
        self.assertFalse(former.username)
        self.assertEqual(self.instance.send_text(USERNAME, "Hi").chat_id.telegram_id, CUSTOMER_CHAT)

    def test_learned_from_the_contacts(self):
        """The lists of the account tell who a username is, but a second chat is made."""
        message = self.instance.send_text(USERNAME, "Hello")
        self.send_queue()
        rows = self.instance._call_service("get_contacts")
        self.chats._process_listed(self.instance, [r for r in rows if r.username == USERNAME])
        self.send_queue()
        self.assertEqual((message.state, message.chat_id.telegram_id), ("sent", CUSTOMER_CHAT))
        self.assertEqual(self.asked(), [])

    # === CHECK ===

    def test_check_of_the_contact(self):
        """The button says nothing about the username."""
        contact = self.named.with_user(self.salesperson)
        with self.enter_registry_test_mode():
            params = contact.action_check_telegram_username()["params"]
        self.assertIn("@vasilisa is on Telegram", params["message"])
        contact.telegram_username = STRANGER
        with self.enter_registry_test_mode():
            params = contact.action_check_telegram_username()["params"]
        self.assertEqual(params["type"], "warning")
        self.assertIn("No person at Telegram has the username @nobody_here", params["message"])

    def test_check_of_several(self):
        """The dialog leaves out contacts without a number although they have a username."""
        wizards = self.env["telegram.check.numbers"].with_user(self.salesperson)
        partners = self.named + self.customer
        wizard = wizards.create({"partner_ids": partners.ids, "instance_id": self.instance.id})
        self.assertIn("2 numbers will be checked", wizard.summary)
        wizard.action_check()
        self.phone.change(rateLimits=False)
        self.look_up()
        self.assertCountEqual(self.asked(), [{"phoneNumber": 79998887766}, {"username": USERNAME}])
        self.assertFalse(wizard.is_running)
