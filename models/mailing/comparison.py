# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta
from math import ceil

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..telegram_message import CONFIRMED_STATES

HOURS_MAX = 24 * 30


class TelegramMailing(models.Model):
    """Extends ``telegram.mailing`` with the comparison of two texts.

    Each text goes to the same number of recipients, who are chosen at random. Some hours after the
    last of these messages, the rest gets the text that more people have answered or read.
    """

    _inherit = "telegram.mailing"

    is_ab_test = fields.Boolean("Compare Two Texts")
    body_b = fields.Text("Message B")
    ab_share = fields.Integer(
        "Share for Comparison (%)",
        default=20,
        help="Share of the recipients who get one of the two texts first, half of them each.",
    )
    ab_hours = fields.Integer(
        "Decide After (hours)",
        default=24,
        help="Hours after the last message of the comparison was sent.",
    )
    ab_criterion = fields.Selection(
        [("answered", "Answered"), ("read", "Read")],
        "Better Text by",
        default="answered",
        required=True,
    )
    ab_decision_date = fields.Datetime("Decided On", readonly=True, copy=False)
    ab_winner = fields.Selection([("a", "A"), ("b", "B")], "Better Text", readonly=True, copy=False)

    @api.constrains("ab_share", "ab_hours")
    def _check_comparison(self):
        for mailing in self:
            if not 1 <= mailing.ab_share <= 100 or not 1 <= mailing.ab_hours <= HOURS_MAX:
                raise ValidationError(
                    self.env._(
                        "Compare with a share of 1 to 100 percent, for 1 to %s hours.", HOURS_MAX
                    )
                )

    def _get_body(self, variant=""):
        """Return the text of a variant; the better one for recipients without any."""
        return self.body_b if self._get_text_name(variant) == "b" else self.body

    def _get_text_name(self, variant):
        """Return "a" or "b", the text that recipients of a variant get."""
        return "b" if (variant or self.ab_winner) == "b" and self.is_ab_test else "a"

    def _get_compared_count(self, total):
        """Return how many of the recipients get one of the two texts first."""
        if not self.is_ab_test:
            return 0
        return min(max(ceil(total * self.ab_share / 100), 2), total)

    def _assign_variants(self):
        """Choose the recipients of both texts at random."""
        if not self.is_ab_test:
            return
        waiting = Domain("mailing_id", "=", self.id) & Domain("state", "=", "waiting")
        total = self.env["telegram.mailing.recipient"].search_count(waiting)
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE telegram_mailing_recipient AS recipient
                   SET variant = CASE WHEN number %% 2 = 1 THEN 'a' ELSE 'b' END
                  FROM (SELECT id, row_number() OVER (ORDER BY random()) AS number
                          FROM telegram_mailing_recipient
                         WHERE mailing_id = %(mailing)s AND state = 'waiting') AS drawn
                 WHERE drawn.id = recipient.id
                   AND number <= %(count)s
                """,
                mailing=self.id,
                count=self._get_compared_count(total),
            )
        )
        self.env["telegram.mailing.recipient"].invalidate_model()

    def _get_decision_date(self):
        """Return when the better text is chosen; False without a comparison, or after it.

        As long as messages of the comparison wait, it is the earliest date.
        """
        self.ensure_one()
        if not self.is_ab_test or self.ab_winner:
            return False
        begin = self.start_date or max(filter(None, (self.scheduled_date, fields.Datetime.now())))
        waiting, last = self._get_compared()
        last = max(last or begin, fields.Datetime.now()) if waiting else last or begin
        return last + timedelta(hours=min(max(self.ab_hours, 0), HOURS_MAX))

    def _has_compared(self):
        """Return whether there are recipients of one of the two texts."""
        compared = Domain("mailing_id", "=", self.id) & Domain("variant", "!=", False)
        return bool(self.env["telegram.mailing.recipient"].search_count(compared, limit=1))

    def _get_compared(self):
        """Return how many messages of the comparison wait, and when the last one was sent."""
        self.env.flush_all()
        [row] = self.env.execute_query(
            SQL(
                """
                SELECT count(*) FILTER (WHERE recipient.state = 'waiting'
                                           OR message.state IN ('queued', 'sending')
                                           OR message.is_being_checked),
                       max(message.last_attempt_date)
                  FROM telegram_mailing_recipient AS recipient
                  LEFT JOIN telegram_message AS message ON message.id = recipient.message_id
                 WHERE recipient.mailing_id = %s AND recipient.variant IS NOT NULL
                """,
                self._origin.id or 0,
            )
        )
        return row

    def _decide_comparison(self):
        """Choose the better text once its time has come, and both have been sent."""
        date = self._get_decision_date()
        if not date:
            return
        if self._get_compared()[0] or not self._has_compared():
            return  # the queue triggers the next step
        now = fields.Datetime.now()
        if date > now:
            self._trigger_composing(date)
            return
        shares = self._get_variant_shares()
        winner = "b" if shares["b"] > shares["a"] else "a"
        self.write({"ab_winner": winner, "ab_decision_date": now})
        name = dict(self._fields["ab_criterion"]._description_selection(self.env))[
            self.ab_criterion
        ]
        values = {
            "winner": winner.upper(),
            "criterion": name,
            "a": round(shares["a"]),
            "b": round(shares["b"]),
        }
        if self._has_waiting_recipients():
            body = self.env._(
                "The rest gets text %(winner)s. %(criterion)s: A %(a)s %%, B %(b)s %%.", **values
            )
        else:
            body = self.env._(
                "The better text is %(winner)s. %(criterion)s: A %(a)s %%, B %(b)s %%.", **values
            )
        self.message_post(body=body)

    def _get_variant_shares(self):
        """Return the percentage of recipients who have answered or read each text."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT recipient.variant,
                       count(*) FILTER (WHERE message.state IN %s),
                       count(*) FILTER (WHERE recipient.answer_date IS NOT NULL),
                       count(*) FILTER (WHERE message.state = 'read')
                  FROM telegram_mailing_recipient AS recipient
                  JOIN telegram_message AS message ON message.id = recipient.message_id
                 WHERE recipient.mailing_id = %s AND recipient.variant IS NOT NULL
                 GROUP BY recipient.variant
                """,
                CONFIRMED_STATES,
                self.id,
            )
        )
        shares = {"a": 0.0, "b": 0.0}
        for variant, sent, answered, read in rows:
            count = answered if self.ab_criterion == "answered" else read
            shares[variant] = 100 * count / max(sent, 1)
        return shares
