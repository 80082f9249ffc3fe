# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.mail.tools.discuss import Store

from ...const import CHANGE_KINDS
from ...tools.html import html_to_text

RESPONSIBLE = "telegram_responsible_id"


class DiscussChannel(models.Model):
    """The conversation of a Telegram chat: what a member writes goes out to the customer.

    From a conversation to its chat, where a person says whose it is.
    """

    _inherit = "discuss.channel"

    channel_type = fields.Selection(
        selection_add=[("telegram", "Telegram Conversation")], ondelete={"telegram": "cascade"}
    )
    telegram_chat_ids = fields.One2many("telegram.chat", "channel_id", "Telegram Chats")

    def _telegram_get_chat(self):
        """Return the chat of this conversation, in superuser mode."""
        self.ensure_one()
        # sudo: telegram.chat - whoever may see the conversation may see whose it is
        return self.sudo().with_context(active_test=False).telegram_chat_ids[:1]

    # === WRITING === #

    def message_post(self, *, message_type="notification", **kwargs):
        """Let what is written in a Telegram conversation go out to the customer.

        :raise UserError: it cannot be sent; nothing is posted then
        :raise AccessError: the user does not operate the account
        """
        if not is_telegram(self) or message_type != "comment":
            return super().message_post(message_type=message_type, **kwargs)
        chat = self._telegram_get_chat()
        self._telegram_check_may_write(chat)
        quoted = self._telegram_get_messages(kwargs.get("parent_id"))[:1]
        # sudo: telegram.message - people write through the queue; the right to was just checked
        messages_sudo = self.env["telegram.message"].sudo().with_context(telegram_is_shown=True)
        messages_sudo._check_quote(chat, quoted)
        attachments = self.env["ir.attachment"].browse(kwargs.get("attachment_ids") or [])
        values_list = messages_sudo._prepare_all(html_to_text(kwargs.get("body")), attachments)
        mail_message = super().message_post(message_type=message_type, silent=True, **kwargs)
        for values in values_list:
            message = messages_sudo._queue(chat, values, chat._get_record(), quoted)
            message.mail_message_ids = mail_message
            message._post_on_records()
            quoted = quoted.browse()
        # Browsers were told of the message before it was queued: the last word has to be the state.
        mail_message._telegram_send_state()
        return mail_message

    def _telegram_get_messages(self, mail_message_id):
        """Return what a message of this conversation is in Telegram; several, for several files."""
        if not mail_message_id:
            return self.env["telegram.message"].sudo()  # sudo: as below
        # sudo: mail.message, telegram.message - of a conversation that the user writes in
        mail_message_sudo = self.env["mail.message"].sudo().browse(mail_message_id).exists()
        if (mail_message_sudo.model, mail_message_sudo.res_id) != (self._name, self.id):
            mail_message_sudo = mail_message_sudo.browse()
        return mail_message_sudo.telegram_message_ids.filtered(
            lambda message: message.type_message not in CHANGE_KINDS
        )

    def _message_update_content(self, message, /, *, body, strict=True, **kwargs):
        """Let a change or a deletion in Discuss go to the customer, too.

        :raise UserError: Telegram would not let it be changed; nothing is changed here then
        """
        messages = self.env["telegram.message"]
        if strict and is_telegram(self):
            # sudo: mail.message - as Odoo does: the check itself says who may
            self._check_can_update_message_content(message.sudo())
            self._telegram_check_may_write(self._telegram_get_chat())
            messages = self._telegram_get_messages(message.id)
        if not messages:
            return super()._message_update_content(message, body=body, strict=strict, **kwargs)
        text = html_to_text(body)
        if not text and not kwargs.get("attachment_ids"):
            for deleted in messages:
                deleted.delete()
            if set(messages.mapped("state")) != {"canceled"}:
                note = self.env._("The message is deleted as soon as Telegram has confirmed it.")
                return self.env.user._bus_send_transient_message(self, note)
        elif kwargs.get("attachment_ids") is not None:
            raise UserError(self.env._("The files of a message that was sent cannot be changed."))
        elif text != html_to_text(message.body):
            messages[:1].edit(text)
        return super()._message_update_content(message, body=body, strict=False, **kwargs)

    def _telegram_check_may_write(self, chat):
        """Raise an error unless the current user may write in this conversation."""
        if not chat:
            raise UserError(
                self.env._("The Telegram chat of this conversation is gone; nobody can be reached.")
            )
        if chat.left_date:
            raise UserError(chat._get_left_message())
        if not chat._is_for(self.env.user):
            raise AccessError(
                self.env._(
                    "You do not operate the Telegram account “%s”, so you cannot write in its "
                    "conversations. Ask an administrator to make you an operator.",
                    chat.instance_id.name,
                )
            )

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """Ring nobody for what a colleague writes to a customer."""
        if is_telegram(self):
            return []
        return super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)

    # === MEMBERS === #

    def _telegram_add_members(self, users):
        """Make users members of conversations; what was said before is not new to them."""
        # sudo: discuss.channel.member - the members are the operators of the account
        members_sudo = self.env["discuss.channel.member"].sudo()
        partners = users.partner_id
        known = members_sudo.search(
            [("channel_id", "in", self.ids), ("partner_id", "in", partners.ids)]
        )
        pairs = {(member.channel_id, member.partner_id) for member in known}
        # sudo: mail.message - only the number of the last one there is
        last_message = self.env["mail.message"].sudo().search([], order="id desc", limit=1)
        created = members_sudo.create(
            [
                {
                    "channel_id": channel.id,
                    "partner_id": partner.id,
                    "new_message_separator": last_message.id + 1,
                }
                for channel in self
                for partner in partners
                if (channel, partner) not in pairs
            ]
        )
        if created:
            # One is enough for a browser to listen to all that its user is a member of.
            created[-1:].channel_id._broadcast(created.partner_id.ids)

    def _telegram_remove_members(self, users):
        """Take the conversations away from users who do not operate the account any more."""
        # sudo: discuss.channel.member - the members are the operators of the account
        members_sudo = self.env["discuss.channel.member"].sudo()
        members_sudo = members_sudo.search(
            [("channel_id", "in", self.ids), ("partner_id", "in", users.partner_id.ids)]
        )
        for member_sudo in members_sudo:
            store = Store(bus_channel=member_sudo._bus_channel())
            store.add(
                member_sudo.channel_id, {"close_chat_window": True, "isLocallyPinned": False}
            ).delete(member_sudo).bus_send()
        members_sudo.unlink()

    def _find_or_create_member_for_self(self):
        """Let nobody become a member by merely looking: the members are the operators."""
        if is_telegram(self):
            return self.self_member_id
        return super()._find_or_create_member_for_self()

    def _action_unfollow(self, partner=None, guest=None, post_leave_message=True):
        """Take a Telegram conversation out of the sidebar only: an operator stays its member."""
        if is_telegram(self):
            return self.channel_pin(pinned=False)
        return super()._action_unfollow(partner, guest, post_leave_message)

    # === STORE === #

    def _to_store_defaults(self, target):
        return super()._to_store_defaults(target) + self._telegram_get_store_fields()

    def _telegram_get_store_fields(self):
        """Give what a browser shows of a Telegram conversation."""

        def customer(channel):
            return channel._telegram_get_chat()._get_customer()

        return [
            Store.Attr(
                "telegram_chat_type",
                lambda channel: channel._telegram_get_chat().chat_type,
                predicate=is_telegram,
            ),
            Store.Attr(
                "telegram_picture_key",
                lambda channel: channel._telegram_get_chat().picture_key,
                predicate=is_telegram,
            ),
            Store.One(
                "telegram_partner_id", ["avatar_128", "name"], value=customer, predicate=is_telegram
            ),
            Store.One(
                # By this a browser knows whether a message rings its user.
                RESPONSIBLE,
                [],
                value=lambda channel: channel._telegram_get_chat()._get_responsible(),
                predicate=is_telegram,
            ),
        ]

    def _telegram_send_store(self):
        """Tell the members of another customer or salesperson."""
        for channel in self:
            fields_ = channel._telegram_get_store_fields()
            Store(bus_channel=channel).add(channel, fields_).bus_send()

    def action_open_telegram_chat(self):
        """Open the chat of this conversation: its contact, its messages, their records.

        :raise AccessError: the user does not operate the account
        """
        self.ensure_one()
        self.check_access("read")
        chat = self._telegram_get_chat().with_env(self.env)
        chat.check_access("read")
        return chat.get_formview_action()


def is_telegram(channel):
    """Say whether a channel is the conversation of a Telegram chat."""
    return channel.channel_type == "telegram"
