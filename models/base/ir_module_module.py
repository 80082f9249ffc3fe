# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import models


class IrModuleModule(models.Model):
    """Let users install modules although a scheduled action listens all the time."""

    _inherit = "ir.module.module"

    def _button_immediate_function(self, function):
        with self.env["telegram.instance"]._pause_listening():
            return super()._button_immediate_function(function)
