# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from dataclasses import dataclass, field
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_datetime

from ... import const

MILLISECONDS = 1000
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@dataclass
class SendBudget:
    """What a run of the send action may still send. After a conflict too little rather than too
    much is left."""

    messages: int  # until the service's queue would hold more than an hour's worth
    strangers: int  # people never written to before
    last_files: tuple = ()  # ids of attachments that fail: what carries them comes after all others
    held: list = field(default_factory=list)  # ids of messages that the next run is to try again


class TelegramInstance(models.Model):
    """How fast an instance sends, so that Telegram takes the account for a person's.

    The rate table of the service is kept by the client (``RateLimiter``). This is about what lies above:
    the pause that the service makes between two messages, and the number of people a day who
    have never been written to before: Telegram limits accounts that write to many of them.
    """

    _inherit = "telegram.instance"

    send_interval = fields.Integer(
        default=const.SEND_INTERVAL_MIN,
        required=True,
        help="Milliseconds that the service waits between two messages "
        "(delaySendMessagesMilliseconds), 500 to 600000.",
    )
    typing_time = fields.Integer(
        "Show “Typing…” For",
        help="Milliseconds before each text, 1000 to 20000. 0: not at all.",
    )
    daily_new_contact_limit = fields.Integer(
        "New People a Day",
        default=20,
        help="How many people who have never been in touch may be written to within 24 hours. "
        "Further messages to new people wait. Telegram limits accounts that write to many people "
        "who do not know them, so raise this slowly.",
    )
    waiting_reason = fields.Char(
        compute="_compute_waiting_reason", help="Why messages wait, when they do."
    )

    @api.constrains("send_interval", "typing_time", "daily_new_contact_limit")
    def _check_pace(self):
        for instance in self:
            if not const.SEND_INTERVAL_MIN <= instance.send_interval <= const.SEND_INTERVAL_MAX:
                raise ValidationError(
                    self.env._(
                        "The send interval is %(min)s to %(max)s milliseconds.",
                        min=const.SEND_INTERVAL_MIN,
                        max=const.SEND_INTERVAL_MAX,
                    )
                )
            times = (const.TYPING_TIME_MIN, const.TYPING_TIME_MAX)
            if instance.typing_time and not times[0] <= instance.typing_time <= times[1]:
                raise ValidationError(
                    self.env._(
                        "“Typing…” can be shown for %(min)s to %(max)s milliseconds, or for 0: not "
                        "at all.",
                        min=times[0],
                        max=times[1],
                    )
                )
            if instance.daily_new_contact_limit < 0:
                raise ValidationError(
                    self.env._("The number of new people a day cannot be negative.")
                )

    @api.depends("state", "last_error", "send_after", "daily_new_contact_limit", "active")
    @api.depends_context("lang", "tz")
    def _compute_waiting_reason(self):
        for instance in self:
            reason, no_strangers = instance._get_waiting_message()
            if not reason and no_strangers:
                reason = no_strangers if instance._find_waiting_new_contact() else False
            instance.waiting_reason = reason if instance.waiting_count else False

    def _get_waiting_message(self):
        """Say why messages of this instance wait.

        :return: why all do, and why those to people never written to before do; False if not
        """
        self.ensure_one()
        _ = self.env._
        no_strangers = False
        if not self.daily_new_contact_limit:
            no_strangers = _(
                "This account writes to nobody who has never been in touch: “New People a Day” is "
                "0. Raise it on the account, or cancel the message."
            )
        elif self._count_new_contacts() >= self.daily_new_contact_limit:
            no_strangers = _(
                "%s people who are new to this account have been written to within 24 hours: its "
                "limit against being taken for a sender of spam. The rest goes out by itself after "
                "that.",
                self.daily_new_contact_limit,
            )
        if not self.active:
            return _("The Telegram account is archived."), no_strangers
        if self.state != const.STATE_AUTHORIZED or not self.has_api_token:
            return self.state_message, no_strangers
        if self.send_after and self.send_after > fields.Datetime.now():
            until = format_datetime(self.env, self.send_after, dt_format="short")
            pause = _("Sending pauses until %s after a failed call.", until)
            return f"{pause} {self.last_error or ''}".strip(), no_strangers
        return False, no_strangers

    # === WHAT MAY BE SENT NOW === #

    def _get_allowance(self):
        """Return what may be sent now, as an SendBudget.

        The service keeps what it has not sent yet for 24 hours only, so it is never given more
        than it sends within an hour.
        """
        self.ensure_one()
        now = fields.Datetime.now()
        handed_over = self.env["telegram.message"].search_count(
            [
                ("instance_id", "=", self.id),
                ("last_attempt_date", ">", now - HOUR),
                ("last_attempt_date", "<=", now),  # a clock that was ahead must not stop everything
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
            messages=max(per_hour - handed_over, 0),
            strangers=max(self.daily_new_contact_limit - self._count_new_contacts(), 0),
            last_files=tuple(failing.attachment_id.ids),
        )

    def _trigger_when_allowed(self, allowance):
        """Wake the send action again when more may be sent than this time."""
        self.ensure_one()
        if (
            allowance.strangers <= 0
            and self.daily_new_contact_limit
            and self._find_waiting_new_contact()
        ):
            # Not by what the run was allowed: a conflict or the time may have changed that.
            chats = self.env["telegram.chat"].search(
                self._get_new_contacts_domain(), order="first_contact_date"
            )
            is_reached = len(chats) >= self.daily_new_contact_limit
            self._trigger_send(chats[0].first_contact_date + DAY if is_reached else None)

    def _count_new_contacts(self):
        # sudo: telegram.chat - a number only
        return self.env["telegram.chat"].sudo().search_count(self._get_new_contacts_domain())

    def _get_new_contacts_domain(self):
        """Tell to which new people this instance has written within 24 hours."""
        now = fields.Datetime.now()
        domain = Domain("instance_id", "in", self.ids) & Domain(
            "first_contact_date", ">", now - DAY
        )
        return domain & Domain("first_contact_date", "<=", now)  # as in _get_allowance

    def _find_waiting_new_contact(self):
        """Return a message that waits because its recipient was never written to, if there is."""
        # sudo: telegram.message - only whether there is one
        return (
            self.env["telegram.message"]
            .sudo()
            .search(
                [
                    ("instance_id", "=", self.id),
                    ("state", "=", "queued"),
                    ("chat_id.is_new_contact", "=", True),
                ],
                limit=1,
            )
        )
