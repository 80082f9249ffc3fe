# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.groups.group import SETTING_FIELDS


class TelegramGroupEdit(models.TransientModel):
    """The dialog that changes a group's name, picture and permissions: only what is different is
    asked for, and what became of each is said.
    """

    _name = "telegram.group.edit"
    _inherit = "telegram.wizard.mixin"
    _description = "Change a Telegram Group"

    group_id = fields.Many2one("telegram.chat", required=True, readonly=True, ondelete="cascade")
    name = fields.Char(compute="_compute_values", store=True, readonly=False, required=True)
    picture = fields.Binary(
        "New Picture", attachment=False, help="JPEG, PNG or GIF; Telegram gets a JPEG."
    )
    members_send_messages = fields.Boolean(
        "Write messages", compute="_compute_values", store=True, readonly=False
    )
    members_send_media = fields.Boolean(
        "Send pictures and files", compute="_compute_values", store=True, readonly=False
    )
    members_send_polls = fields.Boolean(
        "Send polls", compute="_compute_values", store=True, readonly=False
    )
    members_send_other = fields.Boolean(
        "Send stickers and GIFs", compute="_compute_values", store=True, readonly=False
    )
    members_add_previews = fields.Boolean(
        "Send links with a preview", compute="_compute_values", store=True, readonly=False
    )
    members_edit_group = fields.Boolean(
        "Change the group's name and picture", compute="_compute_values", store=True, readonly=False
    )
    members_add_members = fields.Boolean(
        "Add people", compute="_compute_values", store=True, readonly=False
    )
    members_pin_messages = fields.Boolean(
        "Pin messages", compute="_compute_values", store=True, readonly=False
    )

    @api.depends("group_id")
    def _compute_values(self):
        for wizard in self:
            for name in ("name", *SETTING_FIELDS.values()):
                wizard[name] = wizard.group_id[name]

    def action_apply(self):
        """Change what is different, and say what became of each."""
        self.ensure_one()
        done, refused, answer = [], [], None
        changes = self._list_changes()
        for label, method, value in changes:
            try:
                answer = getattr(self.group_id, method)(value)
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
            "\n".join(lines), answer, type="warning" if refused else "success"
        )

    def _list_changes(self):
        """Return what is different: list of label, method of the chat, and its argument."""
        changes = []
        if self.name.strip() != self.group_id.name:
            changes.append((self.env._("Name"), "update_group_name", self.name))
        settings = {
            service: self[name]
            for service, name in SETTING_FIELDS.items()
            if self[name] != self.group_id[name]
        }
        if settings:
            changes.append((self.env._("Permissions"), "update_group_settings", settings))
        if self.picture:
            picture = base64.b64decode(self.picture)
            changes.append((self.env._("Picture"), "set_group_picture", picture))
        return changes
