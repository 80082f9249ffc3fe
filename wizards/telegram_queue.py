# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .. import const
from ..client import to_text
from ..client.parsing import clean


class TelegramQueue(models.TransientModel):
    """The service's two queues as they were when it was asked, beside Odoo's own."""

    _name = "telegram.queue"
    _inherit = "telegram.wizard.mixin"
    _description = "Queues of the Service"

    instance_id = fields.Many2one(
        "telegram.instance", required=True, readonly=True, ondelete="cascade"
    )
    waiting_count = fields.Integer("Waiting in Odoo", related="instance_id.waiting_count")
    messages_count = fields.Integer(
        "To Be Sent by the Service",
        readonly=True,
        help="The service counts anew every 10 seconds.",
    )
    webhooks_count = fields.Integer(
        "Notifications to Be Delivered",
        readonly=True,
        help="The service counts anew every 10 seconds.",
    )
    message_ids = fields.One2many(
        "telegram.queue.message", "queue_id", "Messages to Be Sent", readonly=True
    )
    is_cut = fields.Boolean(compute="_compute_is_cut")

    def _compute_is_cut(self):
        for queue in self:
            queue.is_cut = len(queue.message_ids) >= const.QUEUE_LISTING_LENGTH

    def _open(self, instance):
        """Ask the service, keep what it says for the dialog, and open that.

        :param instance: the ``telegram.instance``
        :return: an action
        """
        return self.create(
            {"instance_id": instance.id, **self._fetch_values(instance)}
        )._get_action()

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
                    Command.create(self.env["telegram.queue.message"]._prepare(row, known))
                    for row in queued
                ),
            ],
        }

    def _get_action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Queues of %s", self.instance_id.name),
            "res_model": self._name,
            "res_id": self.id,
            "views": [[False, "form"]],
            "target": "new",
        }

    # === ACTION METHODS === #

    def action_refresh(self):
        """Ask again."""
        self.ensure_one()
        values = self._fetch_values(self.instance_id)
        self.write(values)
        return self._get_action()

    def action_clear_messages(self):
        """Let the service forget what it has still to send."""
        self.ensure_one()
        messages, step = self.instance_id._clear_messages_queue()
        text = self.env._(
            "The service has forgotten what it had still to send. Messages of Odoo that were "
            "cancelled by this: %(cancelled)s. Still waiting in Odoo, and going out as usual: "
            "%(waiting)s.",
            cancelled=len(messages),
            waiting=self.instance_id.waiting_count,
        )
        return self._display_cleared(text, step)

    def action_clear_webhooks(self):
        """Let the service forget what it has still to deliver."""
        self.ensure_one()
        result = self.instance_id.clear_webhooks_queue()
        text = self.env._(
            "The service has forgotten what it had still to deliver. Messages among that are "
            "fetched from its journal with “Fetch missed messages”."
        )
        return self._display_cleared(text, result)

    def _display_cleared(self, text, result):
        """Say what was cleared, and show the queues as they are now; without them when the service
        does not tell: cleared they are all the same."""
        try:
            action = self._open(self.instance_id)
        except UserError:
            action = {"type": "ir.actions.act_window_close"}
        return self.instance_id._display_result(text, result, next=action)


class TelegramQueueMessage(models.TransientModel):
    """A message that the service has still to send."""

    _name = "telegram.queue.message"
    _inherit = "telegram.wizard.mixin"
    _description = "Message in the Queue of the Service"

    queue_id = fields.Many2one("telegram.queue", required=True, readonly=True, ondelete="cascade")
    message_id = fields.Many2one(
        "telegram.message",
        "In Odoo",
        readonly=True,
        ondelete="set null",
        help="Empty: it comes from elsewhere.",
    )
    id_message = fields.Char("Message Id", readonly=True)
    method = fields.Char(readonly=True)
    chat = fields.Char("Chat Id", readonly=True)
    text = fields.Char(readonly=True)
    raw = fields.Text("Response", readonly=True)

    @api.model
    def _prepare(self, queued, known):
        """Give the values of a row.

        :param QueuedMessage queued: as the service lists it
        :param dict known: our messages by their id
        """
        return {
            "message_id": known.get(queued.id_message, self.env["telegram.message"]).id,
            "id_message": queued.id_message,
            "method": clean(queued.method),
            "chat": clean(queued.chat_id),
            "text": queued.message.text or queued.message.file_name,
            "raw": to_text(queued.raw),
        }
