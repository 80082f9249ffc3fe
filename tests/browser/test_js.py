# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

# Of that module, not from it: a test class among our own names would be run as one of ours.
from odoo.addons.web.tests import test_js as web_test_js

from .browser_case import WebClientCase


@tagged("post_install", "-at_install")
class TestJs(WebClientCase):
    """Runs the tests of static/tests in a browser."""

    def test_unit(self):
        """Keep the web client's part working: without this nobody runs the JavaScript tests."""
        suite = web_test_js.HOOTCommon._generate_hash(self, "@telegram_green_api")
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={suite}",
            code="",
            login="admin",
            success_signal="[HOOT] Test suite succeeded",
            error_checker=web_test_js.unit_test_error_checker,
            timeout=300,  # of the whole suite, on a busy machine
        )
