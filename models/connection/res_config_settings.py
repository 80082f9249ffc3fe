# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    """Extend the settings with a block: the accounts, their users, and the monitoring."""

    _inherit = "res.config.settings"

    telegram_instance_ids = fields.Many2many(
        "telegram.instance", compute="_compute_telegram_instance_ids", string="Telegram Accounts"
    )
    telegram_health_token_new = fields.Char(
        related="company_id.telegram_health_token_new", readonly=False
    )
    has_telegram_health_token = fields.Boolean(related="company_id.has_telegram_health_token")

    @api.depends("company_id")
    def _compute_telegram_instance_ids(self):
        for settings in self:
            domain = [("company_id", "=", settings.company_id.id)]
            settings.telegram_instance_ids = self.env["telegram.instance"].search(domain)
