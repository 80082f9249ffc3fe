# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import models

from ...tools.transactions import write_in_own_transaction


class TelegramInstance(models.Model):
    """The service's own queues, beside ours: what it has still to send, and still to deliver.

    https://green-api.com/en/telegram/docs/api/queues/
    """

    _inherit = "telegram.instance"

    def action_open_queues(self):
        """Ask the service for its queues and show them."""
        self.ensure_one()
        return self.env["telegram.queue"]._open(self)

    def clear_messages_queue(self):
        """Let the service forget all messages that it has still to send (ClearMessagesQueue).

        Those of Odoo among the first 500 are cancelled here, too; the service tells no more of
        them. What waits in Odoo stays in the queue.

        :return: the ``telegram.message`` that were cancelled
        :raise AccessError: the user is no administrator of Telegram
        :raise UserError: the service did not do it
        """
        return self._clear_messages_queue()[0]

    def _clear_messages_queue(self):
        """Do the same.

        :return: the ``telegram.message`` that were cancelled, and the client's Step
        """
        self.ensure_one()
        self.check_access("write")
        ids_message = [queued.id_message for queued in self._call_service("show_messages_queue")]
        step = self._call_service("clear_messages_queue")
        messages = write_in_own_transaction(
            self, lambda instance: instance._process_cleared_queue(ids_message)
        )
        return messages.with_env(self.env), step

    def clear_webhooks_queue(self):
        """Let the service forget all notifications that it has still to deliver
        (ClearWebhooksQueue); it does so once a minute at most.

        :raise AccessError: the user is no administrator of Telegram
        :raise UserError: the service did not do it; the text says how long to wait
        """
        self.ensure_one()
        self.check_access("write")
        return self._call_service("clear_webhooks_queue")

    def _process_cleared_queue(self, ids_message):
        """Cancel our messages of these ids: the service has forgotten them.

        Should one have gone out in that very moment, the service's report still tells it.
        """
        messages = self.env["telegram.message"].search(
            [
                ("instance_id", "=", self.id),
                ("id_message", "in", ids_message),
                ("state", "=", "sent"),
            ]
        )
        reason = self.env._("The queue of the service was cleared before it was sent.")
        messages._set_state({"state": "canceled", "failure_reason": reason})
        return messages
