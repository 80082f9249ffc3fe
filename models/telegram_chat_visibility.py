# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models

MANAGER = "telegram_green_api.group_manager"


class TelegramChat(models.Model):
    """Salespeople who see only the chats of their own customers, where the account is set so."""

    _inherit = "telegram.chat"

    restricted_user_id = fields.Many2one(
        "res.users",
        "Seen Only By",
        compute="_compute_restricted_user_id",
        store=True,
        index="btree_not_null",
        help="The customer's salesperson, when the account shows operators their own customers "
        "only. Empty: all operators see the chat.",
    )

    @api.depends(
        "instance_id.visibility",
        "instance_id.operator_ids",
        "partner_id.user_id",
        "partner_id.commercial_partner_id.user_id",
    )
    def _compute_restricted_user_id(self):
        """Stored, since every search of an operator asks for it."""
        for chat in self:
            partner, instance = chat.partner_id, chat.instance_id
            salesperson = partner.user_id or partner.commercial_partner_id.user_id
            is_restricted = instance.visibility == "own" and salesperson in instance.operator_ids
            chat.restricted_user_id = is_restricted and salesperson

    def write(self, vals):
        result = super().write(vals)
        if "partner_id" in vals:
            self._follow_operators()
        return result

    def _get_operators(self):
        """Return the operators of the account who may see this chat."""
        self.ensure_one()
        chat_sudo = self.sudo()  # sudo: res.users - who is an administrator
        operators, only = chat_sudo.instance_id.operator_ids, chat_sudo.restricted_user_id
        if not only:
            return operators
        return operators.filtered(lambda user: user == only or user.has_group(MANAGER))

    def _is_for(self, user):
        """Say whether a user may write in this chat."""
        self.ensure_one()
        if not self.instance_id._is_operated_by(user):
            return False
        return user not in self.instance_id.operator_ids or user in self._get_operators()

    def _follow_operators(self):
        """Let the members of the open conversations be those who may see the chats."""
        for chat_sudo in self.sudo().filtered("is_channel_open"):  # sudo: as in _open_channel
            channel_sudo, operators = chat_sudo.channel_id, chat_sudo._get_operators()
            members = channel_sudo.channel_member_ids.partner_id.user_ids
            channel_sudo._telegram_remove_members(members - operators)
            channel_sudo._telegram_add_members(operators - members)
