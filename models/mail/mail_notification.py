# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import fields, models

from ..telegram_message import FAILURE_TYPES


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
