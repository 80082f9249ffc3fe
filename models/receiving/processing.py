# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import logging
from contextlib import suppress
from datetime import timedelta

from psycopg2.errors import LockNotAvailable

from odoo import api, fields, models
from odoo.fields import Domain

from ... import const
from ...client.notifications import (
    OUTGOING_API,
    STATUS,
    MessageNotification,
    NotificationError,
    QuotaNotification,
    StateNotification,
    StatusNotification,
    UnreadableBody,
    decode_body,
    parse,
)
from ...tools.files import get_disk_reason, is_disk_full
from ...tools.transactions import CONFLICTS, attempts, hide_conflicts, is_conflict
from ..telegram_event import FURTHER_FILE
from ..telegram_message import EventPostponedError
from .files import MEGABYTE

_logger = logging.getLogger(__name__)
MAX_ATTEMPTS = 3  # before an event is set aside
# To process an event, before it is postponed; more than UNIQUE_ATTEMPTS, after which a taken value
# is a failure.
CONFLICT_ATTEMPTS = 5
# Events that are processed in one transaction. It has to be short, because other transactions wait
# for the rows that it has written.
EVENTS_AT_ONCE = 100
RETRY_PAUSE = 60  # seconds before a postponed event is processed again


class EventBatch:
    """A batch of consecutive incoming messages.

    Every other event may depend on earlier ones and is processed alone.
    """

    def __init__(self):
        self.events = []
        self.notifications = []
        self._messages = set()
        self._quoted = set()

    def accepts(self, notification):
        """Return whether an event may be processed together with those of the batch."""
        if not self.notifications:
            return True
        if not all(map(self._is_plain, (self.notifications[0], notification))):
            return False
        message, quoted = self._identify(notification)
        return message not in self._messages | self._quoted and quoted not in self._messages

    def add(self, event, notification):
        """Add an event to the batch."""
        self.events.append(event)
        self.notifications.append(notification)
        if self._is_plain(notification):
            message, quoted = self._identify(notification)
            self._messages.add(message)
            self._quoted.add(quoted)

    def _is_plain(self, notification):
        """Return whether this is an incoming message that changes no other message."""
        return (
            isinstance(notification, MessageNotification)
            and notification.is_incoming
            and not notification.target_id_message
            and not notification.raw.get(FURTHER_FILE)
        )

    def _identify(self, notification):
        chat_id = notification.chat_id
        return (chat_id, notification.id_message), (chat_id, notification.quoted_id_message)


