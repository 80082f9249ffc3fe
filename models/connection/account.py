# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import base64
import io
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ... import const
from ...client import GreenApiError, OutcomeUnknownError
from ...client.parsing import to_datetime
from ...tools import advisory_lock
from ...tools.actions import get_dialog_action
from ...tools.image import to_jpeg
from ...tools.transactions import write_in_own_transaction

PICTURE_MAX_BYTES = 5 * 1024 * 1024
PICTURE_SECONDS = 20
# Calls that were under way while the token changed are refused, and so may be the next ones.
TOKEN_GRACE_PERIOD = timedelta(minutes=5)
TOKEN_WAIT = 60  # seconds in which another click has certainly replaced the token


class TelegramInstance(models.Model):
    """Extends ``telegram.instance`` with the Telegram account that is signed in.

    Its profile and picture, signing out, restarting, and a new API token.
    """

    _inherit = "telegram.instance"

    account_phone = fields.Char("Phone", readonly=True, copy=False)
    account_username = fields.Char("Username", readonly=True, copy=False)
    account_chat_id = fields.Char(
        "Account ID", readonly=True, copy=False, help="ID of the account in Telegram."
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
        """Fetch the profile and the picture of the account.

        https://green-api.com/en/telegram/docs/api/account/GetAccountSettings/
        """
        self.ensure_one()
        self.check_access("write")
        account = self._call_service("get_account_settings")
        picture, error = self._fetch_picture(account.url_avatar)
        write_in_own_transaction(
            self, lambda instance: instance._update_account(account, picture, error)
        )
        if error:
            return self._display_result(error, account, type="warning")
        return self._display_result(self._get_account_summary(account), account)

    def action_set_picture(self):
        """Open the dialog that changes the picture of the account."""
        self.ensure_one()
        self.check_access("write")
        return get_dialog_action(
            "telegram.instance.picture",
            self.env._("Picture of the Telegram Account"),
            instance_id=self.id,
        )

    def action_log_out(self):
        """Sign out of Telegram. Messages are queued until an account signs in again.

        https://green-api.com/en/telegram/docs/api/account/Logout/
        """
        self.ensure_one()
        self.check_access("write")
        step = self._call_service("logout")
        write_in_own_transaction(self, lambda instance: instance._process_log_out(self.env.user))
        message = self.env._(
            "The Telegram account is signed out. Messages are queued until an account signs in "
            "again."
        )
        return self._display_result(message, step, type="warning")

    def action_restart(self):
        """Restart the account at GREEN-API, which takes up to 5 minutes.

        https://green-api.com/en/telegram/docs/api/account/Reboot/
        """
        self.ensure_one()
        self.check_access("write")
        step = self._call_service("reboot")
        write_in_own_transaction(self, lambda instance: instance._process_restart(self.env.user))
        return self._display_result(
            self.env._(
                "The account restarts, which takes up to 5 minutes. Messages are queued until then."
            ),
            step,
        )

    def action_new_api_token(self):
        """Replace the API token at GREEN-API, and store the new one.

        https://green-api.com/en/telegram/docs/api/account/UpdateApiToken/

        The method is called exactly once. Messages under way wait for the new token.

        :raise AccessError: the user has no access to Odoo's settings
        :raise UserError: there is no new token, or it has to be looked up
        """
        self.ensure_one()
        self.check_access("write")
        if not self._can_handle_tokens():
            raise AccessError(
                self.env._("Only users with access to Odoo's settings can change the API token.")
            )
        # A second click waits for the first one, and finds a token that is fresh.
        with (
            self.env.registry.cursor() as cr,
            advisory_lock.hold(cr, const.LOCK_TOKEN, self.id, TOKEN_WAIT) as is_held,
        ):
            if not is_held:
                raise UserError(self.env._("The API token is being replaced. Wait a minute."))
            if not self._is_token_fresh_now():
                self._replace_token()
        return self._display_result(
            self.env._(
                "The account has a new API token, and Odoo uses it from now on. Other programs "
                "that used the former token need the new one, which the GREEN-API console shows."
            )
        )

    def _is_token_fresh_now(self):
        """Return whether the token was replaced a moment ago, as other transactions see it."""
        return write_in_own_transaction(self, lambda instance: instance._is_token_fresh())

    def _replace_token(self):
        """Replace the API token at GREEN-API, and store the new one.

        :raise UserError: there is no new token, or it has to be looked up
        """
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

    # === PROFILE === #

    def _fetch_profile(self):
        """Fetch the profile if it is not known. A failure is ignored: sending works without it."""
        if self.account_chat_id:
            return
        try:
            with self._get_client() as client:
                account = client.get_account_settings()
        except GreenApiError:
            return
        # sudo: telegram.instance - as in _update_state
        self.sudo().write(self._prepare_profile(account))

    def _fetch_picture(self, url):
        """Download a picture of an account, contact or group.

        :param str url: empty if there is none
        :return: tuple ``(picture, error)``: JPEG as bytes and a text, each may be empty
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
            reason = self.env._("The downloaded file is not a picture.")
        return b"", self.env._("The picture could not be downloaded: %s", reason)

    def _update_account(self, account, picture, error):
        """Store the profile and the picture of the account.

        :param AccountSettings account: response of GREEN-API
        :param bytes picture: empty if the account has none
        :param error: why the picture is not known; the former one is kept then
        """
        values = self._prepare_profile(account)
        if not error:
            values["account_picture"] = base64.b64encode(picture) if picture else False
        self.write(values)
        self._update_state(account.state)

    def _prepare_profile(self, account):
        """Return the field values of a profile.

        :param account: AccountSettings, or None to clear the profile
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

    def _get_account_summary(self, account):
        if not account.phone:
            return self._get_state_messages().get(account.state) or self.env._(
                "No Telegram account is signed in."
            )
        names = " ".join(filter(None, (f"+{account.phone}", account.username)))
        return self.env._("Signed in: %s.", names)

    # === SESSION === #

    def _process_log_out(self, user):
        """Store that a user has signed out. Nobody is alerted, and the profile is cleared."""
        # sudo: telegram.instance - the state is reported by GREEN-API
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
        self.state_date = fields.Datetime.now()  # it may have been starting before
        self._log_user_action(user, self.env._("The account was restarted."))

    def _log_user_action(self, user, text):
        """Log an action of a user in the chatter of the account."""
        self._message_log(body=text, author_id=user.partner_id.id)

    # === API TOKEN === #

    def _store_new_token(self, token, user):
        # sudo: telegram.instance - the user may handle tokens
        self.sudo().token_change_date = fields.Datetime.now()
        self._store_secret("api_token", token)
        self._log_user_action(user, self.env._("The API token was replaced."))

    def _is_token_fresh(self):
        """Return whether the token was replaced a moment ago."""
        since = self.token_change_date
        return bool(since and fields.Datetime.now() - since < TOKEN_GRACE_PERIOD)

    def _get_lost_token_message(self):
        return self.env._(
            "GREEN-API may have replaced the API token, but Odoo does not have the new one. Copy "
            "apiTokenInstance from the GREEN-API console and enter it here. Messages are queued "
            "until then; none is lost."
        )
