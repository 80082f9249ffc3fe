# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ... import const
from ..telegram_message import CONFIRMED_STATES, POSSIBLY_SENT_STATES

ANSWER_DAYS = 7  # after the message, in which the first message of the person is its answer
# What has become of a recipient. Each of them has exactly one outcome.
OUTCOMES = [
    ("waiting", "Waiting"),
    ("sent", "Sent"),
    ("delivered", "Delivered"),
    ("read", "Read"),
    ("unsure", "Unsure"),
    ("failed", "Failed"),
    ("left_out", "Left Out"),
    ("canceled", "Canceled"),
    ("deleted", "Message Deleted"),
]
# The same as SQL, on "recipient" and "message".
OUTCOME = SQL(
    """
    CASE WHEN recipient.state = 'waiting' OR message.state IN ('queued', 'sending') THEN 'waiting'
         WHEN recipient.state IN ('left_out', 'canceled') THEN recipient.state
         WHEN message.state = 'error' THEN 'failed'
         ELSE COALESCE(message.state, 'deleted')
     END
    """
)


class TelegramMailingRecipient(models.Model):
    """A person of a mailing: what is about to be sent, or why it is not.

    ::

        waiting ──> composed    the messages are in the queue, which has their state
                ──> left_out    the person cannot or may not be written to, with the reason
                ──> canceled    the mailing was stopped before

    All recipients are known before the first message is composed, so the figures of a mailing
    always add up to their number.
    """

    _name = "telegram.mailing.recipient"
    _description = "Telegram Mailing Recipient"
    _order = "mailing_id desc, id"
    _rec_name = "partner_id"

    mailing_id = fields.Many2one(
        "telegram.mailing", required=True, readonly=True, index=True, ondelete="cascade"
    )
    res_model = fields.Selection(related="mailing_id.res_model")
    res_id = fields.Many2oneReference(
        "Record", model_field="res_model", required=True, readonly=True
    )
    partner_id = fields.Many2one("res.partner", "Contact", readonly=True, index="btree_not_null")
    chat_id = fields.Many2one("telegram.chat", readonly=True, ondelete="set null")
    message_id = fields.Many2one(
        "telegram.message",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The last message of the mailing to this recipient.",
    )
    variant = fields.Selection([("a", "A"), ("b", "B")], "Text", readonly=True)
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("composed", "Queued"),
            ("left_out", "Left Out"),
            ("canceled", "Canceled"),
        ],
        required=True,
        readonly=True,
    )
    reason_code = fields.Char(readonly=True)
    reason = fields.Char("Left Out Because", readonly=True)
    outcome = fields.Selection(
        OUTCOMES, "Status", compute="_compute_outcome", search="_search_outcome"
    )
    failure_reason = fields.Char(compute="_compute_outcome")
    sent_date = fields.Datetime("Sent On", compute="_compute_outcome")
    answer_id = fields.Many2one("telegram.message", readonly=True, ondelete="set null")
    answer_date = fields.Datetime("Answered On", readonly=True)
    answer_text = fields.Text(compute="_compute_answer_text", compute_sudo=False)
    has_opted_out = fields.Boolean(
        "Opted Out", compute="_compute_has_opted_out", search="_search_has_opted_out"
    )

    _recipient_index = models.UniqueIndex("(mailing_id, res_id) WHERE is_merged IS NOT TRUE")
    _waiting_index = models.Index("(mailing_id, id) WHERE state = 'waiting'")
    _chat_index = models.Index("(chat_id) WHERE answer_date IS NULL AND message_id IS NOT NULL")

    # === COMPUTE METHODS === #

    @api.depends("state", "message_id.state", "message_id.failure_reason")
    def _compute_outcome(self):
        # sudo: telegram.message - only the state of the mailing's own messages
        for recipient in self:
            message_sudo = recipient.sudo().message_id
            recipient.failure_reason = recipient.state == "composed" and message_sudo.failure_reason
            recipient.sent_date = (
                message_sudo.state in CONFIRMED_STATES and message_sudo.last_attempt_date
            )
            if recipient.state != "composed":
                recipient.outcome = recipient.state
            else:
                states = {"queued": "waiting", "sending": "waiting", "error": "failed"}
                state = message_sudo.state or "deleted"
                recipient.outcome = states.get(state, state)

    def _search_outcome(self, operator, value):
        if operator != "in":
            return NotImplemented
        query = SQL(
            """
            SELECT recipient.id
              FROM telegram_mailing_recipient AS recipient
              LEFT JOIN telegram_message AS message ON message.id = recipient.message_id
             WHERE %s = ANY(%s)
            """,
            OUTCOME,
            list(value),
        )
        self.flush_model()
        self.env["telegram.message"].flush_model(["state"])
        return [("id", "in", query)]

    @api.depends("answer_id")
    @api.depends_context("uid")
    def _compute_answer_text(self):
        readable = self.answer_id._filtered_access("read")
        for recipient in self:
            answer = recipient.answer_id & readable
            recipient.answer_text = answer and (answer.text or answer.display_name)

    @api.depends("chat_id.opted_out", "state")
    def _compute_has_opted_out(self):
        for recipient in self:
            # sudo: telegram.chat - only whether the person wants no more mailings
            is_out = recipient.sudo().chat_id.opted_out
            recipient.has_opted_out = is_out and recipient.outcome in CONFIRMED_STATES

    def _search_has_opted_out(self, operator, value):
        if operator != "in" or True not in value:
            return NotImplemented
        # sudo: telegram.chat - as in _compute_has_opted_out
        chats = self.env["telegram.chat"].sudo().with_context(active_test=False)
        out = chats._search([("opted_out", "=", True)])
        return Domain("outcome", "in", CONFIRMED_STATES) & Domain("chat_id", "in", out)

    # === WRITING === #

    @api.model
    def _add_waiting(self, mailing, recipients):
        """Store the recipients of a mailing, each of them once.

        :param mailing: the ``telegram.mailing``
        :param list recipients: of ComposerRecipient; those with a reason are left out
        """
        reasons = self.env["telegram.composer"]._get_reasons()
        chats = self.env["telegram.chat"]
        rows = [
            (
                each.record.id,
                each.partner.id or None,
                each.chat.id or None,
                None,
                "left_out" if each.reason else "waiting",
                each.reason or None,
                chats._get_reason_text(each, reasons) if each.reason else None,
            )
            for each in recipients
        ]
        self._upsert(mailing, rows)

    @api.model
    def _add_composed(self, mailing, records, partners, chats, messages):
        """Store that the messages to recipients are in the queue.

        :param mailing: the ``telegram.mailing``
        :param list records: of each message
        :param dict partners: ``res.partner`` by id of the record
        :param dict chats: ``telegram.chat`` by id of the contact
        :param messages: the ``telegram.message`` records, in the order of the records
        """
        last = {
            record.id: message_id for record, message_id in zip(records, messages._ids, strict=True)
        }
        rows = [
            (
                res_id,
                partners[res_id].id,
                chats[partners[res_id].id].id,
                message_id,
                "composed",
                None,
                None,
            )
            for res_id, message_id in last.items()
        ]
        self._upsert(mailing, rows)

    @api.model
    def _upsert(self, mailing, rows):
        """Insert rows, or update those of the same records.

        :param list rows: tuples of the record, the contact, the chat and the message (IDs), the
            state, the code of the reason and its text
        """
        if not rows:
            return
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO telegram_mailing_recipient AS old
                       (mailing_id, res_id, partner_id, chat_id, message_id, state, reason_code,
                        reason, create_date, write_date, create_uid, write_uid)
                SELECT %(mailing)s, row.*, %(now)s, %(now)s, %(uid)s, %(uid)s
                  FROM unnest(%(res_ids)s::int[], %(partners)s::int[], %(chats)s::int[],
                              %(messages)s::int[], %(states)s::varchar[], %(codes)s::varchar[],
                              %(reasons)s::varchar[]) AS row
                    ON CONFLICT (mailing_id, res_id) WHERE is_merged IS NOT TRUE
                    DO UPDATE SET partner_id = EXCLUDED.partner_id,
                                  chat_id = COALESCE(EXCLUDED.chat_id, old.chat_id),
                                  message_id = EXCLUDED.message_id,
                                  state = EXCLUDED.state,
                                  reason_code = EXCLUDED.reason_code,
                                  reason = EXCLUDED.reason,
                                  write_date = EXCLUDED.write_date,
                                  write_uid = EXCLUDED.write_uid
                """,
                mailing=mailing.id,
                now=self.env.cr.now(),
                uid=self.env.uid,
                **dict(
                    zip(
                        ("res_ids", "partners", "chats", "messages", "states", "codes", "reasons"),
                        map(list, zip(*rows, strict=True)),
                        strict=True,
                    )
                ),
            )
        )
        self.invalidate_model()

    # === ANSWERS === #

    @api.model
    def _process_answers(self, messages):
        """Store the first answers of recipients. As superuser.

        A person who got several mailings answers the quoted one, else the last one.

        :param messages: the incoming ``telegram.message`` records; one that says nothing but STOP,
            or changes an earlier message, is no answer
        """
        messages = messages.filtered(
            lambda message: (
                message.type_message not in const.CHANGE_KINDS
                and message._get_mailing_wish() != "stop"
            )
        )
        chats = messages.chat_id.filtered(lambda chat: not chat.is_group)
        since = fields.Datetime.now() - timedelta(days=ANSWER_DAYS)
        waiting = self.search(
            [
                ("chat_id", "in", chats.ids),
                ("answer_date", "=", False),
                # One that is being sent may be there, too.
                ("message_id.state", "in", (*POSSIBLY_SENT_STATES, "sending")),
                ("message_id.last_attempt_date", ">", since),
            ],
            order="message_id desc",
        )
        if not waiting:
            return
        by_chat = waiting.grouped("chat_id")
        for message in messages.sorted("id"):
            candidates = by_chat.get(message.chat_id, self).filtered(
                lambda each, date=message.date: not each.answer_date and each._is_answered_at(date)
            )
            quoted = candidates.filtered(
                lambda each, key=message.quoted_id_message: (
                    key and each.message_id.id_message == key
                )
            )
            (quoted or candidates)[:1].write({"answer_id": message.id, "answer_date": message.date})

    def _is_answered_at(self, date):
        """Return whether a message of this date answers the message of the mailing."""
        sent = self.message_id.last_attempt_date
        # A second of Telegram's clock may begin before ours.
        return sent - timedelta(seconds=1) <= date <= sent + timedelta(days=ANSWER_DAYS)
