# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import base64
import io
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ... import const
from ...client import GreenApiError, OutcomeUnknownError
from ...client.parsing import to_datetime
from ...tools.image import to_jpeg
from ...tools.transactions import write_in_own_transaction

PICTURE_MAX_BYTES = 5 * 1024 * 1024
PICTURE_SECONDS = 20
# A call that was under way when the token changed is refused; so may be the first ones after.
GRACE = timedelta(minutes=5)


class TelegramInstance(models.Model):
    """The Telegram account that is signed in: who it is, and its picture.

    Ending and restarting the Telegram session of an instance, by a person.

    A new API token, made by the service and kept by Odoo: nobody gets to see it.
    """

    _inherit = "telegram.instance"

    account_phone = fields.Char("Phone", readonly=True, copy=False)
    account_username = fields.Char("User Name", readonly=True, copy=False)
    account_chat_id = fields.Char(
        "Account's Chat Id", readonly=True, copy=False, help="What Telegram calls the account."
    )
    account_picture = fields.Image(
        "Picture", max_width=512, max_height=512, readonly=True, copy=False
    )
    suspended_until = fields.Datetime(
        readonly=True, copy=False, help="When Telegram lifts its limits on the account."
    )
    token_change_date = fields.Datetime("Token Changed", readonly=True, copy=False)

    # === ACTION METHODS === #

    def action_read_account(self):
        """Ask who is signed in, and fetch the picture.

        https://green-api.com/en/telegram/docs/api/account/GetAccountSettings/
        """
        self.ensure_one()
        self.check_access("write")
        account = self._call_service("get_account_settings")
        picture, problem = self._fetch_picture(account.url_avatar)
        write_in_own_transaction(
            self, lambda instance: instance._update_account(account, picture, problem)
        )
        if problem:
            return self._display_result(problem, account, type="warning")
        return self._display_result(self._get_account_summary(account), account)

    def action_set_picture(self):
        """Open the dialog that gives the account another picture."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Picture of the Telegram account"),
            "res_model": "telegram.instance.picture",
            "view_mode": "form",
            "target": "new",
            "context": {"default_instance_id": self.id},
        }

    # === BUSINESS METHODS === #

    def _fetch_profile(self):
        """Ask who has signed in, as far as that is not known; without it everything works too."""
        if self.account_chat_id:
            return
        try:
            with self._get_client() as client:
                account = client.get_account_settings()
        except GreenApiError:
            return
        # sudo: telegram.instance - as in _update_state
        self.sudo().write(self._prepare_profile(account))

    def _update_account(self, account, picture, problem):
        """Keep what the service knows of the account.

        :param AccountSettings account: what it answered
        :param bytes picture: empty: the account has none
        :param problem: why the picture is not known; then the former one stays
        """
        values = self._prepare_profile(account)
        if not problem:
            values["account_picture"] = base64.b64encode(picture) if picture else False
        self.write(values)
        self._update_state(account.state)

    def _prepare_profile(self, account):
        """Give the values that tell whose account it is.

        :param account: AccountSettings; None: nobody's
        """
        if not account:
            return {
                "account_phone": False,
                "account_username": False,
                "account_chat_id": False,
                "account_picture": False,
                "suspended_until": False,
            }
        return {
            "account_phone": account.phone and f"+{account.phone}",
            "account_username": account.username,
            "account_chat_id": account.chat_id,
            "suspended_until": to_datetime(account.suspended_until),
        }

    def _fetch_picture(self, url):
        """Fetch the picture behind a link of the service.

        :return: the picture, and why there is none, in words; both may be empty
        """
        if not url:
            return b"", ""
        target = io.BytesIO()
        try:
            with self._get_client() as client:
                client.download(url, target, PICTURE_MAX_BYTES, PICTURE_SECONDS)
            return to_jpeg(self.env, target.getvalue()), ""
        except GreenApiError as error:
            reason = self._get_error_message(error)
        except UserError:
            reason = self.env._("What came is no picture.")
        return b"", self.env._("The picture could not be fetched: %s", reason)

    # === TEXTS === #

    def _get_account_summary(self, account):
        if not account.phone:
            return self._get_state_messages().get(account.state) or self.env._(
                "No Telegram account is signed in."
            )
        names = " ".join(filter(None, (f"+{account.phone}", account.username)))
        return self.env._("Signed in: %s.", names)

    def action_log_out(self):
        """End the Telegram session; messages wait until somebody signs in again.

        https://green-api.com/en/telegram/docs/api/account/Logout/
        """
        self.ensure_one()
        self.check_access("write")
        step = self._call_service("logout")
        write_in_own_transaction(self, lambda instance: instance._process_log_out(self.env.user))
        waiting = self.env._(
            "The Telegram account is signed out. Messages wait until somebody signs in again."
        )
        return self._display_result(waiting, step, type="warning")

    def action_restart(self):
        """Restart the instance at the service, which takes up to 5 minutes.

        https://green-api.com/en/telegram/docs/api/account/Reboot/
        """
        self.ensure_one()
        self.check_access("write")
        step = self._call_service("reboot")
        write_in_own_transaction(self, lambda instance: instance._process_restart(self.env.user))
        return self._display_result(
            self.env._(
                "The instance restarts, which takes up to 5 minutes. Messages wait until then, and "
                "go on by themselves."
            ),
            step,
        )

    # === BUSINESS METHODS === #

    def _process_log_out(self, user):
        """Keep that a person has ended the session: no alarm, no data of the former account."""
        # sudo: telegram.instance - the state is the service's
        self.sudo().write(
            {
                "state": const.STATE_NOT_AUTHORIZED,
                "last_error": False,
                "last_check_date": fields.Datetime.now(),
                "was_operational": False,
                **self._prepare_profile(None),
            }
        )
        self._log_user_action(user, self.env._("The Telegram account was signed out."))

    def _process_restart(self, user):
        self._update_state(const.STATE_STARTING)
        self._log_user_action(user, self.env._("The instance was restarted."))

    def _log_user_action(self, user, text):
        """Note in the history what a person has done by a button."""
        self._message_log(body=text, author_id=user.partner_id.id)

    # === ACTION METHODS === #

    def action_new_api_token(self):
        """Let the service replace the API token, and keep the new one at once.

        https://green-api.com/en/telegram/docs/api/account/UpdateApiToken/

        It is called exactly once. Messages under way wait for the new token.

        :raise AccessError: for users without the rights of Odoo's settings
        :raise UserError: why there is no new token, or where to look whether there is one
        """
        self.ensure_one()
        self.check_access("write")
        if not self._may_handle_tokens():
            raise AccessError(
                self.env._("The API token is for users with the rights of Odoo's settings.")
            )
        try:
            with self._get_client() as client:
                token = client.update_api_token().api_token_instance
        except OutcomeUnknownError as error:
            reasons = [self._get_error_message(error), self._get_lost_token_message()]
            raise UserError(" ".join(reasons)) from None
        except GreenApiError as error:
            raise UserError(self._get_error_message(error)) from None
        try:
            write_in_own_transaction(
                self, lambda instance: instance._store_new_token(token, self.env.user)
            )
        except UserError:
            raise UserError(self._get_lost_token_message()) from None
        return self._display_result(
            self.env._(
                "The instance has a new API token, and Odoo uses it from now on. Whatever else "
                "uses the former one needs the new one too: the GREEN-API console shows it."
            )
        )

    # === BUSINESS METHODS === #

    def _store_new_token(self, token, user):
        # sudo: telegram.instance - the user may handle tokens
        self.sudo().token_change_date = fields.Datetime.now()
        self._store_secret("api_token", token)
        self._log_user_action(user, self.env._("The API token was replaced."))

    def _is_token_fresh(self):
        since = self.token_change_date
        return bool(since and fields.Datetime.now() - since < GRACE)

    # === TEXTS === #

    def _get_lost_token_message(self):
        return self.env._(
            "The service may have replaced the API token, but Odoo does not have the new one. Look "
            "at apiTokenInstance in the GREEN-API console and enter it here. Until then messages "
            "wait; none is lost."
        )
