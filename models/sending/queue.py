# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ... import const
from ...client import OutcomeUnknownError, RefusedError
from ...tools.clock import format_short_datetime, get_database_time
from ...tools.files import get_disk_reason
from ..telegram_message import NO_FAILURE, OUTCOME_PENDING
from .claim import TAKEOVER_SECONDS, UPLOAD_TAKEOVER_SECONDS, Claimed
from .plain_text import PlainText
from .queue_sender import QueueSender
from .unsure import UNSURE_ATTEMPTS_MAX

_logger = logging.getLogger(__name__)
# Hours in which GREEN-API gives each message of an account an ID of its own.
ID_HOURS = 24


class TelegramMessage(models.Model):
    """Extend ``telegram.message`` with the outgoing queue: what is due, claims and outcomes.

    The process that goes through the queue is ``QueueSender``.
    """

    _inherit = "telegram.message"

    waiting_reason = fields.Char(
        compute="_compute_waiting_reason", help="Why the message has not been sent yet."
    )

    @api.model
    def _send_queue(self, instance):
        """Send the due messages of an account. Commits: for its send action only."""
        QueueSender(instance).run()

    # === WHY A MESSAGE WAITS === #

    @api.depends(
        "state",
        "scheduled_date",
        "wanted_date",
        "failure_reason",
        "instance_id.state",
        "instance_id.send_after",
        "chat_id",
    )
    @api.depends_context("lang", "tz")
    def _compute_waiting_reason(self):
        self.waiting_reason = False
        # sudo: telegram.instance - the reasons hold nothing that its operators may not know
        queued = self.filtered(lambda message: message.state == "queued").sudo()
        first_ids = dict(
            self.sudo()._read_group(  # sudo: as above
                Domain("chat_id", "in", queued.chat_id.ids) & self._get_blocking_domain(),
                ["chat_id"],
                ["id:min"],
            )
        )
        for instance in queued.instance_id:
            reasons = instance._get_waiting_reasons()
            for message in queued.filtered(lambda m, i=instance: m.instance_id == i):
                is_blocked = first_ids.get(message.chat_id, message.id) < message.id
                message.waiting_reason = message._get_waiting_reason(*reasons, is_blocked)

    def _get_waiting_reason(self, instance_reason, new_contact_reason, is_blocked):
        """Return the reason for which this queued message waits, the strongest one first.

        :param instance_reason: why all messages of the account wait, or False
        :param new_contact_reason: why its messages to new contacts wait, or False
        :param bool is_blocked: whether an earlier message of the chat is sent first
        """
        self.ensure_one()
        if self.scheduled_date and self.scheduled_date > fields.Datetime.now():
            if self.wanted_date:
                return self._get_quiet_reason()
            return self.env._(
                "Scheduled for %s.",
                format_short_datetime(self.env, self.scheduled_date),
            )
        if instance_reason:
            return instance_reason
        if self.chat_id.is_username_form:
            reason = self.instance_id._get_check_pause_message()
            return reason or self.env._("The username is being looked up at Telegram.")
        if self.mailing_id and (reason := self.mailing_id._get_closed_reason()):
            return reason
        if new_contact_reason and self.chat_id.is_new_contact:
            return new_contact_reason
        if is_blocked:
            return self.env._("An earlier message to this chat is sent first.")
        return self.failure_reason or self.env._("The message will be sent in a moment.")

    @api.model
    def _get_blocking_domain(self):
        """Return the domain of messages that hold up later ones of their chat.

        The queue itself checks the same in ``_get_due_condition``.
        """
        due = Domain("scheduled_date", "=", False)
        due |= Domain("scheduled_date", "<=", fields.Datetime.now())
        due &= Domain("mailing_id", "=", False) | Domain(
            "mailing_id.state", "not in", ("paused", "stopped")
        )
        queued = Domain("state", "=", "queued") & due
        return Domain("state", "=", "sending") | queued | OUTCOME_PENDING

    # === CLAIMING === #

    @api.model
    def _recover_orphans(self, instance):
        """Process messages whose sending was interrupted, as soon as their claims have ended."""
        claimed = self.search([("instance_id", "=", instance.id), ("state", "=", "sending")])
        orphans = claimed.filtered(lambda message: message._is_claim_over())
        if claimed - orphans:
            ends = [each.last_attempt_date + each._get_takeover() for each in claimed - orphans]
            instance._trigger_send(max(ends))
        for message in orphans:
            message.claim_number += 1  # its process may still be there, and wake up
        # A change may be repeated: the message is the same after the second time.
        changes = orphans.filtered(lambda message: message.type_message in const.CHANGE_KINDS)
        changes._increment_unsure_count()
        exhausted = changes.filtered(lambda m: m.unsure_count >= UNSURE_ATTEMPTS_MAX)
        for change in exhausted:
            change._mark_failed_unsure()
        if changes - exhausted:
            (changes - exhausted)._set_state({"state": "queued"})
        reason = self.env._("Odoo was stopped while the message was being sent.")
        (orphans - changes)._mark_unsure(reason)

    def _is_claim_over(self):
        """Return whether another process may take over this message, which is being sent."""
        if not self.last_attempt_date:
            return True
        age = abs(get_database_time(self.env.cr) - self.last_attempt_date)  # it may have been ahead
        return age >= self._get_takeover()

    def _get_takeover(self):
        """Return the time after the claim in which a call of this message has certainly ended."""
        is_upload = self.attachment_id and not self.url_file
        return timedelta(seconds=UPLOAD_TAKEOVER_SECONDS if is_upload else TAKEOVER_SECONDS)

    @api.model
    def _get_due_condition(self, instance, budget=None, closed=None):
        """Return which messages of an account may be sent now, as SQL on "message" and "chat".

        Of each chat it is the first message that waits. A chat of which only the username is known
        waits until it was looked up. An unsure message holds up its chat while
        GREEN-API is being asked about it. A scheduled message holds up no other one.

        A message that its mailing holds back holds up no other one, either.

        :param SendBudget budget: what may still be sent; without it, only the chats are checked
        :param dict closed: result of ``telegram.mailing._find_closed``, if already known
        """
        mailings = self.env["telegram.mailing"]
        closed = mailings._find_closed(instance) if closed is None else closed
        new_contacts = SQL()
        if budget and budget.new_contacts <= 0:
            new_contacts = SQL("AND chat.is_new_contact IS NOT TRUE")
        postponed = SQL("AND message.id != ALL(%s)", budget.postponed_ids) if budget else SQL()
        return SQL(
            """
                message.instance_id = %(instance)s
            AND message.state = 'queued'
            AND chat.telegram_id NOT LIKE '@%%'
            AND (message.scheduled_date IS NULL OR message.scheduled_date <= %(now)s)
            AND NOT EXISTS (
                    SELECT 1
                      FROM telegram_message AS earlier
                     WHERE earlier.chat_id = message.chat_id
                       AND earlier.id < message.id
                       AND earlier.state IN ('queued', 'sending', 'unsure')
                       AND (earlier.state != 'unsure' OR earlier.is_being_checked)
                       AND (earlier.state != 'queued' OR %(earlier_is_open)s
                            AND (earlier.scheduled_date IS NULL
                                 OR earlier.scheduled_date <= %(now)s))
                )
            AND %(is_open)s
            %(new_contacts)s
            %(postponed)s
            """,
            instance=instance.id,
            now=fields.Datetime.now(),
            is_open=mailings._get_open_condition(closed, "message"),
            earlier_is_open=mailings._get_open_condition(closed, "earlier"),
            new_contacts=new_contacts,
            postponed=postponed,
        )

    @api.model
    def _count_due(self, instance, budget=None):
        """Return the number of chats in which a message may be sent now."""
        if budget and budget.messages <= 0:
            return 0
        self.flush_model()
        [[count]] = self.env.execute_query(
            SQL(
                """
                SELECT count(*)
                  FROM telegram_message AS message
                  JOIN telegram_chat AS chat ON chat.id = message.chat_id
                 WHERE %s
                """,
                self._get_due_condition(instance, budget),
            )
        )
        return count

    @api.model
    def _claim_next(self, instance, budget):
        """Claim the next due message for sending. To be committed at once.

        A row that another transaction has locked is skipped. A row that was changed since this
        transaction began is a conflict, after which ``write_and_commit`` repeats the claim.

        Messages that have failed several times come after all others. Otherwise a message that
        always fails, such as a file that cannot be uploaded, would hold up the whole queue. For the
        same reason, messages of persons come before those of mailings.

        :param SendBudget budget: reduced by what is claimed
        :return: Claimed, whose message is in state "sending" now; None if none is due
        """
        if budget.messages <= 0:
            return None
        self._flush_claimed()
        preferred = SQL("COALESCE(message.attempts, 0) < %s", const.TRIES)
        if budget.failing_attachment_ids:
            other_files = SQL(
                "(message.attachment_id IS NULL OR message.attachment_id != ALL(%s))",
                list(budget.failing_attachment_ids),
            )
            preferred = SQL("%s AND %s", preferred, other_files)
        # A mailing that begins during the run waits for the next one, see _get_open_condition.
        mailings = self.env["telegram.mailing"]
        closed = mailings._find_closed(instance) if budget.has_mailings else {}
        budget.has_mailings = bool(closed)
        personal = SQL("message.mailing_id IS NULL AND %s", preferred)
        conditions = ([personal] if closed else []) + [preferred, SQL("TRUE")]
        claim = self._claim_unless_quiet if budget.has_quiet_hours else self._claim_first
        claimed = claim(instance, budget, conditions, closed)
        if not claimed:
            return None
        self.env["telegram.mailing"].browse(claimed.mailing_id)._hold()
        budget.messages -= 1
        if claimed.is_new_contact:
            claimed.message.chat_id.first_contact_date = fields.Datetime.now()
            budget.new_contacts -= 1
        return claimed

    @api.model
    def _flush_claimed(self):
        """Write what the statement of a claim reads."""
        self.flush_model()
        self.env["telegram.chat"].flush_model(["telegram_id", "is_new_contact"])
        of_instance = ["formatting_scope", "formatting_doubled", "typing_time"]
        of_instance += ["send_failures", "last_error"]
        self.env["telegram.instance"].flush_model(of_instance)

    @api.model
    def _claim_unless_quiet(self, instance, budget, conditions, closed):
        """Claim as ``_claim_first``, but no message that has to wait for the morning.

        Those are planned again: the account did not reach them before its quiet hours.
        """
        while True:
            with self.env.cr.savepoint(flush=False) as savepoint:
                claimed = self._claim_first(instance, budget, conditions, closed)
                if not claimed or not claimed.message._is_quiet_now():
                    return claimed
                savepoint.rollback()
            claimed.message.invalidate_recordset(flush=False)
            self._update_quiet_hours(instance)
            self._flush_claimed()

    @api.model
    def _claim_first(self, instance, budget, conditions, closed):
        """Claim the first due message that meets one of the SQL conditions, in their order."""
        for condition in conditions:
            if claimed := self._claim(instance, budget, condition, closed):
                return claimed
        return None

    @api.model
    def _claim(self, instance, budget, condition, closed):
        """Claim the first due message that meets an SQL condition.

        :param dict closed: result of ``telegram.mailing._find_closed``
        :return: Claimed or None. The statement returns all of it, because the cache ends with the
            commit.
        """
        rows = self.env.execute_query(
            SQL(
                """
                  WITH due AS MATERIALIZED (
                       SELECT message.id, chat.telegram_id, chat.is_new_contact
                         FROM telegram_message AS message
                         JOIN telegram_chat AS chat ON chat.id = message.chat_id
                        WHERE %(is_due)s
                          AND %(condition)s
                        ORDER BY message.id
                        LIMIT 1
                          FOR NO KEY UPDATE OF message SKIP LOCKED
                       )
                UPDATE telegram_message AS claimed
                   SET state = 'sending',
                       attempts = COALESCE(claimed.attempts, 0) + 1,
                       last_attempt_date = %(attempted)s,
                       claim_number = COALESCE(claimed.claim_number, 0) + 1,
                       write_date = %(written)s,
                       write_uid = %(uid)s
                  FROM due, telegram_instance AS of_instance
                 WHERE claimed.id = due.id
                   AND of_instance.id = claimed.instance_id
             RETURNING claimed.id, claimed.claim_number, due.is_new_contact,
                       claimed.mailing_id,
                       COALESCE(of_instance.send_failures, 0) > 0
                           OR of_instance.last_error IS NOT NULL,
                       claimed.type_message = 'textMessage'
                           AND claimed.is_forwarded IS NOT TRUE
                           AND claimed.attachment_id IS NULL
                           AND claimed.report_id IS NULL,
                       %(text)s
                """,
                attempted=SQL("date_trunc('second', clock_timestamp() AT TIME ZONE 'UTC')"),
                # The same clock as that of the events, see _check_not_sending.
                written=SQL("clock_timestamp() AT TIME ZONE 'UTC'"),
                uid=self.env.uid,
                is_due=self._get_due_condition(instance, budget, closed),
                condition=condition,
                text=PlainText.get_columns(),
            )
        )
        if not rows:
            return None
        [(message_id, number, is_new_contact, mailing_id, had_failures, is_plain, *text)] = rows
        message = self.browse(message_id)
        changed = ["state", "attempts", "last_attempt_date", "claim_number"]
        message.invalidate_recordset(changed, flush=False)
        text = PlainText(*text) if is_plain else None
        return Claimed(message, number, is_new_contact, mailing_id, had_failures, text)

    # === OUTCOMES === #

    def _process_accepted(self, id_message, had_failures=True):
        """Store that GREEN-API accepted the message, and the ID that it returned.

        An ID that a message of another chat got within a day is not stored. GREEN-API may have
        given it twice, and the echo or the journal tells the ID of this message.

        :param str id_message: empty for an edit or a deletion
        :param bool had_failures: whether earlier calls of the account may have failed
        :return: bool, True: the queue continues with the next message
        """
        others = self._find_by_id_message(id_message) if id_message else self.browse()
        own_id = id_message
        if others._is_id_of_other_chat(self.chat_id):
            _logger.info("Telegram message %s: its id %s is not its own", self.id, id_message)
            own_id = False
            if self.chat_id.is_phone_form:  # only its ID would tell which chat the echo is of
                self.env["telegram.number.check"]._request(self.chat_id)
        can_continue = self._mark_sent(own_id, others, had_failures)
        if id_message and not self.id_message:
            self._look_for_id()
        return can_continue

    def _find_by_id_message(self, id_message):
        """Return the other messages of the account that have an ID."""
        # Each message that is sent asks for them. A search takes several times as long.
        self.flush_model(["instance_id", "id_message"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id
                  FROM telegram_message
                 WHERE instance_id = %s AND id_message = %s AND id != %s
                 ORDER BY id DESC
                """,
                self.instance_id.id,
                id_message,
                self.id,
            )
        )
        return self.browse([id_ for [id_] in rows])

    def _is_id_of_other_chat(self, chat):
        """Return whether these messages with one ID are of today, and none of them of the chat."""
        since = fields.Datetime.now() - timedelta(hours=ID_HOURS)
        of_today = self.filtered(
            lambda message: message.date >= since or (message.last_attempt_date or since) > since
        )
        return bool(of_today) and chat not in of_today.chat_id

    def _has_id_of_other_chat(self):
        """Return whether another chat has a message of today with the ID of this one."""
        return self._find_by_id_message(self.id_message)._is_id_of_other_chat(self.chat_id)

    def _mark_sent(self, id_message, others=None, had_failures=True):
        """Store that GREEN-API has the message, and its ID.

        :param str id_message: empty for an edit or a deletion, and if it is not known yet
        :param others: the result of ``_find_by_id_message``, if already known
        :param bool had_failures: whether earlier calls of the account may have failed
        :return: bool, True: the queue continues with the next message
        """
        is_news = self._is_higher_status("sent", self.state)
        is_late = self.state != "sending"  # there may be updates that came before its ID
        # sudo: telegram.instance - its administrator sees a rule that fails
        instance_sudo = self.instance_id.sudo()
        instance_sudo._write_despite_rules(self, {"state": "sent" if is_news else self.state})
        if id_message:
            if others is None:
                others = self._find_by_id_message(id_message)
            twin = others.filtered(lambda message: message.chat_id == self.chat_id)
            if twin.attempts:
                # Another message sent from Odoo: GREEN-API returned one ID twice.
                _logger.warning("Telegram message %s has the id of %s", self.id, twin.id)
                id_message = False
            else:
                self._merge_duplicate(twin)  # the echo came first and was stored as a new message
        vals = {"state": self.state, "id_message": id_message or False, **NO_FAILURE}
        if self.scheduled_date and is_news:
            vals["date"] = fields.Datetime.now()  # not the date on which it was written
        if is_news and self._is_answer():  # it was scheduled, or has failed before
            self.chat_id._process_answer(self, vals.get("date") or self.date)
        self._set_state(vals)
        if "date" in vals:
            self._update_posted_date()
        if self.type_message in const.CHANGE_KINDS and is_news:
            self._apply_change()
        if self.id_message and is_late:
            self._apply_pending_updates()
        if had_failures:  # asking the account each time takes a tenth of the work
            self.instance_id._resume_sending()
        return True

    def _process_ended_claim(self):
        """Return a message to the queue that was not sent in time after its claim.

        :return: bool, True: the queue continues with the next message
        """
        _logger.info("Telegram message %s was claimed for too long; it is sent again", self.id)
        self._set_state({"state": "queued"})
        return True

    def _process_late_outcome(self, handler, args):
        """Store the outcome of a call of this message that another process has taken over.

        The other process decides, unless the message was accepted and waits to be sent again.
        """
        if handler == self._process_accepted and self.state in ("queued", "unsure"):
            handler(*args)
        else:
            _logger.warning("Telegram message %s was taken over by another process", self.id)

    def _process_disk_full(self, error):
        """Return a message to the queue because the disk has no room for its file.

        Later messages of the chat wait, too.

        :param OSError error: of the disk
        :return: bool, True: the queue continues with the next message
        """
        reason = self.env._(
            "“%(file)s” cannot be stored: %(reason)s. It will be sent once the disk of the Odoo "
            "server has enough space.",
            file=self.file_name,
            reason=get_disk_reason(error, self.env),
        )
        self._set_state({"state": "queued", "failure_reason": reason})
        return True

    def _process_send_error(self, error, clock_offset=None):
        """Store why a message was not sent, or why its outcome is unknown.

        :param GreenApiError error: of the call
        :param float clock_offset: as for ``_mark_unsure``
        :return: bool, whether the queue continues with the next message
        """
        instance = self.instance_id
        reason = instance._get_error_message(error)
        is_about_message = error.code in (*const.MESSAGE_CODES, const.CODE_HTTP)
        if isinstance(error, RefusedError) and is_about_message:
            is_quota = error.code == const.CODE_QUOTA
            failure_type = "quota" if is_quota else "refused"
            if is_quota:
                instance._store_quota_error(reason)
            self._set_state(
                {"state": "error", "failure_type": failure_type, "failure_reason": reason}
            )
            if self.type_message in const.CHANGE_KINDS:
                self._notify_change_refused()
            self.mailing_id._check_refusals()
            return True
        # The next message would fail for the same reason.
        if isinstance(error, OutcomeUnknownError):
            self._mark_unsure(reason, clock_offset)
        else:
            self._set_state({"state": "queued", "failure_reason": reason})
        instance._record_error(error)
        instance._pause_sending(error.retry_after)
        return False
