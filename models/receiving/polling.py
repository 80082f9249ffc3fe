# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import signal
import time
from concurrent.futures import ThreadPoolExecutor, wait

from odoo import api, models

from ... import const
from ...client import GreenApiError
from ...client.notifications import (
    MessageNotification,
    NotificationError,
    QuotaNotification,
    StateNotification,
    StatusNotification,
    parse,
)
from ...tools.transactions import own_transaction, write_and_commit
from ..telegram_event import prettify

LONGEST_WAIT = 20  # seconds of one call in a listening window: then it is looked around
SHORTEST_WAIT = 1  # seconds; a service that answers "nothing" sooner does not wait at all
# Fetched notifications are processed together, unless the next one takes so long to come, or the
# first one has waited for so long (seconds).
NEXT_WITHIN = 0.2
LONGEST_DELAY = 1
DELIVERIES_PAUSE = 0.5  # seconds in which deliveries come together while there are many


class PollingWindow:
    """The window in which the receive action waits for notifications instead of ending at once.

    :param float seconds: its length; 0: the queue is emptied, and nothing is waited for
    """

    def __init__(self, seconds):
        self._ends_at = time.monotonic() + seconds
        self._asked_at = 0.0

    @property
    def is_over(self):
        return time.monotonic() >= self._ends_at or is_odoo_stopping()

    def ask(self, is_short=False):
        """Give the seconds that the service may wait in the next call.

        :param bool is_short: there is something else to do when there is no message
        """
        self._asked_at = time.monotonic()
        if is_short:
            return const.RECEIVE_TIMEOUT_MIN
        left = int(self._ends_at - self._asked_at)
        return max(const.RECEIVE_TIMEOUT_MIN, min(left, LONGEST_WAIT))

    def goes_on_after_nothing(self):
        """Whether to ask again after an empty answer; not when it came without any waiting."""
        return not self.is_over and time.monotonic() - self._asked_at >= SHORTEST_WAIT


class TelegramEvent(models.Model):
    """How notifications that the service keeps for us come into the inbox."""

    _inherit = "telegram.event"

    @api.model
    def _receive(self, instance):
        """Take in what waits at the service, and process it.

        Files are fetched after the messages, which they must not hold up. Commits: for the receive
        action only, which never runs twice at the same time.
        """
        has_news = self._is_any_due(instance)
        is_over = self._process_inbox(instance)
        if not is_over:
            if instance.receive_mode == "polling":
                is_over = self._poll(instance)
            else:
                write_and_commit(self.env, instance._wait_for_webhook)
                is_over = has_news and self._process_deliveries(instance)
            is_over = self._process_inbox(instance) or is_over
        if not is_over:
            is_over = self.env["telegram.message"]._fetch_files(instance)
        self.env["ir.cron"]._commit_progress(remaining=int(is_over))

    @api.model
    def _process_deliveries(self, instance):
        """Go on while the service delivers: several at a time are processed with much less work
        than each in a run of its own. Commits.

        :return: bool, whether the time of the scheduled action is over before the work is
        """
        while self.env["ir.cron"]._commit_progress(remaining=1) and not is_odoo_stopping():
            time.sleep(DELIVERIES_PAUSE)
            if not self._is_any_due(instance):
                return False
            if self._process_inbox(instance):
                return True
        return False

    @api.model
    def _poll(self, instance):
        """Fetch one notification after the other, and process them. Commits.

        :return: bool, whether the time of the scheduled action is over before the queue is empty
        """
        listening = PollingWindow(instance._get_polling_window())
        is_over = False
        try:
            with instance._get_client() as client, ThreadPoolExecutor(1) as thread:
                is_over = self._fetch_all(instance, client, listening, thread)
        except GreenApiError as error:
            write_and_commit(self.env, instance._record_error, error)
        else:
            write_and_commit(self.env, instance._clear_last_error)
            if instance.state != const.STATE_AUTHORIZED:
                instance._refresh_state_and_commit()
        return is_over

    def _fetch_all(self, instance, client, listening, thread):
        commit = self.env["ir.cron"]._commit_progress
        last_receipt_id = taken_at = None  # taken_at: the first one that is not processed yet
        commit(remaining=1)  # nothing is open while the service is waited for
        while True:
            seconds = listening.ask(is_short=taken_at or self._has_file(instance, listening))
            if taken_at:
                waiting = self._fetch_and_process(instance, client, seconds, thread)
            else:
                waiting = client.receive_notification(seconds)
            if not waiting:
                goes_on = listening.goes_on_after_nothing()
                is_over, taken_at = self._process_inbox(instance), None
                if is_over or not goes_on:
                    return is_over
                if self.env["telegram.message"]._fetch_files(instance):
                    return True
                continue
            if waiting.receipt_id == last_receipt_id:
                return False  # the service does not delete what it was told to
            last_receipt_id = waiting.receipt_id
            seconds_left = self._store_and_acknowledge(instance, client, waiting)
            taken_at = taken_at or time.monotonic()
            if time.monotonic() - taken_at >= LONGEST_DELAY:
                self._process_inbox(instance)
                seconds_left, taken_at = commit(remaining=1), None
            if not seconds_left and listening.is_over:
                return True

    @api.model
    def _has_file(self, instance, listening):
        """Whether a file is to be fetched when no message comes; where nothing is listened to,
        files come after all messages anyway. Commits."""
        if listening.is_over:
            return False
        message = self.env["telegram.message"]._find_file_to_fetch(instance)
        self.env["ir.cron"]._commit_progress(remaining=1)  # nothing is open while one waits
        return bool(message)

    @api.model
    def _fetch_and_process(self, instance, client, seconds, thread):
        """Ask for the next notification; process what is there while the service lets us wait."""
        asked = thread.submit(client.receive_notification, seconds)
        if not wait([asked], NEXT_WITHIN).done:
            self._process_inbox(instance)
            self.env["ir.cron"]._commit_progress(remaining=1)
        return asked.result()

    @api.model
    def _fetch_one(self, instance, client):
        """Take the head of the service's queue into the inbox.

        One consumer at a time: whoever calls it holds the receive action.

        :param GreenApiClient client: of the instance
        :return: WaitingNotification, or None when there is none
        :raise GreenApiError: a call failed; what was stored by then is kept
        """
        self.env["ir.cron"]._commit_progress()  # nothing is open while the service is waited for
        waiting = client.receive_notification()
        if waiting:
            self._store_and_acknowledge(instance, client, waiting)
        return waiting

    @api.model
    def _store_and_acknowledge(self, instance, client, waiting):
        """Store a notification that waits at the service, COMMIT, and delete it there.

        :param WaitingNotification waiting: the head of the service's queue
        :return: the seconds that are left for the scheduled action
        :raise GreenApiError: it could not be deleted; it is stored all the same
        """
        self._ingest(instance, waiting.body, waiting.receipt_id)
        seconds_left = self.env["ir.cron"]._commit_progress(remaining=1)
        client.delete_notification(waiting.receipt_id)
        return seconds_left


