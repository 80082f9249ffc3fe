# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import re
from contextlib import contextmanager
from functools import cache
from unittest.mock import patch

from werkzeug.wsgi import ClosingIterator

from odoo import SUPERUSER_ID, api
from odoo.http import Application
from odoo.modules.registry import Registry
from odoo.tests import HttpCase, get_db_name
from odoo.tests.common import ChromeBrowser

from odoo.addons.bus.websocket import ConnectionState, Websocket

from ..common import SECRET_MARK

PICTURE = re.compile(r"picture: (\w+)")
# What the web client loads in nearly every tour.
BUNDLES = (
    "bus.websocket_worker_assets",
    "web.assets_emoji",
    "web.assets_tests",
    "web.assets_web",
    "web.assets_web_print",
)


@cache
def compile_bundles():
    """Compile the web client once for all tests of the process, and commit it.

    What a test compiles is rolled back with it: each one would do it again, for seconds.
    """
    with Registry(get_db_name()).cursor() as cr:
        qweb = api.Environment(cr, SUPERUSER_ID, {})["ir.qweb"]
        for name in BUNDLES:
            bundle = qweb._get_asset_bundle(name)
            if bundle.javascripts:
                bundle.js()
            if bundle.stylesheets:
                bundle.css()


def tolerate_closed_websocket(send_command):
    """Let a websocket be told something also while its own thread closes it.

    When a browser ends, Odoo's tests close each websocket that looks open. Its thread may have
    been faster: the test that has passed then fails with "Bad file descriptor".
    """

    def command(websocket, *args, **kwargs):
        try:
            send_command(websocket, *args, **kwargs)
        except OSError:
            if websocket.state is not ConnectionState.CLOSED:
                raise

    return patch.object(Websocket, "_send_control_command", command)


class WebClientCase(HttpCase):
    """What tests in a browser share: the compiled web client."""

    @classmethod
    def setUpClass(cls):
        compile_bundles()
        super().setUpClass()
        cls.startClassPatcher(tolerate_closed_websocket(Websocket._send_control_command))


class TourCase(WebClientCase):
    """What tests by clicking share; ``self.phone`` is the phone of the instance.

    The tours take pictures (Odoo's option --screenshots says where to), and fail when a page is
    wider than the screen.
    """

    browser_size = "1400x900"

    def setUp(self):
        super().setUp()
        self.answers, self.leaks, self.pictures = 0, [], []
        self.startPatcher(patch.object(Application, "__call__", self.watch(Application.__call__)))
        # On a phone, OdooBot's first chat with each user would cover what is to be seen.
        self.patch(self.registry["res.users"], "_init_odoobot", lambda user: None)

    def watch(self, answer_request):
        """Look for secrets in everything that Odoo answers to the browser."""

        def watched(application, environ, start_response):
            def look(chunk):
                self.answers += 1
                if SECRET_MARK.encode() in chunk:
                    self.leaks.append(environ["PATH_INFO"])
                return chunk

            chunks = answer_request(application, environ, start_response)
            # Closing is the server's: a websocket begins only after its headers have gone out.
            return ClosingIterator(map(look, chunks), chunks.close)

        return watched

    def use_russian(self):
        """Load Russian, whose words are longer, for the administrator."""
        self.env["res.lang"]._activate_lang("ru_RU")
        modules = self.env["ir.module.module"].search([("state", "=", "installed")])
        modules._update_translations(["ru_RU"])
        self.env.ref("base.user_admin").lang = "ru_RU"

    def tour(self, name, url, login="admin", **lent):
        """Run a tour.

        :param str login: of the user, which is the password, too
        :param lent: what else it may ask for by ``lent(…)`` of static/tests/tours/tour_helpers.js
        """

        cookies = {
            "telegram_url": self.sandbox_url,
            "telegram_id": str(self.phone.id_instance),
            "telegram_token": self.phone.token,
            **lent,
        }
        with self.take_pictures():
            self.start_tour(url, name, login=login, cookies=cookies, timeout=120)

    def look_at_phone(self, chat_id, shown, name):
        """Open a chat on the phone page and wait until a condition holds there.

        :param str shown: JavaScript expression
        :param str name: of the picture
        """
        url = f"{self.sandbox_url}/phone/#{self.phone.id_instance}/{chat_id}"
        with self.take_pictures():
            self.browser_js(
                url,
                f"console.log('picture: {name}'); console.log('test successful');",
                ready=shown,
            )

    @contextmanager
    def take_pictures(self):
        """Take a picture where the page in the browser asks for one."""

        def on_console(browser, *args, **kwargs):
            text = str(kwargs.get("args", args))
            if found := PICTURE.search(text):
                self.pictures.append(found[1])
                width = self.browser_size.partition(",")[0]
                browser.take_screenshot(f"{found[1]}_{width}_")
            return original(browser, *args, **kwargs)

        original = ChromeBrowser._handle_console
        with patch.object(ChromeBrowser, "_handle_console", on_console):
            yield
