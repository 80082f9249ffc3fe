# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .. import const
from ..tools import bulk_insert

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
# Why a message failed, or is unsure. On the chatter's notification with the prefix "telegram_".
FAILURE_TYPES = [
    ("refused", "Refused by GREEN-API"),
    ("quota", "Quota of the plan used up"),
    ("no_account", "No Telegram account"),
    ("failed", "Not delivered by Telegram"),
    ("unsure", "Unsure whether it was sent"),
]
# How far a message has come; a state is never lowered by a report.
RANK = {"sent": 1, "delivered": 2, "read": 3}
# In the context: whoever changes states one after the other shows them himself, all at once.
SHOW_LATER = "telegram_show_later"
# What messages made past the ORM have by default.
BATCH_DEFAULTS = {"is_forwarded": False, "is_settling": False}
NO_FAILURE = {"failure_type": False, "failure_reason": False}
CHAT_IN_PHONE_FORM = Domain("chat_id.telegram_id", "=like", f"%{const.PHONE_CHAT_SUFFIX}")
# A message in one of these may be answered.
SENT_STATES = ("sent", "delivered", "read", "unsure", "received")


class EventPostponedError(Exception):
    """An event that makes sense only once the outcome of one of our sends is known."""


class TelegramMessage(models.Model):
    """One message, in or out: the log of what was said, and the queue of what is to be sent.

    States of an outgoing message::

        queued ──> sending ──> sent ──> delivered ──> read      (raised by later events only)
          │ ^         ├──> queued      try later
          │ │         ├──> error       refused, with the reason
          │ │         └──> unsure      the outcome is unknown: the service is asked
          │ ├── unsure                 it certainly did not go out
          │ └── error, unsure          by a person
          └──> canceled                by a person

    The queue (``telegram_message_queue.py``, ``telegram_message_unsure.py``) and the inbox
    (``telegram_message_inbox.py``) change the states; this file holds the record itself.

    The record that a message was sent from, or that it answers.

    Messages of a group that is tied to a record, or that this account has left.
    """

    _name = "telegram.message"
    _description = "Telegram Message"
    _order = "id desc"
    _rec_name = "text"

    chat_id = fields.Many2one(
        "telegram.chat", required=True, readonly=True, index=True, ondelete="cascade"
    )
    # Given when many messages are made: computing it for each would take longer than all the rest,
    # and what is related is always computed.
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
        "Message Id", readonly=True, help="idMessage of the service; empty until it is known."
    )
    type_message = fields.Char(
        "Kind", required=True, readonly=True, default="textMessage", help="As the service names it."
    )
    text = fields.Text(readonly=True)
    file_name = fields.Char(readonly=True)
    sender_name = fields.Char("Sender", readonly=True)
    author_id = fields.Many2one("res.partner", readonly=True, ondelete="set null")
    date = fields.Datetime(
        required=True,
        readonly=True,
        default=fields.Datetime.now,
        help="When it was written: here for our own, at Telegram for the others.",
    )
    scheduled_date = fields.Datetime(
        "Send Later", readonly=True, copy=False, help="It is not sent before this moment."
    )
    quoted_id_message = fields.Char("Answers Message Id", readonly=True)
    res_model = fields.Char("Record Model", readonly=True)
    res_id = fields.Many2oneReference("Record Id", model_field="res_model", readonly=True)
    mail_message_ids = fields.Many2many(
        "mail.message", string="In the Chatter", readonly=True, copy=False
    )
    state = fields.Selection(STATES, required=True, readonly=True, copy=False)
    failure_type = fields.Selection(FAILURE_TYPES, readonly=True, copy=False)
    failure_reason = fields.Char(readonly=True, copy=False)
    attempts = fields.Integer(readonly=True, copy=False)
    last_attempt_date = fields.Datetime("Last Attempt", readonly=True, copy=False)
    # The service may use an id again in another chat; a chat never holds it twice.
    _id_message_uniq = models.UniqueIndex(
        "(chat_id, id_message) WHERE id_message IS NOT NULL",
        "This message of the chat is already there.",
    )
    # The queue is looked at before every send: it stays as small as what waits.
    _queue_index = models.Index("(instance_id, id) WHERE state IN ('queued', 'sending', 'unsure')")
    _queue_chat_index = models.Index("(chat_id, id) WHERE state IN ('queued', 'sending', 'unsure')")
    # How many were handed to the service within the hour.
    _last_attempt_index = models.Index(
        "(instance_id, last_attempt_date) WHERE last_attempt_date IS NOT NULL"
    )
    _id_message_index = models.Index("(id_message) WHERE id_message IS NOT NULL")
    # The last one sent from a record, to which an answer belongs.
    _record_index = models.Index("(chat_id, id) WHERE res_id IS NOT NULL")
    record_name = fields.Char("Record", compute="_compute_record_name", compute_sudo=False)

    # === COMPUTE METHODS === #

    @api.depends("chat_id.instance_id")
    def _compute_instance_id(self):
        for message in self:
            message.instance_id = message.chat_id.instance_id

    # === ACTION METHODS === #

    def action_cancel(self):
        """Take messages out of the queue before they are sent."""
        self._change_state({"queued"}, {"state": "canceled"})

    def action_retry(self):
        """Put messages into the queue once more: those that failed, and unsure ones that a person
        knows to have never arrived."""
        self.check_access("read")
        failed = self.filtered(lambda message: message.state in ("error", "unsure"))
        if not all(message.attempts for message in failed):
            raise UserError(self.env._("Only messages that were written in Odoo are sent again."))
        if any(message.is_settling for message in failed):
            raise UserError(
                self.env._(
                    "The service is being asked whether the message went out. Wait some minutes, "
                    "or press “It arrived” when you know that."
                )
            )
        # Without its former id: a late report about that attempt is not about this one.
        vals = {"state": "queued", "id_message": False, "unsure_count": 0}
        self._change_state({"error", "unsure"}, {**vals, **NO_FAILURE})
        self.instance_id._trigger_send()

    def action_mark_sent(self):
        """Settle unsure messages that a person knows to have arrived."""
        self._change_state({"unsure"}, {"state": "sent", **NO_FAILURE})

    def _change_state(self, states, vals):
        """Change the messages that are in one of these states, and refuse when one is not."""
        self.check_access("read")
        # sudo: telegram.message - people act by these buttons only; the states are the queue's
        messages_sudo = self.sudo()
        messages_sudo.lock_for_update(allow_referencing=True)
        late = messages_sudo.filtered(lambda message: message.state not in states)
        if late:
            names = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "“%(message)s” is %(state)s by now, so this is not possible any more.",
                    message=late[0].display_name,
                    state=names[late[0].state].lower(),
                )
            )
        messages_sudo._set_state(vals)

    # === BUSINESS METHODS === #

    @api.model
    def _queue(self, chat, values, record=None, quoted_message=None, scheduled_date=None):
        """Put a message into the queue; it is sent after the transaction commits.

        :param chat: the ``telegram.chat`` to write to
        :param dict values: of one of the ``_prepare_…`` methods
        :param record: the record it is sent from, to which answers go
        :param quoted_message: the ``telegram.message`` of the chat that it answers
        :param datetime scheduled_date: not before this moment (UTC)
        :return: the ``telegram.message``
        :raise UserError: the quoted message is none of the chat
        """
        place = {"res_model": record._name, "res_id": record.id} if record else {}
        quote = self._check_quote(chat, quoted_message)
        return self._queue_all([(chat, {**values, **place, **quote})], scheduled_date)

    @api.model
    def _queue_all(self, rows, scheduled_date=None):
        """Put many messages into the queue at once.

        :param list rows: pairs of ``telegram.chat`` and dict of field values
        :param datetime scheduled_date: not before this moment (UTC)
        :return: the ``telegram.message`` records, in this order
        """
        for chat, _values in rows:
            # sudo: telegram.chat - whether the account is in the group, to who may write there
            chat_sudo = chat.sudo()
            if chat_sudo.left_date:
                raise UserError(chat_sudo._get_left_message())
        common = self._prepare_queued(scheduled_date)
        # sudo: telegram.message - people write through the queue, not into its table
        messages_sudo = self.sudo().create(
            [{**common, **values, "chat_id": chat.id} for chat, values in rows]
        )
        self._wake_queue(messages_sudo.instance_id, messages_sudo.chat_id, scheduled_date)
        return messages_sudo.with_env(self.env)

    @api.model
    def _queue_batch(self, instance, rows, scheduled_date=None):
        """Do the same for thousands of messages, past the ORM.

        :param instance: the ``telegram.instance`` of all the chats
        :param list rows: as for ``_queue_all``; ``mail_message_ids`` as lists of ids
        """
        common = BATCH_DEFAULTS | self._prepare_queued(scheduled_date)
        blank = {name: common.pop(name, False) for _chat, values in rows for name in values}
        vals_list = [{**blank, **values, "chat_id": chat.id} for chat, values in rows]
        messages_sudo = bulk_insert.insert(  # sudo: telegram.message - as in _queue_all
            self.sudo(), vals_list, **common, instance_id=instance.id
        )
        chats = self.env["telegram.chat"].union(*(chat for chat, _values in rows))
        chats.invalidate_model(["message_ids"], flush=False)
        self._wake_queue(instance, chats, scheduled_date)
        # The conversations show what was just queued, in its order.
        has_conversation = Domain("chat_id.channel_id", "!=", False)
        domain = Domain("id", "in", messages_sudo.ids) & has_conversation
        messages_sudo.search(domain, order="id")._post_in_conversations()
        return messages_sudo.with_env(self.env)

    @api.model
    def _prepare_queued(self, scheduled_date):
        """Give the values that all messages have which are put into the queue now."""
        return {
            "direction": "outgoing",
            "state": "queued",
            "author_id": self.env.user.partner_id.id,
            "sender_name": self.env.user.name,
            "date": self.env.cr.now().replace(microsecond=0),
            "scheduled_date": scheduled_date or False,
        }

    @api.model
    def _wake_queue(self, instances, chats, scheduled_date):
        """Have messages sent that were just queued: at once, or when their time has come.

        :param instances: the ``telegram.instance`` records of the messages
        :param chats: their ``telegram.chat`` records
        :param datetime scheduled_date: not before this moment (UTC)
        """
        now = self.env.cr.now().replace(microsecond=0)
        # sudo: telegram.chat - who writes there moves it to the top
        chats_sudo = chats.sudo().with_context(active_test=False)
        # Searched: reading thousands, most of them just made, takes longer.
        others = Domain("id", "in", chats.ids) & Domain("last_message_date", "!=", now)
        chats_sudo.search(others).last_message_date = now
        scheduled_date = fields.Datetime.to_datetime(scheduled_date)
        is_later = scheduled_date and scheduled_date > now
        instances._trigger_send(scheduled_date if is_later else None)

    @api.model
    def _check_quote(self, chat, quoted_message):
        """Return the values for answering a message, or raise a UserError: none of that chat."""
        if not quoted_message:
            return {}
        quoted_message.ensure_one()
        if quoted_message.chat_id != chat:
            raise UserError(
                self.env._(
                    "Answered message: it is of another chat (“%(other)s”, not “%(chat)s”).",
                    other=quoted_message.chat_id.display_name,
                    chat=chat.display_name,
                )
            )
        if not quoted_message.id_message:
            raise UserError(
                self.env._("Answered message: it has not been sent yet, so nobody can answer it.")
            )
        return {"quoted_id_message": quoted_message.id_message}

    @api.model
    def _check_not_waiting(self, domain):
        """Refuse to delete what messages of this domain still need to be sent."""
        waiting = Domain("state", "in", ("queued", "sending")) | Domain("is_settling", "=", True)
        # sudo: telegram.message - whoever deletes has to know, may they see the messages or not
        count = self.sudo().search_count(waiting & Domain(domain))
        if count:
            raise UserError(
                self.env._(
                    "Messages still wait to be sent here (%s). Cancel them first, or wait until "
                    "they have gone out.",
                    count,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_waiting(self):
        self._check_not_waiting([("id", "in", self.ids)])

    def _merge_duplicate(self, twin):
        """Take over what another row knows of this very message, and remove that row."""
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
        if RANK.get(state, 0) > RANK.get(self.state, 0):
            self._set_state({"state": state, **NO_FAILURE})

    def _set_state(self, vals):
        """Write a state with what belongs to it, and show it in the chatter."""
        if vals.get("state", "unsure") != "unsure":
            vals = {"is_settling": False, **vals}
        self.write(vals)
        self._update_notifications()
        if not self.env.context.get(SHOW_LATER):
            self._notify_state_change()

    def _update_notifications(self):
        """Let the chatter's notifications say the same as the messages.

        One statement for each: this is done for every message that is sent, and for each again
        when it is delivered and read.
        """
        notifications = self.env["mail.notification"]
        for message in self:
            values = message._prepare_notification_values()
            notifications.flush_model(list(values))
            self.env.execute_query(
                SQL(
                    """
                    UPDATE mail_notification
                       SET notification_status = %(notification_status)s,
                           failure_type = %(failure_type)s,
                           failure_reason = %(failure_reason)s
                     WHERE telegram_message_id = %(id)s
                 RETURNING id
                    """,
                    **{name: value or None for name, value in values.items()},
                    id=message.id,
                )
            )
            notifications.invalidate_model(list(values), flush=False)

    def _notify_state_change(self):
        """Tell the browsers that show these messages in a chatter what became of them."""
        # sudo: mail.notification - it follows the message, whoever changed that
        notifications = self.env["mail.notification"].sudo()
        found = notifications.search([("telegram_message_id", "in", self.ids)])
        found.mail_message_id._notify_message_notification_update()
        for message in self:
            message._update_conversation()

    def _prepare_notification_values(self):
        """Give the values of the chatter's notification that shows this message's state."""
        self.ensure_one()
        status = {
            "queued": "ready",
            "sending": "process",
            "sent": "pending",
            "delivered": "sent",
            "read": "sent",
            "canceled": "canceled",
        }.get(self.state, "exception")
        if self.is_settling:
            status = "process"  # nobody has to do anything about it yet
        return {
            "notification_status": status,
            "failure_type": f"telegram_{self.failure_type}" if self.failure_type else False,
            "failure_reason": self.failure_reason,
        }

    @api.model
    def _find_by_keys(self, keys):
        """Return messages by pairs of the chat's id and their own ``id_message``.

        :param keys: such pairs
        :return: dict of the ``telegram.message`` by pair; without those that are not there
        """
        chat_ids, ids_message = map(list, zip(*keys, strict=True)) if keys else ([], [])
        found = self.search([("chat_id", "in", chat_ids), ("id_message", "in", ids_message)])
        return {(message.chat_id.id, message.id_message): message for message in found}

    # === COMPUTE METHODS === #

    @api.depends("res_model", "res_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_record_name(self):
        for message in self:
            record = message._get_record()
            # A record that the reader may not see keeps its name to itself.
            message.record_name = record.has_access("read") and record.display_name

    def _get_record(self):
        """Return the record that the message was sent from or answers; empty when there is none."""
        self.ensure_one()
        return self._get_records().get(self, self.env["res.partner"])

    def _get_records(self):
        """Return such a record of each message that has one, by the message."""
        ids_by_model = {}
        for message in self:
            if message.res_model in self.env and message.res_id:
                ids_by_model.setdefault(message.res_model, []).append(message.res_id)
        existing = {
            (record._name, record.id): record
            for model, ids in ids_by_model.items()
            for record in self.env[model].browse(ids).exists()
        }
        places = {message: (message.res_model, message.res_id) for message in self}
        return {message: existing[place] for message, place in places.items() if place in existing}

    # === ACTION METHODS === #

    def action_open_record(self):
        """Open the record that the message was sent from or answers."""
        return self._get_record().get_formview_action()
