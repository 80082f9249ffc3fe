# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import clean_context

from ... import const

HISTORY_LENGTH = 20  # messages of the chat with which a new conversation starts


class TelegramChat(models.Model):
    """Manage the conversation of a chat in Discuss.

    The conversation is a ``discuss.channel`` that is created when it is first needed. It is open
    while messages are exchanged, and its members are the operators (see
    ``conversation_members.py``). An idle one is closed: it keeps its messages and loses its
    members. The next message that GREEN-API reports opens it again.
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
        # Odoo's own action without breadcrumbs: its address names the conversation, and that of a
        # record before it would take its place at a reload.
        action = self.env["ir.actions.actions"]._for_xml_id("mail.action_discuss")
        context = {"active_id": f"discuss.channel_{channel.id}"}
        return {**action, "target": "main", "context": context}

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
        """Return the partner of the only user who is notified of incoming messages.

        It is the operator to whom the chat is assigned, else the salesperson of the customer. If
        neither is an operator, all operators are notified.
        """
        self.ensure_one()
        user = self._get_assignee() or self.restricted_user_id or self.partner_id.user_id
        return (user and user & self._get_operators()).partner_id

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
            # The conversation is deleted with its chat, and so are files that it still has.
            for model, field in (("mail.message", "model"), ("ir.attachment", "res_model")):
                # sudo: mail.message, ir.attachment - all of the conversation, of any author
                rows_sudo = self.env[model].sudo()
                domain = [(field, "=", "discuss.channel"), ("res_id", "=", channel_sudo.id)]
                rows_sudo.search(domain).write({"res_id": other_sudo.channel_id.id})
        elif channel_sudo:
            is_open = self.is_channel_open
            self.sudo().channel_id = False  # sudo: as in _open_channel
            other_sudo.write({"channel_id": channel_sudo.id, "is_channel_open": is_open})


class TelegramInstance(models.Model):
    """Find the conversations of an account."""

    _inherit = "telegram.instance"

    def _get_channels_sudo(self):
        """Return the conversations of all chats of the accounts, in superuser mode."""
        # sudo: telegram.chat, discuss.channel - they are deleted with the account
        chats_sudo = self.env["telegram.chat"].sudo().with_context(active_test=False)
        domain = [("instance_id", "in", self.ids), ("channel_id", "!=", False)]
        return chats_sudo.search(domain).channel_id
