# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Typing indicators and read marks of a conversation in Discuss, which go to the customer.

They are sent after the commit, so that they block no row and are not repeated with the transaction.
Failures are only logged.
"""

import logging
import time

from odoo import fields, models

from ... import const
from ...client import GreenApiError
from .discuss_channel import is_telegram

_logger = logging.getLogger(__name__)
TYPING_PAUSE = 10  # seconds between two typing indicators of a chat
TYPING_TIME = 10_000  # milliseconds for which Telegram shows the typing indicator
READ_PAUSE = 1  # seconds; several operators who open a chat mark it as read once
FAILURE_PAUSE = 60  # seconds without any such call to GREEN-API after one has failed
# Time of the last call by key, in this worker only. It may be lost at any time.
_called_at = {}
CALLS_MAX = 1000


class TelegramInstance(models.Model):
    """Configure what an account shows to customers."""

    _inherit = "telegram.instance"

    show_typing = fields.Boolean(
        "Show Typing in Discuss",
        default=True,
        help="The customer sees when an operator is typing in Discuss.",
    )
    mark_read = fields.Boolean(
        "Mark as Read",
        help="Opening a conversation in Discuss marks the chat as read in Telegram. The customer "
        "and the other devices of the account see it.",
    )


class DiscussChannelMember(models.Model):
    """Send what a member does in a conversation to its chat."""

    _inherit = "discuss.channel.member"

    def _notify_typing(self, is_typing):
        """Show the customer that an operator is typing."""
        result = super()._notify_typing(is_typing)
        if is_typing:
            for channel in self.channel_id.filtered(is_telegram):
                channel._telegram_get_chat()._send_typing()
        return result

    def _set_last_seen_message(self, message, notify=True):
        """Mark the chat as read in Telegram, if the account is configured so."""
        was_seen = self.seen_message_id.id >= message.id
        result = super()._set_last_seen_message(message, notify=notify)
        if is_telegram(self.channel_id) and not was_seen and notify:
            self.channel_id._telegram_get_chat()._mark_read()
        return result


class TelegramChat(models.Model):
    """Send typing indicators and read marks to the customer of a chat."""

    _inherit = "telegram.chat"

    def _send_typing(self):
        """Show the customer that an operator is typing, if the account is configured so."""
        self.ensure_one()
        if self.instance_id.show_typing:
            self._call_after_commit(
                "typing",
                TYPING_PAUSE,
                lambda client, telegram_id: client.send_typing(telegram_id, TYPING_TIME),
            )

    def _mark_read(self):
        """Mark the chat as read in Telegram, if the account is configured so."""
        self.ensure_one()
        if self.instance_id.mark_read:
            self._call_after_commit(
                "read", READ_PAUSE, lambda client, telegram_id: client.read_chat(telegram_id)
            )

    def _mark_seen(self):
        """Mark the conversations as read by the current user, who has dealt with the chats.

        As when something is posted, Telegram is told nothing.
        """
        # sudo: discuss.channel.member - the user's own, also of one who has just handed over
        members_sudo = self.env["discuss.channel.member"].sudo()
        channels_sudo = self.sudo().channel_id
        domain = [("channel_id", "in", channels_sudo.ids)]
        domain += [("partner_id", "=", self.env.user.partner_id.id)]
        members_sudo = members_sudo.search(domain).filtered("message_unread_counter")
        last = {each.res_id: each for each in members_sudo.channel_id._get_last_messages()}
        for member_sudo in members_sudo:
            message_sudo = last[member_sudo.channel_id.id]
            member_sudo._set_last_seen_message(message_sudo, notify=False)
            member_sudo._set_new_message_separator(message_sudo.id + 1)

    def _call_after_commit(self, kind, pause, call):
        """Call GREEN-API after the transaction is committed, and only log errors.

        :param str kind: the kind of call, which has its own pause for each chat
        :param int pause: minimum seconds between two calls of this kind
        :param call: function of the client and the Telegram id of the chat
        """
        instance = self.instance_id
        is_working = instance.state == const.STATE_AUTHORIZED and instance.has_api_token
        if not is_working or instance.is_other_database or self.is_username_form:
            return
        database, telegram_id, name = self.env.cr.dbname, self.telegram_id, instance.id_instance
        failure_key, call_key = (database, instance.id, "failure"), (database, self.id, kind)
        if not _is_due(failure_key, FAILURE_PAUSE) or not _is_due(call_key, pause):
            return
        _store_call(call_key)
        client = instance._get_client()

        @self.env.cr.postcommit.add
        def call_green_api():
            try:
                with client:
                    call(client, telegram_id)
            except GreenApiError as error:
                _store_call(failure_key)
                _logger.info("Instance %s: %s was not sent: %s", name, kind, error)


def _is_due(key, pause):
    """Return whether the last call with this key was at least ``pause`` seconds ago."""
    return key not in _called_at or time.monotonic() - _called_at[key] >= pause


def _store_call(key):
    """Store the time of a call."""
    if len(_called_at) >= CALLS_MAX:
        _called_at.clear()  # at worst, one call is made too early
    _called_at[key] = time.monotonic()
