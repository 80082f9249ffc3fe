# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from .common import TelegramCase


@tagged("post_install", "-at_install")
class TestLists(TelegramCase):
    """What lists of many rows read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.records = cls.env["res.partner"].create(
            [{"name": f"Order {number}"} for number in range(12)]
        )

    def count_queries(self, rows):
        """Return the queries that read the names of the records of 12 rows, and of 3 rows."""
        counts = []
        rows = rows.with_user(self.salesperson)
        for count in (12, 12, 3):  # the first one fills caches of the process
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertEqual(
                {row["record_name"] for row in rows[:count].read(["record_name"])},
                set(self.records[:count].mapped("display_name")),
            )
            counts.append(self.cr.sql_log_count - before)
        return counts[1:]

    def test_records_of_messages(self):
        """A list of messages reads the names of all records at once, not of each alone."""
        chat = self.env["telegram.chat"]._get_or_create(self.instance, "72000000")
        messages = self.env["telegram.message"].create(
            [
                {
                    "chat_id": chat.id,
                    "direction": "incoming",
                    "state": "received",
                    "type_message": "textMessage",
                    "res_model": record._name,
                    "res_id": record.id,
                }
                for record in self.records
            ]
        )
        many, few = self.count_queries(messages)
        self.assertEqual(many, few)

    def test_records_of_groups(self):
        """A list of groups reads the names of all records at once, not of each alone."""
        groups = self.env["telegram.chat"].create(
            [
                {
                    "instance_id": self.instance.id,
                    "name": "Group",
                    "telegram_id": f"-{1000000 + record.id}",
                    "res_model": record._name,
                    "res_id": record.id,
                }
                for record in self.records
            ]
        )
        many, few = self.count_queries(groups)
        self.assertEqual(many, few)

    def test_opening(self):
        """Opening the list of messages does not read the messages of the whole database: Odoo does
        so for a field with posts that can be grouped."""
        messages = self.env["telegram.message"].with_user(self.salesperson)
        views = [(False, "list"), (False, "search")]
        fields = messages.get_views(views)["models"]["telegram.message"]["fields"]
        self.assertFalse(fields["mail_message_ids"]["groupable"])
        self.assertTrue(fields["chat_id"]["groupable"])
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        messages.fields_get(["mail_message_ids"], ["groupable"])
        self.assertEqual(self.cr.sql_log_count, before)
