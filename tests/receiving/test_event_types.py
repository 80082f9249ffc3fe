# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from ..common import TelegramCase
from ..languages import find_latin, load_language


@tagged("post_install", "-at_install")
class TestEventTypes(TelegramCase):
    """The types of GREEN-API's events have readable names, and stay searchable as they are."""

    def ingest(self, type_webhook):
        """Store an event of a type, and return it."""
        body = {"typeWebhook": type_webhook, "timestamp": 1}
        events = self.env["telegram.event"]
        events._ingest(self.instance, body)
        return events.search([("instance_id", "=", self.instance.id)], limit=1)

    def test_names(self):
        """The lists show names of a program such as outgoingAPIMessageReceived."""
        for type_webhook, name in (
            ("incomingMessageReceived", "Incoming message"),
            ("outgoingMessageReceived", "Message sent from the phone"),
            ("outgoingAPIMessageReceived", "Message sent through GREEN-API"),
            ("outgoingMessageStatus", "Status of a message"),
            ("stateInstanceChanged", "State of the account"),
            ("quotaExceeded", "Quota used up"),
            ("webhookTest", "Test of the webhook"),
        ):
            with self.subTest(type_webhook):
                event = self.ingest(type_webhook)
                self.assertEqual((event.event_type, event.display_name), (type_webhook, name))

    def test_unknown_type(self):
        """A type that GREEN-API adds has no name, or none that tells it from others."""
        event = self.ingest("somethingNew")
        self.assertEqual((event.event_type, event.display_name), ("other", "somethingNew"))
        self.assertEqual(self.ingest("other").event_type, "other")
        self.env["telegram.event"]._ingest(self.instance, ["no object"])
        event = self.env["telegram.event"].search([], limit=1)
        self.assertEqual((event.event_type, event.display_name), ("other", "Other"))

    def test_created_by_the_orm(self):
        """Events of the demo data, which are not received, have no type."""
        event = self.env["telegram.event"].create(
            {"instance_id": self.instance.id, "key": "1", "type_webhook": "quotaExceeded"}
        )
        self.assertEqual(event.event_type, "quotaExceeded")

    def test_both_are_found(self):
        """The raw name, which documentation and logs have, is not searchable any more."""
        event = self.ingest("outgoingMessageStatus")
        events = self.env["telegram.event"]
        for domain in (
            [("type_webhook", "ilike", "messagestatus")],
            [("event_type", "=", "outgoingMessageStatus")],
            [("display_name", "ilike", "outgoingMessageStatus")],
        ):
            self.assertEqual(events.search(domain, limit=1), event)
        groups = events.formatted_read_group([("id", "=", event.id)], ["event_type"])
        self.assertEqual([group["event_type"] for group in groups], ["outgoingMessageStatus"])

    def test_russian(self):
        """A reader of Russian meets an English type."""
        load_language(self.env)
        russian = self.env["telegram.event"].with_context(lang="ru_RU")
        for value, name in russian._fields["event_type"]._description_selection(russian.env):
            self.assertEqual(find_latin(name), [], value)
