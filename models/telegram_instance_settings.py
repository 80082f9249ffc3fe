# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import fields, models

from .. import const
from .transactions import write_in_own_transaction


class TelegramInstance(models.Model):
    """The settings of an instance at the service: read, changed, and put back to the standard."""

    _inherit = "telegram.instance"

    own_settings = fields.Json(
        readonly=True,
        copy=False,
        help="What a person wants otherwise than the standard, by the service's names.",
    )

    # === ACTION METHODS === #

    def action_open_settings(self):
        """Read the settings of the service and show them, to be changed.

        https://green-api.com/en/telegram/docs/api/account/GetSettings/
        """
        self.ensure_one()
        self.check_access("write")
        settings = self._ask("get_settings")
        wizard = self.env["telegram.instance.settings"]._make(self, settings)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Settings at GREEN-API"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_standard_settings(self):
        """Let the service have the settings again that suit Odoo best."""
        self.ensure_one()
        self.check_access("write")
        write_in_own_transaction(self, lambda instance: instance._want_standard_settings())
        return self.action_set_up_receiving()

    # === BUSINESS METHODS === #

    def _want_standard_settings(self):
        self.write({"own_settings": const.STANDARD_SETTINGS})

    def _keep_settings(self, changes):
        """Keep the settings that a person has changed at the service, else the next
        "Set up receiving" would take them back.

        :param dict changes: the service's names and values
        """
        values = {"own_settings": {**(self.own_settings or {}), **changes}}
        interval = values["own_settings"].pop("delaySendMessagesMilliseconds", None)
        if interval:
            values["send_interval"] = interval
        if self.receiving_set:
            # The receive action reads them back as soon as the instance has restarted.
            values |= {"receiving_set": False, "receiving_told_at": fields.Datetime.now()}
        self.write(values)

    def _prepare_settings(self):
        """Give what a person wants precedence over the standard."""
        return super()._prepare_settings() | (self.own_settings or {})
