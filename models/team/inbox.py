# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The inbox: which chats wait for an answer, and since when.

A chat waits from the customer's first message that nobody answered. An answer is a message to this
chat alone, written in Odoo or on the phone. Messages to many and those of rules are no answers.
"""

import re
from datetime import timedelta

from babel.dates import format_timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import babel_locale_parse, get_lang

from ... import const
from ...tools.access import MANAGER
from ..telegram_message import CONFIRMED_STATES, NOT_SENT_STATES

# A question that arrives so long after it was written is part of an imported history.
LATE_AFTER = timedelta(hours=const.JOURNAL_HOURS)
# An answer outside the working time took no time at all. Odoo takes 0 for no value, so it counts
# as one second.
SHORTEST_ANSWER_TIME = 1 / 3600


class TelegramInstance(models.Model):
    """Extend ``telegram.instance`` with the choice whether groups wait for answers."""

    _inherit = "telegram.instance"

    groups_wait = fields.Boolean(
        "Groups in Inbox",
        help="Messages in groups wait for an answer, too. Otherwise only chats with persons do.",
    )


class TelegramMessage(models.Model):
    """Extend ``telegram.message`` with what is no answer to a customer."""

    _inherit = "telegram.message"

    is_automatic = fields.Boolean(
        "Automatic", readonly=True, help="Sent to many or by a rule, so it answers nobody."
    )

    def _needs_answer(self):
        """Return whether the chat waits for an answer after this incoming message.

        A group waits if the account is configured so, if one of our messages is quoted, or if the
        account is mentioned. A channel never does.
        """
        self.ensure_one()
        chat = self.chat_id
        if self.type_message in const.KINDS_ABOUT_ANOTHER or self._get_mailing_wish():
            return False
        if chat.chat_type == "channel":
            return False
        if chat.chat_type == "user" or (chat.is_group and chat.instance_id.groups_wait):
            return True
        return chat.is_group and (self._mentions_us() or self._quotes_us())

    def _is_answer(self):
        """Return whether the customer is answered by this message, once it is sent."""
        self.ensure_one()
        is_written = self.type_message not in const.KINDS_ABOUT_ANOTHER and not self.is_automatic
        return self.direction == "outgoing" and is_written

    def _process_as_answer(self):
        """Process that a user has written this message: the chat is theirs, answered and read."""
        self.ensure_one()
        if self._is_answer():
            self.chat_id._take_by_answer()
            self.chat_id._process_answer(self, fields.Datetime.now())
            self.chat_id._mark_seen()

    def _process_unsent_answers(self):
        """Process that the customers do not get those of these messages that answered them."""
        answers = self.filtered(lambda message: message._is_answer())
        answers.answer_time = False
        answers.chat_id._reopen_unanswered()

    def _mentions_us(self):
        """Return whether the text contains the username of the account."""
        # sudo: telegram.instance - the username of the account that received it
        name = (self.sudo().instance_id.account_username or "").lstrip("@")
        return bool(name) and bool(
            re.search(rf"@{re.escape(name)}(?!\w)", self.text or "", re.IGNORECASE)
        )

    def _quotes_us(self):
        """Return whether the quoted message was sent by the account."""
        return bool(self.quoted_id_message) and bool(
            self.search_count(
                [
                    ("chat_id", "=", self.chat_id.id),
                    ("id_message", "=", self.quoted_id_message),
                    ("direction", "=", "outgoing"),
                ],
                limit=1,
            )
        )


class TelegramChat(models.Model):
    """Extend ``telegram.chat`` with its place in the inbox."""

    _inherit = "telegram.chat"

    inbox_state = fields.Selection(
        [("waiting", "Waiting"), ("answered", "Answered"), ("closed", "Closed")],
        "Inbox Status",
        readonly=True,
        copy=False,
        group_expand=True,
    )
    waiting_since_date = fields.Datetime(
        "Waiting Since",
        readonly=True,
        copy=False,
        help="Date of the customer's first message that nobody has answered.",
    )
    answered_date = fields.Datetime(
        "Last Answered",
        readonly=True,
        copy=False,
        help="Date of the last answer, or on which the chat was closed.",
    )
    closed_date = fields.Datetime(
        "Last Closed",
        readonly=True,
        copy=False,
        help="Date on which a user last marked the chat as needing no answer.",
    )
    waiting_time = fields.Char(compute="_compute_waiting_time")
    last_incoming_text = fields.Char("Last Message", compute="_compute_last_incoming_text")

    # In the order of the inbox: all of it, and each of its columns.
    _inbox_index = models.Index(
        "(waiting_since_date, last_message_date DESC) WHERE inbox_state IS NOT NULL"
    )
    _inbox_state_index = models.Index(
        "(inbox_state, waiting_since_date, last_message_date DESC) WHERE inbox_state IS NOT NULL"
    )

    # === COMPUTE METHODS === #

    @api.depends("waiting_since_date")
    @api.depends_context("lang")
    def _compute_waiting_time(self):
        now, locale = fields.Datetime.now(), babel_locale_parse(get_lang(self.env).code)
        for chat in self:
            since = chat.waiting_since_date
            chat.waiting_time = since and format_timedelta(
                max(now - since, timedelta(minutes=1)), granularity="minute", locale=locale
            )

    @api.depends("message_ids")
    def _compute_last_incoming_text(self):
        # sudo: telegram.message - who reads a chat reads its messages, by the same record rules.
        # Their display names would check that again, for which whole rows are read.
        messages_sudo = self.env["telegram.message"].sudo()
        latest = messages_sudo._read_group(
            [
                ("chat_id", "in", self.ids),
                ("direction", "=", "incoming"),
                ("type_message", "not in", const.KINDS_ABOUT_ANOTHER),
            ],
            ["chat_id"],
            ["id:max"],
        )
        # Of all chats together, so that they are read together.
        messages_sudo = messages_sudo.browse(message_id for _chat, message_id in latest)
        messages_sudo.fetch(["text", "type_message", "file_name", "content"])
        texts = {
            chat.id: messages_sudo._shorten(message_sudo._get_summary())
            for (chat, _message_id), message_sudo in zip(latest, messages_sudo, strict=True)
        }
        for chat in self:
            chat.last_incoming_text = texts.get(chat.id, False)

    # === VIEWS === #

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        return (*key, self._operates_any())

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Return the view; without the buttons of a list for supervisors, who may only read."""
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "list" and not self._operates_any():
            for header in arch.findall("header"):
                arch.remove(header)
        return arch, view

    @api.model
    def _operates_any(self):
        """Return whether the current user writes with any account."""
        user = self.env.user
        return bool(
            self.env.su or user.telegram_operated_ids.filtered("active") or user.has_group(MANAGER)
        )

    # === ACTION METHODS === #

    def action_no_answer_needed(self):
        """Close chats: they wait again with the customer's next message."""
        self._check_operated()
        self._lock_inbox()
        now = fields.Datetime.now()
        self._write_inbox(
            {
                "inbox_state": "closed",
                "waiting_since_date": False,
                "answered_date": now,
                "closed_date": now,
            }
        )
        self._mark_seen()

    # === BUSINESS METHODS === #

    def _update_inbox(self, messages):
        """Update the place in the inbox after messages that GREEN-API reported.

        They may arrive in any order, such as after an outage: only their dates count.

        :param messages: the ``telegram.message`` records of this chat
        """
        self.ensure_one()
        answers = questions = messages.browse()
        for message in messages:
            if message._is_answer():
                answers += message
            elif message.direction == "incoming" and message._needs_answer():
                questions += message
        if answers:
            self._process_answers(answers.sorted("date"))
        if questions:
            self._process_questions(questions)
        if self.answered_date:
            self._update_answer_times(questions, answers)

    def _process_answers(self, answers):
        """Store that the customer was answered.

        :param answers: the ``telegram.message`` records of this chat, the oldest first
        """
        # The first one is that for which the customer has waited, the last one tells who waits now.
        since = self.waiting_since_date
        first = answers.filtered(lambda message: since and message.date >= since)[:1]
        for answer in first | answers[-1:]:
            self._process_answer(answer, answer.date)

    def _process_questions(self, questions):
        """Store that the customer waits, unless an answer is known already.

        :param questions: the ``telegram.message`` records of this chat that need an answer
        """
        self._end_reminders_by_customer(max(questions.mapped("date")))
        since = min((m.date for m in questions if not self._was_answered(m)), default=None)
        if since:
            first = min(filter(None, (self.waiting_since_date, since)))
            # Most messages change nothing here.
            if first != self.waiting_since_date or not self.active:
                self._write_inbox({"inbox_state": "waiting", "waiting_since_date": first})
            self._assign_new()
        elif not self.inbox_state:  # the answer is known already
            self._write_inbox({"inbox_state": "answered"})

    def _was_answered(self, question):
        """Return whether a question that has just arrived was answered before it arrived.

        Who answers on the phone sees the question there. An answer from Odoo that was written
        before the question arrived is none to it. An imported history brings questions of any age,
        of which those before the last answer are past.

        :param question: the incoming ``telegram.message``
        """
        self.ensure_one()
        # A question of the second of the answer may have come after it.
        if not self.answered_date or question.date > self.answered_date:
            return False
        return question.date < fields.Datetime.now() - LATE_AFTER or self._has_answer(question)

    def _has_answer(self, question):
        """Return whether one of the answers is to a question.

        Answers from the phone are, since the question stood there. One from Odoo is only if the
        question had arrived before it was written, which their IDs tell.

        :param question: the incoming ``telegram.message``
        """
        on_phone = Domain("attempts", "in", (0, False)) & Domain("state", "in", CONFIRMED_STATES)
        answers = self._get_given_answer_domain() & Domain("date", ">=", question.date)
        answers &= on_phone | Domain("id", ">", question.id)
        return bool(self.env["telegram.message"].search_count(answers, limit=1))

    def _get_given_answer_domain(self):
        """Return the domain of the answers that the customers have, or get without delay."""
        given = Domain("state", "not in", NOT_SENT_STATES) & Domain("scheduled_date", "=", False)
        return self._get_answer_domain() & (given | Domain("state", "in", CONFIRMED_STATES))

    def _get_answer_domain(self):
        """Return the domain of the answers in these chats, also of those that were not sent."""
        return (
            Domain("chat_id", "in", self.ids)
            & Domain("direction", "=", "outgoing")
            & Domain("is_automatic", "=", False)
            & Domain("type_message", "not in", const.KINDS_ABOUT_ANOTHER)
        )

    def _process_answer(self, message, date):
        """Store that the customer was answered.

        :param message: the ``telegram.message`` that answers
        :param datetime date: UTC, of the answer
        """
        self.ensure_one()
        chat_sudo = self.sudo()  # sudo: telegram.chat - who writes from a record may not see it
        # Each message that is sent asks for these. Reading all fields takes several times as long.
        chat_sudo.fetch(["inbox_state", "waiting_since_date", "answered_date", "has_reminders"])
        waiting_since, answered = chat_sudo.waiting_since_date, chat_sudo.answered_date
        is_waiting = chat_sudo.inbox_state == "waiting" and waiting_since <= date
        if answered and answered >= date and not is_waiting:
            return
        values = {"answered_date": max(filter(None, (answered, date)))}
        if is_waiting:
            # sudo: telegram.message, resource.calendar - a figure about the answer
            hours = chat_sudo.instance_id._get_working_hours(waiting_since, date)
            message.sudo().answer_time = max(hours, SHORTEST_ANSWER_TIME)
            since = self._get_first_question_date(date)
            values["inbox_state"] = "waiting" if since else "answered"
            values["waiting_since_date"] = since
            # Who waits on since a later question is not overdue yet.
            chat_sudo._end_reminders()
        self._write_inbox(values)
        self._end_reminders_by_answer()

    def _reopen_unanswered(self):
        """Reopen chats whose answer was not sent after all, or let them wait since before it."""
        for chat in self.filtered(lambda chat: chat.inbox_state in ("answered", "waiting")):
            answers = chat._get_answer_domain() & Domain("state", "not in", NOT_SENT_STATES)
            last = self.env["telegram.message"].search(answers, order="date desc", limit=1)
            since = chat._get_first_question_date(last.date)
            if since and since != chat.waiting_since_date:
                chat._write_inbox(
                    {
                        "inbox_state": "waiting",
                        "waiting_since_date": since,
                        "answered_date": last.date,
                    }
                )

    def _get_first_question_date(self, after):
        """Return the date of the first question after a date that has no answer, else False.

        In a group, that is a message which waits for an answer: see ``_needs_answer``. What had
        arrived when a user closed the chat needs none.

        :param datetime after: UTC; False for the first message of all
        """
        self.ensure_one()
        if after and (not self.last_received_date or self.last_received_date <= after):
            return False
        domain = Domain("chat_id", "=", self.id) & Domain("direction", "=", "incoming")
        domain &= Domain("type_message", "not in", const.KINDS_ABOUT_ANOTHER)
        if after:
            domain &= Domain("date", ">", after)
        if closed := self.closed_date:
            domain &= Domain("date", ">", closed) | Domain("create_date", ">", closed)
        if self.is_group and not self.instance_id.groups_wait:
            domain &= Domain("quoted_id_message", "!=", False) | Domain("text", "like", "@")
        messages = self.env["telegram.message"].search(domain, order="date, id")
        return next(
            (each.date for each in messages if each._needs_answer() and not self._has_answer(each)),
            False,
        )

    def _merge_inbox(self, other):
        """Update the inbox status of ``other``, into which this chat is merged.

        It waits if either of them does. An answer in one of them answers the other one, too.
        """
        answered = max(filter(None, (self.answered_date, other.answered_date)), default=False)
        waiting = (self | other).mapped("waiting_since_date")
        since = min((date for date in waiting if date and (answered or date) <= date), default=None)
        state = other.inbox_state or self.inbox_state
        if since or state == "waiting":
            state = "waiting" if since else "answered"
        if (state, since or False) != (other.inbox_state, other.waiting_since_date):
            other._write_inbox({"inbox_state": state, "waiting_since_date": since or False})

    def _write_inbox(self, values):
        # sudo: telegram.chat, mail.activity - operators change these by what they do only
        chats_sudo = self.sudo()
        moved_sudo = chats_sudo._filter_moved(values)
        former_users = moved_sudo._get_inbox_users()
        if values.get("inbox_state") == "waiting":
            values = {**values, "active": True}  # as in Telegram: else no one would see it
        chats_sudo.write(values)
        moved_sudo._send_waiting(former_users)
        if values.get("inbox_state") in ("answered", "closed"):
            chats_sudo._end_reminders()

    def _lock_inbox(self):
        """Lock the chats, so that two users who act at the same time do so one after the other."""
        # Unlike lock_for_update, this waits: Odoo repeats the request of the second user, who then
        # sees what the first one did.
        self.env.execute_query(
            SQL("SELECT id FROM telegram_chat WHERE id IN %s FOR NO KEY UPDATE", self._ids or (0,))
        )
