# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import json
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ... import const
from ...client.notifications import (
    MessageNotification,
    NotificationError,
    QuotaNotification,
    StateNotification,
    StatusNotification,
    parse,
)
from ...tools.files import is_disk_full
from ...tools.transactions import CONFLICTS
from ..telegram_message import EventPostponedError

_logger = logging.getLogger(__name__)
MAX_ATTEMPTS = 3
# Times that an event is processed at once again when it met another transaction.
ATTEMPTS_AT_ONCE = 5
# Events that are processed in one transaction: it stays short, since others wait for the rows it
# has written.
EVENTS_AT_ONCE = 50
RETRY_PAUSE = 60  # seconds before an event is looked at again


class EventBatch:
    """Events in a row that are processed at once.

    Those are messages that came in and do not know of each other; whatever else happens may
    depend on everything before, and has a turn of its own.
    """

    def __init__(self):
        self.events = []
        self.notifications = []
        self._messages = set()
        self._quoted = set()

    def takes(self, notification):
        """Whether one more event may be processed together with those that are here."""
        if not self.notifications:
            return True
        if not all(map(self._is_plain, (self.notifications[0], notification))):
            return False
        message, quoted = self._identify(notification)
        return message not in self._messages | self._quoted and quoted not in self._messages

    def add(self, event, notification):
        """Let an event have this turn."""
        self.events.append(event)
        self.notifications.append(notification)
        if self._is_plain(notification):
            message, quoted = self._identify(notification)
            self._messages.add(message)
            self._quoted.add(quoted)

    def _is_plain(self, notification):
        return (
            isinstance(notification, MessageNotification)
            and notification.is_incoming
            and not notification.target_id_message
        )

    def _identify(self, notification):
        chat_id = notification.chat_id
        return (chat_id, notification.id_message), (chat_id, notification.quoted_id_message)


class TelegramEvent(models.Model):
    """How the events of the inbox get their meaning: in their order, many at once."""

    _inherit = "telegram.event"

    @api.model
    def _process_inbox(self, instance):
        """Process the new events of an instance in their order. Commits.

        What comes in meanwhile is left to the next look: many at once are much less work.

        Not beside another call for the same instance: whoever calls it holds the receive action.

        :return: bool, whether the time of the scheduled action is over before the work is
        """
        due = self._get_due_domain(instance)
        last_id, seconds_left = 0, self.env["ir.cron"]._commit_progress()
        while events := self.search(
            due & Domain("id", ">", last_id), order="id", limit=EVENTS_AT_ONCE
        ):
            if last_id and not seconds_left:
                return True
            processed = events._process_together()
            last_id = processed[-1].id
            seconds_left = self.env["ir.cron"]._commit_progress(len(processed), remaining=1)
            if processed == events and len(events) < EVENTS_AT_ONCE:
                break
        return False

    @api.model
    def _get_due_domain(self, instance):
        """Tell which events of an instance are to be processed now."""
        due = Domain("instance_id", "=", instance.id) & Domain("state", "=", "new")
        return due & (
            Domain("next_attempt_date", "=", False)
            | Domain("next_attempt_date", "<=", fields.Datetime.now())
        )

    @api.model
    def _is_any_due(self, instance):
        """Whether there are events of an instance to be processed now."""
        return bool(self.search_count(self._get_due_domain(instance), limit=1))

    def _process_together(self):
        """Process events in their order and in one transaction: all of them count, or none.

        When another transaction is in the way, fewer are processed, in the end one for itself.

        :return: those that it came to
        """
        for _attempt in range(ATTEMPTS_AT_ONCE):
            try:
                for turn in self._split_batches():
                    self.browse([event.id for event in turn.events])._process(turn.notifications)
                self.env.flush_all()
                return self
            except CONFLICTS:
                # Somebody else was faster with the same chat or message: look again.
                self.env.cr.rollback()
            if len(self) > 1:
                return self[: len(self) // 2]._process_together()
        self._postpone()
        return self

    def _split_batches(self):
        """Yield the Turns in which events are processed, in their order."""
        turn = EventBatch()
        for event in self:
            notification = event._parse_notification()
            if not notification:
                continue
            if not turn.takes(notification):
                yield turn
                turn = EventBatch()
            turn.add(event, notification)
        if turn.events:
            yield turn

    def _parse_notification(self):
        """Return what the event says; None when it cannot be understood, which it then notes."""
        self.ensure_one()
        try:
            return parse(json.loads(self.payload))
        except Exception as error:  # pylint: disable=broad-exception-caught
            self._process_failure(error)  # whatever is wrong with one event, the others go on
        return None

    def _process(self, notifications):
        """Give the events of one turn their meaning; keep why, when that does not work with one.

        :param list notifications: what each event says
        :raise CONFLICTS: another transaction was in the way
        """
        failure = None
        try:
            with self.env.cr.savepoint():
                messages, vals = self._process_notification(notifications)
                for event, message in zip(self, messages, strict=True):
                    event.write({"error": False, "message_id": message.id, **vals})
        except CONFLICTS:
            raise
        except Exception as error:  # pylint: disable=broad-exception-caught
            failure = error
        if failure and len(self) == 1:
            self._process_failure(failure)
        elif failure:  # one of them breaks: the others are processed without it
            half = len(self) // 2
            self[:half]._process(notifications[:half])
            self[half:]._process(notifications[half:])

    def _process_failure(self, error):
        """Note that an event could not be processed: it waits, or is set aside."""
        match error:
            case EventPostponedError():
                self._postpone()
            case OSError() if is_disk_full(error):
                self.error = error.strerror
                self._postpone()
            case NotificationError():
                self.write({"state": "error", "error": str(error)})
            case _:
                _logger.warning("Telegram event %s cannot be processed", self.id, exc_info=error)
                self._record_failure(f"{type(error).__name__}: {error}")

    def _postpone(self):
        pause = timedelta(seconds=RETRY_PAUSE)
        self.next_attempt_date = fields.Datetime.now() + pause

    def _record_failure(self, reason):
        self.attempts += 1
        self.error = reason
        if self.attempts >= MAX_ATTEMPTS:
            self.state = "error"
        else:
            self._postpone()

    def _process_notification(self, notifications):
        """Do what the events of one turn say.

        :param list notifications: what each event says
        :return: the ``telegram.message`` of each event, and dict of the values of all events
        :raise EventPostponedError: it has to wait for a send under way
        """
        instance, notification = self.instance_id, notifications[0]
        messages = self.env["telegram.message"].with_company(instance.company_id)
        match notification:
            case MessageNotification():
                arrived_at = self[0].create_date
                received = messages._receive(instance, notifications, arrived_at)
                return received, {"state": "done"}
            case StatusNotification():
                message = messages._process_status(instance, notification, self.create_date)
                if message:
                    return [message], {"state": "done"}
                unknown = self.env._("No such message is known here.")
                return [message], {"state": "ignored", "error": unknown}
            case StateNotification():
                instance._update_state(notification.state)
            case QuotaNotification():
                instance._process_quota_exceeded(notification)
            case _ if notification.type_webhook != const.WEBHOOK_TEST:
                unknown = self.env._("This type of notification is not known to this version.")
                return [messages], {"state": "ignored", "error": unknown}
        return [messages], {"state": "done"}
