# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import parsing
from .errors import RetryableError
from .methods_base import MethodsBase
from .parsing import JsonObject
from .results import QueuedMessage, Step


class QueueMethods(MethodsBase):
    """GREEN-API's section "Queues": https://green-api.com/en/telegram/docs/api/queues/.

    Clearing is not repeatable: a second call would delete what was queued after the first one.
    """

    def show_messages_queue(self) -> list[QueuedMessage]:
        """Return the messages that GREEN-API has not sent yet (ShowMessagesQueue).

        https://green-api.com/en/telegram/docs/api/queues/ShowMessagesQueue/

        :return: at most the first const.QUEUE_LISTING_LENGTH messages
        """
        rows = self._rows("GET", "showMessagesQueue", may_be_null=False)
        return [_parse_queued_message(row) for row in rows]

    def get_messages_count(self) -> int:
        """Return the number of messages to be sent, up to 10 seconds old (GetMessagesCount).

        https://green-api.com/en/telegram/docs/api/queues/GetMessagesCount/
        """
        return self._count("getMessagesCount")

    def clear_messages_queue(self) -> Step:
        """Delete all messages to be sent (ClearMessagesQueue).

        Needed after a change of the account, which would otherwise send the old messages.

        https://green-api.com/en/telegram/docs/api/queues/ClearMessagesQueue/

        :raise OutcomeUnknownError: the queue may have been cleared
        """
        return self._step("GET", "clearMessagesQueue", flag="isCleared", repeatable=False)

    def get_webhooks_count(self) -> int:
        """Return the number of waiting notifications, up to 10 seconds old (GetWebhooksCount).

        https://green-api.com/en/telegram/docs/api/queues/GetWebhooksCount/
        """
        return self._count("getWebhooksCount")

    def clear_webhooks_queue(self) -> Step:
        """Delete all waiting notifications, at most once a minute (ClearWebhooksQueue).

        https://green-api.com/en/telegram/docs/api/queues/ClearWebhooksQueue/

        :return: Step; with the seconds to wait if it is too early
        :raise OutcomeUnknownError: the queue may have been cleared
        """
        return self._step("DELETE", "clearWebhooksQueue", flag="isCleared", repeatable=False)

    def _count(self, method: str) -> int:
        response = self._object("GET", method)
        return parsing.expect_integer(response, "count", method, RetryableError)


def _parse_queued_message(row: JsonObject) -> QueuedMessage:
    # The Russian page calls the ID messageID.
    body = parsing.obj(row, "body")
    return QueuedMessage(
        id_message=parsing.clean_text(row, "idMessage") or parsing.clean_text(row, "messageID"),
        method=parsing.text(row, "type"),
        chat_id=parsing.text(body, "chatId"),
        body=body,
        raw=row,
    )
