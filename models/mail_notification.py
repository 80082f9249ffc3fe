# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import fields, models

from .telegram_message import FAILURE_TYPES


class MailNotification(models.Model):
    """The chatter's view of an outgoing Telegram message: one for each message and contact."""

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

    def _filtered_for_web_client(self):
        """Show the state of a Telegram message to whoever sees the message, colleagues included."""
        telegram = self.filtered(lambda n: n.notification_type == "telegram")
        return telegram | super(MailNotification, self - telegram)._filtered_for_web_client()

    def _to_store_defaults(self, target):
        telegram_fields = ["failure_reason", "telegram_message_id", "telegram_state"]
        return super()._to_store_defaults(target) + telegram_fields
