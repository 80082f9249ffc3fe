# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
# pylint: disable=translation-required  # what users write

from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import CUSTOMER_CHAT
from .test_record_creation import RecordCreationCase

LOGGER = "odoo.addons.telegram_green_api.models.automation.record_creation"
CARD = {
    "typeMessage": "contactMessage",
    "contactMessageData": {"phoneContact": "", "firstName": "Ivan", "lastName": ""},
}
PHOTO = {
    "typeMessage": "imageMessage",
    "fileMessageData": {
        "downloadUrl": "https://example.com/photo.jpg",
        "caption": "",
        "fileName": "photo.jpg",
        "mimeType": "image/jpeg",
    },
}


@tagged("post_install", "-at_install")
class TestRecordEdges(RecordCreationCase):
    """Conversations that create records, where days, states, kinds and companies meet."""

    # === WHEN ===

    def test_edge_of_the_days(self):
        """A person who writes exactly at the end of the days creates a record, or does a second
        too early."""
        days = self.instance.create_days * 24 * 3600
        self.write_in(0)
        self.write_in(days)
        self.assertEqual(len(self.get_records()), 1)
        self.write_in(2 * days + 1)
        self.assertEqual(len(self.get_records()), 2)

    def test_deleted_record(self):
        """A record that was deleted would take all later messages with it."""
        self.write_in(0)
        self.get_records().unlink()
        chat = self.write_in(60, "Hello?")
        [record] = self.get_records()
        self.assertEqual(chat.message_ids.sorted("date")[-1]._get_record(), record)

    def test_changes_create_nothing(self):
        """An edit, a reaction or a deletion of an old message would create a record."""
        self.write_in(0)
        self.get_records().unlink()
        target = {"stanzaId": "1763115112"}
        for number, data in enumerate(
            (
                {
                    "typeMessage": "editedMessage",
                    "editedMessageData": {"textMessage": "Two", **target},
                },
                {"typeMessage": "deletedMessage", "deletedMessageData": target},
                {
                    "typeMessage": "reactionMessage",
                    "extendedTextMessageData": {"text": "👍"},
                    "quotedMessage": target,
                },
            )
        ):
            self.ingest(self.prepare(60 + number, messageData=data))
        self.assertFalse(self.get_records())

    # === WHAT ===

    def test_first_message_of_each_kind(self):
        """A conversation that begins with a photo or a card would create no record."""
        location = {"latitude": 55.75, "longitude": 37.61, "nameLocation": "", "address": ""}
        kinds = (
            PHOTO,
            CARD,
            {"typeMessage": "locationMessage", "locationMessageData": location},
            {"typeMessage": "textMessage", "textMessageData": {"textMessage": "\n\n \n"}},
            {"typeMessage": "textMessage", "textMessageData": {"textMessage": "x" * 4096}},
            {"typeMessage": "stickerMessage", "fileMessageData": PHOTO["fileMessageData"]},
            {"typeMessage": "somethingNew"},
        )
        for number, data in enumerate(kinds):
            with self.subTest(data["typeMessage"]):
                sender = {
                    "chatId": f"3000000{number}",
                    "chatType": "user",
                    "sender": f"3000000{number}",
                    "chatName": f"Person {number}",
                }
                self.ingest(self.prepare(number, messageData=data, senderData=sender))
                record = self.get_records()[-1:]
                self.assertEqual(len(self.get_records()), number + 1)
                self.assertTrue(record.name.startswith(f"Person {number}"), record.name)
                self.assertLess(len(record.name), 80)

    def test_album(self):
        """Each photo of an album would create a record."""
        self.ingest(*(self.prepare(number, messageData=PHOTO) for number in range(3)))
        for number in range(3, 6):
            self.ingest(self.prepare(number, messageData=PHOTO))
        [record] = self.get_records()
        self.assertEqual(self.get_chat().message_ids.mapped("res_id"), [record.id] * 6)

    def test_bots_and_channels(self):
        """A bot that greets every subscriber would create records."""
        self.instance.create_from_groups = True
        for number, kind in enumerate(("bot", "channel")):
            chat_id = "-1005" if kind == "channel" else "40000001"
            sender = {"chatId": chat_id, "chatType": kind, "sender": chat_id, "chatName": "Bot"}
            self.ingest(self.prepare(number, senderData=sender))
        self.assertFalse(self.get_records())

    def test_stop_creates_nothing(self):
        """Who ends mailings would become a lead."""
        self.write_in(0, "STOP")
        self.assertFalse(self.get_records())

    # === WHICH MODELS ===

    def test_number_as_result(self):
        """An app whose message_new returns a number, as Odoo documents it, would fail."""
        model = type(self.env["res.partner"])
        origin = model.message_new

        def message_new(self, msg_dict, custom_values=None):
            return origin(self, msg_dict, custom_values).id

        with patch.object(model, "message_new", message_new):
            self.write_in(0)
        self.assertEqual(len(self.get_records()), 1)

    def test_every_model(self):
        """A model that cannot be created from a message would lose the message or its file."""
        models = self.env["ir.model"].search(
            [("is_mail_thread", "=", True), ("transient", "=", False), ("abstract", "=", False)]
        )
        outcomes = {}
        for number, model in enumerate(models):
            self.instance.create_model_id = model
            self.instance.create_defaults = "{}"
            sender = {
                "chatId": f"5000{number:04}",
                "chatType": "user",
                "sender": f"5000{number:04}",
                "chatName": f"Person {number}",
            }
            with self.subTest(model.model), mute_logger("odoo.sql_db", LOGGER):
                [event] = self.ingest(self.prepare(number, senderData=sender))
                self.assertEqual(event.state, "done", event.error)
                message = event.message_id
                self.assertEqual(message.text, "Is it in stock?")
                record = message._get_record()
                outcomes[model.model] = bool(record)
                if record:
                    self.assertIn("Is it in stock?", str(record.message_ids.mapped("body")))
        self.assertTrue(outcomes["res.partner"])

    # === COMPANIES ===

    def test_defaults_of_another_company(self):
        """A company would read what the customers of another one write, and answer by its own
        account."""
        company = self.env["res.company"].create({"name": "Other company"})
        self.instance.create_defaults = repr({"ref": "telegram", "company_id": company.id})
        chat = self.write_in(0)
        self.assertFalse(self.get_records())
        self.assertEqual(len(chat.message_ids), 1)
        self.assertIn("another company", self.instance.activity_ids.note)

    def test_branch(self):
        """A branch that uses the account of its parent company would get no records."""
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.env.company.id}
        )
        self.instance.create_defaults = repr({"ref": "telegram", "company_id": branch.id})
        self.write_in(0)
        self.assertEqual(self.get_records().company_id, branch)

    def test_own_company(self):
        """A record would belong to the company of who happens to receive the message."""
        company = self.env["res.company"].create({"name": "Other company"})
        self.instance.company_id = company
        self.salesperson.company_ids = [Command.link(company.id)]
        self.instance.create_model_id = self.env["ir.model"]._get("account.payment")
        self.instance.create_defaults = "{}"
        self.env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
        chat = self.write_in(0)
        record = chat.message_ids._get_record()
        self.assertEqual((record._name, record.company_id), ("account.payment", company))
        self.assertEqual(record.partner_id, self.customer)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_answer_by_a_colleague_of_another_company(self):
        """A user of another company would answer from the record that a conversation created."""
        self.write_in(0)
        record = self.get_records()
        record.company_id = self.env.company
        company = self.env["res.company"].create({"name": "Other company"})
        stranger = self.create_user(
            "record_stranger",
            "user",
            "contacts",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        with self.assertRaises(AccessError):
            record.with_user(stranger).with_context(
                allowed_company_ids=company.ids
            )._message_telegram("Hello", partner=self.customer)

    def test_after_days_of_silence_in_a_group(self):
        """The group of a customer who was silent for months would go on with an old record."""
        self.instance.create_from_groups = True
        sender = {"chatId": "-1009", "chatType": "supergroup", "sender": "1", "chatName": "Team"}
        self.ingest(self.prepare(0, senderData=sender))
        group = self.env["telegram.chat"]._find(self.instance, "-1009")
        group.sudo().last_received_date -= timedelta(days=31)
        self.ingest(self.prepare(60, senderData=sender))
        self.assertEqual(len(self.get_records()), 2)
        self.assertNotEqual(group.telegram_id, CUSTOMER_CHAT)
