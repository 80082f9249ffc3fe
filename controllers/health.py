# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.http import Controller, request, route

PATH = "/telegram_green_api/health"


class TelegramHealth(Controller):
    """Report the health of the accounts to a monitoring program.

    The monitoring token of a company is sent in the Authorization header, never in the address,
    which servers log. The response holds counts and ages only, no names and no texts.
    """

    @route(PATH, type="http", auth="none", methods=["GET"], save_session=False)
    def report(self, **_query):
        """Respond with 200 while all accounts work, with 503 if one of them does not.

        401 means that the token is missing or wrong.
        """
        scheme, _blank, token = request.httprequest.headers.get("Authorization", "").partition(" ")
        # sudo: res.company - the request has no user; the token is checked
        companies_sudo = request.env["res.company"].sudo()
        if scheme.lower() == "bearer" and token.strip():
            companies_sudo = companies_sudo._find_by_telegram_health_token(token.strip())
        if not companies_sudo:
            return request.make_json_response({}, status=401)
        # sudo: telegram.instance - counts and ages of the companies that the token belongs to
        report = request.env["telegram.instance"].sudo()._get_health_report(companies_sudo)
        status = 503 if report["status"] == "danger" else 200
        return request.make_json_response(
            report, headers=[("Cache-Control", "no-store")], status=status
        )
