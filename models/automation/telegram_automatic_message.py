# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.mail import plaintext2html

from ...tools.transactions import is_conflict, write_and_commit
from ..sending.recipients import Recipient, find_twin

_logger = logging.getLogger(__name__)
BATCH_SIZE = 200  # messages composed in one transaction
# What an action may do once per record: the state that remains of two merged ones.
PRECEDENCE = ("composed", "other_channel", "skipped", "waiting", "left_out")


class TelegramAutomaticMessage(models.Model):
    """A message that a server action wants to be sent for a record.

    ::

        waiting ──> composed    its messages are in the queue
                ──> left_out    it cannot be sent; the reason is in the record's chatter
                       └──> other_channel    it was sent by e-mail or SMS (``second_channel.py``)
        skipped                 the record was due before the automation was switched on

    The row is created in the transaction that runs the action, so it is rolled back and repeated
    with it. The unique index makes an action write once per record, whatever runs at the same
    time. The scheduled action composes the messages in batches: queuing them and storing the
    state is one commit.
    """

    _name = "telegram.automatic.message"
    _description = "Automatic Telegram Message"
    _order = "id desc"
    _rec_name = "res_model"

    action_id = fields.Many2one(
        "ir.actions.server", "Server Action", required=True, readonly=True, ondelete="cascade"
    )
    res_model = fields.Char("Record Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "Record", model_field="res_model", required=True, readonly=True
    )
    is_once = fields.Boolean("Once per Record", readonly=True)
    number = fields.Integer(
        readonly=True, default=0, help="Number of the repeat for the same record, from 0."
    )
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("composed", "Queued"),
            ("left_out", "Left Out"),
            ("skipped", "Skipped"),
            ("other_channel", "Sent Otherwise"),
        ],
        default="waiting",
        required=True,
        readonly=True,
    )
    reason = fields.Char(readonly=True, help="Why the message was left out.")
    partner_id = fields.Many2one("res.partner", "Contact", readonly=True, index="btree_not_null")
    chat_id = fields.Many2one(
        "telegram.chat", readonly=True, index="btree_not_null", ondelete="set null"
    )
    company_id = fields.Many2one("res.company", readonly=True, help="Known once it is composed.")
    composed_date = fields.Datetime("Queued On", readonly=True)

    _once_index = models.UniqueIndex("(action_id, res_model, res_id, number) WHERE is_once")
    _waiting_index = models.Index("(id) WHERE state = 'waiting'")
    _composed_index = models.Index("(action_id, composed_date) WHERE composed_date IS NOT NULL")

    # === REQUESTS === #

    @api.model
    def _request(self, action, records, number=0):
        """Record that an action wants to write for these records.

        A record that the action has written for already is skipped. One that was left out is
        tried again.

        :param action: the ``ir.actions.server``
        :param records: of the action's model
        :param int number: of the repeat, from 0; each of them is sent once
        :return: int, for how many records
        """
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO telegram_automatic_message AS message
                       (action_id, res_model, res_id, number, is_once, state,
                        create_date, write_date, create_uid, write_uid)
                SELECT %(action)s, %(model)s, res_id, %(number)s, %(is_once)s, 'waiting',
                       %(now)s, %(now)s, %(uid)s, %(uid)s
                  FROM unnest(%(ids)s::int[]) AS res_id
                    ON CONFLICT (action_id, res_model, res_id, number) WHERE is_once
                    DO UPDATE SET state = EXCLUDED.state, write_date = EXCLUDED.write_date
                 WHERE message.state = 'left_out'
                """,
                action=action.id,
                model=records._name,
                ids=records.ids,
                number=number,
                is_once=action.telegram_once == "record",
                now=fields.Datetime.now(),
                uid=self.env.uid,
            )
        )
        if count := self.env.cr.rowcount:
            self.invalidate_model()
            # sudo: ir.cron - users who run the action may not read scheduled actions
            cron_sudo = self.env.ref("telegram_green_api.ir_cron_automatic_messages").sudo()
            cron_sudo._trigger()
        return count

    @api.model
    def _skip(self, action, records_query):
        """Record that an action writes nothing for the records of a query, by one statement.

        :param action: the ``ir.actions.server``
        :param Query records_query: of records of the action's model
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO telegram_automatic_message AS message
                       (action_id, res_model, res_id, number, is_once, state,
                        create_date, write_date, create_uid, write_uid)
                SELECT %(action)s, %(model)s, id, 0, TRUE, 'skipped',
                       %(now)s, %(now)s, %(uid)s, %(uid)s
                  FROM (%(records)s) AS record(id)
                    ON CONFLICT (action_id, res_model, res_id, number) WHERE is_once
                    DO UPDATE SET state = EXCLUDED.state, write_date = EXCLUDED.write_date
                 WHERE message.state = 'left_out'
                """,
                action=action.id,
                model=action.model_id.model,
                records=records_query.select(),
                now=fields.Datetime.now(),
                uid=self.env.uid,
            )
        )

    @api.model
    def _withdraw(self, actions, reason):
        """Record that actions write nothing for the records that still wait.

        :param actions: the ``ir.actions.server`` records
        :param str reason: a sentence for users
        """
        waiting = self.search([("action_id", "in", actions.ids), ("state", "=", "waiting")])
        waiting.write({"state": "left_out", "reason": reason})

    # === COMPOSING === #

    @api.model
    def _cron_compose(self):
        """Compose the messages that are waiting, oldest first. Commits after each batch."""
        waiting = [("state", "=", "waiting")]
        commit = self.env["ir.cron"]._commit_progress
        seconds_left = commit(remaining=self.search_count(waiting))
        while seconds_left and (batch := self._find_batch()):
            # What is logged on the records is in the language of the author.
            in_language = batch.with_context(lang=batch.action_id._get_telegram_user().lang)
            try:
                _none, seconds_left = write_and_commit(
                    self.env, in_language._compose, processed=len(batch)
                )
            except ConcurrencyError:
                return  # the next run repeats it

    @api.model
    def _find_batch(self):
        """Return the oldest waiting messages of one action, and of each record the first one.

        A second message about the same record is for the next batch, for which the first one
        counts, such as for the limit of one message within some days.
        """
        first = self.search([("state", "=", "waiting")], order="id", limit=1)
        same_action = [
            ("state", "=", "waiting"),
            ("action_id", "=", first.action_id.id),
            ("res_model", "=", first.res_model),  # the model of an action can be changed
        ]
        messages = self.search(same_action, order="id", limit=BATCH_SIZE)
        return self.union(*(each[0] for each in messages.grouped("res_id").values()))

    def _compose(self):
        """Queue the messages of one action, or store for each why it is left out."""
        # A rule may have been switched off since they were found.
        waiting = self.exists().filtered(lambda message: message.state == "waiting")
        if not waiting:
            return
        action, _ = self.action_id, self.env._
        existing = waiting._get_records().exists()
        messages = waiting.filtered(lambda message: message.res_id in existing._ids)
        # Without a record, there is no chatter either.
        (waiting - messages).write({"state": "left_out", "reason": _("The record was deleted.")})
        if action.state != "telegram" or action.model_id.model != waiting[0].res_model:
            messages._leave_out(_("The server action was changed."))
            return
        if action.warning or not action.telegram_template_id.active:
            messages._leave_out(action.warning or _("The template is archived."))
            return
        companies = existing._mail_get_companies(default=action._get_telegram_user().company_id)
        for company, of_company in messages.grouped(lambda m: companies[m.res_id]).items():
            of_company._compose_in_company(company)

    def _compose_in_company(self, company):
        """Queue the messages about records of one company, with the rights of their author.

        :param company: the ``res.company``
        """
        self.company_id = company
        action, user = self.action_id, self.action_id._get_telegram_user()
        # Not on the record: its readers can do nothing about it.
        if problem := action._get_telegram_user_problem(company):
            self.write({"state": "left_out", "reason": problem})
            return
        allowed = [company.id, *(user.company_ids - company).ids]
        author_self = self.with_user(user).with_context(allowed_company_ids=allowed, lang=user.lang)
        readable = author_self._get_records()._filtered_access("read")
        messages = self.filtered(lambda message: message.res_id in readable._ids)
        reason = action._get_no_access_message()
        (self - messages).write({"state": "left_out", "reason": reason})
        try:
            instance = action.telegram_instance_id.with_env(author_self.env)
            instance = instance or instance._default(company.with_env(author_self.env))
            if not instance.active:
                raise UserError(self.env._("The Telegram account is archived."))
            instance._check_may_send()
        except UserError as error:
            messages._leave_out(str(error))
        else:
            messages._compose_for_instance(instance)

    def _compose_for_instance(self, instance):
        """Queue messages by one account; halves find the one that cannot be rendered."""
        if not self:
            return
        try:
            with self.env.cr.savepoint():
                if self.action_id.telegram_recipient == "group":
                    self._send_to_groups(instance)
                else:
                    self._send_to_contacts(instance)
        except Exception as error:  # pylint: disable=broad-exception-caught
            if is_conflict(error):
                raise
            # Placeholders, reports and automation rules run the code of any app.
            if len(self) == 1:
                if not isinstance(error, UserError):
                    # The traceback helps the programmers of the report or of the rule.
                    _logger.warning("Automatic message %s failed", self.id, exc_info=True)
                self._leave_out(str(error) or type(error).__name__)
                return
            half = len(self) // 2
            self[:half]._compose_for_instance(instance)
            self[half:]._compose_for_instance(instance)

    def _send_to_contacts(self, instance):
        """Queue the messages to the contact of each record."""
        records = self.with_env(instance.env)._get_records()
        composer = instance.env["telegram.composer"].create(
            {
                "res_model": records._name,
                "res_ids": repr(records.ids),
                "instance_id": instance.id,
                "template_id": self.action_id.telegram_template_id.id,
                "is_automatic": True,
                "is_logged": self.action_id.telegram_is_logged,
            }
        )
        recipients, left_out = composer._split_recipients()
        reached, known = self._find_reached()
        recipients, repeated = self._split_repeated(recipients, reached, known)
        queued = composer._send_mass(recipients, left_out) if recipients else None
        queued = (queued or self.env["telegram.message"]).with_env(self.env)
        self._count_as_answers(queued)
        queued = queued.grouped("res_id")
        reasons = composer._get_reasons()
        codes = {each.record.id: (each.partner, each.reason) for each in left_out}
        excluded = {each.record.id: reasons.get(each.reason, each.reason) for each in left_out}
        excluded |= dict.fromkeys((each.record.id for each in repeated), self._get_repeat_reason())
        partners = {each.record.id: each.partner for each in recipients}
        found = self.env["telegram.chat"]._find_recipients(
            instance, instance.env["res.partner"].union(*partners.values())
        )
        chats = {recipient.partner.id: recipient.chat for recipient in found}
        for message in self:
            if reason := excluded.get(message.res_id):
                message._leave_out(reason)
                if message.res_id in codes:
                    message._use_second_channel(*codes[message.res_id], reached)
            elif partner := partners.get(message.res_id):
                message._mark_composed(partner, chats[partner.id])
                message._expect_read(queued.get(message.res_id, self.env["telegram.message"]))

    def _send_to_groups(self, instance):
        """Queue the messages to the group that is linked to each record."""
        template = self.action_id.telegram_template_id.with_env(instance.env)
        for message in self:
            record = message.with_env(instance.env)._get_records()
            groups = (
                instance.env["telegram.chat"]
                ._find_tied(record)
                .filtered(lambda group: group.instance_id == instance)
            )
            if len(groups) != 1:
                message._leave_out(
                    self.env._("Not exactly one Telegram group is linked to the record.")
                )
                continue
            notes = record._message_telegram(
                template._render_bodies(record)[record.id],
                formatting=template.formatting,
                group=groups,
                attachments=template._render_attachments(record)[record.id],
                is_automatic=True,
            )
            # sudo: telegram.message - just queued
            self._count_as_answers(notes.sudo().telegram_message_ids)
            message._mark_composed(message.partner_id.browse(), groups)

    def _count_as_answers(self, queued):
        """Mark messages as answers if the action says so. They count once they are sent.

        :param queued: the ``telegram.message`` records
        """
        if self.action_id.telegram_is_answer:
            queued.is_automatic = False

    def _find_reached(self):
        """Return who got a message of this action a short time ago, or gets it otherwise.

        :return: set of IDs of contacts, and dict of their ``telegram.chat`` by address; both are
            empty if the action does not write once per contact
        """
        action, known = self.action_id, {}
        if action.telegram_once != "partner":
            return set(), known
        since = fields.Datetime.now() - timedelta(days=action.telegram_once_days)
        reached = Domain("state", "in", ("composed", "other_channel"))
        reached &= Domain("composed_date", ">", since)
        reached |= Domain("state", "=", "left_out") & Domain("second_channel_state", "=", "waiting")
        earlier = self.search(Domain("action_id", "=", action.id) & reached)
        for chat in earlier.chat_id:
            find_twin(known, Recipient(chat.partner_id, chat, "", ""), chat)
        return set(earlier.partner_id.ids), known

    def _split_repeated(self, recipients, reached, known):
        """Return the recipients, and those who got a message of this action a short time ago.

        :param list recipients: of ComposerRecipient
        :param set reached: result of ``_find_reached``; it is updated
        :param dict known: the same
        """
        if self.action_id.telegram_once != "partner":
            return recipients, []
        sendable, repeated = [], []
        for recipient in recipients:
            twin = find_twin(known, recipient, recipient.partner)
            is_repeated = twin or recipient.partner.id in reached
            (repeated if is_repeated else sendable).append(recipient)
            reached.add(recipient.partner.id)
        return sendable, repeated

    def _get_repeat_reason(self):
        return self.env._(
            "The contact already got a message of this action. Days before the next one: %s.",
            self.action_id.telegram_once_days,
        )

    # === MERGED RECORDS AND CHATS === #

    def _move_to_record(self, record):
        """Refer to the record that remains of merged ones. As superuser.

        An action that writes once per record has written to the remaining one, too. What it still
        has in the queue for another one is canceled; the messages that were sent stay.

        :param record: the one that remains
        """
        once = self.filtered("is_once")
        repeated = self.browse()
        for same in once.grouped(lambda message: (message.action_id, message.number)).values():
            repeated |= same.sorted(
                lambda message: (PRECEDENCE.index(message.state), not message._is_handed_over())
            )[1:]
        repeated._cancel_queued(self.env._("Merged with another record of the same rule"))
        repeated.unlink()
        (self - repeated).res_id = record.id

    def _is_handed_over(self):
        """Return whether a part of the message is no longer in the queue."""
        return any(message.state not in ("queued", "canceled") for message in self.message_ids)

    def _cancel_queued(self, reason):
        """Cancel what is still in the queue of messages of which nothing was handed over.

        :param str reason: for users
        """
        untouched = self.filtered(lambda message: not message._is_handed_over())
        queued = untouched.message_ids.filtered(lambda message: message.state == "queued")
        queued._set_state({"state": "canceled", "failure_reason": reason})

    @api.model
    def _process_merged_contact(self, partner):
        """Cancel what actions that write once per contact have in the queue for merged ones.

        Of each action, one message remains. As superuser.

        :param partner: the ``res.partner`` that remains
        """
        domain = Domain("partner_id", "=", partner.id) & Domain("state", "=", "composed")
        domain &= Domain("action_id.telegram_once", "=", "partner")
        for action, same in self.search(domain, order="id").grouped("action_id").items():
            since = fields.Datetime.now() - timedelta(days=action.telegram_once_days)
            recent = same.filtered(lambda message, since=since: message.composed_date > since)
            others = recent.sorted(lambda message: not message._is_handed_over())[1:]
            others._cancel_queued(self.env._("Merged with another record of the same rule"))

    @api.model
    def _process_merged_chat(self, chat, other):
        """Refer to the chat that another one becomes a part of. As superuser.

        :param chat: the ``telegram.chat``, which is about to be deleted
        :param other: the ``telegram.chat`` that remains
        """
        self.search([("chat_id", "=", chat.id)]).chat_id = other

    # === STATES === #

    def _mark_composed(self, partner, chat):
        """Store that the message is in the queue.

        :param partner: the ``res.partner``, empty for a group
        :param chat: the ``telegram.chat``
        """
        self.write(
            {
                "state": "composed",
                "reason": False,
                "partner_id": partner.id,
                "chat_id": chat.id,
                "composed_date": fields.Datetime.now(),
            }
        )

    def _leave_out(self, reason):
        """Store why messages are not sent, and log it in the chatter of each record.

        The same reason is logged once.

        :param str reason: a sentence for users
        """
        name = self.action_id.telegram_template_id.name or self.action_id.name
        for message in self:
            if message.reason == reason:
                message.state = "left_out"
                continue
            message.write({"state": "left_out", "reason": reason})
            note = self.env._("Telegram message “%(name)s” was not sent: %(reason)s")
            message._get_records()._message_log(
                body=plaintext2html(note % {"name": name, "reason": reason})
            )

    def _get_records(self):
        """Return the records of these messages, which are of one model."""
        return self.env[self[0].res_model].browse(self.mapped("res_id")) if self else self
