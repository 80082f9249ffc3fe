# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    # Every message of an unknown chat looks its phone up here.
    phone_sanitized = fields.Char(index="btree_not_null")
    telegram_chat_ids = fields.One2many("telegram.chat", "partner_id", "Telegram Chats")
