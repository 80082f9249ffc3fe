# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models


class TelegramMailingList(models.Model):
    """A list of contacts that mailings are sent to, or that they leave out."""

    _name = "telegram.mailing.list"
    _description = "Telegram Mailing List"
    _order = "name, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", help="Leave empty to use the list in all companies."
    )
    partner_ids = fields.Many2many("res.partner", string="Contacts", context={"active_test": False})
    partner_count = fields.Integer("Number of Contacts", compute="_compute_partner_count")

    @api.depends("partner_ids")
    def _compute_partner_count(self):
        for mailing_list in self:
            mailing_list.partner_count = len(mailing_list.partner_ids)
