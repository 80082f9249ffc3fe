# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..mail.message_text import MAP_URL


class TelegramMessage(models.Model):
    """The buttons of a message's form: send now, answer, change, delete, forward.

    What the service has of a message.

    https://green-api.com/en/telegram/docs/api/journals/GetMessage/
    """

    _inherit = "telegram.message"

    can_edit = fields.Boolean(compute="_compute_can", help="It is a text of ours, and not too old.")
    can_delete = fields.Boolean(compute="_compute_can")
    can_forward = fields.Boolean(compute="_compute_can", help="Telegram has it.")
    file_url = fields.Char("File Link", compute="_compute_file_url")
    map_url = fields.Char("Map", compute="_compute_details")
    details = fields.Text(compute="_compute_details", help="What the kind holds besides a text.")

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
            message.details = "\n".join(filter(None, message._get_content_summary()))
            message.map_url = False
            if "latitude" in content:
                place = (content["latitude"], content["longitude"])
                message.map_url = MAP_URL % (*place, *place)

    def action_send_now(self):
        """Send messages that were to be sent later as soon as possible."""
        self._change_state({"queued"}, {"scheduled_date": False})
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

    def action_look_up(self):
        """Ask the service for this message, and show what it has."""
        self.ensure_one()
        self.check_access("read")
        if not self.id_message:
            raise UserError(self.env._("The service has not told the id of this message yet."))
        return self._look_up(self.instance_id, self.chat_id.telegram_id, self.id_message)

    @api.model
    def _look_up(self, instance, chat_id, id_message):
        """Ask the service for a message by its id.

        :param instance: the ``telegram.instance``
        :return: an action that shows the answer, in words and raw
        :raise UserError: it does not have it, or cannot be asked
        """
        row = instance._call_service("get_message", chat_id, id_message)
        _ = self.env._
        status = {"sent": _("sent"), "delivered": _("delivered"), "read": _("read")}
        if row.is_incoming:
            text = _("The service has it, from %s.", row.sender_name or row.chat_id)
        elif row.status:
            text = _("The service has it: %s.", status.get(row.status, row.status))
        else:
            text = _("The service has it; it has not been delivered yet.")
        return instance._display_result(text, row)
