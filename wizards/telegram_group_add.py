# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError


class TelegramGroupAdd(models.TransientModel):
    """The dialog that adds members to a group and displays the result for each of them."""

    _name = "telegram.group.add"
    _description = "Add Members"
    _inherit = "telegram.group.wizard.mixin"

    group_id = fields.Many2one("telegram.chat", required=True, readonly=True, ondelete="cascade")
    instance_id = fields.Many2one(related="group_id.instance_id")

    @api.depends("group_id")
    def _compute_preview(self):
        return super()._compute_preview()

    def action_add(self):
        """Add the members who can be added."""
        self._check_access_to_all()
        chats, left_out = self._get_members()
        names = {chat.telegram_id: chat.partner_id.display_name or chat.name for chat in chats}
        results = self.group_id.add_group_participants(chats)
        added = [names[chat_id] for chat_id, reason in results if not reason]
        refused = [f"{names[chat_id]}: {reason}" for chat_id, reason in results if reason]
        refused += self._get_left_out_lines(left_out)
        if not added:
            raise UserError("\n".join([self.env._("No member was added."), *refused]))
        lines = [self.env._("Added: %s.", ", ".join(added))]
        if refused:
            lines += [self.env._("Not added:"), *refused]
        return self.instance_id._display_result(
            "\n".join(lines), type="warning" if refused else "success"
        )

    def _get_group(self):
        return self.group_id
