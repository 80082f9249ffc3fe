# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import fields, models

from .. import const
from ..client import GreenApiError
from ..models.transactions import write_as_user

PATIENCE = timedelta(seconds=60)  # until it is said what may be wrong
WAKE_EVERY = timedelta(seconds=10)


class TelegramStart(models.TransientModel):
    """The last step of the guided start: a message to the account itself that has to come back.

    It goes the way of every message: queue, send action, service, Telegram; and its echo comes the
    way that was chosen. So what is proven is the whole way, Odoo's scheduled actions included.
    """

    _inherit = "telegram.start"

    def send_test(self):
        """Queue a message to the account's own chat, unless one is under way.

        :return: dict, as of ``look``
        """
        self.ensure_one()
        instance = self.instance_id
        instance.check_access("write")
        if self.message_id and self.message_id.state not in ("error", "canceled"):
            return self.look()
        try:
            with instance._get_client() as client:
                account = client.get_account_settings()
        except GreenApiError as refusal:
            error = refusal
            return write_as_user(self, lambda start: start._take_test_error(error))
        return write_as_user(self, lambda start: start._queue_test(account))

    def look(self):
        """Say where the test message is.

        :return: dict, its ``status`` is "starting" (nothing is sent until the instance has
            restarted), "queued", "sent", "proven" or "failed"; and ``message``, what that means
        """
        self.ensure_one()
        instance = self.instance_id
        instance.check_access("write")
        message = self.message_id
        if not message:
            return self._tell("failed", self.env._("The test message was deleted."))
        if self._has_come_back():
            write_as_user(self, lambda start: start._keep_proof())
            return self._tell("proven", self.env._("The message has come back: both ways work."))
        if message.state in ("error", "canceled"):
            return self._tell("failed", message.failure_reason or self.env._("It was not sent."))
        if message.state in ("queued", "sending"):
            return self._tell("queued", self._explain_queued(instance))
        self._wake_receive_action(instance)
        return self._tell("sent", message.failure_reason or self._explain_sent(instance))

    # === HELPERS === #

    def _tell(self, status, message):
        return {"status": status, "message": message}

    def _take_test_error(self, error):
        instance = self.instance_id
        instance._take_error(error)
        if error.code == const.CODE_STARTING:
            return self._tell("starting", instance._get_state_messages()[const.STATE_STARTING])
        return self._tell("failed", instance._explain(error))

    def _queue_test(self, account):
        """Queue the message; in a transaction of its own."""
        instance = self.instance_id
        instance._take_state(account.state)
        if account.state != const.STATE_AUTHORIZED:
            is_starting = account.state == const.STATE_STARTING
            return self._tell("starting" if is_starting else "failed", instance.state_message)
        if not account.chat_id:
            reason = self.env._("The service does not tell the account's own chat id.")
            return self._tell("failed", reason)
        # sudo: telegram.instance, telegram.chat - what the service said of the account
        instance.sudo().write(instance._prepare_profile(account))
        chat = self.env["telegram.chat"]._get_or_create(
            instance, account.chat_id, name=self.env._("Saved Messages")
        )
        chat.sudo().is_stranger = False  # the account is none to itself
        text = self.env._("This is a test from Odoo: if you read it, sending works.")
        self.message_id = instance.send_text(account.chat_id, text)
        self.tested_from = fields.Datetime.now()
        return self.look()

    def _has_come_back(self):
        """Whether the service has reported the message, by the way that was chosen."""
        # sudo: telegram.event - whether there is one
        events_sudo = self.env["telegram.event"].sudo()
        domain = [
            ("message_id", "=", self.message_id.id),
            ("source", "=", self.instance_id.receive_mode),
        ]
        return bool(events_sudo.search_count(domain, limit=1))

    def _keep_proof(self):
        # sudo: telegram.instance - what came back is known
        self.instance_id.sudo().tested_at = fields.Datetime.now()

    def _wake_receive_action(self, instance):
        """Let the scheduled action fetch at once, and not only when its time has come."""
        now = fields.Datetime.now()
        if instance.receive_mode == "polling" and (
            not self.woken_at or now - self.woken_at > WAKE_EVERY
        ):
            self.write({"woken_at": now})
            instance.sudo().receive_cron_id._trigger()  # sudo: ir.cron - it is the instance's own

    def _is_late(self):
        return fields.Datetime.now() - self.tested_from > PATIENCE

    # === TEXTS === #

    def _explain_queued(self, instance):
        _ = self.env._
        if instance.waiting_reason:
            return instance.waiting_reason
        if self._is_late():
            return _(
                "The message still waits. Do Odoo's scheduled actions run? They need the server's "
                "option max_cron_threads to be 1 or more; “%s” is the one that sends.",
                instance.sudo().send_cron_id.name,  # sudo: ir.cron - its name only
            )
        return _("Odoo's scheduled action sends the message in a moment…")

    def _explain_sent(self, instance):
        _ = self.env._
        if not self._is_late():
            return _("Telegram has the message. Waiting for the service to report it back…")
        if instance.receive_mode == "webhook":
            return _(
                "Telegram has the message, but the service has not delivered anything to %s yet. "
                "Can that address be reached from the internet? It is tried again every minute.",
                instance.webhook_url,
            )
        return _(
            "Telegram has the message, but Odoo has not fetched its report yet. Does “%s” run? It "
            "does so every minute.",
            instance.sudo().receive_cron_id.name,  # sudo: ir.cron - its name only
        )
