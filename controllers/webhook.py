# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import hmac
import json
import logging
import re
import secrets
import time

from odoo.http import Controller, request, route

from .. import const
from ..client import parsing

_logger = logging.getLogger(__name__)

SCHEME = re.compile(r"(?:Bearer|Basic) +", re.IGNORECASE)
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
LOG_PAUSE = 60  # seconds between two lines about what is refused, for each instance
NO_SECRET = secrets.token_urlsafe(32)  # what is compared with where there is none

_logged_at = {}


class TelegramWebhook(Controller):
    """Takes the notifications that the service delivers. It only stores them.

    https://green-api.com/en/telegram/docs/api/receiving/technology-webhook-endpoint/
    """

    def _get_max_bytes(self):
        """Give the largest body that is read. Odoo would read a form before anybody is asked."""
        return 0 if request.httprequest.mimetype in FORMS else const.WEBHOOK_MAX_BYTES

    @route(
        f"{const.WEBHOOK_PATH}/<string:webhook_key>",
        type="http",
        auth="none",
        methods=["POST"],
        csrf=False,
        save_session=False,
        max_content_length=_get_max_bytes,
    )
    def receive(self, webhook_key, **_query):
        """Store one notification and answer 200; the receive action gives it its meaning.

        Whatever else is answered makes the service deliver the same again a minute later.

        :param str webhook_key: which instance it is about
        """
        instance_sudo = self._authenticate(webhook_key)
        if not instance_sudo:
            return request.make_json_response({}, status=401)
        try:
            # Half a character in some name must not stop everything that comes after it.
            content = request.httprequest.get_data().decode("utf-8", "replace")
            body = json.loads(content)
            if not self._is_for(instance_sudo, body):
                return self._prepare_send_error(instance_sudo, "no notification of this instance")
            # sudo: telegram.event - the service is nobody's user; its secret was checked above
            events_sudo = request.env["telegram.event"].sudo()
            is_new = events_sudo._ingest(instance_sudo, body, source="webhook")
        except (ValueError, RecursionError) as error:
            return self._prepare_send_error(instance_sudo, type(error).__name__)
        if is_new:
            instance_sudo.receive_cron_id._telegram_trigger()
        return request.make_json_response({})

    def _authenticate(self, webhook_key):
        """Give the instance whose secret the request holds; else none.

        No such instance, one that is archived or has no secret, and a wrong secret all look alike.
        """
        # sudo: telegram.instance - the sender is nobody yet; the secret decides
        instance_sudo = request.env["telegram.instance"].sudo()
        instance_sudo = instance_sudo.search_fetch(
            [("webhook_key", "=", parsing.clean(webhook_key))],
            ["id_instance", "receive_cron_id"],
            limit=1,
        )
        header = request.httprequest.headers.get("Authorization", "")
        secret = SCHEME.sub("", header.strip(), count=1)
        # Read in any case, so that the time it takes does not tell whether there is such a key.
        secrets = request.env["telegram.secret"]._read_secrets(instance_sudo, "webhook_secret")
        expected = secrets.get(instance_sudo.id)
        is_right = hmac.compare_digest(secret.encode(), (expected or NO_SECRET).encode())
        if is_right and expected:
            return instance_sudo
        log_refusal(instance_sudo.id, "wrong secret")
        return None

    def _is_for(self, instance_sudo, body):
        """Whether a body is an object, and about no other instance."""
        if not isinstance(body, dict):
            return False
        id_instance = parsing.text(parsing.obj(body, "instanceData"), "idInstance")
        return id_instance in ("", instance_sudo.id_instance)

    def _prepare_send_error(self, instance_sudo, reason):
        log_refusal(instance_sudo.id, reason)
        return request.make_json_response({}, status=400)


def log_refusal(instance_id, reason):
    """Write a line about a refused request, but not for every request of a flood."""
    now = time.monotonic()
    if now - _logged_at.get(instance_id, -LOG_PAUSE) >= LOG_PAUSE:
        _logged_at[instance_id] = now
        _logger.warning("Telegram webhook of instance %s refused: %s", instance_id or "?", reason)
