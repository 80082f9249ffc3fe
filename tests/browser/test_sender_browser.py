# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
# pylint: disable=translation-required  # what users write

from odoo.fields import Command
from odoo.tests import tagged

from ..common import CUSTOMER_CHAT, TelegramCase
from .browser_case import TourCase


@tagged("post_install", "-at_install")
class TestSenderBrowser(TelegramCase, TourCase):
    """What a sender sees, who reads the own messages and no chats."""

    def test_own_message(self):
        """Chat was a link in the sender's message, and led to an access error."""
        sender = self.create_user("telegram_sender", "user", "contacts")
        self.instance.sender_ids = [Command.set(sender.ids)]
        self.ingest(self.notification("Hello"))
        chat = self.env["telegram.chat"]._find(self.instance, CUSTOMER_CHAT)
        self.customer.with_user(sender)._message_telegram("Offer", instance=self.instance)
        message = chat.message_ids.filtered(lambda each: each.text == "Offer")
        url = f"/odoo/action-telegram_green_api.telegram_message_action/{message.id}"
        self.tour("telegram_green_api.own_message_of_sender", url, login=sender.login)
