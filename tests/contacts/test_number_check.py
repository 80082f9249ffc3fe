# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...models.contacts.telegram_number_check import KNOWN_DAYS
from ..common import CUSTOMER_CHAT, CUSTOMER_PHONE, TelegramCase

NOBODY = "+79990000000"


@tagged("post_install", "-at_install")
class TestTelegramCheck(TelegramCase):
    """Is this number on Telegram? Asked sparingly, since it is counted, and remembered."""

    def setUp(self):
        super().setUp()
        self.chats = self.env["telegram.chat"].with_context(active_test=False)
        self.salesperson.company_id = self.env.company

    def check(self, phone, user=None, **options):
        with self.enter_registry_test_mode():
            instance = self.instance.with_user(user or self.salesperson)
            answer = instance.check_account(phone, **options)
        self.env.invalidate_all()
        return answer

    def asked(self):
        """Return the numbers that the service was asked about, in their order."""
        return [row["body"]["phoneNumber"] for row in self.phone.requests(method="checkAccount")]

    def find(self, chat_id):
        return self.chats._find(self.instance, chat_id)

    # === ONE ===

    def test_exists(self):
        """What is known by then is asked again, and costs the quota; the chat is not made."""
        account = self.check("+7 (999) 888-77-66")
        self.assertEqual((account.exists, account.chat_id), (True, CUSTOMER_CHAT))
        chat = self.find(CUSTOMER_CHAT)
        self.assertEqual(chat.phone, CUSTOMER_PHONE)
        self.assertEqual(chat.partner_id, self.customer)
        self.assertEqual(chat.account_state, "yes")
        self.assertEqual(self.check(CUSTOMER_PHONE).chat_id, CUSTOMER_CHAT)
        self.assertEqual(self.asked(), [79998887766], "it was known")
        self.assertEqual(self.instance.check_count, 1)
        self.check(CUSTOMER_PHONE, force=True)
        self.assertEqual(len(self.asked()), 2)
        self.assertTrue(self.phone.requests(method="checkAccount")[1]["body"]["force"])
        self.assertEqual(self.instance.check_count, 2)

    def test_nobody(self):
        """A number without an account is asked for again and again: that is punished."""
        self.assertFalse(self.check(NOBODY).exists)
        chat = self.find("79990000000@c.us")
        self.assertTrue(chat.no_account)
        self.assertEqual(chat.account_state, "no")
        self.assertFalse(self.check(NOBODY).exists)
        self.assertEqual(len(self.asked()), 1)

    def test_old_answer_is_asked_anew(self):
        """Somebody has come to Telegram since; Odoo goes on saying that nobody is there."""
        self.check(NOBODY)
        chat = self.find("79990000000@c.us")
        chat.number_check_date = fields.Datetime.now() - timedelta(days=KNOWN_DAYS + 1)
        self.phone.add_customer("New", chatId="77", phoneNumber=79990000000)
        self.assertEqual(self.check(NOBODY).chat_id, "77")
        self.assertEqual(chat.telegram_id, "77", "the chat has learned its number")
        self.assertFalse(chat.no_account)

    def test_two_chats_become_one(self):
        """The number's chat is known already: the one in phone form stays beside it."""
        message = self.write_from(self.customer, "Hello")
        by_phone = message.chat_id
        by_number = self.chats._get_or_create(self.instance, CUSTOMER_CHAT)
        self.check(CUSTOMER_PHONE)
        self.assertFalse(by_phone.exists())
        self.assertEqual(message.chat_id, by_number)

    def test_dates_of_both_chats(self):
        """What was answered in the chat in phone form would count as never answered."""
        by_phone = self.write_from(self.customer, "Hello").chat_id
        by_phone.write({"user_id": self.salesperson.id, "assigned_date": fields.Datetime.now()})
        answered, assigned = by_phone.answered_date, by_phone.assigned_date
        self.assertTrue(answered)
        by_number = self.chats._get_or_create(self.instance, CUSTOMER_CHAT)
        by_phone._merge_into(by_number)
        self.assertEqual((by_number.answered_date, by_number.assigned_date), (answered, assigned))

    def test_not_a_phone(self):
        """Words, extensions, too short ones: the service is not bothered, and why is said."""
        for phone in ("", False, "call me", "12", "+7999", "79998887766 ext 5", "٧٩٩٩٨٨٨٧٧٦٦"):
            with self.assertRaisesRegex(UserError, "not an international phone number"):
                self.check(phone)
        self.assertFalse(self.asked())

    def test_refused_number(self):
        """The service cannot check it: the words of the service stand there without advice."""
        with self.assertRaisesRegex(UserError, "begins with the country code"):
            self.check("+3725012345")
        self.assertFalse(self.instance.check_after, "one bad number pauses nothing")
        self.assertEqual(self.instance.check_count, 0)

    def test_limits(self):
        """After Telegram's own limit it is asked on, which makes it worse."""
        self.phone.change(checkAccountLimitedUntil=2**31)
        with self.assertRaisesRegex(UserError, "more phone numbers for some hours"):
            self.check(NOBODY)
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "Number checks are paused until"):
            self.check(CUSTOMER_PHONE)
        self.assertEqual(len(self.asked()), 1)
        self.assertIn("some hours", self.instance.check_message)

    def test_quota(self):
        """The plan is used up: it has to say so, not that the number is bad."""
        body = '{"invokeStatus": {"status": "QUOTE_EXCEEDED", "description": "exceeded"}}'
        self.phone.fault("checkAccount", "status", status=466, body=body)
        with self.assertRaisesRegex(UserError, "monthly quota"):
            self.check(NOBODY)

    def test_not_authorized_in_a_good_answer(self):
        """The service says with 200 that there is no session: it is taken for "no account"."""
        self.phone.change(stateInstance="notAuthorized")
        with self.assertRaisesRegex(UserError, "No Telegram account is signed in"):
            self.check(NOBODY)
        self.env.invalidate_all()
        self.assertEqual(self.instance.state, "notAuthorized")
        self.assertFalse(self.chats.search([("phone", "=", NOBODY)]))

    def test_new_month_counts_anew(self):
        """The count of last month stands there as this month's."""
        self.instance.write({"check_month": "2020-01", "check_number": 99})
        self.assertEqual(self.instance.check_count, 0)
        self.check(NOBODY)
        self.assertEqual(self.instance.check_count, 1)

    # === THE CONTACT ===

    def press(self, partner, user=None):
        with self.enter_registry_test_mode():
            action = partner.with_user(user or self.salesperson).action_check_telegram_number()
        self.env.invalidate_all()
        return action["params"]

    def test_contact(self):
        """The form of a contact says nothing of what was found."""
        customer = self.customer.with_user(self.salesperson)
        self.assertEqual(customer.telegram_number_message, "Not checked on Telegram")
        self.assertIn("is on Telegram", self.press(customer)["message"])
        self.assertEqual(customer.telegram_number_state, "yes")
        self.assertIn("On Telegram", customer.telegram_number_message)
        self.env["telegram.chat"].search([("phone", "=", customer.phone_sanitized)]).active = False
        self.env.invalidate_all()
        self.assertEqual(customer.telegram_number_state, "yes", "the chat is only archived")
        self.customer.phone = NOBODY
        self.assertEqual(customer.telegram_number_state, "unknown", "that was another number")
        params = self.press(customer)
        self.assertIn("+79990000000 is not registered at Telegram", params["message"])
        self.assertEqual(params["type"], "warning")
        self.assertIn("Not on Telegram", customer.telegram_number_message)

    def test_contact_delivered(self):
        """Whom a message has reached is on Telegram, also before the first answer."""
        customer = self.customer.with_user(self.salesperson)
        customer._message_telegram("Hello")
        message = self.env["telegram.message"].search([], order="id desc", limit=1)
        message._set_state({"state": "sent"})
        self.env.invalidate_all()
        self.assertEqual(customer.telegram_number_state, "unknown", "it may not exist yet")
        message._set_state({"state": "delivered"})
        self.env.invalidate_all()
        self.assertEqual(customer.telegram_number_state, "yes")
        self.assertIn("On Telegram (", customer.telegram_number_message)
        message.chat_id.write({"no_account": True, "number_check_date": fields.Datetime.now()})
        self.env.invalidate_all()
        self.assertEqual(customer.telegram_number_state, "no", "the check is newer")

    def test_contact_without_phone(self):
        """What to do is said before anything is asked."""
        self.customer.phone = False
        with self.assertRaisesRegex(UserError, "Enter the phone number"):
            self.press(self.customer)
        self.customer.phone = "12 monkeys"
        with self.assertRaisesRegex(UserError, "cannot be read"):
            self.press(self.customer)

    # === SEVERAL ===

    def open(self, partners, **values):
        context = partners.action_check_telegram_numbers()["context"]
        wizards = self.env["telegram.check.numbers"].with_user(self.salesperson)
        return wizards.with_context(**context).create({"instance_id": self.instance.id, **values})

    def run_check(self):
        self._run(self.env.ref("telegram_green_api.ir_cron_check_phone_numbers"))
        self.env.invalidate_all()

    def make_partners(self, *phones):
        return self.env["res.partner"].create(
            [{"name": f"Number {phone}", "phone": phone} for phone in phones]
        )

    def test_several(self):
        """Contacts without a number, the same number twice, known ones: each has its reason."""
        self.check(CUSTOMER_PHONE)
        partners = self.customer + self.make_partners(
            NOBODY, NOBODY, "+79998887701", "+3725012345", False, "rubbish"
        )
        wizard = self.open(partners)
        self.assertIn("3 numbers will be checked", wizard.summary)
        self.assertIn("Skipped because a result of the last 30 days is known: 1.", wizard.summary)
        self.assertIn("rubbish", wizard.unreadable)
        wizard.action_check()
        self.assertTrue(wizard.is_running)
        self.assertEqual((wizard.done_count, wizard.total_count), (0, 3))
        self.phone.change(rateLimits=False)
        self.run_check()
        self.assertFalse(wizard.is_running)
        self.assertEqual(
            wizard.progress, "3 of 3 numbers: 1 on Telegram, 1 not, 1 could not be checked."
        )
        self.assertEqual(self.find("10000001").partner_id, partners[3])
        bad = self.find("3725012345@c.us")
        self.assertIn("country code", bad.check_error)
        self.assertEqual(self.instance.check_count, 3)
        self.assertEqual(len(self.asked()), 4)
        again = self.open(partners)
        self.assertIn("1 number will be checked", again.summary, "the one that failed")
        forced = self.open(partners, force=True)
        self.assertIn("4 numbers", forced.summary)
        forced.action_check()
        self.run_check()
        self.assertEqual(forced.done_count, 4)
        bodies = [row["body"] for row in self.phone.requests(method="checkAccount")][4:]
        self.assertEqual(
            {body["phoneNumber"]: body.get("force", False) for body in bodies},
            {79998887766: True, 79990000000: True, 79998887701: True, 3725012345: False},
        )

    def test_states_are_counted_as_they_are_shown(self):
        """The dialog and the list of numbers contradict each other."""
        values = {
            "79990000001@c.us": {},
            "79990000002@c.us": {"no_account": True},
            "79990000003@c.us": {"check": {"state": "failed", "error": "No"}},
            "79990000004@c.us": {"check": {"state": "waiting"}, "no_account": True},
            "79990000005@c.us": {"number_check_date": fields.Datetime.now()},
            "5": {"phone": "+79990000006"},
            "6": {"phone": "+79990000007", "active": False, "no_account": True},
            "7": {},
        }
        chats = self.chats.browse()
        for chat_id, more in values.items():
            chat = self.chats._get_or_create(self.instance, chat_id)
            check = more.pop("check", None)
            chat.write(more)
            if check:
                self.env["telegram.number.check"]._request(chat)
                chat.check_ids.write(check)
            chats += chat
        counts = self.chats._count_account_states(chats.ids)
        shown = [chat.account_state for chat in chats if chat.account_state]
        self.assertEqual(counts.pop("total"), len(shown))
        self.assertEqual(counts, {state: shown.count(state) for state in counts})
        self.assertEqual(set(shown), set(counts))

    def test_service_fails_at_one(self):
        """A number at which the service fails holds up the others, or is asked for ever."""
        wizard = self.open(self.make_partners(NOBODY, "+79998887701"))
        wizard.action_check()
        self.phone.fault("checkAccount", "lost_before")
        self.run_check()
        self.assertEqual(wizard.done_count, 2)
        self.assertEqual(self.asked()[-1], 79990000000, "it came last")

    def test_service_is_down(self):
        """Every number waits for its time-out in turn; or the wait is given up for good."""
        wizard = self.open(self.make_partners(NOBODY, "+79998887701", "+79998887702"))
        wizard.action_check()
        self.phone.fault("checkAccount", "status", status=500, times=2)
        self.run_check()
        self.assertEqual(len(self.asked()), 2)
        self.assertEqual(wizard.done_count, 0)
        self.run_check()
        self.assertEqual(wizard.done_count, 3)

    def test_row_that_cannot_be_checked(self):
        """One bad row stops the checks of all others, its own account's and those of others."""
        other = self._create_instance(self._create_phone(), name="Other")
        wizards = [
            self.open(self.make_partners(NOBODY, "+79998887701")),
            self.open(self.make_partners("+79998887702"), instance_id=other.id),
        ]
        for wizard in wizards:
            wizard.action_check()
        bad = self.find("79990000000@c.us")
        bad.phone = False
        with self.assertLogs("odoo.addons.telegram_green_api", "ERROR") as log:
            self.run_check()
        self.assertEqual(len(log.output), 1)
        self.assertIn("server log", bad.check_error)
        self.assertNotEqual(bad.account_state, "waiting", "it is tried for ever")
        self.assertEqual(bad.check_ids.state, "failed")
        self.assertTrue(self.find("10000001").number_check_date, "the other number")
        self.assertFalse(wizards[1].is_running, "the other account")

    def test_limit_in_between(self):
        """A limit is reached: the rest is thrown away, or asked all the same."""
        wizard = self.open(self.make_partners(NOBODY, "+79998887701"))
        wizard.action_check()
        self.phone.fault_sequence(
            "checkAccount", "pass", {"kind": "status", "status": 469, "body": "limit reached"}
        )
        self.run_check()
        self.assertEqual(wizard.done_count, 1)
        self.assertIn("some hours", wizard.check_message)
        self.run_check()
        self.assertEqual(len(self.asked()), 2, "it pauses")
        self.instance.check_after = False
        self.run_check()
        self.assertEqual(wizard.done_count, 2)

    def test_archived(self):
        """A number whose chat is archived in Odoo is asked about, and missing in the progress."""
        self.chats._get_or_create(self.instance, "79990000000@c.us", active=False)
        wizard = self.open(self.make_partners(NOBODY))
        wizard.action_check()
        self.assertEqual((wizard.done_count, wizard.total_count), (0, 1))
        self.run_check()
        self.assertEqual((wizard.done_count, wizard.total_count), (1, 1))

    def test_stop(self):
        """Somebody chose the wrong list: there is no way to stop it."""
        wizard = self.open(self.make_partners(NOBODY, "+79998887701"))
        wizard.action_check()
        wizard.action_stop()
        self.run_check()
        self.assertFalse(self.asked())
        self.assertFalse(wizard.is_running)

    def test_stop_after_a_failure(self):
        """The reason why a number was not checked is gone when the others are stopped."""
        wizard = self.open(self.make_partners(NOBODY, "+79998887701"))
        wizard.action_check()
        self.phone.fault("checkAccount", "status", status=500, times=2)
        self.run_check()
        self.assertEqual(wizard.done_count, 0)
        wizard.action_stop()
        self.env.invalidate_all()
        self.assertEqual(wizard.done_count, 2)
        failed = self.find("79990000000@c.us")
        self.assertEqual(failed.account_state, "problem")
        self.assertTrue(failed.check_error)
        wizard = self.open(self.env["res.partner"].search([("phone", "=", NOBODY)]))
        wizard.action_check()
        self.assertEqual(failed.account_state, "waiting")
        self.assertFalse(failed.check_error)

    def test_merged_meanwhile(self):
        """The chat gets its number from a message while the number is checked: the check breaks."""
        wizard = self.open(self.make_partners("+79998887701"))
        wizard.action_check()
        self.chats._get_or_create(self.instance, "10000001")
        by_phone = self.find("79998887701@c.us")
        process = type(self.env["telegram.number.check"])._process_result

        def process_late(check, *args):
            check.chat_id._resolve_phone_chat("10000001")
            process(check, *args)

        self.patch(type(self.env["telegram.number.check"]), "_process_result", process_late)
        self.run_check()
        self.assertFalse(by_phone.exists())
        self.assertEqual(self.find("10000001").account_state, "yes")
        self.assertFalse(self.env["telegram.number.check"].search([]))
        self.assertEqual(self.instance.check_count, 1)

    def test_check_does_not_hide_the_good_chat(self):
        """A contact writes from a hidden number; theirs has no account: writing to them fails."""
        self.ingest(self.notification())
        good = self.find(CUSTOMER_CHAT)
        self.customer.phone = NOBODY
        good.partner_id = self.customer
        self.check(NOBODY)
        nobody = self.find("79990000000@c.us")
        self.assertEqual(nobody.partner_id, self.customer)
        chat = self.chats._get_or_create_for_partner(self.instance, self.customer)
        self.assertEqual(chat, good)

    # === RIGHTS ===

    def test_rights(self):
        """Somebody without the account spends its quota."""
        stranger = self.create_user("telegram_stranger", "user", "contacts")
        nobody = self.create_user("no_telegram", "contacts")
        for user in (stranger, nobody):
            with self.assertRaises(AccessError):
                self.check(NOBODY, user=user)
        self.assertEqual(self.customer.with_user(nobody).telegram_number_state, "unknown")
        self.assertFalse(self.asked())
