# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from ..common import CUSTOMER_CHAT
from .test_discuss_browser import ConversationCase

# The last message on the phone page, as a JavaScript expression
LAST = "[...document.querySelectorAll('#messages .bubble')].at(-1)"


class FormattingCase(ConversationCase):
    """A test of the account by clicking, then texts that such a service would change."""

    def check_formatting(self):
        self.phone.change(formatting="greedy", doubledMarks="two", formattingBack="raw")
        self.instance.operator_ids |= self.env.ref("base.user_admin")
        account_url = f"/odoo/telegram.instance/{self.instance.id}"
        self.tour("telegram_formatting_test", account_url)
        self.env.invalidate_all()
        self.assertEqual(self.instance.formatting_scope, "everywhere")

        self.phone.write(CUSTOMER_CHAT, "Hello")
        self.receive()
        self.tour("telegram_formatting_composer", f"/odoo/res.partner/{self.customer.id}")
        size = f"{LAST}?.textContent.includes('1200*600*50 mm')"
        self.look_at_phone(CUSTOMER_CHAT, size, "formatting_phone_size")

        chat = self.env["telegram.chat"].search([("telegram_id", "=", CUSTOMER_CHAT)])
        self.tour("telegram_formatting_discuss", f"/odoo/telegram.chat/{chat.id}")
        bold = (
            "[...document.querySelectorAll('#messages .bubble')].some((bubble) => "
            "bubble.textContent.includes('of 1200*600*50') && "
            "bubble.querySelector('strong')?.textContent === 'Sale' && "
            "bubble.querySelector('blockquote')?.textContent.trim() === 'quoted')"
        )
        self.look_at_phone(CUSTOMER_CHAT, bold, "formatting_phone")


@tagged("post_install", "-at_install")
class TestFormattingDesktop(FormattingCase):
    browser_size = "1400x900"

    def test_formatting(self):
        """On a desktop."""
        self.check_formatting()


@tagged("post_install", "-at_install")
class TestFormattingMobile(FormattingCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_formatting(self):
        """On a phone, where nothing is wider than the screen."""
        self.check_formatting()
