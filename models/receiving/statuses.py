# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ... import const
from ...client.parsing import to_datetime
from ..telegram_message import (
    CHAT_IN_PHONE_FORM,
    NO_FAILURE,
    STATUS_RANK,
    EventPostponedError,
)

# A report without an id does not mean a message that was sent more than so many hours ago.
STATUS_HOURS = 24
FAILURE_STATUSES = ("failed", "noAccount")


class TelegramMessage(models.Model):
    """Extend ``telegram.message``: process the statuses that GREEN-API reports.

    A status is never lowered: reports may arrive in any order, and more than once. What was sent
    but not delivered can still fail, or is taken back by clearing GREEN-API's queue
    (``_process_cleared_queue``).
    """

    _inherit = "telegram.message"

    @api.model
    def _process_status(self, instance, notification, received_at):
        """Update an outgoing message with the status that GREEN-API reports.

        :param instance: the ``telegram.instance``
        :param StatusNotification notification: the report
        :param datetime received_at: when the report was received (UTC)
        :return: the ``telegram.message``; empty if it is unknown
        :raise EventPostponedError: it may be about a message whose id is not stored yet
        """
        message = self._find_by_status(instance, notification)
        if not message:
            self._check_not_sending(instance, received_at)
            self._check_outcome_known(instance, notification)
        elif notification.status in STATUS_RANK:
            message._raise_status(notification.status, to_datetime(notification.timestamp))
        elif notification.status in FAILURE_STATUSES:
            message._fail_from_status(notification)
        return message

    @api.model
    def _is_known_status(self, status):
        """Return whether this version knows what a status means."""
        return status in STATUS_RANK or status in FAILURE_STATUSES

    @api.model
    def _is_higher_status(self, status, state):
        """Return whether a status tells more than a state that is known."""
        return STATUS_RANK.get(status, 0) > STATUS_RANK.get(state, 0)

    def _raise_status(self, status, date=None):
        """Set a status unless the message has it or a higher one: it is never lowered.

        :param str status: a state of the message, one of ``STATUS_RANK`` or any other
        :param datetime date: UTC, since when it has the status; now if it is not known
        """
        self.ensure_one()
        if self._is_higher_status(status, self.state):
            values = {"state": status, **NO_FAILURE}
            if status == "read":
                values["read_date"] = date or fields.Datetime.now()
            self._set_state(values)

    def _fail_from_status(self, notification):
        """Mark the message as failed unless it was delivered: then the report is outdated.

        :param StatusNotification notification: "failed" or "noAccount"
        """
        self.ensure_one()
        if STATUS_RANK.get(self.state, 0) >= STATUS_RANK["delivered"]:
            return
        has_no_account = notification.status == "noAccount"
        self.chat_id.no_account = has_no_account
        self._set_state(
            {
                "state": "error",
                "failure_type": "no_account" if has_no_account else "failed",
                "failure_reason": self._get_status_message(notification),
            }
        )

    def _mark_no_account(self):
        """Mark messages as failed because the phone number has no Telegram account."""
        self.chat_id.no_account = True
        self._set_state(
            {
                "state": "error",
                "failure_type": "no_account",
                "failure_reason": self._get_no_account_message(),
            }
        )

    @api.model
    def _find_by_status(self, instance, notification):
        """Return the message that a status is about.

        "failed" and "noAccount" may come without the id of the message. They mean the oldest
        message of the chat that is not known to be delivered.
        """
        outgoing = Domain("instance_id", "=", instance.id) & Domain("direction", "=", "outgoing")
        same_chat = Domain("chat_id.telegram_id", "=", notification.chat_id)
        if not notification.id_message:
            since = fields.Datetime.now() - timedelta(hours=STATUS_HOURS)
            sent = Domain("state", "=", "sent") | Domain("is_being_checked", "=", True)
            sent &= Domain("last_attempt_date", ">=", since)
            # Edits and deletions are never reported as delivered.
            sent &= Domain("type_message", "not in", const.CHANGE_KINDS)
            return self.search(outgoing & same_chat & sent, order="id", limit=1)
        same_id = Domain("id_message", "=", notification.id_message)
        message = self.search(outgoing & same_id & same_chat, limit=1)
        if not message and not const.is_group_id(notification.chat_id):
            # The status may come before the echo that tells the id of a chat in phone form.
            found = self.search(outgoing & same_id & CHAT_IN_PHONE_FORM, limit=2)
            message = found if len(found) == 1 else message
        return message or self._find_of_former_group(
            instance, notification.chat_id, notification.id_message
        )

    @api.model
    def _check_outcome_known(self, instance, notification):
        """Postpone a status that may be about a message whose id is not known yet.

        :raise EventPostponedError: there is such a message, unsure or sent within a day
        """
        since = fields.Datetime.now() - timedelta(hours=STATUS_HOURS)
        same_chat = Domain("chat_id.telegram_id", "=", notification.chat_id)
        being_checked = Domain("is_being_checked", "=", True) & (same_chat | CHAT_IN_PHONE_FORM)
        recent = Domain("last_attempt_date", ">=", since) & Domain("state", "!=", "queued")
        recent &= same_chat & self._get_unrecognized_domain()
        waiting = Domain("instance_id", "=", instance.id) & (being_checked | recent)
        if notification.id_message and self.search_count(waiting, limit=1):
            raise EventPostponedError()

    # === TEXTS === #

    @api.model
    def _get_status_label(self, status):
        """Return the name of a status of GREEN-API; an unknown one as GREEN-API writes it."""
        labels = dict(self._fields["state"]._description_selection(self.env))
        labels |= {"failed": labels["error"], "noAccount": self.env._("No Telegram account")}
        return labels.get(status, status)

    def _get_status_message(self, notification):
        if notification.status == "noAccount":
            text = self._get_no_account_message()
        else:
            text = self.env._("Telegram did not accept the message.")
        words = notification.description
        return self.env["telegram.instance"]._add_service_words(text, words)

    def _get_no_account_message(self):
        return self.env._(
            "This phone number has no Telegram account, or its owner hides it. Ask the contact "
            "for another phone number or the Telegram username."
        )
