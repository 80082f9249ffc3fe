# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import SUPERUSER_ID, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from ... import const
from ...client import GreenApiClient, GreenApiError, RefusedError
from ...tools.backoff import get_backoff
from ...tools.transactions import write_and_commit

FIRST_PAUSE = 30  # seconds after the first failed call
# An account in one of these states needs a person.
STOPPED = {
    const.STATE_NOT_AUTHORIZED,
    const.STATE_PENDING_PASSWORD,
    "suspended",
    "blocked",
    const.CODE_EXPIRED,
    const.CODE_DELETED,
    const.CODE_UNAUTHORIZED,
    const.CODE_FORBIDDEN,
    "unknown",
}
STOPPED_ACTIVITY = "mail.mail_activity_data_warning"
QUOTA_ACTIVITY = "mail.mail_activity_data_todo"


class TelegramInstance(models.Model):
    """What an instance asks the service about its own account: state, sign-in, settings.

    Activities for the administrator of an account: it has stopped, or its quota is used up.
    """

    _inherit = "telegram.instance"
    _protected = {"was_operational"}

    responsible_id = fields.Many2one(
        "res.users",
        "Administrator",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        help="Who gets an activity when the account stops working, or its quota is used up. It has "
        "to be an administrator of Telegram.",
    )
    was_operational = fields.Boolean(
        readonly=True,
        copy=False,
        help="Whether the account has worked since it was last set up, or reported as stopped.",
    )

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
        if self.state == const.STATE_AUTHORIZED and not self.last_error:
            self._set_up_receiving()
        good = self.state == const.STATE_AUTHORIZED and not self.last_error
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

    def _refresh_state(self):
        """Ask the service for the state and keep what it says, be it an answer or a failure."""
        keep, what = self._fetch_state()
        keep(what)

    def _refresh_state_and_commit(self):
        """Do the same in a scheduled action, where other transactions may be in the way."""
        write_and_commit(self.env, *self._fetch_state())

    def _fetch_state(self):
        """Ask the service for the state.

        :return: the method that keeps what came of it, and what came of it
        """
        self.ensure_one()
        try:
            with self._get_client() as client:
                return self._update_state, client.get_state_instance().state
        except GreenApiError as error:
            return self._record_error, error

    def _can_send(self):
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
            seconds = get_backoff(self.send_failures, FIRST_PAUSE)
        send_after = fields.Datetime.now() + timedelta(seconds=seconds)
        self.write({"send_after": send_after, "send_failures": self.send_failures + 1})
        self._trigger_send(send_after)

    def _resume_sending(self):
        """Forget former failures: a call has worked."""
        if self.send_failures:
            self.write({"send_after": False, "send_failures": 0})
        self._clear_last_error()

    def _clear_last_error(self):
        """Forget what was wrong with the connection: a call has worked."""
        if self.last_error:
            self._write_account({"last_error": False})

    def _update_state(self, state):
        """Keep a state that the service reports; one that is new to us is kept as "unknown"."""
        if state == const.STATE_NOT_AUTHORIZED and self.account_chat_id:
            # The session has ended; the next one may be of another account.
            # sudo: telegram.instance - these fields are what the service said, not the user
            self.sudo().write(self._prepare_profile(None))
        problem = False
        if state not in const.SERVICE_STATES:
            problem = self.env._(
                "The service reports the state “%s”, which this version does not know. Look at "
                "the instance in the GREEN-API console.",
                state,
            )
            state = "unknown"
        self._write_account({"state": state, "last_error": problem})
        if state == const.STATE_AUTHORIZED:
            self._trigger_send()  # what waited for this

    def _process_quota_exceeded(self, notification):
        """Tell the instance's followers that the quota of the plan is used up.

        :param QuotaNotification notification: what the service reported
        """
        error = RefusedError(notification.method, const.CODE_QUOTA, detail=notification.description)
        self.message_post(body=self._get_error_message(error))
        # sudo: mail.activity - the service has reported it
        self.sudo()._schedule_activity(
            QUOTA_ACTIVITY, lambda instance: self._prepare_quota_activity(instance, notification)
        )

    def _record_error(self, error):
        """Keep what a failed call tells about the instance.

        :param GreenApiError error: what the client raised
        """
        if error.code == const.CODE_UNAUTHORIZED and self._is_token_fresh():
            # No alarm: the next call uses the new token.
            problem = self.env._(
                "The API token has just been replaced; the service does not accept it yet. It is "
                "tried again."
            )
            self._write_account({"last_error": problem})
        elif error.code in const.STATE_OF_CODE:
            self._write_account({"state": const.STATE_OF_CODE[error.code], "last_error": False})
        else:
            self._write_account({"last_error": self._get_error_message(error)})

    def _write_account(self, vals):
        """Store what the service reported about the account.

        The administrator gets an activity when the account has stopped working.
        """
        was_operational = self.was_operational or self.state == const.STATE_AUTHORIZED
        # sudo: telegram.instance - these fields are what the service said, not the user
        instance_sudo = self.sudo()
        instance_sudo.write({**vals, "last_check_date": fields.Datetime.now()})
        if self.state == const.STATE_AUTHORIZED:
            if not self.was_operational:
                instance_sudo.was_operational = True
                instance_sudo._close_stopped_activity()
        elif self.state in STOPPED and was_operational:
            instance_sudo.was_operational = False
            instance_sudo._schedule_activity(STOPPED_ACTIVITY, self._prepare_stopped_activity)
        elif was_operational and not self.was_operational:
            instance_sudo.was_operational = True

    # === ACTIVITIES === #

    def _schedule_activity(self, activity_type, describe):
        """Give the administrator an activity, unless there is an open one about the same.

        :param str activity_type: external id
        :param describe: gives its summary and what to do, of the instance in their language
        """
        user = self._get_administrator()
        if not user:
            return
        # In the words and on the day of whom it is for.
        instance = self.with_context(lang=user.lang, tz=user.tz)
        summary, note = describe(instance)
        if self._find_activities(activity_type, summary):
            return
        instance.activity_schedule(
            activity_type, summary=summary, note=plaintext2html(note), user_id=user.id
        )

    def _find_activities(self, activity_type, summary):
        """Return the open activities of a kind; those about a quota also when they were closed
        this month, since it stays used up until the next."""
        if activity_type == STOPPED_ACTIVITY:
            return self.activity_search([activity_type])
        month = fields.Date.today().replace(day=1)
        return self.with_context(active_test=False).activity_search(
            [activity_type],
            additional_domain=[("summary", "=", summary), ("create_date", ">=", month)],
        )

    def _close_stopped_activity(self):
        self.activity_feedback(
            [STOPPED_ACTIVITY], feedback=self.env._("The Telegram account works again.")
        )

    def _get_administrator(self):
        """Return whom to tell: the instance's administrator, else one who may see it."""
        self.ensure_one()
        candidates = self.responsible_id | self.create_uid
        candidates |= self.env.ref("telegram_green_api.group_manager").all_user_ids.sorted("id")
        return candidates.filtered(
            lambda user: (
                user.active
                and user.id != SUPERUSER_ID
                and user.has_group("telegram_green_api.group_manager")
                and self.company_id in user.company_ids
            )
        )[:1]

    # === TEXTS === #

    def _prepare_stopped_activity(self, instance):
        _ = instance.env._
        return _("The Telegram account has stopped working"), instance.state_message

    def _prepare_quota_activity(self, instance, notification):
        method = notification.method or "?"
        error = RefusedError(method, const.CODE_QUOTA, detail=notification.description)
        return instance.env._("Quota used up: %s", method), instance._get_error_message(error)
