# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import models
from odoo.exceptions import UserError

from ...client.parsing import clean_title
from ...tools.arguments import takes
from ...tools.transactions import write_in_own_transaction

AUTO_DELETE_DAYS_MAX = 365


class TelegramInstance(models.Model):
    """Extends ``telegram.instance`` with the creation and the fetching of groups."""

    _inherit = "telegram.instance"

    @takes(name=str, members="res.partner telegram.chat", auto_delete_days=int)
    def create_group(self, name, members, *, supergroup=False, auto_delete_days=None):
        """Create a group of this account and other members.

        https://green-api.com/en/telegram/docs/api/groups/CreateGroup/

        GREEN-API is called once. The result is stored in a separate transaction: the current one
        sees the group after its commit.

        :param str name: 1 to 100 characters
        :param members: ``res.partner`` or ``telegram.chat`` records, or IDs of contacts
        :param bool supergroup: whether to create a supergroup instead of a basic group
        :param int auto_delete_days: days after which messages are deleted, up to 365; 0 for never
        :return: the ``telegram.chat`` of the group
        :raise UserError: the name or a member is not valid, or the group was not created. If the
            outcome is unknown, ``find_groups`` can tell
        :raise AccessError: the user does not operate this account
        """
        return self._create_group(name, members, supergroup, auto_delete_days)[0]

    def _create_group(self, name, members, supergroup, auto_delete_days):
        """Create a group, see ``create_group``.

        :return: the ``telegram.chat``, and the client's CreatedGroup
        """
        self.ensure_one()
        self._check_operated()
        chats = self.env["telegram.chat"]
        name = chats._check_group_name(name)
        chat_ids = chats._get_group_chat_ids(self, members)
        days = self._check_auto_delete_days(auto_delete_days)
        created = self._call_service(
            "create_group", name, chat_ids, supergroup=supergroup, auto_delete_days=days
        )
        chat_type = "supergroup" if supergroup else "group"
        group = self._store_group(created.chat_id, name, chat_type, created.invite_link, chat_ids)
        return group, created

    def _check_auto_delete_days(self, days):
        """Return the days after which messages are deleted, if they are valid."""
        if days is not None and not 0 <= days <= AUTO_DELETE_DAYS_MAX:
            raise UserError(
                self.env._(
                    "Messages can be deleted after 1 to %s days. Enter 0 to keep them.",
                    AUTO_DELETE_DAYS_MAX,
                )
            )
        return days

    @takes(name=str, known="telegram.chat")
    def find_groups(self, name, known=None):
        """Fetch the groups of a name among the chats of the account.

        For use after ``create_group`` with an unknown outcome.

        :param known: ``telegram.chat`` records that existed before, which are left out
        :return: ``telegram.chat`` records, visible in the next transaction
        :raise UserError: the call of GREEN-API failed
        :raise AccessError: the user does not operate this account
        """
        self.ensure_one()
        self._check_operated()
        found = self.env["telegram.chat"]
        name = clean_title(name)
        known_chat_ids = set((known or found).mapped("telegram_id"))
        for listed in self._call_service("get_chats"):
            is_group = listed.type in ("group", "supergroup")
            if is_group and listed.name == name and listed.chat_id not in known_chat_ids:
                found |= self._store_group(listed.chat_id, name, listed.type)
        return found

    def _store_group(self, chat_id, name, chat_type, invite_link="", member_chat_ids=()):
        """Create the chat of a new group with its conversation, then fetch its members.

        :return: the ``telegram.chat``
        """

        def write(instance):
            group = instance.env["telegram.chat"]._get_or_create(
                instance, chat_id, name=name, chat_type=chat_type
            )
            group.write({"name": name, "invite_link": invite_link or group.invite_link})
            group._create_members(member_chat_ids)
            group._open_channel()
            return group.id

        group_id = write_in_own_transaction(self, write)
        self._try_fetch_group(chat_id)
        return self.env["telegram.chat"].browse(group_id)

    def _fetch_group(self, chat_id):
        """Fetch the name, members and permissions of a group and store them.

        :return: the client's GroupData
        """
        data = self._call_service("get_group_data", chat_id)
        own_chat_id = self._get_own_chat_id()

        def write(instance):
            group = instance.env["telegram.chat"]._find(instance, chat_id)
            group._update_from_group_data(data, own_chat_id)

        write_in_own_transaction(self, write)
        return data

    def _try_fetch_group(self, chat_id):
        """Fetch a group after a change, which stays valid if this call fails.

        :return: bool, whether the call succeeded
        """
        try:
            self._fetch_group(chat_id)
        except UserError:
            return False
        return True

    def _get_own_chat_id(self):
        """Return the chat ID of the account itself; empty if GREEN-API does not tell."""
        if self.account_chat_id:
            return self.account_chat_id
        try:
            return self._call_service("get_account_settings").chat_id
        except UserError:
            return ""
