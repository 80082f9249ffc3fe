# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import fields, models

from ..models.contacts.history import HISTORY_MAX


class TelegramChatHistory(models.TransientModel):
    """Asks how much of a chat's history is taken into Odoo."""

    _name = "telegram.chat.history"
    _inherit = "telegram.wizard.mixin"
    _description = "Import the History of a Telegram Chat"

    chat_id = fields.Many2one("telegram.chat", required=True, readonly=True, ondelete="cascade")
    count = fields.Integer("Last Messages", default=100, required=True)
    _count_range = models.Constraint(
        f"CHECK(count BETWEEN 1 AND {HISTORY_MAX})",
        f"Between 1 and {HISTORY_MAX} messages can be imported at once.",
    )

    def action_import(self):
        """Ask the service, keep what is new, and say what came of it."""
        self.ensure_one()
        raw, numbers = self.chat_id._import_history_for_user(self.count)
        _ = self.env._
        message = _(
            "%(new)s messages were imported, %(known)s were here already.",
            new=numbers["new"],
            known=numbers["known"],
        )
        if not any(numbers.values()):
            message = _("Telegram lists no messages of this chat.")
        if numbers["unread"]:
            message += " " + _("%s entries are no messages and were left out.", numbers["unread"])
        return self.chat_id.instance_id._display_result(
            message,
            raw,
            next={
                "type": "ir.actions.client",
                "tag": "soft_reload",
                "next": {"type": "ir.actions.act_window_close"},
            },
        )
