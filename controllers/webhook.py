# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import json
import logging
import re
import secrets
import time

from odoo.http import Controller, request, route
from odoo.tools import consteq

from .. import const
from ..client import parsing

_logger = logging.getLogger(__name__)

SCHEME = re.compile(r"(?:Bearer|Basic) +", re.IGNORECASE)
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
LOG_PAUSE = 60  # seconds between two log lines about refused requests, for each account
NO_SECRET = secrets.token_urlsafe(32)  # compared with where no secret is set

_logged_at = {}


class TelegramWebhook(Controller):
    """Store the events that GREEN-API delivers. The receive action processes them.

    What is verified, in this order:

    1. The size of the request. Forms are refused, and no session is created.
    2. The secret in the Authorization header, for the account that the address identifies.
    3. The body: a JSON object that is not about another account.

    https://green-api.com/en/telegram/docs/api/receiving/technology-webhook-endpoint/
    """

    def _get_max_bytes(self):
        """Return the size in bytes of the largest body that is read.

        It is 0 for a form, which Odoo would read before the secret is checked.
        """
        return 0 if request.httprequest.mimetype in FORM_TYPES else const.WEBHOOK_MAX_BYTES

    @route(
        f"{const.WEBHOOK_PATH}/<string:webhook_key>",
        type="http",
        auth="none",
        methods=["POST"],
        csrf=False,
        readonly=False,  # the event is stored; Odoo opens auth="none" routes read-only by default
        save_session=False,
        max_content_length=_get_max_bytes,
    )
    def receive(self, webhook_key, **_query):
        """Store one notification and respond with 200.

        After any other response, GREEN-API delivers the same notification again a minute later.

        :param str webhook_key: identifies the account
        """
        instance_sudo = self._authenticate(webhook_key)
        if not instance_sudo:
            return request.make_json_response({}, status=401)
        try:
            # Invalid UTF-8 in a name must not block all notifications after this one.
            content = request.httprequest.get_data().decode("utf-8", "replace")
            body = json.loads(content)
            if not self._is_for(instance_sudo, body):
                return self._refuse(instance_sudo, "no notification of this instance")
            # sudo: telegram.event - GREEN-API has no user; its secret was checked above
            events_sudo = request.env["telegram.event"].sudo()
            is_new = events_sudo._ingest(instance_sudo, body, source="webhook")
        except (ValueError, RecursionError) as error:
            return self._refuse(instance_sudo, type(error).__name__)
        if is_new:
            instance_sudo.receive_cron_id._telegram_trigger()
        return request.make_json_response({})

    def _authenticate(self, webhook_key):
        """Return the account whose secret the request contains, or None.

        An unknown or archived account, an account without a secret and a wrong secret cannot be
        told apart by the sender.
        """
        # sudo: telegram.instance - the request has no user; the secret is checked below
        instance_sudo = request.env["telegram.instance"].sudo()
        instance_sudo = instance_sudo.search_fetch(
            [("webhook_key", "=", parsing.clean(webhook_key))],
            ["id_instance", "receive_cron_id"],
            limit=1,
        )
        header = request.httprequest.headers.get("Authorization", "")
        secret = SCHEME.sub("", header.strip(), count=1)
        # Read in any case, so that the response time does not reveal whether the key exists.
        secret_by_id = request.env["telegram.secret"]._read_secrets(instance_sudo, "webhook_secret")
        expected = secret_by_id.get(instance_sudo.id)
        # Bytes, because a text that is not ASCII cannot be compared.
        is_right = consteq(secret.encode(), (expected or NO_SECRET).encode())
        if is_right and expected:
            return instance_sudo
        log_refusal(instance_sudo.id, "wrong secret")
        return None

    def _is_for(self, instance_sudo, body):
        """Return whether a body is a JSON object and about no other account."""
        if not isinstance(body, dict):
            return False
        id_instance = parsing.text(parsing.obj(body, "instanceData"), "idInstance")
        return id_instance in ("", instance_sudo.id_instance)

    def _refuse(self, instance_sudo, reason):
        log_refusal(instance_sudo.id, reason)
        return request.make_json_response({}, status=400)


def log_refusal(instance_id, reason):
    """Log a refused request, at most once a minute for each account."""
    now = time.monotonic()
    if now - _logged_at.get(instance_id, -LOG_PAUSE) >= LOG_PAUSE:
        _logged_at[instance_id] = now
        _logger.warning("Telegram webhook of instance %s refused: %s", instance_id or "?", reason)
