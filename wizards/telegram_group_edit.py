# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.groups.group import SETTING_FIELDS


class TelegramGroupEdit(models.TransientModel):
    """The dialog that changes the name, picture and permissions of a group.

    Only changed values are sent to GREEN-API, and the result of each change is displayed.
    """

    _name = "telegram.group.edit"
    _inherit = "telegram.wizard.mixin"
    _description = "Edit Group"

    group_id = fields.Many2one("telegram.chat", required=True, readonly=True, ondelete="cascade")
    name = fields.Char(compute="_compute_values", store=True, readonly=False, required=True)
    picture = fields.Binary(
        "New Picture", attachment=False, help="JPEG, PNG or GIF. It is converted to JPEG."
    )
    members_send_messages = fields.Boolean(
        "Send Messages", compute="_compute_values", store=True, readonly=False
    )
    members_send_media = fields.Boolean(
        "Send Pictures and Files", compute="_compute_values", store=True, readonly=False
    )
    members_send_polls = fields.Boolean(
        "Send Polls", compute="_compute_values", store=True, readonly=False
    )
    members_send_other = fields.Boolean(
        "Send Stickers and GIFs", compute="_compute_values", store=True, readonly=False
    )
    members_add_previews = fields.Boolean(
        "Add Link Previews", compute="_compute_values", store=True, readonly=False
    )
    members_edit_group = fields.Boolean(
        "Change Name and Picture", compute="_compute_values", store=True, readonly=False
    )
    members_add_members = fields.Boolean(
        "Add Members", compute="_compute_values", store=True, readonly=False
    )
    members_pin_messages = fields.Boolean(
        "Pin Messages", compute="_compute_values", store=True, readonly=False
    )

    @api.depends("group_id")
    def _compute_values(self):
        for wizard in self:
            for name in ("name", *SETTING_FIELDS.values()):
                wizard[name] = wizard.group_id[name]

    def action_apply(self):
        """Send the changed values to GREEN-API and display the results."""
        self.ensure_one()
        done, refused, result = [], [], None
        changes = self._get_changes()
        for label, method, value in changes:
            try:
                result = getattr(self.group_id, method)(value)
            except UserError as error:
                if len(changes) == 1:
                    raise
                refused.append(f"{label}: {error}")
            else:
                done.append(label)
        if not changes:
            return {"type": "ir.actions.act_window_close"}
        if not done:
            raise UserError("\n".join([self.env._("Nothing was changed."), *refused]))
        lines = [self.env._("Changed: %s.", ", ".join(done))]
        if refused:
            lines += [self.env._("Not changed:"), *refused]
        return self.group_id.instance_id._display_result(
            "\n".join(lines), result, type="warning" if refused else "success"
        )

    def _get_changes(self):
        """Return the changes: list of label, method of the chat, and its argument."""
        changes = []
        if self.name.strip() != self.group_id.name:
            changes.append((self.env._("Name"), "update_group_name", self.name))
        settings = {
            setting: self[name]
            for setting, name in SETTING_FIELDS.items()
            if self[name] != self.group_id[name]
        }
        if settings:
            changes.append((self.env._("Permissions"), "update_group_settings", settings))
        if self.picture:
            picture = base64.b64decode(self.picture)
            changes.append((self.env._("Picture"), "set_group_picture", picture))
        return changes
