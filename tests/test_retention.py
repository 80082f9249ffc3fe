# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import base64
import io
import json
import unittest
import zipfile
from datetime import timedelta

from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CUSTOMER_CHAT, TelegramCase

PICTURE = base64.b64decode("R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=")
OTHER_CHAT = "10000001"


class PrivacyCase(TelegramCase):
    """A customer who has written and sent a file, and another one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.create_user("privacy_manager", "manager", "contacts")

    def setUp(self):
        super().setUp()
        self.phone.write(CUSTOMER_CHAT, "My address is Arbat 1")
        self.phone.write_file(CUSTOMER_CHAT, "../passport.gif", PICTURE)
        self.phone.write(OTHER_CHAT, "Somebody else")
        self.receive()
        self.chat = self.find_chat(CUSTOMER_CHAT)
        self.chat._link_to_partner(self.customer)
        self.other_chat = self.find_chat(OTHER_CHAT)

    def find_chat(self, chat_id):
        return self.env["telegram.chat"].search(
            [("instance_id", "=", self.instance.id), ("telegram_id", "=", chat_id)]
        )

    def find_file(self):
        return self.chat.message_ids.attachment_id


@tagged("post_install", "-at_install")
class TestTelegramPrivacy(PrivacyCase):
    """What Odoo holds of one person, given out and erased."""

    def open(self, user=None):
        wizards = self.env["telegram.privacy"].with_user(user or self.manager)
        return wizards.create({"partner_id": self.customer.id})

    def read_archive(self, action):
        attachment_id = int(action["url"].split("/")[3].split("?")[0])
        content = self.env["ir.attachment"].browse(attachment_id).raw
        return zipfile.ZipFile(io.BytesIO(content))

    def test_counts(self):
        """Whoever answers a person's request sees beforehand how much there is."""
        wizard = self.open()
        counts = (wizard.chat_count, wizard.message_count, wizard.file_count)
        self.assertEqual(counts, (1, 2, 1))

    def test_export(self):
        """The person gets everything that was said, with the files, and nothing of others."""
        self.write_from(self.customer, "Your passport has arrived")
        archive = self.read_archive(self.open().action_export())
        rows = json.loads(archive.read("messages.json"))
        self.assertEqual(
            [row["text"] for row in rows],
            ["My address is Arbat 1", "", "Your passport has arrived"],
        )
        self.assertEqual(archive.read(rows[1]["file"]), PICTURE)
        self.assertEqual({row["chat_id"] for row in rows}, {CUSTOMER_CHAT})
        for name in archive.namelist():
            self.assertNotIn("..", name.split("/"), "a file would leave its folder")

    def test_mailings(self):
        """The mailings to a person would be missing in the export, or stay after the erasure."""
        mailing = self.env["telegram.mailing"].create(
            {"name": "Spring Sale", "instance_id": self.instance.id}
        )
        recipients = self.env["telegram.mailing.recipient"].create(
            [
                {
                    "mailing_id": mailing.id,
                    "res_id": partner.id,
                    "partner_id": partner.id,
                    "chat_id": chat.id,
                    "state": "left_out",
                    "reason": "Wants no mailings",
                }
                for partner, chat in (
                    (self.customer, self.chat),
                    (self.customer.copy(), self.other_chat),
                )
            ]
        )
        archive = self.read_archive(self.open().action_export())
        [row] = json.loads(archive.read("mailings.json"))["mailings"]
        self.assertEqual(
            (row["name"], row["status"], row["reason"]),
            ("Spring Sale", "left_out", "Wants no mailings"),
        )
        self.open().action_erase()
        self.assertEqual(recipients.exists(), recipients[1])

    def test_erase(self):
        """Nothing of the person is left: messages, conversation, notes, files, raw events."""
        self.instance.call_log = "all"
        with self.enter_registry_test_mode():
            self.instance._call_service(
                "get_message", CUSTOMER_CHAT, self.chat.message_ids[0].id_message
            )
        file = self.find_file()
        path = file._full_path(file.store_fname)
        channel = self.chat.channel_id
        self.assertTrue(channel and file)
        self.open().action_erase()
        self.env.flush_all()
        self.assertFalse(self.find_chat(CUSTOMER_CHAT))
        self.assertFalse(channel.exists())
        self.assertFalse(file.exists())
        self.env["ir.attachment"]._gc_file_store_unsafe()
        with self.assertRaises(FileNotFoundError):
            open(path, "rb").close()
        notes = self.env["mail.message"].search([("message_type", "=", "telegram")])
        self.assertFalse(notes.filtered(lambda note: "Arbat" in (note.body or "")))
        for model, name in (("telegram.event", "payload"), ("telegram.call", "answer")):
            texts = self.env[model].search([("instance_id", "=", self.instance.id)]).mapped(name)
            self.assertNotIn(f'"{CUSTOMER_CHAT}"', " ".join(filter(None, texts)), model)

    def test_others_stay(self):
        """What others said is not taken along."""
        self.open().action_erase()
        self.assertEqual(self.find_chat(OTHER_CHAT), self.other_chat)
        self.assertEqual(self.other_chat.message_ids.text, "Somebody else")
        self.assertTrue(self.other_chat.channel_id.message_ids)
        events = self.env["telegram.event"].search([("instance_id", "=", self.instance.id)])
        self.assertEqual(events.message_id, self.other_chat.message_ids)

    def test_files_of_records_stay(self):
        """An invoice's own file that was sent to the person still belongs to the invoice."""
        record = self.env["res.partner"].create({"name": "Order"})
        contract = self.env["ir.attachment"].create(
            {"name": "contract.txt", "raw": b"Ours", "res_model": record._name, "res_id": record.id}
        )
        record._message_telegram("Sign", partner=self.customer, attachments=contract)
        self.send_queue()
        self.open().action_erase()
        self.assertEqual(contract.raw, b"Ours")

    def test_while_messages_wait(self):
        """A message that still waits would go out, and come back: it is to be cancelled first."""
        self.write_from(self.customer, "On its way")
        with self.assertRaisesRegex(UserError, "still wait"):
            self.open().action_erase()
        self.assertTrue(self.chat.exists())

    def test_rights(self):
        """Operators neither give out nor erase; administrators only what is their company's."""
        with self.assertRaises(AccessError):
            self.open(self.salesperson)
        company = self.env["res.company"].create({"name": "Other"})
        other = self.create_user("privacy_other", "manager", company_id=company.id)
        with self.assertRaisesRegex(UserError, "no Telegram data of"):
            self.open(other).action_erase()
        self.assertTrue(self.chat.exists())

    def test_erase_checked_number(self):
        """The call log names a person by the phone, too: when it was asked about."""
        self.instance.call_log = "all"
        self.chat.phone = "+79876543210"
        calls = self.env["telegram.call"]
        for digits, force in (
            ("79876543210", False),
            ("79876543210", True),
            ("798765432109", False),
        ):
            with self.enter_registry_test_mode():
                self.instance._call_service("check_account", digits, force=force)
        here = [("instance_id", "=", self.instance.id), ("method", "=", "checkAccount")]
        self.assertEqual(calls.search_count(here), 3)
        self.open().action_erase()
        self.assertIn("798765432109", calls.search(here).request)

    def test_erase_membership(self):
        """A group's list of members names a person with name and number."""
        group = self.env["telegram.chat"].create(
            {"instance_id": self.instance.id, "telegram_id": "-100123", "name": "Group"}
        )
        members = self.env["telegram.group.member"].create(
            [
                {"group_id": group.id, "user_chat_id": CUSTOMER_CHAT, "name": "Vasilisa"},
                {"group_id": group.id, "user_chat_id": OTHER_CHAT, "name": "Other"},
            ]
        )
        self.open().action_erase()
        self.assertEqual(members.exists(), members[1])

    def test_privacy_lookup(self):
        """Odoo's own lookup of a person finds the chats, too."""
        if "privacy.lookup.wizard" not in self.env:
            raise unittest.SkipTest("Odoo's privacy_lookup is not installed")
        self.customer.email = "vasilisa@example.com"
        wizard = self.env["privacy.lookup.wizard"].create(
            {"name": self.customer.name, "email": self.customer.email}
        )
        wizard.action_lookup()
        found = {(line.res_model, line.res_id) for line in wizard.line_ids}
        self.assertIn(("telegram.chat", self.chat.id), found)


