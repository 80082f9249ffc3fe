# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.fields import Domain

from .rights import MANAGER


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
        "partner_id.user_id.active",
        "partner_id.commercial_partner_id.user_id.active",
    )
    def _compute_restricted_user_id(self):
        """Stored, since every search of an operator asks for it."""
        for chat in self:
            chat.restricted_user_id = self._get_only_user(chat.instance_id, chat.partner_id)

    @api.model
    def _get_only_user(self, instance, partner):
        """Return the only operator who sees a contact's chats; empty: all of the account do."""
        salesperson = partner.user_id or partner.commercial_partner_id.user_id
        is_operator = salesperson.active and salesperson in instance.operator_ids
        is_restricted = instance.visibility == "own" and is_operator
        return salesperson if is_restricted else salesperson.browse()

    @api.model
    def _is_contact_for(self, instance, partner):
        """Say whether the current user may see the chats of a contact by an account."""
        # sudo: res.partner, telegram.instance - whose customer it is
        only = self._get_only_user(instance.sudo(), partner.sudo())
        user = self.env.user
        return self.env.su or not only or only == user or user.has_group(MANAGER)

    def write(self, vals):
        result = super().write(vals)
        if "partner_id" in vals:
            self._follow_operators()
        return result

    def _get_operators(self):
        """Return the operators of the account who may see this chat."""
        self.ensure_one()
        chat_sudo = self.sudo()  # sudo: telegram.instance, res.users - who operates it
        operators, only = chat_sudo.instance_id._get_operators(), chat_sudo.restricted_user_id
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

    @api.model
    def _find_open(self, domain):
        """Return the chats of a domain with an open conversation, archived ones, too."""
        # sudo: telegram.chat - whoever changes who may see them changes all their conversations
        chats_sudo = self.sudo().with_context(active_test=False)
        found = chats_sudo.search(Domain(domain) & Domain("is_channel_open", "=", True))
        # An archived user is no operator.
        return found.with_context(active_test=True)

    @api.model
    def _follow_users(self, users):
        """Let the members of the open conversations follow what these users may by now."""
        if not users:
            return
        # sudo: telegram.instance - whoever changes users changes what they see
        instances_sudo = self.env["telegram.instance"].sudo().with_context(active_test=False)
        operated = instances_sudo.search([("operator_ids", "in", users.ids)])
        # sudo: discuss.channel.member - who is no employee any more is still a member
        members_sudo = self.env["discuss.channel.member"].sudo()
        domain = Domain("channel_id.channel_type", "=", "telegram")
        domain &= Domain("partner_id", "in", users.partner_id.ids)
        channels = members_sudo.search(domain).channel_id
        here = Domain("instance_id", "in", operated.ids) | Domain("channel_id", "in", channels.ids)
        self._find_open(here)._follow_operators()
