# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import re
from collections import Counter
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from .. import const

IN_PHONE_FORM = Domain("chat_id", "=like", f"%{const.PHONE_CHAT_SUFFIX}")
KNOWN_DAYS = 30  # for so long it is not asked again whether a number is on Telegram


class TelegramChat(models.Model):
    """Whether a number is on Telegram: the answer of the service is kept on the chat.

    A number without an account has a chat in phone form, so that it is not asked for again.
    """

    _inherit = "telegram.chat"

    account_checked_at = fields.Datetime(
        "Number Checked",
        readonly=True,
        copy=False,
        help="When Telegram last said whose the number is, or that it is nobody's.",
    )
    check_problem = fields.Char("Number Not Checked", readonly=True, copy=False)
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
        "chat_id", "phone", "no_account", "account_checked_at", "check_user_id", "check_problem"
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
        if self.check_problem:
            return "problem"
        is_open = self.is_phone_form and not self.account_checked_at
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
            ("problem", Domain("check_problem", "!=", False)),
            ("unknown", IN_PHONE_FORM & Domain("account_checked_at", "=", False)),
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
        times = [self.account_checked_at, not self.is_phone_form and self.last_received_at]
        return max(filter(None, times), default=False)

    def _is_number_known(self):
        """Say whether it is known, from the last weeks, if the number is on Telegram."""
        self.ensure_one()
        known_at = self._get_known_at()
        return bool(known_at) and known_at > fields.Datetime.now() - timedelta(days=KNOWN_DAYS)

    @api.model
    def _take_account(self, instance, digits, account):
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
                chat._learn_chat_id(account.chat_id)
            chat = chats_sudo._get_or_create(instance, account.chat_id, phone=phone)
        else:
            chat = chat or chats_sudo._find_by_number(instance, [phone]).get(phone, chat)
            chat = chat or chats_sudo._get_or_create(instance, phone_form)
        values = {
            "phone": phone,
            "account_checked_at": fields.Datetime.now(),
            "no_account": not account.exists and chat.is_phone_form,
            "check_problem": False,
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

    def _describe_number(self):
        _ = self.env._
        if not self:
            return _("Not checked on Telegram")
        if self.check_user_id:
            return _("Being checked on Telegram")
        state = self._get_number_state()
        if state == "unknown":
            return self.check_problem or _("Not checked on Telegram")
        when = format_date(self.env, self._get_known_at())
        if state == "no":
            return _("Not on Telegram (%s)", when)
        if self.username:
            return _("On Telegram as %(user)s (%(when)s)", user=self.username, when=when)
        return _("On Telegram (%s)", when)
