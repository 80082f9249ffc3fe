# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import logging
import time

from odoo import models

from .. import const
from ..client import GreenApiError

_logger = logging.getLogger(__name__)

TYPING_PAUSE = 10  # seconds in which a chat is shown typing once
TYPING_TIME = 10_000  # milliseconds that it is shown for
READ_PAUSE = 1  # seconds: several operators who look at a chat mark it as read once
TROUBLE_PAUSE = 60  # seconds in which nothing of this is tried after it has failed

# What was called when, of this worker; nothing that has to outlive it.
_called_at = {}
_KEPT = 1000


class TelegramChat(models.Model):
    """Small signs to the customer: somebody is typing, the messages were read.

    They are worth no row and no repetition. The call is made after the user's transaction has
    been committed, so it can hold up nothing in the database and is never done twice by a replay.
    """

    _inherit = "telegram.chat"

    def _show_typing(self):
        """Let the customer see that somebody is typing, if the account is set so."""
        self.ensure_one()
        if self.instance_id.show_typing:
            self._call_after_commit(
                "typing",
                TYPING_PAUSE,
                lambda client, chat_id: client.send_typing(chat_id, TYPING_TIME),
            )

    def _mark_read(self):
        """Mark the chat as read at Telegram, if the account is set so."""
        self.ensure_one()
        if self.instance_id.mark_read:
            self._call_after_commit(
                "read", READ_PAUSE, lambda client, chat_id: client.read_chat(chat_id)
            )

    def _call_after_commit(self, kind, pause, call):
        """Call the service once the transaction is committed; whatever goes wrong is only logged.

        :param str kind: of the call, for the pauses
        :param int pause: seconds in which such a call is made once for this chat
        :param call: gets the client and the chat id
        """
        instance = self.instance_id
        if instance.state != const.STATE_AUTHORIZED or not instance.api_token_set:
            return
        database, chat_id, name = self.env.cr.dbname, self.chat_id, instance.id_instance
        if not _is_due((database, instance.id, "trouble"), TROUBLE_PAUSE, note=False):
            return
        if not _is_due((database, self.id, kind), pause):
            return
        client = instance._get_client()

        @self.env.cr.postcommit.add
        def call_service():
            try:
                with client:
                    call(client, chat_id)
            except GreenApiError as error:
                _called_at[database, instance.id, "trouble"] = time.monotonic()
                _logger.info("Instance %s: %s was not shown: %s", name, kind, error)


def _is_due(key, pause, note=True):
    """Say whether the last call with this key is long enough ago, and note that one is made."""
    now = time.monotonic()
    if key in _called_at and now - _called_at[key] < pause:
        return False
    if note:
        if len(_called_at) >= _KEPT:
            _called_at.clear()  # at worst, a sign is shown once too often
        _called_at[key] = now
    return True
