# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""*Create Record* and *Link to Record* of a conversation, in Discuss and on the chat.

The messages are shown in the chatter of the record, with their files, and later ones of the
customer, too. The record gets the contact of the chat.
"""

from itertools import takewhile

from odoo import models
from odoo.exceptions import UserError

from ... import const
from ...tools.actions import get_dialog_action

CARRIED_MAX = 30  # messages that are proposed at most


class TelegramChat(models.Model):
    """Extend ``telegram.chat`` with records that users create from the conversation."""

    _inherit = "telegram.chat"

    # === ACTION METHODS === #

    def action_create_record(self):
        """Open the dialog that creates a record from the conversation, such as a lead or a task."""
        self._check_may_become_record()
        return get_dialog_action(
            "telegram.create.record", self.env._("Create Record"), chat_id=self.id
        )

    def action_link_record(self):
        """Open the dialog that links the last messages of the conversation to a record."""
        self._check_may_become_record()
        messages = self._get_messages_to_carry()
        if not messages:
            raise UserError(self.env._("Nobody has written in this conversation yet."))
        return messages.action_link_record()

    # === BUSINESS METHODS === #

    def _check_may_become_record(self):
        """Check that the user may write in the chat, and that people write in it.

        :raise AccessError: the user does not operate the account
        :raise UserError: it is a channel
        """
        self.ensure_one()
        self._check_operated()
        if self.chat_type == "channel":
            raise UserError(
                self.env._("“%s” is a channel. Choose a conversation with people.", self.name)
            )

    def _get_messages_to_carry(self):
        """Return what the customer has written since the last message with a record.

        If there is nothing since then, it is the last message of the customer.
        """
        self.ensure_one()
        messages = self.env["telegram.message"]
        here = [
            ("chat_id", "=", self.id),
            ("type_message", "not in", const.KINDS_ABOUT_ANOTHER),
        ]
        latest = messages.search(here, order="id desc", limit=CARRIED_MAX)
        new = messages.union(*takewhile(lambda message: not message.res_id, latest))
        new = new.filtered(lambda message: message.direction == "incoming")
        incoming = [*here, ("direction", "=", "incoming")]
        return new.sorted("id") or messages.search(incoming, order="id desc", limit=1)

    def _create_record(self, model, values, defaults):
        """Create a record as Odoo does from an e-mail of the contact of this chat.

        :param model: a model with a chatter, in the environment of its author
        :param dict values: ``subject`` and ``body`` (HTML) of the e-mail
        :param dict defaults: default values of the record
        :return: the record
        """
        partner = self.partner_id.with_env(model.env)
        created = model.message_new(self._prepare_email(model.env, values), defaults)
        record = model.browse(getattr(created, "id", created))
        field = record._fields.get("partner_id")
        if partner and field and field.comodel_name == "res.partner" and not field.readonly:
            record.partner_id = record.partner_id or partner
        return record

    def _prepare_email(self, env, values):
        """Return what Odoo would have read from an e-mail of the contact of this chat.

        :param env: the environment of the author
        :param dict values: further ones, such as ``subject`` and ``body`` (HTML)
        """
        partner = self.partner_id.with_env(env)
        # A contact without an address has none: the name alone would become the record's e-mail.
        sender = partner.email_formatted or ""
        return {
            "from": sender,
            "email_from": sender,
            "author_id": partner.id,
            "to": "",
            "cc": "",
            **values,
        }


class DiscussChannel(models.Model):
    """Extend ``discuss.channel`` with the same actions for its conversation."""

    _inherit = "discuss.channel"

    def action_telegram_create_record(self):
        """Open the dialog that creates a record from this conversation."""
        return self._telegram_get_own_chat().action_create_record()

    def action_telegram_link_record(self):
        """Open the dialog that links the last messages of this conversation to a record."""
        return self._telegram_get_own_chat().action_link_record()
