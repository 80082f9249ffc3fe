# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class TelegramMessage(models.Model):
    """Putting a message on another record than the one that it was taken to answer.

    Operators have no right to write messages: they move those that they may read.
    """

    _inherit = "telegram.message"

    linked_at = fields.Datetime(
        "Linked",
        readonly=True,
        copy=False,
        help="When a person put it on the record; what the chat answers later belongs there, too.",
    )

    _linked_index = models.Index("(chat_id, linked_at) WHERE linked_at IS NOT NULL")

    # === ACTION METHODS === #

    def action_link_record(self):
        """Open the dialog that puts messages on a record."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Link to a Record"),
            "res_model": "telegram.link.record",
            "view_mode": "form",
            "target": "new",
            "context": {"default_message_ids": self.ids},
        }

    def action_unlink_record(self):
        """Take messages off the record that they stand on."""
        self._link_to_record(self.env["res.partner"])

    def action_link_partner(self):
        """Open the dialog that links the chat of the message to a contact."""
        return self.chat_id.action_link_partner()

    def action_create_partner(self):
        """Make a contact of the chat of the message, link it and open it."""
        return self.chat_id.action_create_partner()

    # === BUSINESS METHODS === #

    def _link_to_record(self, record):
        """Move messages to a record: they are shown there, and later answers of the chat go there.

        What was sent from a record stays in its chatter; what came in leaves it.

        :param record: of a model with a chatter; empty: they only leave where they are
        :raise AccessError: the user may not see the messages, or not write in that chatter
        :raise UserError: the record has no chatter, or is of another company
        """
        self.check_access("read")
        if record:
            record.ensure_one()
            self._check_may_link(record)
        # sudo: telegram.message - whoever reads a message says where it belongs
        for message_sudo in self.sudo().sorted("id"):
            message_sudo._leave_record(record)
            message_sudo.write(
                {
                    "res_model": record._name if record else False,
                    "res_id": record.id,
                    "linked_at": fields.Datetime.now() if record else False,
                }
            )
            if record and not message_sudo._get_shown(record):
                # sudo: the record - whoever may link to it may have the message stand there
                message_sudo._post_on(record.sudo())
                if message_sudo.is_deleted:
                    message_sudo._show_text()

    def _check_may_link(self, record):
        for instance in self.instance_id:
            self._check_may_show_on(record, instance)

    @api.model
    def _check_may_show_on(self, record, instance):
        """Refuse a record on which the user may not have an instance's messages stand.

        :raise AccessError: the user may not write in its chatter
        :raise UserError: it has no chatter, or is of another company than the instance
        """
        if record._name == "discuss.channel" or not hasattr(record, "message_post"):
            raise UserError(
                self.env._("“%s” has no chatter to show messages in.", record.display_name)
            )
        record.check_access("read")
        record._telegram_check_post_access()
        record._telegram_check_instance(instance)

    def _leave_record(self, record):
        """Take a message that came in off the record that it stands on, unless it is this one."""
        self.ensure_one()
        former = self._get_record()
        is_own = former == self.partner_id or former == record  # there it stays
        if former and not is_own and self.direction == "incoming":
            self._get_shown(former).unlink()

    @api.model
    def _find_answered_records(self, instance, received):
        """Let an answer go where a person has put the chat, until something is sent from a record
        after that."""
        records = super()._find_answered_records(instance, received)
        chat_ids = {chat.id for chat, note in received if not note.quoted_id_message}
        linked = self._find_last_linked(instance, chat_ids)
        return [
            record
            if note.quoted_id_message or chat.id not in linked
            else linked[chat.id]._get_record() or None
            for (chat, note), record in zip(received, records, strict=True)
        ]

    @api.model
    def _find_last_linked(self, instance, chat_ids):
        """Return the message that a person linked last in each chat, by the id of the chat; unless
        something was sent from a record later."""
        last_first = self.search(
            [
                ("chat_id", "in", list(chat_ids)),
                ("res_id", "!=", False),
                ("linked_at", ">=", instance._get_reply_limit()),
            ],
            order="linked_at desc, id desc",
        )
        linked = {message.chat_id.id: message for message in reversed(last_first)}
        return {
            chat_id: message
            for chat_id, message in linked.items()
            if not message._is_sent_later_from_a_record()
        }

    def _is_sent_later_from_a_record(self):
        """Whether something was sent in the chat after a person had linked this message."""
        sent_later = Domain("chat_id", "=", self.chat_id.id) & Domain("res_id", "!=", False)
        sent_later &= Domain("direction", "=", "outgoing")
        sent_later &= Domain("date", ">", self.linked_at)
        sent_later &= Domain("state", "in", ("sent", "delivered", "read", "unsure"))
        return bool(self.search_count(sent_later, limit=1))
