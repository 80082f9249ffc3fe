# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import threading
import time
from functools import partial
from queue import SimpleQueue

from ... import const
from ...client import GreenApiError, RefusedError
from ...tools.backoff import get_backoff

CALL_SECONDS = 50  # GREEN-API waits in one call for a notification; proxies break longer ones
# A GREEN-API that reports an empty queue sooner (seconds) does not wait for notifications at all.
EMPTY_MIN_SECONDS = 1
FIRST_PAUSE = 1  # seconds after the first failed call
# The longest pauses in seconds: after an outage, and after an answer that only people can change.
OUTAGE_MAX_PAUSE = 20
REFUSED_MAX_PAUSE = 60
# Of a thread's stack. By default it is 8 MiB, and Odoo limits the address space of its workers.
STACK_BYTES = 1024 * 1024


class HeardAccount:
    """An account whose notifications are waited for, and the thread that calls GREEN-API.

    The thread knows no database: it makes one call after the other, as it is told, and reports
    each result to the listener.

    :param instance: the ``telegram.instance``, in the environment of its company
    :param str fingerprint: of the values that the client was made with
    :param SimpleQueue results: takes a tuple of this object and a WaitingNotification, None if
        there is none, or an exception
    :param defer: gets what is to be called by the thread of the listener
    """

    def __init__(self, instance, fingerprint, results, defer):
        self.instance = instance
        self.fingerprint = fingerprint
        self.next_call_at = None  # None while a call is under way or its result is not stored
        self._has_failed = bool(instance.last_error)
        self._failure = None  # code of the last error
        self._failures = 0  # in a row
        self._last_receipt_id = None
        self._called_at = 0.0
        self._results = results
        self._work = SimpleQueue()
        self._client = instance._get_client(defer)
        self._thread = threading.Thread(
            target=self._run, name=f"telegram.listen.{instance.id}", daemon=True
        )

    def start(self):
        """Start the thread and the first call."""
        former = threading.stack_size(STACK_BYTES)
        try:
            self._thread.start()
        finally:
            threading.stack_size(former)
        self.receive()

    def receive(self):
        """Start to wait for the next notification, in the thread."""
        self._call(self._client.receive_notification, self._get_call_seconds())

    def acknowledge(self, waiting):
        """Delete a notification, which is stored, and wait for the next one, in the thread.

        :param WaitingNotification waiting: the first one of the queue
        """
        if waiting.receipt_id == self._last_receipt_id:
            self._pause(OUTAGE_MAX_PAUSE)  # GREEN-API does not delete it, or delivers it again
            self._last_receipt_id = None
            return
        self._last_receipt_id = waiting.receipt_id
        self._call(self._delete_and_receive, waiting.receipt_id)

    def postpone(self, seconds):
        """Plan the next call after a notification that could not be stored: it comes again.

        :param float seconds: until then
        """
        self._last_receipt_id = None
        self._pause(seconds)

    def cut(self):
        """End the thread, and the call under way, without waiting for it."""
        self._work.put(None)
        self._client.cut()

    def process_success(self, waiting):
        """Plan the next call after one that has worked.

        :param waiting: the WaitingNotification, which is acknowledged when it is stored, or None
        :return: bool, whether the call before has failed
        """
        had_failed, self._has_failed = self._has_failed, False
        self._failure, self._failures = None, 0
        if not waiting:
            self._last_receipt_id = None
            self._receive_again()
        return had_failed

    def process_failure(self, error):
        """Plan the next call after one that has failed, later with every failure in a row.

        :param Exception error: raised by the client
        :return: bool, whether the error is another one than before
        """
        code = getattr(error, "code", type(error).__name__)
        is_new, self._failure = code != self._failure, code
        self._has_failed, self._last_receipt_id = True, None
        longest = REFUSED_MAX_PAUSE if isinstance(error, RefusedError) else OUTAGE_MAX_PAUSE
        pause = min(get_backoff(self._failures, FIRST_PAUSE), longest)
        self._failures += 1
        self._pause(max(pause, getattr(error, "retry_after", None) or 0))
        return is_new

    def _receive_again(self):
        if time.monotonic() - self._called_at < EMPTY_MIN_SECONDS:
            self._pause(const.RECEIVE_TIMEOUT_MIN)
        else:
            self.receive()

    def _pause(self, seconds):
        self.next_call_at = time.monotonic() + seconds

    def _call(self, method, *args):
        self.next_call_at = None
        self._called_at = time.monotonic()
        self._work.put(partial(method, *args))

    def _delete_and_receive(self, receipt_id):
        self._client.delete_notification(receipt_id)
        self._called_at = time.monotonic()
        return self._client.receive_notification(self._get_call_seconds())

    def _get_call_seconds(self):
        """Return the seconds for which GREEN-API may wait; few if an error is to be cleared."""
        return const.RECEIVE_TIMEOUT_MIN if self._has_failed else CALL_SECONDS

    def _run(self):
        with self._client:
            while call := self._work.get():
                try:
                    result = call()
                except GreenApiError as error:
                    result = error
                except Exception as error:  # pylint: disable=broad-exception-caught
                    result = error  # the listener logs it; the other accounts must not stop
                self._results.put((self, result))
