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
# So many of the chat's messages a new conversation begins with.
HISTORY_LENGTH = 20
# A conversation in which nobody wrote for so long leaves Discuss until somebody writes again:
# Discuss loads every conversation of a user at once.
IDLE_DAYS = 30
TYPING_PAUSE = 10  # seconds in which a chat is shown typing once
TYPING_TIME = 10_000  # milliseconds that it is shown for
READ_PAUSE = 1  # seconds: several operators who look at a chat mark it as read once
TROUBLE_PAUSE = 60  # seconds in which nothing of this is tried after it has failed
# What was called when, of this worker; nothing that has to outlive it.
_called_at = {}
_KEPT = 1000


class TelegramChat(models.Model):
    """The conversation of a chat in Discuss: a channel whose members are the operators.

    It is made when it is first needed. While it is open, the operators are its members; one in
    which nobody writes any more is closed (it keeps its messages and loses its members), and
    opens again with the next message or by the button.

    Small signs to the customer: somebody is typing, the messages were read.

    They are worth no row and no repetition. The call is made after the user's transaction has
    been committed, so it can hold up nothing in the database and is never done twice by a replay.
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
        channels_sudo = self.sudo().channel_id  # sudo: discuss.channel - it is the chat's own
        result = super().unlink()
        channels_sudo.unlink()
        return result

    # === ACTION METHODS === #

    def action_open_in_discuss(self):
        """Open the conversation of this chat in Discuss, made when it is not there yet."""
        self.ensure_one()
        self.check_access("read")
        channel = self._open_channel()
        member_sudo = channel.sudo().self_member_id  # sudo: one's own membership
        member_sudo.filtered("unpin_dt").unpin_dt = False
        return {
            "type": "ir.actions.client",
            "tag": "mail.action_discuss",
            "name": self.env._("Discuss"),
            "context": {"active_id": f"discuss.channel_{channel.id}"},
        }

    # === THE CHANNEL === #

    def _open_channel(self, before=None):
        """Return the conversation, with the operators as members; made when it is new.

        A new one begins with the last messages of the chat: what a customer answers was perhaps
        written from a record.

        :param before: a ``telegram.message`` that is not among those; whoever calls shows it
        """
        self.ensure_one()
        if self.is_channel_open and self.channel_id:
            return self.channel_id
        # sudo: discuss.channel, telegram.chat - whoever reads the chat may see its conversation
        chat_sudo = self.sudo().with_context(clean_context(self.env.context))
        channel_sudo = chat_sudo.channel_id
        if not channel_sudo:
            # Else the current user would become a member; for a scheduled action it is nobody's.
            no_member = chat_sudo.with_context(install_mode=True).env["discuss.channel"]
            values = {"channel_type": "telegram", "name": self._get_channel_name()}
            channel_sudo = no_member.create(values).with_env(chat_sudo.env)
            chat_sudo.channel_id = channel_sudo
            if chat_sudo.picture_key:
                channel_sudo.image_128 = chat_sudo.image_256
            chat_sudo._post_history(before)
        chat_sudo.is_channel_open = True
        channel_sudo._telegram_add_members(chat_sudo._get_operators())
        return channel_sudo.with_env(self.env)

    def _post_history(self, before):
        """Show the last messages of the chat in its new conversation."""
        domain = Domain("chat_id", "=", self.id) & Domain("target_message_id", "=", False)
        domain &= Domain("type_message", "not in", const.CHANGE_KINDS)
        if before:
            domain &= Domain("id", "<", before.id)
        messages = self.env["telegram.message"].search(
            domain, order="date desc, id desc", limit=HISTORY_LENGTH
        )
        self.channel_id._telegram_log(
            [
                (self.channel_id, message._prepare_shown_values(self.channel_id))
                for message in messages.sorted(lambda message: (message.date, message.id))
            ]
        )

    def _get_channel_name(self):
        """Give the name of the conversation: the customer's, and the company's."""
        self.ensure_one()
        partner = self._get_customer()
        if not partner:
            return self.name
        company = partner.commercial_company_name
        name = partner.name or self.name
        return f"{name} ({company})" if company and company != name else name

    def _get_customer(self):
        """Return the contact that a private chat is with; none for a group."""
        self.ensure_one()
        is_private = self.chat_type in ("user", "bot") and not self.is_group
        return self.partner_id if is_private else self.partner_id.browse()

    def _get_responsible(self):
        """Return the partner of the operator whom a message concerns: the customer's salesperson.

        Empty when they are no operator: then it concerns all of them.
        """
        self.ensure_one()
        salesperson = self.restricted_user_id or self.partner_id.user_id
        is_operator = salesperson and salesperson in self.instance_id.operator_ids
        return salesperson.partner_id if is_operator else salesperson.partner_id.browse()

    def _update_channels(self):
        """Let the conversations follow the names and contacts of their chats."""
        for chat_sudo in self.sudo().filtered("channel_id"):  # sudo: as in _open_channel
            channel_sudo = chat_sudo.channel_id
            name = chat_sudo._get_channel_name()
            if channel_sudo.name != name:
                channel_sudo.name = name
            channel_sudo._telegram_send_store()

    # === TWO CHATS BECOME ONE === #

    def _merge_conversation(self, other):
        """Move the conversation of this chat to ``other``, with which the chat is merged."""
        channel_sudo = self.sudo().channel_id  # sudo: as in _open_channel
        other_sudo = other.sudo()
        if channel_sudo and other_sudo.channel_id:
            # sudo: mail.message - they move with the conversation, whoever wrote them
            messages_sudo = self.env["mail.message"].sudo()
            domain = [("model", "=", "discuss.channel"), ("res_id", "=", channel_sudo.id)]
            messages_sudo.search(domain).write({"res_id": other_sudo.channel_id.id})
        elif channel_sudo:
            is_open = self.is_channel_open
            self.sudo().channel_id = False  # sudo: as in _open_channel
            other_sudo.write({"channel_id": channel_sudo.id, "is_channel_open": is_open})

    # === MEMBERS === #

    @api.model
    def _update_members(self, instance, former):
        """Let the members of the open conversations follow the operators of an instance.

        :param former: the ``res.users`` that were operators before
        """
        chats_sudo = self._find_open([("instance_id", "=", instance.id)])
        if instance.visibility == "own":
            chats_sudo._update_channel_members()
            return
        channels_sudo = chats_sudo.channel_id
        operators = instance._get_operators()
        channels_sudo._telegram_remove_members(former - operators)
        channels_sudo._telegram_add_members(operators - former)

    @api.autovacuum
    def _gc_idle_channels(self):
        """Close the conversations in which nobody wrote for long."""
        limit = fields.Datetime.now() - timedelta(days=IDLE_DAYS)
        domain = [("is_channel_open", "=", True), ("channel_id.last_interest_dt", "<", limit)]
        chats = self.search(domain, limit=GC_UNLINK_LIMIT)
        members = self.env["discuss.channel.member"].search(
            [("channel_id", "in", chats.channel_id.ids)]
        )
        members.unlink()
        chats.is_channel_open = False
        return len(chats), len(chats) == GC_UNLINK_LIMIT

    def _send_typing(self):
        """Let the customer see that somebody is typing, if the account is set so."""
        self.ensure_one()
        if self.instance_id.show_typing:
            self._call_after_commit(
                "typing",
                TYPING_PAUSE,
                lambda client, chat_id: client.send_typing(chat_id, TYPING_TIME),
            )

    def _mark_read(self):
        """Mark the chat as read at Telegram, if the account is set so."""
        self.ensure_one()
        if self.instance_id.mark_read:
            self._call_after_commit(
                "read", READ_PAUSE, lambda client, chat_id: client.read_chat(chat_id)
            )

    def _call_after_commit(self, kind, pause, call):
        """Call the service once the transaction is committed; whatever goes wrong is only logged.

        :param str kind: of the call, for the pauses
        :param int pause: seconds in which such a call is made once for this chat
        :param call: gets the client and the chat id
        """
        instance = self.instance_id
        if instance.state != const.STATE_AUTHORIZED or not instance.has_api_token:
            return
        database, chat_id, name = self.env.cr.dbname, self.telegram_id, instance.id_instance
        if not _is_due((database, instance.id, "trouble"), TROUBLE_PAUSE, note=False):
            return
        if not _is_due((database, self.id, kind), pause):
            return
        client = instance._get_client()

        @self.env.cr.postcommit.add
        def call_service():
            try:
                with client:
                    call(client, chat_id)
            except GreenApiError as error:
                _called_at[database, instance.id, "trouble"] = time.monotonic()
                _logger.info("Instance %s: %s was not shown: %s", name, kind, error)


def _is_due(key, pause, note=True):
    """Say whether the last call with this key is long enough ago, and note that one is made."""
    now = time.monotonic()
    if key in _called_at and now - _called_at[key] < pause:
        return False
    if note:
        if len(_called_at) >= _KEPT:
            _called_at.clear()  # at worst, a sign is shown once too often
        _called_at[key] = now
    return True
