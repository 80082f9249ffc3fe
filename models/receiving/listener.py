# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import logging
import random
import time
from contextlib import contextmanager
from functools import partial
from queue import Empty, SimpleQueue

from psycopg2.errors import LockNotAvailable

from ...client import GreenApiError
from ...const import LOCK_LISTENING, LOCK_MODULES, LOCK_RECEIVING
from ...tools import advisory_lock
from ...tools.cron import (
    count_scheduler_threads,
    get_processor_time_left,
    has_other_databases,
    has_other_servers,
    is_odoo_stopping,
)
from ...tools.transactions import CONFLICTS, hide_conflicts, session_settings
from .heard_account import HeardAccount
from .notification_receiver import BATCH_MAX_DELAY, BATCH_QUIET

_logger = logging.getLogger(__name__)

MAX_ACCOUNTS = 500  # that one process hears: each one takes a connection and a thread
TURN_SECONDS = 15  # of a run while other databases wait for the same scheduler thread
UPDATE_INTERVAL = 1  # seconds between two looks at the accounts in the database
STOP_INTERVAL = 0.25  # seconds between two looks whether Odoo stops
GIVEN_WAY_PAUSE = 5  # seconds for which an account is left to the dialog that asked for it
# Another transaction may have locked rows of an account for minutes, such as one that deletes it.
LOCK_TIMEOUT = 500  # milliseconds for which all accounts wait then
# If the machine of an Odoo server is switched off or cut off, PostgreSQL notices that after 25
# seconds and ends its session. By default it would keep the locks for two hours.
SESSION = {
    "lock_timeout": LOCK_TIMEOUT,
    "tcp_keepalives_idle": 10,
    "tcp_keepalives_interval": 5,
    "tcp_keepalives_count": 3,
}
LOCKED_PAUSE = 5  # seconds after which the rows are needed again
UNEXPECTED_PAUSE = 60  # seconds for which an account is left alone after an unexpected error
OFFER_FIRST_PAUSE = 5  # seconds between two offers to other servers to share the accounts
ACTION_INTERVAL = 10  # seconds between two triggers of a receive action
MAX_WAITING_ACTIONS = 10  # receive actions: other actions that are ready would wait for more


