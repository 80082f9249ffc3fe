# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from .. import const
from . import answers
from .errors import TryLater
from .results import WaitingNotification
from .transport import Transport


class ReceivingMethods(Transport):
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
        answers.expect(answer, dict, method, TryLater)
        receipt_id = answers.expect(answer.get("receiptId"), int, method, TryLater)
        return WaitingNotification(receipt_id, answer.get("body"))

    def delete_notification(self, receipt_id):
        """Take a notification off the queue, once it is stored (DeleteNotification).

        One that is no longer there counts as deleted: the service says so in more than one way.

        :param int receipt_id: of the WaitingNotification
        """
        try:
            self._call(
                "DELETE", "deleteNotification", tail=f"/{int(receipt_id)}", repeatable=True
            )
        except TryLater as error:
            if error.status != 500 or "findUnAckedMessage" not in error.detail:
                raise
