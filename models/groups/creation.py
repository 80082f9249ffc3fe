# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import models
from odoo.exceptions import UserError

from ...client import OutcomeUnknownError
from ...tools.transactions import write_in_own_transaction


class TelegramInstance(models.Model):
    """Groups that an account makes."""

    _inherit = "telegram.instance"

    def create_group(self, name, people, *, supergroup=False, auto_delete_days=None):
        """Make a group with this account and others in it.

        https://green-api.com/en/telegram/docs/api/groups/CreateGroup/

        The call is made once. Its outcome is written in a transaction of its own: the current one
        sees the group when it has ended (a program commits, or reads it in the next transaction).

        :param str name: 1 to 100 characters
        :param people: ``res.partner`` or ``telegram.chat`` records
        :param bool supergroup: a supergroup instead of a basic group
        :param int auto_delete_days: messages vanish after that many days, 0 (never) to 365
        :return: the ``telegram.chat`` of the group
        :raise UserError: the name or somebody is not acceptable, and nothing was asked for; or
            the service made none; or it is not known whether it did: then ``find_groups`` of the
            name tells
        :raise AccessError: the user does not operate this instance
        """
        return self._create_group(name, people, supergroup, auto_delete_days)[0]

    def _create_group(self, name, people, supergroup, auto_delete_days):
        """Do the same.

        :return: the ``telegram.chat``, and the client's CreatedGroup
        """
        self.ensure_one()
        self.check_access("read")
        chats = self.env["telegram.chat"]
        name = chats._check_group_name(name)
        chat_ids = chats._get_group_chat_ids(self, people)
        days = self._check_auto_delete_days(auto_delete_days)
        made = self._call_service(
            "create_group", name, chat_ids, supergroup=supergroup, auto_delete_days=days
        )
        chat_type = "supergroup" if supergroup else "group"
        group = self._store_group(made.chat_id, name, chat_type, made.invite_link, chat_ids)
        return group, made

    def find_groups(self, name, known=None):
        """Look among the account's chats for groups of a name, and keep them.

        For when it is not known whether ``create_group`` has made one.

        :param known: the ``telegram.chat`` records that were there before: they are not meant
        :return: the ``telegram.chat`` records, which the next transaction sees
        :raise UserError: the service cannot tell
        """
        self.ensure_one()
        self.check_access("read")
        found = self.env["telegram.chat"]
        known_chat_ids = set((known or found).mapped("telegram_id"))
        for listed in self._call_service("get_chats"):
            is_group = listed.type in ("group", "supergroup")
            if is_group and listed.name == name and listed.chat_id not in known_chat_ids:
                found |= self._store_group(listed.chat_id, name, listed.type)
        return found

    def _store_group(self, chat_id, name, chat_type, invite_link="", member_chat_ids=()):
        """Keep a group that was just made, with its conversation, and ask who is in it.

        :return: the ``telegram.chat``
        """

        def keep(instance):
            group = instance.env["telegram.chat"]._get_or_create(
                instance, chat_id, name=name, chat_type=chat_type
            )
            group.write({"name": name, "invite_link": invite_link or group.invite_link})
            group._create_members(member_chat_ids)
            group._open_channel()
            return group.id

        group_id = write_in_own_transaction(self, keep)
        self._try_fetch_group(chat_id)
        return self.env["telegram.chat"].browse(group_id)

    def _fetch_group(self, chat_id):
        """Ask the service for a group's name, members and rights, and keep them.

        :return: the client's GroupData
        """
        data = self._call_service("get_group_data", chat_id)
        own_chat_id = self._get_own_chat_id()

        def keep(instance):
            group = instance.env["telegram.chat"]._find(instance, chat_id)
            group._update_from_group_data(data, own_chat_id)

        write_in_own_transaction(self, keep)
        return data

    def _try_fetch_group(self, chat_id):
        """Do the same after a change, which counts whether or not the service tells more now.

        :return: bool, whether it did; the group says when that was the last time
        """
        try:
            self._fetch_group(chat_id)
        except UserError:
            return False
        return True

    def _get_own_chat_id(self):
        """Return the chat id of the instance's own account; empty when the service does not say."""
        if self.account_chat_id:
            return self.account_chat_id
        try:
            return self._call_service("get_account_settings").chat_id
        except UserError:
            return ""

    def _check_auto_delete_days(self, days):
        if days is not None and not 0 <= days <= 365:
            raise UserError(
                self.env._("Messages vanish after: choose 1 to 365 days, or 0 for never.")
            )
        return days

    # === TEXTS === #


def is_unsure(error):
    """Say whether a UserError tells of a call that may have been carried out, or not."""
    return isinstance(error.__context__, OutcomeUnknownError)
