# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


class TelegramMessageLookup(models.TransientModel):
    """Asks the service for one message by its id."""

    _name = "telegram.message.lookup"
    _inherit = "telegram.wizard.mixin"
    _description = "Message by Id"

    instance_id = fields.Many2one(
        "telegram.instance",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env["telegram.instance"].search([], limit=1),
    )
    chat = fields.Char("Chat Id", required=True, help="As the service gives it.")
    id_message = fields.Char("Message Id", required=True, help="idMessage of the service.")

    def action_look_up(self):
        """Ask, and show what the service has."""
        self.ensure_one()
        instance = self.instance_id
        instance.check_access("write")
        chat_id, id_message = self.chat.strip(), self.id_message.strip()
        return self.env["telegram.message"]._look_up(instance, chat_id, id_message)
