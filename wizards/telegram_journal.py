# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import api, fields, models

from .. import const
from ..client import to_text
from ..client.parsing import to_datetime
from ..models.receiving.missed_messages import MARGIN
from ..models.telegram_message import RANK, STATES

# A message may be so late in the journals; before, its absence means nothing.
LATE = timedelta(minutes=10)


class TelegramJournal(models.TransientModel):
    """The service's journals of a day as they were when it was asked, beside Odoo's log."""

    _name = "telegram.journal"
    _inherit = "telegram.wizard.mixin"
    _description = "Journals of the Service"

    instance_id = fields.Many2one(
        "telegram.instance", required=True, readonly=True, ondelete="cascade"
    )
    entry_ids = fields.One2many("telegram.journal.entry", "journal_id", readonly=True)

    def _open(self, instance):
        """Ask the service for both journals, compare them with Odoo's log, and show both.

        :param instance: the ``telegram.instance``
        :return: an action
        """
        instance.check_access("write")
        minutes = const.JOURNAL_HOURS * 60
        rows = instance._call_service("last_incoming_messages", minutes=minutes)
        rows += instance._call_service("last_outgoing_messages", minutes=minutes)
        journal = self.create({"instance_id": instance.id})
        journal._compare(rows)
        return journal._get_action()

    def _compare(self, rows):
        """Make the entries: one for each message that the journals have, or Odoo.

        :param list rows: JournalMessages
        """
        messages = self._find_messages(rows)
        known = {(message.chat_id.telegram_id, message.id_message): message for message in messages}
        entries = self.env["telegram.journal.entry"]
        nothing = self.env["telegram.message"]
        vals_list = [
            entries._prepare(row, known.pop((row.chat_id, row.id_message), nothing)) for row in rows
        ]
        vals_list += [entries._prepare_absent(message) for message in known.values()]
        entries.create([{"journal_id": self.id, **vals} for vals in vals_list])

    def _find_messages(self, rows):
        """Find Odoo's messages that the journals have, or should have by now."""
        messages = self.env["telegram.message"]
        now = fields.Datetime.now()
        domain = [("instance_id", "=", self.instance_id.id), ("id_message", "!=", False)]
        in_journals = [("id_message", "in", [row.id_message for row in rows])]
        due = [
            ("date", ">", now - timedelta(hours=const.JOURNAL_HOURS) + MARGIN),
            ("date", "<", now - LATE),
            ("state", "in", ("sent", "delivered", "read", "received")),
        ]
        return messages.search(domain + in_journals) | messages.search(domain + due)

    def _get_action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Journals of %s", self.instance_id.name),
            "res_model": "telegram.journal.entry",
            "views": [[False, "list"], [False, "form"]],
            "domain": [("journal_id", "=", self.id)],
            "context": {"search_default_different": 1, "default_journal_id": self.id},
            "help": self.env._("The journals of the service and Odoo's log say the same."),
        }


class TelegramJournalEntry(models.TransientModel):
    """A message as the service's journal has it, and what Odoo has of it."""

    _name = "telegram.journal.entry"
    _inherit = "telegram.wizard.mixin"
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
