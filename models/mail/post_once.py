# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""A message that a user writes in Discuss is sent to the customer once.

The web client posts it again when the user clicks *Retry* after the connection to Odoo was lost.
The first request may have arrived all the same. So each message has a key of the web client.
"""

from psycopg2.errors import UniqueViolation

from odoo import fields, models
from odoo.exceptions import ConcurrencyError

KEY_MAX_LENGTH = 64


class TelegramMessage(models.Model):
    """Extend ``telegram.message`` with the key of the web client that posted it."""

    _inherit = "telegram.message"
    _protected = {"post_key"}

    post_key = fields.Char(readonly=True, copy=False, groups=fields.NO_ACCESS)
    _post_key_index = models.UniqueIndex("(chat_id, post_key) WHERE post_key IS NOT NULL")


class DiscussChannel(models.Model):
    """Extend ``discuss.channel``: messages with a key are posted once."""

    _inherit = "discuss.channel"

    def _telegram_post_once(self, key, **kwargs):
        """Post a message, unless it was posted before, and return it.

        A note for colleagues has no message at Telegram, and is posted again.

        :param str key: of the web client
        :param kwargs: of ``message_post``
        :raise ConcurrencyError: it is being posted; Odoo repeats the request
        """
        chat = self._telegram_get_chat()
        # sudo: telegram.message - of this conversation, which the user may read
        messages_sudo = self.env["telegram.message"].sudo()
        domain = [("chat_id", "=", chat.id), ("post_key", "=", str(key)[:KEY_MAX_LENGTH])]
        earlier_sudo = messages_sudo.search(domain, limit=1)
        if posted := earlier_sudo.mail_message_ids.filtered(
            lambda message: (message.model, message.res_id) == (self._name, self.id)
        ):
            return posted
        # Without the key: what automation rules post has none.
        posted = self.with_context(telegram_post_key=None).message_post(**kwargs)
        first_sudo = posted.sudo().telegram_message_ids[:1]  # sudo: as above
        try:
            first_sudo.post_key = str(key)[:KEY_MAX_LENGTH]
            first_sudo.flush_recordset()
        except UniqueViolation:
            # This transaction cannot see the other one's message.
            raise ConcurrencyError(f"telegram.message {key} was just posted") from None
        return posted
