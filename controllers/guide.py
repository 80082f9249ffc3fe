# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The user's guide: a link on a screen leads to the page in the language of the user."""

from odoo.http import Controller, request, route
from odoo.tools.misc import file_path

ADDON = "telegram_green_api"
PATH = f"/{ADDON}/guide"
DEFAULT_LANG = "en"


class GuideController(Controller):
    """Redirects to the pages in ``static/doc``."""

    @route(f"{PATH}/<string:page>", type="http", auth="user", methods=["GET"])
    def open_page(self, page):
        """Redirect to a page in the user's language, in English if it is not translated.

        :param str page: name of the page, such as "seller"
        :raise NotFound: there is no such page
        """
        lang = (request.env.lang or DEFAULT_LANG).partition("_")[0]
        for name in (lang, DEFAULT_LANG):
            path = f"{ADDON}/static/doc/{name}/{page}.html"
            try:
                file_path(path)
            except (FileNotFoundError, ValueError):
                continue
            return request.redirect(f"/{path}")
        raise request.not_found()
