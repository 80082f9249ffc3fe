# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import SUPERUSER_ID, fields, models
from odoo.tools import plaintext2html

from .. import const
from ..client import Refused

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
    """Activities for the administrator of an account: it has stopped, or its quota is used up."""

    _inherit = "telegram.instance"
    _protected = {"has_worked"}

    responsible_id = fields.Many2one(
        "res.users",
        "Administrator",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        help="Who gets an activity when the account stops working, or its quota is used up. It has "
        "to be an administrator of Telegram.",
    )
    has_worked = fields.Boolean(
        readonly=True,
        copy=False,
        help="Whether the account has worked since it was last set up, or reported as stopped.",
    )

    # === CRUD METHODS === #

    def write(self, vals):
        if vals.get("state") == "unchecked":
            vals = {**vals, "has_worked": False}  # somebody is just setting it up
        return super().write(vals)

    # === BUSINESS METHODS === #

    def _write_account(self, vals):
        has_worked = self.has_worked or self.state == const.STATE_AUTHORIZED
        result = super()._write_account(vals)
        instance_sudo = self.sudo()  # sudo: telegram.instance - as in super
        if self.state == const.STATE_AUTHORIZED:
            if not self.has_worked:
                instance_sudo.has_worked = True
                instance_sudo._close_stopped_activity()
        elif self.state in STOPPED and has_worked:
            instance_sudo.has_worked = False
            instance_sudo._make_activity(STOPPED_ACTIVITY, self._describe_stopped)
        elif has_worked and not self.has_worked:
            instance_sudo.has_worked = True
        return result

    def _take_quota(self, notification):
        result = super()._take_quota(notification)
        # sudo: mail.activity - the service has reported it
        self.sudo()._make_activity(
            QUOTA_ACTIVITY, lambda instance: self._describe_quota(instance, notification)
        )
        return result

    # === ACTIVITIES === #

    def _make_activity(self, activity_type, describe):
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

    def _describe_stopped(self, instance):
        _ = instance.env._
        return _("The Telegram account has stopped working"), instance.state_message

    def _describe_quota(self, instance, notification):
        method = notification.method or "?"
        error = Refused(method, const.CODE_QUOTA, detail=notification.description)
        return instance.env._("Quota used up: %s", method), instance._explain(error)
