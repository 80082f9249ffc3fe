# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import fields, models

from .. import const


class TelegramInstance(models.Model):
    """How long what an instance has brought is kept."""

    _inherit = "telegram.instance"

    keep_messages_days = fields.Integer(
        "Keep Messages For",
        help="Days, after which messages are removed, from Discuss and from the records, too. "
        "0: for ever.",
    )
    keep_files_days = fields.Integer(
        "Keep Files For",
        help="Days, after which the files that customers have sent are removed; their messages "
        "stay. 0: for ever.",
    )
    keep_events_days = fields.Integer(
        "Keep Events For",
        default=30,
        help="Days, after which the raw notifications are removed that were processed. "
        "0: for ever.",
    )
    call_log_days = fields.Integer(
        "Keep Calls For",
        default=const.CALL_LOG_DAYS,
        help="Days, after which logged calls are removed. 0: for ever.",
    )

    _keep_days_positive = models.Constraint(
        "CHECK(LEAST(keep_messages_days, keep_files_days, keep_events_days, call_log_days) >= 0 "
        "AND GREATEST(keep_messages_days, keep_files_days, keep_events_days, call_log_days) "
        f"<= {const.KEEP_DAYS_MAX})",
        "The days for which something is kept are 0 (for ever) to 36500.",
    )
