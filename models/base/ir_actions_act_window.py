# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


class IrActionsActWindow(models.Model):
    """Link an action in the *Action* menu to the template that created it."""

    _inherit = "ir.actions.act_window"

    # Stored here and not on the template. Template managers have no write access to actions, so
    # they cannot link, and delete with their template, an action that is not its own.
    telegram_template_id = fields.Many2one(
        "telegram.template",
        ondelete="cascade",
        index="btree_not_null",
        readonly=True,
        copy=False,
    )
