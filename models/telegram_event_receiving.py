# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import signal
import time
from concurrent.futures import ThreadPoolExecutor, wait

from odoo import api, models

from .. import const
from ..client import GreenApiError
from .transactions import write_and_commit

LONGEST_WAIT = 20  # seconds of one call in a listening window: then it is looked around
SHORTEST_WAIT = 1  # seconds; a service that answers "nothing" sooner does not wait at all
# Fetched notifications are processed together, unless the next one takes so long to come, or the
# first one has waited for so long (seconds).
NEXT_WITHIN = 0.2
LONGEST_DELAY = 1
DELIVERIES_PAUSE = 0.5  # seconds in which deliveries come together while there are many


class Listening:
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


def is_odoo_stopping():
    """Whether this process of Odoo was told to end: it lets a running action finish first."""
    server = getattr(signal.getsignal(signal.SIGINT), "__self__", None)
    return bool(getattr(server, "quit_signals_received", 0)) or not getattr(server, "alive", True)


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
                write_and_commit(self.env, instance._watch_webhook)
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
        listening = Listening(instance._get_listening_seconds())
        is_over = False
        try:
            with instance._get_client() as client, ThreadPoolExecutor(1) as thread:
                is_over = self._drain(instance, client, listening, thread)
        except GreenApiError as error:
            write_and_commit(self.env, instance._take_error, error)
        else:
            write_and_commit(self.env, instance._clear_problem)
            if instance.state != const.STATE_AUTHORIZED:
                instance._refresh_state_and_commit()
        return is_over

    def _drain(self, instance, client, listening, thread):
        commit = self.env["ir.cron"]._commit_progress
        last_receipt_id = taken_at = None  # taken_at: the first one that is not processed yet
        commit(remaining=1)  # nothing is open while the service is waited for
        while True:
            seconds = listening.ask(is_short=taken_at or self._has_file(instance, listening))
            if taken_at:
                waiting = self._ask_and_process(instance, client, seconds, thread)
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
            seconds_left = self._keep(instance, client, waiting)
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
    def _ask_and_process(self, instance, client, seconds, thread):
        """Ask for the next notification; process what is there while the service lets us wait."""
        asked = thread.submit(client.receive_notification, seconds)
        if not wait([asked], NEXT_WITHIN).done:
            self._process_inbox(instance)
            self.env["ir.cron"]._commit_progress(remaining=1)
        return asked.result()

    @api.model
    def _take_one(self, instance, client):
        """Take the head of the service's queue into the inbox.

        One consumer at a time: whoever calls it holds the receive action.

        :param GreenApiClient client: of the instance
        :return: WaitingNotification, or None when there is none
        :raise GreenApiError: a call failed; what was stored by then is kept
        """
        self.env["ir.cron"]._commit_progress()  # nothing is open while the service is waited for
        waiting = client.receive_notification()
        if waiting:
            self._keep(instance, client, waiting)
        return waiting

    @api.model
    def _keep(self, instance, client, waiting):
        """Store a notification that waits at the service, COMMIT, and delete it there.

        :param WaitingNotification waiting: the head of the service's queue
        :return: the seconds that are left for the scheduled action
        :raise GreenApiError: it could not be deleted; it is stored all the same
        """
        self._ingest(instance, waiting.body, waiting.receipt_id)
        seconds_left = self.env["ir.cron"]._commit_progress(remaining=1)
        client.delete_notification(waiting.receipt_id)
        return seconds_left
