# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import logging
import re
import time
from collections import Counter
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date, format_datetime

from ... import const
from ...client import CheckedAccount, GreenApiError, RateLimiter, RefusedError
from ...tools.transactions import CONFLICTS, write_and_commit, write_in_own_transaction
from ..telegram_chat import IN_PHONE_FORM

_logger = logging.getLogger(__name__)
CHECK_PAUSE_HOURS = 4  # checkAccount is not called again so long after a limit was reached
RETRY_PAUSE = timedelta(minutes=5)  # after the service failed
ATTEMPTS = 3  # for a number at which the service fails
FAILURES_IN_A_ROW = 2  # so many mean that it is not the number
NUMBERS_AT_ONCE = 20  # of one instance, before the next one has its turn
LIMITS = (const.CODE_QUOTA, const.CODE_CHECK_LIMIT, const.CODE_RATE_LIMIT)
KNOWN_DAYS = 30  # for so long it is not asked again whether a number is on Telegram


class TelegramInstance(models.Model):
    """Asking the service whether numbers are on Telegram, sparingly: every plan has a quota, and
    Telegram punishes accounts that ask for many numbers that have none.
    """

    _inherit = "telegram.instance"
    _protected = {"check_month", "check_number", "check_error"}

    check_month = fields.Char(readonly=True, copy=False)
    check_number = fields.Integer(readonly=True, copy=False)
    check_error = fields.Char(
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

    @api.depends("check_month", "check_number", "check_after", "check_error")
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
            instance.check_message = instance._get_check_pause_message()

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
            chat_id = "" if chat.is_phone_form else chat.telegram_id
            return CheckedAccount(not chat.no_account, chat_id, chat.username or "")
        if message := self._get_check_pause_message():
            raise UserError(message)
        try:
            with self._get_client() as client:
                account = client.check_account(digits, force=force)
        except GreenApiError as error:
            write_in_own_transaction(
                self, lambda instance, error=error: instance._process_check_error(error)
            )
            raise UserError(self._get_user_error_message(error)) from None
        write_in_own_transaction(
            self, lambda instance: instance._process_check_result(digits, account)
        )
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

    def _process_check_result(self, digits, account):
        """Keep what the service said about a number, and that it was asked.

        :return: the ``telegram.chat`` of the number
        """
        month = self._get_month()
        number = self.check_number + 1 if self.check_month == month else 1
        # sudo: telegram.instance - counted by whoever asks
        self.sudo().write({"check_month": month, "check_number": number, "check_error": False})
        return self.env["telegram.chat"]._update_number_check(self, digits, account)

    def _process_check_error(self, error):
        """Keep what a failed check tells about the instance: asking on would be punished.

        :param GreenApiError error: what the client raised
        """
        if error.code in const.STATE_OF_CODE:
            self._record_error(error)
        if error.code in LIMITS:
            pause = timedelta(hours=CHECK_PAUSE_HOURS)
            if error.code == const.CODE_RATE_LIMIT:
                pause = timedelta(seconds=max(error.retry_after or 0, 60))
            # sudo: telegram.instance - what the service said
            self.sudo().write(
                {
                    "check_after": fields.Datetime.now() + pause,
                    "check_error": self._get_error_message(error),
                }
            )

    def _get_check_pause_message(self):
        """Say why no number is checked at present; False when they may be."""
        self.ensure_one()
        if not self.check_after or self.check_after <= fields.Datetime.now():
            return False
        until = format_datetime(self.env, self.check_after, dt_format="short")
        pause = self.env._("No number is checked until %s.", until)
        return f"{self.check_error} {pause}" if self.check_error else pause

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
            if instance.has_api_token and instance._get_check_pause_message() is False:
                is_over = instance._in_company()._check_queued_numbers() or is_over
        self.env["ir.cron"]._commit_progress(remaining=int(is_over))

    def _find_number_to_check(self):
        domain = [("instance_id", "=", self.id), ("check_user_id", "!=", False)]
        chats = self.env["telegram.chat"].with_context(active_test=False)
        # Those at which the service has failed come after all others.
        return chats.search(domain, order="check_attempts, id", limit=1)

    def _check_queued_numbers(self):
        """Check some of the numbers that wait, at the pace of the service. Commits.

        :return: bool, whether more may be checked at once
        """
        pace, failures = RateLimiter(), 0
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
                    write_and_commit(self.env, self._mark_number_failed, chat)
                else:
                    if not error:
                        failures = 0
                    elif error.code in (*LIMITS, *const.STATE_OF_CODE):
                        return False
                    elif not isinstance(error, RefusedError):
                        failures += 1
                        if failures >= FAILURES_IN_A_ROW:
                            return False
                write_and_commit(self.env, self._notify_checked, user)
        return True

    def _check_number(self, client, pace, chat):
        """Ask about the number of a chat, and keep the answer. Commits.

        :return: the GreenApiError, when there was no answer
        """
        digits, is_known = chat.phone.removeprefix("+"), bool(chat.number_check_date)
        self.env["ir.cron"]._commit_progress()  # nothing is open while it is waited
        time.sleep(pace.reserve("checkAccount"))
        try:
            # Whoever asks about a known one does not want the service's own memory.
            account = client.check_account(digits, force=is_known)
        except GreenApiError as error:
            write_and_commit(self.env, self._process_number_failure, chat, error)
            return error
        write_and_commit(self.env, self._process_number_result, chat, digits, account)
        return None

    def _process_number_result(self, chat, digits, account):
        self._process_check_result(digits, account)
        if chat.exists():  # it may have become one with the chat that has the number
            chat.write({"check_user_id": False, "check_attempts": 0})

    def _process_number_failure(self, chat, error):
        """Keep why a number could not be checked; the others are not held up by it."""
        if error.code in (*LIMITS, *const.STATE_OF_CODE):
            self._process_check_error(error)
            if error.code in LIMITS:
                self._trigger_check(self.check_after)
            return
        attempts = chat.check_attempts + 1
        values = {"check_attempts": attempts, "check_error": self._get_error_message(error)}
        if isinstance(error, RefusedError) or attempts >= ATTEMPTS:
            values.update(check_user_id=False, check_attempts=0)
        else:
            self._trigger_check(fields.Datetime.now() + RETRY_PAUSE)
        chat.write(values)

    def _mark_number_failed(self, chat):
        problem = self.env._(
            "The number could not be checked: something unexpected happened. The server's log has "
            "more."
        )
        chat.write({"check_user_id": False, "check_attempts": 0, "check_error": problem})

    @api.model
    def _trigger_check(self, at=None):
        # sudo: ir.cron - whoever may ask may wake the action
        self.env.ref("telegram_green_api.ir_cron_check_phone_numbers").sudo()._trigger(at)

    def _notify_checked(self, user):
        """Tell a person that all numbers that they asked about have been checked."""
        domain = [("instance_id", "=", self.id), ("check_user_id", "=", user.id)]
        chats = self.env["telegram.chat"].with_context(active_test=False)
        if chats.search_count(domain, limit=1):
            return
        message = self.with_context(lang=user.lang).env._("All numbers have been checked.")
        params = {"type": "success", "title": self.name, "message": message}
        user._bus_send("simple_notification", params)


class TelegramChat(models.Model):
    """Whether a number is on Telegram: the answer of the service is kept on the chat.

    A number without an account has a chat in phone form, so that it is not asked for again.
    """

    _inherit = "telegram.chat"

    number_check_date = fields.Datetime(
        "Number Checked",
        readonly=True,
        copy=False,
        help="When Telegram last said whose the number is, or that it is nobody's.",
    )
    check_error = fields.Char("Number Not Checked", readonly=True, copy=False)
    # Set as long as the check waits: see TelegramInstance._cron_check
    check_user_id = fields.Many2one(
        "res.users", "Check Asked For By", readonly=True, copy=False, ondelete="set null"
    )
    check_attempts = fields.Integer(readonly=True, copy=False)
    account_state = fields.Selection(
        [
            ("yes", "On Telegram"),
            ("no", "Not on Telegram"),
            ("waiting", "Being checked"),
            ("problem", "Could not be checked"),
            ("unknown", "Not checked"),
        ],
        "Number",
        compute="_compute_account_state",
    )
    _check_index = models.Index("(instance_id, check_attempts, id) WHERE check_user_id IS NOT NULL")

    # === COMPUTE METHODS === #

    @api.depends(
        "telegram_id", "phone", "no_account", "number_check_date", "check_user_id", "check_error"
    )
    def _compute_account_state(self):
        for chat in self:
            chat.account_state = chat._get_account_state()

    def _get_account_state(self):
        if not self.phone:
            return False
        if self.check_user_id:
            return "waiting"
        if self.no_account:
            return "no"
        if self.check_error:
            return "problem"
        is_open = self.is_phone_form and not self.number_check_date
        return "unknown" if is_open else "yes"

    # === BUSINESS METHODS === #

    @api.model
    def _count_account_states(self, ids):
        """Return how many of these chats have a number in each state, as a Counter; without
        reading them: there may be thousands, and somebody looks every other second."""
        domain = Domain("id", "in", ids) & Domain("phone", "!=", False)
        chats = self.with_context(active_test=False)
        counts = Counter(total=chats.search_count(domain))
        for state, condition in (
            ("waiting", Domain("check_user_id", "!=", False)),
            ("no", Domain("no_account", "=", True)),
            ("problem", Domain("check_error", "!=", False)),
            ("unknown", IN_PHONE_FORM & Domain("number_check_date", "=", False)),
        ):
            counts[state] = chats.search_count(domain & condition)
            domain &= ~condition
        counts["yes"] = chats.search_count(domain)
        return counts

    @api.model
    def _find_by_number(self, instance, phones):
        """Return the chats of numbers by phone, archived or not; of several the best known one.

        :param list phones: E.164
        :return: dict of ``telegram.chat``, in superuser mode
        """
        # sudo: telegram.chat - people reach chats through the instance they operate
        chats_sudo = self.sudo().with_context(active_test=False)
        domain = Domain("instance_id", "=", instance.id) & Domain("phone", "in", phones)
        found = chats_sudo.search(domain & Domain("chat_type", "in", ("user", "bot")))
        by_phone = {}
        for chat in found.sorted(lambda chat: chat._get_known_at() or chat.create_date):
            by_phone[chat.phone] = chat
        return by_phone

    def _get_known_at(self):
        """Return when Telegram last told something of the number; False when it never did."""
        self.ensure_one()
        # Who has answered is there, whoever asks.
        times = [self.number_check_date, not self.is_phone_form and self.last_received_date]
        return max(filter(None, times), default=False)

    def _is_number_known(self):
        """Say whether it is known, from the last weeks, if the number is on Telegram."""
        self.ensure_one()
        known_at = self._get_known_at()
        return bool(known_at) and known_at > fields.Datetime.now() - timedelta(days=KNOWN_DAYS)

    @api.model
    def _update_number_check(self, instance, digits, account):
        """Keep what the service said about a number.

        :param str digits: of the phone
        :param CheckedAccount account: the answer
        :return: the chat of the number, in superuser mode
        """
        chats_sudo = self.sudo()  # sudo: telegram.chat - what the service said
        phone, phone_form = f"+{digits}", digits + const.PHONE_CHAT_SUFFIX
        chat = chats_sudo._find(instance, phone_form)
        if account.exists and re.fullmatch("[0-9]{1,32}", account.chat_id):
            if chat:
                chat._resolve_phone_chat(account.chat_id)
            chat = chats_sudo._get_or_create(instance, account.chat_id, phone=phone)
        else:
            chat = chat or chats_sudo._find_by_number(instance, [phone]).get(phone, chat)
            chat = chat or chats_sudo._get_or_create(instance, phone_form)
        values = {
            "phone": phone,
            "number_check_date": fields.Datetime.now(),
            "no_account": not account.exists and chat.is_phone_form,
            "check_error": False,
            "check_user_id": False,
            "check_attempts": 0,
        }
        if account.username:
            username = account.username
            values["username"] = username if username.startswith("@") else f"@{username}"
        chat.write(values)
        chat._link_partners()
        return chat

    # === TEXTS === #

    def _get_number_state(self):
        """Return what the contact's form says of its number: see the field there."""
        if not self or not self._is_number_known():
            return "unknown"
        return "no" if self.no_account else "yes"

    def _get_number_message(self):
        _ = self.env._
        if not self:
            return _("Not checked on Telegram")
        if self.check_user_id:
            return _("Being checked on Telegram")
        state = self._get_number_state()
        if state == "unknown":
            return self.check_error or _("Not checked on Telegram")
        when = format_date(self.env, self._get_known_at())
        if state == "no":
            return _("Not on Telegram (%s)", when)
        if self.username:
            return _("On Telegram as %(user)s (%(when)s)", user=self.username, when=when)
        return _("On Telegram (%s)", when)
