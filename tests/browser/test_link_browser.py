# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.fields import Command
from odoo.tests import tagged

from ..common import TelegramCase
from .browser_case import TourCase


@tagged("post_install", "-at_install")
class TestLinkBrowser(TelegramCase, TourCase):
    """Somebody whom Odoo does not know has written; a person says who it is, and about what."""

    def test_link(self):
        """From the chat: choose among the contacts of the number, then the record; to Discuss."""
        self.customer.phone = False
        partners = self.env["res.partner"].create(
            [{"name": name, "phone": "+7 999 888-77-66"} for name in ("Anna Link", "Boris Link")]
        )
        order = self.env["res.partner"].create({"name": "Order Link"})
        self.instance.operator_ids = [Command.link(self.env.ref("base.user_admin").id)]
        self.env.flush_all()  # what comes in is processed in a transaction of its own
        event = self.ingest(self.notification("Who are you?"))
        chat = event.message_id.chat_id
        self.tour("telegram_link", f"/odoo/telegram.chat/{chat.id}")
        self.env.invalidate_all()
        self.assertEqual(chat.partner_id, partners[1])
        self.assertEqual(event.message_id._get_record(), order)
