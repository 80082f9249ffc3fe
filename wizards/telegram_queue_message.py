# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models

from ..client import to_text
from ..client.answers import clean


class TelegramQueueMessage(models.TransientModel):
    """A message that the service has still to send."""

    _name = "telegram.queue.message"
    _inherit = "telegram.dialog"
    _description = "Message in the Queue of the Service"

    queue_id = fields.Many2one("telegram.queue", required=True, readonly=True, ondelete="cascade")
    message_id = fields.Many2one(
        "telegram.message",
        "In Odoo",
        readonly=True,
        ondelete="set null",
        help="Empty: it comes from elsewhere.",
    )
    id_message = fields.Char("Message Id", readonly=True)
    method = fields.Char(readonly=True)
    chat = fields.Char("Chat Id", readonly=True)
    text = fields.Char(readonly=True)
    raw = fields.Text("Response", readonly=True)

    @api.model
    def _prepare(self, queued, known):
        """Give the values of a row.

        :param QueuedMessage queued: as the service lists it
        :param dict known: our messages by their id
        """
        return {
            "message_id": known.get(queued.id_message, self.env["telegram.message"]).id,
            "id_message": queued.id_message,
            "method": clean(queued.method),
            "chat": clean(queued.chat_id),
            "text": queued.message.text or queued.message.file_name,
            "raw": to_text(queued.raw),
        }
