# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import logging
import time
from collections import Counter
from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.fields import Domain

from ... import const
from ...client import CheckedAccount, GreenApiError, RateLimiter, RefusedError
from ...tools.arguments import takes
from ...tools.clock import format_short_datetime
from ...tools.phone import parse_phone, to_phone_form
from ...tools.transactions import CONFLICTS, write_and_commit, write_in_own_transaction
from ...tools.username import is_username, normalize_username, parse_username
from ..telegram_chat import IN_PHONE_FORM, IN_USERNAME_FORM

_logger = logging.getLogger(__name__)
LIMIT_PAUSE = timedelta(hours=4)  # after a limit of GREEN-API or Telegram was reached
RETRY_PAUSE = timedelta(minutes=5)  # after a call failed
ATTEMPTS = 3  # failed calls for one number
FAILURES_IN_A_ROW = 2  # after so many, GREEN-API is down: the numbers are not the reason
NUMBERS_AT_ONCE = 20  # of one account, before the next account has its turn
LIMITS = (const.CODE_QUOTA, const.CODE_CHECK_LIMIT, const.CODE_RATE_LIMIT)
KNOWN_DAYS = 30  # for so long a result is reused


def _check_address(client, address, *, force):
    """Check a phone number or a username by GREEN-API.

    :param str address: digits of the phone number, or the username with its @
    :return: CheckedAccount
    :raise GreenApiError: the call failed
    """
    if is_username(address):
        return client.check_account(username=address, force=force)
    return client.check_account(address, force=force)


