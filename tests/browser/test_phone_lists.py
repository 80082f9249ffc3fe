# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from ... import const
from ..common import CUSTOMER_CHAT, TelegramCase
from .browser_case import TourCase


@tagged("post_install", "-at_install")
class TestPhoneLists(TelegramCase, TourCase):
    """Lists on a phone, whose rows would be cut off."""

    browser_size = "390x844"
    touch_enabled = True

    def test_lists(self):
        """No menu opens a list that has to be scrolled sideways: phones get cards."""
        long_name = "An unusually long name that does not fit on the screen of a phone " * 2
        self.phone.write(CUSTOMER_CHAT, long_name)
        self.receive()
        self.customer.name = long_name
        self.env["telegram.call"].create(
            {
                "instance_id": self.instance.id,
                "method": "getStateInstanceAndAVeryLongMethodNameWithoutAnySpaces",
                "code": const.CODE_UNAUTHORIZED,
                "duration": 123456,
            }
        )
        self.env["telegram.contact.link"].create(
            {"name": long_name, "instance_id": self.instance.id, "text": long_name}
        )
        self.env["telegram.api.partner"].create({"name": long_name, "api_token_new": "token"})
        self.env["telegram.template"].create(
            {
                "name": long_name,
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "body": "Many lines\n" * 20,
            }
        )
        self.env["telegram.automatic.message"].create(
            {
                "action_id": self.env["ir.actions.server"].search([], limit=1).id,
                "res_model": "res.partner",
                "res_id": self.customer.id,
                "partner_id": self.customer.id,
                "state": "left_out",
                "reason": long_name,
            }
        )
        automations = self.env["telegram.automation"].search([("is_available", "=", True)])
        automations[:1].last_error = long_name
        actions = self.env["ir.actions.act_window"].search(
            [("res_model", "=like", "telegram.%"), ("view_mode", "=like", "list%")]
        )
        menus = self.env["ir.ui.menu"].search([]).mapped("action")
        actions = actions.filtered(lambda action: action in menus)
        self.assertIn("telegram.call", actions.mapped("res_model"))
        self.tour("telegram_phone_lists", "/odoo", actions=".".join(map(str, actions.ids)))

    def test_journals_and_chat(self):
        """Neither do the journals and the messages of a chat, which other records open."""
        self.phone.change(counterSeconds=0, journalLagSeconds=0)
        long_text = "A text that does not fit on the screen of a phone and its rows " * 2
        self.phone.write(CUSTOMER_CHAT, long_text)
        self.receive()
        chat = self.env["telegram.chat"].search([("instance_id", "=", self.instance.id)])
        self.phone.write(CUSTOMER_CHAT, long_text)
        path = f"/odoo/telegram.chat/{chat.id}"
        self.tour("telegram_phone_journals", path, account=str(self.instance.id))
