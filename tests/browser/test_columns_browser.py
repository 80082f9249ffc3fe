# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import datetime

from odoo.tests import tagged

from ..common import TelegramCase
from .browser_case import TourCase

LONG_NAME = "Somebody with an unusually long name that takes all the room there is, and more"


class ColumnsCase(TelegramCase, TourCase):
    """One long name takes the room of what stands beside it, and so does a date of another year."""

    def setUp(self):
        super().setUp()
        short = self.ingest(self.notification("Is it in stock?" * 10)).message_id
        short.res_model, short.res_id = "res.partner", self.customer.id
        self.short_chat = short.chat_id
        sender = {"chatId": "10000008", "chatType": "user", "sender": "10000008"}
        names = {"senderName": LONG_NAME, "chatName": LONG_NAME}
        chat = self.ingest(self.notification("Hello?", senderData={**sender, **names})).message_id
        username = "somebody_or_other"
        chat.chat_id.write({"phone": "+79123456789", "username": f"@{username}"})
        self.env["res.partner"].create(
            {"name": LONG_NAME, "website": f"https://t.me/{username}"}  # is proposed
        )
        # Dates of another year are the longest; so many that the list scrolls.
        for month in range(1, 13):
            for hour in (10, 22):
                chat.chat_id.copy(
                    {
                        "telegram_id": f"{month}00000{hour}",
                        "last_message_date": datetime(2024, month, 28, hour, 48),
                    }
                )
        self.env["telegram.chat"].search([("inbox_state", "=", "waiting")])._assign(
            self.salesperson
        )


@tagged("post_install", "-at_install")
class TestColumnsDesktop(ColumnsCase):
    browser_size = "1400x900"

    def test_lists(self):
        """Phone numbers and headers of columns would be cut."""
        self.tour("telegram_columns", "/odoo", chat=str(self.short_chat.id))

    def test_lists_in_russian(self):
        """Russian headers are longer."""
        self.use_russian()
        self.tour("telegram_columns", "/odoo", chat=str(self.short_chat.id))

    def test_cards(self):
        """How long a customer waits would be cut, and no picture of a contact shown."""
        self.tour("telegram_cards", "/odoo")


@tagged("post_install", "-at_install")
class TestColumnsMobile(ColumnsCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_cards(self):
        """The date of a message would fill three lines."""
        self.tour("telegram_cards", "/odoo")
