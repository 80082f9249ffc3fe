# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import models


class TelegramChat(models.Model):
    """The buttons of a group."""

    _inherit = "telegram.chat"

    def action_refresh_group(self):
        """Ask the service for the group's name, members and rights."""
        data = self.get_group_data()
        count = len(data.participants)
        return self.instance_id._answer(self.env._("The group has %s members.", count), data)

    def action_add_people(self):
        """Open the dialog that adds people to the group."""
        self._check_in_group()
        return self._open_group_dialog("telegram.group.add", self.env._("Add People"))

    def action_edit_group(self):
        """Open the dialog that changes the group's name, picture and permissions."""
        self._check_in_group()
        return self._open_group_dialog("telegram.group.edit", self.env._("Change the Group"))

    def action_leave_group(self):
        """Leave the group."""
        step = self.leave_group()
        return self.instance_id._answer(
            self.env._("The account has left the group. What was said stays here."), step
        )

    def _open_group_dialog(self, model, name):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": {"default_group_id": self.id},
        }
