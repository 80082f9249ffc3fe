# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import fields, models

from .rights import MANAGER, USER


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

    def write(self, vals):
        former = {instance: instance.operator_ids for instance in self if "operator_ids" in vals}
        result = super().write(vals)
        chats = self.env["telegram.chat"]
        for instance, operators in former.items():
            chats._update_members(instance, operators)
        if "visibility" in vals:
            chats._find_open([("instance_id", "in", self.ids)])._follow_operators()
        return result

    def unlink(self):
        # sudo: telegram.chat, discuss.channel - the conversations go with the account
        chats_sudo = self.env["telegram.chat"].sudo().with_context(active_test=False)
        channels_sudo = chats_sudo.search(
            [("instance_id", "in", self.ids), ("channel_id", "!=", False)]
        ).channel_id
        result = super().unlink()
        channels_sudo.unlink()
        return result

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