class TelegramNumberCheck(models.Model):
    """A phone number or username that waits for its check, or whose last check failed.

    The result of a successful check is stored on the chat of the number, and the row is deleted.
    One scheduled action for all accounts works off the queue at the rate that GREEN-API allows.
    """

    _name = "telegram.number.check"
    _description = "Telegram Number Check"
    _order = "attempts, id"
    _rec_name = "chat_id"

    chat_id = fields.Many2one(
        "telegram.chat", required=True, readonly=True, index=True, ondelete="cascade"
    )
    instance_id = fields.Many2one(
        "telegram.instance", "Account", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="instance_id.company_id")
    user_id = fields.Many2one(
        "res.users", "Requested By", required=True, readonly=True, index=True, ondelete="cascade"
    )
    state = fields.Selection(
        [("waiting", "Waiting"), ("failed", "Failed")],
        required=True,
        readonly=True,
        default="waiting",
    )
    request_date = fields.Datetime(
        "Requested On", required=True, readonly=True, default=fields.Datetime.now
    )
    attempts = fields.Integer(required=True, readonly=True, default=0)
    error = fields.Char(readonly=True, help="Reason why the last attempt failed.")
    _chat_uniq = models.Constraint("unique(chat_id)", "The number is already in the queue.")
    _waiting_index = models.Index("(instance_id, attempts, id) WHERE state = 'waiting'")

    # === REQUESTING === #

    @api.model
    def _request(self, chats):
        """Add the numbers of chats to the queue, and wake the scheduled action.

        A number that is in the queue already, or whose last check failed, is requested anew.

        :param chats: ``telegram.chat`` of one account
        """
        checks_sudo = self.sudo()  # sudo: telegram.number.check - created by this method only
        values = {
            "user_id": self.env.uid,
            "state": "waiting",
            "request_date": fields.Datetime.now(),
            "attempts": 0,
            "error": False,
        }
        known_sudo = checks_sudo.search([("chat_id", "in", chats.ids)])
        known_sudo.write(values)
        chats_sudo = chats.sudo()  # sudo: telegram.chat - chosen by the user
        values["instance_id"] = chats_sudo.instance_id.id
        new = (chats_sudo - known_sudo.chat_id).sorted("id")
        try:
            checks_sudo.create([{**values, "chat_id": chat.id} for chat in new])
        except UniqueViolation:
            raise ConcurrencyError("a telegram.number.check was requested meanwhile") from None
        self._trigger_cron()

    def _cancel(self):
        """Remove numbers from the queue; the reason of a failed attempt stays.

        A username to which messages wait stays in the queue.
        """
        needed = self.chat_id._get_messages_to_look_up().chat_id
        waiting = self.filtered(lambda c: c.state == "waiting" and c.chat_id not in needed)
        failed = waiting.filtered("error")
        failed.write({"state": "failed", "attempts": 0})
        (waiting - failed).unlink()

    @api.model
    def _trigger_cron(self, at=None):
        """Wake the scheduled action when this transaction commits, or at a time (UTC)."""
        # sudo: ir.cron - the user may request the check, so they may wake the action
        self.env.ref("telegram_green_api.ir_cron_check_phone_numbers").sudo()._trigger(at)

    # === SCHEDULED ACTION === #

    @api.model
    def _cron_check(self):
        """Check the waiting numbers of all accounts. Commits: for the scheduled action only."""
        # The scheduled action works in superuser mode, for all accounts.
        domain = [("state", "=", "waiting"), ("instance_id.active", "=", True)]
        has_more = False
        for [instance] in self._read_group(domain, ["instance_id"]):
            may_check = instance.has_api_token and not instance.is_other_database
            if may_check and instance._get_check_pause_message() is False:
                in_company = self.with_env(instance._in_company().env)
                try:
                    has_more = in_company._process_queue(instance._in_company()) or has_more
                except ConcurrencyError:
                    # Not even the failure could be stored. The other accounts do not wait for it.
                    _logger.warning("Telegram instance %s: concurrent updates", instance.id)
        self.env["ir.cron"]._commit_progress(remaining=int(has_more))

    @api.model
    def _process_queue(self, instance):
        """Check some waiting numbers of an account, at the rate that GREEN-API allows. Commits.

        :return: bool, whether more numbers may be checked at once
        """
        rate_limiter, failures = RateLimiter(), 0
        # Numbers with failed attempts come after all others, see _order.
        domain = [("instance_id", "=", instance.id), ("state", "=", "waiting")]
        with instance._get_client() as client:
            for _number in range(NUMBERS_AT_ONCE):
                check = self.search(domain, limit=1)
                if not check:
                    return False
                user = check.user_id
                try:
                    error = check._check_number(client, rate_limiter)
                except Exception as unexpected:  # pylint: disable=broad-exception-caught
                    # An unexpected error with one number must not stop the others. Neither must an
                    # automation rule because of which each attempt meets a conflict.
                    self.env.cr.rollback()
                    level = logging.WARNING if isinstance(unexpected, CONFLICTS) else logging.ERROR
                    _logger.log(
                        level, "Check of the Telegram number %s", check.id, exc_info=unexpected
                    )
                    write_and_commit(self.env, check._mark_failed)
                else:
                    if not error:
                        failures = 0
                    elif error.code in (*LIMITS, *const.STATE_OF_CODE):
                        return False
                    elif not isinstance(error, RefusedError):
                        failures += 1
                        if failures >= FAILURES_IN_A_ROW:
                            return False
                write_and_commit(self.env, self._notify_checked, instance, user)
        return True

    def _check_number(self, client, rate_limiter):
        """Check the number and store the result. Commits.

        :return: the GreenApiError of a failed call, else None
        """
        # The row is deleted meanwhile if its chat is merged into another one.
        instance, chat = self.instance_id, self.chat_id
        address, is_known = chat._get_checked_address(), bool(chat.number_check_date)
        self.env["ir.cron"]._commit_progress()  # no transaction is open while waiting
        time.sleep(rate_limiter.reserve("checkAccount"))
        try:
            # A known number is checked again on purpose: GREEN-API must not answer from its cache.
            account = _check_address(client, address, force=is_known)
        except GreenApiError as error:
            write_and_commit(self.env, self._process_error, instance, error)
            return error
        write_and_commit(self.env, self._process_result, instance, address, account)
        return None

    def _process_result(self, instance, address, account):
        """Store the result on the chat of the number, and remove the number from the queue."""
        instance._process_check_result(address, account)
        self.exists().unlink()

    def _process_error(self, instance, error):
        """Store the reason of a failed call. The number is checked again after a pause.

        :param GreenApiError error: as raised by the client
        """
        if error.code in (*LIMITS, *const.STATE_OF_CODE):
            instance._process_check_error(error)
            if error.code in LIMITS:
                self._trigger_cron(instance.check_after)
            return
        check = self.exists()
        attempts = check.attempts + 1
        values = {"attempts": attempts, "error": instance._get_error_message(error)}
        if isinstance(error, RefusedError) or attempts >= ATTEMPTS:
            values.update(state="failed", attempts=0)
            check.chat_id._fail_look_up(values["error"])
        else:
            self._trigger_cron(fields.Datetime.now() + RETRY_PAUSE)
        check.write(values)

    def _mark_failed(self):
        """Set the check to failed after an unexpected error."""
        error = self.env._(
            "The number could not be checked because of an unexpected error. See the server log "
            "for details."
        )
        check = self.exists()
        check.write({"state": "failed", "attempts": 0, "error": error})
        check.chat_id._fail_look_up(error)

    @api.model
    def _notify_checked(self, instance, user):
        """Notify a user when all numbers that they requested have been checked."""
        domain = [
            ("instance_id", "=", instance.id),
            ("user_id", "=", user.id),
            ("state", "=", "waiting"),
        ]
        if self.search_count(domain, limit=1):
            return
        message = self.with_context(lang=user.lang).env._("All numbers have been checked.")
        params = {"type": "success", "title": instance.name, "message": message}
        user._bus_send("simple_notification", params)


