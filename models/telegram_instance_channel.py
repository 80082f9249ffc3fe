# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


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

    def write(self, vals):
        if "operator_ids" not in vals:
            return super().write(vals)
        former = {instance: instance.operator_ids for instance in self}
        result = super().write(vals)
        for instance, operators in former.items():
            self.env["telegram.chat"]._update_members(instance, operators)
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

    def _is_operated_by(self, user):
        """Say whether a user may write by this account: its operators, and administrators."""
        self.ensure_one()
        if user._is_superuser() or user in self.operator_ids:
            return True
        is_manager = user.has_group("telegram_green_api.group_manager")
        return is_manager and self.company_id in user.company_ids
