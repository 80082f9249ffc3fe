# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.mail.tools.discuss import Store

from ..common import CUSTOMER_CHAT, TelegramCase


@tagged("post_install", "-at_install")
class TestChatterTop(TelegramCase):
    """What a chatter shows above its messages."""

    def schedule(self, days=1, **values):
        self.date = fields.Datetime.now() + timedelta(days=days)
        customer = self.customer.with_user(self.salesperson)
        posted = customer._message_telegram("Later", scheduled_date=self.date, **values)
        return posted.notification_ids.telegram_message_id

    def read_chatter(self, user=None):
        """Return the data of the chatter of the customer, and its scheduled messages."""
        requested = ["scheduledMessages", "suggestedRecipients"]
        customer = self.customer.with_user(user or self.salesperson)
        store = Store().add(customer, request_list=requested, as_thread=True)
        data = store.get_result()
        [thread] = data["mail.thread"]
        rows = {row["id"]: row for row in data.get("telegram.message", ())}
        return thread, [rows[id_] for id_ in thread["telegramScheduledMessages"]]

    def edit(self, message, **values):
        dialog = self.env["telegram.message.edit"].with_user(self.salesperson)
        return dialog.create({"message_id": message.id, **values}).action_save()

    def test_scheduled(self):
        """A message that waits for its date is shown with it, until it is sent."""
        later, sooner = self.schedule(days=2), self.schedule(days=1)
        self.schedule(days=3).action_cancel()
        _thread, rows = self.read_chatter()
        self.assertEqual([row["id"] for row in rows], [sooner.id, later.id])
        date = fields.Datetime.to_string(sooner.scheduled_date)
        self.assertEqual(rows[0]["scheduled_date"], date)
        self.assertEqual(rows[0]["body"][0], "markup")
        self.assertIn("Later", rows[0]["body"][1])
        self.assertTrue(rows[0]["can_change"])
        sooner.with_user(self.salesperson).action_send_now()
        self.assertEqual([row["id"] for row in self.read_chatter()[1]], [later.id])

    def test_date_of_posts(self):
        """Once it is sent, a scheduled message is shown with that date, not with the former one."""
        self.phone.write(CUSTOMER_CHAT, "Hello")
        self.receive()
        message = self.schedule()
        posts = message.mail_message_ids
        self.assertEqual(set(posts.mapped("model")), {"res.partner", "discuss.channel"})
        written = fields.Datetime.now() - timedelta(days=3)
        posts.date = written
        message.with_user(self.salesperson).action_send_now()
        self.send_queue()
        self.assertEqual(message.state, "sent")
        self.assertEqual(set(posts.mapped("date")), {message.date})
        self.assertGreater(message.date, written)

    def test_other_record(self):
        """A record shows its own messages only."""
        self.schedule()
        other = self.env["res.partner"].create({"name": "Other"})
        data = Store().add(other, request_list=["scheduledMessages"], as_thread=True).get_result()
        self.assertEqual(data["mail.thread"][0]["telegramScheduledMessages"], [])

    def test_reader(self):
        """Who only reads the record sees what is scheduled, as in the chatter, without buttons."""
        self.schedule()
        reader = self.create_user("telegram_reader_of_chatter", "employee")
        _thread, [row] = self.read_chatter(reader)
        self.assertFalse(row["can_change"])

    def test_edit(self):
        """Text and date of a scheduled message are changed in one dialog."""
        message = self.schedule()
        date = self.date + timedelta(days=5)
        self.edit(message, text="Much later", scheduled_date=date)
        self.assertEqual((message.text, message.scheduled_date), ("Much later", date))
        self.assertEqual(message.state, "queued")
        self.send_queue()
        self.assertFalse(self.phone.ledger())
        past = fields.Datetime.now() - timedelta(hours=1)
        with self.assertRaisesRegex(UserError, "in the past"):
            self.edit(message, scheduled_date=past)
        self.edit(message, scheduled_date=False)
        self.send_queue()
        [sent] = self.phone.messages(CUSTOMER_CHAT)
        self.assertEqual(sent["text"], "Much later")
        with self.assertRaisesRegex(UserError, "no longer possible"):
            self.edit(message, scheduled_date=date)

    def test_date_of_a_file(self):
        """A message without a text to edit can be scheduled for another date all the same."""
        file = self.env["ir.attachment"].create(
            {"name": "offer.txt", "raw": b"1", "res_model": "res.partner"}
        )
        file.res_id = self.customer.id
        message = self.schedule(attachments=file)
        _thread, [row] = self.read_chatter()
        self.assertIn("offer.txt", row["body"][1])
        date = self.date + timedelta(days=1)
        self.edit(message, scheduled_date=date)
        self.assertEqual(message.scheduled_date, date)
        self.assertEqual(message.text, "Later")

    def test_quote(self):
        """The answer to a message quotes it in the chatter, if it is there as well."""
        self.ingest(self.notification("When does it come?"))
        question = self.env["telegram.message"].search([("text", "=", "When does it come?")])
        customer = self.customer.with_user(self.salesperson)
        for record, is_shown in ((customer, True), (self._create_other_record(), False)):
            with self.subTest(record._name):
                values = {"partner": customer, "quoted_message": question}
                posted = record._message_telegram("Tomorrow", **values)
                quote = posted._telegram_get_facts()["quote"]
                self.assertEqual(bool(quote), is_shown)
        quote = customer.message_ids[0]._telegram_get_facts()["quote"]
        self.assertEqual(quote["text"], "When does it come?")
        self.assertTrue(quote["sender"])

    def _create_other_record(self):
        values = {"name": "Other", "phone": "+79998887700"}
        return self.env["res.partner"].create(values).with_user(self.salesperson)

    def test_choose_quote(self):
        """The list of messages to quote tells who wrote them and when, and has no log lines."""
        self.ingest(self.notification("When does it come?"))
        question = self.env["telegram.message"].search([("text", "=", "When does it come?")])
        named = question.with_user(self.salesperson).with_context(telegram_show_sender=True)
        self.assertRegex(named.display_name, rf"^{question.sender_name}, .*\d.*: When does it come")
        composers = self.env["telegram.composer"]
        self.assertIn("editedMessage", composers._fields["quoted_message_id"].domain)

    def test_only_on_telegram(self):
        """Telegram is proposed to write to a contact who cannot get an e-mail."""
        self.customer.email = False
        self.assertFalse(self.read_chatter()[0]["telegram_is_proposed"], "no chat yet")
        self.ingest(self.notification("Hi"))
        self.assertTrue(self.read_chatter()[0]["telegram_is_proposed"])
        chat = self.env["telegram.chat"]._find(self.instance, CUSTOMER_CHAT)
        chat.sudo().no_account = True
        self.assertFalse(self.read_chatter()[0]["telegram_is_proposed"])
        chat.sudo().no_account = False
        self.customer.email = "vasilisa@example.com"
        self.assertFalse(self.read_chatter()[0]["telegram_is_proposed"])
        self.customer.email = False
        reader = self.create_user("telegram_reader_of_chatter", "employee")
        self.assertNotIn("telegram_is_proposed", self.read_chatter(reader)[0])
