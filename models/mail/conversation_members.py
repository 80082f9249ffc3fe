# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Membership of the conversations in Discuss.

The members of an open conversation are the operators who may see its chat (``_get_operators``):
active users with the right to use Telegram. If *Chat Visibility* is *Salesperson of the Customer*,
these are only the operator to whom the chat is assigned, else the salesperson of the contact or its
company, and those operators who are administrators or the supervisor. If neither is such an
operator, all operators are members. A closed conversation has no members. A message that GREEN-API
reports opens it, and so does the button *Open Conversation* or a hand-over (``conversation.py``).

Members are updated when the operators, the supervisor, *Chat Visibility*, the assignment, the
contact, the salesperson, the user or the user's groups change, and when contacts are merged.
"""

from contextlib import contextmanager
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.constants import GC_UNLINK_LIMIT

from odoo.addons.mail.tools.discuss import Store

from ...tools.access import MANAGER, USER
from .discuss_channel import is_telegram

# Days without a message after which a conversation is closed. Discuss loads every conversation of
# a user at once.
IDLE_DAYS = 30


class TelegramInstance(models.Model):
    """Update the members of the conversations when an account changes."""

    _inherit = "telegram.instance"

    def _update_members(self, former_operators):
        """Update the members of the conversations after the operators have changed.

        :param dict former_operators: the former ``res.users`` by ``telegram.instance``
        """
        for instance, former in former_operators.items():
            chats_sudo = self.env["telegram.chat"]._find_with_open_channel(
                [("instance_id", "=", instance.id)]
            )
            if instance.visibility == "own":
                chats_sudo._update_channel_members()
                continue
            channels_sudo = chats_sudo.channel_id
            operators = instance._get_operators()
            channels_sudo._telegram_remove_members((former - operators).partner_id)
            channels_sudo._telegram_add_members(operators - former)

    def _update_visibility(self):
        """Update the members of the conversations after *Chat Visibility* has changed."""
        chats = self.env["telegram.chat"]
        chats._find_with_open_channel([("instance_id", "in", self.ids)])._update_channel_members()


class TelegramChat(models.Model):
    """Update the members of the conversation of a chat."""

    _inherit = "telegram.chat"

    @api.model
    def _find_with_open_channel(self, domain):
        """Return the chats of a domain that have an open conversation, archived ones included."""
        # sudo: telegram.chat - the members of all conversations are updated
        chats_sudo = self.sudo().with_context(active_test=False)
        return chats_sudo.search(Domain(domain) & Domain("is_channel_open", "=", True))

    def _update_channel_members(self):
        """Update the members of the open conversations to the operators who see the chats."""
        for chat_sudo in self.sudo().filtered("is_channel_open"):  # sudo: as in _open_channel
            channel_sudo, operators = chat_sudo.channel_id, chat_sudo._get_operators()
            # By contact: the user may be archived or deleted.
            members = channel_sudo.channel_member_ids.partner_id
            channel_sudo._telegram_remove_members(members - operators.partner_id)
            channel_sudo._telegram_add_members(
                operators.filtered(lambda user, members=members: user.partner_id not in members)
            )

    @api.model
    def _update_members_of_users(self, users):
        """Update the members of the open conversations after these users' rights have changed."""
        if not users:
            return
        # sudo: telegram.instance - all accounts that the users operate
        instances_sudo = self.env["telegram.instance"].sudo().with_context(active_test=False)
        operated = instances_sudo.search([("operator_ids", "in", users.ids)])
        self._update_restricted_users(users)
        affected = Domain("instance_id", "in", operated.ids)
        self._update_members_of_partners(users.partner_id, affected)
        self._release_left(users)

    @api.model
    def _update_members_of_partners(self, partners, affected=Domain.FALSE):
        """Update the members of the open conversations that have one of these contacts.

        :param Domain affected: further chats to update
        """
        # sudo: discuss.channel.member - a user who lost the rights may still be a member
        members_sudo = self.env["discuss.channel.member"].sudo()
        domain = Domain("channel_id.channel_type", "=", "telegram")
        domain &= Domain("partner_id", "in", partners.ids)
        channels = members_sudo.search(domain).channel_id
        affected |= Domain("channel_id", "in", channels.ids)
        self._find_with_open_channel(affected)._update_channel_members()

    @api.autovacuum
    def _gc_idle_channels(self):
        """Close the conversations without a message for ``IDLE_DAYS``."""
        limit = fields.Datetime.now() - timedelta(days=IDLE_DAYS)
        domain = [("is_channel_open", "=", True), ("channel_id.last_interest_dt", "<", limit)]
        chats = self.with_context(active_test=False).search(domain, limit=GC_UNLINK_LIMIT)
        chats._remove_channel_members()
        chats.is_channel_open = False
        return len(chats), len(chats) == GC_UNLINK_LIMIT

    def _remove_channel_members(self):
        """Remove all members from the conversations, because these are closed."""
        members = self.env["discuss.channel.member"]
        members.search([("channel_id", "in", self.channel_id.ids)]).unlink()


