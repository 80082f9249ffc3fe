# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.urls import urljoin

from ... import const
from ...client import GreenApiError, RefusedError, check_webhook_address, deliver
from ...tools.transactions import own_transaction

SECRET_BYTES = 32
KEY_BYTES = 12
# How long GREEN-API may deliver nothing before Odoo checks why.
SILENCE_LIMIT = timedelta(minutes=5)
SILENCE_LIMIT_NOT_AUTHORIZED = timedelta(minutes=1)


class TelegramInstance(models.Model):
    """Extend ``telegram.instance`` with its webhook: the address in this Odoo and the secret.

    The address contains a random key that identifies the account. Deliveries are accepted only
    with the secret, which is sent in a header and stored like the API token. What the webhook
    verifies is in ``controllers/webhook.py``.
    """

    _inherit = "telegram.instance"

    webhook_key = fields.Char(
        readonly=True,
        copy=False,
        help="Identifies the account in the webhook address. It is not a secret.",
    )
    webhook_secret = fields.Char(compute="_compute_webhook_secret", groups=fields.NO_ACCESS)
    webhook_url = fields.Char(
        "Webhook Address",
        readonly=True,
        copy=False,
        help="The address that was sent to GREEN-API.",
    )
    last_webhook_date = fields.Datetime(
        "Last Delivery", compute="_compute_last_webhook_date", compute_sudo=True
    )
    webhook_problem = fields.Char(compute="_compute_webhook_problem")
    _webhook_key_uniq = models.UniqueIndex("(webhook_key) WHERE webhook_key IS NOT NULL")

    # === COMPUTE METHODS === #

    @api.depends("receive_mode")
    def _compute_last_webhook_date(self):
        for instance in self:
            event = instance.receive_mode == "webhook" and instance._get_last_delivery()
            instance.last_webhook_date = event and event.create_date

    def _compute_webhook_secret(self):
        self._compute_secret("webhook_secret")

    # === ACTION METHODS === #

    def action_new_webhook_secret(self):
        """Replace the secret at GREEN-API and in Odoo; the former one is refused from then on."""
        self.ensure_one()
        self.check_access("write")
        if self.receive_mode != "webhook" or not self.webhook_url:
            raise UserError(
                self.env._("The webhook is not set up yet. Click “Set Up Receiving” first.")
            )
        with own_transaction(self) as instance:
            problem = instance._replace_webhook_secret()
        if problem:
            advice = self.env._(
                "The former secret stays valid. Click “Set Up Receiving” to check it."
            )
            return self._notify_receiving([problem, advice], False)
        return self._notify_receiving(
            [
                self.env._("The webhook secret was replaced."),
                self._get_restart_message(),
                self.env._("Deliveries refused until then are repeated a minute later."),
            ],
            True,
        )

    # === BUSINESS METHODS === #

    @api.model
    def _find_by_webhook_key(self, webhook_key):
        """Return the account that a webhook address identifies, and what its deliveries need.

        It is one statement for each delivery; by the ORM it would be two, and take much longer.

        :param str webhook_key: from the address, of any length
        :return: tuple of the ``telegram.instance``, its ``id_instance``, the ID of its receive
            action and its secret; all empty if there is no such active account
        """
        secret = self.env["telegram.secret"]._get_secret_sql(
            self, SQL("telegram_instance.id"), "webhook_secret"
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, id_instance, receive_cron_id, %(secret)s
                  FROM telegram_instance
                 WHERE webhook_key = %(key)s AND active
                """,
                secret=secret,
                key=webhook_key,
            )
        )
        for id_, id_instance, cron_id, secret in rows:
            return self.browse(id_), id_instance, cron_id, secret
        return self.browse(), "", None, None

    def _get_webhook_address(self):
        """Return the URL for GREEN-API: the base URL of Odoo with the key of the account."""
        return urljoin(self.get_base_url(), f"{const.WEBHOOK_PATH}/{self.webhook_key or ''}")

    def _get_webhook_secret(self):
        """Return the secret for GREEN-API; create it and the key of the address if needed."""
        instance_sudo = self.sudo()  # sudo: telegram.instance - only GREEN-API gets the secret
        if not self.webhook_key:
            instance_sudo.webhook_key = secrets.token_urlsafe(KEY_BYTES)
        if not instance_sudo.webhook_secret:
            self._store_secret("webhook_secret", secrets.token_urlsafe(SECRET_BYTES))
        return instance_sudo.webhook_secret

    def _replace_webhook_secret(self):
        """Send a new secret to GREEN-API and store it if that succeeds.

        :return: str, the reason of a failure; False after success
        """
        secret = secrets.token_urlsafe(SECRET_BYTES)
        try:
            with self._get_client() as client:
                self._change_settings(client, {"webhookUrlToken": secret})
        except GreenApiError as error:
            return self._get_error_message(error)
        self._store_secret("webhook_secret", secret)
        return False

    def _test_webhook(self):
        """Post a test notification to the webhook as GREEN-API would, and look for its event.

        :return: tuple of the result as text, and whether the notification has arrived
        """
        number = secrets.token_hex(8)
        notification = {
            "typeWebhook": const.WEBHOOK_TEST,
            "instanceData": {"idInstance": int(self.id_instance)},
            "idMessage": number,
        }
        with own_transaction(self) as instance:  # sees what was committed since ours began
            url, secret = instance.webhook_url, instance.webhook_secret
        try:
            deliver(url, secret, notification)
        except GreenApiError as error:
            return self._get_failed_test_message(url, error), False
        with own_transaction(self) as instance:
            domain = [("instance_id", "=", self.id), ("type_webhook", "=", const.WEBHOOK_TEST)]
            event = self.env["telegram.event"].with_env(instance.env).search(domain, limit=1)
            if not event or number not in event.payload:
                error = RefusedError("webhook", "elsewhere")
                return self._get_failed_test_message(url, error), False
        return self._get_passed_test_message(url), True

    def _get_last_delivery(self):
        """Return the last event that GREEN-API has delivered; test notifications do not count."""
        domain = [
            ("instance_id", "in", self.ids),  # none of one that is not saved yet
            ("source", "=", "webhook"),
            ("type_webhook", "!=", const.WEBHOOK_TEST),
        ]
        return self.env["telegram.event"].search(domain, order="id desc", limit=1)

    def _check_deliveries(self):
        """Check why GREEN-API has delivered nothing for a while.

        For the receive action, which commits the result.
        """
        now = fields.Datetime.now()
        is_authorized = self.state == const.STATE_AUTHORIZED
        limit = now - (SILENCE_LIMIT if is_authorized else SILENCE_LIMIT_NOT_AUTHORIZED)
        if max(filter(None, (self.last_check_date, self.last_webhook_date)), default=limit) > limit:
            return
        if not is_authorized:
            self._refresh_state()
            return
        try:
            with self._get_client() as client:
                count = client.get_webhooks_count()
        except GreenApiError as error:
            self._record_error(error)
            return
        problem = count and self._get_undelivered_message(count)
        self._write_account({"last_error": problem or False, "service_event_count": count})

    # === TEXTS === #

    @api.depends("receive_mode", "api_url")
    @api.depends_context("lang")
    def _compute_webhook_problem(self):
        for instance in self:
            instance.webhook_problem = instance._get_webhook_problem()

    def _get_webhook_problem(self):
        """Return why GREEN-API cannot reach this Odoo; False if it can or does not have to."""
        if self.receive_mode != "webhook":
            return False
        url = self.get_base_url()
        try:
            check_webhook_address(url, self.api_url)
        except ValueError as error:
            reasons = {
                "not_an_address": self.env._("“%s” is not a valid address.", url),
                "not_https": self.env._("“%s” does not begin with https://.", url),
                "not_public": self.env._("“%s” cannot be reached from the internet.", url),
            }
            return self.env._(
                "%s GREEN-API needs the public https address of this Odoo. Set it in the system "
                "parameter “web.base.url” (Settings → Technical → System Parameters), or choose "
                "“Listening”.",
                reasons[str(error)],
            )
        return False

    def _get_undelivered_message(self, count):
        return self.env._(
            "GREEN-API cannot deliver events to %(address)s (%(count)s waiting). Click “Set Up "
            "Receiving” to test the address.",
            count=count,
            address=self.webhook_url,
        )

    def _get_passed_test_message(self, url):
        return self.env._(
            "A test event sent to %s has arrived: name, certificate, path and secret are correct. "
            "Whether GREEN-API can reach the address is known after its first delivery, which is "
            "shown on the account.",
            url,
        )

    def _get_failed_test_message(self, url, error):
        _ = self.env._
        reasons = {
            "401": _("it was refused with 401, as if the secret were wrong"),
            "404": _(
                "nothing was found there (404); with several databases, Odoo's dbfilter must "
                "select the right one by host name"
            ),
            "elsewhere": _("another system accepted it"),
            const.CODE_HOST_UNKNOWN: _("the host name was not found"),
            const.CODE_UNREACHABLE: _("there is no connection, or the certificate is not valid"),
            const.CODE_TIMEOUT: _("there was no response in time"),
        }
        reason = reasons.get(error.code) or _("the response was not 200 (%s)", error.code)
        return _(
            "However, a test event sent to %(address)s did not arrive: %(reason)s. Check that the "
            "address is correct and can be reached from the internet. Until then, events wait at "
            "GREEN-API for up to 24 hours.",
            address=url,
            reason=reason,
        )
