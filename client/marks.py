# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from .methods_base import MethodsBase
from .results import Step


class MarkMethods(MethodsBase):
    """GREEN-API's section "Marks": https://green-api.com/en/telegram/docs/api/marks/."""

    def read_chat(self, chat_id: str) -> Step:
        """Update all messages of a chat to read (ReadChat).

        GREEN-API requires the setting incomingWebhook for it.

        https://green-api.com/en/telegram/docs/api/marks/ReadChat/
        """
        return self._step("POST", "readChat", {"chatId": chat_id}, flag="setRead")
