# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..telegram_message import ANSWERABLE_STATES

# Fields that say that a record is done, in the order in which they are looked for.
CLOSED_FIELDS = (
    "is_closed",
    "archive",
    "stage_id.fold",
    "stage_id.is_won",
    "stage_id.done",
    "stage_id.hired_stage",
)


class AnsweredRecords:
    """The rules of ``_find_answered_records``, with what they need of many incoming messages.

    :param messages: the empty ``telegram.message``
    :param instance: the ``telegram.instance``
    :param list received: pairs of ``telegram.chat`` and MessageNotification
    """

    def __init__(self, messages, instance, received):
        self._quoted = messages._find_by_keys(
            [(chat.id, note.quoted_id_message) for chat, note in received if note.quoted_id_message]
        )
        unquoted_ids = {chat.id for chat, note in received if not note.quoted_id_message}
        self._linked = messages._find_last_linked(instance, unquoted_ids)
        self._sent = messages._find_last_sent(instance, unquoted_ids)
        known = (self._quoted, self._linked, self._sent)
        found = messages.union(*(message for each in known for message in each.values()))
        self._records = found._get_records()
        # sudo: telegram.instance - its settings for new records are for administrators of Odoo
        self._creates_records = bool(instance.sudo().create_model_id)
        self._creates_from_groups = instance.sudo().create_from_groups  # sudo: as above

    def find_record(self, chat, notification):
        """Return the record that a message belongs to, or None."""
        tied_record = self._find_by_tie(chat, notification)
        if notification.quoted_id_message:
            return self._find_by_quote(chat, notification, tied_record)
        if tied_record:
            return tied_record
        if message := self._linked.get(chat.id) or self._sent.get(chat.id):
            return self._find_by_last(chat, notification, message)
        return self._find_created(chat, notification)

    def _find_by_quote(self, chat, notification, tied_record):
        """Return the record of the quoted message, else the one of the group: rule 1."""
        message = self._quoted.get((chat.id, notification.quoted_id_message))
        was_sent = message and message.state in ANSWERABLE_STATES
        record = (was_sent and self._records.get(message)) or tied_record
        # An answer written in Discuss belongs to no record, but the conversation may.
        return self._find_created(chat, notification) if message and not record else record

    def _find_by_tie(self, chat, notification):
        """Return the record that a group is tied to, unless it is over: rule 2."""
        record = chat._get_record() or None
        # sudo: telegram.instance - its days are a setting for administrators of Odoo
        if record and self._creates_records and chat.sudo()._is_over_created_record(record):
            return self._find_created(chat, notification) or record
        return record

    def _find_by_last(self, chat, notification, message):
        """Return the record of the message linked or sent last, unless it is over: rules 3, 4."""
        record = self._records.get(message)
        date = message.link_date if chat.id in self._linked else message.date
        # sudo: telegram.instance - its days are a setting for administrators of Odoo
        is_over = self._creates_records and (not record or chat.sudo()._is_over(record, date))
        return (is_over and self._find_created(chat, notification)) or record

    def _find_created(self, chat, notification):
        """Return the record that the conversation has created, or creates now: rule 5."""
        is_new = notification.is_incoming and not notification.target_id_message
        may_create = self._creates_records and chat.chat_type not in ("channel", "bot")
        if not (is_new and may_create) or (chat.is_group and not self._creates_from_groups):
            return None
        if chat._read_mailing_wish(notification.type_message, notification.text):
            return None
        # sudo: ir.model - the account's setting is for administrators of Odoo
        return chat.sudo()._get_or_create_record(notification)


class TelegramInstance(models.Model):
    """Extend ``telegram.instance`` with the time within which a reply belongs to a record."""

    _inherit = "telegram.instance"

    reply_days = fields.Integer(
        "Reply Matching (days)",
        default=7,
        help="A reply without a quote is posted on the record from which the last message of the "
        "chat was sent, unless that was more days ago.",
    )
    _reply_days_positive = models.Constraint(
        "CHECK(reply_days >= 0)", "The days of reply matching cannot be negative."
    )

    def _get_reply_limit(self):
        """Return the earliest date (UTC) of messages that a reply without a quote can belong to."""
        return fields.Datetime.now() - timedelta(days=self.reply_days)


