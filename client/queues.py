# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import parsing
from .errors import RetryableError
from .methods_base import MethodsBase
from .results import QueuedMessage


class QueueMethods(MethodsBase):
    """The service's section "Queues": https://green-api.com/en/telegram/docs/api/queues/.

    Clearing is not repeatable: the second call would take what was queued after the first.
    """

    def show_messages_queue(self):
        """Give the messages that the service has still to send (ShowMessagesQueue).

        :return: list of QueuedMessage, the first 500
        """
        rows = self._rows("GET", "showMessagesQueue", may_be_null=False)
        return [_queued_message(row) for row in rows]

    def get_messages_count(self):
        """Give the number of messages to be sent, up to 10 seconds old (GetMessagesCount)."""
        return self._count("getMessagesCount")

    def clear_messages_queue(self):
        """Forget all messages to be sent (ClearMessagesQueue). Give a Step.

        Wanted when the account has changed: the old messages would go out from the new one.
        """
        return self._step("GET", "clearMessagesQueue", flag="isCleared", repeatable=False)

    def get_webhooks_count(self):
        """Give the number of waiting notifications, up to 10 seconds old (GetWebhooksCount)."""
        return self._count("getWebhooksCount")

    def clear_webhooks_queue(self):
        """Forget all waiting notifications, once a minute at most (ClearWebhooksQueue).

        :return: Step; with the seconds to wait when it is too early
        """
        return self._step("DELETE", "clearWebhooksQueue", flag="isCleared", repeatable=False)

    def _count(self, method):
        answer = self._object("GET", method)
        return parsing.expect_integer(answer, "count", method, RetryableError)


def _queued_message(row):
    # The Russian page calls the id messageID.
    body = parsing.obj(row, "body")
    return QueuedMessage(
        id_message=parsing.clean_text(row, "idMessage") or parsing.clean_text(row, "messageID"),
        method=parsing.text(row, "type"),
        chat_id=parsing.text(body, "chatId"),
        body=body,
        raw=row,
    )
