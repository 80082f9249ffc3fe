# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from collections import Counter
from itertools import chain

from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ... import const
from ...client.journal_notifications import as_notification
from ...client.notifications import MessageNotification, parse
from ...tools.arguments import takes
from ...tools.clock import format_short_datetime
from ...tools.transactions import write_in_own_transaction
from ..sending.same_message import MessageMatching
from ..telegram_message import CONFIRMED_STATES

HISTORY_MAX = 1000  # messages of one import
SHOWN_MAX = 100  # imported messages that an existing conversation shows


class TelegramChat(models.Model):
    """Extend ``telegram.chat``: import the history of a chat on demand.

    Imported messages become rows of ``telegram.message`` and are shown in the conversation. They
    notify no user and change no record.
    """

    _inherit = "telegram.chat"

    # === ACTION METHODS === #

    def action_import_history(self):
        """Open the dialog that asks for the number of messages."""
        self.ensure_one()
        self._check_operated()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import History"),
            "res_model": "telegram.chat.history",
            "view_mode": "form",
            "target": "new",
            "context": {"default_chat_id": self.id},
        }

    # === FOR PROGRAMMERS === #

    @takes(count=int)
    def import_history(self, count=100):
        """Import the last messages of the chat, each of them once.

        GREEN-API is called first; then the current transaction writes. The messages notify no
        user and change no record.

        https://green-api.com/en/telegram/docs/api/journals/GetChatHistory/

        :param int count: number of messages to fetch, 1 to 1000
        :return: dict with the numbers of "new", "known" and "unread" (not readable) messages
        :raise UserError: the call failed; nothing was changed
        """
        entries = self._fetch_history(count)
        # sudo: telegram.chat - reported by GREEN-API for a chat that the user may read
        return dict(self.sudo()._process_history(entries))

    # === FETCHING === #

    def _fetch_history(self, count):
        self.ensure_one()
        self._check_operated()
        if not 1 <= count <= HISTORY_MAX:
            raise UserError(self.env._("Enter a number of messages from 1 to %s.", HISTORY_MAX))
        self._check_is_known()
        return self.instance_id._call_service("get_chat_history", self.telegram_id, count)

    def _import_history_for_user(self, count):
        """Import for a button, in a separate transaction: that of the user writes nothing.

        :return: tuple of the raw entries and the numbers as from import_history
        """
        entries = self._fetch_history(count)
        numbers = write_in_own_transaction(self, lambda chat: chat._process_history(entries))
        return [entry.raw for entry in entries], numbers

    # === STORING === #

    def _process_history(self, entries):
        """Create the messages of a history that do not exist yet.

        :param list entries: of the client's JournalMessage, in any order
        :return: Counter with "new", "known" and "unread"
        """
        self.ensure_one()
        chat = self._resolve_by_history(entries)
        instance = chat.instance_id
        messages = self.env["telegram.message"].with_company(instance.company_id)
        ids = [entry.id_message for entry in entries if entry.id_message]
        same_id = Domain("id_message", "in", ids) | Domain("failed_id_message", "in", ids)
        stored = messages.search(Domain("chat_id", "=", chat.id) & same_id)
        known = {*stored.mapped("id_message"), *stored.mapped("failed_id_message")}
        recognized = messages._recognize_history(chat, entries)
        numbers, vals_list = Counter(new=0, known=0, unread=0), []
        # The message IDs of a chat grow with time: they give the order within one second.
        for row in sorted(entries, key=lambda r: (r.timestamp, len(r.id_message), r.id_message)):
            if row.id_message in known | recognized:
                numbers["known"] += 1
                continue
            values = messages._prepare_history_values(chat, row)
            if values is None:
                numbers["unread"] += 1
                continue
            known.add(row.id_message)
            vals_list.append(values)
            numbers["new"] += 1
        if vals_list:
            chat._create_history_messages(messages.create(vals_list))
        return numbers

    def _create_history_messages(self, messages):
        """Update the dates of the chat, and show the messages in an existing conversation."""
        self._update_last_contacts(messages)
        if self.channel_id:
            self._post_imported(messages)

    def _post_imported(self, messages):
        """Post imported messages as one note in an existing conversation.

        Discuss sorts messages by their creation. Older messages can only follow the existing
        ones, so they are listed in one note.
        """
        shown = messages[-SHOWN_MAX:]
        lines = Markup().join(
            Markup("<li>%s</li>") % message._get_history_line() for message in shown
        )
        title = self.env._("Earlier messages imported: %s", len(messages))
        if len(messages) > len(shown):
            title = self.env._(
                "Earlier messages imported: %(count)s. The last of them (%(shown)s):",
                count=len(messages),
                shown=len(shown),
            )
        # sudo: discuss.channel - the members may read all messages of the conversation
        channel_sudo = self.channel_id.sudo()
        company_partner = self.company_id.partner_id
        values = {
            "body": Markup("<p>%s</p><ul>%s</ul>") % (title, lines),
            "author_id": company_partner.id,
        }
        note = channel_sudo._telegram_log([(channel_sudo, values)])
        channel_sudo._telegram_send_message(note)


class TelegramMessage(models.Model):
    """Extend ``telegram.message``: messages of an imported history."""

    _inherit = "telegram.message"

    @api.model
    def _recognize_history(self, chat, entries):
        """Mark messages as sent that the history of their chat shows.

        :param list entries: of the client's JournalMessage
        :return: set of the IDs of these messages, and of those that may be a message of Odoo
        """
        ours = self.search(Domain("chat_id", "=", chat.id) & self._get_unrecognized_domain())
        matching = MessageMatching(ours, entries, is_complete=False)
        for message, row in matching.found.items():
            message._mark_sent(row.id_message)
            message._raise_status(row.status)
        rows = [*matching.found.values(), *chain(*matching.doubtful.values())]
        return {row.id_message for row in rows}

    @api.model
    def _prepare_history_values(self, chat, row):
        """Prepare the values of a message of the history; None if the row is not readable.

        :param JournalMessage row: an entry of the history
        """
        body = as_notification(row.raw)
        is_other = row.chat_id != chat.telegram_id or row.type_message in const.CHANGE_KINDS
        if not body or is_other:
            return None
        notification = parse(body)
        if not isinstance(notification, MessageNotification):
            return None
        # An old message answers no record and notifies no user.
        values = self._prepare_received_values(chat, notification)
        [author] = self._find_authors(chat.instance_id, [(chat, notification)])
        values["author_id"] = author.id
        if not row.is_incoming and row.status in CONFIRMED_STATES:
            values["state"] = row.status
        return values

    def _get_history_line(self):
        """Return the message with its author and time, as one line."""
        self.ensure_one()
        when = format_short_datetime(self.env, self.date)
        author = self.sender_name or self.chat_id.name
        if self.direction == "outgoing":
            author = self.author_id.name or self.company_id.name
        return f"{when} – {author}: {self._get_summary()}"
