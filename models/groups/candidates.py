# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from typing import NamedTuple

from odoo import api, models
from odoo.exceptions import UserError

from ..sending.recipients import find_twin
from ..telegram_chat import PEOPLE


class GroupCandidate(NamedTuple):
    """A contact or chat to add to a group, and the reason why it cannot be added."""

    record: models.BaseModel  # res.partner or telegram.chat, as chosen
    chat: models.BaseModel  # telegram.chat; empty if there is none
    address: str  # phone number (E.164) or username; may be empty
    reason: str  # code, see TelegramChat._get_group_reasons; empty if it can be added
    twin: str = ""  # name of the candidate who is the same person


class TelegramChat(models.Model):
    """Extends ``telegram.chat`` with the check of who can be added to a group."""

    _inherit = "telegram.chat"

    @api.model
    def _check_group_candidates(self, instance, partners, chats, group=None):
        """Check which contacts and chats can be members of a group of an account.

        The number of queries does not grow with the number of candidates.

        :param partners: ``res.partner`` records
        :param chats: ``telegram.chat`` records of single users
        :param group: the ``telegram.chat`` to add them to; none for a new group
        :return: list of GroupCandidate
        """
        # sudo: telegram.group.member - only IDs, of a group that the user may read
        member_ids = set(group.sudo().member_ids.mapped("user_chat_id")) if group else set()
        candidates = [
            GroupCandidate(found.partner, found.chat, found.address, found.reason)
            for found in self._check_recipients(instance, partners, needs_consent=False)
        ]
        candidates += [
            GroupCandidate(chat, chat, chat.phone or "", chat._get_group_chat_reason(instance))
            for chat in chats
        ]
        readable = self.union(*(each.chat for each in candidates))._filtered_access("read")
        checked, known = [], {}
        for candidate in candidates:
            reason = candidate.reason
            if not reason and candidate.chat and candidate.chat not in readable:
                reason = "not_own"
            reason = reason or self._get_member_reason(candidate, member_ids)
            candidate = candidate._replace(reason=reason)
            twin = find_twin(known, candidate, candidate.record)
            if twin and reason in ("", "unchecked"):
                candidate = candidate._replace(reason="duplicate", twin=twin.display_name)
            checked.append(candidate)
        return checked

    def _get_group_chat_reason(self, instance):
        """Return the reason why the user of a chosen chat cannot be added, or an empty string."""
        self.ensure_one()
        if self.instance_id != instance:
            return "other_account"
        if self.chat_type not in PEOPLE:
            return "not_a_person"
        return "no_account" if self.no_account else ""

    @api.model
    def _get_member_reason(self, candidate, member_ids):
        """Return a reason that applies to groups only, or an empty string."""
        chat_sudo = candidate.chat.sudo()  # sudo: telegram.chat - as in _find_by_partner
        if not chat_sudo or chat_sudo.is_phone_form or chat_sudo.is_username_form:
            return "unchecked"
        return "member" if chat_sudo.telegram_id in member_ids else ""

    @api.model
    def _get_group_reasons(self):
        """Return the text of each reason why a candidate cannot be added."""
        _ = self.env._
        return {
            **self._get_unreachable_reasons(),
            "not_own": _("Another salesperson's customer"),
            "unchecked": _("Not known yet whether this number is on Telegram"),
            "member": _("Is in the group already"),
            "not_a_person": _("A group, not a person"),
            "other_account": _("A chat of another Telegram account"),
        }

    @api.model
    def _get_group_chat_ids(self, instance, members, group=None):
        """Return the chat IDs of all chosen members.

        :param members: ``res.partner`` or ``telegram.chat`` records
        :raise UserError: none is chosen, or one of them cannot be added
        """
        partners, chats = self.env["res.partner"], self.browse()
        if members._name == self._name:
            chats = members
        else:
            partners = members
        candidates = self._check_group_candidates(instance, partners, chats, group)
        if not candidates:
            raise UserError(self.env._("Choose at least one contact or chat."))
        if lines := self._get_left_out_lines(candidates):
            raise UserError("\n".join([self.env._("Some members cannot be added:"), *lines]))
        # sudo: telegram.chat - as in _find_by_partner
        return [candidate.chat.sudo().telegram_id for candidate in candidates]

    @api.model
    def _get_left_out_lines(self, candidates):
        """Return a line with name and reason for each candidate who cannot be added."""
        reasons = self._get_group_reasons()
        return [
            f"{candidate.record.display_name}: {self._get_reason_text(candidate, reasons)}"
            for candidate in candidates
            if candidate.reason
        ]
