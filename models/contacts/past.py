# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Start with the past: import the last messages of the latest chats, in the background."""

import logging
import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.fields import Domain

from ... import const
from ...client import GreenApiError, RateLimiter, RefusedError
from ...tools.actions import get_dialog_action
from ...tools.transactions import write_and_commit

_logger = logging.getLogger(__name__)
PAST_MESSAGES_MAX = 1000  # of each chat
PAST_CHATS_MAX = 1000
SECONDS_OF_CHAT = 1  # GREEN-API allows one call a second
# A customer whose last message is older than this no longer waits for an answer.
OLD_QUESTION = timedelta(days=1)


class TelegramChat(models.Model):
    """Extend ``telegram.chat`` with the import of its past, which an administrator requested."""

    _inherit = "telegram.chat"
    _protected = {"past_count"}

    past_count = fields.Integer(
        "Messages to Import", readonly=True, copy=False, help="0: nothing was requested."
    )
    _past_index = models.Index("(instance_id, id) WHERE past_count > 0")

    def _store_past_and_commit(self, entries):
        """Store the history of a chat in a scheduled action; it stops no other chat. Commits.

        After concurrent updates, the next run imports it again. After another error it does not.

        :param list entries: of the client's JournalMessage
        """
        try:
            write_and_commit(self.env, self._store_past, entries)
        except ConcurrencyError:
            _logger.info("Telegram chat %s: concurrent updates each time", self.id)
        except Exception:  # pylint: disable=broad-exception-caught
            self.env.cr.rollback()
            _logger.exception("Import of the past of the Telegram chat %s", self.id)
            write_and_commit(self.env, self.write, {"past_count": 0})

    def _store_past(self, entries):
        """Store the history of a chat. Old questions do not fill the inbox.

        :param list entries: of the client's JournalMessage
        """
        self.ensure_one()
        if not self.exists():
            return
        was_waiting = self.inbox_state == "waiting"
        self._process_history(entries)
        self.past_count = 0
        since = self.waiting_since_date
        if not was_waiting and since and since < fields.Datetime.now() - OLD_QUESTION:
            self.action_no_answer_needed()


class TelegramInstance(models.Model):
    """Extend ``telegram.instance`` with the import of the past.

    One scheduled action imports chat after chat and commits each. After an interruption it goes on
    with the next chat. Messages that are known are not imported again.
    """

    _inherit = "telegram.instance"
    _protected = {"past_total_count"}

    past_total_count = fields.Integer("Chats with Past", readonly=True, copy=False)
    past_done_count = fields.Integer("Chats Imported", compute="_compute_past")
    is_past_running = fields.Boolean(compute="_compute_past")
    past_message = fields.Char("Import of the Past", compute="_compute_past")

    # === COMPUTE METHODS === #

    @api.depends("past_total_count")
    @api.depends_context("lang")
    def _compute_past(self):
        # sudo: telegram.chat - only their number
        waiting = dict(
            self.env["telegram.chat"]
            .sudo()
            ._read_group(self._get_past_domain(), ["instance_id"], ["__count"])
        )
        for instance in self:
            left, total = waiting.get(instance, 0), instance.past_total_count
            instance.past_done_count = max(total - left, 0)
            instance.is_past_running = bool(left)
            instance.past_message = instance._get_past_message(left)

    def _get_past_message(self, left):
        """Return the progress in words; False if nothing was requested."""
        if not self.past_total_count:
            return False
        if not left:
            return self.env._(
                "The past was imported. Chats: %(total)s.", total=self.past_total_count
            )
        return self.env._(
            "%(done)s of %(total)s chats. Minutes left: about %(minutes)s.",
            done=self.past_total_count - left,
            total=self.past_total_count,
            minutes=left * SECONDS_OF_CHAT // 60 + 1,
        )

    # === ACTION METHODS === #

    def action_import_past(self):
        """Open the dialog that asks how much of the past to import."""
        self.ensure_one()
        self.check_access("write")
        return get_dialog_action(
            "telegram.past", self.env._("Import the Past"), instance_id=self.id
        )

    def action_stop_past(self):
        """Import no further chats. What was imported stays."""
        self.ensure_one()
        self.check_access("write")
        # sudo: telegram.chat - written by this button only
        chats_sudo = self.env["telegram.chat"].sudo().search(self._get_past_domain())
        chats_sudo.past_count = 0
        # sudo: telegram.instance - as above
        self.sudo().past_total_count -= len(chats_sudo)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    # === BUSINESS METHODS === #

    def _request_past(self, chat_count, message_count):
        """Request the last messages of the latest chats, and wake the scheduled action.

        :param int chat_count: number of chats
        :param int message_count: number of messages of each
        :raise UserError: there are no chats yet
        """
        self.ensure_one()
        self.check_access("write")
        # The phone form has no history: Telegram's own ID is not known yet.
        domain = Domain("instance_id", "=", self.id) & Domain("past_count", "=", 0)
        domain &= Domain("telegram_id", "not like", const.PHONE_CHAT_SUFFIX)
        # sudo: telegram.chat - written by this method only
        chats_sudo = self.env["telegram.chat"].sudo()
        latest_sudo = chats_sudo.search(
            domain, order="last_message_date desc nulls last, id", limit=chat_count
        )
        if not latest_sudo:
            raise UserError(
                self.env._("There are no chats to import yet. Click Synchronize first.")
            )
        left = self.env["telegram.chat"].search_count(self._get_past_domain())
        latest_sudo.past_count = message_count
        # sudo: telegram.instance - as above
        self.sudo().past_total_count = left + len(latest_sudo)
        # sudo: ir.cron - the user administrates the account
        self.env.ref("telegram_green_api.ir_cron_import_past").sudo()._trigger()

    def _get_past_domain(self):
        return Domain("instance_id", "in", self.ids) & Domain("past_count", ">", 0)

    @api.model
    def _cron_import_past(self):
        """Import what was requested, the latest chats first. Commits."""
        chats = self.env["telegram.chat"].search(
            [("past_count", ">", 0), ("instance_id.active", "=", True)],
            order="last_message_date desc nulls last, id",
        )
        working = chats.instance_id.filtered(
            lambda each: each._is_working_here() and each.state == const.STATE_AUTHORIZED
        )
        chats = chats.filtered(lambda chat: chat.instance_id in working)
        self.env["ir.cron"]._commit_progress(remaining=len(chats))
        for instance, own in chats.grouped("instance_id").items():
            if not instance._in_company()._import_past(own):
                return

    def _import_past(self, chats):
        """Import the history of some chats. Commits.

        :param chats: the ``telegram.chat`` records of this account
        :return: bool, whether the scheduled action has time left
        """
        limiter, commit = RateLimiter(), self.env["ir.cron"]._commit_progress
        with self._get_client() as client:
            for chat in chats.with_env(self.env):
                if not chat.exists():
                    continue  # deleted or merged since the scheduled action began
                commit()  # no transaction is open while waiting
                time.sleep(limiter.reserve("getChatHistory"))
                try:
                    entries = client.get_chat_history(chat.telegram_id, chat.past_count)
                except GreenApiError as error:
                    is_of_chat = isinstance(error, RefusedError)
                    if not is_of_chat or error.code in const.STATE_OF_CODE:
                        write_and_commit(self.env, self._record_error, error)
                        # Odoo repeats an action with remaining work at once. Leave GREEN-API alone
                        # until the next run, which goes on with this chat.
                        commit(remaining=0)
                        return True
                    _logger.info("Telegram chat %s: no history (%s)", chat.id, error.code)
                    entries = []
                chat._store_past_and_commit(entries)
                if not commit(1):
                    return False
        return True
