# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from ..common import TelegramCase

# Queries for each queued text: with its claim, its outcome, its chatter, and the savepoint by which
# a test stands for a commit. Two more were for reading what had been read already.
QUERIES = 14


@tagged("post_install", "-at_install")
class TestCost(TelegramCase):
    """What the send action does for each message beside the call."""

    def queue(self, count):
        """Queue a text in each of so many chats."""
        self.number = getattr(self, "number", 0)
        chats = self.env["telegram.chat"]
        for _number in range(count):
            self.number += 1
            chats |= chats._get_or_create(
                self.instance, str(71000000 + self.number), name=f"Chat {self.number}"
            )
        chats.first_contact_date = "2020-01-01 00:00:00"
        messages = self.env["telegram.message"]
        return messages._queue_all([(chat, messages._prepare_text("Hello")) for chat in chats])

    def test_number_of_queries(self):
        """Each text more costs a fixed number of queries: all fields of a row take longer to read
        than the call takes."""
        queries = []
        for count in (2, 5, 25):  # the first ones fill caches of the process
            messages = self.queue(count)
            self.env.flush_all()
            before = self.cr.sql_log_count
            self.send_queue()
            queries.append(self.cr.sql_log_count - before)
            self.assertEqual(set(messages.mapped("state")), {"sent"})
        self.assertLessEqual((queries[2] - queries[1]) / 20, QUERIES, queries)

    def test_progress(self):
        """All messages of a run count as its progress, although it is not stored for each."""
        self.queue(7)
        self.send_queue()
        ours = [("cron_id", "=", self.instance.send_cron_id.id)]
        progress = self.env["ir.cron.progress"].search(ours)
        self.assertEqual(sum(progress.mapped("done")), 7)
        self.assertEqual(set(progress.mapped("remaining")), {0})
