# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.mail import generate_tracking_message_id

from odoo.addons.mail.tools.discuss import Store

from ...const import CHANGE_KINDS
from ...tools import bulk_insert
from ...tools.access import USER
from ..telegram_message import NOT_SENT_STATES
from .discuss_channel import is_telegram

CHATTER_FIELDS = ("message_ids", "message_needaction", "message_needaction_counter")
# Of several states, a message in Discuss shows the first of these.
STATES_BY_URGENCY = (
    *("error", "unsure", "queued", "sending"),
    *("sent", "delivered", "read", "received", "canceled"),
)

# Data for the web clients that a message without a quote and a file does not have when it is
# posted. To find that out takes longer than to build the rest.
EMPTY_WHEN_POSTED = frozenset(
    {
        *("attachment_ids", "author_guest_id", "chatbot_current_step", "incoming_email_cc"),
        *("incoming_email_to", "linked_message_ids", "message_link_preview_ids", "partner_ids"),
        *("notification_ids", "pinned_at", "rating_id", "reactions", "record_rating", "subject"),
        "message_format",  # stands for what core adds to these fields
    }
)


class MailMessage(models.Model):
    """Show the state of Telegram messages in Discuss."""

    _inherit = "mail.message"

    message_type = fields.Selection(
        selection_add=[("telegram", "Telegram")],
        ondelete={"telegram": lambda messages: messages.write({"message_type": "comment"})},
    )
    telegram_message_ids = fields.Many2many(
        "telegram.message",
        string="Telegram Messages",
        readonly=True,
        copy=False,
        groups=fields.NO_ACCESS,  # superuser mode only: not every reader may see them
    )

    def _telegram_has_state(self):
        """Return whether this is a message of Telegram, in a conversation or in a chatter."""
        self.ensure_one()
        return self.message_type == "telegram" or self._telegram_is_in_conversation()

    @api.model
    def _telegram_create(self, vals_list):
        """Create messages without notifying anyone, see ``message_posting.py``.

        :param list vals_list: dicts of ``model``, ``res_id``, ``body``, author, date and the like
        :return: the ``mail.message`` records, in this order
        """
        # Automation rules wrap the method, and keep the wrapped one under this name.
        if hasattr(type(self).create, "origin"):
            common = self._telegram_prepare_common()
            return self.create([{**common, **values} for values in vals_list])
        messages = self._telegram_insert(vals_list)
        for model, of_model in messages.grouped("model").items():
            # As create does: what is computed from them, such as counters of unread messages.
            self.env[model].browse(set(of_model.mapped("res_id"))).modified(["message_ids"])
        return messages

    @api.model
    def _telegram_insert(self, vals_list, **common):
        """Insert messages on records, past the ORM for speed.

        See ``bulk_insert`` for what that leaves out. In superuser mode only.

        :param list vals_list: dicts of ``model``, ``res_id``, ``body`` and the like, all with the
            same fields
        :param common: the values of all messages
        :return: the ``mail.message`` records, in this order
        """
        stored = [name for name, field in self._fields.items() if field.column_type]
        defaults = self.browse().default_get(stored)
        common = {**defaults, **self._telegram_prepare_common(), **common}
        varying = {name for vals in vals_list for name in vals}
        common = {name: value for name, value in common.items() if name not in varying}
        messages = bulk_insert.insert(self, vals_list, **common)
        for model in {vals["model"] for vals in vals_list}:
            # As create does: the records show their new messages.
            self.env[model].invalidate_model(CHATTER_FIELDS, flush=False)
        if "telegram_message_ids" in varying:
            self.env["telegram.message"].invalidate_model(["mail_message_ids"], flush=False)
        return messages

    @api.model
    def _telegram_prepare_common(self):
        """Return the values that all messages from and to Telegram have in common."""
        return {
            "message_type": "telegram",
            # They cannot be answered by e-mail.
            "email_from": False,
            "reply_to": False,
            "message_id": generate_tracking_message_id("telegram"),
        }

    def _bus_channel(self):
        """Return the conversation for a message of Telegram on a record, too.

        Odoo sends changes of a record's message to the current user alone, but they come from a
        scheduled action. Members of the conversation see the same message there. Without a
        conversation, it is the author.
        """
        if self.message_type == "telegram" and not self.channel_id:
            self_sudo = self.sudo()  # sudo: telegram.message, res.partner - who may see a change
            channel_sudo = self_sudo.telegram_message_ids.chat_id.channel_id[:1]
            if target_sudo := channel_sudo or self_sudo.author_id.main_user_id:
                return target_sudo
        return super()._bus_channel()

    def _telegram_is_in_conversation(self):
        """Return whether the message is in a Telegram conversation of Discuss."""
        self.ensure_one()
        return self.model == "discuss.channel" and is_telegram(self.channel_id)

    def _telegram_keeps_files(self):
        """Return whether this is a message in a conversation whose files Telegram has, too."""
        self.ensure_one()
        # sudo: telegram.message - only whether there is one; a note for colleagues has none
        kept_sudo = self.sudo().telegram_message_ids.filtered(
            lambda m: (
                m.type_message not in CHANGE_KINDS
                and not m.is_deleted
                and m.state not in NOT_SENT_STATES
            )
        )
        return self._telegram_is_in_conversation() and bool(kept_sudo)

    def _message_reaction(self, content, action, partner, guest, store=None):
        """Refuse reactions in Telegram conversations, as GREEN-API cannot send them."""
        if self.message_type == "telegram" or self._telegram_is_in_conversation():
            raise UserError(
                self.env._(
                    "The reaction cannot be sent because GREEN-API does not support reactions. "
                    "Send the emoji as a message instead."
                )
            )
        return super()._message_reaction(content, action, partner, guest, store)

    def _to_store_defaults(self, target):
        return [*super()._to_store_defaults(target), *self._telegram_get_store_fields()]

    def _telegram_get_facts(self):
        """Return what the web client needs to offer actions on the Telegram message.

        :return: dict, or False if there is no such message
        """
        # sudo: telegram.message - the reader may see the message; actions check the access
        messages_sudo = self.sudo().telegram_message_ids
        message_sudo = messages_sudo.filtered(lambda m: m.type_message not in CHANGE_KINDS)[:1]
        if not message_sudo or message_sudo.is_deleted:
            return False
        return {
            "id": message_sudo.id,
            "is_own": message_sudo.direction == "outgoing",
            "is_text": message_sudo._is_text(),
            "is_card": message_sudo._is_card(),
            "quote": message_sudo._get_posted_quote(self),
        }

    def _telegram_get_store_fields(self):
        """Return the store fields with the state of a message in Telegram, and its actions."""
        return [
            Store.Attr(
                "telegram_state",
                lambda message: message._telegram_get_state(),
                predicate=lambda message: message._telegram_has_state(),
            ),
            Store.Attr(
                "telegram_message",
                lambda message: message._telegram_get_facts(),
                predicate=lambda message: message._telegram_has_state(),
            ),
        ]

    def _telegram_get_posted_fields(self, channel):
        """Return the store fields of messages that were just posted, without those that are empty.

        Fields of other addons are among them.

        :param channel: the ``discuss.channel`` of one of them; all are conversations
        """
        fields_ = self._to_store_defaults(Store(bus_channel=channel).target)
        return [
            field
            for field in fields_
            if getattr(field, "field_name", field) not in EMPTY_WHEN_POSTED
        ]

    def _telegram_send_state(self):
        """Send the state of the message to the web clients that show the conversation.

        Chatters show it, too, if the message was written in Discuss. Their web clients are those of
        operators, who are members of the conversation.
        """
        self.ensure_one()
        posts = self
        if self.message_type == "comment":
            # sudo: telegram.message - its posts, of which only the state is sent
            posts |= self.sudo().telegram_message_ids.mail_message_ids.with_env(self.env)
        store = Store(bus_channel=self.channel_id)
        store.add(posts, self._telegram_get_store_fields()).bus_send()

    def _telegram_send_body(self):
        """Send the text of the message to the web clients that show it."""
        self.ensure_one()
        Store(bus_channel=self._bus_channel()).add(self, ["body"]).bus_send()

    def _telegram_get_state(self):
        """Return the state of the message; of several Telegram messages, the most urgent one."""
        # sudo: telegram.message - the reader may see the message
        states = set(self.sudo().telegram_message_ids.mapped("state"))
        return next((state for state in STATES_BY_URGENCY if state in states), False)


class ResUsers(models.Model):
    """Add to the web client's data whether its user may use Telegram, and what waits."""

    _inherit = "res.users"

    def _init_store_data(self, store):  # pylint: disable=missing-return
        super()._init_store_data(store)
        store.add_global_values(is_telegram_user=self.env.user.has_group(USER))

    def _init_messaging(self, store):  # pylint: disable=missing-return
        """Extend: only here, the selected companies are known."""
        super()._init_messaging(store)
        self.env.user._telegram_add_waiting_count(store)
