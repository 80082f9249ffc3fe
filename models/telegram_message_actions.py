# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import api, fields, models

from .. import const
from .telegram_message_changes import ARRIVED
from .telegram_message_display import MAP_URL


class TelegramMessage(models.Model):
    """The buttons of a message's form: send now, answer, change, delete, forward."""

    _inherit = "telegram.message"

    can_edit = fields.Boolean(compute="_compute_can", help="It is a text of ours, and not too old.")
    can_delete = fields.Boolean(compute="_compute_can")
    can_forward = fields.Boolean(compute="_compute_can", help="Telegram has it.")
    file_url = fields.Char("File Link", compute="_compute_file_url")
    map_url = fields.Char("Map", compute="_compute_details")
    details = fields.Text(compute="_compute_details", help="What the kind holds besides a text.")

    @api.depends("state", "type_message", "id_message", "is_deleted", "direction")
    def _compute_can(self):
        limit = fields.Datetime.now() - timedelta(hours=const.EDIT_HOURS)
        no_message = (*const.CHANGE_KINDS, "reactionMessage")
        for message in self:
            is_real = message.type_message not in no_message and not message.is_deleted
            has_arrived = is_real and message.state in ARRIVED and bool(message.id_message)
            is_text = message.type_message in const.TEXT_KINDS and not message.is_forwarded
            is_new = message._get_attempted_at() >= limit
            message.can_delete = message.direction == "outgoing" and has_arrived
            message.can_edit = is_text and (
                message.can_delete
                and is_new
                or message.direction == "outgoing"
                and message.state == "queued"
            )
            message.can_forward = is_real and bool(message.id_message)

    @api.depends("attachment_id", "url_file")
    def _compute_file_url(self):
        for message in self:
            # Of a file that Odoo has, the link to the service's copy lives for a day only.
            attachment = message.attachment_id
            url = attachment and f"/web/content/{attachment.id}?download=1"
            message.file_url = url or message.url_file

    @api.depends("type_message", "content")
    def _compute_details(self):
        for message in self:
            content = message.content or {}
            message.details = "\n".join(filter(None, message._describe_content()))
            message.map_url = False
            if "latitude" in content:
                place = (content["latitude"], content["longitude"])
                message.map_url = MAP_URL % (*place, *place)

    def action_send_now(self):
        """Send messages that were to be sent later as soon as possible."""
        self._act_on({"queued"}, {"scheduled_date": False})
        self.instance_id._trigger_send()

    def action_reply(self):
        """Open the composer to answer the message, from the record that it is about; without
        record and contact, the conversation."""
        self.ensure_one()
        record = self._get_record() or self.partner_id
        if not (record and self.partner_id):
            return self.chat_id.action_open_in_discuss()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reply by Telegram"),
            "res_model": "telegram.composer",
            "views": [[False, "form"]],
            "target": "new",
            "context": {
                "default_res_model": record._name,
                "default_res_id": record.id,
                "default_partner_ids": self.partner_id.ids,
                "default_instance_id": self.instance_id.id,
                "default_quoted_message_id": self.id,
            },
        }

    def action_edit(self):
        """Open the dialog in which the text is changed."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Change the Message"),
            "res_model": "telegram.message.edit",
            "views": [[False, "form"]],
            "target": "new",
            "context": {"default_message_id": self.id, "default_text": self.text},
        }

    def action_delete(self):
        """Delete messages for everybody in their chats."""
        for message in self:
            message.delete()

    def action_forward(self):
        """Open the dialog in which the chats are chosen."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Forward"),
            "res_model": "telegram.forward",
            "views": [[False, "form"]],
            "target": "new",
            "context": {"default_message_ids": self.ids},
        }
