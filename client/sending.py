# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from collections.abc import Iterable

from .. import const
from . import parsing
from .errors import OutcomeUnknownError
from .methods_base import MethodsBase
from .parsing import JsonObject
from .results import FileLink, ForwardedMessages, SentFile, SentMessage
from .uploads import FileSource, Upload, form_upload, raw_upload


class SendingMethods(MethodsBase):
    """GREEN-API's section "Sending": https://green-api.com/en/telegram/docs/api/sending/.

    A response means that GREEN-API has queued the message, not that it was delivered. These calls
    are not repeatable, because GREEN-API cannot recognize a repeated call. They raise
    OutcomeUnknownError if the message may have been queued.

    Parameters of all these methods:

    * ``chat_id``: "10000000", "-10000000000000" (a group) or "79876543210@c.us";
    * ``quoted_message_id``: ID of a message of the same chat that this one answers;
    * ``typing_time``: milliseconds for which "typing" is shown before the message,
      const.TYPING_TIME_MIN to const.TYPING_TIME_MAX;
    * ``typing_type``: another indicator than "typing", such as "upload_document".
    """

    def send_message(
        self,
        chat_id: str,
        message: str,
        *,
        quoted_message_id: str | None = None,
        typing_time: int | None = None,
        typing_type: str | None = None,
    ) -> SentMessage:
        """Send a text (SendMessage).

        https://green-api.com/en/telegram/docs/api/sending/SendMessage/

        :param message: plain text of 1 to const.MESSAGE_MAX_LENGTH characters
        """
        options = _prepare_options(quoted_message_id, typing_time, typing_type)
        return self._send("sendMessage", {"chatId": chat_id, "message": message, **options})

    def send_file_by_upload(
        self,
        chat_id: str,
        file: FileSource,
        file_name: str,
        *,
        caption: str = "",
        quoted_message_id: str | None = None,
        typing_time: int | None = None,
        typing_type: str | None = None,
    ) -> SentFile:
        """Upload a file block by block and send it (SendFileByUpload).

        https://green-api.com/en/telegram/docs/api/sending/SendFileByUpload/

        :param file: a path or a seekable binary file, up to const.FILE_MAX_BYTES
        :param file_name: name for the recipient; its extension decides how the file is shown
        :param caption: plain text of up to 1,024 characters
        :raise OSError: the file cannot be read; nothing was sent
        """
        fields = {"chatId": chat_id, "fileName": file_name}
        if caption:
            fields["caption"] = caption
        fields |= _prepare_options(quoted_message_id, typing_time, typing_type)
        with form_upload(file, file_name, fields) as upload:
            sent = self._send("sendFileByUpload", upload)
        url = parsing.text(sent.raw, "urlFile")
        return SentFile(sent.id_message, sent.raw, url_file=url)

    def send_file_by_url(
        self,
        chat_id: str,
        url_file: str,
        file_name: str,
        *,
        caption: str = "",
        quoted_message_id: str | None = None,
        typing_time: int | None = None,
        typing_type: str | None = None,
    ) -> SentMessage:
        """Send a file that GREEN-API downloads itself (SendFileByUrl).

        https://green-api.com/en/telegram/docs/api/sending/SendFileByUrl/

        :param url_file: public link, such as the one of ``upload_file``
        :param file_name: with its extension
        :param caption: plain text of up to 1,024 characters
        """
        body = {"chatId": chat_id, "urlFile": url_file, "fileName": file_name}
        if caption:
            body["caption"] = caption
        body |= _prepare_options(quoted_message_id, typing_time, typing_type)
        return self._send("sendFileByUrl", body)

    def upload_file(
        self, file: FileSource, file_name: str, mime_type: str | None = None
    ) -> FileLink:
        """Upload a file, to send it once or often with ``send_file_by_url`` (UploadFile).

        Nothing is sent, so the call may be repeated.

        https://green-api.com/en/telegram/docs/api/sending/UploadFile/

        :param file: a path or a seekable binary file, up to const.FILE_MAX_BYTES
        :param file_name: with its extension
        :param mime_type: by default guessed from the name
        :return: FileLink, valid for const.FILE_HOURS hours
        :raise OSError: the file cannot be read; nothing was stored
        """
        with raw_upload(file, file_name, mime_type) as upload:
            return FileLink(*self._text("POST", "uploadFile", upload, key="urlFile"))

    def send_location(
        self,
        chat_id: str,
        latitude: float,
        longitude: float,
        *,
        quoted_message_id: str | None = None,
        typing_time: int | None = None,
        typing_type: str | None = None,
    ) -> SentMessage:
        """Send a location (SendLocation).

        https://green-api.com/en/telegram/docs/api/sending/SendLocation/

        :param latitude: degrees, -90 to 90
        :param longitude: degrees, -180 to 180
        """
        body = {"chatId": chat_id, "latitude": float(latitude), "longitude": float(longitude)}
        body |= _prepare_options(quoted_message_id, typing_time, typing_type)
        return self._send("sendLocation", body)

    def send_contact(
        self,
        chat_id: str,
        phone_contact: str | int,
        first_name: str = "",
        last_name: str = "",
        *,
        company: str = "",
        quoted_message_id: str | None = None,
        typing_time: int | None = None,
        typing_type: str | None = None,
    ) -> SentMessage:
        """Send a contact (SendContact).

        https://green-api.com/en/telegram/docs/api/sending/SendContact/

        :param phone_contact: phone number in international form, digits only
        """
        names = {"firstName": first_name, "lastName": last_name, "company": company}
        contact = {"phoneContact": int(phone_contact), **{k: v for k, v in names.items() if v}}
        options = _prepare_options(quoted_message_id, typing_time, typing_type)
        return self._send("sendContact", {"chatId": chat_id, "contact": contact, **options})

    def send_poll(
        self,
        chat_id: str,
        message: str,
        options: Iterable[str],
        *,
        multiple_answers: bool | None = None,
        is_anonymous: bool | None = None,
        correct_option_id: int | None = None,
        quoted_message_id: str | None = None,
        typing_time: int | None = None,
        typing_type: str | None = None,
    ) -> SentMessage:
        """Send a poll, or a quiz if there is a correct answer (SendPoll).

        https://green-api.com/en/telegram/docs/api/sending/SendPoll/

        :param message: the question, up to const.POLL_MESSAGE_MAX_LENGTH characters
        :param options: const.POLL_OPTIONS_MIN to const.POLL_OPTIONS_MAX different texts of up to
            const.POLL_OPTION_MAX_LENGTH characters
        :param multiple_answers: whether several may be chosen (GREEN-API's default: no)
        :param is_anonymous: whether votes are secret (GREEN-API's default: yes)
        :param correct_option_id: the correct answer of a quiz, counted from 0
        """
        values = {
            "chatId": chat_id,
            "message": message,
            "options": [
                {"optionName": option} if const.POLL_OPTIONS_AS_OBJECTS else option
                for option in options
            ],
            "type": None if correct_option_id is None else "quiz",
            "multipleAnswers": multiple_answers,
            "isAnonymous": is_anonymous,
            "correctOptionId": correct_option_id,
        }
        body = {name: value for name, value in values.items() if value is not None}
        body |= _prepare_options(quoted_message_id, typing_time, typing_type)
        return self._send("sendPoll", body)

    def forward_messages(
        self,
        chat_id: str,
        chat_id_from: str,
        ids_message: Iterable[str],
        *,
        typing_time: int | None = None,
    ) -> ForwardedMessages:
        """Forward messages from one chat to another (ForwardMessages).

        https://green-api.com/en/telegram/docs/api/sending/ForwardMessages/

        :param chat_id: the chat to forward to
        :param chat_id_from: the chat of the messages
        :param ids_message: IDs that ``get_message`` knows
        """
        method = "forwardMessages"
        body = {"chatId": chat_id, "chatIdFrom": chat_id_from, "messages": list(ids_message)}
        body |= _prepare_options(typing_time=typing_time)
        response = self._object("POST", method, body, repeatable=False)
        ids = parsing.expect(response.get("messages"), list, method, OutcomeUnknownError)
        return ForwardedMessages(tuple(str(id_message) for id_message in ids), response)

    def _send(self, method: str, body: JsonObject | Upload) -> SentMessage:
        return SentMessage(*self._text("POST", method, body, key="idMessage", repeatable=False))


def _prepare_options(
    quoted_message_id: str | None = None,
    typing_time: int | None = None,
    typing_type: str | None = None,
) -> JsonObject:
    """Return the fields that are set: GREEN-API may refuse a field without a value."""
    values = {
        "quotedMessageId": quoted_message_id,
        "typingTime": typing_time,
        "typingType": typing_type,
    }
    return {name: value for name, value in values.items() if value}
