# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import time
from concurrent.futures import ThreadPoolExecutor, wait

from ... import const
from ...client import GreenApiError
from ...tools.cron import is_odoo_stopping
from ...tools.transactions import commit, write_and_commit

# Notifications are processed in batches. A batch ends when none has come for BATCH_QUIET, or when
# its first one has waited for BATCH_MAX_DELAY (seconds). The listener does the same.
BATCH_QUIET = 0.2
BATCH_MAX_DELAY = 1
DELIVERIES_PAUSE = 1  # seconds in which several deliveries of the webhook make one batch


class NotificationReceiver:
    """Receive the notifications of one account: store, commit, acknowledge, process.

    A notification is deleted from GREEN-API's queue only after it was stored and committed as a
    ``telegram.event``, so none is lost. It may be delivered twice, but is stored once.

    A receiver commits. It is for the receive action, while no listener hears the account, and for
    callers that hold the account's lock.

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
        if self.instance.receive_mode == "polling":
            is_out_of_time = self._receive_polled()
        else:
            is_out_of_time = self._receive_delivered()
        if not is_out_of_time:
            is_out_of_time = self.messages._fetch_files(self.instance)
        self._commit(remaining=int(is_out_of_time))

    def _receive_polled(self):
        """Receive what GREEN-API's queue contains, unless the listener hears the account.

        :return: bool, whether the time of the scheduled action is over before the work is done
        """
        is_out_of_time = False
        with self.instance._hold_receiving() as is_held:
            if is_held:
                is_out_of_time = self._process_inbox() or self._poll()
                is_out_of_time = self._process_inbox() or is_out_of_time
        if self.instance.state != const.STATE_AUTHORIZED and not self.instance.last_error:
            self.instance._refresh_state_and_commit()
        return is_out_of_time

    def _receive_delivered(self):
        """Process what GREEN-API has delivered, and check whether it delivers.

        :return: bool, whether the time of the scheduled action is over before the work is done
        """
        has_deliveries = self.events._has_due_events(self.instance)
        if self._process_inbox():
            return True
        write_and_commit(self.env, self.instance._check_deliveries)
        is_out_of_time = has_deliveries and self._process_deliveries()
        return self._process_inbox() or is_out_of_time

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
        """Fetch notifications until the queue is empty.

        :return: bool, whether the time of the scheduled action is over before the queue is empty
        """
        is_out_of_time = False
        try:
            with self.instance._get_client() as client, ThreadPoolExecutor(1) as thread:
                is_out_of_time = self._fetch_all(client, thread)
        except GreenApiError as error:
            write_and_commit(self.env, self.instance._record_error, error)
        else:
            write_and_commit(self.env, self.instance._clear_last_error)
        return is_out_of_time

    def _fetch_all(self, client, thread):
        last_receipt_id = None
        self._commit()  # no transaction may stay open during a call
        while waiting := self._fetch_next(client, thread):
            if waiting.receipt_id == last_receipt_id:
                return False  # GREEN-API does not delete acknowledged notifications
            last_receipt_id = waiting.receipt_id
            seconds_left = self._store_and_acknowledge(client, waiting)
            self._batch_started_at = self._batch_started_at or time.monotonic()
            if time.monotonic() - self._batch_started_at >= BATCH_MAX_DELAY:
                self._process_inbox()
                seconds_left = self._commit()
                self._batch_started_at = None
            if not seconds_left:
                return True
        return False

    def _fetch_next(self, client, thread):
        """Fetch the next notification; process a batch that has begun during the call.

        :return: WaitingNotification, or None if the queue is empty
        """
        if not self._batch_started_at:
            return client.receive_notification()
        response = thread.submit(client.receive_notification)
        if not wait([response], BATCH_QUIET).done:
            self._process_inbox()
            self._commit()
        return response.result()

    def _store_and_acknowledge(self, client, waiting):
        """Store a notification, commit, and delete it from GREEN-API's queue.

        :param WaitingNotification waiting: the first one of the queue
        :return: float, the seconds that are left for the scheduled action
        :raise GreenApiError: it could not be deleted; it is stored nevertheless
        """
        self.events._ingest(self.instance, waiting.body, waiting.receipt_id)
        seconds_left = commit(self.env)
        client.delete_notification(waiting.receipt_id)
        return seconds_left
