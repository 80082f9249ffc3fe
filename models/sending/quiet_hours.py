# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Quiet hours: what no person sends at this moment waits until the morning of the contact.

These are the messages of rules and mailings, ``waits_in_quiet_hours``. When they are queued, they
get the date at which the account may write. It is checked again when they are claimed, since a
long queue may reach the evening. What a person writes to one contact is sent at once.
"""

from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from odoo.addons.base.models.res_partner import _tz_get

from ...tools.clock import format_short_datetime

HOURS_OF_DAY = 24
SETTINGS = {"has_quiet_hours", "quiet_from", "quiet_until", "tz"}


class TelegramInstance(models.Model):
    """Extend ``telegram.instance`` with its quiet hours."""

    _inherit = "telegram.instance"

    has_quiet_hours = fields.Boolean(
        "Quiet Hours",
        help="Mailings and automatic messages wait until the morning of the contact. What a user "
        "writes to one contact is sent at once.",
    )
    quiet_from = fields.Float(default=21.0, help="Local time of the contact.")
    quiet_until = fields.Float(default=9.0, help="Local time of the contact.")
    tz = fields.Selection(
        _tz_get,
        "Time Zone",
        default=lambda self: self.env.company.partner_id.tz or self.env.user.tz or "UTC",
        help="For contacts without a time zone.",
    )

    @api.constrains("has_quiet_hours", "quiet_from", "quiet_until")
    def _check_quiet_hours(self):
        for instance in self.filtered("has_quiet_hours"):
            hours = (instance.quiet_from, instance.quiet_until)
            if not all(0 <= hour < HOURS_OF_DAY for hour in hours):
                raise ValidationError(self.env._("Enter quiet hours from 0:00 to 23:59."))
            if instance._get_time(hours[0]) == instance._get_time(hours[1]):
                raise ValidationError(
                    self.env._(
                        "The quiet hours begin and end at the same time. Enter different times, "
                        "or switch them off."
                    )
                )

    def _process_new_quiet_hours(self, vals):
        """Plan the waiting messages again if these values change the quiet hours."""
        for instance in self if SETTINGS & vals.keys() else ():
            self.env["telegram.message"]._update_quiet_hours(instance)

    def _get_allowed_date(self, partner, date):
        """Return the first date at or after ``date`` at which the account may write to a contact.

        :param partner: the ``res.partner``; empty for a group, which has the account's time zone
        :param datetime date: UTC
        :return: datetime in UTC; ``date`` itself outside the quiet hours
        """
        self.ensure_one()
        if not self.has_quiet_hours:
            return date
        tz = self._get_time_zone(partner)
        local = pytz.utc.localize(date).astimezone(tz)
        begin, end = self._get_time(self.quiet_from), self._get_time(self.quiet_until)
        has_begun, has_ended = local.time() >= begin, local.time() >= end
        is_over_midnight = begin > end
        if has_ended and not (is_over_midnight and has_begun):
            return date
        if not has_begun and not is_over_midnight:
            return date
        day = local.date() + timedelta(days=1 if has_ended else 0)
        # An hour that the clock repeats is over after its second time.
        morning = tz.localize(datetime.combine(day, end), is_dst=False)
        return morning.astimezone(pytz.utc).replace(tzinfo=None)

    def _get_time_zone(self, partner):
        """Return the time zone of a contact, else that of the account, else UTC."""
        # sudo: res.partner - users may write to contacts whose data they cannot read
        for name in (partner.sudo().tz, self.tz):
            try:
                return pytz.timezone(name or "")
            except pytz.UnknownTimeZoneError:
                continue
        return pytz.utc

    @api.model
    def _get_time(self, hour):
        """Return the time of day of a number of hours, such as 21.5, to the minute."""
        minutes = round(hour * 60) % (HOURS_OF_DAY * 60)
        return time(*divmod(minutes, 60))


class TelegramMessage(models.Model):
    """Extend ``telegram.message`` with waiting for the end of the quiet hours."""

    _inherit = "telegram.message"

    waits_in_quiet_hours = fields.Boolean(
        readonly=True, copy=False, help="No person sends it at this moment: a rule or a mailing."
    )
    wanted_date = fields.Datetime(
        readonly=True, copy=False, help="When it would be sent without the quiet hours."
    )

    @api.model
    def _add_quiet_hours(self, rows, date):
        """Return rows of new messages with the date at which each of them may be sent.

        :param list rows: pairs of ``telegram.chat`` and dict of field values
        :param datetime date: UTC, the messages are not sent before; None for now
        """
        date = fields.Datetime.to_datetime(date)
        wanted = max(date or datetime.min, fields.Datetime.now())
        allowed, added = {}, []
        for chat, values in rows:
            # sudo: telegram.chat - users who may write there need not read the account
            chat_sudo = chat.sudo()
            instance_sudo, partner_sudo = chat_sudo.instance_id, chat_sudo.partner_id
            if values.get("waits_in_quiet_hours") and instance_sudo.has_quiet_hours:
                key = (instance_sudo, partner_sudo.tz)
                if key not in allowed:
                    allowed[key] = instance_sudo._get_allowed_date(partner_sudo, wanted)
                if allowed[key] > wanted:
                    moved = {"scheduled_date": allowed[key], "wanted_date": wanted}
                    values = {**values, **moved}
            added.append((chat, values))
        return added

    def _get_quiet_reason(self):
        """Return until when the message waits, and that the quiet hours are the reason."""
        self.ensure_one()
        return self.env._(
            "Waits until %s because of the quiet hours of the account. Click Send Now to send it "
            "at once.",
            format_short_datetime(self.env, self.scheduled_date),
        )

    def _is_quiet_now(self):
        """Return whether the message has to wait for the end of the quiet hours."""
        self.ensure_one()
        now = fields.Datetime.now()
        return (
            self.waits_in_quiet_hours
            and self.instance_id._get_allowed_date(self.chat_id.partner_id, now) > now
        )

    @api.model
    def _update_quiet_hours(self, instance):
        """Plan the waiting messages of rules and mailings by the account's quiet hours of today.

        :param instance: the ``telegram.instance``
        """
        now = fields.Datetime.now()
        domain = Domain("instance_id", "=", instance.id) & Domain("state", "=", "queued")
        domain &= Domain("waits_in_quiet_hours", "=", True)
        messages = self.sudo().search(domain)  # sudo: telegram.message - as the account says
        for (partner_tz, scheduled, wanted), group in messages.grouped(
            lambda message: (
                message.chat_id.partner_id.tz,
                message.scheduled_date,
                message.wanted_date,
            )
        ).items():
            planned = wanted or scheduled or now
            partner = group.chat_id.partner_id.filtered(lambda each, tz=partner_tz: each.tz == tz)
            start = max(planned, now)
            allowed = instance._get_allowed_date(partner[:1], start)
            if allowed > start:
                values = {"scheduled_date": allowed, "wanted_date": planned}
            elif wanted:
                values = {"scheduled_date": wanted, "wanted_date": False}
            else:
                continue
            if values["scheduled_date"] != scheduled:
                group.write(values)
                instance._trigger_send(max(values["scheduled_date"], now))
        messages.flush_recordset()  # the next claim is a statement of its own
