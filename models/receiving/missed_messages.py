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

_logger = logging.getLogger(__name__)
MARGIN = timedelta(minutes=5)  # added to a period of time, since clocks differ


class TelegramInstance(models.Model):
    """Extend ``telegram.instance``: fetch messages that were missed, from GREEN-API's journals.

    Journals contain the messages of the last 24 hours. An entry that Odoo does not have is stored
    as an event with the key of its notification. Should that notification still arrive, it
    replaces the entry.

    https://green-api.com/en/telegram/docs/api/journals/
    """

    _inherit = "telegram.instance"
    _protected = {"received_until"}

    received_until = fields.Datetime(
        "Complete Until",
        readonly=True,
        copy=False,
        help="All messages up to this date were received. Later ones may be missing.",
    )

    # === ACTION METHODS === #

    def action_fetch_missed(self):
        """Import the messages of the last 24 hours that Odoo does not have."""
        self.ensure_one()
        self.check_access("write")
        if not self.active:
            raise UserError(
                self.env._("The account is archived. Unarchive it to receive messages.")
            )
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
        """Open the journals of the last 24 hours, compared with the messages in Odoo."""
        self.ensure_one()
        return self.env["telegram.journal"]._open(self)

    # === BUSINESS METHODS === #

    def _process_inbox_now(self):
        """Process the inbox, or leave that to the listener or the receive action if one does so.

        :return: bool, whether the inbox was processed
        """
        with own_transaction(self) as instance, instance._hold_receiving() as is_held:
            if is_held:
                instance = instance._in_company()
                instance.env["telegram.event"]._process_inbox(instance)
            else:
                instance.receive_cron_id._trigger()
        return is_held

    def _fetch_missed_messages(self):
        """Import what was missed in an outage, then store that all messages were received.

        For the receive action. Commits.
        """
        now = fields.Datetime.now()
        is_working = self.state == const.STATE_AUTHORIZED and not self.last_error
        seconds_left = self.env["ir.cron"]._commit_progress()
        if not is_working or not seconds_left:
            return  # not authorized yet, or GREEN-API's queue is not empty yet
        silence = now - (self.received_until or now)
        if silence > self._get_longest_silence():
            if not self._fetch_missed_since(silence + MARGIN):
                return  # the next run tries again
        elif self.received_until and abs(silence) < HEARTBEAT_INTERVAL:
            return
        write_and_commit(self.env, self.write, {"received_until": now})

    def _fetch_missed_since(self, silence):
        """Import the messages that were missed in a period of time. Commits.

        :param timedelta silence: the length of the period, which ends now
        :return: bool, whether it is done; False to try again later
        """
        minutes = int(silence.total_seconds() // 60)
        try:
            count = self._fetch_missed(min(minutes, const.JOURNAL_HOURS * 60))
        except GreenApiError as error:
            write_and_commit(self.env, self._record_error, error)
            is_final = isinstance(error, RefusedError) and error.code not in const.STATE_OF_CODE
            if is_final:  # the same call would be refused again
                _logger.warning("Telegram instance %s: its journals are refused", self.id)
            return is_final
        _logger.info("Telegram instance %s: %s messages were missing", self.id, count)
        self.env["telegram.event"]._process_inbox(self)
        return True

    def _fetch_missed(self, minutes):
        """Store as events what GREEN-API's journals contain and Odoo does not have. Commits.

        :param int minutes: the length of the period to compare, which ends now
        :return: int, the number of messages stored
        :raise GreenApiError: a call failed; nothing was stored
        """
        self.ensure_one()
        self.env["ir.cron"]._commit_progress()  # no changes may stay uncommitted during a call
        with self._get_client() as client:
            entries = client.last_incoming_messages(minutes=minutes)
            entries += client.last_outgoing_messages(minutes=minutes)
        # Within a second, ids tell which message was first: those of a chat grow with time.
        entries.sort(key=lambda row: (row.timestamp, len(row.id_message), row.id_message))
        raw_entries = [entry.raw for entry in entries]
        count, _seconds_left = write_and_commit(self.env, self._ingest_missed, raw_entries)
        return count

    def _ingest_missed(self, entries):
        """Store as events what Odoo does not have of a journal, the oldest first.

        :param list entries: the JSON objects of the journal
        :return: int, the number of messages stored
        """
        states = self._find_states([text(entry, "idMessage") for entry in entries])
        messages, count = self.env["telegram.message"], 0
        for entry in entries:
            state = states.get((text(entry, "chatId"), text(entry, "idMessage")))
            if not state and (body := as_notification(entry)):
                count += self.env["telegram.event"]._ingest(self, body, source="journal")
            status = as_status(entry)
            if status and messages._is_higher_status(status["status"], state):
                self.env["telegram.event"]._ingest(self, status, source="journal")
        return count

    def _find_states(self, ids_message):
        """Return the states of the messages with these ids.

        :param list ids_message: as GREEN-API names them
        :return: dict of the states by pairs of the chat's and the message's id at Telegram
        """
        rows = self.env["telegram.message"]._read_group(
            [("instance_id", "=", self.id), ("id_message", "in", ids_message)],
            ["chat_id", "id_message", "state"],
        )
        return {(chat.telegram_id, id_message): state for chat, id_message, state in rows}

    # === TEXTS === #

    def _get_missed_message(self, count, is_processed):
        if not count:
            return self.env._(
                "No missed messages found: Odoo has all messages of the last 24 hours."
            )
        if count == 1 and not is_processed:
            return self.env._("1 missed message found. It is being imported.")
        if count == 1:
            return self.env._("1 missed message was imported.")
        if not is_processed:
            return self.env._("%s missed messages found. They are being imported.", count)
        return self.env._("%s missed messages were imported.", count)
