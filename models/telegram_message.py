# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .. import const
from ..tools import bulk_insert
from ..tools.access import filter_readable
from ..tools.context import get_own_value
from ..tools.records import find_records, get_record_names

STATES = [
    ("queued", "Queued"),
    ("sending", "Sending"),
    ("sent", "Sent"),
    ("delivered", "Delivered"),
    ("read", "Read"),
    ("unsure", "Unsure"),
    ("error", "Failed"),
    ("canceled", "Canceled"),
    ("received", "Received"),
]
# Why a message failed, or is unsure. The notification in the chatter has the same types with the
# prefix "telegram_".
FAILURE_TYPES = [
    ("refused", "Refused by GREEN-API"),
    ("quota", "Plan quota used up"),
    ("no_account", "No Telegram account"),
    ("failed", "Not delivered by Telegram"),
    ("unsure", "Unknown whether it was sent"),
]
# Progress of a sent message. An event never lowers it; a report of a failure ends it.
STATUS_RANK = {"sent": 1, "delivered": 2, "read": 3}
# Context key: the caller changes many states and notifies the web clients of all of them at once.
NOTIFY_LATER = "telegram_notify_later"
# Default values that messages created past the ORM would lack.
BATCH_DEFAULTS = {
    "is_forwarded": False,
    "is_being_checked": False,
    "is_probe": False,
    "is_automatic": False,
    "waits_in_quiet_hours": False,
}
NO_FAILURE = {"failure_type": False, "failure_reason": False}
CHAT_IN_PHONE_FORM = Domain("chat_id.telegram_id", "=like", f"%{const.PHONE_CHAT_SUFFIX}")
# Unsure messages that are still being checked with GREEN-API: they may go out yet.
OUTCOME_PENDING = Domain("state", "=", "unsure") & Domain("is_being_checked", "=", True)
# States of a message that the customer never gets.
NOT_SENT_STATES = ("error", "canceled")
# States of an outgoing message that Telegram certainly has, and of one that it may have.
CONFIRMED_STATES = ("sent", "delivered", "read")
POSSIBLY_SENT_STATES = (*CONFIRMED_STATES, "unsure")
# States in which a message can be answered.
ANSWERABLE_STATES = (*POSSIBLY_SENT_STATES, "received")


class EventPostponedError(Exception):
    """An event that can only be processed once the outcome of a send is known."""


