# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models

from ...tools.access import filter_readable

# Facts from GREEN-API that users cannot change.
PROTECTED = {
    "group_id",
    "user_chat_id",
    "chat_id",
    "sender_name",
    "is_admin",
    "is_owner",
    "is_self",
}


class TelegramGroupMember(models.Model):
    """Member of a group in the last list from GREEN-API."""

    _name = "telegram.group.member"
    _protected = PROTECTED
    _inherit = "telegram.protected.mixin"
    _description = "Telegram Group Member"
    _order = "is_owner desc, is_admin desc, id"

    group_id = fields.Many2one(
        "telegram.chat", required=True, readonly=True, index=True, ondelete="cascade"
    )
    user_chat_id = fields.Char(
        "Telegram ID", required=True, readonly=True, help="Number of the member's Telegram account."
    )
    chat_id = fields.Many2one(
        "telegram.chat",
        "Private Chat",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Chat of this account with the member, if there is one.",
    )
    partner_id = fields.Many2one("res.partner", "Contact", compute="_compute_name")
    sender_name = fields.Char(
        readonly=True, help="Sender name of the member's messages in the group."
    )
    name = fields.Char(compute="_compute_name")
    is_admin = fields.Boolean("Administrator", readonly=True)
    is_owner = fields.Boolean("Owner", readonly=True)
    is_self = fields.Boolean(
        "This Account", readonly=True, help="Whether this is the account that Odoo uses."
    )
    role = fields.Char(compute="_compute_role")
    _user_uniq = models.Constraint(
        "unique(group_id, user_chat_id)", "This member is already listed in the group."
    )

    # === COMPUTE METHODS === #

    @api.depends("chat_id.name", "chat_id.partner_id.name")
    @api.depends("sender_name", "user_chat_id", "is_self")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_name(self):
        """Compute name and contact from the private chat only if the user may read it."""
        named = filter_readable(self.chat_id)
        for member in self:
            chat = member.chat_id & named
            member.partner_id = chat.partner_id
            member.name = (
                chat.partner_id.name
                or chat.name
                or member.sender_name
                or (member.is_self and member.group_id.instance_id.name)
                or member.user_chat_id
            )

    @api.depends("is_admin", "is_owner", "is_self")
    @api.depends_context("lang")
    def _compute_role(self):
        for member in self:
            role = self.env._("Member")
            if member.is_owner:
                role = self.env._("Owner")
            elif member.is_admin:
                role = self.env._("Administrator")
            if member.is_self:
                role = self.env._("%s, this account", role)
            member.role = role

    # === ACTION METHODS === #

    def action_set_admin(self):
        """Make the member an administrator of the group."""
        step = self.group_id.set_group_admin(self.user_chat_id)
        return self._display_result(
            self.env._("%s is now an administrator of the group.", self.name), step
        )

    def action_remove_admin(self):
        """Make the administrator an ordinary member."""
        step = self.group_id.remove_admin(self.user_chat_id)
        return self._display_result(
            self.env._("%s is no longer an administrator of the group.", self.name), step
        )

    def action_remove(self):
        """Remove the member from the group."""
        name = self.name
        step = self.group_id.remove_group_participant(self.user_chat_id)
        return self._display_result(self.env._("%s was removed from the group.", name), step)

    def action_open_chat(self):
        """Open the private chat with the member in Discuss."""
        self.ensure_one()
        return self.chat_id.action_open_in_discuss()

    # === BUSINESS METHODS === #

    def _get_changes(self, values):
        """Return the values that differ from those of the member."""
        current = self._read_format(list(values), load=None)[0]
        return {name: value for name, value in values.items() if current[name] != value}

    def _display_result(self, message, step):
        """Return an action that displays a result and reloads the group."""
        return self.group_id.instance_id._display_result(message, step)
