# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import re
from collections import Counter
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import clean_context

from .. import const

# Telegram names a person's phone with each listing: that is written down again after so long.
NOTE_PHONE_EVERY = timedelta(days=7)


class TelegramChat(models.Model):
    """Taking in the chats and contacts that the service lists: many at once, each of them once."""

    _inherit = "telegram.chat"

    @api.model
    def _pick_listed(self, rows):
        """Return what can be used of a list of the service, each chat once.

        :param list rows: of the client's Chat
        :return: dict of chat id -> Chat
        """
        usable = (row for row in rows if re.fullmatch(const.CHAT_ID_PATTERN, row.chat_id))
        # The phone form is a way to write first; a list has the numbers.
        return {row.chat_id: row for row in usable if "@" not in row.chat_id}

    @api.model
    def _take_listed(self, instance, rows):
        """Make the chats that are new, and keep what the service says of the others.

        The number of queries does not grow with that of the chats, but for the writing: one query
        for each hundred that change.

        :param list rows: of the client's Chat, as from _pick_listed
        :return: Counter with "new" and "changed"
        """
        chats_sudo = self.sudo().with_context(  # sudo: telegram.chat - what the service said
            clean_context(self.env.context), active_test=False
        )
        domain = Domain("instance_id", "=", instance.id)
        ids = [row.chat_id for row in rows]
        found = chats_sudo.search(domain & Domain("chat_id", "in", ids))
        known = {chat.chat_id: chat for chat in found}
        chats_sudo._learn_listed(instance, rows, known)
        done = Counter()
        for row in rows:
            values = row.chat_id in known and known[row.chat_id]._get_listed_changes(row)
            if values:
                known[row.chat_id].write(values)
                done["changed"] += values.keys() != {"account_checked_at"}
        new = [row for row in rows if row.chat_id not in known]
        made = chats_sudo._make_listed(instance, new)
        done["new"] = len(made)
        (chats_sudo.union(*known.values()) | made)._link_partners()
        return done

    @api.model
    def _learn_listed(self, instance, rows, known):
        """Let chats known by phone only have their numbers.

        :param dict known: chat id -> chat; what was learned is added
        """
        by_phone = {}
        for row in rows:
            if row.phone and not row.chat_id.startswith("-"):
                by_phone.setdefault(row.phone + const.PHONE_CHAT_SUFFIX, row.chat_id)
        domain = Domain("instance_id", "=", instance.id)
        for chat in self.search(domain & Domain("chat_id", "in", list(by_phone))):
            number = by_phone[chat.chat_id]
            if number in known:
                chat._learn_chat_id(number)
            else:
                chat._take_chat_id(number)
                known[number] = chat

    def _get_listed_changes(self, row):
        """Return what changes by what the service lists of this chat, as a dict of values."""
        self.ensure_one()
        contact_name = row.contact_name if "contactName" in row.raw else None
        values = self._get_name_values(row.name, contact_name)
        # The list of contacts calls everybody a user, also bots.
        if self._is_type(row.type) and (contact_name is None or not self.chat_type):
            values["chat_type"] = row.type
        if row.username:
            values["username"] = row.username
        values.update(self._get_phone_values(row.phone))
        return {field: value for field, value in values.items() if self[field] != value}

    def _get_phone_values(self, phone):
        """Return what changes by a phone that Telegram shows of a person, as a dict of values.

        :param str phone: digits; empty when hidden
        """
        if not phone or self.chat_id.startswith("-"):
            return {}
        values, now = {"phone": f"+{phone}"}, fields.Datetime.now()
        checked_at = self.account_checked_at
        if not checked_at or checked_at < now - NOTE_PHONE_EVERY:
            values["account_checked_at"] = now
        return values

    @api.model
    def _is_type(self, value):
        return value in dict(self._fields["chat_type"].selection)

    @api.model
    def _make_listed(self, instance, rows):
        now = self.env.cr.now().replace(microsecond=0)
        vals_list = []
        for row in rows:
            is_group = row.chat_id.startswith("-")
            phone = False if is_group or not row.phone else f"+{row.phone}"
            vals_list.append(
                {
                    "name": row.contact_name or row.name or row.username or phone or row.chat_id,
                    "telegram_name": row.name or row.username or phone or row.chat_id,
                    "contact_name": row.contact_name or False,
                    "username": row.username or False,
                    "chat_id": row.chat_id,
                    "chat_type": row.type
                    if self._is_type(row.type)
                    else ("group" if is_group else "user"),
                    "phone": phone,
                    "account_checked_at": now if phone else False,
                    "is_stranger": not is_group,
                }
            )
        return self._make(instance, vals_list)
