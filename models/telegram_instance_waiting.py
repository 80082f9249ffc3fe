# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import models

from ..client import GreenApiError
from ..client.notifications import (
    MessageNotification,
    NotificationError,
    QuotaNotification,
    StateNotification,
    StatusNotification,
    parse,
)
from .telegram_event import prettify
from .transactions import own_transaction


class TelegramInstance(models.Model):
    """ "Wait for messages": a person fetches what waits, one notification at a time."""

    _inherit = "telegram.instance"

    def action_wait(self):
        """Open the dialog that fetches what waits at the service and shows it."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.client",
            "tag": "telegram_green_api.wait",
            "params": {"instance_id": self.id, "name": self.name},
        }

    def take_waiting(self):
        """Fetch the next notification, as the receive action does, and process it.

        It commits in a transaction of its own what it takes. Not beside the receive action: the
        lock that Odoo's scheduler holds while an action runs is held here too.

        :return: dict, its ``outcome`` is "taken" (with ``kind``, ``chat``, ``text`` and ``json``
            of the notification), "empty", "busy" (the receive action runs: try again) or "refused"
            (with ``message``)
        :raise AccessError: the user is no administrator of Telegram
        :raise UserError: there is no token
        """
        self.ensure_one()
        self.check_access("write")
        if refusal := self._get_waiting_refusal():
            return {"outcome": "refused", "message": refusal}
        # sudo: ir.cron - the action belongs to the instance
        if not self.sudo().receive_cron_id.try_lock_for_update(allow_referencing=True):
            return {"outcome": "busy"}
        with own_transaction(self) as instance:
            waiting, refusal = instance._take_waiting()
        if refusal:
            return {"outcome": "refused", "message": refusal}
        if not waiting:
            return {"outcome": "empty"}
        return {"outcome": "taken", **self._describe_notification(waiting.body)}

    def _get_waiting_refusal(self):
        if not self.active:
            return self.env._("The instance is archived.")
        if self.receive_mode == "webhook":
            return self.env._(
                "The service delivers the messages of this instance by webhook as soon as they "
                "come: there is nothing to wait for here. They are in the chats, and raw under "
                "Technical → Events."
            )
        return False

    def _take_waiting(self):
        """Take one notification into the inbox and process what is there. Commits.

        :return: WaitingNotification or None, and why there is none in words or False
        """
        events = self.env["telegram.event"].with_context(lang=None)
        try:
            with self._get_client() as client:
                waiting = events._take_one(self, client)
        except GreenApiError as error:
            self._take_error(error)
            return None, self.state_message
        self._clear_problem()
        events._process_inbox(self)
        return waiting, False

    # === TEXTS === #

    def _describe_notification(self, body):
        """Say in a person's words what a notification is.

        :return: dict with ``kind``, ``chat`` and ``text``, and ``json`` as it came, to be read
        """
        _ = self.env._
        chat, text = "", ""
        try:
            notification = parse(body)
        except NotificationError as error:
            kind, text = _("Cannot be understood"), str(error)
        else:
            match notification:
                case MessageNotification():
                    chat = notification.chat_name or notification.chat_id
                    text = notification.text or notification.file_name or notification.type_message
                    kind = self._describe_message_kind(notification)
                case StatusNotification():
                    kind, chat = _("Status of a message"), notification.chat_id
                    text = f"{notification.status} {notification.description}".strip()
                case StateNotification():
                    kind, text = _("State of the instance"), notification.state
                case QuotaNotification():
                    kind, text = _("Quota used up"), notification.description
                case _other:
                    kind = notification.type_webhook
        readable = {"kind": kind, "chat": chat, "text": text}
        return {key: printable(value) for key, value in readable.items()} | {"json": prettify(body)}

    def _describe_message_kind(self, notification):
        if notification.is_incoming:
            return self.env._("Incoming message")
        if notification.is_via_api:
            return self.env._("Message sent through the service")
        return self.env._("Message sent on the phone")


def printable(text):
    """Show half a surrogate pair, which no answer to the browser can hold, as its escape."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
