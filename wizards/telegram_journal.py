# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import api, fields, models

from .. import const
from ..client import to_masked_text
from ..client.parsing import to_datetime
from ..models.receiving.missed_messages import MARGIN
from ..models.telegram_message import CONFIRMED_STATES, STATES

# Messages can appear in the journals with this delay.
JOURNAL_DELAY = timedelta(minutes=10)


class TelegramJournal(models.TransientModel):
    """Compare the GREEN-API message journals of the last 24 hours with the messages in Odoo."""

    _name = "telegram.journal"
    _inherit = "telegram.wizard.mixin"
    _description = "GREEN-API Message Journals"

    instance_id = fields.Many2one(
        "telegram.instance", required=True, readonly=True, ondelete="cascade"
    )
    entry_ids = fields.One2many("telegram.journal.entry", "journal_id", readonly=True)

    # === BUSINESS METHODS === #

    def _open(self, instance):
        """Fetch both journals, compare them with the messages in Odoo and open the result.

        :param instance: the ``telegram.instance``
        :return: an action
        :raise UserError: GREEN-API cannot be reached or refuses
        """
        instance.check_access("write")
        minutes = const.JOURNAL_HOURS * 60
        rows = instance._call_service("last_incoming_messages", minutes=minutes)
        rows += instance._call_service("last_outgoing_messages", minutes=minutes)
        journal = self.create({"instance_id": instance.id})
        journal._compare(rows)
        return journal._get_action()

    def _compare(self, rows):
        """Create an entry for each message in the journals or in Odoo.

        :param list rows: of JournalMessage
        """
        messages = self._find_messages(rows)
        known = {(message.chat_id.telegram_id, message.id_message): message for message in messages}
        entries = self.env["telegram.journal.entry"]
        no_message = self.env["telegram.message"]
        vals_list = [
            entries._prepare_values(row, known.pop((row.chat_id, row.id_message), no_message))
            for row in rows
        ]
        vals_list += [entries._prepare_absent_values(message) for message in known.values()]
        entries.create([{"journal_id": self.id, **vals} for vals in vals_list])

    def _find_messages(self, rows):
        """Return the messages in Odoo that the journals contain, or should contain by now."""
        messages = self.env["telegram.message"]
        now = fields.Datetime.now()
        domain = [("instance_id", "=", self.instance_id.id), ("id_message", "!=", False)]
        in_journals = [("id_message", "in", [row.id_message for row in rows])]
        due = [
            ("date", ">", now - timedelta(hours=const.JOURNAL_HOURS) + MARGIN),
            ("date", "<", now - JOURNAL_DELAY),
            ("state", "in", (*CONFIRMED_STATES, "received")),
        ]
        return messages.search(domain + in_journals) | messages.search(domain + due)

    def _get_action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Journals of %s", self.instance_id.name),
            "res_model": "telegram.journal.entry",
            "views": [[False, "list"], [False, "kanban"], [False, "form"]],
            "mobile_view_mode": "kanban",
            "domain": [("journal_id", "=", self.id)],
            "context": {"search_default_different": 1, "default_journal_id": self.id},
            "help": self.env._("The GREEN-API journals and the messages in Odoo are the same."),
        }


class TelegramJournalEntry(models.TransientModel):
    """A message in the GREEN-API journal, with the message in Odoo."""

    _name = "telegram.journal.entry"
    _inherit = "telegram.wizard.mixin"
    _description = "GREEN-API Journal Entry"
    _order = "date desc, id desc"
    _rec_name = "text"

    journal_id = fields.Many2one(
        "telegram.journal", required=True, readonly=True, ondelete="cascade", index=True
    )
    message_id = fields.Many2one(
        "telegram.message", "Message in Odoo", readonly=True, ondelete="set null"
    )
    state = fields.Selection(STATES, "State in Odoo", readonly=True)
    direction = fields.Selection(
        [("incoming", "Incoming"), ("outgoing", "Outgoing")], readonly=True
    )
    date = fields.Datetime(readonly=True)
    chat = fields.Char(readonly=True)
    sender_name = fields.Char("Sender", readonly=True)
    type_message = fields.Char("Type", readonly=True)
    text = fields.Char(readonly=True)
    id_message = fields.Char("Message ID", readonly=True)
    status = fields.Char("Status at GREEN-API", readonly=True)
    difference = fields.Selection(
        [
            ("none", "None"),
            ("missing", "Missing in Odoo"),
            ("status", "Newer Status"),
            ("absent", "Not in Journal"),
        ],
        readonly=True,
    )
    raw = fields.Text("Response", readonly=True)

    # === ACTION METHODS === #

    def action_fetch_missing(self):
        """Import the messages that are missing in Odoo."""
        journal = self.journal_id[:1] or self.journal_id.browse(
            self.env.context.get("default_journal_id")
        )
        return journal.instance_id.action_fetch_missed()

    # === BUSINESS METHODS === #

    @api.model
    def _prepare_values(self, row, message):
        """Prepare the values for an entry of the journal.

        :param JournalMessage row: the entry
        :param message: the ``telegram.message``; empty if it is not in Odoo
        """
        messages = self.env["telegram.message"]
        difference = "none"
        if not message:
            difference = "missing"
        elif message._is_higher_status(row.status, message.state):
            difference = "status"
        return {
            "message_id": message.id,
            "state": message.state,
            "direction": "incoming" if row.is_incoming else "outgoing",
            "date": to_datetime(row.timestamp),
            "chat": message.chat_id.name or row.chat_name or row.chat_id,
            "sender_name": row.sender_name,
            "type_message": messages._get_kind_name(row.type_message),
            "text": row.text or row.file_name,
            "id_message": row.id_message,
            "status": messages._get_status_label(row.status),
            "difference": difference,
            "raw": to_masked_text(row.raw),
        }

    @api.model
    def _prepare_absent_values(self, message):
        """Prepare the values for a message in Odoo that no journal contains.

        :param message: the ``telegram.message``
        """
        return {
            "message_id": message.id,
            "state": message.state,
            "direction": message.direction,
            "date": message.date,
            "chat": message.chat_id.name,
            "sender_name": message.sender_name,
            "type_message": message._get_kind_name(message.type_message),
            "text": message.display_name,
            "id_message": message.id_message,
            "difference": "absent",
        }
