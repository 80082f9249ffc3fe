# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import models


class DiscussChannel(models.Model):
    """From a conversation to its chat, where a person says whose it is."""

    _inherit = "discuss.channel"

    def action_open_telegram_chat(self):
        """Open the chat of this conversation: its contact, its messages, their records.

        :raise AccessError: the user does not operate the account
        """
        self.ensure_one()
        self.check_access("read")
        chat = self._telegram_get_chat().with_env(self.env)
        chat.check_access("read")
        return chat.get_formview_action()
