# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import ConcurrencyError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CUSTOMER_CHAT, TelegramCase


@tagged("post_install", "-at_install")
class TestEventTogether(TelegramCase):
    """Several events share a transaction; what goes wrong with one must not touch the others."""

    def let_it_fail(self, error, text, times=1):
        """Let the processing of the message with this text fail; return the texts of each try."""
        messages = type(self.env["telegram.message"])
        original, tried = messages._prepare_received, []

        def prepare_received(records, instance, received):
            texts = [notification.text for _chat, notification in received]
            tried.append(texts)
            if text in texts and sum(text in each for each in tried) <= times:
                raise error
            return original(records, instance, received)

        self.patch(messages, "_prepare_received", prepare_received)
        return tried

    def ingest_three(self):
        texts = ("First", "Second", "Third")
        return self.ingest(*(self.notification(text, idMessage=text) for text in texts))

    def get_shown(self):
        """Give the texts of the chat: as stored, as Discuss shows them, as the chatter does."""
        chat = self.env["telegram.chat"]._find(self.instance, CUSTOMER_CHAT)
        posted = self.customer.message_ids.filtered(lambda m: m.message_type == "telegram")
        return (
            chat.message_ids.sorted("id").mapped("text"),
            [str(m.body) for m in chat.channel_id.message_ids.sorted("id")],
            [str(m.body) for m in posted.sorted("id")],
        )

    def assert_shown(self, *texts):
        bodies = [f"<p>{text}</p>" for text in texts]
        self.assertEqual(self.get_shown(), (list(texts), bodies, bodies))

    def test_conflict_with_another_transaction(self):
        """When somebody is in the way of the second, the first is neither lost nor doubled."""
        tried = self.let_it_fail(ConcurrencyError("on purpose"), "Second")
        events = self.ingest_three()
        self.assertEqual(events.mapped("state"), ["done"] * 3)
        self.assertEqual(tried, [["First", "Second", "Third"], ["First"], ["Second", "Third"]])
        self.assert_shown("First", "Second", "Third")

    def test_conflict_every_time(self):
        """One that always meets somebody waits, and holds up nobody."""
        self.let_it_fail(ConcurrencyError("on purpose"), "First", times=99)
        events = self.ingest_three()
        self.assertEqual(events.mapped("state"), ["done", "done", "new"])  # newest first
        self.assertTrue(events[-1].next_attempt_at)
        self.assertEqual(events[-1].attempts, 0)
        self.assert_shown("Second", "Third")

    @mute_logger("odoo.addons.telegram_green_api.models.telegram_event_processing")
    def test_one_that_breaks(self):
        """What was done before one that breaks stays, and what comes after it is done."""
        self.let_it_fail(ZeroDivisionError("on purpose"), "Second", times=99)
        events = self.ingest_three()
        self.assertEqual(events.mapped("state"), ["done", "new", "done"])
        self.assertEqual(events.mapped("attempts"), [0, 1, 0])
        self.assert_shown("First", "Third")

    def test_followers_are_told(self):
        """Who follows the contact hears of each message, as of any other in the chatter."""
        self.salesperson.notification_type = "inbox"
        self.customer.message_subscribe(self.salesperson.partner_id.ids)
        self.ingest_three()
        self.assert_shown("First", "Second", "Third")
        told = self.env["mail.notification"].search(
            [("res_partner_id", "=", self.salesperson.partner_id.id)]
        )
        self.assertEqual(told.mail_message_id.mapped("res_id"), [self.customer.id] * 3)

    def test_without_followers(self):
        """A message that tells nobody is the same to a reader: author, subtype, and date."""
        self.customer.message_unsubscribe(self.customer.message_partner_ids.ids)
        self.instance.operator_ids = [Command.clear()]
        self.ingest(self.notification("Hi"))
        posted = self.customer.message_ids.filtered(lambda m: m.message_type == "telegram")
        self.assertEqual(posted.author_id, self.customer)
        self.assertEqual(posted.subtype_id, self.env.ref("mail.mt_comment"))
        self.assertFalse(posted.notification_ids)
