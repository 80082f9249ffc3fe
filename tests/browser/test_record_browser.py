# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.fields import Command
from odoo.tests import tagged

from ..common import TelegramCase
from .browser_case import TourCase


@tagged("post_install", "-at_install")
class TestRecordBrowser(TelegramCase, TourCase):
    """A conversation becomes a record in Discuss."""

    def test_create_record(self):
        """The action is not found where the conversation is read, or the record is empty."""
        self.instance.operator_ids = [Command.link(self.env.ref("base.user_admin").id)]
        self.env.flush_all()  # what comes in is processed in a transaction of its own
        message = self.ingest(self.notification("Two red ones, please.")).message_id
        channel = message.chat_id._open_channel()
        self.tour("telegram_create_record", f"/odoo/discuss?active_id=discuss.channel_{channel.id}")
        self.env.invalidate_all()
        self.assertEqual(message.res_model, "res.partner")
        self.assertEqual(message._get_record().name, "Two red ones, please.")
