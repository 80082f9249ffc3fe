# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from collections.abc import Mapping
from typing import Any

from .. import const
from . import parsing
from .errors import GreenApiError, RetryableError
from .methods_base import MethodsBase
from .parsing import JsonObject
from .results import Avatar, Chat, CheckedAccount, ContactInfo, SentMessage
from .transport import bounded_seconds


class ServiceMethods(MethodsBase):
    """GREEN-API's section "Service methods": https://green-api.com/en/telegram/docs/api/service/.

    Repeating these calls does no harm.
    """

    def check_account(
        self,
        phone_number: str | int | None = None,
        *,
        username: str | None = None,
        force: bool = False,
    ) -> CheckedAccount:
        """Check whether a phone number or a user name has a Telegram account (CheckAccount).

        Every plan has a quota, and Telegram restricts accounts that look up many unregistered
        numbers.

        https://green-api.com/en/telegram/docs/api/service/CheckAccount/

        :param phone_number: in international form, digits only; not needed with a user name
        :param username: such as "@vasilisa"
        :param force: whether to bypass GREEN-API's cache
        :raise RefusedError: const.CODE_QUOTA, or const.CODE_CHECK_LIMIT: check nothing for hours
        """
        method = "checkAccount"
        body: JsonObject
        if username:
            body = {"username": username}
        elif phone_number is not None:
            body = {"phoneNumber": int(phone_number)}
        else:
            raise TypeError("check_account() needs a phone number or a user name")
        if force:
            body["force"] = True
        response = self._object("POST", method, body)
        exists = response.get("exist", response.get("existsAccount"))
        if not isinstance(exists, bool):
            raise self._get_check_error(method, response)
        chat_id = parsing.text(response, "chatId")
        return CheckedAccount(exists, chat_id, parsing.text(response, "username"), response)

    def get_avatar(self, chat_id: str) -> Avatar:
        """Return the picture of a user or group (GetAvatar).

        https://green-api.com/en/telegram/docs/api/service/GetAvatar/
        """
        response = self._object("POST", "getAvatar", {"chatId": chat_id})
        return Avatar(parsing.text(response, "urlAvatar"), response)

    def get_contacts(self, count: int | None = None) -> list[Chat]:
        """Return the contacts of the account, up to 5 minutes old (GetContacts).

        https://green-api.com/en/telegram/docs/api/service/GetContacts/

        :param count: maximum number of contacts (GREEN-API's default: all)
        """
        params = None if count is None else {"count": count}
        return self._chats("getContacts", params)

    def get_contact_info(self, chat_id: str) -> ContactInfo:
        """Return what Telegram shows of a user; not of a group (GetContactInfo).

        https://green-api.com/en/telegram/docs/api/service/GetContactInfo/
        """
        response = self._object("POST", "getContactInfo", {"chatId": chat_id})
        return ContactInfo(
            chat_id=parsing.clean_text(response, "chatId"),
            name=parsing.name(response, "name"),
            contact_name=parsing.name(response, "contactName"),
            phone=parsing.phone(response, "phoneNumber"),
            url_avatar=parsing.text(response, "avatar"),
            last_seen=parsing.timestamp(response, "lastSeen"),
            raw=response,
        )

    def get_chats(self) -> list[Chat]:
        """Return the chats of the account with users, groups and channels (GetChats).

        https://green-api.com/en/telegram/docs/api/service/GetChats/
        """
        return self._chats("getChats")

    def delete_message(
        self, chat_id: str, id_message: str, *, only_for_sender: bool = False
    ) -> None:
        """Delete a message that the account has sent (DeleteMessage).

        https://green-api.com/en/telegram/docs/api/service/DeleteMessage/

        :param only_for_sender: whether the recipient still sees it
        :raise RefusedError: the account has sent no such message
        """
        body: JsonObject = {"chatId": chat_id, "idMessage": id_message}
        if only_for_sender:
            body["onlySenderDelete"] = True
        self._call("POST", "deleteMessage", body, repeatable=True)

    def edit_message(self, chat_id: str, id_message: str, message: str) -> SentMessage:
        """Update the text of a message that the account has sent (EditMessage).

        Telegram usually allows it for 48 hours and does not notify the recipient
        again.

        https://green-api.com/en/telegram/docs/api/service/EditMessage/

        :param message: plain text of 1 to const.MESSAGE_MAX_LENGTH characters
        :raise RefusedError: the message is too old, has no text or was not sent by the account
        """
        body = {"chatId": chat_id, "idMessage": id_message, "message": message}
        return SentMessage(*self._text("POST", "editMessage", body, key="idMessage"))

    def archive_chat(self, chat_id: str) -> None:
        """Move a chat to the archive (ArchiveChat).

        https://green-api.com/en/telegram/docs/api/service/archiveChat/

        :raise RefusedError: it is archived already, or GREEN-API knows no message of it
        """
        self._call("POST", "archiveChat", {"chatId": chat_id}, repeatable=True)

    def unarchive_chat(self, chat_id: str) -> None:
        """Restore a chat from the archive (UnarchiveChat).

        https://green-api.com/en/telegram/docs/api/service/unarchiveChat/

        :raise RefusedError: it is not archived
        """
        self._call("POST", "unarchiveChat", {"chatId": chat_id}, repeatable=True)

    def send_typing(
        self,
        chat_id: str,
        typing_time: int = const.TYPING_TIME_MIN,
        typing_type: str | None = None,
    ) -> None:
        """Send the typing indicator to a chat (SendTyping).

        https://green-api.com/en/telegram/docs/api/service/SendTyping/

        :param typing_time: milliseconds, const.TYPING_TIME_MIN to const.TYPING_TIME_MAX
        :param typing_type: another indicator than "typing", such as "upload_document"
        """
        body = {"chatId": chat_id, "typingTime": typing_time}
        if typing_type:
            body["typingType"] = typing_type
        self._call("POST", "sendTyping", body, repeatable=True)

    def _chats(self, method: str, params: Mapping[str, Any] | None = None) -> list[Chat]:
        """Fetch a list of chats.

        ``null`` is an empty list; items that are no objects are left out.
        """
        response = self._call("GET", method, params=params, repeatable=True)
        rows = parsing.expect([] if response is None else response, list, method, RetryableError)
        return [_parse_chat(row) for row in rows if isinstance(row, dict)]

    def _get_check_error(self, method: str, response: JsonObject) -> GreenApiError:
        """Return the error for a failed check, which comes with status 200."""
        data = parsing.obj(response, "data")
        reason = parsing.text(data, "reason") or parsing.text(response, "reason")
        if reason == "rate_limit_exceeded":
            wait = bounded_seconds(data.get("retryAfter"))
            return RetryableError(method, const.CODE_RATE_LIMIT, status=200, retry_after=wait)
        if response.get("status") is False and reason:
            return self._get_bad_request(method, 200, reason)
        return RetryableError(method, const.CODE_NOT_JSON, status=200)


def _parse_chat(row: JsonObject) -> Chat:
    return Chat(
        chat_id=parsing.clean_text(row, "chatId"),
        name=parsing.name(row, "name"),
        type=parsing.clean_text(row, "type"),
        phone=parsing.phone(row, "phoneNumber"),
        username=parsing.clean_text(row, "username"),
        contact_name=parsing.name(row, "contactName"),
        raw=row,
    )
