# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

from .. import const
from ..client import GreenApiClient, GreenApiError, Refused
from .transactions import write_and_commit

FIRST_PAUSE = 30  # seconds after a failed call; doubled with every further one
LONGEST_PAUSE = 3600  # seconds


class TelegramInstance(models.Model):
    """What an instance asks the service about its own account: state, sign-in, settings."""

    _inherit = "telegram.instance"

    def _get_client(self):
        """Return a client for this instance: the only place where one is made.

        :raise UserError: the token is missing
        """
        self.ensure_one()
        instance_sudo = self.sudo()  # sudo: telegram.instance - the token stays in the client
        if not instance_sudo.api_token and not self._may_handle_tokens():
            raise UserError(
                self.env._(
                    "The API token of “%s” is not set. Ask an administrator with the rights of "
                    "Odoo's settings to enter it.",
                    self.name,
                )
            )
        if not instance_sudo.api_token:
            raise UserError(
                self.env._(
                    "The API token of “%s” is not set. Enter it on the instance "
                    "(apiTokenInstance in the GREEN-API console).",
                    self.name,
                )
            )
        return GreenApiClient(
            instance_sudo.api_url,
            instance_sudo.id_instance,
            instance_sudo.api_token,
            media_url=instance_sudo.media_url,
            download_hosts=(instance_sudo.download_hosts or "").split(),
            observe=self.env["telegram.call"]._get_observer(self),
        )

    # === ACTION METHODS === #

    def action_check_state(self):
        """Ask the service for the state; open the sign-in dialog when there is no session."""
        self.ensure_one()
        self.check_access("write")
        self._refresh_state()
        if self.state in (const.STATE_NOT_AUTHORIZED, const.STATE_PENDING_PASSWORD):
            return self.action_sign_in()
        if self.state == const.STATE_AUTHORIZED and not self.problem:
            self._set_up_receiving()
        good = self.state == const.STATE_AUTHORIZED and not self.problem
        return self._notify(self.state_message, good)

    def action_sign_in(self):
        """Open the dialog that signs the Telegram account in."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Sign in to Telegram"),
            "res_model": "telegram.sign.in",
            "view_mode": "form",
            "target": "new",
            "context": {"default_instance_id": self.id},
        }

    # === BUSINESS METHODS === #

    def _refresh_state(self):
        """Ask the service for the state and keep what it says, be it an answer or a failure."""
        keep, what = self._ask_state()
        keep(what)

    def _refresh_state_and_commit(self):
        """Do the same in a scheduled action, where other transactions may be in the way."""
        write_and_commit(self.env, *self._ask_state())

    def _ask_state(self):
        """Ask the service for the state.

        :return: the method that keeps what came of it, and what came of it
        """
        self.ensure_one()
        try:
            with self._get_client() as client:
                return self._take_state, client.get_state_instance().state
        except GreenApiError as error:
            return self._take_error, error

    def _may_send(self):
        """Say whether messages may be sent now; ask the service again when it was otherwise."""
        self.ensure_one()
        if self.send_after and self.send_after > fields.Datetime.now():
            return False
        if self.state != const.STATE_AUTHORIZED:
            self._refresh_state_and_commit()
        return self.state == const.STATE_AUTHORIZED

    def _pause_sending(self, seconds=None):
        """Send nothing for a while after a failed call, longer with every one in a row.

        :param float seconds: what the service asked for
        """
        if not seconds:
            seconds = min(FIRST_PAUSE * 2 ** min(self.send_failures, 10), LONGEST_PAUSE)
        send_after = fields.Datetime.now() + timedelta(seconds=seconds)
        self.write({"send_after": send_after, "send_failures": self.send_failures + 1})
        self._trigger_send(send_after)

    def _resume_sending(self):
        """Forget former failures: a call has worked."""
        if self.send_failures:
            self.write({"send_after": False, "send_failures": 0})
        self._clear_problem()

    def _clear_problem(self):
        """Forget what was wrong with the connection: a call has worked."""
        if self.problem:
            self._write_account({"problem": False})

    def _take_state(self, state):
        """Keep a state that the service reports; one that is new to us is kept as "unknown"."""
        problem = False
        if state not in const.SERVICE_STATES:
            problem = self.env._(
                "The service reports the state “%s”, which this version does not know. Look at "
                "the instance in the GREEN-API console.",
                state,
            )
            state = "unknown"
        self._write_account({"state": state, "problem": problem})
        if state == const.STATE_AUTHORIZED:
            self._trigger_send()  # what waited for this

    def _take_quota(self, notification):
        """Tell the instance's followers that the quota of the plan is used up.

        :param QuotaNotification notification: what the service reported
        """
        error = Refused(notification.method, const.CODE_QUOTA, detail=notification.description)
        self.message_post(body=self._explain(error))

    def _take_error(self, error):
        """Keep what a failed call tells about the instance.

        :param GreenApiError error: what the client raised
        """
        if error.code in const.STATE_OF_CODE:
            self._write_account({"state": const.STATE_OF_CODE[error.code], "problem": False})
        else:
            self._write_account({"problem": self._explain(error)})

    def _write_account(self, vals):
        # sudo: telegram.instance - these fields are what the service said, not the user
        self.sudo().write({**vals, "checked_at": fields.Datetime.now()})

    # === TEXTS === #

    def _get_state_messages(self):
        """Give for each state the sentence that says what it means and what to do."""
        _ = self.env._
        return {
            "unchecked": _("Not checked yet. Press “Check state”."),
            const.STATE_NOT_AUTHORIZED: _(
                "No Telegram account is signed in. Press “Sign in” and scan the QR code with the "
                "phone."
            ),
            const.STATE_AUTHORIZED: _("The Telegram account is signed in and works."),
            const.STATE_STARTING: _(
                "The instance is starting. This takes up to 5 minutes; messages wait until then."
            ),
            const.STATE_PENDING_PASSWORD: _(
                "Telegram asks for the password of two-step verification. Press “Sign in” and "
                "enter it."
            ),
            "suspended": _(
                "Telegram has limited the account for a time. Messages wait; write to fewer "
                "people who do not know you, and check the state again later."
            ),
            "blocked": _(
                "Telegram has blocked the account for good. Sign in with another account."
            ),
            const.CODE_EXPIRED: _(
                "The instance is not paid. Renew it in the GREEN-API console; messages wait until "
                "then."
            ),
            const.CODE_DELETED: _(
                "The instance was deleted at GREEN-API. Create another one in the console and "
                "enter its id and token here."
            ),
            const.CODE_UNAUTHORIZED: _(
                "The service does not accept the API token. Copy apiTokenInstance once more from "
                "the GREEN-API console."
            ),
            const.CODE_FORBIDDEN: _(
                "The service does not know this instance id at this address. Compare idInstance "
                "and apiUrl with the GREEN-API console."
            ),
            "unknown": _("The state of the instance is not known. Press “Check state”."),
        }

    def _explain(self, error):
        """Say in plain words why a call failed and what to do.

        :param GreenApiError error: what the client raised
        """
        _ = self.env._
        state = const.STATE_OF_CODE.get(error.code)
        if state:
            return self._get_state_messages()[state]
        host = (self.api_url or "").partition("://")[2]
        sentences = {
            const.CODE_HOST_UNKNOWN: _(
                "The address “%s” was not found. Compare it with apiUrl in the GREEN-API console, "
                "and check this server's network.",
                host,
            ),
            const.CODE_UNREACHABLE: _(
                "No connection to “%s”. Check the address, and whether this server may reach the "
                "internet.",
                host,
            ),
            const.CODE_TIMEOUT: _("“%s” did not answer in time. Try again later.", host),
            const.CODE_CONNECTION_LOST: _(
                "The connection to “%s” was lost before the answer came. Try again later.", host
            ),
            const.CODE_NOT_JSON: _(
                "“%s” answered, but not like GREEN-API. Compare the address with apiUrl in the "
                "GREEN-API console.",
                host,
            ),
            const.CODE_NOT_FOUND: _(
                "“%s” does not know the request. Compare the address with apiUrl in the GREEN-API "
                "console.",
                host,
            ),
            const.CODE_RATE_LIMIT: _("The service asks to slow down. Try again in a minute."),
            const.CODE_QUOTA: _(
                "The monthly quota of your GREEN-API plan is used up. Change the plan in the "
                "console, or wait for the next month."
            ),
            const.CODE_TOO_LARGE: _("The file is too large for the service."),
            const.CODE_HOST_NOT_ALLOWED: _(
                "It is on no host of this instance. If the service keeps files there, an "
                "administrator names it on the instance (Further File Hosts)."
            ),
            const.CODE_FILE_GONE: _("The link to the file is too old. Send the file again."),
            const.CODE_SERVER: _("GREEN-API has a disturbance. Try again later."),
            const.CODE_WEBHOOK_SET: _(
                "The service delivers to a webhook address. Press “Set up receiving” to tell it "
                "how messages come in."
            ),
        }
        if error.code == const.CODE_LOST:
            return error.detail
        if error.method == "download" and error.code == const.CODE_TOO_LARGE:
            return _("It is too large.")
        text = sentences.get(error.code) or _("The service refused the request.")
        return f"{text} ({error.detail})" if error.detail else text