class TelegramMessage(models.Model):
    """One incoming or outgoing message: both the log of chats and the queue for sending.

    States of an outgoing message::

        queued ──> sending ──> sent ──> delivered ──> read      (raised by later events only)
          │ ^         │         └──> error     reported as not delivered
          │ │         ├──> queued      to be retried later
          │ │         ├──> error       refused, with the reason
          │ │         └──> unsure      the outcome is unknown: GREEN-API is asked (``unsure.py``)
          │ ├── unsure                 it certainly was not sent
          │ └── error, unsure          by a user
          └──> canceled                by a user; also what is deleted from GREEN-API's own queue

    This file holds the record itself: its fields, its place in the queue, its state and the Odoo
    record that it belongs to. The states are changed mainly by ``sending/queue.py``,
    ``sending/unsure.py`` and ``receiving/statuses.py``.
    """

    _name = "telegram.message"
    _description = "Telegram Message"
    _order = "id desc"
    _rec_name = "text"

    chat_id = fields.Many2one(
        "telegram.chat", required=True, readonly=True, index=True, ondelete="cascade"
    )
    # Not related, so that many messages can be created with it. Computing it for each of them would
    # take longer than all the rest.
    instance_id = fields.Many2one(
        "telegram.instance",
        "Account",
        compute="_compute_instance_id",
        store=True,
        precompute=True,
        readonly=False,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="instance_id.company_id")
    partner_id = fields.Many2one(related="chat_id.partner_id", string="Contact")
    direction = fields.Selection(
        [("incoming", "Incoming"), ("outgoing", "Outgoing")], required=True, readonly=True
    )
    id_message = fields.Char(
        "Message ID", readonly=True, help="idMessage of GREEN-API; empty until it is known."
    )
    former_id_message = fields.Char(
        "Former Message ID",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="ID in the group that became the supergroup of this chat, which has IDs of its own.",
    )
    kind_name = fields.Char("Kind", compute="_compute_kind_name")
    type_message = fields.Char(
        "Kind at GREEN-API",
        required=True,
        readonly=True,
        default="textMessage",
        help="typeMessage of GREEN-API.",
    )
    text = fields.Text(readonly=True, help="Text as people see it, without marks for formatting.")
    text_entities = fields.Json(
        readonly=True,
        help="Formatted parts of the text, by the names of Telegram's Bot API: type, offset, "
        "length. Parts that are not listed are literal.",
    )
    is_probe = fields.Boolean(
        "Formatting Test",
        readonly=True,
        copy=False,
        help="The text is sent as it is, to find out which marks GREEN-API formats.",
    )
    file_name = fields.Char(readonly=True)
    sender_name = fields.Char("Sender", readonly=True)
    author_id = fields.Many2one("res.partner", readonly=True, ondelete="set null")
    date = fields.Datetime(
        required=True,
        readonly=True,
        default=fields.Datetime.now,
        help="Date on which the message was written: in Odoo, or in Telegram.",
    )
    scheduled_date = fields.Datetime(
        readonly=True, copy=False, help="The message is not sent before."
    )
    quoted_id_message = fields.Char("Answered Message ID", readonly=True)
    res_model = fields.Char("Record Model", readonly=True)
    res_id = fields.Many2oneReference("Record ID", model_field="res_model", readonly=True)
    mail_message_ids = fields.Many2many("mail.message", string="Posts", readonly=True, copy=False)
    state = fields.Selection(STATES, required=True, readonly=True, copy=False)
    failure_type = fields.Selection(FAILURE_TYPES, readonly=True, copy=False)
    failure_reason = fields.Char(readonly=True, copy=False)
    attempts = fields.Integer(readonly=True, copy=False)
    last_attempt_date = fields.Datetime("Last Attempt", readonly=True, copy=False)
    claim_number = fields.Integer(
        readonly=True,
        copy=False,
        help="Differs when another process has begun to send the message.",
    )
    record_name = fields.Char("Record", compute="_compute_record_name", compute_sudo=False)
    # Senders read their messages and no chats: a link would end in an error.
    is_chat_readable = fields.Boolean(compute="_compute_readable_links", compute_sudo=False)
    chat_label = fields.Char("Chat Name", compute="_compute_readable_links", compute_sudo=False)
    is_forwarded_readable = fields.Boolean(compute="_compute_readable_links", compute_sudo=False)

    # GREEN-API may reuse an ID in another chat, but never in the same chat.
    _id_message_uniq = models.UniqueIndex(
        "(chat_id, id_message) WHERE id_message IS NOT NULL",
        "This message of the chat already exists.",
    )
    # The queue is read before every send. These indexes hold only what waits.
    _queue_index = models.Index("(instance_id, id) WHERE state IN ('queued', 'sending', 'unsure')")
    _queue_chat_index = models.Index("(chat_id, id) WHERE state IN ('queued', 'sending', 'unsure')")
    _being_checked_index = models.Index("(instance_id, id) WHERE is_being_checked IS TRUE")
    # Messages sent within the last hour.
    _last_attempt_index = models.Index(
        "(instance_id, last_attempt_date) WHERE last_attempt_date IS NOT NULL"
    )
    _id_message_index = models.Index("(id_message) WHERE id_message IS NOT NULL")
    # The last message sent from a record, to which an answer belongs.
    _record_index = models.Index("(chat_id, date, id) WHERE res_id IS NOT NULL")

    # === COMPUTE METHODS === #

    @api.depends("chat_id.instance_id")
    def _compute_instance_id(self):
        for message in self:
            message.instance_id = message.chat_id.instance_id

    @api.depends("res_model", "res_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_record_name(self):
        names = get_record_names(self)
        for message in self:
            message.record_name = names.get(message)

    @api.depends("chat_id", "partner_id", "forwarded_message_id")
    @api.depends_context("uid", "allowed_company_ids", "lang")
    def _compute_readable_links(self):
        chats, partners = filter_readable(self.chat_id), filter_readable(self.partner_id)
        forwarded = filter_readable(self.forwarded_message_id)
        for message in self:
            is_readable = message.chat_id in chats
            is_named = not is_readable and message.partner_id in partners
            named = message.partner_id if is_named else message.chat_id
            message.is_chat_readable = is_readable
            message.chat_label = named.display_name
            message.is_forwarded_readable = message.forwarded_message_id in forwarded

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_except_waiting(self):
        self._check_not_waiting([("id", "in", self.ids)])

    @api.model
    def _check_not_waiting(self, domain):
        """Raise a UserError if messages of this domain still have to be sent.

        For the deletion of messages, or of records that sending needs.
        """
        waiting = Domain("state", "in", ("queued", "sending")) | OUTCOME_PENDING
        # sudo: telegram.message - users who delete must know, even if they may not read them
        count = self.sudo().search_count(waiting & Domain(domain))
        if count:
            raise UserError(
                self.env._(
                    "Some messages are still waiting to be sent (%s). Cancel them first, or wait "
                    "until they are sent.",
                    count,
                )
            )

    # === ACTION METHODS === #

    def action_open_record(self):
        """Open the record that the message was sent from or answers."""
        return self._get_record().get_formview_action()

    def action_cancel(self):
        """Remove messages from the queue before they are sent."""
        self._change_state({"queued"}, {"state": "canceled"})

    def action_retry(self):
        """Queue messages again: failed ones, and unsure ones that the user knows as not sent."""
        self._check_operated()
        failed = self.filtered(lambda message: message.state in ("error", "unsure"))
        if not all(message.attempts for message in failed):
            raise UserError(
                self.env._(
                    "Only messages written in Odoo can be sent again. Choose such messages only."
                )
            )
        failed._check_mailing_retry()
        if any(message.is_being_checked for message in failed):
            raise UserError(
                self.env._(
                    "The delivery is being checked. Wait a few minutes, or click Mark as Sent if "
                    "the message was received."
                )
            )
        # Without its former ID: late events about that attempt do not concern this one.
        vals = {"state": "queued", "id_message": False, "unsure_count": 0, "is_held": False}
        former = {message: message.id_message for message in failed if message.id_message}
        self._change_state({"error", "unsure"}, {**vals, **NO_FAILURE})
        for message, id_message in former.items():
            # sudo: telegram.message - what GREEN-API still lists of it is not the next attempt
            message.sudo().failed_id_message = id_message
        # The customer waited until now. What was sent to many answers nobody.
        failed.filtered(lambda message: message._is_answer())._update_date()
        self.instance_id._trigger_send()

    def action_mark_sent(self):
        """Mark unsure messages as sent that the user knows as received."""
        self._change_state({"unsure"}, {"state": "sent", **NO_FAILURE})

    def _change_state(self, states, vals):
        """Write values if all messages are in one of these states.

        :param set states: in which the change is possible
        :param dict vals: field values
        :raise UserError: a message is in another state by now
        """
        self._check_operated()
        # sudo: telegram.message - users change messages by buttons only
        messages_sudo = self.sudo()
        messages_sudo.lock_for_update(allow_referencing=True)
        late = messages_sudo.filtered(lambda message: message.state not in states)
        if late:
            names = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "This is no longer possible: “%(message)s” is now in state “%(state)s”. Reload "
                    "the page.",
                    message=late[0].display_name,
                    state=names[late[0].state],
                )
            )
        messages_sudo._set_state(vals)

    # === QUEUEING === #

    @api.model
    def _queue(self, chat, values, record=None, quoted_message=None, scheduled_date=None):
        """Queue a message, which is sent after the transaction commits.

        :param chat: the ``telegram.chat`` to write to
        :param dict values: of one of the ``_prepare_…`` methods
        :param record: the record that the message is sent from, to which answers belong
        :param quoted_message: the ``telegram.message`` of the chat that is answered
        :param datetime scheduled_date: UTC, the message is not sent before
        :return: the ``telegram.message``
        :raise UserError: the quoted message is not of this chat
        """
        source = {"res_model": record._name, "res_id": record.id} if record else {}
        quote = self._check_quote(chat, quoted_message)
        message = self._queue_all([(chat, {**values, **source, **quote})], scheduled_date)
        if not scheduled_date:
            message._process_as_answer()
        return message

    @api.model
    def _queue_all(self, rows, scheduled_date=None):
        """Queue many messages at once.

        :param list rows: pairs of ``telegram.chat`` and dict of field values
        :param datetime scheduled_date: UTC, the messages are not sent before
        :return: the ``telegram.message`` records, in this order
        :raise UserError: the account has left one of the chats
        """
        for chat, _values in rows:
            # sudo: telegram.chat - users who may write there may know if the account has left
            chat_sudo = chat.sudo()
            if chat_sudo.left_date:
                raise UserError(chat_sudo._get_left_message())
        rows = self._add_quiet_hours(rows, scheduled_date)
        common = self._prepare_queued_values(scheduled_date)
        # sudo: telegram.message - users create messages by queueing them only
        messages_sudo = self.sudo().create(
            [{**common, **values, "chat_id": chat.id} for chat, values in rows]
        )
        dates = set(messages_sudo.mapped("scheduled_date"))
        self._trigger_queue(messages_sudo.instance_id, messages_sudo.chat_id, dates)
        return messages_sudo.with_env(self.env)

    @api.model
    def _queue_batch(self, instance, rows, scheduled_date=None):
        """Queue thousands of messages at once, past the ORM for speed.

        See ``bulk_insert`` for what that leaves out.

        :param instance: the ``telegram.instance`` of all the chats
        :param list rows: as for ``_queue_all``, with ``mail_message_ids`` as lists of ids
        :param datetime scheduled_date: UTC, the messages are not sent before
        :return: the ``telegram.message`` records, in this order
        """
        rows = self._add_quiet_hours(rows, scheduled_date)
        common = BATCH_DEFAULTS | self._prepare_queued_values(scheduled_date)
        names = dict.fromkeys(name for _chat, values in rows for name in values)
        blank = {name: common.pop(name, False) for name in names}
        vals_list = [{**blank, **values, "chat_id": chat.id} for chat, values in rows]
        messages_sudo = bulk_insert.insert(  # sudo: telegram.message - as in _queue_all
            self.sudo(), vals_list, **common, instance_id=instance.id
        )
        chats = self.env["telegram.chat"].union(*(chat for chat, _values in rows))
        chats.invalidate_model(["message_ids"], flush=False)
        dates = {vals.get("scheduled_date", scheduled_date) for vals in vals_list}
        self._trigger_queue(instance, chats, dates)
        # The conversations show the queued messages in their order.
        has_conversation = Domain("chat_id.channel_id", "!=", False)
        domain = Domain("id", "in", messages_sudo.ids) & has_conversation
        messages_sudo.search(domain, order="id")._post_in_conversations()
        return messages_sudo.with_env(self.env)

    @api.model
    def _prepare_queued_values(self, scheduled_date):
        """Return the values that all messages have which are queued now."""
        return {
            "direction": "outgoing",
            "state": "queued",
            "author_id": self.env.user.partner_id.id,
            "sender_name": self.env.user.name,
            "date": self.env.cr.now().replace(microsecond=0),
            "scheduled_date": scheduled_date or False,
        }

    @api.model
    def _trigger_queue(self, instances, chats, scheduled_dates):
        """Trigger the sending of messages that were just queued, and move their chats to the top.

        :param instances: the ``telegram.instance`` records of the messages
        :param chats: their ``telegram.chat`` records
        :param set scheduled_dates: UTC, before which some of them are not sent; falsy for now
        """
        now = self.env.cr.now().replace(microsecond=0)
        # sudo: telegram.chat - users who write there move it to the top
        chats_sudo = chats.sudo().with_context(active_test=False)
        # By a search: reading thousands of chats, most of them just created, takes longer.
        others = Domain("id", "in", chats.ids) & Domain("last_message_date", "!=", now)
        chats_sudo.search(others).last_message_date = now
        dates = {fields.Datetime.to_datetime(date) for date in scheduled_dates}
        for date in {date if date and date > fields.Datetime.now() else None for date in dates}:
            instances._trigger_send(date)

    @api.model
    def _check_quote(self, chat, quoted_message):
        """Return the values for answering a message.

        :raise UserError: the message is of another chat or was not sent yet
        """
        if not quoted_message:
            return {}
        quoted_message.ensure_one()
        if quoted_message.chat_id != chat:
            raise UserError(
                self.env._(
                    "The answered message is of another chat (“%(other)s”, not “%(chat)s”). Choose "
                    "one of this chat.",
                    other=quoted_message.chat_id.display_name,
                    chat=chat.display_name,
                )
            )
        if not quoted_message.id_message:
            raise UserError(
                self.env._(
                    "The answered message has not been sent yet. Wait until it is sent, or choose "
                    "another one."
                )
            )
        return {"quoted_id_message": quoted_message.id_message}

    # === STATES === #

    def _merge_duplicate(self, twin):
        """Merge another row of the same message into this one, and delete it.

        :param twin: the ``telegram.message``, may be empty
        """
        self.ensure_one()
        if not twin:
            return
        state = twin.state
        if twin.download_state == "fetched":
            # The file was downloaded again from Telegram; this message has the original.
            twin.sudo().mail_message_ids.attachment_ids.unlink()  # sudo: they go with the row
        twin.mail_message_ids.unlink()
        twin.unlink()
        twin.flush_model()
        self._raise_status(state)

    def _set_state(self, vals):
        """Write values with a state, and update the notifications in the chatter.

        :param dict vals: field values; a state other than "unsure" ends the check of the outcome
        """
        if vals.get("state", "unsure") != "unsure":
            vals = {"is_being_checked": False, **vals}
        # sudo: telegram.instance - its administrator sees the rule that failed
        instance_sudo = self.instance_id[:1].sudo()
        instance_sudo._write_despite_rules(self, vals)
        if vals.get("state") == "error":
            instance_sudo._run_code_of_others(self._on_failed, self[:1].display_name)
        if vals.get("state") in NOT_SENT_STATES:
            self._process_unsent_answers()
        self._update_notifications()
        if not get_own_value(self.env, NOTIFY_LATER):
            self._notify_state_change()

    @api.model
    def _find_by_keys(self, keys):
        """Return the messages of pairs of chat and ``id_message``.

        :param keys: pairs of the id of the ``telegram.chat`` and ``id_message``
        :return: dict of ``telegram.message`` by pair, of those that exist
        """
        chat_ids, ids_message = map(list, zip(*keys, strict=True)) if keys else ([], [])
        found = self.search([("chat_id", "in", chat_ids), ("id_message", "in", ids_message)])
        return {(message.chat_id.id, message.id_message): message for message in found}

    @api.model
    def _find_of_former_group(self, instance, chat_id, id_message):
        """Return a message of a supergroup by the IDs that it had in the former group.

        :param instance: the ``telegram.instance``
        :param str chat_id: of the former group, as GREEN-API still reports it
        :param str id_message: in that group
        """
        if not (const.is_group_id(chat_id) and id_message):
            return self.browse()
        return self.search(
            [
                ("instance_id", "=", instance.id),
                ("former_id_message", "=", id_message),
                ("chat_id.former_telegram_id", "=", chat_id),
            ],
            limit=1,
        )

    # === RECORD === #

    def _get_record(self):
        """Return the record that the message was sent from or answers, empty if there is none."""
        self.ensure_one()
        return self._get_records().get(self, self.env["res.partner"])

    def _get_records(self):
        """Return the records of these messages.

        :return: dict of record by ``telegram.message``, of those that have one
        """
        return find_records(self)
