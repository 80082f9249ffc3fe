# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import time

from odoo import fields, models
from odoo.exceptions import UserError

from ... import const
from ...client import GreenApiError, RateLimiter, RefusedError
from ...tools.transactions import write_in_own_transaction

MARKS_AT_ONCE = 20  # GREEN-API accepts one per second, and the user waits for the result


class TelegramChat(models.Model):
    """Extend ``telegram.chat``: mark chats as read and archive them in Telegram."""

    _inherit = "telegram.chat"

    is_archived_at_telegram = fields.Boolean(
        "Archived in Telegram",
        readonly=True,
        copy=False,
        help="Archived from Odoo. The apps of Telegram hide the chat. In Odoo it stays visible, "
        "and messages are sent and received as before. Archiving the record in Odoo (Actions) "
        "hides the chat in Odoo only.",
    )

    # === ACTION METHODS === #

    def action_mark_read(self):
        """Mark chats as read in Telegram, visible to the customers and on other devices."""
        self._check_operated()
        if len(self) > MARKS_AT_ONCE:
            raise UserError(
                self.env._(
                    "%(count)s chats cannot be marked as read at once. Select at most %(max)s, "
                    "since GREEN-API accepts one per second.",
                    count=len(self),
                    max=MARKS_AT_ONCE,
                )
            )
        raw, problems, done = [], [], len(self)
        for chats, outcome in self._mark_each():
            raw.append(getattr(outcome, "raw", str(outcome)))
            if problem := chats._get_mark_message(outcome):
                problems.append(f"{chats._get_marked_names()}: {problem}")
                done -= len(chats)
        message = self.env._("Marked as read in Telegram.")
        if len(self) > 1:
            message = self.env._("Chats marked as read in Telegram: %s.", done)
        if problems:
            message = "\n".join([message] * bool(done) + problems)
        kind = "warning" if problems else "success"
        return self.instance_id[:1]._display_result(message, raw, type=kind)

    def action_archive_at_telegram(self):
        """Archive the chat in Telegram."""
        return self._display_archived(self._call_archive(True), True)

    def action_unarchive_at_telegram(self):
        """Unarchive the chat in Telegram."""
        return self._display_archived(self._call_archive(False), False)

    # === FOR PROGRAMMERS === #

    def mark_read(self):
        """Mark the whole chat as read in Telegram.

        https://green-api.com/en/telegram/docs/api/marks/ReadChat/

        :raise UserError: the chat was not marked
        """
        self.ensure_one()
        self._check_operated()
        [(_self, outcome)] = self._mark_each()
        if problem := self._get_mark_message(outcome):
            raise UserError(problem)

    def archive_at_telegram(self):
        """Archive the chat in Telegram. An archived chat stays archived.

        https://green-api.com/en/telegram/docs/api/service/ArchiveChat/

        :raise UserError: the call failed
        """
        self._call_archive(True)
        # sudo: telegram.chat - done by GREEN-API for a user who may read the chat
        self.sudo().is_archived_at_telegram = True

    def unarchive_at_telegram(self):
        """Unarchive the chat in Telegram. A chat that is not archived stays so.

        https://green-api.com/en/telegram/docs/api/service/UnarchiveChat/

        :raise UserError: the call failed
        """
        self._call_archive(False)
        self.sudo().is_archived_at_telegram = False  # sudo: as above

    # === MARKING AS READ === #

    def _mark_each(self):
        """Mark chats one after the other, at the rate that GREEN-API allows.

        A failure of the account or of GREEN-API would be the same for all chats of the account,
        so the others are not tried.

        :return: generator of tuples: chats, and their outcome as a Step or a GreenApiError
        """
        for instance, chats in self.grouped("instance_id").items():
            rate_limiter = RateLimiter()
            with instance._get_client() as client:
                for number, chat in enumerate(chats):
                    time.sleep(rate_limiter.reserve("readChat"))
                    try:
                        outcome = client.read_chat(chat.telegram_id)
                    except GreenApiError as error:
                        if not isinstance(error, RefusedError) or error.code in const.STATE_OF_CODE:
                            yield chats[number:], error
                            break
                        outcome = error
                    yield chat, outcome

    def _get_marked_names(self):
        if len(self) == 1:
            return self.display_name
        return self.env._("Chats not marked (%s)", len(self))

    def _get_mark_message(self, outcome):
        """Return why a chat is not marked as read; empty if it is."""
        if isinstance(outcome, GreenApiError):
            return self.instance_id._get_error_message(outcome)
        if outcome.done:
            return ""
        return self.env._(
            "Telegram has nothing to mark as read in this chat. It needs an incoming message, and "
            "the account has to report incoming messages. Click Set Up Receiving."
        )

    # === THE ARCHIVE === #

    def _call_archive(self, is_archived):
        """Archive or unarchive the chat in Telegram.

        :param bool is_archived: False to unarchive the chat
        :return: the response; the error detail when nothing had to be changed
        :raise UserError: the call failed
        """
        self.ensure_one()
        self._check_operated()
        self._check_is_known()
        instance = self.instance_id
        try:
            with instance._get_client() as client:
                call = client.archive_chat if is_archived else client.unarchive_chat
                return call(self.telegram_id)
        except GreenApiError as error:
            if isinstance(error, RefusedError) and "already archive=" in error.detail:
                return error.detail
            instance._record_call_failure(error)
            raise UserError(self._get_archive_message(error)) from None

    def _get_archive_message(self, error):
        if error.code == const.CODE_BAD_REQUEST and "last message not found" in error.detail:
            return self.env._(
                "Telegram can archive a chat only after the other side has written, and the "
                "account has to report incoming messages. Click Set Up Receiving."
            )
        return self.instance_id._get_error_message(error)

    def _display_archived(self, answer, is_archived):
        write_in_own_transaction(
            self, lambda chat: chat.write({"is_archived_at_telegram": is_archived})
        )
        message = self.env._("The chat is archived in Telegram.")
        if not is_archived:
            message = self.env._("The chat is no longer archived in Telegram.")
        return self.instance_id._display_result(message, answer)
