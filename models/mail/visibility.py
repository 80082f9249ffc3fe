# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.access import MANAGER, USER


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

    def _update_channel_members(self):
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
    def _update_members_of_users(self, users):
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
        self._find_open(here)._update_channel_members()


class TelegramInstance(models.Model):
    """What an instance has to do with the conversations in Discuss."""

    _inherit = "telegram.instance"

    show_typing = fields.Boolean(
        default=True, help="The customer sees that somebody is typing in Discuss."
    )
    mark_read = fields.Boolean(
        "Mark as Read",
        help="Opening a conversation in Discuss marks the chat as read at Telegram: the customer "
        "sees that, and so do the account's other devices.",
    )
    visibility = fields.Selection(
        [("all", "All operators"), ("own", "The customer's salesperson")],
        "Chats Are Seen By",
        default="all",
        required=True,
        tracking=True,
        help="All operators: each sees all chats of the account.\n"
        "The customer's salesperson: an operator sees the chats of the contacts whose salesperson "
        "they are (or their company's), and those that are nobody's: of unknown people, of "
        "contacts without salesperson or with one who does not operate the account, and groups. "
        "Administrators see all.\n"
        "What such a customer writes does not appear on the contact, which all colleagues may "
        "open, unless it answers something that was sent from there.",
    )

    def _get_channels_sudo(self):
        """Return the conversations of all chats of the accounts."""
        # sudo: telegram.chat, discuss.channel - the conversations go with the account
        chats_sudo = self.env["telegram.chat"].sudo().with_context(active_test=False)
        domain = [("instance_id", "in", self.ids), ("channel_id", "!=", False)]
        return chats_sudo.search(domain).channel_id

    def _update_members(self, former_operators):
        """Update the members of the conversations after the operators have changed.

        :param dict former_operators: ``res.users`` by ``telegram.instance``
        """
        chats = self.env["telegram.chat"]
        for instance, operators in former_operators.items():
            chats._update_members(instance, operators)

    def _update_visibility(self):
        """Update the members of the conversations after *Chat Visibility* has changed."""
        chats = self.env["telegram.chat"]
        chats._find_open([("instance_id", "in", self.ids)])._update_channel_members()

    def _get_operators(self):
        """Return the operators who have the right to Telegram: one may be taken from them later."""
        self.ensure_one()
        return self.operator_ids.filtered(lambda user: user.has_group(USER))

    def _is_operated_by(self, user):
        """Say whether a user may write by this account: its operators, and administrators."""
        self.ensure_one()
        if user._is_superuser() or user in self.operator_ids:
            return True
        is_manager = user.has_group(MANAGER)
        return is_manager and self.company_id in user.company_ids
