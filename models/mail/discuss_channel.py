# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from odoo.addons.mail.tools.discuss import Store

from ...client.parsing import clean
from ...const import CHANGE_KINDS
from ...tools.html import from_html

RESPONSIBLE = "telegram_responsible_id"


class DiscussChannel(models.Model):
    """Send to the customer what a member writes in the conversation of a Telegram chat."""

    _inherit = "discuss.channel"

    channel_type = fields.Selection(
        selection_add=[("telegram", "Telegram Conversation")], ondelete={"telegram": "cascade"}
    )
    telegram_chat_ids = fields.One2many("telegram.chat", "channel_id", "Telegram Chats")

    # === ACTION METHODS === #

    def action_open_telegram_chat(self):
        """Open the chat of this conversation, with its contact and messages.

        :raise AccessError: the user does not operate the account
        """
        return self._telegram_get_own_chat().get_formview_action()

    # === WRITING === #

    def _telegram_get_own_chat(self):
        """Return the chat of this conversation.

        :raise AccessError: the user does not operate the account
        """
        self.ensure_one()
        self.check_access("read")
        chat = self._telegram_get_chat().with_env(self.env)
        chat.check_access("read")
        return chat

    def _telegram_get_chat(self):
        """Return the chat of this conversation, in superuser mode."""
        self.ensure_one()
        # sudo: telegram.chat - members of the conversation may know its chat
        chats_sudo = self.sudo().with_context(active_test=False).telegram_chat_ids
        # Not a slice: its chat would be read alone, for each of thousands of conversations.
        return next(iter(chats_sudo), chats_sudo)

    def message_post(self, *, message_type="notification", **kwargs):
        """Post a message and send it to the customer, in a Telegram conversation.

        :raise UserError: it cannot be sent, and nothing is posted
        :raise AccessError: the user does not operate the account
        """
        if not is_telegram(self):
            return super().message_post(message_type=message_type, **kwargs)
        if key := self.env.context.get("telegram_post_key"):
            return self._telegram_post_once(key, message_type=message_type, **kwargs)
        chat = self._telegram_get_chat()
        # Notes, too: a supervisor only reads. Odoo's route posts in superuser mode.
        self._telegram_check_operated(chat)
        if message_type != "comment" or self._telegram_is_note(kwargs):
            return super().message_post(message_type=message_type, **kwargs)
        if not kwargs.get("subtype_xmlid") and not kwargs.get("subtype_id"):
            kwargs["subtype_xmlid"] = "mail.mt_comment"  # Odoo would show it as a note
        self._telegram_check_may_write(chat)
        kwargs["body"] = _clean_body(kwargs.get("body") or "")
        quoted = self._telegram_get_messages(kwargs.get("parent_id"))[:1]
        # sudo: telegram.message - users create them by the queue; their right was just checked
        messages_sudo = self.env["telegram.message"].sudo()
        messages_sudo._check_quote(chat, quoted)
        attachments = self.env["ir.attachment"].browse(kwargs.get("attachment_ids") or [])
        values_list = messages_sudo._prepare_all(
            from_html(kwargs.get("body")), attachments, instance=chat.instance_id
        )
        mail_message = super().message_post(message_type=message_type, silent=True, **kwargs)
        posted = {"mail_message_ids": [Command.link(mail_message.id)]}
        for values in values_list:
            message = messages_sudo._queue(chat, {**values, **posted}, chat._get_record(), quoted)
            message._post_on_records()
            quoted = quoted.browse()
        # The web clients received the message before it was queued, without its state.
        mail_message._telegram_send_state()
        return mail_message

    @api.model
    def _telegram_is_note(self, values):
        """Return whether a message is a note for colleagues, which no customer receives.

        :param dict values: arguments of ``message_post``
        """
        if values.get("subtype_xmlid"):
            subtype = self.env.ref(values["subtype_xmlid"])
        else:
            subtype = self.env["mail.message.subtype"].browse(values.get("subtype_id") or ())
        # sudo: mail.message.subtype - whatever the user may read
        return bool(values.get("is_internal") or subtype.sudo().internal)

    def _telegram_get_messages(self, mail_message_id):
        """Return the Telegram messages of a message in this conversation: one for each file."""
        if not mail_message_id:
            return self.env["telegram.message"].sudo()  # sudo: as below
        # sudo: mail.message, telegram.message - the user may write in the conversation
        mail_message_sudo = self.env["mail.message"].sudo().browse(mail_message_id).exists()
        if (mail_message_sudo.model, mail_message_sudo.res_id) != (self._name, self.id):
            mail_message_sudo = mail_message_sudo.browse()
        return mail_message_sudo.telegram_message_ids.filtered(
            lambda message: message.type_message not in CHANGE_KINDS
        )

    def _message_update_content(self, message, /, *, body, strict=True, **kwargs):
        """Update or delete a message in Telegram as well.

        :raise UserError: Telegram does not allow the change, and nothing is changed in Odoo
        """
        messages = self.env["telegram.message"]
        if strict and is_telegram(self):
            # sudo: mail.message - as in Odoo, the check itself covers the rights
            self._check_can_update_message_content(message.sudo())
            self._telegram_check_may_write(self._telegram_get_chat())
            messages = self._telegram_get_messages(message.id)
        if not messages:
            return super()._message_update_content(message, body=body, strict=strict, **kwargs)
        attachment_ids = kwargs.pop("attachment_ids", None)
        body = _clean_body(body)
        text = from_html(body)
        if not text and not attachment_ids:
            kwargs["attachment_ids"] = attachment_ids
            for deleted in messages:
                deleted.delete()
            if set(messages.mapped("state")) != {"canceled"}:
                note = self.env._("The message will be deleted once Telegram confirms it.")
                # Not a transient message: it would stay in the conversation after the deletion.
                return self.env.user._bus_send(
                    "simple_notification", {"type": "info", "message": note}
                )
        else:
            # The web client names the files of the message with each edit.
            files = set(message.attachment_ids.ids)
            if attachment_ids is not None and set(attachment_ids) != files:
                raise UserError(
                    self.env._(
                        "The attachments of a sent message cannot be changed. Send a new message "
                        "instead."
                    )
                )
            if text != from_html(message.body) and messages[:1]._edit(text) == messages[:1]:
                return None  # it was queued, and shows its new text
        return super()._message_update_content(message, body=body, strict=False, **kwargs)

    def _telegram_check_may_write(self, chat):
        """Check that the current user may write in this conversation."""
        if not chat:
            raise UserError(
                self.env._(
                    "The Telegram chat of this conversation was deleted. Messages can no longer be "
                    "sent."
                )
            )
        if chat.left_date:
            raise UserError(chat._get_left_message())
        self._telegram_check_operated(chat)

    def _telegram_check_operated(self, chat):
        """Check that the current user operates the chat of this conversation, if it exists."""
        if chat and not chat._is_operated_by(self.env.user):
            raise AccessError(chat.instance_id._get_not_operated_message())

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """Notify colleagues of notes that mention them, and no one of messages to a customer."""
        if is_telegram(self) and not message.subtype_id.sudo().internal:  # sudo: as above
            return []
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        if not is_telegram(self):
            return recipients
        # sudo: discuss.channel.member - the members are operators
        members_sudo = self.sudo().channel_member_ids.partner_id
        mentioned = members_sudo & message.sudo().partner_ids  # sudo: res.partner - as above
        return [each for each in recipients if each["id"] in mentioned.ids]

    # === STORE === #

    def _to_store_defaults(self, target):
        chats = self._telegram_get_chats()
        fields_ = super()._to_store_defaults(target) + self._telegram_get_store_fields(chats)
        if target.is_current_user(self.env):
            # Not among those above, which are sent to all members at once.
            reasons = self._telegram_get_read_only_reasons(chats)
            fields_.append(
                Store.Attr(
                    "telegram_read_only_reason",
                    lambda channel: reasons[channel.id],
                    predicate=is_telegram,
                )
            )
        return fields_

    def _telegram_get_chats(self):
        """Return the chats of those channels that are conversations, by ID of the channel.

        Thousands of conversations are loaded at once, with several fields of each chat.

        :return: dict of ``telegram.chat``, in superuser mode
        """
        return {channel.id: channel._telegram_get_chat() for channel in self.filtered(is_telegram)}

    def _telegram_get_read_only_reasons(self, chats):
        """Return why the current user cannot write in each conversation; False if they can.

        :param dict chats: the chats by ID of the channel
        :return: dict of str or False by ID of the channel
        """
        user = self.env.user
        by_access = {}  # the same for most chats of an account
        reasons = {}
        for channel_id, chat in chats.items():
            access = (chat.instance_id, chat.restricted_user_id)
            if access not in by_access:
                is_operated = not chat or chat._is_operated_by(user)
                message = chat.instance_id._get_not_operated_message
                by_access[access] = False if is_operated else message()
            reasons[channel_id] = by_access[access]
        return reasons

    def _telegram_get_store_fields(self, chats=None):
        """Return the fields that the web client shows of a Telegram conversation.

        :param dict chats: the chats by ID of the channel, if already known
        """
        chats = self._telegram_get_chats() if chats is None else chats
        account_fields = self.env["telegram.instance"]._get_store_fields()
        accounts = set()  # that are among the fields of an earlier conversation

        def get_account_fields(channel):
            account = chats[channel.id].instance_id
            is_known = account in accounts
            accounts.add(account)
            return [] if is_known else account_fields

        return [
            self._telegram_get_waiting_field(chats),
            Store.Attr(
                "telegram_chat_id", lambda channel: chats[channel.id].id, predicate=is_telegram
            ),
            Store.Attr(
                "telegram_chat_type",
                lambda channel: chats[channel.id].chat_type,
                predicate=is_telegram,
            ),
            Store.Attr(
                "telegram_picture_key",
                lambda channel: chats[channel.id].picture_key,
                predicate=is_telegram,
            ),
            Store.One(
                "telegram_instance_id",
                [],
                dynamic_fields=get_account_fields,
                value=lambda channel: chats[channel.id].instance_id,
                predicate=is_telegram,
            ),
            Store.One(
                # Without the token of its picture, which only users of the portal need.
                "telegram_partner_id",
                ["name", "write_date"],
                value=lambda channel: chats[channel.id]._get_customer(),
                predicate=is_telegram,
            ),
            # No Store.One: a relation of 2,000 conversations takes the web client 10 seconds.
            Store.Attr(
                "telegram_assignee",
                lambda channel: chats[channel.id]._get_assignee_data(),
                predicate=is_telegram,
            ),
            Store.One(
                # The web client notifies its user of a message by this field.
                RESPONSIBLE,
                [],
                value=lambda channel: chats[channel.id]._get_responsible(),
                predicate=is_telegram,
            ),
        ]

    def _telegram_get_waiting_field(self, chats=None):
        """Return the field by which the web client shows that the customer waits.

        :param dict chats: the chats by ID of the channel, if already known
        """
        chats = self._telegram_get_chats() if chats is None else chats
        return Store.Attr(
            "telegram_is_waiting",
            lambda channel: chats[channel.id].inbox_state == "waiting",
            predicate=is_telegram,
        )

    def _telegram_send_store(self):
        """Send a new contact or salesperson to the web clients of the members."""
        for channel in self:
            fields_ = channel._telegram_get_store_fields()
            Store(bus_channel=channel).add(channel, fields_).bus_send()


def is_telegram(channel):
    """Return whether a channel is the conversation of a Telegram chat."""
    return channel.channel_type == "telegram"


def _clean_body(body):
    """Return a body that can be stored; half a letter would end it.

    :param body: str or Markup, and stays so; may be empty
    """
    return type(body)(clean(body)) if body else body