class Listener:
    """Waits for the notifications of all polled accounts at once, stores and processes them.

    One thread for each account calls GREEN-API. This thread alone uses the database: it stores what
    has come, commits, lets it be deleted at GREEN-API, and processes it in batches.

    Several Odoo servers share the accounts. The listener of an account holds its lock, and stores
    notifications over the same connection to the database. A process that was stopped and has lost
    its lock can store nothing, and it deletes only what it has stored.

    :param env: whose cursor holds the locks and is committed
    :param float ends_at: end of the run (monotonic clock)
    :param int server_key: the same for all processes of an Odoo server
    """

    def __init__(self, env, ends_at, server_key):
        self.env = env
        self.cr = env.cr
        self.has_accounts = False  # whether there are accounts to be heard, by any server
        self.is_paused = False  # whether modules are installed
        self.has_given_way = False  # whether other work needs the scheduler more
        self._ends_at = ends_at
        self._turn_ends_at = time.monotonic() + TURN_SECONDS
        self._min_processor_time = get_processor_time_left() / 2  # for the actions after this one
        self._server_key = server_key
        self._results = SimpleQueue()
        self._accounts = {}  # HeardAccount by ID of the instance
        self._next_update_at = 0.0
        self._batches = {}  # iterator over the batches of the inbox, by ID of the instance
        self._is_processing = False
        self._batch_started_at = None
        self._stored_at = 0.0
        self._given_way = {}  # end of the pause by ID of the instance
        self._pauses = {}  # end of the pause after a failed transaction, by ID of the instance
        self._outcomes = {}  # function that stores the outcome of a call, by HeardAccount
        self._next_action_at = {}  # by ID of the instance
        self._is_another_action_waiting = False
        self._listeners = 1
        self._next_offer_at = 0.0
        self._offer_pause = OFFER_FIRST_PAUSE
        self._has_to_end = False

    def run(self):
        """Listen until the end of the run. Commits.

        One process of each server does so: another one would take its place in the scheduler.
        """
        with advisory_lock.hold(self.cr, LOCK_LISTENING, self._server_key) as is_only_one:
            if not is_only_one:
                return
            with session_settings(self.cr, SESSION):
                try:
                    while not self._is_over():
                        self._update_accounts()
                        self._process_results()
                        self._process_batches()
                finally:
                    self._release(list(self._accounts))
                    self.env["ir.cron"]._commit_progress(remaining=0)

    def end(self):
        """End the run as soon as possible; for another thread."""
        self._has_to_end = True

    def _is_over(self):
        return (
            self._has_to_end
            or time.monotonic() >= self._ends_at
            or get_processor_time_left() < self._min_processor_time
            or is_odoo_stopping()
        )

    @contextmanager
    def _guard(self, id_=None):
        """Roll back a block of one account that fails: the other accounts do not wait for it.

        :param int id_: of the instance, which is left alone for a while then; None for several
        """
        try:
            with hide_conflicts():
                yield
        except CONFLICTS as error:
            self.cr.rollback()
            if isinstance(error, LockNotAvailable):
                self._pause(id_, LOCKED_PAUSE)
        except Exception:  # pylint: disable=broad-exception-caught
            if self.cr.closed:
                raise
            self.cr.rollback()
            _logger.exception("Telegram instance %s: listening has failed", id_ or "")
            self._pause(id_, UNEXPECTED_PAUSE)

    def _pause(self, id_, seconds):
        if id_:
            self._pauses[id_] = time.monotonic() + seconds

    def _is_paused(self, id_):
        return self._pauses.get(id_, 0) > time.monotonic()

    # === ACCOUNTS === #

    def _update_accounts(self):
        """Follow the changes of the accounts in the database, once a second."""
        now = time.monotonic()
        if now < self._next_update_at:
            return
        self._next_update_at = now + UPDATE_INTERVAL
        try:
            with hide_conflicts():
                self._follow_changes(now)
        except CONFLICTS:
            # An action that is to be triggered begins just now. The next look comes in a second.
            self.cr.rollback()
        for account in self._accounts.values():
            if account.next_call_at and account.next_call_at <= now:
                account.receive()

    def _follow_changes(self, now):
        """Update which accounts are heard, and find work for the scheduled actions. Commits."""
        # One transaction: it reads, and does not stay open.
        fingerprints = self.env["telegram.instance"]._get_polled_accounts()
        self.has_accounts = bool(fingerprints)
        # Odoo installs no modules while a scheduled action runs.
        self.is_paused = bool(advisory_lock.get_keys(self.cr, LOCK_MODULES, granted=True))
        self.has_given_way = self._has_to_give_way()
        if not fingerprints or self.is_paused or self.has_given_way:
            self._has_to_end = True
        requested = advisory_lock.get_keys(self.cr, LOCK_RECEIVING, granted=False)
        self._given_way |= dict.fromkeys(requested, now + GIVEN_WAY_PAUSE)
        self._update_listeners(now)
        share = min(-(-len(fingerprints) // self._listeners), MAX_ACCOUNTS)
        self._drop(fingerprints, requested, share)
        self._take(fingerprints, share, now)
        self._find_work(now)
        self.cr.commit()  # pylint: disable=invalid-commit

    def _drop(self, fingerprints, requested, share):
        """Release the accounts that have changed, that others ask for, and those above the share.

        :param dict fingerprints: of the accounts to be heard, by ID
        :param list requested: IDs of accounts that a dialog asks for
        :param int share: how many accounts to hear
        """
        dropped = [
            id_
            for id_, account in self._accounts.items()
            if id_ in requested or account.fingerprint != fingerprints.get(id_)
        ]
        kept = [id_ for id_ in self._accounts if id_ not in dropped]
        self._release([*dropped, *kept[share:]])

    def _take(self, fingerprints, share, now):
        """Hear further accounts, those that no other server hears."""
        wanted = [
            id_
            for id_ in fingerprints
            if id_ not in self._accounts
            and self._given_way.get(id_, 0) <= now
            and not self._is_paused(id_)
        ]
        room = share - len(self._accounts)
        if not wanted or room <= 0 or self._has_to_end:
            return
        random.shuffle(wanted)  # if there are too many, each one has its turn
        locked = advisory_lock.try_lock(self.cr, LOCK_RECEIVING, wanted)
        advisory_lock.unlock(self.cr, LOCK_RECEIVING, locked[room:])
        instances = self.env["telegram.instance"].browse(locked[:room])
        for instance in instances:
            with self._guard(instance.id):
                account = HeardAccount(
                    instance._in_company(), fingerprints[instance.id], self._results, self._defer
                )
                account.start()
                self._accounts[instance.id] = account
        failed = [id_ for id_ in locked[:room] if id_ not in self._accounts]
        advisory_lock.unlock(self.cr, LOCK_RECEIVING, failed)

    def _release(self, ids):
        """Release accounts to other listeners. A call under way is broken off."""
        for id_ in ids:
            account = self._accounts.pop(id_)
            account.cut()
            self._batches.pop(id_, None)
            self._outcomes.pop(account, None)
        if ids and not self.cr.closed:
            self.cr.rollback()  # a failed transaction could not unlock
            advisory_lock.unlock(self.cr, LOCK_RECEIVING, ids)

    def _update_listeners(self, now):
        """Count the servers that listen; offer a share to another one if this one is alone."""
        self._listeners = len(advisory_lock.get_keys(self.cr, LOCK_LISTENING, granted=True)) or 1
        if self._listeners > 1:
            self._offer_pause = OFFER_FIRST_PAUSE
        elif self._next_offer_at <= now:
            self._next_offer_at = now + self._offer_pause
            self._offer_pause *= 2  # the others may be servers without a scheduler
            if has_other_servers(self.cr):
                self.env["telegram.instance"]._offer_listening()

    def _has_to_give_way(self):
        """Return whether other work needs the scheduler more.

        If all scheduler threads of the server listen, each to the accounts of another database,
        listening takes turns with other actions and with the other databases, whose actions cannot
        be seen from here.
        """
        listening = advisory_lock.count_holders(self.cr, LOCK_LISTENING, self._server_key)
        if not 0 < count_scheduler_threads() <= listening:
            return False
        if time.monotonic() >= self._turn_ends_at and has_other_databases():
            return True
        was_waiting = self._is_another_action_waiting
        self._is_another_action_waiting = self.env["ir.cron"]._telegram_is_another_waiting()
        return was_waiting and self._is_another_action_waiting

    def _find_work(self, now):
        """Find events to be processed, and accounts whose receive action has to run."""
        instances = self.env["telegram.instance"].browse(list(self._accounts))
        for instance in self.env["telegram.event"]._find_due_instances(instances):
            self._plan_batches(instance.id)
        due = instances._find_unsettled()
        due |= self.env["telegram.message"]._find_due_instances(instances)
        due = due.filtered(
            lambda instance: (
                self._next_action_at.get(instance.id, 0) <= now and not self._is_paused(instance.id)
            )
        )
        if due:
            room = MAX_WAITING_ACTIONS - instances._count_waiting_receive_actions()
            # those that have waited longest
            due = due.sorted(lambda instance: self._next_action_at.get(instance.id, 0))
            self._trigger_actions(due[: max(room, 0)], now)

    def _trigger_actions(self, instances, now):
        """Trigger the receive actions of accounts. Commits."""
        for instance in instances:
            self._next_action_at[instance.id] = now + ACTION_INTERVAL
            with self._guard(instance.id):
                # sudo: ir.cron - the action belongs to the account
                instance.sudo().receive_cron_id._telegram_trigger()
                self.cr.commit()  # pylint: disable=invalid-commit

    # === NOTIFICATIONS === #

    def _process_results(self):
        """Store what has come, and plan the next calls. Waits if there is nothing to do."""
        notifications = []
        for account, result in self._get_results():
            if account is None:
                result()
            elif self._accounts.get(account.instance.id) is not account:
                continue  # it was released meanwhile
            elif isinstance(result, Exception):
                self._process_failure(account, result)
            else:
                if account.process_success(result):
                    self._outcomes[account] = account.instance._clear_last_error
                if result:
                    notifications.append((account, result))
        self._store_outcomes()
        if notifications:
            self._process_notifications(notifications)

    def _get_results(self):
        """Return the results of calls, after a wait for the first one."""
        results = []
        try:
            results.append(self._results.get(timeout=self._get_pause()))
            while True:
                results.append(self._results.get_nowait())
        except Empty:
            return results

    def _get_pause(self):
        """Return the seconds for which there is nothing else to do."""
        if self._is_processing:
            return 0
        return BATCH_QUIET if self._batches else STOP_INTERVAL

    def _store_outcomes(self):
        """Store on the accounts whether their calls work; later if the rows are locked."""
        for account, store in list(self._outcomes.items()):
            if self._is_paused(account.instance.id):
                continue
            with self._guard(account.instance.id):
                if account.instance.exists():
                    store()
                self.cr.commit()  # pylint: disable=invalid-commit
                del self._outcomes[account]

    def _process_notifications(self, notifications):
        """Store what has come in one transaction; if it fails, each account in its own."""
        if self._store(notifications):
            self._acknowledge(notifications)
            return
        for account, waiting in notifications:
            if self._store([(account, waiting)], account.instance.id):
                self._acknowledge([(account, waiting)])
            else:
                account.postpone(LOCKED_PAUSE)

    def _store(self, notifications, id_=None):
        """Store notifications and commit; return whether that was possible.

        :param list notifications: pairs of HeardAccount and WaitingNotification
        :param int id_: of the instance if all are of the same one
        """
        stored = []
        with self._guard(id_):
            for account, waiting in notifications:
                account.instance.env["telegram.event"]._ingest(
                    account.instance, waiting.body, waiting.receipt_id
                )
            self.cr.commit()  # pylint: disable=invalid-commit
            stored = notifications
        return bool(stored)

    def _acknowledge(self, notifications):
        """Delete stored notifications at GREEN-API, in the threads, and plan their processing."""
        self._stored_at = time.monotonic()
        for account, waiting in notifications:
            account.acknowledge(waiting)
            self._plan_batches(account.instance.id)

    def _process_failure(self, account, error):
        """Plan to store why a call has failed, unless it has failed for the same reason before."""
        instance = account.instance
        if not account.process_failure(error):
            return
        if isinstance(error, GreenApiError):
            self._outcomes[account] = partial(instance._record_error, error)
        else:
            _logger.error("Telegram instance %s: receiving failed", instance.id, exc_info=error)

    def _defer(self, function, *args):
        """Call a function in this thread; for the threads of the accounts."""
        self._results.put((None, partial(function, *args)))

    # === INBOX === #

    def _plan_batches(self, id_):
        if self._is_paused(id_):
            return  # the events are found again
        self._batch_started_at = self._batch_started_at or time.monotonic()
        self._batches.setdefault(id_, None)

    def _process_batches(self):
        """Process one batch of one account that has new events, if it is time to."""
        now = time.monotonic()
        if not self._batches or (
            not self._is_processing
            and now - self._stored_at < BATCH_QUIET
            and now - self._batch_started_at < BATCH_MAX_DELAY
        ):
            return
        id_, batches = next(iter(self._batches.items()))
        instance = self._accounts[id_].instance
        batches = batches or instance.env["telegram.event"]._process_batches(
            instance, is_patient=False
        )
        del self._batches[id_]
        with self._guard(id_):
            if next(batches, None) is not None:
                self._batches[id_] = batches  # after those of the other accounts
        self._is_processing = bool(self._batches)
        if not self._batches:
            self._batch_started_at = None
