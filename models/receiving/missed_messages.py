# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import logging
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

from ... import const
from ...client import GreenApiError, RefusedError
from ...client.journal_notifications import as_notification, as_status
from ...client.parsing import text
from ...tools.transactions import own_transaction, write_and_commit
from ..connection.scheduled_actions import HEARTBEAT_INTERVAL
from ..telegram_message import RANK

_logger = logging.getLogger(__name__)
MARGIN = timedelta(minutes=5)  # by which more is compared, since clocks differ


class TelegramInstance(models.Model):
    """What has not come in: the journals of the service are compared with what is here.

    Journals hold the messages of a day. What they have and Odoo does not goes through the inbox
    like a notification, under the same key: should the notification itself still come, it takes
    the place of what the journal told.
    """

    _inherit = "telegram.instance"
    _protected = {"received_until"}

    received_until = fields.Datetime(
        readonly=True,
        copy=False,
        help="Messages are known to have come in until then; what came later may be missing.",
    )

    # === ACTION METHODS === #

    def action_fetch_missed(self):
        """Compare the journals of the last 24 hours with what is here, and take in the rest."""
        self.ensure_one()
        self.check_access("write")
        if not self.active:
            raise UserError(self.env._("The instance is archived."))
        with own_transaction(self) as instance:
            try:
                count, problem = instance._fetch_missed(const.JOURNAL_HOURS * 60), False
            except GreenApiError as error:
                instance._record_error(error)
                count, problem = 0, instance.state_message
        if problem:
            return self._notify(problem, is_good=False)
        return self._notify(self._get_missed_message(count, self._process_inbox_now()))

    def action_open_journals(self):
        """Show the journals of the last 24 hours beside what is here, with the differences."""
        self.ensure_one()
        return self.env["telegram.journal"]._open(self)

    def _process_inbox_now(self):
        """Process the inbox unless the receive action is doing that: then it goes on with it.

        :return: bool, whether it was done
        """
        # sudo: ir.cron - the action belongs to the instance
        receive_cron_sudo = self.sudo().receive_cron_id
        if not receive_cron_sudo.try_lock_for_update(allow_referencing=True):
            receive_cron_sudo._trigger()
            return False
        with own_transaction(self) as instance:
            instance = instance._in_company()
            instance.env["telegram.event"]._process_inbox(instance)
        return True

    def _fetch_missed_messages(self):
        """Note that messages come in; after an outage, take in what was missed. Commits."""
        now = fields.Datetime.now()
        is_working = self.state == const.STATE_AUTHORIZED and not self.last_error
        seconds_left = self.env["ir.cron"]._commit_progress()
        if not is_working or not seconds_left:
            return  # not yet, or the queue of the service is not empty yet
        silence = now - (self.received_until or now)
        if silence > self._get_longest_silence():
            if not self._fetch_missed_since(silence + MARGIN):
                return  # the next run asks again
        elif self.received_until and abs(silence) < HEARTBEAT_INTERVAL:
            return
        write_and_commit(self.env, self.write, {"received_until": now})

    def _fetch_missed_since(self, silence):
        """Take in what was missed in a time. Commits.

        :param timedelta silence: its length, until now
        :return: bool, whether it is settled
        """
        minutes = int(silence.total_seconds() // 60)
        try:
            count = self._fetch_missed(min(minutes, const.JOURNAL_HOURS * 60))
        except GreenApiError as error:
            write_and_commit(self.env, self._record_error, error)
            is_final = isinstance(error, RefusedError) and error.code not in const.STATE_OF_CODE
            if is_final:  # asking again changes nothing
                _logger.warning("Telegram instance %s: its journals are refused", self.id)
            return is_final
        _logger.info("Telegram instance %s: %s messages were missing", self.id, count)
        self.env["telegram.event"]._process_inbox(self)
        return True

    def _fetch_missed(self, minutes):
        """Put into the inbox what the service's journals have and Odoo does not. Commits.

        :param int minutes: so far back
        :return: int, the number of messages
        :raise GreenApiError: the service did not tell; nothing was changed
        """
        self.ensure_one()
        self.env["ir.cron"]._commit_progress()  # nothing is open while the service is waited for
        with self._get_client() as client:
            entries = client.last_incoming_messages(minutes=minutes)
            entries += client.last_outgoing_messages(minutes=minutes)
        # The ids of a chat grow with time; they tell what came first within a second.
        entries.sort(key=lambda row: (row.timestamp, len(row.id_message), row.id_message))
        raw = [entry.raw for entry in entries]
        count, _seconds_left = write_and_commit(self.env, self._ingest_missed, raw)
        return count

    def _ingest_missed(self, entries):
        """Put what is missing of a journal into the inbox, the oldest first.

        :param list entries: of the journals
        :return: int, the number of messages
        """
        known = self._find_known([text(entry, "idMessage") for entry in entries])
        count = 0
        for entry in entries:
            state = known.get((text(entry, "chatId"), text(entry, "idMessage")))
            if not state and (body := as_notification(entry)):
                count += self.env["telegram.event"]._ingest(self, body, source="journal")
            status = as_status(entry)
            if status and RANK[status["status"]] > RANK.get(state, 0):
                self.env["telegram.event"]._ingest(self, status, source="journal")
        return count

    def _find_known(self, ids):
        """Return the states of the messages with these ids, by chat id and id."""
        rows = self.env["telegram.message"]._read_group(
            [("instance_id", "=", self.id), ("id_message", "in", ids)],
            ["chat_id", "id_message", "state"],
        )
        return {(chat.telegram_id, id_message): state for chat, id_message, state in rows}

    # === TEXTS === #

    def _get_missed_message(self, count, is_processed):
        if not count:
            return self.env._("Nothing is missing: all messages of the last 24 hours are here.")
        if not is_processed:
            return self.env._(
                "%s messages were missing. They are being taken in, and are here in a moment.",
                count,
            )
        if count == 1:
            return self.env._("1 message was missing and is here now.")
        return self.env._("%s messages were missing and are here now.", count)
