# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ... import const
from ..telegram_message import CHAT_IN_PHONE_FORM, NO_FAILURE, RANK, EventPostponedError

# After this long an old message still "sent" is not what a report without an id means.
STATUS_HOURS = 24


class TelegramMessage(models.Model):
    _inherit = "telegram.message"

    # === A STATUS === #

    @api.model
    def _process_status(self, instance, notification, arrived_at):
        """Keep what became of a message of ours.

        :param StatusNotification notification: what the service reported
        :param datetime arrived_at: when that arrived (UTC)
        :return: the ``telegram.message``, or none when it is not known here
        :raise EventPostponedError: a message is being sent just now whose id is not written down yet
        """
        message = self._find_by_status(instance, notification)
        if not message:
            self._check_not_sending(instance, arrived_at)
            self._check_outcome_known(instance, notification)
            return message
        state = notification.status
        if state in RANK:
            if RANK[state] > RANK.get(message.state, 0):
                message._set_state({"state": state, **NO_FAILURE})
        elif state in ("failed", "noAccount") and RANK.get(message.state, 0) < RANK["delivered"]:
            message.chat_id.no_account = state == "noAccount"
            message._set_state(
                {
                    "state": "error",
                    "failure_type": "no_account" if state == "noAccount" else "failed",
                    "failure_reason": self._get_status_message(notification),
                }
            )
        return message

    @api.model
    def _find_by_status(self, instance, notification):
        """Return the message that a status is about.

        "failed" and "noAccount" may come without the message's id: they mean the first message
        of the chat of which nothing better is known.
        """
        outgoing = Domain("instance_id", "=", instance.id) & Domain("direction", "=", "outgoing")
        same_chat = Domain("chat_id.telegram_id", "=", notification.chat_id)
        if not notification.id_message:
            since = fields.Datetime.now() - timedelta(hours=STATUS_HOURS)
            sent = Domain("state", "=", "sent") | Domain("is_settling", "=", True)
            sent &= Domain("last_attempt_date", ">=", since)
            sent &= Domain("type_message", "not in", const.CHANGE_KINDS)  # stay "sent" for good
            return self.search(outgoing & same_chat & sent, order="id", limit=1)
        same_id = Domain("id_message", "=", notification.id_message)
        message = self.search(outgoing & same_id & same_chat, limit=1)
        if not message and not const.is_group_id(notification.chat_id):
            # A chat known by its phone only: the report may come before the echo that tells more.
            found = self.search(outgoing & same_id & CHAT_IN_PHONE_FORM, limit=2)
            message = found if len(found) == 1 else message
        return message

    @api.model
    def _check_outcome_known(self, instance, notification):
        """Let a status wait that may be about an unsure message, whose id is not known yet.

        :raise EventPostponedError: there is such a message
        """
        settling = Domain("instance_id", "=", instance.id) & Domain("is_settling", "=", True)
        same_chat = Domain("chat_id.telegram_id", "=", notification.chat_id)
        if notification.id_message and self.search_count(
            settling & (same_chat | CHAT_IN_PHONE_FORM), limit=1
        ):
            raise EventPostponedError()

    def _mark_no_account(self):
        """Fail messages to a number at which there is nobody."""
        self.chat_id.no_account = True
        self._set_state(
            {
                "state": "error",
                "failure_type": "no_account",
                "failure_reason": self._get_no_account_message(),
            }
        )

    def _get_no_account_message(self):
        return self.env._(
            "This number has no Telegram account, or hides it. Ask the contact for another "
            "number or for the Telegram user name."
        )

    def _get_status_message(self, notification):
        if notification.status == "noAccount":
            text = self._get_no_account_message()
        else:
            text = self.env._("Telegram did not take the message.")
        return f"{text} ({notification.description})" if notification.description else text
