# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import time
from contextlib import suppress

from ...client import GreenApiError, RateLimiter
from ...tools.context import OwnValue
from ...tools.files import is_disk_full
from ...tools.transactions import write_and_commit
from ..telegram_message import NOTIFY_LATER
from .claim import Claim, ClaimEndedError

NOTIFY_INTERVAL = 1  # seconds between two updates of the web clients
# What the outcome of most messages needs. Reading all fields takes longer than the call.
OUTCOME_FIELDS = (
    *("state", "claim_number", "chat_id", "instance_id", "mailing_id", "type_message"),
    *("direction", "is_automatic", "scheduled_date", "attempts", "is_being_checked"),
    *("failure_type", "failure_reason", "res_model"),
)


class PendingStateUpdates:
    """Messages whose state change has not been sent to the web clients yet.

    Updates are batched because each one costs as much as a send.
    """

    def __init__(self):
        self.clear()

    def clear(self):
        """Start a new batch."""
        self.ids = []
        self._since = time.monotonic()

    def is_due(self):
        """Return whether the web clients have waited long enough."""
        return time.monotonic() - self._since >= NOTIFY_INTERVAL


class QueueSender:
    """Send the due messages of one account: claim, commit, call GREEN-API, commit the outcome.

    The outcome of one message and the claim of the next are one commit. A message whose claim is
    committed but whose outcome is not was interrupted and may have been sent. It becomes "unsure"
    and is never sent again before GREEN-API was asked (``unsure.py``).

    A sender commits, so it is for the send action only. That action does not run twice at the same
    time, unless one run has lost its lock without being ended. So a message found in "sending"
    belongs to a run that was killed, or to one that finds out about it (``claim.py``).

    Claims and states of the rows are in ``queue.py``, the call of each kind in ``dispatch.py``.
    """

    def __init__(self, instance):
        self.instance = instance
        self.env = instance.env
        self.messages = self.env["telegram.message"]
        self._unreported = 0  # messages that do not count as progress of the action yet

    def run(self):
        """Send what is due, after checking the messages whose outcome is unknown."""
        commit = self.env["ir.cron"]._commit_progress
        # Hundreds of accounts have nothing to send: progress is stored once.
        write_and_commit(self.env, self._prepare_queue, processed=None)
        being_checked = self.messages._find_being_checked(self.instance)._end_outdated_checks()
        due = self.messages._count_due(self.instance)
        if not (due or being_checked) or not self.instance._can_send():
            self.env["telegram.mailing"]._schedule_next(self.instance)
            commit(remaining=0)  # what waits for the account is not work that could be done now
            return
        commit(remaining=due)
        budget = self.instance._get_send_budget()
        with self.instance._get_client() as client:
            being_checked._check_outcomes(client)
            can_continue = self._send_all(client, budget)
            self.instance._store_clock_offset(client)
        if not can_continue:
            commit(self._unreported, remaining=0)
            return
        self.instance._trigger_for_new_contacts(budget)
        self.env["telegram.mailing"]._schedule_next(self.instance)
        due = self.messages._count_due(self.instance, budget)
        commit(self._unreported, remaining=due)

    def _prepare_queue(self):
        """Process interrupted messages, and have unknown usernames looked up."""
        self.messages._recover_orphans(self.instance)
        self.messages._request_look_ups(self.instance)

    def _send_all(self, client, budget):
        """Send until nothing is due, the time of the action is over or sending has to pause.

        :return: bool, whether another message could be sent now
        """
        limiter, pending = RateLimiter(), PendingStateUpdates()
        queue = self.messages.with_context(**{NOTIFY_LATER: OwnValue()})
        claim, seconds_left = write_and_commit(self.env, self._claim_next, queue, budget)
        can_continue = True
        while claim.message:
            outcome = self._send(claim, client, limiter)
            pending.ids.append(claim.message.id)
            self._unreported += 1
            notify = pending.is_due()
            (claim, can_continue), seconds_left = write_and_commit(
                self.env,
                self._store_outcome,
                claim,
                outcome,
                budget if seconds_left else None,
                pending.ids,
                notify,
                processed=self._unreported if notify else None,
            )
            if notify:
                pending.clear()
                self._unreported = 0
        return can_continue

    def _claim_next(self, messages, budget):
        """Claim the next message and return the Claim; its message is None if none is due.

        :param messages: ``telegram.message``, in the environment of the queue
        :param SendBudget budget: None if nothing is to be claimed
        """
        claim = Claim()
        if claimed := budget and messages._claim_next(self.instance, budget):
            claim.take(claimed)
        return claim

    def _send(self, claim, client, limiter):
        """Send one claimed message.

        :param Claim claim: of the message
        :param RateLimiter limiter: of the account's calls
        :return: tuple ``(handler, args)``. Calling ``handler(*args)`` stores the outcome and
            returns whether to continue with the next message.
        """
        message = claim.message
        try:
            sent = message._call_send_method(client, limiter, claim)
            return message._process_accepted, (sent, claim.had_failures)
        except ClaimEndedError:
            return message._process_ended_claim, ()
        except GreenApiError as error:
            return message._process_send_error, (error, self._measure_clock(client))
        except OSError as error:
            if not is_disk_full(error):
                raise
            self.env.cr.rollback()
            return message._process_disk_full, (error,)

    def _measure_clock(self, client):
        """Return the difference of the clocks at an attempt that failed; None if it is not known.

        If the failed call was the first one, GREEN-API is asked something else.
        """
        if client.clock_offset is None:
            with suppress(GreenApiError):
                client.get_state_instance()
        return self.instance._get_clock_offset(client)

    def _store_outcome(self, claim, outcome, budget, pending_ids, notify):
        """Store the outcome of a message and claim the next one.

        If another process has taken over the message, it goes on with the queue, too.

        :param Claim claim: of the message
        :param tuple outcome: of ``_send``
        :param SendBudget budget: None if no further message is to be claimed
        :param list pending_ids: messages whose state the web clients do not know yet
        :param bool notify: whether to update the web clients now. After the last message they
            are updated anyway.
        :return: tuple of the next Claim, without a message if there is none, and whether another
            message could be sent now
        """
        message, (handler, args) = claim.message, outcome
        message.fetch(OUTCOME_FIELDS)
        if claim.is_taken_over():
            message._process_late_outcome(handler, args)
            can_continue = False
        else:
            can_continue = handler(*args)
        if message.state == "queued" and budget:
            budget.postponed_ids.append(message.id)
        following = self._claim_next(message, budget if can_continue else None)
        if notify or not following.message:
            # A message may have been deleted since it was sent.
            message.browse(pending_ids).exists()._notify_state_change()
        return following, can_continue
