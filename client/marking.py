# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from .methods_base import MethodsBase


class MarkingMethods(MethodsBase):
    """The service's section "Marks": https://green-api.com/en/telegram/docs/api/marks/."""

    def read_chat(self, chat_id):
        """Mark all messages of a chat as read (ReadChat).

        The service needs the setting incomingWebhook for it.

        :return: Step
        """
        return self._step("POST", "readChat", {"chatId": chat_id}, flag="setRead")
