# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from .. import const
from ..client import GreenApiError, OutcomeUnknown
from .transactions import write_in_own_transaction

# A call that was under way when the token changed is refused; so may be the first ones after.
GRACE = timedelta(minutes=5)


class TelegramInstance(models.Model):
    """A new API token, made by the service and kept by Odoo: nobody gets to see it."""

    _inherit = "telegram.instance"

    token_changed_at = fields.Datetime("Token Changed", readonly=True, copy=False)

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
        except OutcomeUnknown as error:
            reasons = [self._explain(error), self._explain_lost_token()]
            raise UserError(" ".join(reasons)) from None
        except GreenApiError as error:
            raise UserError(self._explain(error)) from None
        try:
            write_in_own_transaction(
                self, lambda instance: instance._keep_new_token(token, self.env.user)
            )
        except UserError:
            raise UserError(self._explain_lost_token()) from None
        return self._answer(
            self.env._(
                "The instance has a new API token, and Odoo uses it from now on. Whatever else "
                "uses the former one needs the new one too: the GREEN-API console shows it."
            )
        )

    # === BUSINESS METHODS === #

    def _keep_new_token(self, token, user):
        # sudo: telegram.instance - the user may handle tokens
        self.sudo().token_changed_at = fields.Datetime.now()
        self._store_secret("api_token", token)
        self._log_deed(user, self.env._("The API token was replaced."))

    def _take_error(self, error):
        """Take no alarm of a token that has just been replaced: the next call has the new one."""
        if error.code == const.CODE_UNAUTHORIZED and self._is_token_fresh():
            problem = self.env._(
                "The API token has just been replaced; the service does not accept it yet. It is "
                "tried again."
            )
            return self._write_account({"problem": problem})
        return super()._take_error(error)

    def _is_token_fresh(self):
        since = self.token_changed_at
        return bool(since and fields.Datetime.now() - since < GRACE)

    # === TEXTS === #

    def _explain_lost_token(self):
        return self.env._(
            "The service may have replaced the API token, but Odoo does not have the new one. Look "
            "at apiTokenInstance in the GREEN-API console and enter it here. Until then messages "
            "wait; none is lost."
        )
