# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from dataclasses import dataclass, field
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ... import const
from ...tools.clock import format_short_datetime

MILLISECONDS = 1000
# Milliseconds between two messages (delaySendMessagesMilliseconds)
SEND_INTERVAL_MIN, SEND_INTERVAL_MAX = 500, 600000
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@dataclass
class SendBudget:
    """What a run of the send action may still send.

    A claim that is repeated after a conflict reduces it twice: too little is safer than too much.
    """

    messages: int  # until the queue of GREEN-API would hold more than it sends within an hour
    new_contacts: int  # to which the account has never written
    failing_attachment_ids: tuple = ()  # messages with these files come after all others
    postponed_ids: list = field(default_factory=list)  # messages that only the next run retries
    has_quiet_hours: bool = False
    has_mailings: bool = True  # False once the queue has found no mailing that is not finished


class TelegramInstance(models.Model):
    """Extend ``telegram.instance`` with the limits on sending.

    Limit the sending rate so that Telegram does not flag the account as a bot: the pause that
    GREEN-API makes between two messages, and the number of new contacts per day. The pause is one
    of the settings that are sent to GREEN-API when receiving is set up (``_prepare_settings``), or
    when it is changed in the dialog of the settings. If it is changed on the account and not sent
    yet, a banner of the account says so. Odoo itself makes pauses in mailings only
    (``mailing/gate.py``), and after a failed call (``_pause_sending``). The rate limits of the API
    itself are applied by the client (``RateLimiter``).
    """

    _inherit = "telegram.instance"
    _protected = {"sent_interval"}

    send_interval = fields.Integer(
        "Send Interval (ms)",
        default=SEND_INTERVAL_MIN,
        required=True,
        help="Pause of GREEN-API between two messages (delaySendMessagesMilliseconds), 500 to "
        "600000 milliseconds.",
    )
    sent_interval = fields.Integer(
        "Send Interval at GREEN-API (ms)",
        readonly=True,
        copy=False,
        help="The send interval that was last sent to GREEN-API, in milliseconds.",
    )
    typing_time = fields.Integer(
        "Typing Indicator (ms)",
        help="Time for which “typing…” is shown before each text, 1000 to 20000 milliseconds. "
        "0 turns it off.",
    )
    daily_new_contact_limit = fields.Integer(
        "Daily New Contacts Limit",
        default=20,
        help="Number of contacts without any previous messages to whom this account writes within "
        "24 hours. Further messages to new contacts wait. Telegram limits accounts that write to "
        "many people who do not know them, so raise this limit slowly.",
    )
    waiting_reason = fields.Char(
        compute="_compute_waiting_reason", help="Why the queued messages wait."
    )

    @api.constrains("send_interval", "typing_time", "daily_new_contact_limit")
    def _check_limits(self):
        for instance in self:
            self._check_send_interval(instance.send_interval)
            shortest, longest = const.TYPING_TIME_MIN, const.TYPING_TIME_MAX
            if instance.typing_time and not shortest <= instance.typing_time <= longest:
                raise ValidationError(
                    self.env._(
                        "The typing indicator must be %(min)s to %(max)s milliseconds, or 0 to "
                        "turn it off.",
                        min=shortest,
                        max=longest,
                    )
                )
            if instance.daily_new_contact_limit < 0:
                raise ValidationError(
                    self.env._("The daily new contacts limit cannot be negative.")
                )

    @api.model
    def _check_send_interval(self, interval):
        """Raise a ValidationError if GREEN-API does not allow this pause, in milliseconds."""
        if not SEND_INTERVAL_MIN <= interval <= SEND_INTERVAL_MAX:
            raise ValidationError(
                self.env._(
                    "The send interval must be %(min)s to %(max)s milliseconds.",
                    min=SEND_INTERVAL_MIN,
                    max=SEND_INTERVAL_MAX,
                )
            )

    @api.model
    def _get_allowed_send_interval(self, interval):
        """Return the pause that GREEN-API allows and that is nearest to a setting of any type."""
        is_number = isinstance(interval, int) and not isinstance(interval, bool)
        interval = max(interval if is_number else 0, SEND_INTERVAL_MIN)
        return min(interval, SEND_INTERVAL_MAX)

    @api.depends(
        "state",
        "last_error",
        "send_after",
        "daily_new_contact_limit",
        "active",
        "is_other_database",
    )
    @api.depends_context("lang", "tz")
    def _compute_waiting_reason(self):
        for instance in self:
            reason, new_contact_reason = instance._get_waiting_reasons()
            if not reason and new_contact_reason and instance._find_waiting_new_contact():
                reason = new_contact_reason
            instance.waiting_reason = reason if instance.waiting_count else False

    def _get_waiting_reasons(self):
        """Return why messages of this account wait.

        :return: tuple of the reason for all messages and the reason for those to new contacts;
            each False if they do not wait
        """
        self.ensure_one()
        _ = self.env._
        new_contact_reason = False
        if not self.daily_new_contact_limit:
            new_contact_reason = _(
                "This account does not write to new contacts because its Daily New Contacts Limit "
                "is 0. Raise the limit on the account, or cancel the message."
            )
        elif self._count_new_contacts() >= self.daily_new_contact_limit:
            new_contact_reason = _(
                "This account has reached its limit of new contacts within 24 hours (%s), which "
                "avoids being flagged as spam. The other messages are sent automatically later.",
                self.daily_new_contact_limit,
            )
        if not self.active:
            return _("The Telegram account is archived."), new_contact_reason
        is_authorized = self.state == const.STATE_AUTHORIZED and self.has_api_token
        if not is_authorized or self.is_other_database:
            return self.state_message, new_contact_reason
        if self.send_after and self.send_after > fields.Datetime.now():
            until = format_short_datetime(self.env, self.send_after)
            pause = _("Sending is paused until %s after a failed call.", until)
            return f"{pause} {self.last_error or ''}".strip(), new_contact_reason
        return False, new_contact_reason

    # === WHAT MAY BE SENT NOW === #

    def _get_send_budget(self):
        """Return what may be sent now, as a SendBudget.

        GREEN-API keeps unsent messages for 24 hours only, so it never gets more than it sends
        within an hour.
        """
        self.ensure_one()
        now = fields.Datetime.now()
        recently_sent = self.env["telegram.message"].search_count(
            [
                ("instance_id", "=", self.id),
                ("last_attempt_date", ">", now - HOUR),
                ("last_attempt_date", "<=", now),  # not those of a clock that was ahead
            ]
        )
        failing = self.env["telegram.message"].search(
            [
                ("instance_id", "=", self.id),
                ("state", "=", "queued"),
                ("attempts", ">=", const.TRIES),
                ("attachment_id", "!=", False),
            ]
        )
        interval = self.send_interval + self.typing_time
        per_hour = int(HOUR.total_seconds() * MILLISECONDS) // interval
        return SendBudget(
            messages=max(per_hour - recently_sent, 0),
            new_contacts=max(self.daily_new_contact_limit - self._count_new_contacts(), 0),
            failing_attachment_ids=tuple(failing.attachment_id.ids),
            has_quiet_hours=self.has_quiet_hours,
        )

    def _trigger_for_new_contacts(self, budget):
        """Trigger the send action for when the account may write to new contacts again.

        :param SendBudget budget: what is left after a run
        """
        self.ensure_one()
        if (
            budget.new_contacts <= 0
            and self.daily_new_contact_limit
            and self._find_waiting_new_contact()
        ):
            # The budget may be too low after a conflict, or the day over: count once more.
            chats = self._find_new_contacts()
            is_reached = len(chats) >= self.daily_new_contact_limit
            self._trigger_send(chats[0].first_contact_date + DAY if is_reached else None)

    def _count_new_contacts(self):
        """Return to how many new contacts this account has written within 24 hours."""
        return len(self._find_new_contacts())

    def _find_new_contacts(self):
        """Return the new chats in which this account has written within 24 hours, oldest first.

        Archived chats count, too: Telegram does not know that they are archived.
        """
        # sudo: telegram.chat - only their number and dates are used
        chats_sudo = self.env["telegram.chat"].sudo().with_context(active_test=False)
        now = fields.Datetime.now()
        domain = Domain("instance_id", "in", self.ids)
        domain &= Domain("first_contact_date", ">", now - DAY)
        domain &= Domain("first_contact_date", "<=", now)  # as in _get_send_budget
        return chats_sudo.search(domain, order="first_contact_date")

    def _count_waiting_new_contacts(self):
        """Return to how many new contacts messages of this account wait."""
        # sudo: telegram.message - only the number of chats
        [[count]] = (
            self.env["telegram.message"]
            .sudo()
            ._read_group(
                [
                    ("instance_id", "in", self.ids),
                    ("state", "=", "queued"),
                    ("chat_id.is_new_contact", "=", True),
                ],
                aggregates=["chat_id:count_distinct"],
            )
        )
        return count

    def _find_waiting_new_contact(self):
        """Return one queued message to a new contact, or an empty recordset."""
        # sudo: telegram.message - only whether there is one
        return (
            self.env["telegram.message"]
            .sudo()
            .search(
                [
                    ("instance_id", "in", self.ids),  # of the saved one while a form is open
                    ("state", "=", "queued"),
                    ("chat_id.is_new_contact", "=", True),
                ],
                limit=1,
            )
        )
