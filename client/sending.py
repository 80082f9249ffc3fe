# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import answers
from .errors import OutcomeUnknown
from .results import SentMessage
from .transport import Transport


class SendingMethods(Transport):
    """The service's section "Sending": https://green-api.com/en/telegram/docs/api/sending/.

    An answer means that the service has queued the message, not that it was delivered. These
    calls are not repeatable: the service knows no key against doubles.
    """

    def send_message(self, chat_id, message, *, quoted_message_id=None):
        """Send a text (SendMessage).

        :param str chat_id: "10000000", "-10000000000000" (a group) or "79876543210@c.us"
        :param str message: plain text of 1 to const.MESSAGE_MAX_LENGTH characters
        :param str quoted_message_id: id of a message of the same chat that this one answers
        :return: SentMessage
        """
        body = {"chatId": chat_id, "message": message}
        if quoted_message_id:
            body["quotedMessageId"] = quoted_message_id
        return self._send("sendMessage", body)

    def _send(self, method, body):
        answer = self._call("POST", method, body)
        answer = answers.expect(answer, dict, method, OutcomeUnknown)
        id_message = answers.text(answer, "idMessage")
        answers.expect(id_message or None, str, method, OutcomeUnknown)
        return SentMessage(id_message, answer)
