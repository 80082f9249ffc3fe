# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta
from functools import partial

from odoo import SUPERUSER_ID, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from ... import const
from ...client import GreenApiClient, GreenApiError, RefusedError
from ...tools.actions import get_dialog_action
from ...tools.backoff import get_backoff
from ...tools.transactions import write_and_commit

FIRST_PAUSE = 30  # seconds after the first failed call
STARTING_MAX = timedelta(seconds=2 * const.RESTART_SECONDS)  # then the account is stuck
# States in which the account does not work until a user acts.
STOPPED_STATES = {
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
    """Extends ``telegram.instance`` with the state of the account, its client and its alerts.

    The administrator of an account gets an activity when it has stopped, or when the quota of its
    plan is used up.
    """

    _inherit = "telegram.instance"
    _protected = {"was_operational", "stopped_date"}

    responsible_id = fields.Many2one(
        "res.users",
        "Administrator",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        help="Gets an activity when the account stops working or its quota is used up. The user "
        "must be a Telegram administrator.",
    )
    was_operational = fields.Boolean(
        readonly=True,
        copy=False,
        help="The account has worked since it was set up or since it was last reported as stopped.",
    )
    stopped_date = fields.Datetime(
        "Stopped On",
        readonly=True,
        copy=False,
        help="Date on which the account stopped by itself. Empty while it works.",
    )

    # === ACTION METHODS === #

    def action_check_state(self):
        """Fetch the state from GREEN-API; open the sign-in dialog if nobody is signed in."""
        self.ensure_one()
        self.check_access("write")
        self._refresh_state()
        if self.is_other_database:
            return self._notify(self.state_message, False)
        if self.state in (const.STATE_NOT_AUTHORIZED, const.STATE_PENDING_PASSWORD):
            return self.action_sign_in()
        is_good = self.state == const.STATE_AUTHORIZED and not self.last_error
        if is_good:
            self._set_up_receiving()
            is_good = self.state == const.STATE_AUTHORIZED and not self.last_error
        return self._notify(self.state_message, is_good)

    def action_sign_in(self):
        """Open the dialog that signs in a Telegram account."""
        self.ensure_one()
        self.check_access("write")
        self._check_database()
        return get_dialog_action(
            "telegram.sign.in", self.env._("Sign In to Telegram"), instance_id=self.id
        )

    # === CLIENT === #

    def _get_client(self, defer=None, *, only_state=False):
        """Return a client for this account. It is created here only.

        :param defer: for a client in a thread without a cursor; gets a function with its arguments,
            which the thread of this environment has to call
        :param bool only_state: whether only the state is read, which a copied database may do
        :raise UserError: the token is missing, or the account belongs to another database
        """
        self.ensure_one()
        if not only_state:
            self._check_database()
        instance_sudo = self.sudo()  # sudo: telegram.instance - the token stays in the client
        if not instance_sudo.api_token and not self._can_handle_tokens():
            raise UserError(
                self.env._(
                    "The API token of “%s” is not set. Ask an administrator with access to Odoo's "
                    "settings to enter it.",
                    self.name,
                )
            )
        if not instance_sudo.api_token:
            raise UserError(
                self.env._(
                    "The API token of “%s” is not set. Enter it on the account "
                    "(apiTokenInstance in the GREEN-API console).",
                    self.name,
                )
            )
        observe = self.env["telegram.call"]._get_observer(self)
        return GreenApiClient(
            instance_sudo.api_url,
            instance_sudo.id_instance,
            instance_sudo.api_token,
            media_url=instance_sudo.media_url,
            download_hosts=(instance_sudo.download_hosts or "").split(),
            observe=partial(defer, observe) if observe and defer else observe,
        )

    # === STATE === #

    def _refresh_state(self):
        """Fetch the state from GREEN-API and store the result, or the error."""
        store, result = self._fetch_state()
        store(result)

    def _refresh_state_and_commit(self):
        """Refresh the state in a scheduled action, retrying on concurrent updates. Commits."""
        write_and_commit(self.env, *self._fetch_state())

    def _fetch_state(self):
        """Fetch the state from GREEN-API.

        :return: tuple ``(handler, result)``; calling the handler with the result stores it
        """
        self.ensure_one()
        try:
            with self._get_client(only_state=True) as client:
                return self._update_state, client.get_state_instance().state
        except GreenApiError as error:
            return self._record_error, error

    def _check_state_and_commit(self):
        """Fetch the state in a scheduled action, and store it if it has changed. Commits.

        GREEN-API does not report each state by itself, and a report may be lost. Errors of the
        connection are left to the actions that send and receive, which clear them, too.
        """
        store, result = self._fetch_state()
        is_error = isinstance(result, GreenApiError)
        if result.code in const.STATE_OF_CODE if is_error else result != self.state:
            write_and_commit(self.env, store, result)

    def _update_state(self, state):
        """Store a state reported by GREEN-API. States that are not documented become "unknown"."""
        if state == const.STATE_NOT_AUTHORIZED and self.account_chat_id:
            # The session has ended; the next one may be of another account.
            # sudo: telegram.instance - reported by GREEN-API, for every user
            self.sudo().write(self._prepare_profile(None))
        error = False
        if state not in const.SERVICE_STATES:
            error = self.env._(
                "GREEN-API reports the state “%s”, which this version does not know. Look at the "
                "account in the GREEN-API console.",
                state,
            )
            state = "unknown"
        self._write_account({"state": state, "last_error": error})
        if state == const.STATE_AUTHORIZED:
            self._trigger_send()  # messages were queued until now

    def _record_error(self, error):
        """Store the state that a failed call reveals, or the error itself.

        :param GreenApiError error: raised by the client
        """
        if error.code == const.CODE_UNAUTHORIZED and self._is_token_fresh():
            # No alert: the next call uses the new token.
            message = self.env._(
                "The API token has just been replaced, and GREEN-API does not accept it yet. Odoo "
                "tries again."
            )
            self._write_account({"last_error": message})
        elif error.code in const.STATE_OF_CODE:
            self._write_account({"state": const.STATE_OF_CODE[error.code], "last_error": False})
        else:
            self._write_account({"last_error": self._get_error_message(error)})

    def _write_account(self, vals):
        """Store what GREEN-API reported about the account, and alert its administrator.

        The administrator gets an activity when the account has stopped working.
        """
        was_operational = self.was_operational or self.state == const.STATE_AUTHORIZED
        # sudo: telegram.instance - reported by GREEN-API, for every user
        instance_sudo = self.sudo()
        instance_sudo._write_despite_rules(
            instance_sudo, {**vals, "last_check_date": fields.Datetime.now()}
        )
        if self.state == const.STATE_AUTHORIZED:
            if not self.was_operational:
                instance_sudo.write({"was_operational": True, "stopped_date": False})
                instance_sudo._close_stopped_activity()
        elif (self.state in STOPPED_STATES or self._is_stuck()) and was_operational:
            # By write: automation rules see it.
            instance_sudo._write_despite_rules(
                instance_sudo, {"was_operational": False, "stopped_date": fields.Datetime.now()}
            )
            instance_sudo._schedule_activity(STOPPED_ACTIVITY, self._prepare_stopped_activity)
            instance_sudo._run_code_of_others(self._on_stopped, self.name)
        elif was_operational and not self.was_operational:
            instance_sudo.was_operational = True
        # sudo: telegram.mailing - as above
        self.env["telegram.mailing"].sudo()._pause_for_account(self)

    def _is_stuck(self):
        """Return whether the account has been starting for so long that a user has to act."""
        self.ensure_one()
        since = self.state == const.STATE_STARTING and self.state_date
        return bool(since) and fields.Datetime.now() - since > STARTING_MAX

    def _clear_last_error(self):
        """Clear the last error after a call has worked."""
        if self.last_error:
            self._write_account({"last_error": False})

    # === SENDING === #

    def _can_send(self):
        """Return whether messages may be sent now; fetch the state if it did not allow that."""
        self.ensure_one()
        if self.send_after and self.send_after > fields.Datetime.now():
            return False
        if self.state != const.STATE_AUTHORIZED:
            self._refresh_state_and_commit()
        return self.state == const.STATE_AUTHORIZED

    def _pause_sending(self, seconds=None):
        """Pause sending after a failed call, longer with every failure in a row.

        :param float seconds: pause that GREEN-API asked for
        """
        if not seconds:
            seconds = get_backoff(self.send_failures, FIRST_PAUSE)
        send_after = fields.Datetime.now() + timedelta(seconds=seconds)
        self.write({"send_after": send_after, "send_failures": self.send_failures + 1})
        self._trigger_send(send_after)

    def _resume_sending(self):
        """Clear earlier failures after a call has worked."""
        self.fetch(["send_failures", "last_error"])  # reading all fields takes much longer
        if self.send_failures:
            self.write({"send_after": False, "send_failures": 0})
        self._clear_last_error()

    # === ALERTS === #

    def _process_quota_exceeded(self, notification):
        """Notify the followers and the administrator that the quota of the plan is used up.

        :param QuotaNotification notification: reported by GREEN-API
        """
        error = RefusedError(notification.method, const.CODE_QUOTA, detail=notification.description)
        reason = self._get_error_message(error)
        self._store_quota_error(reason)
        self.message_post(body=reason)
        # sudo: mail.activity - the quota is reported by GREEN-API, not by a user
        self.sudo()._schedule_activity(
            QUOTA_ACTIVITY, lambda instance: self._prepare_quota_activity(instance, notification)
        )

    def _store_quota_error(self, reason):
        """Store that a quota of the plan is used up, and what to do."""
        # sudo: telegram.instance - reported by GREEN-API, for every user
        self.sudo().write({"quota_date": fields.Datetime.now(), "quota_error": reason})

    def _schedule_activity(self, activity_type, prepare):
        """Create an activity for the administrator, unless there is one about the same.

        :param str activity_type: external ID
        :param prepare: returns summary and note for the account in the administrator's language
        """
        user = self._get_administrator()
        if not user:
            return
        instance = self.with_context(lang=user.lang, tz=user.tz)
        summary, note = prepare(instance)
        if self._find_activities(activity_type, summary):
            return
        instance.activity_schedule(
            activity_type, summary=summary, note=plaintext2html(note), user_id=user.id
        )

    def _find_activities(self, activity_type, summary):
        """Return the activities of a type that make another one needless.

        A quota stays used up until the next month, so closed activities of this month count.
        """
        if activity_type != QUOTA_ACTIVITY:
            summaries = [("summary", "=", summary)]
            return self.activity_search([activity_type], additional_domain=summaries)
        month = fields.Date.today().replace(day=1)
        return self.with_context(active_test=False).activity_search(
            [activity_type],
            additional_domain=[("summary", "=", summary), ("create_date", ">=", month)],
        )

    def _close_stopped_activity(self):
        self._close_activity(
            STOPPED_ACTIVITY, lambda instance: instance.env._("The Telegram account works again.")
        )

    def _close_activity(self, activity_type, prepare):
        """Close the activities of a type.

        :param str activity_type: external ID
        :param prepare: returns the feedback for the account in the administrator's language
        """
        user = self._get_administrator()
        instance = self.with_context(lang=user.lang) if user else self
        instance.activity_feedback([activity_type], feedback=prepare(instance))

    def _get_administrator(self):
        """Return the user to alert: the administrator, else another one of the company."""
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

    def _prepare_stopped_activity(self, instance):
        _ = instance.env._
        return _("The Telegram account has stopped working"), instance.state_message

    def _prepare_quota_activity(self, instance, notification):
        method = notification.method or "?"
        error = RefusedError(method, const.CODE_QUOTA, detail=notification.description)
        name = instance.env["telegram.call"]._get_method_label(method)
        return instance.env._("Quota used up: %s", name), instance._get_error_message(error)
