# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""How many chats wait for a user: the counter in the menu bar, and the badges in Discuss.

The web clients of those who see the chats in their inbox are told that something has changed. They
count again, one query with an index, and load an open inbox.
"""

from odoo import api, models
from odoo.fields import Domain

from odoo.addons.mail.tools.discuss import Store

from ...tools.access import MANAGER, USER

COUNTED = 100  # the web client shows a plus sign from here on
NOTIFICATION = "telegram_green_api/waiting"


class TelegramInstance(models.Model):
    """Notify the operators of an account."""

    _inherit = "telegram.instance"

    def _send_waiting_counts(self, former_operators):
        """Notify the web clients after the operators or *Chat Visibility* have changed.

        :param dict former_operators: the former ``res.users`` by ``telegram.instance``
        """
        for instance in self:
            for user in instance.operator_ids | former_operators.get(instance, self.env.user[:0]):
                user._bus_send(NOTIFICATION, {})


class TelegramChat(models.Model):
    """Count the chats that wait for a user."""

    _inherit = "telegram.chat"

    _waiting_user_index = models.Index("(user_id) WHERE inbox_state = 'waiting'")

    @api.model
    def _get_waiting_count(self):
        """Return how many chats wait for the current user: their own, and those of nobody.

        They count in the accounts that the user operates: everybody is notified of those of nobody.
        No one can answer with an archived account.

        :return: int, at most 100
        """
        companies = self.env.companies
        instances = self.env.user.telegram_operated_ids.filtered(
            lambda instance: instance.active and instance.company_id in companies
        )
        domain = Domain("inbox_state", "=", "waiting") & Domain("instance_id", "in", instances.ids)
        domain &= Domain("user_id", "in", (self.env.uid, False))
        return self.search_count(domain, limit=COUNTED)

    def _filter_moved(self, values):
        """Return the chats whose place in the inboxes changes with these field values."""
        state, user_id = values.get("inbox_state"), values.get("user_id")
        since = values.get("waiting_since_date")
        return self.filtered(
            lambda chat: (
                (state and chat.inbox_state != state)
                or ("user_id" in values and chat.user_id.id != user_id)
                or ("waiting_since_date" in values and chat.waiting_since_date != since)
            )
        )

    def _get_inbox_users(self):
        """Return the operators and supervisors who see these chats, without administrators."""
        users = self.env["res.users"]
        # Most chats of an account are seen by the same operators: they are found out once.
        chats_sudo = self.sudo()  # sudo: res.users - the operators, as in _get_operators
        seen_alike = chats_sudo.filtered("inbox_state").grouped(
            lambda chat: (chat.instance_id, chat.restricted_user_id)
        )
        for chats in seen_alike.values():
            users |= chats[:1]._get_operators() | chats[:1].instance_id.supervisor_id
        return users

    def _send_waiting(self, former_users):
        """Notify the web clients after chats have changed their place in the inboxes.

        :param former_users: the ``res.users`` who saw them there before
        """
        for user in former_users | self._get_inbox_users():
            user._bus_send(NOTIFICATION, {})
        if self:  # administrators see all chats: one notification for all of them
            self.env.ref(MANAGER)._bus_send(NOTIFICATION, {})
        for channel in self.filtered("is_channel_open").channel_id:
            store = Store(bus_channel=channel)
            store.add(channel, [channel._telegram_get_waiting_field()]).bus_send()


class ResUsers(models.Model):
    """Add the number of waiting chats to the web client's data."""

    _inherit = "res.users"

    def _telegram_add_waiting_count(self, store):
        """Add the number to the web client's data, if the user may use Telegram."""
        self.ensure_one()
        if self.has_group(USER):
            count = self.env["telegram.chat"]._get_waiting_count()
            store.add_global_values(telegram_waiting_count=count)
