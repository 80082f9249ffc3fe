# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import logging
import time

from odoo import api, fields, models
from odoo.tools import SQL

from .. import const
from ..client import GreenApiError, OutcomeUnknown, Pace, Refused
from .telegram_message import NO_FAILURE
from .transactions import write_and_commit

_logger = logging.getLogger(__name__)


class TelegramMessage(models.Model):
    """The outgoing queue: claim a message, commit, call the service, commit what came of it.

    A message whose claim is committed but whose outcome is not was interrupted: nobody knows
    whether it went out. It becomes "unsure", and is never sent again before the service was asked.
    """

    _inherit = "telegram.message"

    @api.model
    def _send_queue(self, instance):
        """Send the due messages of an instance one by one. Commits: for its send action only.

        The action never runs twice at the same time, so a message found in "sending" is an
        orphan of a run that was killed.
        """
        commit = self.env["ir.cron"]._commit_progress
        orphans = self.search([("instance_id", "=", instance.id), ("state", "=", "sending")])
        orphans._mark_unsure(self.env._("Odoo was stopped while the message was being sent."))
        due, unsettled = self._count_due(instance), self._find_unsettled(instance)
        commit(remaining=due)
        if not (due or unsettled) or not instance._may_send():
            commit(remaining=0)  # what waits for the account is not work that could be done now
            return
        pace, go_on, seconds_left = Pace(), True, True
        with instance._get_client() as client:
            unsettled._settle(client)
            while go_on and seconds_left and (message := self._claim_next(instance)):
                time.sleep(pace.reserve("sendMessage"))
                go_on = message._deliver(client)
                seconds_left = commit(1)
        commit(remaining=self._count_due(instance) if go_on else 0)

    @api.model
    def _count_due(self, instance):
        """Count the chats in which a message may be sent now."""
        self.flush_model()
        [[count]] = self.env.execute_query(
            SQL(
                """
                SELECT count(*)
                  FROM (
                       SELECT DISTINCT ON (chat_id) state
                         FROM telegram_message
                        WHERE instance_id = %s
                          AND state IN ('queued', 'sending', 'unsure')
                          AND (state != 'unsure' OR is_settling)
                        ORDER BY chat_id, id
                       ) AS head
                 WHERE state = 'queued'
                """,
                instance.id,
            )
        )
        return count

    @api.model
    def _claim_next(self, instance):
        """Take the next due message for sending and commit that; return it, or none.

        Of each chat it is the first that waits; an unsure one holds up its chat while the
        service is being asked about it. Finding and locking are one statement, and the first one
        after a commit: so a row that somebody else changes meanwhile is skipped and no conflict.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT message.id
                  FROM telegram_message AS message
                 WHERE message.instance_id = %s
                   AND message.state = 'queued'
                   AND NOT EXISTS (
                           SELECT 1
                             FROM telegram_message AS earlier
                            WHERE earlier.chat_id = message.chat_id
                              AND earlier.id < message.id
                              AND earlier.state IN ('queued', 'sending', 'unsure')
                              AND (earlier.state != 'unsure' OR earlier.is_settling)
                       )
                 ORDER BY message.id
                 LIMIT 1
                   FOR NO KEY UPDATE OF message SKIP LOCKED
                """,
                instance.id,
            )
        )
        message = self.browse(row[0] for row in rows)
        if message:
            message.write(
                {
                    "state": "sending",
                    "attempts": message.attempts + 1,
                    "attempted_at": fields.Datetime.now(),
                }
            )
            self.env["ir.cron"]._commit_progress()  # from here on an interruption is visible
        return message

    def _deliver(self, client):
        """Send one claimed message and keep what came of it.

        :return: bool, whether it makes sense to go on with the next one
        """
        try:
            sent = client.send_message(
                self.chat_id.chat_id, self.text, quoted_message_id=self.quoted_id_message
            )
        except GreenApiError as error:
            return write_and_commit(self.env, self._take_send_error, error)
        return write_and_commit(self.env, self._mark_sent, sent.id_message)

    # === OUTCOMES === #

    def _mark_sent(self, id_message):
        """Keep the id that the service gave the message.

        :return: bool, True: the next message has a chance
        """
        same = [("chat_id", "=", self.chat_id.id), ("id_message", "=", id_message)]
        twin = self.search([*same, ("id", "!=", self.id)])
        self.write({"state": "sent"})
        if twin.attempts:
            # Another message of ours: the service has given an id for the second time.
            _logger.warning("Telegram message %s has the id of %s", self.id, twin.id)
            id_message = False
        else:
            self._absorb(twin)  # the echo was faster and not known for ours
        self._set_state({"state": self.state, "id_message": id_message, **NO_FAILURE})
        self.instance_id._resume_sending()
        return True

    def _take_send_error(self, error):
        """Keep why a message was not sent, or perhaps not.

        :return: bool, whether the next message has a chance
        """
        instance = self.instance_id
        reason = instance._explain(error)
        odd_status = error.code == const.CODE_HTTP and error.status >= 400
        if isinstance(error, Refused) and (error.code in const.MESSAGE_CODES or odd_status):
            failure_type = "quota" if error.code == const.CODE_QUOTA else "refused"
            self._set_state(
                {"state": "error", "failure_type": failure_type, "failure_reason": reason}
            )
            return True
        # Anything else would befall the next message too.
        if isinstance(error, OutcomeUnknown):
            self._mark_unsure(reason)
        else:
            self._set_state({"state": "queued", "failure_reason": reason})
        instance._take_error(error)
        instance._pause_sending(error.retry_after)
        return False
