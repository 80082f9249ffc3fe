# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import fields, models

from .. import const
from .transactions import write_in_own_transaction


class TelegramInstance(models.Model):
    """Ending and restarting the Telegram session of an instance, by a person."""

    _inherit = "telegram.instance"

    def action_log_out(self):
        """End the Telegram session; messages wait until somebody signs in again.

        https://green-api.com/en/telegram/docs/api/account/Logout/
        """
        self.ensure_one()
        self.check_access("write")
        step = self._ask("logout")
        write_in_own_transaction(self, lambda instance: instance._keep_log_out(self.env.user))
        waiting = self.env._(
            "The Telegram account is signed out. Messages wait until somebody signs in again."
        )
        return self._answer(waiting, step, type="warning")

    def action_restart(self):
        """Restart the instance at the service, which takes up to 5 minutes.

        https://green-api.com/en/telegram/docs/api/account/Reboot/
        """
        self.ensure_one()
        self.check_access("write")
        step = self._ask("reboot")
        write_in_own_transaction(self, lambda instance: instance._keep_restart(self.env.user))
        return self._answer(
            self.env._(
                "The instance restarts, which takes up to 5 minutes. Messages wait until then, and "
                "go on by themselves."
            ),
            step,
        )

    # === BUSINESS METHODS === #

    def _keep_log_out(self, user):
        """Keep that a person has ended the session: no alarm, no data of the former account."""
        # sudo: telegram.instance - the state is the service's
        self.sudo().write(
            {
                "state": const.STATE_NOT_AUTHORIZED,
                "problem": False,
                "checked_at": fields.Datetime.now(),
                "has_worked": False,
                **self._prepare_profile(None),
            }
        )
        self._log_deed(user, self.env._("The Telegram account was signed out."))

    def _keep_restart(self, user):
        self._take_state(const.STATE_STARTING)
        self._log_deed(user, self.env._("The instance was restarted."))

    def _log_deed(self, user, text):
        """Note in the history what a person has done by a button."""
        self._message_log(body=text, author_id=user.partner_id.id)
