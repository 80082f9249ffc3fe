# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import logging
import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import clean_context
from odoo.tools.constants import GC_UNLINK_LIMIT

from ... import const
from ...client import GreenApiError

_logger = logging.getLogger(__name__)
HISTORY_LENGTH = 20  # messages of the chat with which a new conversation starts
# Days without a message after which a conversation is closed. Discuss loads every conversation of
# a user at once.
IDLE_DAYS = 30
TYPING_PAUSE = 10  # seconds between two typing indicators of a chat
TYPING_TIME = 10_000  # milliseconds for which Telegram shows the typing indicator
READ_PAUSE = 1  # seconds; several operators who open a chat mark it as read once
FAILURE_PAUSE = 60  # seconds without any such call to GREEN-API after one has failed
# Time of the last call by key, in this worker only. It may be lost at any time.
_called_at = {}
CALLS_MAX = 1000


class TelegramChat(models.Model):
    """Manage the conversation of a chat in Discuss.

    The conversation is a ``discuss.channel`` that is created when it is first needed. It is open
    while messages are exchanged, and its members are the operators (see ``visibility.py``). An idle
    one is closed: it keeps its messages and loses its members. The next message opens it again.

    Typing indicators and read marks go to the customer. They are sent after the commit, so that
    they block no row and are not repeated with the transaction, and failures are only logged.
    """

    _inherit = "telegram.chat"
    _protected = {"channel_id", "is_channel_open"}

    channel_id = fields.Many2one(
        "discuss.channel",
        "Conversation",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    is_channel_open = fields.Boolean(readonly=True, copy=False)

    # === CRUD METHODS === #

    def unlink(self):
        channels_sudo = self.sudo().channel_id  # sudo: discuss.channel - of the chat itself
        result = super().unlink()
        channels_sudo.unlink()
        return result

    # === ACTION METHODS === #

    def action_open_in_discuss(self):
        """Open the conversation of this chat in Discuss, and create it if needed."""
        self.ensure_one()
        self.check_access("read")
        channel = self._open_channel()
        member_sudo = channel.sudo().self_member_id  # sudo: the user's own membership
        member_sudo.filtered("unpin_dt").unpin_dt = False
        return {
            "type": "ir.actions.client",
            "tag": "mail.action_discuss",
            "name": self.env._("Discuss"),
            "context": {"active_id": f"discuss.channel_{channel.id}"},
        }

    # === OPENING AND CLOSING === #

    def _open_channel(self, before=None):
        """Return the conversation with the operators as members, and create it if needed.

        A new one starts with the last messages of the chat, because a customer may answer a message
        that was sent from a record.

        :param before: a ``telegram.message``; it and later ones are left to the caller to post
        :return: the ``discuss.channel``
        """
        self.ensure_one()
        if self.is_channel_open and self.channel_id:
            return self.channel_id
        # sudo: discuss.channel, telegram.chat - readers of the chat may read its conversation
        chat_sudo = self.sudo().with_context(clean_context(self.env.context))
        channel_sudo = chat_sudo.channel_id
        if not channel_sudo:
            # Without this context, the current user would become a member.
            channels = chat_sudo.with_context(install_mode=True).env["discuss.channel"]
            values = {"channel_type": "telegram", "name": self._get_channel_name()}
            channel_sudo = channels.create(values).with_env(chat_sudo.env)
            chat_sudo.channel_id = channel_sudo
            if chat_sudo.picture_key:
                channel_sudo.image_128 = chat_sudo.image_256
            chat_sudo._post_history(before)
        chat_sudo.is_channel_open = True
        channel_sudo._telegram_add_members(chat_sudo._get_operators())
        return channel_sudo.with_env(self.env)

    def _post_history(self, before):
        """Post the last messages of the chat in its new conversation."""
        domain = Domain("chat_id", "=", self.id) & Domain("target_message_id", "=", False)
        domain &= Domain("type_message", "not in", const.CHANGE_KINDS)
        if before:
            domain &= Domain("id", "<", before.id)
        messages = self.env["telegram.message"].search(
            domain, order="date desc, id desc", limit=HISTORY_LENGTH
        )
        self.channel_id._telegram_log(
            [
                (self.channel_id, message._prepare_conversation_values(self.channel_id))
                for message in messages.sorted(lambda message: (message.date, message.id))
            ]
        )

    @api.autovacuum
    def _gc_idle_channels(self):
        """Close the conversations without a message for ``IDLE_DAYS``."""
        limit = fields.Datetime.now() - timedelta(days=IDLE_DAYS)
        domain = [("is_channel_open", "=", True), ("channel_id.last_interest_dt", "<", limit)]
        chats = self.search(domain, limit=GC_UNLINK_LIMIT)
        members = self.env["discuss.channel.member"].search(
            [("channel_id", "in", chats.channel_id.ids)]
        )
        members.unlink()
        chats.is_channel_open = False
        return len(chats), len(chats) == GC_UNLINK_LIMIT

    # === NAME AND CONTACT === #

    def _get_channel_name(self):
        """Return the name of the conversation: the customer, and their company in parentheses."""
        self.ensure_one()
        partner = self._get_customer()
        if not partner:
            return self.name
        company = partner.commercial_company_name
        name = partner.name or self.name
        return f"{name} ({company})" if company and company != name else name

    def _get_customer(self):
        """Return the contact of a private chat; empty for a group."""
        self.ensure_one()
        is_private = self.chat_type in ("user", "bot") and not self.telegram_id.startswith("-")
        return self.partner_id if is_private else self.partner_id.browse()

    def _get_responsible(self):
        """Return the partner of the salesperson, who alone is notified of incoming messages.

        Empty if the salesperson is not an operator. Then all operators are notified.
        """
        self.ensure_one()
        salesperson = self.restricted_user_id or self.partner_id.user_id
        is_operator = salesperson and salesperson in self.instance_id.operator_ids
        return salesperson.partner_id if is_operator else salesperson.partner_id.browse()

    def _update_channels(self):
        """Update the conversations after names or contacts of their chats have changed."""
        for chat_sudo in self.sudo().filtered("channel_id"):  # sudo: as in _open_channel
            channel_sudo = chat_sudo.channel_id
            name = chat_sudo._get_channel_name()
            if channel_sudo.name != name:
                channel_sudo.name = name
            channel_sudo._telegram_send_store()

    def _merge_conversation(self, other):
        """Move the conversation of this chat to ``other``, into which the chat is merged."""
        channel_sudo = self.sudo().channel_id  # sudo: as in _open_channel
        other_sudo = other.sudo()
        if channel_sudo and other_sudo.channel_id:
            # sudo: mail.message - all messages of the conversation, of any author
            messages_sudo = self.env["mail.message"].sudo()
            domain = [("model", "=", "discuss.channel"), ("res_id", "=", channel_sudo.id)]
            messages_sudo.search(domain).write({"res_id": other_sudo.channel_id.id})
        elif channel_sudo:
            is_open = self.is_channel_open
            self.sudo().channel_id = False  # sudo: as in _open_channel
            other_sudo.write({"channel_id": channel_sudo.id, "is_channel_open": is_open})

    # === TYPING AND READ MARKS === #

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

    def _call_after_commit(self, kind, pause, call):
        """Call GREEN-API after the transaction is committed, and only log errors.

        :param str kind: the kind of call, which has its own pause for each chat
        :param int pause: minimum seconds between two calls of this kind
        :param call: function of the client and the Telegram id of the chat
        """
        instance = self.instance_id
        if instance.state != const.STATE_AUTHORIZED or not instance.has_api_token:
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


class TelegramInstance(models.Model):
    """Configure the conversations of an account."""

    _inherit = "telegram.instance"

    show_typing = fields.Boolean(
        default=True, help="The customer sees when an operator is typing in Discuss."
    )
    mark_read = fields.Boolean(
        "Mark as Read",
        help="Opening a conversation in Discuss marks the chat as read in Telegram. The customer "
        "and the other devices of the account see it.",
    )

    def _get_channels_sudo(self):
        """Return the conversations of all chats of the accounts, in superuser mode."""
        # sudo: telegram.chat, discuss.channel - they are deleted with the account
        chats_sudo = self.env["telegram.chat"].sudo().with_context(active_test=False)
        domain = [("instance_id", "in", self.ids), ("channel_id", "!=", False)]
        return chats_sudo.search(domain).channel_id


def _is_due(key, pause):
    """Return whether the last call with this key was at least ``pause`` seconds ago."""
    return key not in _called_at or time.monotonic() - _called_at[key] >= pause


def _store_call(key):
    """Store the time of a call."""
    if len(_called_at) >= CALLS_MAX:
        _called_at.clear()  # at worst, one call is made too early
    _called_at[key] = time.monotonic()
