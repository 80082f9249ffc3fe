# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import re
from unittest.mock import patch

from werkzeug.wsgi import ClosingIterator

from odoo.http import Application
from odoo.tests import HttpCase
from odoo.tests.common import ChromeBrowser

from ..common import SECRET_MARK

PICTURE = re.compile(r"picture: (\w+)")


class TourCase(HttpCase):
    """What tests by clicking share; ``self.phone`` is the phone of the instance.

    The tours take pictures (Odoo's option --screenshots says where to), and fail when a page is
    wider than the screen.
    """

    browser_size = "1400x900"

    def setUp(self):
        super().setUp()
        self.answers, self.leaks, self.pictures = 0, [], []
        self.startPatcher(patch.object(Application, "__call__", self.watch(Application.__call__)))

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

    def tour(self, name, url, **lent):
        """Run a tour as the administrator.

        :param lent: what else it may ask for by ``lent(…)`` of static/tests/tours/tour_helpers.js
        """

        def on_console(browser, *args, **kwargs):
            text = str(kwargs.get("args", args))
            if found := PICTURE.search(text):
                self.pictures.append(found[1])
                width = self.browser_size.partition(",")[0]
                browser.take_screenshot(f"{found[1]}_{width}_")
            return original(browser, *args, **kwargs)

        original = ChromeBrowser._handle_console
        cookies = {
            "telegram_url": self.sandbox_url,
            "telegram_id": str(self.phone.id_instance),
            "telegram_token": self.phone.token,
            **lent,
        }
        with patch.object(ChromeBrowser, "_handle_console", on_console):
            self.start_tour(url, name, login="admin", cookies=cookies, timeout=120)
