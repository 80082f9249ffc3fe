# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import fields, models

from ..models.contacts.history import HISTORY_MAX


class TelegramChatHistory(models.TransientModel):
    """Import the last messages of a chat from Telegram into Odoo."""

    _name = "telegram.chat.history"
    _inherit = "telegram.wizard.mixin"
    _description = "Import Telegram Chat History"

    chat_id = fields.Many2one("telegram.chat", required=True, readonly=True, ondelete="cascade")
    count = fields.Integer("Number of Messages", default=100, required=True)
    _count_range = models.Constraint(
        f"CHECK(count BETWEEN 1 AND {HISTORY_MAX})",
        f"The number of messages must be between 1 and {HISTORY_MAX}.",
    )

    def action_import(self):
        """Import the messages and display the result."""
        self.ensure_one()
        raw, numbers = self.chat_id._import_history_for_user(self.count)
        _ = self.env._
        message = _(
            "Messages imported: %(new)s. Messages already in Odoo: %(known)s.",
            new=numbers["new"],
            known=numbers["known"],
        )
        if not any(numbers.values()):
            message = _("Telegram returned no messages for this chat.")
        if numbers["unread"]:
            message += " " + _(
                "Entries ignored because they are not messages: %s.", numbers["unread"]
            )
        return self.chat_id.instance_id._display_result(
            message,
            raw,
            next={
                "type": "ir.actions.client",
                "tag": "soft_reload",
                "next": {"type": "ir.actions.act_window_close"},
            },
        )
