# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL, format_datetime

from ..telegram_message import CONFIRMED_STATES
from .telegram_mailing_recipient import OUTCOME

NO_FIGURES = defaultdict(int)


class TelegramMailing(models.Model):
    """Extends ``telegram.mailing`` with its figures.

    Each recipient has one outcome, so what is waiting, sent, failed, left out, canceled and
    deleted adds up to their number. One query counts them for all mailings of a list.
    """

    _inherit = "telegram.mailing"

    total_count = fields.Integer("All Recipients", compute="_compute_figures")
    waiting_count = fields.Integer("Waiting", compute="_compute_figures")
    sent_count = fields.Integer("Sent", compute="_compute_figures")
    delivered_count = fields.Integer("Delivered", compute="_compute_figures")
    read_count = fields.Integer("Read", compute="_compute_figures")
    answered_count = fields.Integer("Answered", compute="_compute_figures")
    failed_count = fields.Integer("Failed", compute="_compute_figures")
    left_out_count = fields.Integer("Left Out", compute="_compute_figures")
    canceled_count = fields.Integer("Canceled", compute="_compute_figures")
    deleted_count = fields.Integer("Messages Deleted", compute="_compute_figures")
    opted_out_count = fields.Integer("Opted Out", compute="_compute_figures")
    handled_count = fields.Integer("Handled", compute="_compute_figures")
    is_running = fields.Boolean(compute="_compute_figures")
    progress_message = fields.Char(compute="_compute_figures", compute_sudo=False)

    @api.depends("state")
    @api.depends_context("lang", "tz")
    def _compute_figures(self):
        figures = self._count_outcomes()
        for mailing in self:
            counts = figures.get(mailing._origin.id, NO_FIGURES)
            mailing.waiting_count = counts["waiting"]
            mailing.read_count = counts["read"]
            mailing.delivered_count = counts["read"] + counts["delivered"]
            mailing.sent_count = mailing.delivered_count + counts["sent"]
            mailing.failed_count = counts["failed"] + counts["unsure"]
            mailing.left_out_count = counts["left_out"]
            mailing.canceled_count = counts["canceled"]
            mailing.deleted_count = counts["deleted"]
            mailing.answered_count = counts["answered"]
            mailing.opted_out_count = counts["opted_out"]
            mailing.total_count = counts["total"]
            mailing.handled_count = counts["total"] - counts["waiting"]
            mailing.is_running = mailing.state in ("scheduled", "sending")
            mailing.progress_message = mailing._get_progress_message()

    def _count_outcomes(self):
        """Return the figures of mailings: dict of count by outcome, by ID."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT recipient.mailing_id, %s, count(*), count(recipient.answer_date),
                       count(*) FILTER (WHERE chat.opted_out)
                  FROM telegram_mailing_recipient AS recipient
                  LEFT JOIN telegram_message AS message ON message.id = recipient.message_id
                  LEFT JOIN telegram_chat AS chat ON chat.id = recipient.chat_id
                 WHERE recipient.mailing_id = ANY(%s)
                 GROUP BY 1, 2
                """,
                OUTCOME,
                self._origin.ids,
            )
        )
        figures = defaultdict(lambda: defaultdict(int))
        for mailing_id, outcome, count, answered, opted_out in rows:
            counts = figures[mailing_id]
            counts[outcome] += count
            counts["total"] += count
            counts["answered"] += answered
            if outcome in CONFIRMED_STATES:
                counts["opted_out"] += opted_out
        return figures

    def _get_progress_message(self):
        """Return the progress in words, or False before the start."""
        _ = self.env._
        if self.state == "scheduled":
            if not self.scheduled_date:
                return _("The recipients are being collected.")
            date = format_datetime(self.env, self.scheduled_date, tz=self.tz, dt_format="short")
            return _("Begins on %s.", date)
        if self.state not in ("sending", "paused", "done", "stopped"):
            return False
        line = _(
            "%(handled)s of %(total)s handled.", handled=self.handled_count, total=self.total_count
        )
        if self.plan and self.state == "paused":
            plan = _("If you resume it now: %s", self.plan)
            return f"{line} {plan}"
        return f"{line} {self.plan}" if self.plan else line
