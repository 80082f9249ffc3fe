# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from .. import const
from . import parsing
from .errors import OutcomeUnknownError
from .methods_base import MethodsBase
from .results import FileLink, ForwardedMessages, SentFile, SentMessage
from .uploads import form_upload, raw_upload


class SendingMethods(MethodsBase):
    """The service's section "Sending": https://green-api.com/en/telegram/docs/api/sending/.

    An answer means that the service has queued the message, not that it was delivered. These
    calls are not repeatable: the service knows no key against doubles.

    What all of them take:

    * ``chat_id`` (str): "10000000", "-10000000000000" (a group) or "79876543210@c.us";
    * ``quoted_message_id`` (str): id of a message of the same chat that this one answers;
    * ``typing_time`` (int): milliseconds that "typing" is shown before, 1000 to 20000;
    * ``typing_type`` (str): what is shown instead of "typing", such as "upload_document".
    """

    def send_message(
        self, chat_id, message, *, quoted_message_id=None, typing_time=None, typing_type=None
    ):
        """Send a text (SendMessage).

        :param str message: plain text of 1 to const.MESSAGE_MAX_LENGTH characters
        :return: SentMessage
        """
        options = _options(quoted_message_id, typing_time, typing_type)
        return self._send("sendMessage", {"chatId": chat_id, "message": message, **options})

    def send_file_by_upload(
        self,
        chat_id,
        file,
        file_name,
        *,
        caption="",
        quoted_message_id=None,
        typing_time=None,
        typing_type=None,
    ):
        """Upload a file and send it (SendFileByUpload). It is streamed, never held in memory.

        :param file: a path, or a seekable binary file object; const.FILE_MAX_BYTES at most
        :param str file_name: what the recipient sees; its extension decides how it is shown
        :param str caption: plain text of up to const.CAPTION_MAX_LENGTH characters
        :return: SentFile
        :raise OSError: the file cannot be read; nothing was sent
        """
        fields = {"chatId": chat_id, "fileName": file_name}
        if caption:
            fields["caption"] = caption
        fields |= _options(quoted_message_id, typing_time, typing_type)
        with form_upload(file, file_name, fields) as upload:
            sent = self._send("sendFileByUpload", upload)
        url = parsing.text(sent.raw, "urlFile")
        return SentFile(sent.id_message, sent.raw, url_file=url)

    def send_file_by_url(
        self,
        chat_id,
        url_file,
        file_name,
        *,
        caption="",
        quoted_message_id=None,
        typing_time=None,
        typing_type=None,
    ):
        """Send a file that the service fetches itself (SendFileByUrl).

        :param str url_file: public link, such as the one of ``upload_file``
        :param str file_name: with its extension
        :param str caption: plain text of up to const.CAPTION_MAX_LENGTH characters
        :return: SentMessage
        """
        body = {"chatId": chat_id, "urlFile": url_file, "fileName": file_name}
        if caption:
            body["caption"] = caption
        body |= _options(quoted_message_id, typing_time, typing_type)
        return self._send("sendFileByUrl", body)

    def upload_file(self, file, file_name, mime_type=None):
        """Upload a file to send it with ``send_file_by_url``, maybe often (UploadFile).

        Nothing is sent, so it may be repeated. The link lives 24 hours.

        :param file: a path, or a seekable binary file object; const.FILE_MAX_BYTES at most
        :param str file_name: with its extension
        :param str mime_type: by default guessed from the name
        :return: FileLink
        :raise OSError: the file cannot be read; nothing was kept
        """
        with raw_upload(file, file_name, mime_type) as upload:
            return FileLink(*self._text("POST", "uploadFile", upload, key="urlFile"))

    def send_location(
        self,
        chat_id,
        latitude,
        longitude,
        *,
        quoted_message_id=None,
        typing_time=None,
        typing_type=None,
    ):
        """Send a place (SendLocation).

        :param float latitude: degrees, -90 to 90
        :param float longitude: degrees, -180 to 180
        :return: SentMessage
        """
        body = {"chatId": chat_id, "latitude": float(latitude), "longitude": float(longitude)}
        body |= _options(quoted_message_id, typing_time, typing_type)
        return self._send("sendLocation", body)

    def send_contact(
        self,
        chat_id,
        phone_contact,
        first_name="",
        last_name="",
        *,
        company="",
        quoted_message_id=None,
        typing_time=None,
        typing_type=None,
    ):
        """Send a contact (SendContact).

        :param phone_contact: international, digits only
        :return: SentMessage
        """
        names = {"firstName": first_name, "lastName": last_name, "company": company}
        contact = {"phoneContact": int(phone_contact), **{k: v for k, v in names.items() if v}}
        options = _options(quoted_message_id, typing_time, typing_type)
        return self._send("sendContact", {"chatId": chat_id, "contact": contact, **options})

    def send_poll(
        self,
        chat_id,
        message,
        options,
        *,
        multiple_answers=None,
        is_anonymous=None,
        correct_option_id=None,
        quoted_message_id=None,
        typing_time=None,
        typing_type=None,
    ):
        """Send a poll, or a quiz when there is a correct answer (SendPoll).

        :param str message: the question, up to const.POLL_MESSAGE_MAX_LENGTH characters
        :param list options: 2 to 12 different texts of up to 100 characters
        :param bool multiple_answers: several may be chosen (the service's default: no)
        :param bool is_anonymous: votes are secret (the service's default: yes)
        :param int correct_option_id: the right answer of a quiz, counted from 0
        :return: SentMessage
        """
        if const.POLL_OPTIONS_AS_OBJECTS:
            options = [{"optionName": option} for option in options]
        values = {
            "chatId": chat_id,
            "message": message,
            "options": list(options),
            "type": None if correct_option_id is None else "quiz",
            "multipleAnswers": multiple_answers,
            "isAnonymous": is_anonymous,
            "correctOptionId": correct_option_id,
        }
        body = {name: value for name, value in values.items() if value is not None}
        body |= _options(quoted_message_id, typing_time, typing_type)
        return self._send("sendPoll", body)

    def forward_messages(self, chat_id, chat_id_from, ids_message, *, typing_time=None):
        """Forward messages from one chat to another (ForwardMessages).

        :param str chat_id: where to
        :param str chat_id_from: where from
        :param list ids_message: ids that ``get_message`` knows
        :return: ForwardedMessages
        """
        method = "forwardMessages"
        body = {"chatId": chat_id, "chatIdFrom": chat_id_from, "messages": list(ids_message)}
        body |= _options(typing_time=typing_time)
        answer = self._object("POST", method, body, repeatable=False)
        ids = parsing.expect(answer.get("messages"), list, method, OutcomeUnknownError)
        return ForwardedMessages(tuple(str(id_message) for id_message in ids), answer)

    def _send(self, method, body):
        return SentMessage(*self._text("POST", method, body, key="idMessage", repeatable=False))


def _options(quoted_message_id=None, typing_time=None, typing_type=None):
    """Give the fields that were set: the service may refuse a field without a value."""
    values = {
        "quotedMessageId": quoted_message_id,
        "typingTime": typing_time,
        "typingType": typing_type,
    }
    return {name: value for name, value in values.items() if value}
