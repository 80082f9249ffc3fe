# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import logging
from datetime import timedelta, timezone

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ... import const
from ...client import GreenApiError, RefusedError
from ...client.notifications import OUTGOING_API
from ...tools.phone import parse_phone
from ...tools.transactions import write_and_commit
from ..connection.scheduled_actions import HEARTBEAT_INTERVAL
from ..telegram_message import NO_FAILURE

_logger = logging.getLogger(__name__)
# Seconds after which a sent message has certainly appeared in the outgoing journal. A message that
# is missing for longer was not sent.
JOURNAL_LAG = 300
# Seconds by which the clocks of Odoo and GREEN-API may differ. Journal rows from so long before an
# attempt may still belong to it.
CLOCK_SKEW = 120
# Attempts with an unknown outcome after which a message is given up. It seems to be what stops
# Odoo or GREEN-API, so trying it again would stop them again.
UNSURE_ATTEMPTS_MAX = 10
# Degrees, some meters: GREEN-API may round a location.
LOCATION_TOLERANCE = 1e-4


class TelegramMessage(models.Model):
    """Extend ``telegram.message`` with the check of messages whose outcome is unknown.

    ::

        unsure ──> sent      found in the queue or outgoing journal of GREEN-API, or echoed
               ──> queued    in neither, and missing for longer than the journal lags
               ──> unsure    still unknown when the journal ends: a user decides

    GREEN-API stores no key of Odoo's, so its rows are matched by chat and content, one to one. A
    row that already belongs to one message does not prove that another one was sent.
    """

    _inherit = "telegram.message"

    is_settling = fields.Boolean(
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
    unsure_count = fields.Integer(
        "Unsure Attempts",
        readonly=True,
        copy=False,
        help="Number of attempts with an unknown outcome.",
    )

    def _mark_unsure(self, reason):
        """Mark messages as unsure and start checking whether they were sent.

        :param str reason: shown to users
        """
        if self:
            _logger.warning("Telegram messages %s: unknown whether they went out", self.ids)
        self._increment_unsure_count()
        self._set_state(
            {
                "state": "unsure",
                "failure_type": "unsure",
                "failure_reason": reason,
                "is_settling": True,
                "missing_since_date": False,
            }
        )

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
    def _find_settling(self, instance):
        """Return the unsure messages whose outcome GREEN-API may still know."""
        return self.search(
            [
                ("instance_id", "=", instance.id),
                ("state", "=", "unsure"),
                ("is_settling", "=", True),
            ],
            order="id",
        )

    def _settle(self, client):
        """Check with GREEN-API whether these unsure messages of one account were sent. Commits.

        The queue is listed before the journal, so that a message which leaves the queue in
        between is found in the journal. A failed check holds up nothing else and is repeated by
        the next run.
        """
        too_old = fields.Datetime.now() - timedelta(hours=const.JOURNAL_HOURS)
        forgotten = self.filtered(lambda message: message._get_last_attempt_date() < too_old)
        if forgotten:
            write_and_commit(self.env, forgotten._set_state, {"is_settling": False})
        checked = self - forgotten
        if not checked:
            return
        numbers = checked._fetch_chat_numbers(client)
        try:
            waiting = client.show_messages_queue()
            sent = client.last_outgoing_messages(minutes=checked._get_journal_minutes())
        except GreenApiError as error:
            write_and_commit(self.env, checked._process_checked_numbers, numbers)
            write_and_commit(self.env, checked.instance_id._record_error, error)
            return
        write_and_commit(self.env, checked._store_outcomes, numbers, waiting, sent)

    def _fetch_chat_numbers(self, client):
        """Fetch the IDs of chats known by phone number only: the journal holds no phone numbers.

        :return: dict of chat -> CheckedAccount, of the numbers that could be checked
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
                numbers[chat] = account
        return numbers

    def _process_checked_numbers(self, numbers):
        """Store the results of ``_fetch_chat_numbers``.

        :param dict numbers: chat -> CheckedAccount
        """
        for chat, account in numbers.items():
            messages = self.filtered(lambda message, x=chat: message.chat_id == x)
            self.instance_id._process_check_result(chat._get_phone_digits(), account)
            if not account.exists:
                messages._mark_no_account()

    def _store_outcomes(self, numbers, waiting, sent):
        """Store the outcomes that the queue and the journal of GREEN-API show, oldest first.

        :param dict numbers: chat -> CheckedAccount
        :param list waiting: QueuedMessage, of the queue
        :param list sent: JournalMessage, of the outgoing journal
        """
        self._process_checked_numbers(numbers)
        rows = [row.message for row in waiting]
        # A message that was not sent through the API was written on the phone.
        rows += [row for row in sent if row.raw.get("sendByApi") is not False]
        known = self._find_known_ids([row.id_message for row in rows])
        is_complete = len(waiting) < const.QUEUE_LISTING_LENGTH
        for message in self.filtered("is_settling"):
            found = next((row for row in rows if message._matches_row(row, known)), None)
            if found:
                known.add((message.chat_id, found.id_message))
                message._mark_sent(found.id_message)
            else:
                message._process_absence(is_complete)

    def _find_known_ids(self, ids):
        """Return which of these IDs already belong to messages sent from Odoo.

        A message that was created by an echo does not count: it may be the echo of an unsure one.

        :param list ids: idMessage of GREEN-API
        :return: set of pairs of ``telegram.chat`` and ID
        """
        domain = [
            ("instance_id", "=", self.instance_id.id),
            ("id_message", "in", ids),
            ("attempts", ">", 0),
        ]
        return {(message.chat_id, message.id_message) for message in self.search(domain)}

    def _get_last_attempt_date(self):
        """Return when the message was last sent; of one that never was, when it was written."""
        self.ensure_one()
        return self.last_attempt_date or self.date

    def _get_journal_minutes(self):
        """Return for how many minutes the journal is needed to find these messages."""
        oldest = min(message._get_last_attempt_date() for message in self)
        age = fields.Datetime.now() - oldest + timedelta(seconds=CLOCK_SKEW)
        return min(int(age.total_seconds() // 60) + 1, const.JOURNAL_HOURS * 60)

    def _matches_row(self, row, known):
        """Return whether a row of the queue or journal of GREEN-API may be this message.

        :param Message row: of the queue, it has no time
        :param set known: pairs of chat and ID that belong to other messages
        """
        chat = self.chat_id
        if row.chat_id not in chat._get_addresses() or (chat, row.id_message) in known:
            return False
        last_attempt_date = self._get_last_attempt_date().replace(tzinfo=timezone.utc)
        in_time = not row.timestamp or row.timestamp >= last_attempt_date.timestamp() - CLOCK_SKEW
        return in_time and self._matches_content(row)

    def _matches_content(self, found):
        """Return whether the content found at GREEN-API is that of this message.

        Journals may lack the details of a kind; then the kind alone is compared.

        :param Message found: of a notification, or of a row of a journal or of the queue
        """
        self.ensure_one()
        kind, ours = found.type_message, self.content or {}
        if found.is_forwarded and not kind:  # a forwarded message in the queue
            source, ids = self.forwarded_message_id, found.raw.get("messages")
            same_chat = found.raw.get("chatIdFrom") == source.chat_id.telegram_id
            same_message = not ids or source.id_message in map(str, ids)
            return self.is_forwarded and same_chat and same_message
        if self.type_message in const.TEXT_KINDS:
            return kind in const.TEXT_KINDS and self._matches_text(found.text)
        if self.type_message in const.FILE_KINDS:
            same_name = not found.file_name or found.file_name == self.file_name
            same_text = not found.text or self._matches_text(found.text)
            return kind in const.FILE_KINDS and same_name and same_text
        if kind != self.type_message:
            return False
        if kind in const.CHANGE_KINDS:
            same_target = found.target_id_message == self.target_message_id.id_message
            return same_target and self._matches_text(found.text)
        if found.location:
            near = abs(found.location.latitude - ours.get("latitude", 0)) < LOCATION_TOLERANCE
            return (
                near
                and abs(found.location.longitude - ours.get("longitude", 0)) < LOCATION_TOLERANCE
            )
        if found.contact and found.contact.phone:
            return parse_phone(found.contact.phone) == parse_phone(ours.get("phoneContact"))
        if found.poll and found.poll.options:
            names = [option.name for option in found.poll.options]
            return names == ours.get("options") and self._matches_text(found.poll.question)
        return True

    def _matches_text(self, text):
        """Return whether the texts are equal, ignoring whitespace.

        A text that this message had before an edit matches, too.
        """
        self.ensure_one()
        texts = [self.text]
        if self.is_edited:
            texts += self.search([("target_message_id", "=", self.id)]).mapped("former_text")
        return (text or "").split() in [(known or "").split() for known in texts]

    def _process_absence(self, is_complete):
        """Process that a message was found neither in the queue nor in the journal.

        :param bool is_complete: whether GREEN-API has listed its whole queue
        """
        self.ensure_one()
        now = fields.Datetime.now()
        lag = timedelta(seconds=JOURNAL_LAG)
        if not is_complete or self.chat_id.is_phone_form:
            self.missing_since_date = False  # nothing can be concluded
        elif not self.missing_since_date:
            self.missing_since_date = now
            self.instance_id._trigger_send(now + lag)
        elif now - self.missing_since_date < lag or self._has_pending_echoes():
            return
        elif self.unsure_count >= UNSURE_ATTEMPTS_MAX:
            self._mark_failed_unsure()
        else:
            _logger.info("Telegram message %s was not sent; it is sent again", self.id)
            self._set_state({"state": "queued", **NO_FAILURE})

    def _has_pending_echoes(self):
        """Return whether echoes of sent messages are unprocessed: one may be this message's."""
        return bool(
            self.env["telegram.event"].search_count(
                [
                    ("instance_id", "=", self.instance_id.id),
                    ("state", "=", "new"),
                    ("type_webhook", "=", OUTGOING_API),
                ],
                limit=1,
            )
        )


class TelegramInstance(models.Model):
    """Extend ``telegram.instance`` with the detection of outages and restored backups.

    A backup holds queued messages that were sent after it was made. So messages queued before a
    break are only sent after GREEN-API was asked whether it has them already.
    """

    _inherit = "telegram.instance"
    _protected = {"last_run_date", "database_fingerprint"}

    last_run_date = fields.Datetime(
        readonly=True, copy=False, help="Date on which Odoo last worked for this account."
    )
    database_fingerprint = fields.Char(
        readonly=True,
        copy=False,
        help="Identifies the database of that date. It differs in a restored backup.",
    )

    def _update_heartbeat(self):
        """Store that Odoo works; after a break, check messages queued before it. Commits."""
        now, fingerprint = fields.Datetime.now(), self._get_database_fingerprint()
        is_same = self.database_fingerprint == fingerprint
        is_recent = self.last_run_date and abs(now - self.last_run_date) < HEARTBEAT_INTERVAL
        if self.active and self.has_api_token and not (is_same and is_recent):
            write_and_commit(self.env, self._resume_after_restart, now, fingerprint)

    def _resume_after_restart(self, now, fingerprint):
        """Store the heartbeat; after a break, mark messages queued before it as unsure.

        :param datetime now: UTC
        :param str fingerprint: of this database
        """
        is_restored = self.database_fingerprint and self.database_fingerprint != fingerprint
        was_silent = self.last_run_date and now - self.last_run_date > self._get_longest_silence()
        if is_restored or was_silent:
            self._mark_waiting_unsure(now)
        vals = {"last_run_date": now, "database_fingerprint": fingerprint}
        if self.last_run_date and self.last_run_date > now:
            vals["send_after"] = False  # the clock was set back: the pause may end in years
        self.write(vals)

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

    def _get_database_fingerprint(self):
        """Return a text that identifies this database and differs in a restored backup."""
        [[database, table]] = self.env.execute_query(
            SQL(
                "SELECT oid, 'telegram_message'::regclass::oid FROM pg_database "
                "WHERE datname = current_database()"
            )
        )
        return f"{database}.{table}"
