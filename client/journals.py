# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from .message_data import parse_journal
from .methods_base import MethodsBase


class JournalMethods(MethodsBase):
    """The service's section "Journals": https://green-api.com/en/telegram/docs/api/journals/.

    A message may appear in them some minutes late. All of them give JournalMessages, the lists
    with the newest first.
    """

    def get_chat_history(self, chat_id, count=None):
        """Give the last messages of a chat, in both directions (GetChatHistory).

        :param int count: at most so many (the service's default: 100)
        :return: list of JournalMessage
        """
        body = {"chatId": chat_id}
        if count is not None:
            body["count"] = count
        return self._list("POST", "getChatHistory", body)

    def get_message(self, chat_id, id_message):
        """Give one message of a chat (GetMessage).

        :return: JournalMessage
        :raise RefusedError: the service does not know the message
        """
        body = {"chatId": chat_id, "idMessage": id_message}
        return parse_journal(self._object("POST", "getMessage", body))

    def last_incoming_messages(self, minutes=None):
        """Give what the account has received of late (LastIncomingMessages).

        :param int minutes: so far back (the service's default: 1440, a day)
        :return: list of JournalMessage
        """
        return self._list("GET", "lastIncomingMessages", minutes=minutes)

    def last_outgoing_messages(self, minutes=None):
        """Give what the account has sent of late, from wherever (LastOutgoingMessages).

        :param int minutes: so far back (the service's default: 1440, a day)
        :return: list of JournalMessage
        """
        return self._list("GET", "lastOutgoingMessages", minutes=minutes)

    def _list(self, verb, method, body=None, minutes=None):
        params = None if minutes is None else {"minutes": minutes}
        rows = self._rows(verb, method, body, params=params, may_be_null=False)
        return [parse_journal(row) for row in rows]
