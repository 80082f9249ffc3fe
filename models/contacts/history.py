# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from collections import Counter

from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_datetime

from ... import const
from ...client.journal_notifications import as_notification
from ...client.notifications import MessageNotification, parse
from ...tools.transactions import write_in_own_transaction
from ..telegram_message import RANK

HISTORY_MAX = 1000  # messages of one import
SHOWN_MAX = 100  # of them that an existing conversation shows


class TelegramChat(models.Model):
    """The history of a chat, taken into Odoo on demand.

    What is old rings nobody, and changes no record: it becomes rows of ``telegram.message``, and is
    to be read in the conversation.
    """

    _inherit = "telegram.chat"

    # === ACTION METHODS === #

    def action_import_history(self):
        """Open the dialog that asks how much."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import the History"),
            "res_model": "telegram.chat.history",
            "view_mode": "form",
            "target": "new",
            "context": {"default_chat_id": self.id},
        }

    # === FOR PROGRAMMERS === #

    def import_history(self, count=100):
        """Take the last messages of the chat into Odoo, each of them once.

        The service is asked first; then the current transaction writes. Nobody is told of the
        messages, and they change no record.

        https://green-api.com/en/telegram/docs/api/journals/GetChatHistory/

        :param int count: how many to ask for, 1 to 1000
        :return: dict with the numbers of "new", "known" and "unread" (not understood) messages
        :raise UserError: the service did not tell; nothing was changed
        """
        entries = self._fetch_history(count)
        # sudo: telegram.chat - what the service said of a chat that the user may read
        return dict(self.sudo()._process_history(entries))

    # === ASKING === #

    def _fetch_history(self, count):
        self.ensure_one()
        self.check_access("read")
        if not 1 <= count <= HISTORY_MAX:
            raise UserError(
                self.env._("Between 1 and %s messages can be imported at once.", HISTORY_MAX)
            )
        return self.instance_id._call_service("get_chat_history", self.telegram_id, count)

    def _import_history_for_person(self, count):
        """Import for a button, where the user's own transaction writes nothing.

        :return: the entries as the service gave them, and the numbers as from import_history
        """
        entries = self._fetch_history(count)
        numbers = write_in_own_transaction(self, lambda chat: chat._process_history(entries))
        return [entry.raw for entry in entries], numbers

    # === KEEPING === #

    def _process_history(self, entries):
        """Keep the messages of a history that are not here yet.

        :param list entries: of the client's JournalMessage, in any order
        :return: Counter with "new", "known" and "unread"
        """
        self.ensure_one()
        chat = self._update_from_history(entries)
        instance = chat.instance_id
        messages = self.env["telegram.message"].with_company(instance.company_id)
        domain = Domain("chat_id", "=", chat.id)
        ids = [entry.id_message for entry in entries if entry.id_message]
        known = set(messages.search(domain & Domain("id_message", "in", ids)).mapped("id_message"))
        ours = messages.search(domain & messages._domain_without_id())
        numbers, vals_list = Counter(new=0, known=0, unread=0), []
        # The ids of a chat grow with time; they tell what came first within a second.
        for row in sorted(entries, key=lambda r: (r.timestamp, len(r.id_message), r.id_message)):
            if row.id_message in known or ours._find_same(row):
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

    def _update_from_history(self, entries):
        """Let a chat known by phone have the number by which its messages are listed."""
        numbers = {entry.chat_id for entry in entries}
        if not self.is_phone_form or len(numbers) != 1:
            return self
        return self._resolve_phone_chat(numbers.pop())

    def _create_history_messages(self, messages):
        """Note on the chat what was imported, and show it in the conversation if there is one."""
        self._update_last_contact(messages)
        if self.channel_id:
            self._post_imported(messages)

    def _post_imported(self, messages):
        """Show what was imported in a conversation that has begun already.

        Discuss keeps messages in the order in which they were written down, so what is older than
        those there comes as one note, in its own order.
        """
        shown = messages[-SHOWN_MAX:]
        lines = Markup().join(Markup("<li>%s</li>") % message._describe_past() for message in shown)
        title = self.env._("Imported: %s earlier messages", len(messages))
        if len(messages) > len(shown):
            title = self.env._(
                "Imported: %(count)s earlier messages, of which these are the last %(shown)s",
                count=len(messages),
                shown=len(shown),
            )
        # sudo: discuss.channel - those who see the conversation see all of it
        channel_sudo = self.channel_id.sudo()
        company_partner = self.company_id.partner_id
        values = {
            "body": Markup("<p>%s</p><ul>%s</ul>") % (title, lines),
            "author_id": company_partner.id,
        }
        note = channel_sudo._telegram_log([(channel_sudo, values)])
        channel_sudo._telegram_send_message(note)


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
        return self.filtered(lambda message: message._matches_row(row, set()))[:1]

    @api.model
    def _prepare_history_values(self, chat, row):
        """Give the values of a message of the history; None when it is none.

        :param JournalMessage row: an entry of the history
        """
        body = as_notification(row.raw)
        is_other = row.chat_id != chat.telegram_id or row.type_message in const.CHANGE_KINDS
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
        return f"{when} – {author}: {self._get_summary()}"
