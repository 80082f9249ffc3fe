# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from odoo.addons.mail.tools.discuss import Store

from ..browser.browser_case import WebClientCase
from ..common import TelegramCase


@tagged("post_install", "-at_install")
class TestFailures(TelegramCase, WebClientCase):
    """The messaging menu with all addons that are installed: others handle failures, too."""

    def test_menu_opens_our_messages(self):
        """Keep our failures ours: "sms" opens its own list for all but those of e-mails."""
        ivan = self.env["res.partner"].create({"name": "Ivan", "phone": "+79998887755"})
        refused = self.write_from(self.customer, "Not taken")
        reason = "The service refused it"
        refused._set_state({"state": "error", "attempts": 1, "failure_reason": reason})
        self.write_from(ivan, "Cut off")._set_state({"state": "unsure"})
        self.write_from(ivan, "Well sent")._set_state({"state": "read"})
        login = self.salesperson.login
        self.start_tour("/odoo", "telegram_green_api.failures", login=login)

    def test_colleague_sees_what_failed(self):
        """Tell the state to who reads the record, even without any right to Telegram itself:
        reading it from the message would raise an access error and empty the chatter."""
        message = self.write_from(self.customer, "Not taken")
        message._set_state({"state": "error", "failure_reason": "The service refused it"})
        colleague = self.create_user("telegram_colleague", "employee")
        self.env.invalidate_all()
        chatter = Store().add(message.mail_message_ids.with_user(colleague)).get_result()
        shown = chatter["mail.notification"][0]
        self.assertEqual(shown["notification_type"], "telegram")
        self.assertEqual(shown["telegram_message_id"], message.id)
        self.assertEqual(shown["telegram_state"], "error")
        self.assertEqual(shown["failure_reason"], "The service refused it")
