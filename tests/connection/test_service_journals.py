# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import CUSTOMER_CHAT, TelegramCase


@tagged("post_install", "-at_install")
class TestTelegramJournal(TelegramCase):
    """The service's journals beside Odoo's log."""

    def setUp(self):
        super().setUp()
        self.phone.change(journalLagSeconds=0)

    def open(self):
        with self.enter_registry_test_mode():
            action = self.instance.action_open_journals()
        return self.env[action["res_model"]].search(action["domain"])

    def test_same(self):
        """What both have is no difference."""
        message = self.instance.send_text(CUSTOMER_CHAT, "Hello")
        self.send_queue()
        self.phone.write(CUSTOMER_CHAT, "Good day")
        self.receive()
        entries = self.open()
        self.assertEqual(set(entries.mapped("difference")), {"none"})
        self.assertEqual(entries.filtered("status").message_id | message, message)
        incoming = entries.filtered(lambda entry: entry.direction == "incoming")
        self.assertEqual((incoming.text, incoming.state), ("Good day", "received"))
        self.assertIn('"textMessage": "Good day"', incoming.raw)

    def test_missing_in_odoo(self):
        """What Odoo has missed stands out, and is taken in by one button."""
        self.phone.write(CUSTOMER_CHAT, "Nobody heard")
        with self.enter_registry_test_mode():
            self.instance.clear_webhooks_queue()
        entry = self.open()
        self.assertEqual((entry.difference, entry.text), ("missing", "Nobody heard"))
        self.assertFalse(entry.message_id)
        with self.enter_registry_test_mode():
            entry.action_fetch_missing()
        self.assertEqual(self.open().difference, "none")

    def test_further_at_the_service(self):
        """A message that was read, though Odoo was not told, stands out."""
        message = self.instance.send_text(CUSTOMER_CHAT, "Hello")
        self.send_queue()
        self.phone.read(CUSTOMER_CHAT)
        entry = self.open()
        self.assertEqual((entry.message_id, entry.difference), (message, "status"))
        self.assertEqual((entry.status, entry.state), ("Read", "sent"))

    def test_not_in_the_journal(self):
        """A message that Odoo has and the service does not stands out, once it is due there."""
        message = self.instance.send_text(CUSTOMER_CHAT, "Hello")
        message.write({"state": "sent", "id_message": "4242"})
        self.assertFalse(self.open(), "journals are some minutes late")
        message.date = fields.Datetime.now() - timedelta(hours=1)
        entry = self.open()
        self.assertEqual((entry.message_id, entry.difference), (message, "absent"))
        message.date = fields.Datetime.now() - timedelta(hours=25)
        self.assertFalse(self.open(), "journals go back one day")

    def test_service_down(self):
        """Half a comparison would show differences that are none."""
        self.phone.write(CUSTOMER_CHAT, "Hello")
        self.phone.fault("lastOutgoingMessages", "status", status=500)
        with self.assertRaisesRegex(UserError, "temporarily unavailable"):
            self.open()
        self.assertFalse(self.env["telegram.journal.entry"].search([]))

    def test_message_by_id(self):
        """What the service has of a message is told in words; administrators get the raw answer."""
        message = self.instance.send_text(CUSTOMER_CHAT, "Hello")
        self.send_queue()
        self.phone.read(CUSTOMER_CHAT)
        manager = self.create_user("journal_manager", "manager")
        with self.enter_registry_test_mode():
            for_manager = message.with_user(manager).action_look_up()["params"]
            for_user = message.with_user(self.salesperson).action_look_up()["params"]
        self.assertEqual(for_user["message"], "GREEN-API has the message: read.")
        self.assertFalse(for_user["raw"])
        self.assertIn('"textMessage": "Hello"', for_manager["raw"])

    def test_message_by_unknown_id(self):
        """An id that the service does not know is refused in its words."""
        lookup = self.env["telegram.message.lookup"].create(
            {"instance_id": self.instance.id, "chat": f" {CUSTOMER_CHAT} ", "id_message": "4242"}
        )
        with (
            self.enter_registry_test_mode(),
            self.assertRaisesRegex(UserError, "not know the message"),
        ):
            lookup.action_look_up()

    def test_message_without_id(self):
        """A message that was not sent yet cannot be asked for, and the service is left alone."""
        message = self.instance.send_text(CUSTOMER_CHAT, "Hello")
        with self.assertRaisesRegex(UserError, "not reported the ID"):
            message.action_look_up()
        self.assertFalse(self.phone.requests("getMessage"))

    def test_rights(self):
        """The journals hold what everybody wrote: they are for administrators."""
        instance = self.instance.with_user(self.salesperson)
        with self.assertRaises(AccessError):
            instance.action_open_journals()
        with self.assertRaises(AccessError):
            self.env["telegram.message.lookup"].with_user(self.salesperson).create(
                {"instance_id": instance.id, "chat": CUSTOMER_CHAT, "id_message": "1"}
            )
        self.assertFalse(self.phone.requests("lastIncomingMessages"))
