# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import time

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from .. import const
from ..client import GreenApiError, OutcomeUnknown, Pace, Refused

OUTCOME_WRITES = 5  # times that an outcome is written when other transactions are in the way


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
        pace, seconds_left = Pace(), True
        with instance._get_client() as client:
            go_on = unsettled._settle(client)
            commit()
            while go_on and seconds_left and (message := self._claim_next(instance)):
                time.sleep(pace.reserve("sendMessage"))
                go_on = message._deliver(client)
                seconds_left = commit(1)
        commit(remaining=self._count_due(instance) if go_on else 0)

    @api.model
    def _due_sql(self, instance):
        """Give the SQL that finds what may be sent now: of each chat the first that waits.

        An unsure message holds up its chat while the service is being asked about it.
        """
        return SQL(
            """
              FROM telegram_message AS message
             WHERE message.instance_id = %(instance)s
               AND message.state = 'queued'
               AND NOT EXISTS (
                       SELECT 1
                         FROM telegram_message AS earlier
                        WHERE earlier.chat_id = message.chat_id
                          AND earlier.id < message.id
                          AND earlier.state IN ('queued', 'sending', 'unsure')
                          AND (earlier.state != 'unsure' OR earlier.is_settling)
                   )
            """,
            instance=instance.id,
        )

    @api.model
    def _count_due(self, instance):
        self.flush_model()
        [[count]] = self.env.execute_query(SQL("SELECT count(*) %s", self._due_sql(instance)))
        return count

    @api.model
    def _claim_next(self, instance):
        """Take the next due message for sending and commit that; return it, or none.

        Finding and locking are one statement, and the first one after a commit: so a row that
        somebody else changes meanwhile is skipped and never a conflict.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT message.id %s
                 ORDER BY message.id
                 LIMIT 1
                   FOR NO KEY UPDATE OF message SKIP LOCKED
                """,
                self._due_sql(instance),
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
            return self._keep_outcome(self._take_send_error, error)
        return self._keep_outcome(self._mark_sent, sent.id_message)

    def _keep_outcome(self, write, *args):
        """Write an outcome, again when another transaction was in the way.

        The message is out by now; losing what the service said would make it unsure for nothing.
        """
        for _attempt in range(OUTCOME_WRITES):
            try:
                go_on = write(*args)
                self.env.flush_all()
                self.env["ir.cron"]._commit_progress()
                return go_on
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                self.env.cr.rollback()
        raise ConcurrencyError(f"telegram.message {self.id}: its outcome could not be written")

    # === OUTCOMES === #

    def _mark_sent(self, id_message):
        """Keep the id that the service gave the message.

        :return: bool, True, the next message has a chance
        """
        self._set_state(
            {
                "state": "sent",
                "id_message": id_message,
                "is_settling": False,
                "failure_type": False,
                "failure_reason": False,
            }
        )
        self.instance_id._resume_sending()
        return True

    def _take_send_error(self, error):
        """Keep why a message was not sent, or perhaps not.

        :return: bool, whether the next message has a chance
        """
        instance = self.instance_id
        reason = instance._explain(error)
        if isinstance(error, Refused) and error.code in const.MESSAGE_CODES:
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
