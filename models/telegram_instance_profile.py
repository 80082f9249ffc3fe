# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import base64
import io

from odoo import fields, models
from odoo.exceptions import UserError

from .. import const
from ..client import GreenApiError
from .pictures import to_jpeg
from .transactions import write_in_own_transaction
from .unix_time import to_datetime

PICTURE_MAX_BYTES = 5 * 1024 * 1024
PICTURE_SECONDS = 20


class TelegramInstance(models.Model):
    """The Telegram account that is signed in: who it is, and its picture."""

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

    # === ACTION METHODS === #

    def action_read_account(self):
        """Ask who is signed in, and fetch the picture.

        https://green-api.com/en/telegram/docs/api/account/GetAccountSettings/
        """
        self.ensure_one()
        self.check_access("write")
        account = self._ask("get_account_settings")
        picture, problem = self._fetch_picture(account.url_avatar)
        write_in_own_transaction(
            self, lambda instance: instance._keep_account(account, picture, problem)
        )
        if problem:
            return self._answer(problem, account, type="warning")
        return self._answer(self._describe_account(account), account)

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

    def _take_state(self, state):
        """Forget whose account it was when its session has ended: the next may be another's."""
        if state == const.STATE_NOT_AUTHORIZED and self.account_chat_id:
            # sudo: telegram.instance - these fields are what the service said, not the user
            self.sudo().write(self._prepare_profile(None))
        return super()._take_state(state)

    def _learn_profile(self):
        """Ask who has signed in, as far as that is not known; without it everything works too."""
        if self.account_chat_id:
            return
        try:
            with self._get_client() as client:
                account = client.get_account_settings()
        except GreenApiError:
            return
        # sudo: telegram.instance - as in _take_state
        self.sudo().write(self._prepare_profile(account))

    def _keep_account(self, account, picture, problem):
        """Keep what the service knows of the account.

        :param AccountSettings account: what it answered
        :param bytes picture: empty: the account has none
        :param problem: why the picture is not known; then the former one stays
        """
        values = self._prepare_profile(account)
        if not problem:
            values["account_picture"] = base64.b64encode(picture) if picture else False
        self.write(values)
        self._take_state(account.state)

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
            reason = self._explain(error)
        except UserError:
            reason = self.env._("What came is no picture.")
        return b"", self.env._("The picture could not be fetched: %s", reason)

    # === TEXTS === #

    def _get_reason_texts(self):
        _ = self.env._
        return super()._get_reason_texts() | {
            "rate-overlimit": _(
                "Telegram takes a new picture only once in a while. Try again in a minute."
            ),
            "Timed Out": _("Telegram did not take the picture in time. Try again."),
        }

    def _describe_account(self, account):
        if not account.phone:
            return self._get_state_messages().get(account.state) or self.env._(
                "No Telegram account is signed in."
            )
        names = " ".join(filter(None, (f"+{account.phone}", account.username)))
        return self.env._("Signed in: %s.", names)
