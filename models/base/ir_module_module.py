# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import models


class IrModuleModule(models.Model):
    """Pause listening while a module is installed, which no running action may disturb."""

    _inherit = "ir.module.module"

    def _button_immediate_function(self, function):
        with self.env["telegram.instance"]._pause_listening():
            return super()._button_immediate_function(function)
