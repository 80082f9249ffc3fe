# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import fields, models

from ..models.telegram_instance_journal import JOURNAL_HOURS, MARGIN

# A message may be so late in the journals; before, its absence means nothing.
LATE = timedelta(minutes=10)


class TelegramJournal(models.TransientModel):
    """The service's journals of a day as they were when it was asked, beside Odoo's log."""

    _name = "telegram.journal"
    _inherit = "telegram.dialog"
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
        minutes = JOURNAL_HOURS * 60
        rows = instance._ask("last_incoming_messages", minutes=minutes)
        rows += instance._ask("last_outgoing_messages", minutes=minutes)
        journal = self.create({"instance_id": instance.id})
        journal._compare(rows)
        return journal._show()

    def _compare(self, rows):
        """Make the entries: one for each message that the journals have, or Odoo.

        :param list rows: JournalMessages
        """
        messages = self._find_messages(rows)
        known = {(message.chat_id.chat_id, message.id_message): message for message in messages}
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
            ("date", ">", now - timedelta(hours=JOURNAL_HOURS) + MARGIN),
            ("date", "<", now - LATE),
            ("state", "in", ("sent", "delivered", "read", "received")),
        ]
        return messages.search(domain + in_journals) | messages.search(domain + due)

    def _show(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Journals of %s", self.instance_id.name),
            "res_model": "telegram.journal.entry",
            "views": [[False, "list"], [False, "form"]],
            "domain": [("journal_id", "=", self.id)],
            "context": {"search_default_different": 1, "default_journal_id": self.id},
            "help": self.env._("The journals of the service and Odoo's log say the same."),
        }
