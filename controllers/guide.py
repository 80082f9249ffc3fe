# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.http import Controller, request, route

PAGES = "/telegram_green_api/static/doc"
LANGUAGES = ("en", "ru")


class TelegramGuide(Controller):
    """Lead to the user's guide in the language of the user."""

    @route("/telegram_green_api/guide/<string:page>", type="http", auth="user", methods=["GET"])
    def open_page(self, page, **_query):
        """Redirect to a page of the guide, in English if there is none in the user's language.

        :param str page: name of a file in static/doc/
        """
        lang = (request.env.lang or "").partition("_")[0]
        lang = lang if lang in LANGUAGES else LANGUAGES[0]
        return request.redirect(f"{PAGES}/{lang}/{page}.html")
