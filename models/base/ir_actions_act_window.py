# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


class IrActionsActWindow(models.Model):
    _inherit = "ir.actions.act_window"

    # Kept here and not on the template: who may change templates may not change actions, and so
    # cannot make a template pass off, and take along when deleted, somebody else's action.
    telegram_template_id = fields.Many2one(
        "telegram.template",
        ondelete="cascade",
        index="btree_not_null",
        readonly=True,
        copy=False,
    )
