# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import models

from ...tools.transactions import write_in_own_transaction


class TelegramInstance(models.Model):
    """Extends ``telegram.instance`` with the queues at GREEN-API: to send, and to deliver.

    https://green-api.com/en/telegram/docs/api/queues/
    """

    _inherit = "telegram.instance"

    def action_open_queues(self):
        """Fetch the queues from GREEN-API and open them."""
        self.ensure_one()
        return self.env["telegram.queue"]._open(self)

    def clear_messages_queue(self):
        """Clear the queue of messages that GREEN-API has not sent yet (ClearMessagesQueue).

        Messages of Odoo among the first 500 are canceled here, too; GREEN-API lists no more of
        them. Messages that wait in Odoo stay queued.

        :return: the canceled ``telegram.message``
        :raise AccessError: the user is not a Telegram administrator
        :raise UserError: the queue was not cleared
        """
        return self._clear_messages_queue()[0]

    def _clear_messages_queue(self):
        """Clear the queue as ``clear_messages_queue`` does.

        :return: tuple of the canceled ``telegram.message`` and the client's Step
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
        """Clear the queue of notifications that GREEN-API has not delivered (ClearWebhooksQueue).

        GREEN-API allows this once a minute.

        :raise AccessError: the user is not a Telegram administrator
        :raise UserError: the queue was not cleared; the text says how long to wait
        """
        self.ensure_one()
        self.check_access("write")
        return self._call_service("clear_webhooks_queue")

    def _process_cleared_queue(self, ids_message):
        """Cancel the messages that were removed from GREEN-API's queue.

        If one was sent at that very moment, a status event corrects it.

        :param list ids_message: idMessage of each
        :return: the canceled ``telegram.message``
        """
        messages = self.env["telegram.message"].search(
            [
                ("instance_id", "=", self.id),
                ("id_message", "in", ids_message),
                ("state", "=", "sent"),
            ]
        )
        reason = self.env._("The queue at GREEN-API was cleared before the message was sent.")
        messages._set_state({"state": "canceled", "failure_reason": reason})
        return messages
