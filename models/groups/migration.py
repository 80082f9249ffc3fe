# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError

SUCCESSORS = {"group": "supergroup", "supergroup": "group"}


class TelegramChat(models.Model):
    """Extends ``telegram.chat``: a group that Telegram has turned into a supergroup.

    Telegram does so when a group grows or gets a public link. The supergroup has a new ID, and
    GREEN-API does not report which group it was: a second chat appears. Users can move the record
    and the history of the former one with a click.
    """

    _inherit = "telegram.chat"

    same_group_id = fields.Many2one(
        "telegram.chat",
        compute="_compute_same_group_id",
        compute_sudo=False,
        help="The group that seems to have become this supergroup, or the other way around.",
    )

    # === COMPUTE METHODS === #

    @api.depends("chat_type", "telegram_name", "member_ids.user_chat_id", "last_message_date")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_same_group_id(self):
        for chat in self:
            chat.same_group_id = chat._find_same_group()

    # === ACTION METHODS === #

    def action_merge_group(self):
        """Move the record and the history of the former group to the supergroup, and open it.

        :raise UserError: no other group seems to be the same, or a message is being sent
        """
        self._check_group()
        other = self._find_same_group()
        if not other:
            raise UserError(
                self.env._(
                    "No other group has the same name and the same members as “%s”.", self.name
                )
            )
        group, supergroup = (self, other) if self.chat_type == "group" else (other, self)
        # sudo: telegram.chat, telegram.message - users who may read both groups may link them
        group.sudo()._merge_into_supergroup(supergroup.sudo())
        return supergroup.get_formview_action()

    # === BUSINESS METHODS === #

    def _find_same_group(self):
        """Return the group that became this supergroup, or the other way around, if there is one.

        It has the same name at Telegram, and the messages of the supergroup begin after its last
        one. At least half of the people are the same: the members, or who has written as long as
        the members are not known.
        """
        self.ensure_one()
        found = self.browse()
        if self.chat_type in SUCCESSORS and self.telegram_name and self._origin:
            found = self.with_context(active_test=False).search(
                [
                    ("instance_id", "=", self.instance_id.id),
                    ("chat_type", "=", SUCCESSORS[self.chat_type]),
                    ("telegram_name", "=", self.telegram_name),
                ]
            )
        return found.filtered(self._is_same_group)[:1].with_env(self.env)

    def _find_successor(self):
        """Return the supergroup that this group seems to have become, empty if there is none."""
        return self._find_same_group() if self.chat_type == "group" else self.browse()

    def _is_same_group(self, other):
        """Return whether one of two groups of the same name seems to have become the other."""
        group, supergroup = (self, other) if self.chat_type == "group" else (other, self)
        first = supergroup._find_first_message()
        if first and group.last_message_date and first.date < group.last_message_date:
            return False
        former, present = group._get_people(), supergroup._get_people()
        return bool(former and present) and (
            2 * len(former & present) >= min(len(former), len(present))
        )

    def _find_first_message(self):
        """Return the first message of the chat, empty if there is none."""
        # sudo: telegram.message - only its date, of a chat that the user may read
        messages_sudo = self.env["telegram.message"].sudo()
        return messages_sudo.search([("chat_id", "=", self.id)], order="date, id", limit=1)

    def _get_people(self):
        """Return the Telegram IDs of the other members, as far as known from list or messages."""
        # sudo: telegram.group.member, telegram.message - IDs only, of a chat that the user may read
        chat_sudo = self.sudo()
        members_sudo = chat_sudo.member_ids.filtered(lambda member: not member.is_self)
        if members_sudo:
            return set(members_sudo.mapped("user_chat_id"))
        rows = chat_sudo.env["telegram.message"]._read_group(
            [("chat_id", "=", self.id), ("direction", "=", "incoming")], ["sender"]
        )
        return {sender for [sender] in rows if sender}

    def _merge_into_supergroup(self, supergroup):
        """Move everything to the supergroup that this group has become, and delete the group.

        :raise UserError: a message to the group is being sent, or its outcome is not known yet
        """
        messages = self.message_ids
        if messages.filtered(lambda message: message.state in ("sending", "unsure")):
            raise UserError(
                self.env._(
                    "A message to the group “%s” is being sent or checked. Try again in a few "
                    "minutes.",
                    self.name,
                )
            )
        # A supergroup counts its messages anew: equal IDs belong to different messages.
        twins = {each.id_message: each for each in supergroup.message_ids if each.id_message}
        for message in messages.filtered("id_message"):
            if not message._is_echoed_by(twins.get(message.id_message, message.browse())):
                message.write({"former_id_message": message.id_message, "id_message": False})
        values = {"former_telegram_id": self.telegram_id}
        if not supergroup.res_id:
            values |= {"res_model": self.res_model, "res_id": self.res_id}
        if self.is_name_own and not supergroup.is_name_own:
            telegram_name = supergroup.telegram_name
            values |= {"name": self.name, "telegram_name": telegram_name}
        if not supergroup.member_ids:
            self.member_ids.group_id = supergroup
        supergroup.write({**values, "active": supergroup.active or self.active})
        self._merge_into(supergroup)
        supergroup._update_channels()


class TelegramMessage(models.Model):
    """Extend ``telegram.message``: messages that were sent while a group became a supergroup."""

    _inherit = "telegram.message"

    def _is_echoed_by(self, other):
        """Return whether a message of the supergroup is this one, which was sent to the group.

        :param other: the ``telegram.message`` with the same ID, may be empty
        """
        return bool(
            self.attempts
            and not other.attempts
            and other.direction == "outgoing"
            and (self.type_message, self.text) == (other.type_message, other.text)
        )
