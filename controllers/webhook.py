# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import logging
import re
import secrets
import time

from odoo.http import Controller, request, route
from odoo.tools import consteq

from .. import const
from ..client import parsing
from ..client.notifications import read_body
from ..tools.transactions import write_in_own_transaction

_logger = logging.getLogger(__name__)

SCHEME = re.compile(r"(?:Bearer|Basic) +", re.IGNORECASE)
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
BLOCK = 64 * 1024  # bytes of a body that are read at once
LOG_PAUSE = 60  # seconds between two log lines about refused requests, for each account
NO_SECRET = secrets.token_urlsafe(32)  # compared with where no secret is set

_logged_at = {}


class TelegramWebhook(Controller):
    """Store the events that GREEN-API delivers. The receive action processes them.

    What is verified, in this order:

    1. The type of the request. Forms are refused, and no session is created.
    2. The secret in the Authorization header, for the account that the address identifies.
    3. The body: it is not about another account.

    A body that cannot be read, or is too large, is stored too. GREEN-API would deliver it again
    and again, and nothing after it.

    https://green-api.com/en/telegram/docs/api/receiving/technology-webhook-endpoint/
    """

    def _get_max_bytes(self):
        """Return the size in bytes of the largest body that Odoo accepts, None for any size.

        It is 0 for a form, which Odoo would read before the secret is checked.
        """
        return 0 if request.httprequest.mimetype in FORM_TYPES else None

    @route(
        f"{const.WEBHOOK_PATH}/<string:webhook_key>",
        type="http",
        auth="none",
        methods=["POST"],
        csrf=False,
        readonly=False,  # a replica of the database may not have a new secret yet
        save_session=False,
        max_content_length=_get_max_bytes,
    )
    def receive(self, webhook_key, **_query):
        """Store one notification and respond with 200.

        After any other response, GREEN-API delivers the same notification again a minute later.

        :param str webhook_key: identifies the account
        """
        account = self._authenticate(webhook_key)
        if not account:
            return request.make_json_response({}, status=401)
        instance_sudo, id_instance, cron_id = account
        # A slow sender must not occupy a connection to the database while its body is read.
        request.env.cr.close()
        content = self._read_content()
        if not content.strip():
            return self._refuse(instance_sudo, "empty body")  # there is nothing to keep
        body = read_body(content)
        if not self._is_for(id_instance, body):
            return self._refuse(instance_sudo, "notification of another instance")
        write_in_own_transaction(
            instance_sudo, lambda instance: self._store(instance, body, cron_id)
        )
        return request.make_json_response({})

    def _authenticate(self, webhook_key):
        """Return the account whose secret the request contains.

        An unknown or archived account, an account without a secret and a wrong secret cannot be
        told apart by the sender.

        :return: tuple of the ``telegram.instance``, its ``id_instance`` and the ID of its receive
            action; None if the secret is wrong
        """
        # sudo: telegram.instance - the request has no user; the secret is checked below
        instances_sudo = request.env["telegram.instance"].sudo().with_context(lang=None)
        # The secret is read in any case, so that the response time does not reveal whether the key
        # exists.
        instance_sudo, id_instance, cron_id, expected = instances_sudo._find_by_webhook_key(
            parsing.clean(webhook_key)
        )
        header = request.httprequest.headers.get("Authorization", "")
        secret = SCHEME.sub("", header.strip(), count=1)
        # Bytes, because a text that is not ASCII cannot be compared.
        is_right = consteq(secret.encode(), (expected or NO_SECRET).encode())
        if is_right and expected:
            return instance_sudo, id_instance, cron_id
        log_refusal(instance_sudo.id, "wrong secret")
        return None

    def _read_content(self):
        """Return the body of the request; of one that is too large, its beginning.

        The rest is read too, because the sender accepts no response before it has sent all.
        """
        stream = request.httprequest._HTTPRequest__wrapped.stream  # Odoo only reads whole bodies
        content = bytearray()
        while block := stream.read(BLOCK):
            if len(content) <= const.NOTIFICATION_MAX_BYTES:
                content += block
        return bytes(content)

    def _is_for(self, id_instance, body):
        """Return whether a body is about no other account."""
        if not isinstance(body, dict):
            return True
        return parsing.text(parsing.obj(body, "instanceData"), "idInstance") in ("", id_instance)

    def _refuse(self, instance_sudo, reason):
        log_refusal(instance_sudo.id, reason)
        return request.make_json_response({}, status=400)

    def _store(self, instance_sudo, body, cron_id):
        env = instance_sudo.env
        if env["telegram.event"]._ingest(instance_sudo, body, source="webhook"):
            env["ir.cron"].browse(cron_id)._telegram_trigger()


def log_refusal(instance_id, reason):
    """Log a refused request, at most once a minute for each account."""
    now = time.monotonic()
    if now - _logged_at.get(instance_id, -LOG_PAUSE) >= LOG_PAUSE:
        _logged_at[instance_id] = now
        _logger.warning("Telegram webhook of instance %s refused: %s", instance_id or "?", reason)
