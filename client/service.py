# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from .. import const
from . import parsing
from .errors import RetryableError
from .methods_base import MethodsBase
from .results import Avatar, Chat, CheckedAccount, ContactInfo, SentMessage
from .transport import bounded_seconds


class ServiceMethods(MethodsBase):
    """The service's section "Service methods": https://green-api.com/en/telegram/docs/api/service/.

    Repeating them does no harm.
    """

    def check_account(self, phone_number=None, *, username=None, force=False):
        """Ask whether there is a Telegram account (CheckAccount).

        Every plan has a quota of these; asking often for numbers that have none is punished.

        :param phone_number: international, digits only; or else:
        :param str username: "@vasilisa"
        :param bool force: do not take the answer from the service's cache
        :return: CheckedAccount
        :raise RefusedError: among others const.CODE_CHECK_LIMIT: ask no more for hours
        """
        method = "checkAccount"
        body = {"username": username} if username else {"phoneNumber": int(phone_number)}
        if force:
            body["force"] = True
        answer = self._object("POST", method, body)
        exists = answer.get("exist", answer.get("existsAccount"))
        if not isinstance(exists, bool):
            raise self._failure(method, answer)
        chat_id = parsing.text(answer, "chatId")
        return CheckedAccount(exists, chat_id, parsing.text(answer, "username"), answer)

    def get_avatar(self, chat_id):
        """Ask for the picture of a user or group (GetAvatar). Give an Avatar."""
        answer = self._object("POST", "getAvatar", {"chatId": chat_id})
        return Avatar(parsing.text(answer, "urlAvatar"), answer)

    def get_contacts(self, count=None):
        """Give the contacts of the account; they may be 5 minutes old (GetContacts).

        :param int count: at most so many (the service's default: all)
        :return: list of Chat
        """
        params = None if count is None else {"count": count}
        return self._chats("getContacts", params=params)

    def get_contact_info(self, chat_id):
        """Ask what Telegram shows of a user, not of a group (GetContactInfo). Give ContactInfo."""
        answer = self._object("POST", "getContactInfo", {"chatId": chat_id})
        return ContactInfo(
            chat_id=parsing.clean_text(answer, "chatId"),
            name=parsing.clean_text(answer, "name"),
            contact_name=parsing.clean_text(answer, "contactName"),
            phone=parsing.phone(answer, "phoneNumber"),
            url_avatar=parsing.text(answer, "avatar"),
            last_seen=parsing.timestamp(answer, "lastSeen"),
            raw=answer,
        )

    def get_chats(self):
        """Give the chats of the account: users, groups, channels (GetChats).

        :return: list of Chat
        """
        return self._chats("getChats")

    def delete_message(self, chat_id, id_message, *, only_for_sender=False):
        """Delete a message that the account has sent (DeleteMessage).

        :param bool only_for_sender: the recipient keeps it
        :raise RefusedError: there is no such message of ours
        """
        body = {"chatId": chat_id, "idMessage": id_message}
        if only_for_sender:
            body["onlySenderDelete"] = True
        self._call("POST", "deleteMessage", body, repeatable=True)

    def edit_message(self, chat_id, id_message, message):
        """Replace the text of a message that the account has sent (EditMessage).

        Telegram usually allows it for 48 hours, and does not alert the recipient again.

        :param str message: plain text of 1 to const.MESSAGE_MAX_LENGTH characters
        :return: SentMessage
        :raise RefusedError: it is too old, or no text of ours
        """
        body = {"chatId": chat_id, "idMessage": id_message, "message": message}
        return SentMessage(*self._text("POST", "editMessage", body, key="idMessage"))

    def archive_chat(self, chat_id):
        """Put a chat into the archive (ArchiveChat).

        :raise RefusedError: it is there already, or the service knows no message of it
        """
        self._call("POST", "archiveChat", {"chatId": chat_id}, repeatable=True)

    def unarchive_chat(self, chat_id):
        """Take a chat out of the archive (UnarchiveChat).

        :raise RefusedError: it is not there
        """
        self._call("POST", "unarchiveChat", {"chatId": chat_id}, repeatable=True)

    def send_typing(self, chat_id, typing_time=const.TYPING_TIME_MIN, typing_type=None):
        """Show in a chat that something is being written (SendTyping).

        :param int typing_time: milliseconds, 1000 to 20000
        :param str typing_type: what is shown instead of "typing", such as "upload_document"
        """
        body = {"chatId": chat_id, "typingTime": typing_time}
        if typing_type:
            body["typingType"] = typing_type
        self._call("POST", "sendTyping", body, repeatable=True)

    def _chats(self, method, **options):
        """Fetch a list of chats.

        ``null`` is an empty list; items that are no objects are left out.
        """
        answer = self._call("GET", method, repeatable=True, **options)
        rows = parsing.expect([] if answer is None else answer, list, method, RetryableError)
        return [_chat(row) for row in rows if isinstance(row, dict)]

    def _failure(self, method, answer):
        """Make the error for a failure that comes as an answer with status 200."""
        data = parsing.obj(answer, "data")
        reason = parsing.text(data, "reason") or parsing.text(answer, "reason")
        if reason == "rate_limit_exceeded":
            wait = bounded_seconds(data.get("retryAfter"))
            return RetryableError(method, const.CODE_RATE_LIMIT, status=200, retry_after=wait)
        if answer.get("status") is False and reason:
            return self._bad_request(method, 200, reason)
        return RetryableError(method, const.CODE_NOT_JSON, status=200)


def _chat(row):
    return Chat(
        chat_id=parsing.clean_text(row, "chatId"),
        name=parsing.clean_text(row, "name"),
        type=parsing.clean_text(row, "type"),
        phone=parsing.phone(row, "phoneNumber"),
        username=parsing.clean_text(row, "username"),
        contact_name=parsing.clean_text(row, "contactName"),
        raw=row,
    )
