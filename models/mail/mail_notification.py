# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import fields, models

from odoo.addons.mail.tools.discuss import Store

from ..telegram_message import FAILURE_TYPES

FAILED_STATUSES = ("bounce", "exception")  # of notifications
STATE_FIELDS = [
    *("notification_status", "failure_type", "failure_reason", "telegram_state"),
    *("telegram_waiting_reason", "telegram_scheduled_date", "telegram_is_edited"),
]


class MailNotification(models.Model):
    """Show an outgoing Telegram message in the chatter, by one notification for each contact."""

    _inherit = "mail.notification"

    notification_type = fields.Selection(
        selection_add=[("telegram", "Telegram")], ondelete={"telegram": "cascade"}
    )
    failure_type = fields.Selection(
        selection_add=[(f"telegram_{code}", name) for code, name in FAILURE_TYPES]
    )
    telegram_message_id = fields.Many2one(
        "telegram.message", index="btree_not_null", ondelete="set null"
    )
    telegram_state = fields.Selection(related="telegram_message_id.state", string="Telegram State")
    telegram_scheduled_date = fields.Datetime(
        related="telegram_message_id.scheduled_date", string="Scheduled Date"
    )
    telegram_waiting_reason = fields.Char(
        related="telegram_message_id.waiting_reason", string="Waiting Reason"
    )
    telegram_is_edited = fields.Boolean(related="telegram_message_id.is_edited")

    def _filtered_for_web_client(self):
        """Return the notifications to show: a Telegram state is shown to all readers."""
        telegram = self.filtered(lambda n: n.notification_type == "telegram")
        return telegram | super(MailNotification, self - telegram)._filtered_for_web_client()

    def _to_store_defaults(self, target):
        return [
            *super()._to_store_defaults(target),
            "failure_reason",
            "telegram_is_edited",
            "telegram_message_id",
            "telegram_scheduled_date",
            "telegram_state",
            "telegram_waiting_reason",
        ]

    def _telegram_notify_authors(self):
        """Send the states of messages to the web clients of those who wrote them.

        A client that shows a message knows its notification, so the state is enough for it. Core's
        way also sends the texts. It is for failures, of which the menu of messages shows more.
        It reaches the current user, too; that of a scheduled action has no web client.
        """
        user = self.env.user
        is_person = not (user._is_superuser() or user._is_public())
        for author, own in self.grouped("author_id").items():
            writer = author.main_user_id or user
            failed = own.filtered(lambda each: each.notification_status in FAILED_STATUSES)
            # sudo: mail.message - their state is known, whatever the user may read by now
            messages_sudo = failed.mail_message_id.with_user(user if is_person else writer).sudo()
            messages_sudo._notify_message_notification_update()
            for reader in writer | user if is_person else writer:
                # sudo: mail.notification - as above; texts are in the reader's language and time
                shown_sudo = (own - failed).with_user(reader).sudo()
                shown_sudo = shown_sudo.with_context(lang=reader.lang, tz=reader.tz)
                Store(bus_channel=reader).add(shown_sudo, STATE_FIELDS).bus_send()
