# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""*Remind Me*: a user is reminded of a chat at a date, unless the customer answers before."""

from odoo import api, fields, models

REMINDER = "telegram_green_api.mail_activity_type_reminder"


class TelegramReminder(models.Model):
    """The only reminder of a user about a chat; when it is due, the user gets an activity.

    It is deleted with its activity when the customer answers, or when the account writes after
    it was due. Users see their own on the chat; only the addon reads and writes the rows.
    """

    _name = "telegram.reminder"
    _description = "Telegram Reminder"
    _order = "date, id"
    _rec_name = "chat_id"

    chat_id = fields.Many2one("telegram.chat", required=True, ondelete="cascade")
    user_id = fields.Many2one("res.users", required=True, index=True, ondelete="cascade")
    date = fields.Datetime(required=True)
    unless_answered = fields.Boolean()
    activity_id = fields.Many2one("mail.activity", index="btree_not_null", ondelete="cascade")

    _user_uniq = models.Constraint(
        "unique(chat_id, user_id)", "There is already a reminder for this chat."
    )
    _due_index = models.Index("(date) WHERE activity_id IS NULL")

    @api.model
    def _set(self, chat, user, date, unless_answered):
        """Set the reminder of a user about a chat; it replaces the former one.

        :param datetime date: UTC
        :param bool unless_answered: whether an answer of the customer ends it
        """
        chat._lock_inbox()  # two windows of the same user
        self._find(chat, user)._end()
        self.create(
            {
                "chat_id": chat.id,
                "user_id": user.id,
                "date": date,
                "unless_answered": unless_answered,
            }
        )
        chat.has_reminders = True
        self.env.ref("telegram_green_api.ir_cron_remind")._trigger(date)

    @api.model
    def _find(self, chats, user):
        """Return the reminders of a user about chats."""
        return self.search([("chat_id", "in", chats.ids), ("user_id", "=", user.id)])

    @api.model
    def _find_due(self, now):
        """Return the reminders that are due and have no activity yet."""
        domain = [("date", "<=", now), ("activity_id", "=", False)]
        return self.search(domain)

    def _remind(self):
        """Create the activity of a user who still sees the chat, and notify the web client."""
        if not self.exists():
            return  # ended since the scheduled action began
        user, chat = self.user_id, self.chat_id
        if not user.active or not chat.with_user(user).has_access("read"):
            self._end()
            return
        chat = chat.with_context(mail_activity_quick_update=True, lang=user.lang)
        summary = chat.env._("Reminder: %s", chat.name)
        self.activity_id = chat.activity_schedule(REMINDER, user_id=user.id, summary=summary)
        user._bus_send("simple_notification", {"message": summary, "sticky": True, "type": "info"})

    def _end(self):
        """Delete reminders with their activities."""
        chats, activities = self.chat_id, self.activity_id
        self.unlink()
        activities.unlink()
        remaining = self.search([("chat_id", "in", chats.ids)]).chat_id
        (chats - remaining).has_reminders = False


class TelegramChat(models.Model):
    """Extend ``telegram.chat`` with the reminders of users."""

    _inherit = "telegram.chat"
    _protected = {"has_reminders"}

    has_reminders = fields.Boolean(readonly=True, copy=False)
    my_reminder_date = fields.Datetime(
        "My Reminder",
        compute="_compute_my_reminder_date",
        help="Date on which you are reminded of this chat.",
    )

    @api.depends("has_reminders")
    @api.depends_context("uid")
    def _compute_my_reminder_date(self):
        # sudo: telegram.reminder - those of the current user only
        reminders_sudo = self.env["telegram.reminder"].sudo()
        noted = self.filtered("has_reminders")
        own = reminders_sudo._find(noted, self.env.user) if noted else reminders_sudo
        dates = {each.chat_id: each.date for each in own if not each.activity_id}
        for chat in self:
            chat.my_reminder_date = dates.get(chat, False)

    def action_remind_me(self):
        """Return an action that opens the dialog for a reminder."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Remind Me"),
            "res_model": "telegram.remind.me",
            "view_mode": "form",
            "target": "new",
            "context": {"default_chat_id": self.id},
        }

    def _merge_reminders(self, other):
        """Move the reminders and the activities of users to ``other``, into which this is merged.

        Of two reminders of one user, that of the other chat stays.
        """
        # sudo: telegram.reminder, mail.activity - of any user
        reminders_sudo = self.env["telegram.reminder"].sudo()
        own_sudo = reminders_sudo.search([("chat_id", "=", self.id)])
        there_sudo = reminders_sudo.search([("chat_id", "=", other.id)])
        twice_sudo = own_sudo.filtered(lambda each: each.user_id in there_sudo.user_id)
        twice_sudo._end()
        (own_sudo - twice_sudo).chat_id = other
        other.has_reminders = bool(there_sudo or own_sudo)
        # sudo: mail.activity - of any user. Those of the limit end: an overdue chat gets its own.
        chat_sudo = self.sudo()
        chat_sudo._end_reminders()
        chat_sudo.with_context(active_test=False).activity_ids.res_id = other.id

    def _end_reminders_by_customer(self, date):
        """Delete the reminders that an answer of the customer ends.

        :param datetime date: UTC, of the customer's message; older than a reminder if imported
        """
        if self.has_reminders:
            # sudo: telegram.reminder - of any user, who did not want them in this case
            reminders_sudo = self.env["telegram.reminder"].sudo()
            domain = [("chat_id", "=", self.id), ("unless_answered", "=", True)]
            reminders_sudo.search([*domain, ("create_date", "<=", date)])._end()

    def _end_reminders_by_answer(self):
        """Delete the reminders that are due, since the account has just written."""
        if self.has_reminders:
            # sudo: telegram.reminder - of any user, who was reminded to do this
            reminders_sudo = self.env["telegram.reminder"].sudo()
            domain = [("chat_id", "=", self.id), ("activity_id", "!=", False)]
            reminders_sudo.search(domain)._end()