class TelegramEvent(models.Model):
    """Extend ``telegram.event``: process the events of the inbox, in their order.

    An event that cannot be processed does not delay the following ones:

    * It is *postponed* while the outcome of a send it depends on is unknown or the disk is full,
      and after conflicts with other transactions. This may happen any number of times.
    * It is *set aside* at once if it is malformed: by ``_insert``, when it is stored, if it has
      more than 4 MB or 100 levels or is no JSON (UnreadableBody), and here if it is no JSON object
      or lacks what every event of its type has: the type, a valid chat ID, an idMessage, the edited
      text, the status, the state (NotificationError). Both are in ``client/notifications.py``. A
      polled one that may have been cut is fetched twice first. After any other error it is
      postponed, and set aside after MAX_ATTEMPTS attempts. A user may process it again.
    * It is *ignored* if there is nothing to do: an unknown type or status, the status of an unknown
      message.
    """

    _inherit = "telegram.event"

    @api.model
    def _process_inbox(self, instance):
        """Process the new events of an account in their order. Commits.

        Nothing is done while another process receives for the account. Events that arrive
        meanwhile are left to the next call, because a large batch is much less work.

        :param instance: the ``telegram.instance``
        :return: bool, whether the time of the scheduled action is over before the work is done
        """
        with instance._hold_receiving() as is_held:
            if is_held:
                for seconds_left in self._process_batches(instance):
                    if not seconds_left:
                        return self._has_due_events(instance)
        return False

    @api.model
    def _process_batches(self, instance, *, is_patient=True):
        """Process the new events of an account in batches. Commits.

        For callers that hold the account's lock, see ``_hold_receiving``.

        :param instance: the ``telegram.instance``
        :param bool is_patient: False to break off if rows are locked for longer than PostgreSQL's
            ``lock_timeout``
        :return: iterator that processes one batch at a time, of the seconds that are left for the
            scheduled action after it
        :raise LockNotAvailable: see ``is_patient``
        """
        due = self._get_due_domain(instance)
        last_id = 0
        self.env["ir.cron"]._commit_progress()
        while events := self.search(
            due & Domain("id", ">", last_id), order="id", limit=EVENTS_AT_ONCE
        ):
            processed = events._process_together(is_patient)
            last_id = processed[-1].id
            yield self.env["ir.cron"]._commit_progress(len(processed), remaining=1)
            if processed == events and len(events) < EVENTS_AT_ONCE:
                break

    @api.model
    def _has_due_events(self, instance):
        """Return whether there are events of an account to be processed now."""
        return bool(self.search_count(self._get_due_domain(instance), limit=1))

    @api.model
    def _find_due_instances(self, instances):
        """Return those of the accounts that have events to be processed now."""
        groups = self._read_group(self._get_due_domain(instances), [], ["instance_id:recordset"])
        return groups[0][0]

    @api.model
    def _get_due_domain(self, instances):
        """Return the domain of the events of accounts that are to be processed now."""
        due = Domain("instance_id", "in", instances.ids) & Domain("state", "=", "new")
        return due & (
            Domain("next_attempt_date", "=", False)
            | Domain("next_attempt_date", "<=", fields.Datetime.now())
        )

    @api.model
    def _get_waiting_reports(self, instance):
        """Return the Message of each unprocessed echo or status of a sent message.

        A status names a message whose content it does not tell.
        """
        domain = [
            ("instance_id", "=", instance.id),
            ("state", "=", "new"),
            ("type_webhook", "in", (OUTGOING_API, STATUS)),
        ]
        reports = []
        for event in self.search(domain, order="id"):
            with suppress(NotificationError, ValueError):  # it is set aside when it is processed
                report = parse(decode_body(event.payload))
                is_status = isinstance(report, StatusNotification)
                reports.append(report.get_message() if is_status else report)
        return [report for report in reports if report.id_message]

    def _process_together(self, is_patient=True):
        """Process events in their order and in one transaction.

        After a conflict with another transaction, only the first half is processed, in the end a
        single event. That one is postponed if the conflict persists.

        :param bool is_patient: see ``_process_batches``
        :return: the events that were processed or postponed
        """
        for _attempt in attempts(CONFLICT_ATTEMPTS):
            try:
                with hide_conflicts():
                    for batch in self._split_batches():
                        events = self.browse([event.id for event in batch.events])
                        events._process(batch.notifications)
                    self.env.flush_all()
                return self
            except CONFLICTS as error:
                if isinstance(error, LockNotAvailable) and not is_patient:
                    raise
                # Another transaction has changed the same chat or message: read it again.
                self.env.cr.rollback()
            if len(self) > 1:
                return self[: len(self) // 2]._process_together(is_patient)
        self._postpone()
        return self

    def _split_batches(self):
        """Yield the EventBatch objects in which the events are processed, in their order."""
        batch = EventBatch()
        for event in self:
            notification = event._parse_notification()
            if not notification:
                continue
            if not batch.accepts(notification):
                yield batch
                batch = EventBatch()
            batch.add(event, notification)
        if batch.events:
            yield batch

    def _parse_notification(self):
        """Return the notification of the event; None if it is malformed, which is recorded."""
        self.ensure_one()
        try:
            return parse(decode_body(self.payload))
        except Exception as error:  # pylint: disable=broad-exception-caught
            self._process_failure(error)  # one event must not stop the others
        return None

    def _process(self, notifications):
        """Process the events of one batch and store the result, or the reason of a failure.

        :param list notifications: the parsed notification of each event
        :raise CONFLICTS: another transaction has changed the same rows
        """
        failure = None
        try:
            with self.env.cr.savepoint():
                messages, vals = self._process_notifications(notifications)
                for event, message in zip(self, messages, strict=True):
                    event.write({"error": False, "message_id": message.id, **vals})
        except Exception as error:  # pylint: disable=broad-exception-caught
            if is_conflict(error):
                raise
            failure = error
        if failure and len(self) == 1:
            self._process_failure(failure)
        elif failure:  # the failing event is found by processing both halves
            half = len(self) // 2
            self[:half]._process(notifications[:half])
            self[half:]._process(notifications[half:])

    def _process_notifications(self, notifications):
        """Process the notifications of one batch.

        :param list notifications: the parsed notification of each event
        :return: tuple of the list of each event's ``telegram.message``, and dict of values to
            write on all events
        :raise EventPostponedError: the event depends on a send whose outcome is not known
        """
        instance, notification = self.instance_id, notifications[0]
        messages = self.env["telegram.message"].with_company(instance.company_id)
        match notification:
            case MessageNotification():
                received = messages._receive(instance, notifications, self[0].create_date)
                return received, {"state": "done"}
            case StatusNotification(status=status) if not messages._is_known_status(status):
                message = messages._find_by_status(instance, notification)
                reason = self.env._("This version does not know the status “%s”.", status)
                return [message], {"state": "ignored", "error": reason}
            case StatusNotification():
                message = messages._process_status(instance, notification, self.create_date)
                if message:
                    return [message], {"state": "done"}
                reason = self.env._("The message is not known in Odoo.")
                return [message], {"state": "ignored", "error": reason}
            case StateNotification():
                instance._update_state(notification.state)
            case QuotaNotification():
                instance._process_quota_exceeded(notification)
            case _ if notification.type_webhook != const.WEBHOOK_TEST:
                reason = self.env._("This version does not support this type of event.")
                return [messages], {"state": "ignored", "error": reason}
        return [messages], {"state": "done"}

    # === FAILURES === #

    @api.model
    def _get_first_state(self, body):
        """Return the state in which a notification is stored, and the reason if it is set aside.

        :param body: the decoded notification; an UnreadableBody cannot be processed
        """
        if isinstance(body, UnreadableBody):
            return "error", self._get_unreadable_message(body.error)
        return "new", None

    @api.model
    def _get_unreadable_message(self, error):
        """Return why a notification cannot be understood.

        :param NotificationError error: raised by the client
        """
        _, detail = self.env._, error.detail
        match error.code:
            case const.UNREADABLE_JSON:
                return _("The event is not valid JSON. First wrong character: %s.", detail)
            case const.UNREADABLE_DEPTH:
                return _("The event is nested deeper than %s levels.", detail)
            case const.UNREADABLE_SIZE:
                size = detail // MEGABYTE
                return _("The event is larger than %s MB. Only its beginning was stored.", size)
            case const.UNREADABLE_OBJECT:
                return _("The event is not a JSON object.")
            case const.UNREADABLE_MISSING:
                return _("The event lacks the value “%s”.", detail)
        return _("“%s” is not a chat ID.", detail)

    def _process_failure(self, error):
        """Postpone an event that could not be processed, or set it aside.

        :param Exception error: what was raised
        """
        match error:
            case EventPostponedError():
                self._postpone()
            case OSError() if is_disk_full(error):
                self.error = get_disk_reason(error, self.env)
                self._postpone()
            case NotificationError():
                self._set_aside(self._get_unreadable_message(error))
            case _:
                _logger.warning("Telegram event %s cannot be processed", self.id, exc_info=error)
                reason = f"{type(error).__name__}: {error}"
                self._record_failure(self.env._("Unexpected error: %s", reason))

    def _postpone(self):
        pause = timedelta(seconds=RETRY_PAUSE)
        self.next_attempt_date = fields.Datetime.now() + pause

    def _set_aside(self, reason):
        self.write({"state": "error", "error": reason})

    def _record_failure(self, reason):
        """Count a failed attempt; set the event aside after the last one."""
        self.attempts += 1
        if self.attempts >= MAX_ATTEMPTS:
            self._set_aside(reason)
        else:
            self.error = reason
            self._postpone()
