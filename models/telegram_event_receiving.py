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
# Notifications are processed together, unless the next one takes so long to come, or the first one
# has waited for so long (seconds).
NEXT_WITHIN = 0.2
LONGEST_DELAY = 1


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
        is_over = self._process_inbox(instance)
        if not is_over:
            if instance.receive_mode == "polling":
                is_over = self._poll(instance)
            else:
                write_and_commit(self.env, instance._watch_webhook)
                is_over = self._process_deliveries(instance)
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
            time.sleep(NEXT_WITHIN)
            if not self.search_count(self._domain_due(instance), limit=1):
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
            with instance._get_client() as client:
                is_over = self._drain(instance, client, listening)
        except GreenApiError as error:
            write_and_commit(self.env, instance._take_error, error)
        else:
            write_and_commit(self.env, instance._clear_problem)
            if instance.state != const.STATE_AUTHORIZED:
                instance._refresh_state_and_commit()
        return is_over

    def _drain(self, instance, client, listening):
        last_receipt_id = taken_at = None  # taken_at: the first one that is not processed yet
        messages = self.env["telegram.message"]
        while True:
            # Where nothing is listened to, files come after all messages anyway.
            has_file = not listening.is_over and bool(messages._find_file_to_fetch(instance))
            seconds = listening.ask(is_short=has_file or taken_at)
            waiting = self._take_one(instance, client, seconds, is_more_likely=bool(taken_at))
            if not waiting:
                goes_on = listening.goes_on_after_nothing()
                is_over, taken_at = self._process_inbox(instance), None
                if is_over or not goes_on:
                    return is_over
                if messages._fetch_files(instance):
                    return True
                continue
            if waiting.receipt_id == last_receipt_id:
                return False  # the service does not delete what it was told to
            last_receipt_id = waiting.receipt_id
            taken_at = taken_at or time.monotonic()
            if time.monotonic() - taken_at >= LONGEST_DELAY:
                self._process_inbox(instance)
                taken_at = None
            if not self.env["ir.cron"]._commit_progress(remaining=1) and listening.is_over:
                return True

    @api.model
    def _take_one(self, instance, client, seconds=const.RECEIVE_TIMEOUT_MIN, is_more_likely=False):
        """Take the head of the service's queue into the inbox: store it, COMMIT, delete it there.

        One consumer at a time: whoever calls it holds the receive action.

        :param GreenApiClient client: of the instance
        :param int seconds: that the service may wait when its queue is empty
        :param bool is_more_likely: something was taken just now; it is processed if the service
            lets us wait for the next one
        :return: WaitingNotification, or None when there is none
        :raise GreenApiError: a call failed; what was stored by then is kept
        """
        commit = self.env["ir.cron"]._commit_progress
        commit(remaining=1)  # nothing is open while the service is waited for
        if is_more_likely:
            waiting = self._ask_and_process(instance, client, seconds)
        else:
            waiting = client.receive_notification(seconds)
        if waiting:
            self._ingest(instance, waiting.body, waiting.receipt_id)
            commit(remaining=1)
            client.delete_notification(waiting.receipt_id)
        return waiting

    @api.model
    def _ask_and_process(self, instance, client, seconds):
        """Ask for the next notification; process what is there while the service lets us wait."""
        with ThreadPoolExecutor(1) as thread:
            asked = thread.submit(client.receive_notification, seconds)
            if not wait([asked], NEXT_WITHIN).done:
                self._process_inbox(instance)
                self.env["ir.cron"]._commit_progress(remaining=1)
            return asked.result()