class TelegramInstance(models.Model):
    """Extend ``telegram.instance``: check which phone numbers have a Telegram account.

    Checks are limited: every plan has a quota, and Telegram restricts accounts that look up many
    unregistered numbers.
    """

    _inherit = "telegram.instance"
    _protected = {"check_month", "check_number", "check_after", "check_error"}

    check_month = fields.Char(readonly=True, copy=False)
    check_number = fields.Integer(readonly=True, copy=False)
    check_after = fields.Datetime(
        "Checks Paused Until",
        readonly=True,
        copy=False,
        help="A limit was reached: no number is checked before this time.",
    )
    check_error = fields.Char(
        readonly=True, copy=False, help="Reason why number checks are paused."
    )
    check_count = fields.Integer(
        "Numbers Checked This Month",
        compute="_compute_check_count",
        help="Number of checks by Odoo. The Developer plan of GREEN-API includes 100 checks a "
        "month, the Business plan 30,000.",
    )
    check_waiting_count = fields.Integer("Numbers to Check", compute="_compute_check_count")
    check_message = fields.Char(compute="_compute_check_count")

    # === COMPUTE METHODS === #

    @api.depends("check_month", "check_number", "check_after", "check_error")
    @api.depends_context("lang", "tz")
    def _compute_check_count(self):
        # sudo: telegram.number.check - a number only
        checks_sudo = self.env["telegram.number.check"].sudo()
        domain = [("instance_id", "in", self.ids), ("state", "=", "waiting")]
        waiting = dict(checks_sudo._read_group(domain, ["instance_id"], ["__count"]))
        for instance in self:
            is_current = instance.check_month == self._get_month()
            instance.check_count = instance.check_number if is_current else 0
            instance.check_waiting_count = waiting.get(instance, 0)
            instance.check_message = instance._get_check_pause_message()

    @api.model
    def _get_month(self):
        return fields.Datetime.now().strftime("%Y-%m")

    def _get_check_pause_message(self):
        """Return why number checks are paused; False when they are not."""
        self.ensure_one()
        if not self.check_after or self.check_after <= fields.Datetime.now():
            return False
        until = format_short_datetime(self.env, self.check_after)
        pause = self.env._("Number checks are paused until %s.", until)
        return f"{self.check_error} {pause}" if self.check_error else pause

    # === FOR PROGRAMMERS === #

    @takes(phone=str)
    def check_account(self, phone, *, force=False):
        """Check whether a phone number or a username has a Telegram account.

        A result of the last 30 days is reused. A new one is stored in a separate transaction, so
        it survives a rollback of the caller.

        https://green-api.com/en/telegram/docs/api/service/CheckAccount/

        :param str phone: international; plus sign, spaces and brackets are ignored. Or a username
            as ``@name`` or ``t.me/name``.
        :param bool force: check again even if the result is known
        :return: CheckedAccount: ``exists``, ``chat_id``, ``username``
        :raise UserError: the phone number is invalid, or the call failed
        :raise AccessError: the user does not operate this account, or may not see the chat
        """
        self.ensure_one()
        self._check_operated()
        address = self._parse_checked_address(phone)
        chats = self.env["telegram.chat"]
        key = address if is_username(address) else f"+{address}"
        chat = chats._find_by_number(self, [key]).get(key, chats)
        chat.with_env(self.env).check_access("read")
        if chat and chat._is_number_known() and not force:
            return chat._get_known_account()
        return self._fetch_checked_account(address, force)

    @api.model
    def _parse_checked_address(self, phone):
        """Return the digits of a phone number, or a username with its @, of a text.

        :raise UserError: it is neither
        """
        address = parse_username(phone) or parse_phone(phone)
        if not address:
            raise UserError(
                self.env._(
                    "“%s” is not an international phone number. Enter it with the country code, "
                    "such as +79876543210.",
                    phone or "",
                )
            )
        return address

    def _fetch_checked_account(self, address, force):
        """Check an address with GREEN-API, and store the result in a separate transaction.

        :param str address: digits of the phone number, or the username with its @
        :param bool force: whether GREEN-API checks a known address again
        :return: CheckedAccount
        :raise UserError: checks are paused, or the call failed
        """
        if message := self._get_check_pause_message():
            raise UserError(message)
        try:
            with self._get_client() as client:
                account = _check_address(client, address, force=force)
        except GreenApiError as error:
            write_in_own_transaction(
                self, lambda instance, error=error: instance._process_check_error(error)
            )
            raise UserError(self._get_user_error_message(error)) from None
        write_in_own_transaction(
            self, lambda instance: instance._process_check_result(address, account)
        )
        return account

    # === RESULTS === #

    def _process_check_result(self, address, account):
        """Store the result for a number or username, and count the check.

        :param str address: digits of the phone number, or the username
        :param CheckedAccount account: as returned by the client
        :return: the ``telegram.chat`` of the number
        """
        month = self._get_month()
        number = self.check_number + 1 if self.check_month == month else 1
        # sudo: telegram.instance - counted for every user
        self.sudo().write({"check_month": month, "check_number": number, "check_error": False})
        chats = self.env["telegram.chat"]
        if is_username(address):
            return chats._update_username_check(self, address, account)
        return chats._update_number_check(self, address, account)

    def _process_check_error(self, error):
        """Store the consequences of a failed check for the account, such as a pause.

        :param GreenApiError error: as raised by the client
        """
        if error.code in const.STATE_OF_CODE:
            self._record_error(error)
        if error.code in LIMITS:
            pause = LIMIT_PAUSE
            if error.code == const.CODE_RATE_LIMIT:
                pause = timedelta(seconds=max(error.retry_after or 0, 60))
            # sudo: telegram.instance - reported by GREEN-API
            self.sudo().write(
                {
                    "check_after": fields.Datetime.now() + pause,
                    "check_error": self._get_error_message(error),
                }
            )


