# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from typing import NamedTuple

from odoo import api, models
from odoo.exceptions import UserError

from ..telegram_chat import PEOPLE


class GroupCandidate(NamedTuple):
    """Somebody who is to be in a group, or why that is not possible."""

    record: models.BaseModel  # res.partner or telegram.chat, as it was chosen
    chat: models.BaseModel  # telegram.chat; empty as long as there is none
    phone: str  # E.164; may be empty
    reason: str  # code: see TelegramChat._get_group_reasons; empty when nothing is in the way


class TelegramChat(models.Model):
    """Who can be taken into a group, and who not and why."""

    _inherit = "telegram.chat"

    @api.model
    def _check_group_people(self, instance, partners, chats, group=None):
        """Say of each contact and chat whether it can be in a group of an instance.

        The number of queries does not grow with that of the people.

        :param partners: ``res.partner``
        :param chats: ``telegram.chat`` of people
        :param group: the ``telegram.chat`` that they are to be added to; none for a new one
        :return: list of GroupCandidate
        """
        # sudo: telegram.group.member - ids only, of a group that the user was let see
        inside = set(group.sudo().member_ids.mapped("user_chat_id")) if group else set()
        people, seen = [], set()
        for recipient in self._check_recipients(instance, partners):
            people.append(GroupCandidate(recipient.partner, *recipient[1:]))
        for chat in chats:
            people.append(
                GroupCandidate(chat, chat, chat.phone or "", chat._get_group_obstacle(instance))
            )
        checked, own = [], self.union(*(p.chat for p in people))._filtered_access("read")
        for person in people:
            address = person.chat or person.phone
            is_own = person.chat in own or not person.chat
            further = self._get_further_obstacle(person, inside) if is_own else "not_own"
            reason = person.reason or further
            if not reason and address in seen:
                reason = "duplicate"
            seen.add(address)
            checked.append(person._replace(reason=reason))
        return checked

    def _get_group_obstacle(self, instance):
        self.ensure_one()
        if self.instance_id != instance:
            return "other_account"
        if self.chat_type not in PEOPLE:
            return "not_a_person"
        return "no_account" if self.no_account else ""

    @api.model
    def _get_further_obstacle(self, person, inside):
        """Return the reason that only groups know."""
        chat_sudo = person.chat.sudo()  # sudo: telegram.chat - as in _find_by_partner
        if not chat_sudo or chat_sudo.is_phone_form:
            return "unchecked"
        return "member" if chat_sudo.telegram_id in inside else ""

    @api.model
    def _get_group_reasons(self):
        """Give in words why somebody cannot be taken into a group."""
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
    def _get_group_chat_ids(self, instance, people, group=None):
        """Return the chat ids of all these people, or refuse.

        :param people: ``res.partner`` or ``telegram.chat`` records
        :raise UserError: nobody, or somebody who cannot be in a group
        """
        partners, chats = self.env["res.partner"], self.browse()
        if people._name == self._name:
            chats = people
        else:
            partners = people
        checked = self._check_group_people(instance, partners, chats, group)
        left_out = [person for person in checked if person.reason]
        if not checked:
            raise UserError(
                self.env._("People: choose at least one. Telegram makes no group without people.")
            )
        if left_out:
            reasons = self._get_group_reasons()
            lines = [
                f"{person.record.display_name}: {reasons[person.reason]}" for person in left_out
            ]
            raise UserError(
                "\n".join([self.env._("People: not all of them can be added."), *lines])
            )
        # sudo: telegram.chat - as in _find_by_partner
        return [person.chat.sudo().telegram_id for person in checked]