class TelegramMessage(models.Model):
    """Extend ``telegram.message``: find the record that an incoming message belongs to."""

    _inherit = "telegram.message"

    @api.model
    def _find_answered_records(self, instance, received):
        """Return the record that each incoming message belongs to.

        Those written on the account's phone are among them: they belong to a record by rules 1 to
        4, and then count as sent from it. In this order:

        1. A message that quotes another one belongs to the record of that one, else to the record
           that its group is tied to, unless that is over (see 5). When the quoted message arrives
           later, its record is assigned then (``_assign_record_of_quoted``).
        2. Every other message in a group that is tied to a record belongs to that record.
        3. If a user has linked a message of the chat to a record, it belongs to the record linked
           last. This ends when a message is sent from a record.
        4. Otherwise it belongs to the record of the last message sent from one. A message of
           unknown outcome counts, one that failed or was canceled does not.
        5. Otherwise, and if the quoted message has no record, it belongs to the record that the
           conversation has created, or creates one, if *New Conversations Create* is set on the
           account: in private chats except with bots, and in groups if the account says so. A
           record that a user creates from the conversation counts, too, if it is of the same model.
           A record that is closed, or of a person who has not written for the days set there, is
           not used again (``_get_open_created_record``). A record that cannot be created is none.
           Only what a person writes creates one: no edit, reaction, STOP or START. A group is tied
           to the record that it creates.

        Rules 3 and 4 only hold for the days set as *Reply Matching* on the account. If their record
        is closed or deleted by now, or if the conversation has created it and has been silent for
        the days of rule 5, and if the account creates records, rule 5 comes first. Messages of an
        imported history belong to no record.

        :param instance: the ``telegram.instance``
        :param list received: pairs of ``telegram.chat`` and MessageNotification
        :return: list of records, None where there is none
        """
        rules = AnsweredRecords(self, instance, received)
        return [rules.find_record(chat, notification) for chat, notification in received]

    @api.model
    def _find_last_linked(self, instance, chat_ids):
        """Return the last message that a user has linked to a record in each chat.

        Without chats in which a message was sent from a record after that.

        :param set chat_ids: of ``telegram.chat``
        :return: dict of ``telegram.message`` by the id of the chat
        """
        linked = self.search(
            [
                ("chat_id", "in", list(chat_ids)),
                ("res_id", "!=", False),
                ("link_date", ">=", instance._get_reply_limit()),
            ],
            order="link_date, id",
        )
        last_linked = {message.chat_id.id: message for message in linked}
        return {
            chat_id: message
            for chat_id, message in last_linked.items()
            if not message._has_later_send_from_record()
        }

    def _has_later_send_from_record(self):
        """Return whether a message was sent from a record after this one was linked."""
        sent_later = Domain("chat_id", "=", self.chat_id.id) & Domain("res_id", "!=", False)
        sent_later &= Domain("direction", "=", "outgoing")
        sent_later &= Domain("date", ">", self.link_date)
        sent_later &= Domain("state", "in", ANSWERABLE_STATES)
        return bool(self.search_count(sent_later, limit=1))

    def _assign_record_of_quoted(self, quoted):
        """Assign the record of a quoted message that arrived later, unless there is one already.

        :param quoted: the ``telegram.message`` that this one answers
        """
        record = quoted._get_record()
        if record and not self.res_id:
            self.write({"res_model": quoted.res_model, "res_id": quoted.res_id})
            if not self._get_conversation_message(record) and hasattr(record, "message_post"):
                self._post_on_record(record)

    @api.model
    def _find_last_sent(self, instance, chat_ids):
        """Return the last message that was sent from a record in each chat.

        :param set chat_ids: of ``telegram.chat``
        :return: dict of ``telegram.message`` by the id of the chat
        """
        self.flush_model(["chat_id", "res_id", "direction", "state", "date"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT chat.id, last.id
                  FROM unnest(%(chats)s::int[]) AS chat(id)
                 CROSS JOIN LATERAL (
                    SELECT id
                      FROM telegram_message
                     WHERE chat_id = chat.id
                       AND res_id IS NOT NULL
                       AND direction = 'outgoing'
                       AND state IN %(states)s
                       AND date >= %(since)s
                     ORDER BY date DESC, id DESC
                     LIMIT 1
                 ) AS last
                """,
                chats=list(chat_ids),
                states=ANSWERABLE_STATES,
                since=instance._get_reply_limit(),
            )
        )
        messages = self.browse([message_id for _chat_id, message_id in rows])
        return dict(zip((chat_id for chat_id, _id in rows), messages, strict=True))


class TelegramChat(models.Model):
    """Extend ``telegram.chat``: when its conversation with a record is over."""

    _inherit = "telegram.chat"

    def _get_open_created_record(self, date):
        """Return the created record if it is still open and the person has written lately.

        Our own messages do not count, since mailings would keep a conversation alive for ever.

        :param datetime date: UTC, of the message that may belong to it
        """
        self.ensure_one()
        model = self.env.get(self.created_res_model or "")
        if model is None or self.created_res_model != self.instance_id.create_model_id.model:
            return None
        oldest = date - timedelta(days=self.instance_id.create_days)
        is_recent = self.last_received_date and self.last_received_date >= oldest
        record = model.browse(self.created_res_id).exists()
        return record if record and is_recent and not self._is_closed(record) else None

    @api.model
    def _is_closed(self, record):
        """Return whether a record of any model is archived or done."""
        if record._active_name and not record[record._active_name]:
            return True
        for path in CLOSED_FIELDS:
            *relations, name = path.split(".")
            target = record
            for relation in relations:
                target = target[relation] if relation in target._fields else None
            if target and name in target._fields and target[name]:
                return True
        return False

    def _is_over_created_record(self, record):
        """Return whether a record that this conversation has created is over."""
        self.ensure_one()
        return self._has_created(record) and self._is_over(record, self.last_received_date)

    def _has_created(self, record):
        """Return whether this conversation has created a record."""
        return (self.created_res_model, self.created_res_id) == (record._name, record.id)

    def _is_over(self, record, date):
        """Return whether the next message of the person no longer belongs to a record.

        :param record: the record to which *Reply Matching* assigns it
        :param datetime date: UTC, of our last message from it, or of linking the chat to it
        """
        self.ensure_one()
        if self._is_closed(record):
            return True
        if not self._has_created(record):
            return False
        oldest = fields.Datetime.now() - timedelta(days=self.instance_id.create_days)
        return max(filter(None, (self.last_received_date, date))) < oldest
