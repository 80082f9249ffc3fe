# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_datetime

from .. import const
from ..client.history import as_notification
from ..client.notifications import MessageNotification, parse
from .telegram_message import RANK


class TelegramMessage(models.Model):
    """A message of a chat's history."""

    _inherit = "telegram.message"

    @api.model
    def _domain_without_id(self):
        """Tell which messages of ours may be at Telegram already, without their ids known here."""
        return (
            Domain("direction", "=", "outgoing")
            & Domain("id_message", "=", False)
            & Domain("attempts", ">", 0)
        )

    def _find_same(self, row):
        """Return the message of ours that a row of the history is, by its text and time."""
        if row.is_incoming or row.raw.get("sendByApi") is False:
            return self.browse()
        return self.filtered(lambda message: message._is_row(row, set()))[:1]

    @api.model
    def _prepare_history_values(self, chat, row):
        """Give the values of a message of the history; None when it is none.

        :param JournalMessage row: an entry of the history
        """
        body = as_notification(row.raw)
        is_other = row.chat_id != chat.chat_id or row.type_message in const.CHANGE_KINDS
        if not body or is_other:
            return None
        notification = parse(body)
        if not isinstance(notification, MessageNotification):
            return None
        # Nothing of the past answers a record, or is new to anybody.
        values = self._prepare_received_values(chat, notification)
        [author] = self._find_authors(chat.instance_id, [(chat, notification)])
        values["author_id"] = author.id
        if not row.is_incoming and row.status in RANK:
            values["state"] = row.status
        return values

    def _describe_past(self):
        """Give the message with its author and time, as one line."""
        self.ensure_one()
        when = format_datetime(self.env, self.date, dt_format="short")
        author = self.sender_name or self.chat_id.name
        if self.direction == "outgoing":
            author = self.author_id.name or self.company_id.name
        return f"{when} – {author}: {self._describe()}"
