# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from .message_data import JournalMessage, parse_journal
from .methods_base import MethodsBase
from .parsing import JsonObject


class JournalMethods(MethodsBase):
    """GREEN-API's section "Journals": https://green-api.com/en/telegram/docs/api/journals/.

    A message may appear in a journal some minutes late. Lists begin with the newest message.
    """

    def get_chat_history(self, chat_id: str, count: int | None = None) -> list[JournalMessage]:
        """Return the last messages of a chat, incoming and outgoing (GetChatHistory).

        https://green-api.com/en/telegram/docs/api/journals/GetChatHistory/

        :param count: maximum number of messages (GREEN-API's default: 100)
        """
        body: JsonObject = {"chatId": chat_id}
        if count is not None:
            body["count"] = count
        return self._journal("POST", "getChatHistory", body)

    def get_message(self, chat_id: str, id_message: str) -> JournalMessage:
        """Return one message of a chat (GetMessage).

        https://green-api.com/en/telegram/docs/api/journals/GetMessage/

        :raise RefusedError: GREEN-API does not know the message
        """
        body = {"chatId": chat_id, "idMessage": id_message}
        return parse_journal(self._object("POST", "getMessage", body))

    def last_incoming_messages(self, minutes: int | None = None) -> list[JournalMessage]:
        """Return the last messages that the account has received (LastIncomingMessages).

        https://green-api.com/en/telegram/docs/api/journals/LastIncomingMessages/

        :param minutes: how far to look back (GREEN-API's default: 1440, a day)
        """
        return self._journal("GET", "lastIncomingMessages", minutes=minutes)

    def last_outgoing_messages(self, minutes: int | None = None) -> list[JournalMessage]:
        """Return the last messages that the account has sent, from any app (LastOutgoingMessages).

        https://green-api.com/en/telegram/docs/api/journals/LastOutgoingMessages/

        :param minutes: how far to look back (GREEN-API's default: 1440, a day)
        """
        return self._journal("GET", "lastOutgoingMessages", minutes=minutes)

    def _journal(
        self, verb: str, method: str, body: JsonObject | None = None, minutes: int | None = None
    ) -> list[JournalMessage]:
        """Return the entries of a journal."""
        params = None if minutes is None else {"minutes": minutes}
        rows = self._rows(verb, method, body, params=params, may_be_null=False)
        return [parse_journal(row) for row in rows]
