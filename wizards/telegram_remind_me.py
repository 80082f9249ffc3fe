# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError

MORNING = 9  # o'clock, in the time zone of the user


class TelegramRemindMe(models.TransientModel):
    """Choose when to be reminded of a chat."""

    _name = "telegram.remind.me"
    _inherit = "telegram.wizard.mixin"
    _description = "Remind Me of Telegram Chat"

    chat_id = fields.Many2one("telegram.chat", required=True, readonly=True)
    current_date = fields.Datetime("Current Reminder", related="chat_id.my_reminder_date")
    time = fields.Selection(
        [("hour", "In an Hour"), ("morning", "Tomorrow Morning"), ("date", "Date")],
        "When",
        default="hour",
        required=True,
    )
    date = fields.Datetime(
        compute="_compute_date", store=True, readonly=False, help="When you are reminded."
    )
    unless_answered = fields.Boolean("Unless the Customer Answers", default=True)

    @api.depends("time")
    def _compute_date(self):
        now = fields.Datetime.now()
        for wizard in self:
            if wizard.time == "morning":
                zone = pytz.timezone(self.env.user.tz or "UTC")
                tomorrow = pytz.utc.localize(now).astimezone(zone).date() + timedelta(days=1)
                morning = fields.Datetime.to_datetime(tomorrow) + timedelta(hours=MORNING)
                date = zone.localize(morning).astimezone(pytz.utc)
                wizard.date = date.replace(tzinfo=None)
            else:
                wizard.date = now + timedelta(hours=1)

    def action_remind(self):
        """Set the reminder of the current user; it replaces the former one.

        :raise UserError: the date is in the past
        """
        self._check_access_to_all()
        if self.time != "date":
            self._compute_date()  # not from when the dialog was opened
        if not self.date or self.date <= fields.Datetime.now():
            raise UserError(self.env._("Choose a date in the future."))
        # sudo: telegram.reminder, telegram.chat - the current user's own reminder
        reminders_sudo = self.env["telegram.reminder"].sudo()
        reminders_sudo._set(self.chat_id.sudo(), self.env.user, self.date, self.unless_answered)
        return {"type": "ir.actions.act_window_close"}

    def action_end(self):
        """Delete the reminder of the current user."""
        self._check_access_to_all()
        reminders_sudo = self.env["telegram.reminder"].sudo()  # sudo: as above
        reminders_sudo._find(self.chat_id, self.env.user)._end()
        return {"type": "ir.actions.act_window_close"}
