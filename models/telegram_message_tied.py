# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, models
from odoo.exceptions import UserError


class TelegramMessage(models.Model):
    """Messages of a group that is tied to a record, or that this account has left."""

    _inherit = "telegram.message"

    @api.model
    def _find_answered_records(self, instance, received):
        """Let what is written in a tied group belong to its record, unless it quotes a message
        that stands on another one."""

        def choose(chat, notification, record):
            tied = chat._get_record()
            if tied and not notification.quoted_id_message:
                return tied
            return record or tied or None

        records = super()._find_answered_records(instance, received)
        return [choose(*pair, record) for pair, record in zip(received, records, strict=True)]

    @api.model
    def _queue_all(self, rows, scheduled_date=None):
        for chat, _values in rows:
            # sudo: telegram.chat - whether the account is in the group, to who may write there
            chat_sudo = chat.sudo()
            if chat_sudo.left_at:
                raise UserError(chat_sudo._explain_left())
        return super()._queue_all(rows, scheduled_date)
