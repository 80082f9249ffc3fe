# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import json

from freezegun import freeze_time
from psycopg2.errors import SerializationFailure, UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.contacts import telegram_sync
from ...tools import transactions
from ..common import CUSTOMER_CHAT, TelegramCase


def contact(number, **values):
    """One row of a list of the service."""
    return {
        "chatId": str(number),
        "name": f"Person {number}",
        "type": "user",
        "phoneNumber": 0,
        "username": "",
        **values,
    }


@tagged("post_install", "-at_install")
class TestTelegramSync(TelegramCase):
    """Contacts and chats of the account come into Odoo: all of them, each of them once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.create_user("telegram_manager", "manager")

    def setUp(self):
        super().setUp()
        self.chats = self.env["telegram.chat"].with_context(active_test=False)

    def answer(self, method, rows, **values):
        """Let the service answer its next call of a method with this."""
        body = rows if isinstance(rows, str) else json.dumps(rows)
        self.phone.fault(method, "status", status=200, body=body, **values)

    def sync(self):
        """Press the button, and let the scheduled action run."""
        self.instance.with_user(self.manager).action_sync()
        self._run(self.env.ref("telegram_green_api.ir_cron_telegram_sync"))
        self.env.invalidate_all()

    @property
    def last(self):
        return self.instance.last_sync_id

    def listed(self):
        return self.chats.search([("instance_id", "=", self.instance.id)])

    def find(self, chat_id):
        return self.chats._find(self.instance, str(chat_id))

    # === WHAT COMES IN ===

    def test_all_kinds_once(self):
        """Running it twice doubles chats, or counts as changed what is as it was."""
        self.phone.add_customer("News", chatId="-20", chatType="channel")
        self.phone.add_customer("Helper", chatId="21", chatType="bot", username="@helper_bot")
        self.sync()
        self.assertEqual(self.last.state, "done")
        self.assertEqual(len(self.listed()), 6)
        self.assertEqual(self.last.new_count, 6)
        self.assertEqual(self.find("-20").chat_type, "channel")
        self.assertEqual(self.find("21").chat_type, "bot")
        self.assertEqual(self.find("21").username, "@helper_bot")
        self.assertEqual(self.find("-10000000000000").chat_type, "supergroup")
        self.assertFalse(self.find("-10000000000000").is_new_contact, "a group is no new person")
        self.assertTrue(self.find(CUSTOMER_CHAT).is_new_contact)
        first = self.listed()
        self.sync()
        self.assertEqual(self.listed(), first)
        self.assertEqual((self.last.new_count, self.last.changed_count), (0, 0))
        self.assertIn("0 new, 0 changed", self.instance.sync_message)

    def test_bots_stay_bots(self):
        """The list of contacts calls everybody a user; then every run changes each bot twice."""
        self.phone.add_customer("Helper", chatId="21", chatType="bot")
        self.sync()
        self.answer("getContacts", [contact(21, name="Helper", contactName="")])
        self.instance.sync_contacts()
        self.assertEqual(self.find("21").chat_type, "bot")

    def test_python(self):
        """The calls for programmers write in the transaction of their caller, and count."""
        instance = self.instance.with_user(self.manager)
        self.assertEqual(instance.sync_contacts(), {"new": 3, "changed": 0, "unread": 0})
        self.assertEqual(instance.sync_chats(), {"new": 1, "changed": 0, "unread": 0})
        self.phone.add_customer("Vasilisa the Wise", chatId=CUSTOMER_CHAT)
        self.assertEqual(instance.sync_chats(), {"new": 0, "changed": 1, "unread": 0})
        self.assertEqual(self.find(CUSTOMER_CHAT).name, "Vasilisa the Wise")

    def test_names(self):
        """The account's own name for a person goes first; what somebody typed in Odoo stays."""
        self.phone.add_customer("Vasilisa", chatId=CUSTOMER_CHAT, contactName="Vasilisa K")
        self.sync()
        chat = self.find(CUSTOMER_CHAT)
        self.assertEqual((chat.name, chat.telegram_name), ("Vasilisa K", "Vasilisa"))
        self.ingest(self.notification(), self.notification(idMessage="2"))
        self.assertEqual(chat.name, "Vasilisa K", "the name of the notification came after it")
        chat.with_user(self.manager).name = "The one of order 7"
        self.phone.add_customer("Vasya", chatId=CUSTOMER_CHAT, contactName="Vasya K")
        self.sync()
        self.assertEqual((chat.name, chat.contact_name), ("The one of order 7", "Vasya K"))
        self.assertTrue(chat.is_name_own)
        self.ingest(self.notification(idMessage="3"))
        self.assertEqual(chat.name, "The one of order 7")
        chat.with_user(self.manager).name = "Vasya K"
        self.phone.add_customer("Vasya", chatId=CUSTOMER_CHAT, contactName="")
        self.sync()
        self.assertEqual(chat.name, chat.telegram_name, "it follows again, and lost its contact")

    def test_phone_form_is_learned(self):
        """A customer written to by phone gets a second chat beside the one that is listed."""
        chats = self.env["telegram.chat"]
        chat = chats._get_or_create_for_partner(self.instance, self.customer)
        self.assertEqual(chat.telegram_id, "79998887766@c.us")
        self.sync()
        self.assertEqual(chat.telegram_id, CUSTOMER_CHAT)
        self.assertEqual(chat.partner_id, self.customer)
        self.assertEqual(len(self.listed()), 4)

    def test_phone_form_and_number_become_one(self):
        """Both are there: the messages of the phone's chat get lost, or it stays beside."""
        message = self.write_from(self.customer, "Hello")
        by_phone = message.chat_id
        by_number = self.chats._get_or_create(self.instance, CUSTOMER_CHAT)
        self.sync()
        self.assertFalse(by_phone.exists())
        self.assertEqual(message.chat_id, by_number)
        self.assertEqual(len(self.listed()), 4)

    def test_links_to_the_only_contact(self):
        """Somebody is linked though two have the number, or though a person unlinked them."""
        twins = self.env["res.partner"].create(
            [{"name": name, "phone": "+79998887701"} for name in ("Ivan", "Ivan's office")]
        )
        self.sync()
        self.assertEqual(self.find(CUSTOMER_CHAT).partner_id, self.customer)
        self.assertFalse(self.find("10000001").partner_id)
        self.find(CUSTOMER_CHAT).action_unlink_partner()
        twins[1].phone = False
        self.sync()
        self.assertFalse(self.find(CUSTOMER_CHAT).partner_id, "a person has unlinked it")
        self.assertEqual(self.find("10000001").partner_id, twins[0])

    def test_archived_stay_archived(self):
        """A chat that was put aside in Odoo comes back, or comes a second time."""
        self.sync()
        self.find(CUSTOMER_CHAT).active = False
        self.sync()
        self.assertFalse(self.find(CUSTOMER_CHAT).active)
        self.assertEqual(len(self.listed()), 4)

    # === ODD ANSWERS ===

    def test_odd_rows(self):
        """One row that makes no sense holds up the others, or brings the transaction down."""
        long_id = "7" * 70
        rows = [
            contact(1, name=None, username=None, phoneNumber=None),
            contact(2, name="A\x00B\ud800C"),
            contact(3, phoneNumber="+79995550003"),
            contact(3, name="Twice"),
            contact(4, phoneNumber={"no": "phone"}, type="spaceship"),
            contact(long_id),
            contact("79995550005@c.us"),
            contact(-6, type=None),
            {"name": "Without id"},
            {"chatId": ["7"]},
            None,
            "text",
            [],
            contact(8, name="N" * 5000),
        ]
        self.answer("getContacts", rows)
        self.answer("getChats", [contact(1, name=None)])
        self.sync()
        self.assertEqual(self.last.state, "done", self.last.error)
        self.assertEqual(set(self.listed().mapped("telegram_id")), {"1", "2", "3", "4", "-6", "8"})
        self.assertEqual(self.find(1).name, "1", "somebody without any name is called by the id")
        self.assertEqual(self.find(2).name, "ABC")
        self.assertEqual(self.find(3).name, "Twice")
        self.assertEqual(self.find(4).chat_type, "user")
        self.assertEqual(self.find(-6).chat_type, "group")
        self.assertIn(
            "could not be read: 5.", self.instance.with_context(lang="en_US").sync_message
        )

    def test_nothing_listed(self):
        """An account seems to have no chats: the docs call that a matter for their support."""
        self.answer("getContacts", "null")
        self.answer("getChats", [])
        self.sync()
        self.assertIn("lists no chats at all", self.instance.sync_message)

    # === FAILURES ===

    def test_service_down_in_between(self):
        """What had come in is lost with the failure, or the second run does not complete it."""
        self.phone.add_customer("News", chatId="-20", chatType="channel")
        self.phone.fault("getChats", "lost_before")
        self.sync()
        self.assertEqual(self.last.state, "failed")
        self.assertEqual(len(self.listed()), 3, "the contacts had come")
        self.assertIn("Interrupted", self.instance.sync_message)
        self.assertIn("3 new", self.instance.sync_message)
        self.sync()
        self.assertEqual(self.last.state, "done")
        self.assertFalse(self.last.error)
        self.assertEqual(len(self.listed()), 5)

    def test_expired_says_so(self):
        """An instance that is not paid: the reason has to be the one to act upon."""
        self.phone.change(expired=True)
        self.sync()
        self.assertEqual(self.instance.state, "expired")
        self.assertIn("Renew it", self.instance.sync_message)

    def test_interrupted_run_begins_anew(self):
        """A worker was killed while it ran: "running" for good, and the button is gone."""
        sync = self.env["telegram.sync"]._request(self.instance)
        sync.write({"state": "running", "list_type": "chats", "done_count": 7})
        self._run(self.env.ref("telegram_green_api.ir_cron_telegram_sync"))
        self.env.invalidate_all()
        self.assertEqual(self.last.state, "done")
        self.assertEqual(len(self.listed()), 4)

    def let_conflict(self, times):
        """Let another transaction be in the way of so many batches."""
        chat_class, left = self.registry["telegram.chat"], iter(range(times))
        create = chat_class._create_listed

        def conflict(chats, instance, rows):
            if next(left, None) is not None:
                raise SerializationFailure("on purpose")
            return create(chats, instance, rows)

        self.patch(chat_class, "_create_listed", conflict)
        self.patch(transactions, "FIRST_WAIT", 0)

    def test_others_in_the_way(self):
        """Customers write meanwhile: the synchronization is given up, and nobody notices."""
        self.let_conflict(transactions.ATTEMPTS)
        self.sync()
        self.assertEqual((self.last.state, self.last.error), ("running", False))
        cron = self.env.ref("telegram_green_api.ir_cron_telegram_sync")
        trigger = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.assertTrue(trigger, "nobody begins anew before the interval")
        self._run(cron)
        self.env.invalidate_all()
        self.assertEqual((self.last.state, self.last.unreadable_count), ("done", 0))
        self.assertEqual(len(self.listed()), 4)

    @mute_logger("odoo.addons.telegram_green_api.models.contacts.telegram_sync")
    def test_always_in_the_way(self):
        """Because of somebody's rule, the synchronization begins anew each minute for ever."""
        self.let_conflict(transactions.ATTEMPTS * telegram_sync.CONFLICTS_MAX)
        self.sync()
        for _number in range(telegram_sync.CONFLICTS_MAX - 1):
            self.assertEqual(self.last.state, "running")
            self._run(self.env.ref("telegram_green_api.ir_cron_telegram_sync"))
            self.env.invalidate_all()
        self.assertEqual(self.last.state, "failed")
        self.assertIn("kept changing the same chats", self.instance.sync_message)
        self.sync()
        self.assertEqual((self.last.state, self.last.conflict_count), ("done", 0))

    def interrupt(self, interruption):
        """Let something happen when the next run has fetched the chats."""
        sync_class, left = self.registry["telegram.sync"], iter(range(1))
        set_total = sync_class._set_total

        def set_total_later(sync, *args):
            if sync.list_type == "chats" and next(left, None) is not None:
                interruption(sync)
                sync.env.cr.commit()  # pylint: disable=invalid-commit
            return set_total(sync, *args)

        self.patch(sync_class, "_set_total", set_total_later)

    def test_requested_while_it_runs(self):
        """A second click during the run resets the numbers: it ends with "0 new", and what came
        to the list meanwhile is missing."""

        def click(sync):
            self.phone.add_customer("Late", chatId="21")
            sync._request(sync.instance_id)

        self.interrupt(click)
        self.sync()
        self._run(self.env.ref("telegram_green_api.ir_cron_telegram_sync"))
        self.env.invalidate_all()
        self.assertEqual(self.last.state, "done")
        self.assertTrue(self.find("21"))
        self.assertEqual(self.last.new_count, 2, "the late one and the group")

    def test_account_deleted_while_it_runs(self):
        """The synchronizations after that of a deleted account wait for the next run."""
        self.instance.action_sync()
        other = self._create_instance(self._prepare_phone(), name="Other")
        other.action_sync()
        self.interrupt(lambda sync: sync.instance_id.unlink())
        self._run(self.env.ref("telegram_green_api.ir_cron_telegram_sync"))
        self.env.invalidate_all()
        self.assertFalse(self.instance.exists())
        self.assertEqual(other.last_sync_id.state, "failed", "GREEN-API does not know it")

    def test_requested_twice(self):
        """A second click before the run imports everything twice."""
        self.instance.with_user(self.manager).action_sync()
        self.last.state = "running"
        self.instance.action_sync()
        self.assertEqual((self.last.state, self.last.user_id), ("waiting", self.env.user))
        self.sync()
        self.assertEqual(self.last.user_id, self.manager)
        self.assertEqual(len(self.phone.requests(method="getContacts")), 1)
        syncs = self.env["telegram.sync"].search([("instance_id", "=", self.instance.id)])
        self.assertEqual(syncs, self.last)

    def test_token_removed_meanwhile(self):
        """The scheduled action fails at an account without a token, run after run."""
        self.instance.action_sync()
        self.instance._store_secret("api_token", None)
        self._run(self.env.ref("telegram_green_api.ir_cron_telegram_sync"))
        self.env.invalidate_all()
        self.assertEqual(self.last.state, "canceled")
        self.assertFalse(self.instance.is_sync_running)
        self.assertFalse(self.instance.sync_message)

    def test_old_ones_are_removed(self):
        """Synchronizations pile up for years; or the form forgets the last one."""
        for _number in range(2):
            self.sync()
        syncs = self.env["telegram.sync"].search([("instance_id", "=", self.instance.id)])
        self.assertEqual(len(syncs), 2)
        syncs._gc_syncs()
        self.assertEqual(len(syncs.exists()), 2)
        self.env.cr.execute(
            "UPDATE telegram_sync SET create_date = create_date - INTERVAL '1 year'"
        )
        syncs._gc_syncs()
        self.assertEqual(syncs.exists(), self.last)
        self.assertIn("0 new, 0 changed", self.instance.sync_message)

    def test_somebody_is_faster(self):
        """A message of a new chat comes in meanwhile: the batch breaks, or the chat is doubled."""
        batches = []
        take = type(self.chats)._process_listed

        def take_late(chats, instance, rows):
            batches.append(len(rows))
            if len(batches) == 1:
                raise UniqueViolation("a chat of this batch was just made")
            return take(chats, instance, rows)

        self.patch(type(self.chats), "_process_listed", take_late)
        self.sync()
        self.assertEqual(self.last.state, "done")
        self.assertEqual(batches, [3, 3, 4])
        self.assertEqual(self.last.new_count, 4, "what was rolled back does not count")

    def test_others_go_on(self):
        """Something unexpected with one account keeps all others from being synchronised, run
        after run; and whoever asked is told nothing."""
        other = self._create_instance(self._create_phone(), name="Other")
        other.with_user(self.manager).action_sync()
        take = type(self.chats)._process_listed

        def break_one(chats, instance, rows):
            if instance == self.instance:
                raise ZeroDivisionError("unexpected")
            return take(chats, instance, rows)

        self.patch(type(self.chats), "_process_listed", break_one)
        with self.assertLogs("odoo.addons.telegram_green_api.models.contacts.telegram_sync"):
            self.sync()
        self.assertEqual(other.last_sync_id.state, "done")
        self.assertEqual(self.last.state, "failed")
        self.assertIn("See the server log", self.instance.sync_message)

    def test_no_token(self):
        """An instance without a token cannot be synchronised; its button must say so."""
        self.instance._store_secret("api_token", None)
        with self.assertRaisesRegex(UserError, "with an API token"):
            self.instance.action_sync()

    # === RIGHTS ===

    def test_operator_may_not(self):
        """Somebody who only writes fills the company's database with a private address book."""
        instance = self.instance.with_user(self.salesperson)
        for method in (instance.action_sync, instance.sync_contacts, instance.sync_chats):
            with self.assertRaises(AccessError):
                method()
        sync = self.env["telegram.sync"]._request(self.instance)
        with self.assertRaises(AccessError):
            sync.with_user(self.manager).new_count = 5

    # === MANY ===

    def take(self, rows):
        """Take in rows as one batch does; return the number of queries."""
        parsed = self.chats._select_listed(self.parse(rows))
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.chats._process_listed(self.instance, list(parsed.values()))
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def parse(self, rows):
        self.answer("getContacts", rows)
        with self.instance._get_client() as client:
            return client.get_contacts()

    def test_queries(self):
        """Each row costs queries of its own: thousands take minutes then."""
        counts = {}
        for size, first in ((100, 1000), (500, 2000)):
            numbers = range(first, first + size)
            phones = [f"+7999{number:07}" for number in numbers]
            partners = self.env["res.partner"].create(
                [{"name": phone, "phone": phone} for phone in phones]
            )
            half = partners[: size // 2]
            self.env["telegram.chat"]._get_or_create_for_partners(self.instance, half)
            rows = [
                contact(number, phoneNumber=int(phone))
                for number, phone in zip(numbers, phones, strict=True)
            ]
            counts[size, "new"] = self.take(rows)
            self.assertEqual(len(self.find(numbers[-1]).partner_id), 1)
            self.assertEqual(self.find(first).partner_id, half[0])
            counts[size, "known"] = self.take(rows)
            renamed = [{**row, "name": row["name"] + "!"} for row in rows]
            counts[size, "renamed"] = self.take(renamed)
            self.assertEqual(self.find(first).name, f"Person {first}!")
        self.assertEqual(counts[500, "known"], counts[100, "known"])
        # What is written takes some queries for each hundred rows more.
        self.assertLessEqual(counts[500, "renamed"] - counts[100, "renamed"], 4 * 2)
        self.assertLessEqual(counts[500, "new"] - counts[100, "new"], 4 * 4)
        self.assertLess(counts[500, "new"], 60)

    def test_the_hour_of_the_reader(self):
        """The scheduled action tells the user the end in UTC, three hours before their clock."""
        self.manager.tz = "Europe/Moscow"
        self.sync()
        with freeze_time("2025-11-14 09:25:00"):
            self.last._finish()
        self.env.cr.precommit.run()
        sent = self.env["bus.bus"].search([], order="id desc", limit=1).message
        self.assertIn("12:25", sent)

    def test_five_thousand(self):
        """Five thousand contacts and as many groups, twice: nothing doubled, nothing left out."""
        customers = [
            {"chatId": str(number), "name": f"P{number}", "phoneNumber": 79000000000 + number}
            for number in range(1, 5001)
        ]
        customers += [
            {"chatId": f"-{number}", "name": f"G{number}", "participants": []}
            for number in range(1, 5001)
        ]
        self.phone = self._create_phone(customers=customers)
        self.instance = self._create_instance(self.phone)
        seen = []
        take = telegram_sync.TelegramSync._process_batch
        self.patch(
            telegram_sync.TelegramSync,
            "_process_batch",
            lambda sync, rows: (seen.append(sync.message), take(sync, rows))[1],
        )
        self.sync()
        self.assertEqual(len(self.listed()), 10000)
        self.assertEqual(self.last.new_count, 10000)
        self.assertIn("500 of 5000 contacts", seen, "the progress is not shown")
        self.assertIn("9500 of 10000 chats", seen)
        self.sync()
        self.assertEqual(len(self.listed()), 10000)
        self.assertEqual((self.last.new_count, self.last.changed_count), (0, 0))
