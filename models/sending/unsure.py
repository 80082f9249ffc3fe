# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import logging
from datetime import timedelta, timezone

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ... import const
from ...client import GreenApiError, RefusedError
from ...client.notifications import OUTGOING_API
from ...tools.transactions import write_and_commit
from ..connection.scheduled_actions import HEARTBEAT_INTERVAL
from ..telegram_message import NO_FAILURE

_logger = logging.getLogger(__name__)
JOURNAL_LAG = 300  # seconds after which a message sent is certainly in the outgoing journal
CLOCK_SKEW = 120  # seconds by which our clock and the service's may differ
DOUBTS_MAX = 10  # a message is tried no more after so many tries of which nobody knew the outcome
SAME_PLACE = 1e-4  # degrees, some metres: the service may round


class TelegramMessage(models.Model):
    """Messages of which nobody knows whether they went out: the service is asked.

    ::

        unsure ──> sent      found in the service's queue or outgoing journal, or echoed
               ──> queued    in neither, and absent for longer than the journal lags
               ──> unsure    still unknown when the journal forgets: a person decides

    The service knows no key of ours, so its rows are matched by chat and text, one to one: a row
    that is already one of our messages is no proof for another.
    """

    _inherit = "telegram.message"

    is_settling = fields.Boolean(
        "Being Checked", readonly=True, copy=False, help="The service is being asked about it."
    )
    missing_since_date = fields.Datetime(
        "Not in the Service's Queue Since",
        readonly=True,
        copy=False,
        help="The service's queue did not hold it then; the journal may lag behind that.",
    )
    unsure_count = fields.Integer(
        "Times Unsure", readonly=True, copy=False, help="Attempts whose outcome was unknown."
    )

    def _mark_unsure(self, reason):
        """Note that nobody knows whether these messages went out, and have it found out."""
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

    def _mark_unresolved(self):
        """Leave to a person what did not go out however often it was tried: it seems to be what
        keeps the service, or Odoo itself, from finishing."""
        self._set_state(
            {
                "state": "error",
                "failure_type": "refused",
                "failure_reason": self.env._(
                    "It was tried %s times, and each time the sending was cut short; the message "
                    "did not go out. Look at what it holds, or send another one instead.",
                    DOUBTS_MAX,
                ),
            }
        )

    @api.model
    def _find_unsettled(self, instance):
        """Return the unsure messages about which the service can still tell something."""
        return self.search(
            [
                ("instance_id", "=", instance.id),
                ("state", "=", "unsure"),
                ("is_settling", "=", True),
            ],
            order="id",
        )

    def _settle(self, client):
        """Ask the service about these unsure messages of one instance, and keep what it says.

        The queue is listed before the journal: what leaves the one in between is in the other.
        A failure of asking holds up nothing else; it is asked again by the next run.
        """
        too_old = fields.Datetime.now() - timedelta(hours=const.JOURNAL_HOURS)
        forgotten = self.filtered(lambda message: message._get_last_attempt_date() < too_old)
        if forgotten:
            write_and_commit(self.env, forgotten._set_state, {"is_settling": False})
        asked = self - forgotten
        if not asked:
            return
        numbers = asked._fetch_chat_numbers(client)
        try:
            waiting = client.show_messages_queue()
            sent = client.last_outgoing_messages(minutes=asked._minutes_back())
        except GreenApiError as error:
            write_and_commit(self.env, asked._store_chat_numbers, numbers)
            write_and_commit(self.env, asked.instance_id._record_error, error)
            return
        write_and_commit(self.env, asked._store_outcomes, numbers, waiting, sent)

    def _fetch_chat_numbers(self, client):
        """Ask for the numbers of chats known by phone only: the journal knows no phones.

        :return: dict of chat -> CheckedAccount, of those that the service was willing to tell
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
                    continue  # that number only
                break
            if account.chat_id or not account.exists:
                numbers[chat] = account
        return numbers

    def _store_chat_numbers(self, numbers):
        for chat, account in numbers.items():
            asked = self.filtered(lambda message, x=chat: message.chat_id == x)
            self.instance_id._process_check_result(chat._get_phone_digits(), account)
            if not account.exists:
                asked._mark_no_account()

    def _store_outcomes(self, numbers, waiting, sent):
        """Settle what the service's queue and journal settle, the oldest first.

        :param dict numbers: chat -> CheckedAccount
        :param waiting: list of QueuedMessage
        :param sent: list of JournalMessage
        """
        self._store_chat_numbers(numbers)
        rows = [row.message for row in waiting]
        # What is not sent by the API was written on the phone.
        rows += [row for row in sent if row.raw.get("sendByApi") is not False]
        taken = self._find_taken([row.id_message for row in rows])
        is_complete = len(waiting) < const.QUEUE_LISTING_LENGTH
        for message in self.filtered("is_settling"):
            found = next((row for row in rows if message._is_row(row, taken)), None)
            if found:
                taken.add((message.chat_id, found.id_message))
                message._mark_sent(found.id_message)
            else:
                message._record_absence(is_complete)

    def _find_taken(self, ids):
        """Return which of these ids are other messages of ours already: pairs of chat and id.

        A row that only the echo made is not one: it may be the echo of what is unsure.
        """
        known = [
            ("instance_id", "=", self.instance_id.id),
            ("id_message", "in", ids),
            ("attempts", ">", 0),
        ]
        return {(message.chat_id, message.id_message) for message in self.search(known)}

    def _get_last_attempt_date(self):
        self.ensure_one()
        return self.last_attempt_date or self.date

    def _minutes_back(self):
        oldest = min(message._get_last_attempt_date() for message in self)
        age = fields.Datetime.now() - oldest + timedelta(seconds=CLOCK_SKEW)
        return min(int(age.total_seconds() // 60) + 1, const.JOURNAL_HOURS * 60)

    def _is_row(self, row, taken):
        """Tell whether a row of the service's queue or journal may be this message.

        :param Message row: what it says; in the queue without a time
        :param set taken: chats and ids of the messages that are others
        """
        chat = self.chat_id
        if row.chat_id not in chat._get_addresses() or (chat, row.id_message) in taken:
            return False
        last_attempt_date = self._get_last_attempt_date().replace(tzinfo=timezone.utc)
        in_time = not row.timestamp or row.timestamp >= last_attempt_date.timestamp() - CLOCK_SKEW
        return in_time and self._is_same(row)

    def _is_same(self, found):
        """Tell whether what the service has is this message, as far as it tells.

        Journals may lack the details of a kind; then the kind has to do.

        :param Message found: a notification, or a row of a journal or of the service's queue
        """
        self.ensure_one()
        kind, ours = found.type_message, self.content or {}
        if found.is_forwarded and not kind:  # waits in the service's queue
            source, ids = self.forwarded_message_id, found.raw.get("messages")
            same_chat = found.raw.get("chatIdFrom") == source.chat_id.telegram_id
            same_message = not ids or source.id_message in map(str, ids)
            return self.is_forwarded and same_chat and same_message
        if self.type_message in const.TEXT_KINDS:
            return kind in const.TEXT_KINDS and self._has_text(found.text)
        if self.type_message in const.FILE_KINDS:
            same_name = not found.file_name or found.file_name == self.file_name
            same_text = not found.text or self._has_text(found.text)
            return kind in const.FILE_KINDS and same_name and same_text
        if kind != self.type_message:
            return False
        if kind in const.CHANGE_KINDS:
            same_target = found.target_id_message == self.target_message_id.id_message
            return same_target and self._has_text(found.text)
        if found.location:
            near = abs(found.location.latitude - ours.get("latitude", 0)) < SAME_PLACE
            return near and abs(found.location.longitude - ours.get("longitude", 0)) < SAME_PLACE
        if found.contact and found.contact.phone:
            return found.contact.phone == ours.get("phoneContact")
        if found.poll and found.poll.options:
            names = [option.name for option in found.poll.options]
            return names == ours.get("options") and self._has_text(found.poll.question)
        return True

    def _has_text(self, text):
        """Tell whether this is the text, however the service has treated its white space; also
        one that was changed since."""
        self.ensure_one()
        texts = [self.text]
        if self.is_edited:
            texts += self.search([("target_message_id", "=", self.id)]).mapped("former_text")
        return (text or "").split() in [(known or "").split() for known in texts]

    def _record_absence(self, is_complete):
        """Draw the conclusion from finding a message neither in the queue nor in the journal.

        :param bool is_complete: whether the service has listed its whole queue
        """
        self.ensure_one()
        now = fields.Datetime.now()
        lag = timedelta(seconds=JOURNAL_LAG)
        if not is_complete or self.chat_id.is_phone_form:
            self.missing_since_date = False  # nothing can be concluded
        elif not self.missing_since_date:
            self.missing_since_date = now
            self.instance_id._trigger_send(now + lag)
        elif now - self.missing_since_date < lag or self._has_echoes():
            return
        elif self.unsure_count >= DOUBTS_MAX:
            self._mark_unresolved()
        else:
            _logger.info("Telegram message %s did not go out; it is sent again", self.id)
            self._set_state({"state": "queued", **NO_FAILURE})

    def _has_echoes(self):
        """Tell whether echoes of sent messages wait in the inbox: one may be this message's."""
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
    """Whether this database has gone on without a break, or may be a restored backup.

    A backup holds messages that wait although they went out after it was made. So what waited
    before a break is not sent before the service was asked whether it has it already.
    """

    _inherit = "telegram.instance"
    _protected = {"last_run_date", "database_fingerprint"}

    last_run_date = fields.Datetime(
        readonly=True, copy=False, help="Odoo is known to have worked for this instance then."
    )
    database_fingerprint = fields.Char(
        readonly=True, copy=False, help="Where the database was then; it changes by a restore."
    )

    def _update_heartbeat(self):
        """Note that Odoo works; after a break, doubt what waited before it. Commits."""
        now, mark = fields.Datetime.now(), self._get_database_fingerprint()
        is_same = self.database_fingerprint == mark
        is_recent = self.last_run_date and abs(now - self.last_run_date) < HEARTBEAT_INTERVAL
        if self.active and self.has_api_token and not (is_same and is_recent):
            write_and_commit(self.env, self._resume_after_restart, now, mark)

    def _resume_after_restart(self, now, mark):
        """Write down where and when Odoo works, and doubt what waited before a break.

        :param datetime now: UTC
        :param str mark: of this database
        """
        is_elsewhere = self.database_fingerprint and self.database_fingerprint != mark
        was_silent = self.last_run_date and now - self.last_run_date > self._get_longest_silence()
        if is_elsewhere or was_silent:
            self._mark_waiting_unsure(now)
        vals = {"last_run_date": now, "database_fingerprint": mark}
        if self.last_run_date and self.last_run_date > now:
            vals["send_after"] = False  # the clock was set back: the pause may end in years
        self.write(vals)

    def _mark_waiting_unsure(self, now):
        """Make unsure what was written before the break and could have been sent since.

        A change may be repeated: the message is the same after the second time.
        """
        until = self.last_run_date + self._get_longest_silence()
        domain = Domain("instance_id", "=", self.id) & Domain("state", "=", "queued")
        domain &= Domain("create_date", "<=", until)
        domain &= Domain("type_message", "not in", list(const.CHANGE_KINDS))
        domain &= Domain("scheduled_date", "=", False) | Domain("scheduled_date", "<=", now)
        messages = self.env["telegram.message"].search(domain)
        for message in messages:
            # The earliest moment at which it may have been sent; so far back the service is asked.
            earliest = max(self.last_run_date, message.date, message.scheduled_date or message.date)
            message.write({"attempts": max(message.attempts, 1), "last_attempt_date": earliest})
        messages._mark_unsure(
            self.env._(
                "Odoo was interrupted, or its database restored from a backup, while the message "
                "waited: it may have been sent already."
            )
        )
        if messages:
            self._trigger_send()

    def _get_database_fingerprint(self):
        """Tell this database from one that its backup is restored into."""
        [[database, table]] = self.env.execute_query(
            SQL(
                "SELECT oid, 'telegram_message'::regclass::oid FROM pg_database "
                "WHERE datname = current_database()"
            )
        )
        return f"{database}.{table}"
