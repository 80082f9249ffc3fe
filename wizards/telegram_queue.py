# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .. import const
from ..client import to_masked_text
from ..client.parsing import clean
from ..models.method_names import METHOD_NAMES, get_known_method
from ..tools.actions import get_dialog_action


class TelegramQueue(models.TransientModel):
    """Show the two queues of an account at GREEN-API, with the messages queued in Odoo."""

    _name = "telegram.queue"
    _inherit = "telegram.once.mixin"
    _description = "GREEN-API Queues"

    instance_id = fields.Many2one(
        "telegram.instance", required=True, readonly=True, ondelete="cascade"
    )
    waiting_count = fields.Integer("Queued in Odoo", related="instance_id.waiting_count")
    messages_count = fields.Integer(
        "Queued at GREEN-API",
        readonly=True,
        help="Messages that GREEN-API has not sent yet. It updates the number every 10 seconds.",
    )
    webhooks_count = fields.Integer(
        "Undelivered Events",
        readonly=True,
        help="Events that Odoo has not received yet. GREEN-API updates the number every 10 "
        "seconds.",
    )
    message_ids = fields.One2many(
        "telegram.queue.message", "queue_id", "Queued Messages", readonly=True
    )
    is_cut = fields.Boolean(compute="_compute_is_cut")

    # === COMPUTE METHODS === #

    def _compute_is_cut(self):
        for queue in self:
            queue.is_cut = len(queue.message_ids) >= const.QUEUE_LISTING_LENGTH

    # === ACTION METHODS === #

    def action_refresh(self):
        """Fetch the queues again."""
        self.ensure_one()
        self.write(self._fetch_values(self.instance_id))
        return self._get_action()

    def action_clear_messages(self):
        """Clear the queue of messages at GREEN-API and display the result."""
        self.ensure_one()
        self.instance_id.check_access("write")
        return self._call_once("action_clear_messages", self._clear_messages)

    def action_clear_webhooks(self):
        """Clear the queue of events at GREEN-API and display the result."""
        self.ensure_one()
        self.instance_id.check_access("write")
        return self._call_once("action_clear_webhooks", self._clear_webhooks)

    # === BUSINESS METHODS === #

    def _clear_messages(self):
        """Clear the queue of messages, and return an action that displays the result."""
        messages, step = self.instance_id._clear_messages_queue()
        text = self.env._(
            "The message queue at GREEN-API was cleared. Canceled messages of Odoo: %(canceled)s. "
            "Messages still queued in Odoo, which are sent as usual: %(waiting)s.",
            canceled=len(messages),
            waiting=self.instance_id.waiting_count,
        )
        return self._display_cleared(text, step)

    def _clear_webhooks(self):
        """Clear the queue of events, and return an action that displays the result."""
        result = self.instance_id.clear_webhooks_queue()
        text = self.env._(
            "The event queue at GREEN-API was cleared. To import the messages among these events, "
            "click Fetch Missed Messages on the account."
        )
        return self._display_cleared(text, result)

    def _open(self, instance):
        """Fetch the queues from GREEN-API and open them in a dialog.

        :param instance: the ``telegram.instance``
        :return: an action
        :raise UserError: GREEN-API cannot be reached or refuses
        """
        values = self._fetch_values(instance)
        return self.create({"instance_id": instance.id, **values})._get_action()

    def _fetch_values(self, instance):
        instance.check_access("write")
        queued = instance._call_service("show_messages_queue")
        messages = self.env["telegram.message"].search(
            [
                ("instance_id", "=", instance.id),
                ("id_message", "in", [row.id_message for row in queued]),
            ]
        )
        known = {message.id_message: message for message in messages}
        return {
            "messages_count": instance._call_service("get_messages_count"),
            "webhooks_count": instance._call_service("get_webhooks_count"),
            "message_ids": [
                Command.clear(),
                *(
                    Command.create(self.env["telegram.queue.message"]._prepare_values(row, known))
                    for row in queued
                ),
            ],
        }

    def _get_action(self):
        return get_dialog_action(
            self._name, self.env._("Queues of %s", self.instance_id.name), self.id
        )

    def _display_cleared(self, text, result):
        """Display what was cleared, and open the queues again if GREEN-API responds."""
        try:
            action = self._open(self.instance_id)
        except UserError:
            action = {"type": "ir.actions.act_window_close"}
        return self.instance_id._display_result(text, result, next=action)


class TelegramQueueMessage(models.TransientModel):
    """A message that GREEN-API has not sent yet."""

    _name = "telegram.queue.message"
    _inherit = "telegram.wizard.mixin"
    _description = "GREEN-API Queued Message"

    queue_id = fields.Many2one("telegram.queue", required=True, readonly=True, ondelete="cascade")
    message_id = fields.Many2one(
        "telegram.message",
        "Message in Odoo",
        readonly=True,
        ondelete="set null",
        help="Empty if the message was not sent from Odoo.",
    )
    id_message = fields.Char("Message ID", readonly=True)
    operation = fields.Selection(METHOD_NAMES, readonly=True)
    method = fields.Char(readonly=True, help="Name of the method in GREEN-API's documentation.")
    chat = fields.Char("Chat ID", readonly=True)
    text = fields.Char(readonly=True)
    raw = fields.Text("Response", readonly=True)

    @api.model
    def _prepare_values(self, queued, known):
        """Prepare the values of a row.

        :param QueuedMessage queued: the message at GREEN-API
        :param dict known: ``telegram.message`` records by idMessage
        """
        return {
            "message_id": known.get(queued.id_message, self.env["telegram.message"]).id,
            "id_message": queued.id_message,
            "operation": get_known_method(queued.method),
            "method": clean(queued.method),
            "chat": clean(queued.chat_id),
            "text": queued.message.text or queued.message.file_name,
            "raw": to_masked_text(queued.raw),
        }
