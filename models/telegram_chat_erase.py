# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import models
from odoo.fields import Domain


class TelegramChat(models.Model):
    """Removing a person's chats for good."""

    _inherit = "telegram.chat"

    def _erase(self):
        """Remove chats, their conversations, and what else names them. As superuser.

        :raise UserError: a message still waits to be sent there
        """
        for chat in self:
            here = Domain("instance_id", "=", chat.instance_id.id)
            # In quotes: as a value of JSON, and not as a part of another number.
            is_named = f'"{chat.chat_id}"'
            events = self.env["telegram.event"]
            events.search(here & Domain("payload", "like", is_named)).unlink()
            named = Domain("request", "like", is_named) | Domain("answer", "like", is_named)
            if chat.phone:  # a number of JSON: after it comes a comma or the end of the line
                digits = chat.phone.removeprefix("+")
                named |= Domain("request", "like", f": {digits},")
                named |= Domain("request", "like", f": {digits}\n")
            self.env["telegram.call"].search(here & named).unlink()
            members = self.env["telegram.group.member"].search(
                [
                    ("group_id.instance_id", "=", chat.instance_id.id),
                    ("user_chat_id", "=", chat.chat_id),
                ]
            )
            members.unlink()
            guests = self.env["mail.guest"]
            key = guests._telegram_get_key(chat.instance_id, chat.chat_id)
            guests.search([("telegram_key", "=", key)]).unlink()
        self.unlink()