class TelegramInstance(models.Model):
    """ "Wait for messages": a person fetches what waits, one notification at a time."""

    _inherit = "telegram.instance"

    def action_wait(self):
        """Open the dialog that fetches what waits at the service and shows it."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.client",
            "tag": "telegram_green_api.wait",
            "params": {"instance_id": self.id, "name": self.name},
        }

    def fetch_notification(self):
        """Fetch the next notification, as the receive action does, and process it.

        It commits in a transaction of its own what it takes. Not beside the receive action: the
        lock that Odoo's scheduler holds while an action runs is held here too.

        :return: dict, its ``outcome`` is "taken" (with ``kind``, ``chat``, ``text`` and ``json``
            of the notification), "empty", "busy" (the receive action runs: try again) or "refused"
            (with ``message``)
        :raise AccessError: the user is no administrator of Telegram
        :raise UserError: there is no token
        """
        self.ensure_one()
        self.check_access("write")
        if refusal := self._get_polling_refusal():
            return {"outcome": "refused", "message": refusal}
        # sudo: ir.cron - the action belongs to the instance
        if not self.sudo().receive_cron_id.try_lock_for_update(allow_referencing=True):
            return {"outcome": "busy"}
        with own_transaction(self) as instance:
            waiting, refusal = instance._fetch_notification()
        if refusal:
            return {"outcome": "refused", "message": refusal}
        if not waiting:
            return {"outcome": "empty"}
        return {"outcome": "taken", **self._get_notification_summary(waiting.body)}

    def _get_polling_refusal(self):
        if not self.active:
            return self.env._("The instance is archived.")
        if self.receive_mode == "webhook":
            return self.env._(
                "The service delivers the messages of this instance by webhook as soon as they "
                "come: there is nothing to wait for here. They are in the chats, and raw under "
                "Technical → Events."
            )
        return False

    def _fetch_notification(self):
        """Take one notification into the inbox and process what is there. Commits.

        :return: WaitingNotification or None, and why there is none in words or False
        """
        events = self.env["telegram.event"].with_context(lang=None)
        try:
            with self._get_client() as client:
                waiting = events._fetch_one(self, client)
        except GreenApiError as error:
            self._record_error(error)
            return None, self.state_message
        self._clear_last_error()
        events._process_inbox(self)
        return waiting, False

    # === TEXTS === #

    def _get_notification_summary(self, body):
        """Say in a person's words what a notification is.

        :return: dict with ``kind``, ``chat`` and ``text``, and ``json`` as it came, to be read
        """
        _ = self.env._
        chat, text = "", ""
        try:
            notification = parse(body)
        except NotificationError as error:
            kind, text = _("Cannot be understood"), str(error)
        else:
            match notification:
                case MessageNotification():
                    chat = notification.chat_name or notification.chat_id
                    text = notification.text or notification.file_name or notification.type_message
                    kind = self._get_kind_label(notification)
                case StatusNotification():
                    kind, chat = _("Status of a message"), notification.chat_id
                    text = f"{notification.status} {notification.description}".strip()
                case StateNotification():
                    kind, text = _("State of the instance"), notification.state
                case QuotaNotification():
                    kind, text = _("Quota used up"), notification.description
                case _other:
                    kind = notification.type_webhook
        readable = {"kind": kind, "chat": chat, "text": text}
        return {key: printable(value) for key, value in readable.items()} | {"json": prettify(body)}

    def _get_kind_label(self, notification):
        if notification.is_incoming:
            return self.env._("Incoming message")
        if notification.is_via_api:
            return self.env._("Message sent through the service")
        return self.env._("Message sent on the phone")


def is_odoo_stopping():
    """Whether this process of Odoo was told to end: it lets a running action finish first."""
    server = getattr(signal.getsignal(signal.SIGINT), "__self__", None)
    return bool(getattr(server, "quit_signals_received", 0)) or not getattr(server, "alive", True)


def printable(text):
    """Show half a surrogate pair, which no answer to the browser can hold, as its escape."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
