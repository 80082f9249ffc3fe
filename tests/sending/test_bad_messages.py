# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.sending.claim import Claim, Claimed
from ...models.sending.limits import SendBudget
from ...models.sending.queue_sender import QueueSender
from ...models.sending.unsure import JOURNAL_LAG, UNSURE_ATTEMPTS_MAX
from ..common import CUSTOMER_CHAT, TelegramCase

OTHER_CHAT = "10000001"
LOGGERS = ("sending.unsure", "sending.queue", "sending.content")


@tagged("post_install", "-at_install")
class TestBadMessages(TelegramCase):
    """One message that cannot be sent is set aside with its reason, and holds up no other one."""

    def setUp(self):
        super().setUp()
        path = "odoo.addons.telegram_green_api.models."
        self.enterContext(mute_logger(*(path + name for name in LOGGERS)))

    def send_beside(self, bad, runs=1):
        """Queue a text for somebody else behind a bad message, let the queue run, return it."""
        good = self.instance.send_text(OTHER_CHAT, "Good morning")
        for _number in range(runs):
            self.instance.send_after = False
            self.send_queue()
        self.assertEqual(good.state, "sent")
        self.assertLess(bad.id, good.id)
        return good

    def test_file_emptied_since(self):
        """A file that lost its content while it waited is said to be empty; the run goes on."""
        file = self.env["ir.attachment"].create({"name": "offer.pdf", "raw": b"%PDF-1.4 x"})
        bad = self.instance.send_file(CUSTOMER_CHAT, file)
        file.raw = b""
        self.send_beside(bad)
        self.assertEqual(bad.state, "error")
        self.assertIn("offer.pdf", bad.failure_reason)

    @mute_logger("odoo.addons.telegram_green_api.models")
    def test_file_that_the_server_cannot_read(self):
        """A file whose place in the filestore cannot be read fails, and not the whole run."""
        file = self.env["ir.attachment"].create({"name": "offer.pdf", "raw": b"%PDF-1.4 y"})
        bad = self.instance.send_file(CUSTOMER_CHAT, file)
        self.env.cr.execute(
            "UPDATE ir_attachment SET store_fname = 'checklist' WHERE id = %s", [file.id]
        )  # a folder
        file.invalidate_recordset()
        self.send_beside(bad)
        self.assertEqual(bad.state, "error")
        self.assertIn("offer.pdf", bad.failure_reason)

    def test_report_that_breaks(self):
        """A report whose own code fails is told to people; it stops no queue."""
        report = self.make_report(print_report_name="object.no_such_field")
        chat = self.env["telegram.chat"]._get_or_create(self.instance, CUSTOMER_CHAT)
        messages = self.env["telegram.message"]
        bad = messages._queue(chat, messages._prepare_report(report), self.customer)
        self.send_beside(bad)
        self.assertEqual(bad.state, "error")
        self.assertIn("Card", bad.failure_reason)

    def test_call_that_always_fails(self):
        """What the service fails at again and again waits behind the others."""
        file = self.env["ir.attachment"].create({"name": "film.mp4", "raw": b"0123456789"})
        bad = self.instance.send_file(CUSTOMER_CHAT, file)
        self.phone.fault("sendFileByUpload", "status", status=429, times=100)
        self.send_beside(bad, runs=4)
        self.assertEqual(bad.state, "queued")

    def test_file_that_always_fails(self):
        """A file for many that cannot be uploaded lets all else go first after some tries, and
        not after some tries for each of the many."""
        file = self.env["ir.attachment"].create({"name": "film.mp4", "raw": b"0123456789"})
        bad = self.instance.send_file(CUSTOMER_CHAT, file)
        for number in range(3):
            self.instance.send_file(f"1000001{number}", file)
        self.phone.fault("uploadFile", "status", status=429, times=100)
        self.send_beside(bad, runs=4)
        self.assertEqual(bad.state, "queued")

    def test_report_of_a_deleted_user(self):
        """A report is made with the rights of whoever sent it; of nobody, it is not made."""
        report = self.make_report()
        chat = self.env["telegram.chat"]._get_or_create(self.instance, CUSTOMER_CHAT)
        messages = self.env["telegram.message"]
        bad = messages._queue(chat, messages._prepare_report(report), self.customer)
        bad.flush_recordset()
        self.env.cr.execute("UPDATE telegram_message SET create_uid = NULL WHERE id = %s", [bad.id])
        bad.invalidate_recordset()
        self.send_beside(bad)
        self.assertEqual(bad.state, "error")
        self.assertIn("was deleted", bad.failure_reason)

    def test_file_by_url_in_a_mailing(self):
        """The note on each record links the file, as it does when one person is written to."""
        values = self.env["telegram.message"]._prepare_url("https://example.com/list.pdf")
        queued = self.customer._message_telegram_batch(
            {}, instance=self.instance, contents=[values]
        )
        self.assertIn('href="https://example.com/list.pdf"', queued.mail_message_ids.body)

    def test_message_that_is_never_taken(self):
        """A message whose sending is interrupted time and again is given to a person at last."""
        bad = self.instance.send_text(CUSTOMER_CHAT, "Stops Odoo")
        bad.write({"state": "sending", "attempts": 1, "unsure_count": UNSURE_ATTEMPTS_MAX - 1})
        self.send_queue()
        self.assertEqual((bad.state, bad.is_being_checked), ("unsure", True))
        bad.missing_since_date -= timedelta(seconds=JOURNAL_LAG)
        self.send_queue()
        self.assertEqual(bad.state, "error")
        self.assertIn(str(UNSURE_ATTEMPTS_MAX), bad.failure_reason)
        bad.action_retry()
        self.send_queue()
        self.assertEqual((bad.state, bad.unsure_count), ("sent", 0))

    def test_change_that_is_never_taken(self):
        """The same of a change, which is otherwise repeated without asking."""
        message = self.instance.send_text(CUSTOMER_CHAT, "Hello")
        self.send_queue()
        change = message.edit("Good day")
        change.write({"state": "sending", "attempts": 1, "unsure_count": UNSURE_ATTEMPTS_MAX - 1})
        self.send_beside(change)
        self.assertEqual(change.state, "error")
        self.assertEqual(message.text, "Hello")

    def test_failure_without_an_id_after_a_change(self):
        """What failed is the message, not a change that was confirmed before: changes are never
        reported on."""
        first = self.instance.send_text(CUSTOMER_CHAT, "Hello")
        self.send_queue()
        first._set_state({"state": "read"})
        change = first.edit("Good day")
        last = self.instance.send_text(CUSTOMER_CHAT, "Are you there?")
        self.send_queue()
        failed = self.status(last, "failed")
        del failed["idMessage"]
        self.ingest(failed)
        self.assertEqual((change.state, last.state), ("sent", "error"))

    def test_shown_message_that_was_deleted(self):
        """A message deleted just after it was sent spoils nothing for the one sent after it."""
        gone = self.instance.send_text(CUSTOMER_CHAT, "Delete me")
        self.send_queue()
        message = self.instance.send_text(CUSTOMER_CHAT, "Stays")
        gone_id = gone.id
        gone.unlink()
        outcome = (message._mark_sent, ("17",))
        claim = Claim()
        claim.take(Claimed(message, message.claim_number))
        sender = QueueSender(self.instance)
        sender._store_outcome(claim, outcome, None, [gone_id, message.id], True)
        self.assertEqual(message.state, "sent")

    def test_ceiling_that_passed_meanwhile(self):
        """A run that was told “nobody new” does not fail when somebody new may be written to by
        its end; it has the rest sent at once."""
        self.instance.daily_new_contact_limit = 1
        self.instance.send_text(CUSTOMER_CHAT, "Hello")
        triggers = self.env["ir.cron.trigger"]
        triggers.search([("cron_id", "=", self.instance.send_cron_id.id)]).unlink()
        self.instance._trigger_for_new_contacts(SendBudget(messages=10, new_contacts=0))
        self.assertTrue(triggers.search([("cron_id", "=", self.instance.send_cron_id.id)]))


