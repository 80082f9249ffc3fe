# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.http import request

from odoo.addons.mail.controllers.webclient import WebclientController


class TelegramWebclientController(WebclientController):
    """Answer the web client when it counts again how many chats wait for its user."""

    @classmethod
    # pylint: disable-next=missing-return
    def _process_request_for_internal_user(cls, store, name, params):
        super()._process_request_for_internal_user(store, name, params)
        if name == "telegram_waiting_count":
            request.env.user._telegram_add_waiting_count(store)