class TelegramChat(models.Model):
    """Extend ``telegram.chat``: the result of a number check is stored on the chat.

    A number without a Telegram account has a chat in phone form, so that it is not checked again.
    """

    _inherit = "telegram.chat"

    number_check_date = fields.Datetime(
        "Last Number Check", readonly=True, copy=False, help="Date of the last check."
    )
    check_ids = fields.One2many("telegram.number.check", "chat_id", "Number Checks")
    check_error = fields.Char("Check Error", related="check_ids.error")
    account_state = fields.Selection(
        [
            ("yes", "On Telegram"),
            ("no", "Not on Telegram"),
            ("waiting", "Being Checked"),
            ("problem", "Check Failed"),
            ("unknown", "Not Checked"),
        ],
        "Number",
        compute="_compute_account_state",
    )

    # === COMPUTE METHODS === #

    @api.depends("telegram_id", "phone", "no_account", "number_check_date", "check_ids.state")
    def _compute_account_state(self):
        for chat in self:
            chat.account_state = chat._get_account_state()

    def _get_account_state(self):
        if not (self.phone or self.is_username_form):
            return False
        check_state = self.check_ids.state
        if check_state == "waiting":
            return "waiting"
        if self.no_account:
            return "no"
        if check_state == "failed":
            return "problem"
        is_unknown = (self.is_phone_form or self.is_username_form) and not self.number_check_date
        return "unknown" if is_unknown else "yes"

    @api.model
    def _count_account_states(self, ids):
        """Return the number of chats in each account state, as a Counter.

        The chats are not read: there may be thousands, and the dialog polls every other second.
        """

        def has_check(state):
            return Domain("check_ids", "any", [("state", "=", state)])

        has_address = Domain("phone", "!=", False) | Domain("username", "!=", False)
        domain = Domain("id", "in", ids) & has_address
        chats = self.with_context(active_test=False)
        counts = Counter(total=chats.search_count(domain))
        for state, condition in (
            ("waiting", has_check("waiting")),
            ("no", Domain("no_account", "=", True)),
            ("problem", has_check("failed")),
            (
                "unknown",
                (IN_PHONE_FORM | IN_USERNAME_FORM) & Domain("number_check_date", "=", False),
            ),
        ):
            counts[state] = chats.search_count(domain & condition)
            domain &= ~condition
        counts["yes"] = chats.search_count(domain)
        return counts

    # === BUSINESS METHODS === #

    @api.model
    def _find_by_number(self, instance, addresses):
        """Return the chats of numbers and usernames, archived or not; of several the best known.

        :param list addresses: phone numbers in E.164, or usernames
        :return: dict of ``telegram.chat`` by address, in superuser mode
        """
        # sudo: telegram.chat - operators reach chats through their account
        chats_sudo = self.sudo().with_context(active_test=False)
        domain = self._get_private_domain(instance, "phone", addresses)
        if usernames := list(filter(is_username, addresses)):
            domain |= self._get_private_domain(instance, "username", usernames)
        found = chats_sudo.search(domain)
        by_address = {}
        for chat in found.sorted(lambda chat: chat._get_known_date() or chat.create_date):
            by_address |= {address: chat for address in (chat.phone, chat.username) if address}
        return by_address

    def _get_known_account(self):
        """Return the stored result of a check as CheckedAccount."""
        self.ensure_one()
        is_id_known = not (self.is_phone_form or self.is_username_form)
        chat_id = self.telegram_id if is_id_known else ""
        return CheckedAccount(not self.no_account, chat_id, self.username or "")

    def _get_checked_address(self):
        """Return what a check asks for: the digits of the phone number, or the username."""
        self.ensure_one()
        if self.is_username_form or not self.phone:
            return self.username
        return self.phone.removeprefix("+")

    def _get_known_date(self):
        """Return when Telegram last confirmed the state of the number; False when it never did."""
        self.ensure_one()
        # A received message proves that the number has an account.
        is_id_known = not (self.is_phone_form or self.is_username_form)
        dates = [self.number_check_date, is_id_known and self.last_received_date]
        return max(filter(None, dates), default=False)

    def _is_number_known(self):
        """Return whether the state of the number was confirmed in the last weeks."""
        self.ensure_one()
        known_date = self._get_known_date()
        return bool(known_date) and known_date > fields.Datetime.now() - timedelta(days=KNOWN_DAYS)

    @api.model
    def _update_number_check(self, instance, digits, account):
        """Store the result of a check on the chat of the number, creating it if needed.

        :param str digits: of the phone number
        :param CheckedAccount account: the result
        :return: the chat of the number, in superuser mode
        """
        chats_sudo = self.sudo()  # sudo: telegram.chat - reported by GREEN-API
        phone, phone_form = f"+{digits}", to_phone_form(digits)
        chat = chats_sudo._find(instance, phone_form)
        if account.exists and const.is_person_id(account.chat_id):
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
        }
        if username := normalize_username(account.username):
            values["username"] = username
            self._resolve_usernames(instance, {username: chat.telegram_id})
        instance._write_despite_rules(chat, values)
        chat.check_ids.unlink()
        chat._link_partners()
        return chat
