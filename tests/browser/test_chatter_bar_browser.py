# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from ..invoices.invoice_case import InvoiceCase
from .browser_case import WebClientCase

ONE_LINE = """
(() => {
    const bar = document.querySelector(".o-mail-Chatter-topbar");
    const isThere = bar?.querySelector(".o-telegram-Chatter-send");
    return isThere && bar.querySelector(".o-mail-Followers-counter") && bar.offsetHeight < 60;
})()
"""
# The button can be told from others without its word, too.
CHECK_LABEL = """
const button = document.querySelector(".o-telegram-Chatter-send");
const isNamed = button.title && button.getAttribute("aria-label");
console[isNamed ? "log" : "error"](isNamed ? "test successful" : "The button has no name");
"""


@tagged("post_install", "-at_install")
class TestChatterBar(InvoiceCase, WebClientCase):
    """The row of the chatter's buttons."""

    browser_size = "1400x900"

    def check_one_line(self, lang):
        self.env["res.lang"]._activate_lang(lang)
        self.accountant.lang = lang
        for path in (
            f"/odoo/res.partner/{self.customer.id}",
            f"/odoo/customer-invoices/{self._create_invoice().id}",
        ):
            with self.subTest(path=path):
                self.browser_js(
                    path, CHECK_LABEL, ready=ONE_LINE, login=self.accountant.login, timeout=30
                )

    def test_one_line(self):
        """The addon's button does not push Odoo's into a second line."""
        self.check_one_line("en_US")

    def test_one_line_in_long_words(self):
        """Nor does it in a language with long words."""
        self.check_one_line("ru_RU")
