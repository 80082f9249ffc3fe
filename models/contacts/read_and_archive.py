# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import time

from odoo import fields, models
from odoo.exceptions import UserError

from ... import const
from ...client import GreenApiError, RateLimiter, RefusedError
from ...tools.transactions import write_in_own_transaction

MARKS_AT_ONCE = 20  # the service takes one per second, and somebody waits for it


class TelegramChat(models.Model):
    """What a person marks at Telegram: a chat as read, a chat for the archive."""

    _inherit = "telegram.chat"

    is_archived_at_telegram = fields.Boolean(
        "In Telegram's Archive",
        readonly=True,
        copy=False,
        help="Put there from Odoo. In the apps the chat is out of sight; in Odoo it stays where "
        "it is, and messages come and go as before. Archiving the record in Odoo (Actions) is "
        "another thing: it hides the chat in Odoo only.",
    )

    # === ACTION METHODS === #

    def action_mark_read(self):
        """Mark chats as read at Telegram: the customers see that, and so do other devices."""
        self.check_access("read")
        if len(self) > MARKS_AT_ONCE:
            raise UserError(
                self.env._(
                    "%(count)s chats are too many at once: the service takes one per second. "
                    "Choose %(max)s at most.",
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
        message = self.env._("Marked as read at Telegram.")
        if len(self) > 1:
            message = self.env._("%s chats are marked as read at Telegram.", done)
        if problems:
            message = "\n".join([message] * bool(done) + problems)
        kind = "warning" if problems else "success"
        return self.instance_id[:1]._display_result(message, raw, type=kind)

    def action_archive_at_telegram(self):
        """Put the chat into the archive of Telegram."""
        return self._display_archived(self._call_archive(True), True)

    def action_unarchive_at_telegram(self):
        """Take the chat out of the archive of Telegram."""
        return self._display_archived(self._call_archive(False), False)

    # === FOR PROGRAMMERS === #

    def mark_read(self):
        """Mark the whole chat as read at Telegram.

        https://green-api.com/en/telegram/docs/api/marks/ReadChat/

        :raise UserError: it was not marked: why, and what to do
        """
        self.ensure_one()
        self.check_access("read")
        [(_self, outcome)] = self._mark_each()
        if problem := self._get_mark_message(outcome):
            raise UserError(problem)

    def archive_at_telegram(self):
        """Put the chat into the archive of Telegram; one that is there already stays.

        https://green-api.com/en/telegram/docs/api/service/ArchiveChat/

        :raise UserError: Telegram did not do it: why, and what to do
        """
        self._call_archive(True)
        # sudo: telegram.chat - what the service has done for somebody who may read the chat
        self.sudo().is_archived_at_telegram = True

    def unarchive_at_telegram(self):
        """Take the chat out of the archive of Telegram; one that is not there stays.

        https://green-api.com/en/telegram/docs/api/service/UnarchiveChat/

        :raise UserError: Telegram did not do it: why, and what to do
        """
        self._call_archive(False)
        self.sudo().is_archived_at_telegram = False  # sudo: as above

    # === MARKING AS READ === #

    def _mark_each(self):
        """Mark chats one after the other, at the pace of the service.

        What is wrong with an account, or with the service, is the same for all of its chats: the
        others are not asked for then.

        :return: generator of chats and what came of them: a Step, or a GreenApiError
        """
        for instance, chats in self.grouped("instance_id").items():
            pace = RateLimiter()
            with instance._get_client() as client:
                for number, chat in enumerate(chats):
                    time.sleep(pace.reserve("readChat"))
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
        return self.env._("%s chats are not marked", len(self))

    def _get_mark_message(self, outcome):
        """Say why a chat is not marked as read; empty when it is."""
        if isinstance(outcome, GreenApiError):
            return self.instance_id._get_error_message(outcome)
        if outcome.done:
            return ""
        return self.env._(
            "Telegram has nothing to mark as read here. It has to know a message of this chat, and "
            "the instance has to report incoming messages (“Set up receiving”)."
        )

    # === THE ARCHIVE === #

    def _call_archive(self, is_archived):
        """Ask Telegram to archive the chat, or to take it back.

        :return: the answer to show; in words, where it was as wanted before
        :raise UserError: it was not done
        """
        self.ensure_one()
        self.check_access("read")
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
                "Telegram can do this only once the other side has written, and while the "
                "instance reports incoming messages (“Set up receiving”)."
            )
        return self.instance_id._get_error_message(error)

    def _display_archived(self, answer, is_archived):
        write_in_own_transaction(
            self, lambda chat: chat.write({"is_archived_at_telegram": is_archived})
        )
        message = self.env._("The chat is in Telegram's archive.")
        if not is_archived:
            message = self.env._("The chat is out of Telegram's archive.")
        return self.instance_id._display_result(message, answer)
