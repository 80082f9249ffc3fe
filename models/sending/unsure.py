# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import logging
from datetime import timedelta, timezone

from odoo import api, fields, models
from odoo.fields import Domain

from ... import const
from ...client import GreenApiError, RefusedError
from ...tools.clock import get_database_time
from ...tools.transactions import write_and_commit
from ..connection.scheduled_actions import HEARTBEAT_INTERVAL
from ..telegram_message import NO_FAILURE, OUTCOME_PENDING
from .same_message import MessageMatching

_logger = logging.getLogger(__name__)
# Seconds after which a sent message has certainly appeared in the outgoing journal. A message that
# is missing for longer was not sent.
JOURNAL_LAG = 300
# Time after which a message is looked for whose echo would tell its ID.
ECHO_TIME = timedelta(seconds=60)
# Attempts with an unknown outcome after which a message is given up. It seems to be what stops
# Odoo or GREEN-API, so trying it again would stop them again.
UNSURE_ATTEMPTS_MAX = 10


class TelegramMessage(models.Model):
    """Extend ``telegram.message`` with the check of messages whose outcome is unknown.

    ::

        unsure ──> sent      found in the queue or outgoing journal of GREEN-API, or echoed; or the
                             call of a process that was given up is accepted after all
               ──> queued    nothing there can be it, for longer than the journal lags
               ──> unsure    something there may be it, or it was written in a copied database: a
                             user decides. Also if GREEN-API could not be asked, or the chat's
                             Telegram ID is not known, after 24 hours (``_end_outdated_checks``).
                             A late echo, and a history that is imported, still mark it as sent.
               ──> error     it was tried too many times, its number has no Telegram account, or
                             GREEN-API reports that it was not delivered
               ──> canceled  in a neutralized copy of the database

    A user may decide with *Mark as Sent* at any time, and with *Resend* when GREEN-API is no longer
    asked (``action_mark_sent``, ``action_retry``).

    A message that was sent, but got an ID that is not its own, is looked for in the same way
    (``_look_for_id``): its echo may get lost. It is never sent again.

    Which message of GREEN-API is which message of Odoo is the rule of ``same_message.py``.
    """

    _inherit = "telegram.message"

    is_being_checked = fields.Boolean(
        "Being Checked",
        readonly=True,
        copy=False,
        help="GREEN-API is being asked whether the message was sent.",
    )
    missing_since_date = fields.Datetime(
        "Missing Since",
        readonly=True,
        copy=False,
        help="Date since which the message is in neither the queue nor the outgoing journal of "
        "GREEN-API. The journal may lag behind.",
    )
    is_held = fields.Boolean(
        "Held",
        readonly=True,
        copy=False,
        help="The message was written in a copied database, before that was the one to work with "
        "the account. It is sent only if a user decides so.",
    )
    unsure_count = fields.Integer(
        "Unsure Attempts",
        readonly=True,
        copy=False,
        help="Number of attempts with an unknown outcome.",
    )

    def _mark_unsure(self, reason, clock_offset=None):
        """Mark messages as unsure and start checking whether they were sent.

        :param str reason: shown to users
        :param float clock_offset: seconds by which GREEN-API's clock was ahead, as measured at the
            attempt; None if it was not measured
        """
        if self:
            _logger.warning("Telegram messages %s: unknown whether they went out", self.ids)
        self._increment_unsure_count()
        self._set_state(
            {
                "state": "unsure",
                "failure_type": "unsure",
                "failure_reason": reason,
                "is_being_checked": True,
                "missing_since_date": False,
            }
        )
        self._store_attempt_clock(clock_offset)

    def _look_for_id(self):
        """Start looking for the ID of a sent message, should its echo not tell it."""
        self.ensure_one()
        self.write({"is_being_checked": True, "missing_since_date": False})
        self.instance_id._trigger_send(get_database_time(self.env.cr) + ECHO_TIME)

    def _increment_unsure_count(self):
        for message in self:
            message.unsure_count += 1

    def _mark_failed_unsure(self):
        """Mark as failed a message whose sending was interrupted too many times."""
        self._set_state(
            {
                "state": "error",
                "failure_type": "refused",
                "failure_reason": self.env._(
                    "Sending was interrupted at each of %s attempts, and the message was not sent. "
                    "Check its content, or send another message instead.",
                    UNSURE_ATTEMPTS_MAX,
                ),
            }
        )

    @api.model
    def _find_being_checked(self, instance):
        """Return the messages whose outcome or ID GREEN-API may still know, oldest first."""
        domain = [("instance_id", "=", instance.id), ("is_being_checked", "=", True)]
        return self.search(domain, order="id")

    def _end_outdated_checks(self):
        """Leave to users what GREEN-API has forgotten, also if it cannot be asked. Commits.

        :return: the messages that are still being checked
        """
        too_old = fields.Datetime.now() - timedelta(hours=const.JOURNAL_HOURS)
        forgotten = self.filtered(lambda message: message._get_last_attempt_date() < too_old)
        if forgotten:
            write_and_commit(self.env, forgotten._set_state, {"is_being_checked": False})
        return self - forgotten

    @api.autovacuum
    def _gc_checks(self):
        """Leave to users what no send action checks, such as of an account that was archived."""
        too_old = fields.Datetime.now() - timedelta(hours=const.JOURNAL_HOURS)
        for instance in self._find_unchecked_instances():
            if not instance.active:
                self._recover_orphans(instance)
            messages = self._find_being_checked(instance)
            if instance.active:
                messages = messages.filtered(lambda m: m._get_last_attempt_date() < too_old)
            messages._set_state({"is_being_checked": False})

    @api.model
    def _find_unchecked_instances(self):
        """Return the accounts with messages that are being sent or checked, archived or not."""
        domain = Domain("state", "=", "sending")
        domain |= Domain("is_being_checked", "=", True)
        groups = self._read_group(domain, [], ["instance_id:recordset"])
        return groups[0][0]

    def _check_outcomes(self, client):
        """Check with GREEN-API whether these unsure messages of one account were sent. Commits.

        The queue is listed before the journal, so that a message which leaves the queue in
        between is found in the journal. A failed check holds up nothing else and is repeated by
        the next run.
        """
        if not self:
            return
        numbers = self._fetch_chat_numbers(client)
        instance = self.instance_id
        unrecognized = self._find_unrecognized()
        try:
            waiting = client.show_messages_queue()
            instance._store_clock_offset(client)
            sent = client.last_outgoing_messages(minutes=unrecognized._get_journal_minutes())
        except GreenApiError as error:
            write_and_commit(self.env, self._process_checked_numbers, numbers)
            write_and_commit(self.env, instance._record_error, error)
            return
        write_and_commit(self.env, unrecognized._store_outcomes, numbers, waiting, sent)

    def _find_unrecognized(self):
        """Return these messages and the others of their chats to which found rows may belong."""
        since = fields.Datetime.now() - timedelta(hours=const.JOURNAL_HOURS)
        domain = self._get_unrecognized_domain() & Domain("last_attempt_date", ">=", since)
        return self | self.search(domain & Domain("chat_id", "in", self.chat_id.ids))

    def _fetch_chat_numbers(self, client):
        """Fetch the IDs of chats known by phone number only: the journal holds no phone numbers.

        :return: dict of chat -> tuple of the digits of its number and the CheckedAccount, of the
            numbers that could be checked
        """
        numbers, instance = {}, self.instance_id
        if instance._get_check_pause_message():
            return numbers
        for chat in self.chat_id.filtered("is_phone_form"):
            digits = chat._get_phone_digits()
            try:
                account = client.check_account(digits)
            except GreenApiError as error:
                _logger.info("Telegram chat %s: its number is not known yet (%s)", chat.id, error)
                write_and_commit(self.env, instance._process_check_error, error)
                if isinstance(error, RefusedError) and error.code == const.CODE_BAD_REQUEST:
                    continue  # GREEN-API refused this number only
                break
            if account.chat_id or not account.exists:
                numbers[chat] = (digits, account)
        return numbers

    def _process_checked_numbers(self, numbers):
        """Store the results of ``_fetch_chat_numbers``.

        Meanwhile, a notification may have told the ID of a chat.

        :param dict numbers: result of ``_fetch_chat_numbers``
        """
        for chat, (digits, account) in numbers.items():
            messages = self.filtered(lambda m, x=chat: m.chat_id == x and m.is_being_checked)
            self.instance_id._process_check_result(digits, account)
            if not account.exists:
                messages._mark_no_account()

    def _store_outcomes(self, numbers, waiting, sent):
        """Store the outcomes that the queue and the journal of GREEN-API show, oldest first.

        :param dict numbers: result of ``_fetch_chat_numbers``
        :param list waiting: QueuedMessage, of the queue
        :param list sent: JournalMessage, of the outgoing journal
        """
        self._process_checked_numbers(numbers)
        reported = self.env["telegram.event"]._get_waiting_reports(self.instance_id)
        rows = [*(row.message for row in waiting), *sent, *reported]
        messages = self.filtered_domain(self._get_unrecognized_domain())
        matching = MessageMatching(messages, rows)
        is_complete = len(waiting) < const.QUEUE_LISTING_LENGTH
        for message in messages.sorted("id"):
            found = matching.found.get(message)
            if not found and message.is_being_checked:
                message._process_not_found(matching.doubtful.get(message), is_complete)
            elif found:
                message._mark_sent(found.id_message)

    def _get_journal_minutes(self):
        """Return for how many minutes the journal is needed to find these messages."""
        oldest = min(message._get_attempt_period(message.clock_skew)[0] for message in self)
        now = self.instance_id._get_service_time().replace(tzinfo=timezone.utc)
        age = now.timestamp() - oldest
        return max(1, min(int(age // 60) + 1, const.JOURNAL_HOURS * 60))

    def _process_not_found(self, doubtful, is_complete):
        """Process that a message was not recognized in the queue or in the journal.

        It was not sent only if nothing is left there that may be the message.

        :param list doubtful: of the client's Message: those that may be the message
        :param bool is_complete: whether GREEN-API has listed its whole queue
        """
        self.ensure_one()
        # It is GREEN-API's journal that lags. Its clock tells the same to each server of Odoo.
        now = self.instance_id._get_service_time()
        lag = timedelta(seconds=JOURNAL_LAG)
        if not is_complete or self.chat_id.is_phone_form:
            self.missing_since_date = False  # nothing can be concluded
        elif not self.missing_since_date:
            self.missing_since_date = now
            self.instance_id._trigger_send(get_database_time(self.env.cr) + lag)
        elif now - self.missing_since_date < lag:
            return
        elif self.state == "sent":
            _logger.warning("Telegram message %s: its id remains unknown", self.id)
            self._set_state({"is_being_checked": False})
        elif doubtful:
            self._leave_to_user(doubtful[0])
        elif self.is_held:
            self._set_state({"is_being_checked": False})  # the reason is on the message
        elif self.unsure_count >= UNSURE_ATTEMPTS_MAX:
            self._mark_failed_unsure()
        else:
            _logger.info("Telegram message %s was not sent; it is sent again", self.id)
            self._set_state({"state": "queued", **NO_FAILURE})

    def _leave_to_user(self, found):
        """End the check of a message that only a user can tell from another one.

        :param Message found: it may be this message
        """
        _logger.info("Telegram message %s may be %s at GREEN-API", self.id, found.id_message)
        reason = self.env._(
            "GREEN-API reports a message in the chat that may be this one, but not its content. "
            "Check the chat in Telegram, then click Mark as Sent or Resend."
        )
        if found.type_message:
            names = ("type_message", "text", "file_name")
            content = {name: getattr(found, name) for name in names}
            reason = self.env._(
                "The chat has a message that may be this one: “%s”. Check the chat in Telegram, "
                "then click Mark as Sent or Resend.",
                self.new(content)._get_summary(),
            )
        self._set_state({"is_being_checked": False, "failure_reason": reason})


class TelegramInstance(models.Model):
    """Extend ``telegram.instance`` with the detection of outages.

    A backup or a copy holds queued messages that were sent after it was made. So messages queued
    before a break are only sent after GREEN-API was asked whether it has them already.
    """

    _inherit = "telegram.instance"
    _protected = {"last_run_date"}

    last_run_date = fields.Datetime(
        readonly=True, copy=False, help="Date on which Odoo last worked for this account."
    )

    def _update_heartbeat(self):
        """Store that Odoo works; after a break, check messages queued before it. Commits.

        :return: bool, whether the account may work now, in this database
        """
        if not (self.active and self.has_api_token):
            return False
        if self.is_other_database:
            self._alert_other_database()
            return False
        now, fingerprint = fields.Datetime.now(), self._get_database_fingerprint()
        is_recent = self.last_run_date and abs(now - self.last_run_date) < HEARTBEAT_INTERVAL
        if not (self.database_fingerprint and is_recent):
            write_and_commit(self.env, self._resume_after_restart, now, fingerprint, processed=None)
        return True

    def _resume_after_restart(self, now, fingerprint):
        """Store the heartbeat; after a break, mark messages queued before it as unsure.

        :param datetime now: UTC
        :param str fingerprint: of this database
        """
        is_restored = self.database_fingerprint and self.database_fingerprint != fingerprint
        was_silent = self.last_run_date and now - self.last_run_date > self._get_longest_silence()
        if self.last_run_date and is_restored:
            self._hold_written_in_copy()
        if self.last_run_date and (is_restored or was_silent):
            self._mark_waiting_unsure(now)
        vals = {"last_run_date": now, "database_fingerprint": fingerprint}
        if self.last_run_date and self.last_run_date > now:
            vals["send_after"] = False  # the clock was set back: the pause may end in years
        self.write(vals)

    def _hold_written_in_copy(self):
        """Hold messages that were queued in a copy of the database while it stood still.

        The original may have sent the same by its own automations. So it is checked what it has
        sent, and users decide about the rest.
        """
        domain = Domain("instance_id", "=", self.id) & Domain("state", "=", "queued")
        domain &= Domain("create_date", ">", self.last_run_date + HEARTBEAT_INTERVAL)
        messages = self.env["telegram.message"].search(domain)
        changes = messages.filtered(lambda message: message.type_message in const.CHANGE_KINDS)
        held = messages - changes
        held.is_held = True
        for message in held:
            attempts = max(message.attempts, 1)
            message.write({"attempts": attempts, "last_attempt_date": message.date})
        reason = self.env._(
            "The message was written in a copied database, before that was the one to work with "
            "the account. Check the chat in Telegram, then click Mark as Sent or Resend."
        )
        held._mark_unsure(reason)
        for change in changes:
            reason = self.env._("It was made in a copied database. Make the change again.")
            change._set_state(
                {"state": "error", "failure_type": "refused", "failure_reason": reason}
            )
            change._notify_change_refused()
        if held:
            self._trigger_send()

    def _end_checks(self):
        """Leave the unsure messages of accounts to users, because the accounts were archived."""
        # sudo: telegram.message - those of the user's own accounts
        messages_sudo = self.env["telegram.message"].sudo()
        for instance in self:
            checked_sudo = messages_sudo._find_being_checked(instance).filtered_domain(
                OUTCOME_PENDING
            )
            reason = self.env._(
                "The account was archived before it was clear whether the message was sent. Check "
                "the chat in Telegram, then click Mark as Sent or Resend."
            )
            if checked_sudo:
                checked_sudo._set_state({"is_being_checked": False, "failure_reason": reason})

    def _mark_waiting_unsure(self, now):
        """Mark messages as unsure that were queued before the break and may have been sent since.

        Edits and deletions are left out: repeating them changes nothing.

        :param datetime now: UTC
        """
        until = self.last_run_date + self._get_longest_silence()
        domain = Domain("instance_id", "=", self.id) & Domain("state", "=", "queued")
        domain &= Domain("create_date", "<=", until)
        domain &= Domain("type_message", "not in", list(const.CHANGE_KINDS))
        domain &= Domain("scheduled_date", "=", False) | Domain("scheduled_date", "<=", now)
        messages = self.env["telegram.message"].search(domain)
        for message in messages:
            # The earliest moment at which it may have been sent: the journal is read from there.
            earliest = max(self.last_run_date, message.date, message.scheduled_date or message.date)
            message.write({"attempts": max(message.attempts, 1), "last_attempt_date": earliest})
        messages._mark_unsure(
            self.env._(
                "Odoo was interrupted or its database was restored from a backup while the message "
                "was queued. It may have been sent already."
            )
        )
        if messages:
            self._trigger_send()
