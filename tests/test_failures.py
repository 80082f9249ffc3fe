# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.tests import HttpCase, tagged

from .common import TelegramCase


@tagged("post_install", "-at_install")
class TestFailures(TelegramCase, HttpCase):
    """The messaging menu with all addons that are installed: others handle failures, too."""

    def test_menu_opens_our_messages(self):
        """Keep our failures ours: "sms" opens its own list for all but those of e-mails."""
        ivan = self.env["res.partner"].create({"name": "Ivan", "phone": "+79998887755"})
        refused = self.write_from(self.customer, "Not taken")
        refused._set_state({"state": "error", "failure_reason": "The service refused it"})
        self.write_from(ivan, "Cut off")._set_state({"state": "unsure"})
        self.write_from(ivan, "Well sent")._set_state({"state": "read"})
        login = self.salesperson.login
        self.start_tour("/odoo", "telegram_green_api.failures", login=login)
