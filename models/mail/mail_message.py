# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.mail import generate_tracking_message_id

from odoo.addons.mail.tools.discuss import Store

from .discuss_channel import is_telegram

STATES_BY_URGENCY = (
    *("error", "unsure", "queued", "sending"),
    *("sent", "delivered", "read", "received", "canceled"),
)


class MailMessage(models.Model):
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
        groups=fields.NO_ACCESS,  # read in superuser mode only: not every reader may see those
    )

    @api.model
    def _telegram_create(self, vals_list):
        """Create messages that show what is in Telegram, and tell nobody.

        :param list vals_list: dicts of body, author, date, place, …
        """
        common = {
            "message_type": "telegram",
            # Nobody answers these by e-mail.
            "email_from": False,
            "reply_to": False,
            "message_id": generate_tracking_message_id("telegram"),
        }
        return self.create([{**common, **values} for values in vals_list])

    def _telegram_is_in_conversation(self):
        """Say whether the message stands in a Telegram conversation of Discuss."""
        self.ensure_one()
        return self.model == "discuss.channel" and is_telegram(self.channel_id)

    def _message_reaction(self, content, action, partner, guest, store=None):
        """Offer nothing that nobody would get: the service cannot send reactions."""
        if self._telegram_is_in_conversation():
            raise UserError(
                self.env._(
                    "The customer would not see it: the service cannot send reactions. Answer "
                    "with a message that holds the emoji."
                )
            )
        return super()._message_reaction(content, action, partner, guest, store)

    def _to_store_defaults(self, target):
        return super()._to_store_defaults(target) + [self._telegram_get_state_field()]

    def _telegram_get_state_field(self):
        """Give the field that shows how far a message of ours has come."""
        return Store.Attr(
            "telegram_state",
            lambda message: message._telegram_get_state(),
            predicate=lambda message: message._telegram_is_in_conversation(),
        )

    def _telegram_send_state(self):
        """Show how far the message has come to all who look at the conversation."""
        self.ensure_one()
        store = Store(bus_channel=self.channel_id)
        store.add(self, [self._telegram_get_state_field()]).bus_send()

    def _telegram_get_state(self):
        """Return how far the message has come; of several in Telegram, the one with trouble."""
        # sudo: telegram.message - the state of a message that the reader sees
        states = set(self.sudo().telegram_message_ids.mapped("state"))
        return next((state for state in STATES_BY_URGENCY if state in states), False)