@tagged("post_install", "-at_install")
class TestCorrectedPhone(TelegramCase):
    """Messages go to the phone that the contact has now."""

    def test_never_answered(self):
        """A chat of a mistyped number is left when the number is corrected: it is somebody
        else's, or nobody's."""
        for number, learned in (("+79998887701", False), ("+79998887702", "10000002")):
            contact = self.env["res.partner"].create({"name": "Ivan", "phone": number})
            wrong = self.write_from(contact, "Hello").chat_id
            if learned:
                wrong._resolve_phone_chat(learned)
            contact.phone = "+79998887709"
            right = self.write_from(contact, "Hello again").chat_id
            self.assertEqual(right.phone, "+79998887709")
            contact.phone = number
            self.assertEqual(self.write_from(contact, "And again").chat_id, wrong)

    def test_no_account(self):
        """A contact without Telegram gets mailings as soon as another number is entered."""
        chat = self.write_from(self.customer, "Hello").chat_id
        chat.no_account = True
        chats = self.env["telegram.chat"]
        [recipient] = chats._check_recipients(self.instance, self.customer)
        self.assertEqual(recipient.reason, "no_account")
        self.customer.phone = "+79998887703"
        [recipient] = chats._check_recipients(self.instance, self.customer)
        self.assertEqual((recipient.reason, recipient.address), ("", "+79998887703"))

    def test_chat_that_was_written_from(self):
        """Who writes from another number than the contact has is answered there."""
        chat = self.write_from(self.customer, "Hello").chat_id
        chat.last_received_date = self.env.cr.now().replace(microsecond=0)
        self.customer.phone = "+79998887704"
        self.assertEqual(self.write_from(self.customer, "Hello").chat_id, chat)