@tagged("post_install", "-at_install")
class TestRetention(PrivacyCase):
    """What an instance has brought is kept as long as its administrator wants."""

    def age(self, messages, days):
        messages.date = fields.Datetime.now() - timedelta(days=days)

    def test_for_ever(self):
        """Without a number of days nothing is removed, however old it is."""
        self.age(self.chat.message_ids, 5000)
        self.env["telegram.message"]._gc_messages()
        self.env["telegram.message"]._gc_files()
        self.assertEqual(len(self.chat.message_ids), 2)
        self.assertTrue(self.find_file())

    def test_messages(self):
        """Old messages go, with their notes and files; young ones stay."""
        self.instance.message_retention_days = 30
        old = self.chat.message_ids
        notes, file = old.mail_message_ids, self.find_file()
        self.age(old, 31)
        self.age(self.other_chat.message_ids, 29)
        self.env["telegram.message"]._gc_messages()
        self.assertFalse(old.exists() or notes.exists() or file.exists())
        self.assertTrue(self.other_chat.message_ids)
        self.assertTrue(self.chat.exists(), "the person can still be written to")

    def test_what_waits_stays(self):
        """A message that is to be sent next year is not removed as an old one."""
        self.instance.message_retention_days = 1
        message = self.write_from(self.customer, "Later")
        self.age(message, 10)
        self.env["telegram.message"]._gc_messages()
        self.assertEqual(message.state, "queued")

    def test_files(self):
        """Files go after their time; the message says so and stays."""
        self.instance.file_retention_days = 30
        message = self.chat.message_ids.filtered("attachment_id")
        files = message.attachment_id | message.mail_message_ids.attachment_ids
        self.age(message, 31)
        self.env["telegram.message"]._gc_files()
        self.assertFalse(files.exists())
        self.assertEqual(message.download_state, "removed")
        self.assertIn("retention time of files", message.mail_message_ids[0].body)

    def test_events(self):
        """Raw notifications go after their time, but those that nobody has looked at."""
        self.instance.event_retention_days = 7
        done = self.env["telegram.event"].search([("instance_id", "=", self.instance.id)])
        broken = self.env["telegram.event"].create(
            {"instance_id": self.instance.id, "key": "x", "payload": "{}", "state": "error"}
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE telegram_event SET create_date = create_date - interval '8 days' "
            "WHERE id = ANY(%s)",
            [(done | broken).ids],
        )
        self.env["telegram.event"]._gc_events()
        self.assertEqual((done | broken).exists(), broken)

    def test_unsent_files(self):
        """Files that were uploaded in the composer and not sent go after a day."""
        old, new, other = self.env["ir.attachment"].create(
            [
                {"name": "old", "raw": b"1", "res_model": "telegram.composer", "res_id": 0},
                {"name": "new", "raw": b"2", "res_model": "telegram.composer", "res_id": 0},
                {"name": "other", "raw": b"3", "res_model": "res.partner", "res_id": 0},
            ]
        )
        self.env.cr.execute(
            "UPDATE ir_attachment SET create_date = create_date - interval '2 days',"
            " write_date = write_date - interval '2 days' WHERE id = ANY(%s)",
            [(old | other).ids],
        )
        self.env["ir.attachment"]._gc_telegram_unsent_files()
        self.assertEqual((old | new | other).exists(), new | other)

    def test_negative(self):
        """Days below nothing would remove what has not come yet."""
        for name in (
            "message_retention_days",
            "file_retention_days",
            "event_retention_days",
            "call_retention_days",
        ):
            with self.subTest(name), mute_logger("odoo.sql_db"):
                with self.assertRaises(CheckViolation), self.env.cr.savepoint():
                    self.instance[name] = -1
                    self.instance.flush_recordset()
                self.instance.invalidate_recordset()

    def test_too_long(self):
        """A number of days beyond all calendars would end the cleaning for all accounts."""
        for name in (
            "message_retention_days",
            "file_retention_days",
            "event_retention_days",
            "call_retention_days",
        ):
            with self.subTest(name), mute_logger("odoo.sql_db"):
                with self.assertRaises(CheckViolation), self.env.cr.savepoint():
                    self.instance[name] = 1_000_000
                    self.instance.flush_recordset()
                self.instance.invalidate_recordset()
        self.instance[name] = 36_500
        self.env["telegram.call"]._gc_calls()
