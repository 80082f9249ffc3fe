# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models

from ..client import to_text
from ..models.telegram_message import RANK, STATES
from ..models.unix_time import to_datetime


class TelegramJournalEntry(models.TransientModel):
    """A message as the service's journal has it, and what Odoo has of it."""

    _name = "telegram.journal.entry"
    _inherit = "telegram.dialog"
    _description = "Journal of the Service"
    _order = "date desc, id desc"
    _rec_name = "text"

    journal_id = fields.Many2one(
        "telegram.journal", required=True, readonly=True, ondelete="cascade", index=True
    )
    message_id = fields.Many2one("telegram.message", "In Odoo", readonly=True, ondelete="set null")
    state = fields.Selection(STATES, "State in Odoo", readonly=True)
    direction = fields.Selection(
        [("incoming", "Incoming"), ("outgoing", "Outgoing")], readonly=True
    )
    date = fields.Datetime(readonly=True)
    chat = fields.Char(readonly=True)
    sender_name = fields.Char("Sender", readonly=True)
    type_message = fields.Char("Kind", readonly=True, help="As the service names it.")
    text = fields.Char(readonly=True)
    id_message = fields.Char("Message Id", readonly=True)
    status = fields.Char("Status at the Service", readonly=True)
    difference = fields.Selection(
        [
            ("none", "None"),
            ("missing", "Missing in Odoo"),
            ("status", "Further than in Odoo"),
            ("absent", "Not in the journal"),
        ],
        readonly=True,
    )
    raw = fields.Text("Response", readonly=True)

    @api.model
    def _prepare(self, row, message):
        """Give the values for an entry of a journal.

        :param JournalMessage row: the entry
        :param message: the ``telegram.message``; empty when Odoo does not have it
        """
        difference = "none"
        if not message:
            difference = "missing"
        elif RANK.get(row.status, 0) > RANK.get(message.state, 0):
            difference = "status"
        return {
            "message_id": message.id,
            "state": message.state,
            "direction": "incoming" if row.is_incoming else "outgoing",
            "date": to_datetime(row.timestamp),
            "chat": message.chat_id.name or row.chat_name or row.chat_id,
            "sender_name": row.sender_name,
            "type_message": row.type_message,
            "text": row.text or row.file_name,
            "id_message": row.id_message,
            "status": row.status,
            "difference": difference,
            "raw": to_text(row.raw),
        }

    @api.model
    def _prepare_absent(self, message):
        """Give the values for a message of Odoo that no journal has.

        :param message: the ``telegram.message``
        """
        return {
            "message_id": message.id,
            "state": message.state,
            "direction": message.direction,
            "date": message.date,
            "chat": message.chat_id.name,
            "sender_name": message.sender_name,
            "type_message": message.type_message,
            "text": message.display_name,
            "id_message": message.id_message,
            "difference": "absent",
        }

    def action_take_missing(self):
        """Take in what Odoo does not have."""
        journal = self.journal_id[:1] or self.journal_id.browse(
            self.env.context.get("default_journal_id")
        )
        return journal.instance_id.action_fetch_missed()
