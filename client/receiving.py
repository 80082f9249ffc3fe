# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import re
from typing import Any

from .. import const
from . import parsing
from .errors import RetryableError
from .methods_base import MethodsBase
from .notifications import UnreadableBody, read_body
from .results import FileLink, Step, WaitingNotification

# The receipt at the beginning or the end of a response that cannot be decoded. No text of a
# customer can look like it, because quotation marks are escaped in JSON.
_FIRST_RECEIPT = re.compile(rb'\s*\{\s*"receiptId"\s*:\s*"?([0-9]{1,18})\b')
_LAST_RECEIPT = re.compile(rb'"receiptId"\s*:\s*"?([0-9]{1,18})"?\s*\}\s*\Z')
_RECEIPT_MAX_BYTES = 200  # with white space


class ReceivingMethods(MethodsBase):
    """GREEN-API's section "Receiving": https://green-api.com/en/telegram/docs/api/receiving/."""

    def receive_notification(
        self, timeout: int = const.RECEIVE_TIMEOUT_MIN
    ) -> WaitingNotification | None:
        """Return the first waiting notification (ReceiveNotification).

        https://green-api.com/en/telegram/docs/api/receiving/technology-http-api/ReceiveNotification/

        :param timeout: seconds that GREEN-API waits for one, 5 to 60
        :return: the notification, or None if there is none. If it cannot be decoded, its body is
            an UnreadableBody.
        """
        waiting = None
        for _attempt in range(2):
            former, waiting = waiting, self._receive_notification(timeout)
            # What may be cut is fetched again. If it is the same, it was not cut on its way.
            if waiting is None or not _is_cut(waiting) or waiting == former:
                return waiting
        raise RetryableError("receiveNotification", const.CODE_NOT_JSON, status=200)

    def _receive_notification(self, timeout: int) -> WaitingNotification | None:
        method = "receiveNotification"
        response = self._call(
            "GET",
            method,
            params={"receiveTimeout": timeout},
            repeatable=True,
            wait=timeout,
            decoder=_read_response,
        )
        if response is None:
            return None
        response = parsing.expect(response, dict, method, RetryableError)
        receipt_id = parsing.expect_integer(response, "receiptId", method, RetryableError)
        return WaitingNotification(receipt_id, response.get("body"))

    def delete_notification(self, receipt_id: int | str) -> Step:
        """Delete a notification from the queue after it was stored (DeleteNotification).

        A notification that does not exist counts as deleted. GREEN-API reports that with status
        200 or with status 500.

        https://green-api.com/en/telegram/docs/api/receiving/technology-http-api/DeleteNotification/

        :param receipt_id: of the WaitingNotification
        :return: Step; not done if the notification did not exist
        """
        method = "deleteNotification"
        try:
            response = self._call("DELETE", method, tail=f"/{int(receipt_id)}", repeatable=True)
        except RetryableError as error:
            if error.status != 500 or "findUnAckedMessage" not in error.detail:
                raise
            return Step(False, error.detail)
        response = parsing.expect(
            {} if response is None else response, dict, method, RetryableError
        )
        return Step(parsing.flag(response, "result"), parsing.text(response, "reason"), response)

    def download_file(self, chat_id: str, id_message: str) -> FileLink:
        """Return the link to the file of a message, which ``download`` follows (DownloadFile).

        https://green-api.com/en/telegram/docs/api/receiving/files/DownloadFile/

        :return: FileLink, valid for const.FILE_HOURS hours
        :raise RefusedError: the message has no file, or no longer
        """
        body = {"chatId": chat_id, "idMessage": id_message}
        return FileLink(*self._text("POST", "downloadFile", body, key="downloadUrl"))


def _read_response(content: bytes) -> Any:
    """Return the response of ReceiveNotification, also if its notification cannot be decoded.

    GREEN-API would return that one again for 24 hours, before all others. With its receipt, it can
    be stored as it is and deleted.

    :raise ValueError: it has no receipt
    """
    body = read_body(content)
    if not isinstance(body, UnreadableBody):
        return body
    first, last = content[:_RECEIPT_MAX_BYTES], content[-_RECEIPT_MAX_BYTES:]
    receipt = _FIRST_RECEIPT.match(first) or _LAST_RECEIPT.search(last)
    if not receipt:
        raise body.error
    return {"receiptId": int(receipt[1]), "body": body}


def _is_cut(waiting: WaitingNotification) -> bool:
    return isinstance(waiting.body, UnreadableBody) and waiting.body.is_cut
