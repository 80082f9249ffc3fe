# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


class TelegramMessage(models.Model):
    """Extend ``telegram.message`` with the mailing that it is part of."""

    _inherit = "telegram.message"

    mailing_id = fields.Many2one("telegram.mailing", readonly=True, copy=False, ondelete="set null")
    mailing_part = fields.Integer(
        readonly=True,
        copy=False,
        help="Number of the message among those to the same recipient of the mailing, from 0. "
        "Negative for one that was merged with another recipient.",
    )

    # However often a mailing is composed, each recipient gets each part of it once.
    _mailing_index = models.UniqueIndex(
        "(mailing_id, res_id, mailing_part) WHERE mailing_id IS NOT NULL",
        "The mailing has already written to this recipient.",
    )
    # Messages of persons are sent before those of mailings.
    _queue_personal_index = models.Index(
        "(instance_id, id) WHERE state = 'queued' AND mailing_id IS NULL"
    )
