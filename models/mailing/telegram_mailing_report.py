# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import fields, models
from odoo.tools import SQL

from ..telegram_message import CONFIRMED_STATES
from .telegram_mailing_recipient import OUTCOME, OUTCOMES


class TelegramMailingReport(models.Model):
    """The recipients of mailings with their outcomes, for graphs and pivot tables."""

    _name = "telegram.mailing.report"
    _description = "Telegram Mailing Report"
    _auto = False
    _order = "sent_date desc, id desc"
    _rec_name = "mailing_id"

    mailing_id = fields.Many2one("telegram.mailing", readonly=True)
    instance_id = fields.Many2one("telegram.instance", "Account", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", "Contact", readonly=True)
    variant = fields.Selection([("a", "A"), ("b", "B")], "Text", readonly=True)
    outcome = fields.Selection(OUTCOMES, "Status", readonly=True)
    reason = fields.Char(readonly=True)
    sent_date = fields.Datetime("Sent On", readonly=True)
    sent_count = fields.Integer("Sent", readonly=True)
    delivered_count = fields.Integer("Delivered", readonly=True)
    read_count = fields.Integer("Read", readonly=True)
    answered_count = fields.Integer("Answered", readonly=True)
    failed_count = fields.Integer("Failed", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT recipient.id, recipient.mailing_id, mailing.instance_id, mailing.company_id,
                   recipient.partner_id, recipient.variant, %s AS outcome,
                   COALESCE(recipient.reason, message.failure_reason) AS reason,
                   message.last_attempt_date AS sent_date,
                   (message.state IN %s)::int AS sent_count,
                   (message.state IN ('delivered', 'read'))::int AS delivered_count,
                   (message.state = 'read')::int AS read_count,
                   (recipient.answer_date IS NOT NULL)::int AS answered_count,
                   (message.state IN ('error', 'unsure'))::int AS failed_count
              FROM telegram_mailing_recipient AS recipient
              JOIN telegram_mailing AS mailing ON mailing.id = recipient.mailing_id
              LEFT JOIN telegram_message AS message ON message.id = recipient.message_id
            """,
            OUTCOME,
            CONFIRMED_STATES,
        )
