# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import models
from odoo.tools import format_date


class TelegramChat(models.Model):
    """Extend ``telegram.chat``: whether its number is on Telegram, as the contact's form says."""

    _inherit = "telegram.chat"

    def _get_number_state(self):
        """Return the state of the number for the form of the contact, see the field there."""
        if self and self._is_number_known():
            return "no" if self.no_account else "yes"
        return "yes" if self and self._get_delivered_date() else "unknown"

    def _get_delivered_date(self):
        """Return when a message last reached the chat; False if none did.

        It proves that the number has an account, also if nobody checked it or answered. For the
        form of one contact: it asks the database about each chat.
        """
        # sudo: telegram.message - only whether there is one; the user may read the chat
        messages_sudo = self.env["telegram.message"].sudo()
        domain = [
            ("chat_id", "=", self.id),
            ("direction", "=", "outgoing"),
            ("state", "in", ("delivered", "read")),
        ]
        return messages_sudo.search(domain, order="date desc", limit=1).date

    def _get_number_message(self):
        """Return the state of the number in words, for the form of the contact."""
        _ = self.env._
        if not self:
            return _("Not checked on Telegram")
        if self.check_ids.state == "waiting":
            return _("Being checked on Telegram")
        state = self._get_number_state()
        if state == "unknown":
            return self.check_error or _("Not checked on Telegram")
        known_date = self._is_number_known() and self._get_known_date()
        when = format_date(self.env, known_date or self._get_delivered_date())
        if state == "no":
            return _("Not on Telegram (%s)", when)
        if self.username:
            return _("On Telegram as %(user)s (%(when)s)", user=self.username, when=when)
        return _("On Telegram (%s)", when)
