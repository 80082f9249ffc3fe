# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import fields, models
from odoo.exceptions import UserError

from ..tools.transactions import write_as_user


class TelegramApiPartnerCreate(models.TransientModel):
    """The dialog that creates an instance at GREEN-API and connects it."""

    _name = "telegram.api.partner.create"
    _inherit = "telegram.once.mixin"
    _description = "Create Instance"

    api_partner_id = fields.Many2one(
        "telegram.api.partner", "Partner", required=True, ondelete="cascade"
    )
    name = fields.Char(required=True)

    def action_create_instance(self):
        """Create the instance with the settings that Odoo needs, and open the guided start.

        https://green-api.com/en/telegram/docs/partners/createInstance/

        GREEN-API is called once, because every instance costs money.
        """
        self.ensure_one()
        self.api_partner_id.check_access("write")
        # Check this before an instance is charged.
        self.env["telegram.instance"].check_access("create")
        return self._call_once("action_create_instance", self._create_instance)

    def _create_instance(self):
        """Create and connect the instance, and return the action of the guided start."""
        partner = self.api_partner_id
        instances = self.env["telegram.instance"]
        row = partner._call_service("create_instance", self.name, instances._prepare_new_settings())

        def write(own):
            # sudo: telegram.api.partner.instance - facts from GREEN-API
            lines_sudo = own.sudo().line_ids
            lines_sudo.create({"api_partner_id": own.id, **lines_sudo._prepare_values(row)})
            return own._connect_instance(row).action_start()

        try:
            return write_as_user(partner, write)
        except UserError as error:
            raise UserError(
                self.env._(
                    "The instance %(id_instance)s was created, but could not be connected: "
                    "%(reason)s Click Refresh, and connect it from the list.",
                    id_instance=row.id_instance,
                    reason=error,
                )
            ) from None
