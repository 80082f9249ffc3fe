# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, models

from ...client import GreenApiError
from ...client.notifications import (
    MessageNotification,
    NotificationError,
    QuotaNotification,
    StateNotification,
    StatusNotification,
    parse,
)
from ...client.parsing import clean_text
from ...tools.transactions import own_transaction
from ..telegram_event import escape_surrogates, format_json
from .notification_receiver import NotificationReceiver

LISTENER_PATIENCE = 5  # seconds; the listener gives way within one or two


class TelegramEvent(models.Model):
    """Extend ``telegram.event``: receive the events of an account.

    The work itself is done by ``NotificationReceiver``.
    """

    _inherit = "telegram.event"

    @api.model
    def _receive(self, instance):
        """Receive the notifications of an account and process them. Commits.

        :param instance: the ``telegram.instance``, whose receive action is running
        """
        NotificationReceiver(instance).run()


class TelegramInstance(models.Model):
    """Extend ``telegram.instance`` with *Wait for Messages*.

    It is a dialog in which a user fetches notifications one at a time. Meanwhile, the listener
    leaves the account alone.
    """

    _inherit = "telegram.instance"

    # === ACTION METHODS === #

    def action_wait(self):
        """Open the dialog that fetches notifications and shows them."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.client",
            "tag": "telegram_green_api.wait",
            "params": {"instance_id": self.id, "name": self.name},
        }

    # === BUSINESS METHODS === #

    def fetch_notification(self):
        """Fetch the next notification as the receive action does, and process it.

        The result is committed in a separate transaction. Meanwhile, the account's lock is held, so
        neither the listener nor the receive action receives anything.

        :return: dict with ``outcome``, one of

            * "taken", with ``kind``, ``chat``, ``text`` and ``json`` of the notification
            * "empty"
            * "busy", because the receive action is receiving: try again
            * "refused", with ``message``
        :raise AccessError: the user is no administrator of Telegram
        :raise UserError: the API token is not set
        """
        self.ensure_one()
        self.check_access("write")
        if refusal := self._get_polling_refusal():
            return {"outcome": "refused", "message": refusal}
        with (
            own_transaction(self) as instance,
            instance._hold_receiving(wait=LISTENER_PATIENCE) as is_held,
        ):
            if not is_held:
                return {"outcome": "busy"}
            waiting, refusal = instance._fetch_notification()
        if refusal:
            return {"outcome": "refused", "message": refusal}
        if not waiting:
            return {"outcome": "empty"}
        return {"outcome": "taken", **self._get_notification_summary(waiting.body)}

    def _fetch_notification(self):
        """Fetch and store one notification and process the inbox. Commits.

        :return: tuple of the WaitingNotification or None, and the reason of a failure or False
        """
        in_company = self._in_company()
        receiver = NotificationReceiver(in_company)
        try:
            with self._get_client() as client:
                waiting = receiver.fetch_one(client)
        except GreenApiError as error:
            self._record_error(error)
            return None, self.state_message
        self._clear_last_error()
        receiver.events._process_inbox(in_company)
        return waiting, False

    # === TEXTS === #

    def _get_polling_refusal(self):
        """Return why notifications cannot be fetched; False if they can."""
        if not self.active:
            return self.env._("The account is archived. Unarchive it to receive messages.")
        if self.is_other_database:  # they belong to the original
            return self._get_other_database_message()
        if self.receive_mode == "webhook":
            return self.env._(
                "GREEN-API delivers the messages of this account by webhook as soon as they "
                "arrive. They are shown in the chats and under Technical → Events."
            )
        return False

    def _get_notification_summary(self, body):
        """Return what a notification says, to be shown to a user.

        :param body: the decoded JSON of the notification
        :return: dict with the texts ``kind``, ``chat``, ``text`` and ``json``
        """
        messages, events = self.env["telegram.message"], self.env["telegram.event"]
        chat, text = "", ""
        try:
            notification = parse(body)
        except NotificationError as error:
            kind = self.env._("Unreadable event")
            text = events._get_unreadable_message(error)
        else:
            kind = events._get_type_label(clean_text(body, "typeWebhook"))
            match notification:
                case MessageNotification():
                    chat = notification.chat_name or notification.chat_id
                    text = notification.text or notification.file_name
                    text = text or messages._get_kind_name(notification.type_message)
                case StatusNotification():
                    chat = notification.chat_id
                    text = messages._get_status_label(notification.status)
                    if notification.description:
                        text = messages._get_status_message(notification)
                case StateNotification():
                    states = dict(self._fields["state"]._description_selection(self.env))
                    text = states.get(notification.state, notification.state)
                case QuotaNotification():
                    name = self.env["telegram.call"]._get_method_label(notification.method)
                    text = self._add_service_words(name, notification.description)
        summary = {"kind": kind, "chat": chat, "text": text}
        summary = {key: escape_surrogates(value) for key, value in summary.items()}
        return {**summary, "json": format_json(body)}
