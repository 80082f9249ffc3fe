# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Methods that other modules override to act when something happens.

They do nothing here. They run in the transaction that stores what has happened, which may be
repeated: call no other system in them, and no GREEN-API. Without a program, automation rules of
Odoo react to the same events; ``doc/automation.rst`` lists both.
"""

from odoo import models


class TelegramMessage(models.Model):
    """Extend ``telegram.message`` with hooks for received and failed messages."""

    _inherit = "telegram.message"

    def _on_received(self):
        """Act after customers have written. The messages are in the chatters already.

        :param self: incoming messages, new ones only
        """

    def _on_failed(self):
        """Act after these messages have failed. ``failure_reason`` says why."""


class MailThread(models.AbstractModel):
    """Extend all records with a chatter with a hook for answers."""

    _inherit = "mail.thread"

    def _telegram_on_answer(self, message):
        """Act after a customer has answered this record.

        :param message: the ``telegram.message``, which is in the chatter already
        """


class TelegramChat(models.Model):
    """Extend ``telegram.chat`` with a hook for customers who wait."""

    _inherit = "telegram.chat"

    def _on_overdue(self):
        """Act after the customer of this chat has waited for longer than the account allows."""


class TelegramInstance(models.Model):
    """Extend ``telegram.instance`` with a hook for accounts that no longer work."""

    _inherit = "telegram.instance"

    def _on_stopped(self):
        """Act after this account has stopped. ``state`` and ``last_error`` say why."""
