# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The questions before a deletion, and before an account is archived: what it takes along."""

from odoo import models
from odoo.fields import Domain

from .. import const


class TelegramChat(models.Model):
    """Extends ``telegram.chat`` with the question before its deletion."""

    _inherit = "telegram.chat"

    def get_deletion_message(self):
        """Return what the deletion of these chats takes along, as a text.

        :return: str
        :raise AccessError: the user may not delete one of the chats
        """
        self.check_access("unlink")
        count = self._count_messages(Domain("chat_id", "in", self.ids))
        if len(self) == 1:
            return self.env._(
                "With the chat you delete its messages (%(count)s) and its conversation in "
                "Discuss, for all colleagues. Nothing is deleted in Telegram. To keep the "
                "messages, archive the chat instead. Chat: %(name)s",
                count=count,
                name=self.display_name,
            )
        return self.env._(
            "With the chats you delete their messages (%(count)s) and the conversations in "
            "Discuss, for all colleagues. Nothing is deleted in Telegram. To keep the messages, "
            "archive the chats instead. Chats: %(names)s",
            count=count,
            names=self._get_deletion_names(),
        )

    def _get_deletion_names(self):
        """Return the names of the first chats."""
        names = ", ".join(self[:10].mapped("display_name"))
        return f"{names} …" if len(self) > 10 else names

    def _count_messages(self, domain):
        """Return the number of messages of a domain, which may be hidden from the user."""
        # sudo: telegram.message - only their number
        return self.env["telegram.message"].sudo().search_count(domain)


class TelegramInstance(models.Model):
    """Extends ``telegram.instance`` with the questions before it is deleted or archived."""

    _inherit = "telegram.instance"

    def get_archiving_message(self):
        """Return what ends while these accounts are archived, and what stays, as a text.

        :return: str
        :raise AccessError: the user may not archive one of the accounts
        """
        self.check_access("write")
        values = {
            "count": sum(self.mapped("waiting_count")),
            "hours": const.JOURNAL_HOURS,
            "names": ", ".join(self.mapped("display_name")),
        }
        if len(self) == 1:
            return self.env._(
                "Until the account is unarchived, nothing is sent or received with it. Messages "
                "that wait to be sent (%(count)s) go on waiting. GREEN-API keeps new messages of "
                "customers for %(hours)s hours only. The chats and the conversations in Discuss "
                "stay. Account: %(names)s",
                **values,
            )
        return self.env._(
            "Until the accounts are unarchived, nothing is sent or received with them. Messages "
            "that wait to be sent (%(count)s) go on waiting. GREEN-API keeps new messages of "
            "customers for %(hours)s hours only. The chats and the conversations in Discuss "
            "stay. Accounts: %(names)s",
            **values,
        )

    def get_deletion_message(self):
        """Return what the deletion of these accounts takes along, as a text.

        :return: str
        :raise AccessError: the user may not delete one of the accounts
        """
        self.check_access("unlink")
        here = Domain("instance_id", "in", self.ids)
        # sudo: telegram.chat - only the number of the chats, archived ones included
        chats_sudo = self.env["telegram.chat"].sudo().with_context(active_test=False)
        counts = {
            "chats": chats_sudo.search_count(here),
            "messages": chats_sudo._count_messages(here),
        }
        if len(self) == 1:
            return self.env._(
                "With the account you delete its chats (%(chats)s) with their messages "
                "(%(messages)s) and the conversations in Discuss, for all colleagues. Nothing is "
                "deleted in Telegram or at GREEN-API, where the account remains. To keep the "
                "messages, archive the account instead. Account: %(name)s",
                name=self.display_name,
                **counts,
            )
        return self.env._(
            "With the accounts you delete their chats (%(chats)s) with their messages "
            "(%(messages)s) and the conversations in Discuss, for all colleagues. Nothing is "
            "deleted in Telegram or at GREEN-API, where the accounts remain. To keep the messages, "
            "archive the accounts instead. Accounts: %(names)s",
            names=", ".join(self.mapped("display_name")),
            **counts,
        )
