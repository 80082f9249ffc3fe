# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .. import const
from ..client import GreenApiError, propose_host
from ..tools.transactions import write_as_user

PATIENCE = timedelta(seconds=60)  # until it is said what may be wrong
WAKE_EVERY = timedelta(seconds=10)


class TelegramOnboarding(models.TransientModel):
    """The guided start: from an id and a token to an account that sends and receives.

    How far it is, the instance knows; so it may be closed at any step, and goes on there. No
    secret is kept here.

    The last step of the guided start: a message to the account itself that has to come back.

    It goes the way of every message: queue, send action, service, Telegram; and its echo comes the
    way that was chosen. So what is proven is the whole way, Odoo's scheduled actions included.
    """

    _name = "telegram.onboarding"
    _inherit = "telegram.wizard.mixin"
    _description = "Connect a Telegram Account"

    instance_id = fields.Many2one("telegram.instance", ondelete="cascade")
    sign_in_id = fields.Many2one("telegram.sign.in", ondelete="set null")
    message_id = fields.Many2one("telegram.message", "Test Message", ondelete="set null")
    tested_from = fields.Datetime("Test Sent")
    woken_at = fields.Datetime("Receive Action Woken")

    # === STEPS === #

    @api.model
    def begin(self, instance_id=False):
        """Begin, or go on with an instance.

        :return: dict, as of ``describe``
        """
        instance = self.env["telegram.instance"].browse(instance_id or [])
        instance.check_access("write")
        return self.create({"instance_id": instance.id}).describe()

    def describe(self):
        """Say how far it is.

        :return: dict, ``step`` (see telegram.instance._get_start_step) and what that needs
        """
        self.ensure_one()
        instance = self.instance_id
        instance.check_access("write")
        step = instance._get_start_step()
        if step == "sign_in" and not self.sign_in_id:
            self.sign_in_id = self.sign_in_id.create(
                {"instance_id": instance.id, "is_guided": True}
            )
        return {
            "id": self.id,
            "step": step,
            "can_handle_tokens": instance._can_handle_tokens(),
            "sign_in_id": self.sign_in_id.id,
            "instance": self._get_instance_summary(instance) if instance else False,
        }

    def connect(self, name, id_instance, api_token, api_url=""):
        """Try the credentials, and keep them when the service accepts them.

        An instance that is there already gets the new ones.

        :param str api_url: empty: the usual one
        :return: dict, as of ``describe``; with ``refusal`` in words when they are not right
        :raise AccessError: for users without the rights of Odoo's settings
        """
        self.ensure_one()
        instances = self.env["telegram.instance"]
        instances.check_access("create")
        if not instances._can_handle_tokens():
            raise AccessError(
                self.env._("The API token is for users with the rights of Odoo's settings.")
            )
        id_instance = (id_instance or "").strip()
        values = {
            "id_instance": id_instance,
            "api_url": (api_url or "").strip() or propose_host(id_instance),
            "api_token": api_token,
        }
        try:
            token, state = self._test_credentials(values)
        except (GreenApiError, UserError) as error:
            return {**self.describe(), "refusal": self._get_refusal_message(values, error)}
        values = {
            "name": (name or "").strip() or self.env._("Telegram"),
            "id_instance": id_instance,
            "api_url": values["api_url"],
            "api_token_new": token,
        }
        return write_as_user(self, lambda start: start._store_instance(values, state))

    def set_receiving(self, receive_mode):
        """Choose the way messages come in, tell the service, and prove it where that can be done.

        :param str receive_mode: "polling" or "webhook"
        :return: dict, as of ``describe``; with ``message`` in words and whether it ``is_good``
        """
        self.ensure_one()
        self.instance_id.check_access("write")

        def choose(start):
            start.instance_id.receive_mode = receive_mode
            start.message_id = False  # what was sent before proves nothing about this way
            return start.instance_id._get_webhook_problem()

        problem = write_as_user(self, choose)
        sentences, is_good = [problem], False
        if not problem:
            sentences, is_good = write_as_user(
                self, lambda start: start.instance_id._test_receiving()
            )
        answer = write_as_user(self, lambda start: start.describe())
        if is_good:  # which switches the service was told says nothing to somebody who begins
            sentences = sentences[1:]
        return {**answer, "message": " ".join(sentences), "is_good": is_good}

    # === HELPERS === #

    def _test_credentials(self, values):
        """Ask the service for the state with credentials that are not kept anywhere yet.

        :return: the token as it is to be kept, and the state
        :raise GreenApiError: the service does not accept them
        :raise ValidationError: they cannot be right
        """
        candidate = self.env["telegram.instance"].new(values)
        candidate._check_id_instance()
        candidate._check_hosts()
        token = candidate._clean_token(values["api_token"])
        candidate.api_token = token
        with candidate._get_client() as client:
            return token, client.get_state_instance().state

    def _store_instance(self, values, state):
        """Make the instance, or give one that is there the credentials; in a transaction of its
        own."""
        instance = self.instance_id._connect(values)
        instance._update_state(state)
        self.instance_id = instance
        return self.describe()

    def _get_refusal_message(self, values, error):
        if not isinstance(error, GreenApiError):
            return str(error)
        candidate = self.env["telegram.instance"].new(values)
        if error.code == const.CODE_DELETED:
            return self.env._("This instance was deleted at GREEN-API. Enter another one.")
        if error.code in (const.CODE_UNAUTHORIZED, const.CODE_FORBIDDEN):
            return self.env._(
                "GREEN-API does not accept this id and token at %(host)s. Copy idInstance, "
                "apiTokenInstance and apiUrl once more from its console.",
                host=candidate.api_url.partition("://")[2],
            )
        return candidate._get_error_message(error)

    def _get_instance_summary(self, instance):
        return {
            "id": instance.id,
            "name": instance.name,
            "id_instance": instance.id_instance,
            "api_url": instance.api_url,
            "state": instance.state,
            "message": instance.state_message,
            "receive_mode": instance.receive_mode,
            "webhook_problem": self._get_webhook_message(instance),
        }

    def _get_webhook_message(self, instance):
        """Say why no webhook is possible; False when one is."""
        imagined = instance.new({"receive_mode": "webhook"}, origin=instance)
        return imagined._get_webhook_problem()

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
            return write_as_user(self, lambda start: start._process_test_error(error))
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
            return self._prepare_test_result("failed", self.env._("The test message was deleted."))
        if self._has_come_back():
            write_as_user(self, lambda start: start._store_test_result())
            return self._prepare_test_result(
                "proven", self.env._("The message has come back: both ways work.")
            )
        if message.state in ("error", "canceled"):
            return self._prepare_test_result(
                "failed", message.failure_reason or self.env._("It was not sent.")
            )
        if message.state in ("queued", "sending"):
            return self._prepare_test_result("queued", self._get_queued_message(instance))
        self._wake_receive_action(instance)
        return self._prepare_test_result(
            "sent", message.failure_reason or self._get_sent_message(instance)
        )

    # === HELPERS === #

    def _prepare_test_result(self, status, message):
        return {"status": status, "message": message}

    def _process_test_error(self, error):
        instance = self.instance_id
        instance._record_error(error)
        if error.code == const.CODE_STARTING:
            return self._prepare_test_result(
                "starting", instance._get_state_messages()[const.STATE_STARTING]
            )
        return self._prepare_test_result("failed", instance._get_error_message(error))

    def _queue_test(self, account):
        """Queue the message; in a transaction of its own."""
        instance = self.instance_id
        instance._update_state(account.state)
        if account.state != const.STATE_AUTHORIZED:
            is_starting = account.state == const.STATE_STARTING
            return self._prepare_test_result(
                "starting" if is_starting else "failed", instance.state_message
            )
        if not account.chat_id:
            reason = self.env._("The service does not tell the account's own chat id.")
            return self._prepare_test_result("failed", reason)
        # sudo: telegram.instance, telegram.chat - what the service said of the account
        instance.sudo().write(instance._prepare_profile(account))
        chat = self.env["telegram.chat"]._get_or_create(
            instance, account.chat_id, name=self.env._("Saved Messages")
        )
        chat.sudo().is_new_contact = False  # the account is none to itself
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

    def _store_test_result(self):
        # sudo: telegram.instance - what came back is known
        self.instance_id.sudo().test_date = fields.Datetime.now()

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

    def _get_queued_message(self, instance):
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

    def _get_sent_message(self, instance):
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
