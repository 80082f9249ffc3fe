# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


class MailMessage(models.Model):
    _inherit = "mail.message"

    message_type = fields.Selection(
        selection_add=[("telegram", "Telegram")],
        ondelete={"telegram": lambda messages: messages.write({"message_type": "comment"})},
    )