class DiscussChannel(models.Model):
    """Add and remove the members of Telegram conversations."""

    _inherit = "discuss.channel"

    def _telegram_add_members(self, users):
        """Add users to conversations, with the earlier messages as read."""
        # sudo: discuss.channel.member - the members are the operators of the account
        members_sudo = self.env["discuss.channel.member"].sudo()
        partners = users.partner_id
        known = members_sudo.search(
            [("channel_id", "in", self.ids), ("partner_id", "in", partners.ids)]
        )
        pairs = {(member.channel_id, member.partner_id) for member in known}
        # sudo: mail.message - only the id of the last message is read
        last_message = self.env["mail.message"].sudo().search([], order="id desc", limit=1)
        created = members_sudo.create(
            [
                {
                    "channel_id": channel.id,
                    "partner_id": partner.id,
                    "new_message_separator": last_message.id + 1,
                }
                for channel in self
                for partner in partners
                if (channel, partner) not in pairs
            ]
        )
        if created:
            # One is enough to subscribe a web client to all conversations of its user.
            created[-1:].channel_id._broadcast(created.partner_id.ids)

    def _telegram_remove_members(self, partners):
        """Remove members from conversations and close these in their web clients."""
        # sudo: discuss.channel.member - the members are the operators of the account
        members_sudo = self.env["discuss.channel.member"].sudo()
        members_sudo = members_sudo.search(
            [("channel_id", "in", self.ids), ("partner_id", "in", partners.ids)]
        )
        for member_sudo in members_sudo:
            store = Store(bus_channel=member_sudo._bus_channel())
            store.add(
                member_sudo.channel_id, {"close_chat_window": True, "isLocallyPinned": False}
            ).delete(member_sudo).bus_send()
        members_sudo.unlink()

    def _find_or_create_member_for_self(self):
        """Do not add a member when the channel is opened: only operators are members."""
        if is_telegram(self):
            return self.self_member_id
        return super()._find_or_create_member_for_self()

    def _action_unfollow(self, partner=None, guest=None, post_leave_message=True):
        """Unpin a Telegram conversation instead of leaving it: an operator stays a member."""
        if is_telegram(self):
            return self.channel_pin(pinned=False)
        return super()._action_unfollow(partner, guest, post_leave_message)


class DiscussChannelMember(models.Model):
    """Check that members of Telegram conversations are operators, and count what they missed."""

    _inherit = "discuss.channel.member"

    @api.depends("channel_id.message_ids", "new_message_separator")
    def _compute_message_unread(self):
        """Compute the unread messages of customers: what the account has sent is no news."""
        super()._compute_message_unread()
        # Each page asks for this, of all conversations. So only the statement reads the channels.
        unread_ids = [member.id for member in self if member.message_unread_counter]
        if not unread_ids:
            return
        self.env["telegram.message"].flush_model(["direction", "mail_message_ids"])
        self.env["discuss.channel"].flush_model(["channel_type"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT member.id, count(*)
                  FROM discuss_channel_member AS member
                  JOIN discuss_channel AS channel
                    ON channel.id = member.channel_id
                   AND channel.channel_type = 'telegram'
                  JOIN mail_message AS posted
                    ON posted.model = 'discuss.channel'
                   AND posted.res_id = member.channel_id
                   AND posted.id >= member.new_message_separator
                 WHERE member.id = ANY(%s)
                   AND EXISTS (
                            SELECT 1
                              FROM mail_message_telegram_message_rel AS link
                              JOIN telegram_message AS message
                                ON message.id = link.telegram_message_id
                             WHERE link.mail_message_id = posted.id
                               AND message.direction = 'outgoing'
                       )
              GROUP BY member.id
                """,
                unread_ids,
            )
        )
        for member_id, sent in rows:
            self.browse(member_id).message_unread_counter -= sent

    @api.model_create_multi
    def create(self, vals_list):
        members = super().create(vals_list)
        for member in members.filtered(lambda member: is_telegram(member.channel_id)):
            chat = member.channel_id._telegram_get_chat()
            operators = chat._get_operators() if chat else self.env["res.users"]
            if member.partner_id not in operators.partner_id:
                raise UserError(
                    self.env._(
                        "Only operators of the Telegram account can be members of its "
                        "conversations. Ask an administrator to add the user as an operator under "
                        "Telegram → Configuration → Accounts."
                    )
                )
        return members


class ResUsers(models.Model):
    """Update the members of Telegram conversations when users lose or get access rights.

    A member reads a conversation in Discuss without any further check of access rights.
    """

    _inherit = "res.users"

    def write(self, vals):
        result = super().write(vals)
        if {"group_ids", "active"} & vals.keys():
            self.env["telegram.chat"]._update_members_of_users(self)
        return result

    def unlink(self):
        partners = self.partner_id  # they remain
        result = super().unlink()
        self.env["telegram.chat"]._update_members_of_partners(partners)
        return result


class ResGroups(models.Model):
    """Update the members of Telegram conversations when a group or its users change."""

    _inherit = "res.groups"

    @api.model_create_multi
    def create(self, vals_list):
        with self._telegram_update_members():
            return super().create(vals_list)

    def write(self, vals):
        with self._telegram_update_members():
            return super().write(vals)

    def unlink(self):
        with self._telegram_update_members():
            return super().unlink()

    @contextmanager
    def _telegram_update_members(self):
        """Update the members of conversations after the groups have changed in this block."""
        before = self._telegram_get_rights()
        yield
        # Odoo does not recompute the implied groups of a created or deleted group at once.
        self.env.registry.clear_cache()
        self.env["res.groups"].invalidate_model(["all_implied_ids"])
        self.env["res.users"].invalidate_model(["all_group_ids"])
        after = self._telegram_get_rights()
        users = self.env["res.users"]
        changed = users.union(*(user for user in after if after[user] != before.get(user)))
        self.env["telegram.chat"]._update_members_of_users(changed)

    @api.model
    def _telegram_get_rights(self):
        """Return whether the operators of all accounts are Telegram users and administrators.

        :return: dict of two booleans by ``res.users``
        """
        # sudo: telegram.instance - the operators of all accounts
        instances_sudo = self.env["telegram.instance"].sudo().with_context(active_test=False)
        operators_sudo = instances_sudo.search([("operator_ids", "!=", False)]).operator_ids
        return {user: (user.has_group(USER), user.has_group(MANAGER)) for user in operators_sudo}
