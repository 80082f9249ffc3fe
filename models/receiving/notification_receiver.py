# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import time
from concurrent.futures import ThreadPoolExecutor, wait

from ... import const
from ...client import GreenApiError
from ...tools.cron import is_odoo_stopping
from ...tools.transactions import write_and_commit

CALL_MAX_SECONDS = 20  # of one call in the polling window, so that Odoo can stop in between
# A GREEN-API that reports an empty queue sooner (seconds) does not wait for notifications at all.
EMPTY_MIN_SECONDS = 1
# Notifications are processed in batches. A batch ends when the next notification takes longer
# than NEXT_WITHIN to come, or when the first one has waited for BATCH_MAX_DELAY (seconds).
NEXT_WITHIN = 0.2
BATCH_MAX_DELAY = 1
DELIVERIES_PAUSE = 0.5  # seconds in which several deliveries of the webhook make one batch


class PollingWindow:
    """The time in which the receive action waits for notifications when there are none.

    :param float seconds: its length; with 0 the queue is emptied without waiting
    """

    def __init__(self, seconds):
        self._ends_at = time.monotonic() + seconds
        self._called_at = 0.0

    @property
    def is_over(self):
        return time.monotonic() >= self._ends_at or is_odoo_stopping()

    def start_call(self, is_short=False):
        """Return the seconds that GREEN-API may wait in the call that starts now.

        :param bool is_short: whether there is other work to do if no notification comes
        """
        self._called_at = time.monotonic()
        if is_short:
            return const.RECEIVE_TIMEOUT_MIN
        seconds_left = int(self._ends_at - self._called_at)
        return max(const.RECEIVE_TIMEOUT_MIN, min(seconds_left, CALL_MAX_SECONDS))

    def may_continue(self):
        """Return whether to call again after an empty response.

        Not when GREEN-API has responded without waiting: it would be called in an endless loop.
        """
        return not self.is_over and time.monotonic() - self._called_at >= EMPTY_MIN_SECONDS


class NotificationReceiver:
    """Receive the notifications of one account: store, commit, acknowledge, process.

    A notification is deleted from GREEN-API's queue only after it was stored and committed as a
    ``telegram.event``, so none is lost. It may be delivered twice, but is stored once.

    A receiver commits. It is for the receive action, which never runs twice at the same time, and
    for callers that hold the lock of that action.

    :param instance: the ``telegram.instance`` of the account
    """

    def __init__(self, instance):
        self.instance = instance
        self.env = instance.env
        self.events = self.env["telegram.event"]
        self.messages = self.env["telegram.message"]
        # When the first notification of the current batch was stored (monotonic clock).
        self._batch_started_at = None

    def run(self):
        """Process the inbox, receive what is new, then download files.

        Files are last, because they must not delay messages.
        """
        has_deliveries = self.events._has_due_events(self.instance)
        is_out_of_time = self._process_inbox()
        if not is_out_of_time:
            if self.instance.receive_mode == "polling":
                is_out_of_time = self._poll()
            else:
                write_and_commit(self.env, self.instance._check_deliveries)
                is_out_of_time = has_deliveries and self._process_deliveries()
            is_out_of_time = self._process_inbox() or is_out_of_time
        if not is_out_of_time:
            is_out_of_time = self.messages._fetch_files(self.instance)
        self._commit(remaining=int(is_out_of_time))

    def fetch_one(self, client):
        """Fetch the first notification of GREEN-API's queue and store it.

        :param GreenApiClient client: of the account
        :return: WaitingNotification, or None if the queue is empty
        :raise GreenApiError: a call failed; a notification that was fetched is stored nevertheless
        """
        self.env["ir.cron"]._commit_progress()  # no transaction may stay open during the call
        waiting = client.receive_notification()
        if waiting:
            self._store_and_acknowledge(client, waiting)
        return waiting

    def _process_inbox(self):
        """Process the stored notifications.

        :return: bool, whether the time of the scheduled action is over before the work is done
        """
        return self.events._process_inbox(self.instance)

    def _commit(self, remaining=1):
        """Return the seconds that are left for the scheduled action, after a commit."""
        return self.env["ir.cron"]._commit_progress(remaining=remaining)

    # === WEBHOOK === #

    def _process_deliveries(self):
        """Process what GREEN-API delivers to the webhook until deliveries pause.

        A batch of events costs much less than a run of the action for each event.

        :return: bool, whether the time of the scheduled action is over before the work is done
        """
        while self._commit() and not is_odoo_stopping():
            time.sleep(DELIVERIES_PAUSE)
            if not self.events._has_due_events(self.instance):
                return False
            if self._process_inbox():
                return True
        return False

    # === POLLING === #

    def _poll(self):
        """Fetch notifications until the queue is empty and the polling window is over.

        :return: bool, whether the time of the scheduled action is over before the queue is empty
        """
        window = PollingWindow(self.instance._get_polling_window())
        is_out_of_time = False
        try:
            with self.instance._get_client() as client, ThreadPoolExecutor(1) as thread:
                is_out_of_time = self._fetch_all(client, window, thread)
        except GreenApiError as error:
            write_and_commit(self.env, self.instance._record_error, error)
        else:
            write_and_commit(self.env, self.instance._clear_last_error)
            if self.instance.state != const.STATE_AUTHORIZED:
                self.instance._refresh_state_and_commit()
        return is_out_of_time

    def _fetch_all(self, client, window, thread):
        last_receipt_id = None
        self._commit()  # no transaction may stay open during a call
        while True:
            waiting = self._fetch_next(client, window, thread)
            if not waiting:
                may_continue = window.may_continue()
                is_out_of_time = self._process_inbox()
                self._batch_started_at = None
                if is_out_of_time or not may_continue:
                    return is_out_of_time
                if self.messages._fetch_files(self.instance):
                    return True
                continue
            if waiting.receipt_id == last_receipt_id:
                return False  # GREEN-API does not delete acknowledged notifications
            last_receipt_id = waiting.receipt_id
            seconds_left = self._store_and_acknowledge(client, waiting)
            self._batch_started_at = self._batch_started_at or time.monotonic()
            if time.monotonic() - self._batch_started_at >= BATCH_MAX_DELAY:
                self._process_inbox()
                seconds_left = self._commit()
                self._batch_started_at = None
            if not seconds_left and window.is_over:
                return True

    def _fetch_next(self, client, window, thread):
        """Fetch the next notification; process a batch that has begun during the call.

        :return: WaitingNotification, or None if the queue is empty
        """
        if not self._batch_started_at:
            seconds = window.start_call(is_short=self._has_due_file(window))
            return client.receive_notification(seconds)
        response = thread.submit(client.receive_notification, window.start_call(is_short=True))
        if not wait([response], NEXT_WITHIN).done:
            self._process_inbox()
            self._commit()
        return response.result()

    def _has_due_file(self, window):
        """Return whether a file is to be downloaded if no notification comes.

        After the polling window, files are downloaded after all notifications anyway.
        """
        if window.is_over:
            return False
        message = self.messages._find_due_file(self.instance)
        self._commit()  # no transaction may stay open during the call
        return bool(message)

    def _store_and_acknowledge(self, client, waiting):
        """Store a notification, commit, and delete it from GREEN-API's queue.

        :param WaitingNotification waiting: the first one of the queue
        :return: float, the seconds that are left for the scheduled action
        :raise GreenApiError: it could not be deleted; it is stored nevertheless
        """
        self.events._ingest(self.instance, waiting.body, waiting.receipt_id)
        seconds_left = self._commit()
        client.delete_notification(waiting.receipt_id)
        return seconds_left
