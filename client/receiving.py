# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from .. import const
from . import parsing
from .errors import RetryableError
from .methods_base import MethodsBase
from .results import FileLink, Step, WaitingNotification


class ReceivingMethods(MethodsBase):
    """The service's section "Receiving": https://green-api.com/en/telegram/docs/api/receiving/."""

    def receive_notification(self, timeout=const.RECEIVE_TIMEOUT_MIN):
        """Wait for the head of the notification queue (ReceiveNotification).

        :param int timeout: seconds to wait when the queue is empty, 5 to 60
        :return: WaitingNotification, or None when there is none
        """
        method = "receiveNotification"
        answer = self._call(
            "GET", method, params={"receiveTimeout": timeout}, repeatable=True, wait=timeout
        )
        if answer is None:
            return None
        parsing.expect(answer, dict, method, RetryableError)
        receipt_id = parsing.expect_integer(answer, "receiptId", method, RetryableError)
        return WaitingNotification(receipt_id, answer.get("body"))

    def delete_notification(self, receipt_id):
        """Take a notification off the queue, once it is stored (DeleteNotification).

        One that is no longer there counts as deleted: the service says so in more than one way.

        :param int receipt_id: of the WaitingNotification
        :return: Step; not done means that it was no longer there
        """
        method = "deleteNotification"
        try:
            answer = self._call("DELETE", method, tail=f"/{int(receipt_id)}", repeatable=True)
        except RetryableError as error:
            if error.status != 500 or "findUnAckedMessage" not in error.detail:
                raise
            return Step(False, error.detail)
        answer = parsing.expect({} if answer is None else answer, dict, method, RetryableError)
        return Step(parsing.flag(answer, "result"), parsing.text(answer, "reason"), answer)

    def download_file(self, chat_id, id_message):
        """Ask for the link to the file of a message (DownloadFile); ``download`` follows it.

        :return: FileLink, good for 24 hours
        :raise RefusedError: the message has no file, or has it no longer
        """
        body = {"chatId": chat_id, "idMessage": id_message}
        return FileLink(*self._text("POST", "downloadFile", body, key="downloadUrl"))
