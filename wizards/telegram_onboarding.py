# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from .. import const
from ..client import GreenApiError, clean_copied, propose_host
from ..tools.formatting import PROBE
from ..tools.transactions import write_as_user

TEST_DELAY = timedelta(seconds=60)  # after it, the message explains what may be wrong
TRIGGER_INTERVAL = timedelta(seconds=10)  # between two triggers of the receive action


class TelegramOnboarding(models.TransientModel):
    """Guide the user through the connection of an account, from credentials to a test message.

    The progress is stored on the account, so that the dialog can be closed and continued at any
    step. No secret is stored here.

    The last step sends a message to the account itself, which has to be received again. It uses
    the same queue, scheduled actions and receiving method as every message, so it tests them all.
    """

    _name = "telegram.onboarding"
    _inherit = "telegram.wizard.mixin"
    _description = "Connect Telegram Account"

    instance_id = fields.Many2one("telegram.instance", ondelete="cascade")
    sign_in_id = fields.Many2one("telegram.sign.in", ondelete="set null")
    message_id = fields.Many2one("telegram.message", "Test Message", ondelete="set null")
    test_sent_date = fields.Datetime()
    is_test_stored = fields.Boolean("Test Result Stored")
    receive_trigger_date = fields.Datetime()

    # === STEPS === #

    @api.model
    def start(self, instance_id=False):
        """Start the connection of a new account, or continue with an existing one.

        :param int instance_id: id of the ``telegram.instance`` to continue with
        :return: dict, see ``get_progress``
        :raise AccessError: the user is not a Telegram administrator
        """
        instance = self.env["telegram.instance"].browse(instance_id or [])
        instance.check_access("write")
        return self.create({"instance_id": instance.id}).get_progress()

    def get_progress(self):
        """Return the current step and the data that it needs.

        :return: dict with ``step`` (see ``telegram.instance._get_start_step``), ``id`` of this
            record, ``instance``, ``sign_in_id`` and ``can_handle_tokens``; without an instance
            also ``unfinished``, the accounts whose setup can be continued
        :raise AccessError: the user is not a Telegram administrator
        """
        self.ensure_one()
        instance = self.instance_id
        instance.check_access("write")
        step = instance._get_start_step()
        if step == "sign_in" and not self.sign_in_id:
            self.sign_in_id = self.sign_in_id.create(
                {"instance_id": instance.id, "is_guided": True}
            )
        progress = {
            "id": self.id,
            "step": step,
            "can_handle_tokens": instance._can_handle_tokens(),
            "sign_in_id": self.sign_in_id.id,
            "instance": self._prepare_instance_data(instance) if instance else False,
        }
        if not instance:
            unfinished = instance._find_unfinished()
            progress["unfinished"] = [{"id": each.id, "name": each.name} for each in unfinished]
        return progress

    def connect(self, name, id_instance, api_token, api_url="", replace=False):
        """Test the credentials, and store them if GREEN-API accepts them.

        If an account with the same instance ID is connected already, nothing is stored until the
        user decides to replace its token.

        :param str name: name of the account in Odoo
        :param str id_instance: idInstance at GREEN-API
        :param str api_token: apiTokenInstance at GREEN-API; empty for the one that is stored
        :param str api_url: apiUrl at GREEN-API; by default derived from the instance ID
        :param bool replace: whether to replace the token of an account that is connected already
        :return: dict, see ``get_progress``; with ``error``, a text, if they are not accepted, and
            ``invalid``, the name of the malformed value if it is one; with ``connected`` (``id``
            and ``message``) if such an account is connected already
        :raise AccessError: the user has no access to Odoo's settings
        """
        self.ensure_one()
        instances = self.env["telegram.instance"]
        instances.check_access("create")
        if not instances._can_handle_tokens():
            raise AccessError(
                self.env._("Only users with access to Odoo's settings can enter an API token.")
            )
        id_instance = clean_copied(id_instance)
        values = {
            "id_instance": id_instance,
            "api_url": (api_url or "").strip() or propose_host(id_instance),
            # sudo: telegram.instance - the user may replace it, and never sees it
            "api_token": (api_token or "").strip() or self.instance_id.sudo().api_token,
        }
        invalid, error = self._find_invalid(values)
        if invalid:
            return {**self.get_progress(), "error": error, "invalid": invalid}
        known = instances._find_connected(id_instance)
        if known and known != self.instance_id and not replace:
            connected = {"id": known.id, "message": known._get_connected_message()}
            return {**self.get_progress(), "connected": connected}
        try:
            state = self._test_credentials(values)
        except GreenApiError as error:
            return {**self.get_progress(), "error": self._get_credentials_error(values, error)}
        values = {
            "name": (name or "").strip() or self.env._("Telegram"),
            "id_instance": id_instance,
            "api_url": values["api_url"],
            "api_token_new": values["api_token"],
        }
        return write_as_user(self, lambda wizard: wizard._store_instance(values, state))

    def set_receiving(self, receive_mode):
        """Set the receiving method, configure it at GREEN-API and test it where possible.

        :param str receive_mode: "polling" or "webhook"
        :return: dict, see ``get_progress``; with ``message`` (the result as a text) and
            ``is_good`` (whether the method works)
        :raise AccessError: the user is not a Telegram administrator
        """
        self.ensure_one()
        self.instance_id.check_access("write")

        def set_mode(wizard):
            wizard.instance_id.receive_mode = receive_mode
            wizard.message_id = False  # an earlier test message does not test this method
            return wizard.instance_id._get_webhook_problem()

        problem = write_as_user(self, set_mode)
        sentences, is_good = [problem], False
        if not problem:
            sentences, is_good = write_as_user(
                self, lambda wizard: wizard.instance_id._test_receiving()
            )
        progress = write_as_user(self, lambda wizard: wizard.get_progress())
        if is_good:  # the first sentence lists the changed settings, of no use in the guided start
            sentences = sentences[1:]
        return {**progress, "message": " ".join(sentences), "is_good": is_good}

    def send_test(self):
        """Queue a message to the account's own chat, unless one was queued already.

        :return: dict, see ``check_test``
        :raise AccessError: the user is not a Telegram administrator
        """
        self.ensure_one()
        instance = self.instance_id
        instance.check_access("write")
        if self._is_test_open():
            return self.check_test()
        try:
            with instance._get_client() as client:
                account = client.get_account_settings()
        except GreenApiError as caught:
            error = caught
            return write_as_user(self, lambda wizard: wizard._process_test_error(error))
        return write_as_user(self, lambda wizard: wizard._queue_test(account))

    def check_test(self):
        """Check whether the test message was sent and received.

        :return: dict with ``message``, a text, and ``status``: "starting" (the account restarts
            and sends nothing yet), "queued", "sent", "proven" or "failed"; if it is proven also
            ``looks``, the questions about what the phone shows (see ``_get_looks``)
        :raise AccessError: the user is not a Telegram administrator
        """
        self.ensure_one()
        instance = self.instance_id
        instance.check_access("write")
        message = self.message_id
        if not message:
            return self._prepare_test_result("failed", self.env._("The test message was deleted."))
        if self._is_test_received():
            if self.is_test_stored:
                return self._prepare_proven_result()
            learned = self._learn_formatting()
            return write_as_user(self, lambda wizard: wizard._store_test_result(learned))
        if message.state in ("error", "canceled"):
            return self._prepare_test_result(
                "failed", message.failure_reason or self.env._("The message was not sent.")
            )
        if message.state in ("queued", "sending"):
            return self._prepare_test_result("queued", self._get_queued_message(instance))
        self._trigger_receive_action(instance)
        return self._prepare_test_result(
            "sent", message.failure_reason or self._get_sent_message(instance)
        )

    # === CREDENTIALS === #

    def _find_invalid(self, values):
        """Return the name of the first malformed credential, and what is wrong with it."""
        candidate = self.env["telegram.instance"].new(values)
        checks = {
            "id_instance": candidate._check_id_instance,
            "api_url": candidate._check_hosts,
            "api_token": lambda: candidate._clean_token(values["api_token"]),
        }
        for name, check in checks.items():
            try:
                check()
            except ValidationError as error:
                return name, str(error)
        return None, None

    def _test_credentials(self, values):
        """Fetch the state of the account with credentials that are not stored yet.

        :return: the state
        :raise GreenApiError: GREEN-API does not accept the credentials
        """
        candidate = self.env["telegram.instance"].new(values)
        candidate.api_token = values["api_token"]
        with candidate._get_client() as client:
            return client.get_state_instance().state

    def _store_instance(self, values, state):
        instance = self.instance_id._connect(values)
        instance._update_state(state)
        self.instance_id = instance
        return self.get_progress()

    def _get_credentials_error(self, values, error):
        candidate = self.env["telegram.instance"].new(values)
        if error.code == const.CODE_DELETED:
            return self.env._("This instance was deleted at GREEN-API. Enter another one.")
        if error.code in (const.CODE_UNAUTHORIZED, const.CODE_FORBIDDEN):
            return self.env._(
                "GREEN-API does not accept this instance ID and API token at %(host)s. Copy "
                "idInstance, apiTokenInstance and apiUrl again from the GREEN-API console.",
                host=candidate.api_url.partition("://")[2],
            )
        return candidate._get_error_message(error)

    def _prepare_instance_data(self, instance):
        return {
            "id": instance.id,
            "name": instance.name,
            "id_instance": instance.id_instance,
            "api_url": instance.api_url,
            "has_api_token": instance.has_api_token,
            "state": instance.state,
            "message": instance.state_message,
            "receive_mode": instance.receive_mode,
            "webhook_problem": self._get_webhook_problem(instance),
        }

    def _get_webhook_problem(self, instance):
        """Return why a webhook cannot be used, or False if it can."""
        candidate = instance.new({"receive_mode": "webhook"}, origin=instance)
        return candidate._get_webhook_problem()

    # === TEST MESSAGE === #

    def _queue_test(self, account):
        """Queue the test message.

        :param account: AccountSettings of the client
        :return: dict, see ``check_test``
        """
        if self._is_test_open():
            return self.check_test()  # another click was faster
        instance = self.instance_id
        instance._update_state(account.state)
        if account.state != const.STATE_AUTHORIZED:
            is_starting = account.state == const.STATE_STARTING
            return self._prepare_test_result(
                "starting" if is_starting else "failed", instance.state_message
            )
        if not account.chat_id:
            return self._prepare_test_result(
                "failed", self.env._("GREEN-API does not return the chat ID of the account.")
            )
        # sudo: telegram.instance, telegram.chat - data of the account from GREEN-API
        instance.sudo().write(instance._prepare_profile(account))
        chat = self.env["telegram.chat"]._get_or_create(
            instance, account.chat_id, name=self.env._("Saved Messages")
        )
        # sudo: telegram.chat - own chats do not count towards the daily limit
        chat.sudo().is_new_contact = False
        text = self.env._("This is a test message from Odoo. If you can read it, sending works.")
        values = self.env["telegram.message"]._prepare_text(f"{text}\n\n{PROBE}")
        self.message_id = instance._send_values(account.chat_id, {**values, "is_probe": True})
        self.test_sent_date = fields.Datetime.now()
        self.is_test_stored = False
        return self.check_test()

    def _is_test_open(self):
        """Return whether the test message was queued and has not failed."""
        return bool(self.message_id) and self.message_id.state not in ("error", "canceled")

    def _process_test_error(self, error):
        instance = self.instance_id
        instance._record_error(error)
        if error.code == const.CODE_STARTING:
            return self._prepare_test_result(
                "starting", instance._get_state_messages()[const.STATE_STARTING]
            )
        return self._prepare_test_result("failed", instance._get_error_message(error))

    def _is_test_received(self):
        """Return whether the message was reported with the receiving method of the account."""
        # sudo: telegram.event - only whether there is one
        events_sudo = self.env["telegram.event"].sudo()
        domain = [
            ("message_id", "=", self.message_id.id),
            ("source", "=", self.instance_id.receive_mode),
        ]
        return bool(events_sudo.search_count(domain, limit=1))

    def _store_test_result(self, learned):
        # sudo: telegram.instance - only the date of the test
        self.instance_id.sudo().test_date = fields.Datetime.now()
        self.instance_id._store_formatting(learned)
        self.is_test_stored = True
        return self._prepare_proven_result()

    def _prepare_proven_result(self):
        text = self.env._("The test message was received. Sending and receiving work.")
        return {**self._prepare_test_result("proven", text), "looks": self._get_looks()}

    def _trigger_receive_action(self, instance):
        """Trigger the receive action before its next scheduled run, when messages are polled."""
        now = fields.Datetime.now()
        if instance.receive_mode == "polling" and (
            not self.receive_trigger_date or now - self.receive_trigger_date > TRIGGER_INTERVAL
        ):
            self.write({"receive_trigger_date": now})
            instance.sudo().receive_cron_id._trigger()  # sudo: ir.cron - that of the account

    def _is_test_delayed(self):
        return fields.Datetime.now() - self.test_sent_date > TEST_DELAY

    # === TEXTS === #

    def _prepare_test_result(self, status, message):
        return {"status": status, "message": message}

    def _get_queued_message(self, instance):
        _ = self.env._
        if instance.waiting_reason:
            return instance.waiting_reason
        if self._is_test_delayed():
            return _(
                "The message is still queued. Check that Odoo's scheduled actions run: the server "
                "option max_cron_threads must be 1 or more, and “%s” must be active.",
                instance.sudo().send_cron_id.name,  # sudo: ir.cron - its name only
            )
        return _("The message is queued and will be sent shortly…")

    def _get_sent_message(self, instance):
        _ = self.env._
        if not self._is_test_delayed():
            return _("The message was sent. Waiting until GREEN-API reports it…")
        if instance.receive_mode == "webhook":
            return _(
                "The message was sent, but GREEN-API has not delivered the event to %s yet. Check "
                "that this address can be reached from the internet. GREEN-API retries every "
                "minute.",
                instance.webhook_url,
            )
        return _(
            "The message was sent, but Odoo has not received the event yet. Check that “%s” runs. "
            "It is scheduled every minute.",
            instance.sudo().receive_cron_id.name,  # sudo: ir.cron - its name only
        )
