# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import logging
import re
import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_datetime

from .. import const
from ..client import CheckedAccount, GreenApiError, Pace, Refused
from .transactions import CONFLICTS, write_and_commit, write_in_own_transaction

_logger = logging.getLogger(__name__)

CHECK_PAUSE_HOURS = 4  # checkAccount is not called again so long after a limit was reached
RETRY_PAUSE = timedelta(minutes=5)  # after the service failed
ATTEMPTS = 3  # for a number at which the service fails
FAILURES_IN_A_ROW = 2  # so many mean that it is not the number
NUMBERS_AT_ONCE = 20  # of one instance, before the next one has its turn
LIMITS = (const.CODE_QUOTA, const.CODE_CHECK_LIMIT, const.CODE_RATE_LIMIT)


class TelegramInstance(models.Model):
    """Asking the service whether numbers are on Telegram, sparingly: every plan has a quota, and
    Telegram punishes accounts that ask for many numbers that have none."""

    _inherit = "telegram.instance"
    _protected = {"check_month", "check_number", "check_problem"}

    check_month = fields.Char(readonly=True, copy=False)
    check_number = fields.Integer(readonly=True, copy=False)
    check_problem = fields.Char(
        readonly=True, copy=False, help="Why numbers are not checked at present."
    )
    check_count = fields.Integer(
        "Numbers Checked This Month",
        compute="_compute_check_count",
        help="By Odoo. The Developer plan of GREEN-API has 100 checks a month, the Business plan "
        "30,000.",
    )
    check_waiting_count = fields.Integer("Numbers to Check", compute="_compute_check_count")
    check_message = fields.Char(compute="_compute_check_count")

    # === COMPUTE METHODS === #

    @api.depends("check_month", "check_number", "check_after", "check_problem")
    @api.depends_context("lang", "tz")
    def _compute_check_count(self):
        # sudo: telegram.chat - a number only
        chats_sudo = self.env["telegram.chat"].sudo().with_context(active_test=False)
        domain = Domain("instance_id", "in", self.ids) & Domain("check_user_id", "!=", False)
        waiting = dict(chats_sudo._read_group(domain, ["instance_id"], ["__count"]))
        for instance in self:
            is_current = instance.check_month == self._get_month()
            instance.check_count = instance.check_number if is_current else 0
            instance.check_waiting_count = waiting.get(instance, 0)
            instance.check_message = instance._explain_check_pause()

    @api.model
    def _get_month(self):
        return fields.Datetime.now().strftime("%Y-%m")

    # === FOR PROGRAMMERS === #

    def check_account(self, phone, *, force=False):
        """Ask whether a phone number is on Telegram, unless that is known from the last 30 days.

        The answer is kept at once, whatever becomes of the current transaction: as a chat with
        its number, or as one in phone form that has no account.

        https://green-api.com/en/telegram/docs/api/service/CheckAccount/

        :param str phone: international; a plus sign, blanks and brackets do not matter
        :param bool force: ask though it is known
        :return: CheckedAccount: ``exists``, ``chat_id``, ``username``
        :raise UserError: it is no phone number, or the service did not tell: why, and what to do
        :raise AccessError: the user does not operate this instance, or may not see the chat
        """
        self.ensure_one()
        self.check_access("read")
        digits = self._read_phone(phone)
        chats = self.env["telegram.chat"]
        chat = chats._find_by_number(self, [f"+{digits}"]).get(f"+{digits}", chats)
        chat.with_env(self.env).check_access("read")
        if chat and chat._is_number_known() and not force:
            chat_id = "" if chat.is_phone_form else chat.chat_id
            return CheckedAccount(not chat.no_account, chat_id, chat.username or "")
        if message := self._explain_check_pause():
            raise UserError(message)
        try:
            with self._get_client() as client:
                account = client.check_account(digits, force=force)
        except GreenApiError as error:
            write_in_own_transaction(
                self, lambda instance, error=error: instance._take_check_error(error)
            )
            raise UserError(self._explain_to_person(error)) from None
        write_in_own_transaction(self, lambda instance: instance._take_check(digits, account))
        return account

    @api.model
    def _read_phone(self, phone):
        """Return the digits of an international phone number.

        :raise UserError: it is none
        """
        digits = re.sub(r"[\s().+-]|\xa0", "", str(phone or ""))
        if not re.fullmatch(r"[1-9][0-9]{6,14}", digits):
            raise UserError(
                self.env._(
                    "“%s” is not an international phone number. It looks like +79876543210, with "
                    "the code of the country.",
                    phone or "",
                )
            )
        return digits

    # === THE OUTCOME OF A CHECK === #

    def _take_check(self, digits, account):
        """Keep what the service said about a number, and that it was asked.

        :return: the ``telegram.chat`` of the number
        """
        month = self._get_month()
        number = self.check_number + 1 if self.check_month == month else 1
        # sudo: telegram.instance - counted by whoever asks
        self.sudo().write({"check_month": month, "check_number": number, "check_problem": False})
        return self.env["telegram.chat"]._take_account(self, digits, account)

    def _take_check_error(self, error):
        """Keep what a failed check tells about the instance: asking on would be punished.

        :param GreenApiError error: what the client raised
        """
        if error.code in const.STATE_OF_CODE:
            self._take_error(error)
        if error.code in LIMITS:
            pause = timedelta(hours=CHECK_PAUSE_HOURS)
            if error.code == const.CODE_RATE_LIMIT:
                pause = timedelta(seconds=max(error.retry_after or 0, 60))
            # sudo: telegram.instance - what the service said
            self.sudo().write(
                {
                    "check_after": fields.Datetime.now() + pause,
                    "check_problem": self._explain(error),
                }
            )

    def _explain_check_pause(self):
        """Say why no number is checked at present; False when they may be."""
        self.ensure_one()
        if not self.check_after or self.check_after <= fields.Datetime.now():
            return False
        until = format_datetime(self.env, self.check_after, dt_format="short")
        pause = self.env._("No number is checked until %s.", until)
        return f"{self.check_problem} {pause}" if self.check_problem else pause

    def _explain(self, error):
        if error.code == const.CODE_CHECK_LIMIT:
            return self.env._(
                "Telegram lets this account check no more numbers for some hours: it has asked "
                "for too many."
            )
        if error.method == "checkAccount" and error.code == const.CODE_BAD_REQUEST:
            return self.env._(
                "The service cannot check this number: is it complete, with the code of the "
                "country? (%s)",
                error.detail,
            )
        return super()._explain(error)

    # === SCHEDULED ACTION === #

    @api.model
    def _cron_check(self):
        """Check the numbers that wait for it. Commits: for the scheduled action only."""
        # sudo is the scheduled action's own: it works for all instances
        domain = [("check_user_id", "!=", False), ("instance_id.active", "=", True)]
        chats = self.env["telegram.chat"].with_context(active_test=False)
        groups = chats._read_group(domain, ["instance_id"])
        is_over = False
        for [instance] in groups:
            if instance.api_token_set and instance._explain_check_pause() is False:
                is_over = instance._check_waiting() or is_over
        self.env["ir.cron"]._commit_progress(remaining=int(is_over))

    def _find_number_to_check(self):
        domain = [("instance_id", "=", self.id), ("check_user_id", "!=", False)]
        chats = self.env["telegram.chat"].with_context(active_test=False)
        # Those at which the service has failed come after all others.
        return chats.search(domain, order="check_attempts, id", limit=1)

    def _check_waiting(self):
        """Check some of the numbers that wait, at the pace of the service. Commits.

        :return: bool, whether more may be checked at once
        """
        pace, failures = Pace(), 0
        with self._get_client() as client:
            for _number in range(NUMBERS_AT_ONCE):
                chat = self._find_number_to_check()
                if not chat:
                    return False
                user = chat.check_user_id
                try:
                    error = self._check_number(client, pace, chat)
                except CONFLICTS:
                    raise  # nothing is wrong with the number: the action is repeated
                except Exception:  # pylint: disable=broad-exception-caught
                    # Whatever is wrong with one number, the others go on.
                    self.env.cr.rollback()
                    _logger.exception("The number of the Telegram chat %s", chat.id)
                    write_and_commit(self.env, self._give_up_number, chat)
                else:
                    if not error:
                        failures = 0
                    elif error.code in (*LIMITS, *const.STATE_OF_CODE):
                        return False
                    elif not isinstance(error, Refused):
                        failures += 1
                        if failures >= FAILURES_IN_A_ROW:
                            return False
                write_and_commit(self.env, self._tell_checked, user)
        return True

    def _check_number(self, client, pace, chat):
        """Ask about the number of a chat, and keep the answer. Commits.

        :return: the GreenApiError, when there was no answer
        """
        digits, is_known = chat.phone.removeprefix("+"), bool(chat.account_checked_at)
        self.env["ir.cron"]._commit_progress()  # nothing is open while it is waited
        time.sleep(pace.reserve("checkAccount"))
        try:
            # Whoever asks about a known one does not want the service's own memory.
            account = client.check_account(digits, force=is_known)
        except GreenApiError as error:
            write_and_commit(self.env, self._take_failed_number, chat, error)
            return error
        write_and_commit(self.env, self._take_number, chat, digits, account)
        return None

    def _take_number(self, chat, digits, account):
        self._take_check(digits, account)
        if chat.exists():  # it may have become one with the chat that has the number
            chat.write({"check_user_id": False, "check_attempts": 0})

    def _take_failed_number(self, chat, error):
        """Keep why a number could not be checked; the others are not held up by it."""
        if error.code in (*LIMITS, *const.STATE_OF_CODE):
            self._take_check_error(error)
            if error.code in LIMITS:
                self._trigger_check(self.check_after)
            return
        attempts = chat.check_attempts + 1
        values = {"check_attempts": attempts, "check_problem": self._explain(error)}
        if isinstance(error, Refused) or attempts >= ATTEMPTS:
            values.update(check_user_id=False, check_attempts=0)
        else:
            self._trigger_check(fields.Datetime.now() + RETRY_PAUSE)
        chat.write(values)

    def _give_up_number(self, chat):
        problem = self.env._(
            "The number could not be checked: something unexpected happened. The server's log has "
            "more."
        )
        chat.write({"check_user_id": False, "check_attempts": 0, "check_problem": problem})

    @api.model
    def _trigger_check(self, at=None):
        # sudo: ir.cron - whoever may ask may wake the action
        self.env.ref("telegram_green_api.ir_cron_check").sudo()._trigger(at)

    def _tell_checked(self, user):
        """Tell a person that all numbers that they asked about have been checked."""
        domain = [("instance_id", "=", self.id), ("check_user_id", "=", user.id)]
        chats = self.env["telegram.chat"].with_context(active_test=False)
        if chats.search_count(domain, limit=1):
            return
        message = self.with_context(lang=user.lang).env._("All numbers have been checked.")
        params = {"type": "success", "title": self.name, "message": message}
        user._bus_send("simple_notification", params)
