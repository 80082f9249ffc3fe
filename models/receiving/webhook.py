# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.urls import urljoin

from ... import const
from ...client import GreenApiError, RefusedError, check_webhook_address, deliver
from ...tools.transactions import own_transaction

SECRET_BYTES = 32
# How long nothing is heard from the service before it is asked why
PATIENCE = timedelta(minutes=5)
PATIENCE_WHEN_NOT_AUTHORIZED = timedelta(minutes=1)


class TelegramInstance(models.Model):
    """The webhook of an instance: its address in this Odoo, and the secret that opens it.

    The address holds a random key that says which instance it is about; only the secret, which
    travels in a header, lets anything in. The secret is kept as the API token is.
    """

    _inherit = "telegram.instance"

    webhook_key = fields.Char(
        readonly=True, copy=False, help="Which instance a webhook is about. No secret."
    )
    webhook_secret = fields.Char(compute="_compute_webhook_secret", groups=fields.NO_ACCESS)
    webhook_url = fields.Char(
        "Webhook Address", readonly=True, copy=False, help="The address that the service was told."
    )
    last_webhook_date = fields.Datetime(
        "Last Delivery", compute="_compute_last_webhook_date", compute_sudo=True
    )
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
        """Give the service and Odoo a new secret; the former one is refused from now on."""
        self.ensure_one()
        self.check_access("write")
        if self.receive_mode != "webhook" or not self.webhook_url:
            raise UserError(self.env._("There is no webhook yet. Press “Set up receiving” first."))
        with own_transaction(self) as instance:
            problem = instance._replace_webhook_secret()
        if problem:
            stays = self.env._(
                "The former secret stays. Press “Set up receiving” to make sure of it."
            )
            return self._notify_receiving([problem, stays], False)
        return self._notify_receiving(
            [
                self.env._("The service and Odoo have a new secret."),
                self._get_restart_message(),
                self.env._("What is refused until then comes again a minute later."),
            ],
            True,
        )

    # === BUSINESS METHODS === #

    def _replace_webhook_secret(self):
        """Tell the service a new secret; keep it only when that worked.

        :return: why it did not work, in words; False when it did
        """
        secret = secrets.token_urlsafe(SECRET_BYTES)
        try:
            with self._get_client() as client:
                self._change_settings(client, {"webhookUrlToken": secret})
        except GreenApiError as error:
            return self._get_error_message(error)
        self._store_secret("webhook_secret", secret)
        return False

    def _get_webhook_address(self):
        """Give the address for the service: Odoo's own, with what tells this instance."""
        return urljoin(self.get_base_url(), f"{const.WEBHOOK_PATH}/{self.webhook_key or ''}")

    def _get_webhook_secret(self):
        """Give the secret for the service; make it, and the key of the address, when needed."""
        instance_sudo = self.sudo()  # sudo: telegram.instance - it goes to the service alone
        if not self.webhook_key:
            instance_sudo.webhook_key = secrets.token_urlsafe(12)
        if not instance_sudo.webhook_secret:
            self._store_secret("webhook_secret", secrets.token_urlsafe(SECRET_BYTES))
        return instance_sudo.webhook_secret

    def _get_webhook_problem(self):
        """Say why the service cannot call this Odoo; False when it can, or does not have to."""
        if self.receive_mode != "webhook":
            return False
        url = self.get_base_url()
        try:
            check_webhook_address(url, self.api_url)
        except ValueError as error:
            reasons = {
                "not_an_address": self.env._("“%s” is no address.", url),
                "not_https": self.env._("“%s” does not begin with https://.", url),
                "not_public": self.env._("“%s” cannot be reached from the internet.", url),
            }
            return self.env._(
                "%s The service needs the public https address of this Odoo: it is the parameter "
                "“web.base.url” under Settings → Technical → System Parameters. Without one, let "
                "messages come in by the scheduled action.",
                reasons[str(error)],
            )
        return False

    def _test_webhook(self):
        """Post a test notification to our own address, as the service would, and look for it.

        :return: what came of it in words, and whether it has arrived
        """
        number = secrets.token_hex(8)
        test = {
            "typeWebhook": const.WEBHOOK_TEST,
            "instanceData": {"idInstance": int(self.id_instance)},
            "idMessage": number,
        }
        with own_transaction(self) as instance:  # sees what was committed since ours began
            url, secret = instance.webhook_url, instance.webhook_secret
        try:
            deliver(url, secret, test)
        except GreenApiError as error:
            return self._get_failed_test_message(url, error), False
        with own_transaction(self) as instance:
            domain = [("instance_id", "=", self.id), ("type_webhook", "=", const.WEBHOOK_TEST)]
            event = self.env["telegram.event"].with_env(instance.env).search(domain, limit=1)
            if not event or number not in event.payload:
                return self._get_failed_test_message(
                    url, RefusedError("webhook", "elsewhere")
                ), False
        return (
            self.env._(
                "A test notification went to %s and has arrived: name, certificate, path and "
                "secret are right. That the service reaches it too is proven by its first "
                "delivery, which is shown on the instance.",
                url,
            ),
            True,
        )

    def _get_last_delivery(self):
        """Give the last event that the service has delivered by webhook: none of our own tests."""
        domain = [
            ("instance_id", "in", self.ids),  # none of one that is not saved yet
            ("source", "=", "webhook"),
            ("type_webhook", "!=", const.WEBHOOK_TEST),
        ]
        return self.env["telegram.event"].search(domain, order="id desc", limit=1)

    def _wait_for_webhook(self):
        """Ask the service why nothing comes, when nothing has come for a while.

        For the receive action. It commits nothing itself.
        """
        now = fields.Datetime.now()
        is_working = self.state == const.STATE_AUTHORIZED
        limit = now - (PATIENCE if is_working else PATIENCE_WHEN_NOT_AUTHORIZED)
        if max(filter(None, (self.last_check_date, self.last_webhook_date)), default=limit) > limit:
            return
        if not is_working:
            self._refresh_state()
            return
        try:
            with self._get_client() as client:
                waiting = client.get_webhooks_count()
        except GreenApiError as error:
            self._record_error(error)
            return
        problem = False
        if waiting:
            problem = self.env._(
                "%(count)s notifications wait at the service: it cannot deliver them to "
                "%(address)s. Press “Set up receiving” to see whether the address works.",
                count=waiting,
                address=self.webhook_url,
            )
        self._write_account({"last_error": problem})

    # === TEXTS === #

    def _get_failed_test_message(self, url, error):
        _ = self.env._
        reasons = {
            "401": _("it was refused with 401, as if the secret were wrong"),
            "404": _(
                "nothing was found there (404); with several databases, Odoo's dbfilter has "
                "to choose the right one by the name of the host"
            ),
            "elsewhere": _("it was accepted by somebody else"),
            const.CODE_HOST_UNKNOWN: _("the name was not found"),
            const.CODE_UNREACHABLE: _("there is no connection, or its certificate is not valid"),
            const.CODE_TIMEOUT: _("there was no answer in time"),
        }
        reason = reasons.get(error.code) or _("it did not answer 200 (%s)", error.code)
        return _(
            "But a test notification to %(address)s did not arrive: %(reason)s. Look whether the "
            "address is right and open from outside; until it is, messages wait at the service, "
            "for 24 hours at most.",
            address=url,
            reason=reason,
        )
