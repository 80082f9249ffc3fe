# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, models

from ..client.message_data import parse_journal


class TelegramMessage(models.Model):
    """What a journal says of a message that its notification could not know yet."""

    _inherit = "telegram.message"

    @api.model
    def _prepare_received_values(self, chat, notification):
        values = super()._prepare_received_values(chat, notification)
        if entry := notification.raw.get("journal"):
            row = parse_journal(entry)
            values.update(is_edited=row.is_edited, is_deleted=row.is_deleted)
        return values
