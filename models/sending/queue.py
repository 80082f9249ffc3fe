# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import logging
import time

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_datetime

from ... import const
from ...client import GreenApiError, OutcomeUnknownError, RateLimiter, RefusedError
from ...tools.files import is_disk_full
from ...tools.transactions import write_and_commit
from ..telegram_message import NO_FAILURE, SHOW_LATER
from .unsure import DOUBTS_MAX

_logger = logging.getLogger(__name__)
SHOW_EVERY = 1  # seconds


class PendingStateUpdates:
    """Messages whose state the browsers do not know yet: telling costs as much as sending."""

    def __init__(self):
        self.clear()

    def clear(self):
        self.ids = []
        self._since = time.monotonic()

    def is_due(self):
        return time.monotonic() - self._since >= SHOW_EVERY


class TelegramMessage(models.Model):
    """The outgoing queue: claim a message, commit, call the service, commit what came of it.

    What came of one and the claim of the next are one commit. A message whose claim is committed
    but whose outcome is not was interrupted: nobody knows whether it went out. It becomes
    "unsure", and is never sent again before the service was asked.
    """

    _inherit = "telegram.message"

    @api.depends(
        "state",
        "scheduled_date",
        "failure_reason",
        "instance_id.state",
        "instance_id.send_after",
        "chat_id",
    )
    @api.depends_context("lang", "tz")
    def _compute_waiting_reason(self):
        self.waiting_reason = False
        # sudo: telegram.instance - the reasons tell nothing that its operators may not know
        queued = self.filtered(lambda message: message.state == "queued").sudo()
        now = fields.Datetime.now()
        earlier = dict(
            self.sudo()._read_group(  # sudo: as above
                Domain("chat_id", "in", queued.chat_id.ids) & self._get_blocking_domain(),
                ["chat_id"],
                ["id:min"],
            )
        )
        for instance in queued.instance_id:
            reason, no_strangers = instance._get_waiting_message()
            for message in queued.filtered(lambda m, i=instance: m.instance_id == i):
                if message.scheduled_date and message.scheduled_date > now:
                    message.waiting_reason = self.env._(
                        "It is sent later: %s",
                        format_datetime(self.env, message.scheduled_date, dt_format="short"),
                    )
                elif reason:
                    message.waiting_reason = reason
                elif no_strangers and message.chat_id.is_new_contact:
                    message.waiting_reason = no_strangers
                elif earlier.get(message.chat_id, message.id) < message.id:
                    message.waiting_reason = self.env._("An earlier message to this chat is first.")
                else:
                    soon = self.env._("It is sent in a moment.")
                    message.waiting_reason = message.failure_reason or soon

    @api.model
    def _get_blocking_domain(self):
        """Tell which messages hold up later ones of their chat, as the queue sees it."""
        due = Domain("scheduled_date", "=", False)
        due |= Domain("scheduled_date", "<=", fields.Datetime.now())
        return (
            Domain("state", "=", "sending")
            | Domain("state", "=", "queued") & due
            | Domain("state", "=", "unsure") & Domain("is_settling", "=", True)
        )

    @api.model
    def _send_queue(self, instance):
        """Send the due messages of an instance one by one. Commits: for its send action only.

        The action never runs twice at the same time, so a message found in "sending" is an
        orphan of a run that was killed.
        """
        commit = self.env["ir.cron"]._commit_progress
        self._recover_orphans(instance)
        due, unsettled = self._count_due(instance), self._find_unsettled(instance)
        commit(remaining=due)
        if not (due or unsettled) or not instance._can_send():
            commit(remaining=0)  # what waits for the account is not work that could be done now
            return
        allowance = instance._get_allowance()
        with instance._get_client() as client:
            unsettled._settle(client)
            go_on = self._send_all(instance, client, allowance)
        if not go_on:
            commit(remaining=0)
            return
        instance._trigger_when_allowed(allowance)
        commit(remaining=self._count_due(instance, allowance))

    @api.model
    def _send_all(self, instance, client, allowance):
        """Send what is due until there is none, the time is over, or something is in the way.

        :return: bool, whether the next one would have a chance
        """
        pace, unshown = RateLimiter(), PendingStateUpdates()
        queue = self.with_context(**{SHOW_LATER: True})
        message, seconds_left = write_and_commit(self.env, queue._claim_next, instance, allowance)
        go_on = True
        while message:
            outcome = message._deliver(client, pace)
            unshown.ids.append(message.id)
            show = unshown.is_due()
            (message, go_on), seconds_left = write_and_commit(
                self.env,
                message._close,
                outcome,
                allowance if seconds_left else None,
                unshown.ids,
                show,
                processed=1,
            )
            if show:
                unshown.clear()
        return go_on

    def _close(self, outcome, allowance, unshown_ids, show):
        """Keep what came of this message, and claim the next one if there is to be one.

        :param outcome: as of _deliver
        :param allowance: of the instance; none: no further one
        :param list unshown_ids: the messages whose state the browsers have not been told yet
        :param bool show: whether to tell them now; at the end they are told anyway
        :return: the next message or none; whether it would have a chance
        """
        keep, *args = outcome
        go_on, following = keep(*args), self.browse()
        if go_on and allowance:
            if self.state == "queued":
                allowance.held.append(self.id)
            following = self._claim_next(self.instance_id, allowance)
        if show or not following:
            # Somebody may have deleted one since.
            self.browse(unshown_ids).exists()._notify_state_change()
        return following, go_on

    @api.model
    def _recover_orphans(self, instance):
        """Look after messages whose sending was interrupted."""
        orphans = self.search([("instance_id", "=", instance.id), ("state", "=", "sending")])
        # A change may be repeated: the message is the same after the second time.
        changes = orphans.filtered(lambda message: message.type_message in const.CHANGE_KINDS)
        changes._increment_unsure_count()
        tired = changes.filtered(lambda message: message.unsure_count >= DOUBTS_MAX)
        for change in tired:
            change._mark_unresolved()
        if changes - tired:
            (changes - tired)._set_state({"state": "queued"})
        reason = self.env._("Odoo was stopped while the message was being sent.")
        (orphans - changes)._mark_unsure(reason)

    # === CLAIMING === #

    @api.model
    def _sql_is_due(self, instance, allowance=None):
        """Tell which messages of an instance may be sent now: SQL on telegram_message "message".

        Of each chat it is the first that waits; an unsure one holds up its chat while the
        service is being asked about it, one that is to be sent later holds up nobody.
        """
        strangers = SQL()
        if allowance and allowance.strangers <= 0:
            strangers = SQL("AND chat.is_new_contact IS NOT TRUE")
        held = SQL("AND message.id != ALL(%s)", allowance.held) if allowance else SQL()
        return SQL(
            """
                message.instance_id = %(instance)s
            AND message.state = 'queued'
            AND (message.scheduled_date IS NULL OR message.scheduled_date <= %(now)s)
            AND NOT EXISTS (
                    SELECT 1
                      FROM telegram_message AS earlier
                     WHERE earlier.chat_id = message.chat_id
                       AND earlier.id < message.id
                       AND earlier.state IN ('queued', 'sending', 'unsure')
                       AND (earlier.state != 'unsure' OR earlier.is_settling)
                       AND (earlier.state != 'queued' OR earlier.scheduled_date IS NULL
                            OR earlier.scheduled_date <= %(now)s)
                )
            %(strangers)s
            %(held)s
            """,
            instance=instance.id,
            now=fields.Datetime.now(),
            strangers=strangers,
            held=held,
        )

    @api.model
    def _count_due(self, instance, allowance=None):
        """Count the chats in which a message may be sent now."""
        if allowance and allowance.messages <= 0:
            return 0
        self.flush_model()
        [[count]] = self.env.execute_query(
            SQL(
                """
                SELECT count(*)
                  FROM telegram_message AS message
                  JOIN telegram_chat AS chat ON chat.id = message.chat_id
                 WHERE %s
                """,
                self._sql_is_due(instance, allowance),
            )
        )
        return count

    @api.model
    def _claim_next(self, instance, allowance):
        """Take the next due message for sending; return it, or none. To be committed at once.

        A row that somebody else holds is skipped; one that was changed since the transaction
        began is a conflict, and looked for once more by ``write_and_commit``.

        What has failed several times comes after all others: else what always fails, such as a
        file that cannot be uploaded, would hold up everybody.
        """
        if allowance.messages <= 0:
            return self.browse()
        self.flush_model()
        promising = SQL("COALESCE(message.attempts, 0) < %s", const.TRIES)
        if allowance.last_files:
            files = list(allowance.last_files)
            other = SQL(
                "(message.attachment_id IS NULL OR message.attachment_id != ALL(%s))", files
            )
            promising = SQL("%s AND %s", promising, other)
        message = self._claim(instance, allowance, promising)
        message = message or self._claim(instance, allowance, SQL("TRUE"))
        if message:
            allowance.messages -= 1
            if message.chat_id.is_new_contact:
                message.chat_id.first_contact_date = fields.Datetime.now()
                allowance.strangers -= 1
        return message

    @api.model
    def _claim(self, instance, allowance, condition):
        """Take the first due message of which an SQL condition is true; return it, or none."""
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE telegram_message
                   SET state = 'sending',
                       attempts = COALESCE(attempts, 0) + 1,
                       last_attempt_date = %(now)s,
                       write_date = %(now)s,
                       write_uid = %(uid)s
                 WHERE id = (
                       SELECT message.id
                         FROM telegram_message AS message
                         JOIN telegram_chat AS chat ON chat.id = message.chat_id
                        WHERE %(is_due)s
                          AND %(condition)s
                        ORDER BY message.id
                        LIMIT 1
                          FOR NO KEY UPDATE OF message SKIP LOCKED
                       )
             RETURNING id
                """,
                now=fields.Datetime.now(),
                uid=self.env.uid,
                is_due=self._sql_is_due(instance, allowance),
                condition=condition,
            )
        )
        message = self.browse(row[0] for row in rows)
        message.invalidate_recordset(["state", "attempts", "last_attempt_date"], flush=False)
        return message

    # === SENDING === #

    def _deliver(self, client, pace):
        """Send one claimed message.

        :return: the method that keeps what came of it, followed by its arguments; it returns
            whether the next message has a chance
        """
        try:
            return self._mark_sent, self._call_send_method(client, pace)
        except GreenApiError as error:
            return self._process_send_error, error
        except OSError as error:
            if not is_disk_full(error):
                raise
            self.env.cr.rollback()
            return self._wait_for_room, error

    # === OUTCOMES === #

    def _mark_sent(self, id_message):
        """Keep the id that the service gave the message.

        :param str id_message: empty for what is no message of its own
        :return: bool, True: the next message has a chance
        """
        self.write({"state": "sent"})
        if id_message:
            same = [("chat_id", "=", self.chat_id.id), ("id_message", "=", id_message)]
            twin = self.search([*same, ("id", "!=", self.id)])
            if twin.attempts:
                # Another message of ours: the service has given an id for the second time.
                _logger.warning("Telegram message %s has the id of %s", self.id, twin.id)
                id_message = False
            else:
                self._merge_duplicate(twin)  # the echo was faster and not known for ours
        vals = {"state": self.state, "id_message": id_message or False, **NO_FAILURE}
        if self.scheduled_date:
            vals["date"] = fields.Datetime.now()  # not when it was written, long ago
        self._set_state(vals)
        if self.type_message in const.CHANGE_KINDS:
            self._apply()
        self.instance_id._resume_sending()
        return True

    def _wait_for_room(self, error):
        """Let a message wait whose file there is no room for on the disk. Its chat waits with it.

        :param OSError error: what the disk said
        :return: bool, True: the next message has a chance
        """
        reason = self.env._(
            "“%(file)s” cannot be stored: %(reason)s. It is sent as soon as there is room on the "
            "disk of the Odoo server.",
            file=self.file_name,
            reason=error.strerror,
        )
        self._set_state({"state": "queued", "failure_reason": reason})
        return True

    def _process_send_error(self, error):
        """Keep why a message was not sent, or perhaps not.

        :return: bool, whether the next message has a chance
        """
        instance = self.instance_id
        reason = instance._get_error_message(error)
        odd_status = error.code == const.CODE_HTTP and error.status >= 400
        if isinstance(error, RefusedError) and (error.code in const.MESSAGE_CODES or odd_status):
            failure_type = "quota" if error.code == const.CODE_QUOTA else "refused"
            self._set_state(
                {"state": "error", "failure_type": failure_type, "failure_reason": reason}
            )
            if self.type_message in const.CHANGE_KINDS:
                self._report_refused_change()
            return True
        # Anything else would befall the next message too.
        if isinstance(error, OutcomeUnknownError):
            self._mark_unsure(reason)
        else:
            self._set_state({"state": "queued", "failure_reason": reason})
        instance._record_error(error)
        instance._pause_sending(error.retry_after)
        return False
