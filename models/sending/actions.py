# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..mail.message_text import MAP_URL


class TelegramMessage(models.Model):
    """Extend ``telegram.message`` with the links and buttons of its form.

    Editing and deleting are in ``edit_delete.py``.
    """

    _inherit = "telegram.message"

    file_url = fields.Char("File Link", compute="_compute_file_url")
    map_url = fields.Char("Map", compute="_compute_details")
    details = fields.Text(
        compute="_compute_details", help="Content besides a text, such as a location or a contact."
    )

    # === COMPUTE METHODS === #

    @api.depends("attachment_id", "url_file")
    def _compute_file_url(self):
        for message in self:
            # The link to GREEN-API's copy expires after a day, that of Odoo's does not.
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
                coordinates = (content["latitude"], content["longitude"])
                message.map_url = MAP_URL % (*coordinates, *coordinates)

    # === ACTION METHODS === #

    def action_send_now(self):
        """Send scheduled messages as soon as possible, also in the quiet hours."""
        self._reschedule(False)

    def _reschedule(self, date):
        """Change when queued messages are sent. A person decides, so quiet hours do not count.

        :param datetime date: UTC; False to send them as soon as possible
        :raise UserError: the date is in the past, or a message is not queued any longer
        """
        self._check_scheduled_date(date)
        personal = {"waits_in_quiet_hours": False, "wanted_date": False}
        scheduled = self.filtered("scheduled_date")
        self._change_state({"queued"}, {"scheduled_date": date, **personal})
        if not date:
            scheduled._update_date()
        self.instance_id._trigger_send(date or None)

    def _update_date(self):
        """Update the date of messages that a person sends at this moment."""
        for message in self:
            message.sudo().date = fields.Datetime.now()  # sudo: as _change_state, see there
            message._update_posted_date()

    @api.model
    def _check_scheduled_date(self, date):
        """Raise a UserError if a date to send a message is in the past."""
        if date and date <= fields.Datetime.now():
            raise UserError(
                self.env._(
                    "The date in Send Later is in the past. Choose a later date, or clear the "
                    "field to send now."
                )
            )

    def action_reply(self):
        """Open the composer to answer the message from the record that it belongs to.

        Without a record and a contact, the conversation is opened.
        """
        self.ensure_one()
        self._check_operated()
        record = self._get_record() or self.partner_id
        if not (record and self.partner_id):
            return self.chat_id.action_open_in_discuss()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reply in Telegram"),
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

    def action_forward(self):
        """Open the dialog in which the chats to forward to are chosen."""
        self._check_operated()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Forward Messages"),
            "res_model": "telegram.forward",
            "views": [[False, "form"]],
            "target": "new",
            "context": {"default_message_ids": self.ids},
        }

    def action_look_up(self):
        """Fetch this message from GREEN-API and display the result."""
        self.ensure_one()
        self._check_operated()
        if not self.id_message:
            raise UserError(
                self.env._(
                    "GREEN-API has not reported the ID of this message yet. Try again later."
                )
            )
        return self._look_up(self.instance_id, self.chat_id.telegram_id, self.id_message)

    @api.model
    def _look_up(self, instance, chat_id, id_message):
        """Fetch a message from GREEN-API by its ID.

        https://green-api.com/en/telegram/docs/api/journals/GetMessage/

        :param instance: the ``telegram.instance``
        :param str chat_id: of Telegram
        :param str id_message: of GREEN-API
        :return: an action that displays the result, in words and raw
        :raise UserError: GREEN-API does not have the message, or the call failed
        """
        row = instance._call_service("get_message", chat_id, id_message)
        _ = self.env._
        status = {"sent": _("sent"), "delivered": _("delivered"), "read": _("read")}
        if row.is_incoming:
            text = _("GREEN-API has the message, from %s.", row.sender_name or row.chat_id)
        elif row.status:
            text = _("GREEN-API has the message: %s.", status.get(row.status, row.status))
        else:
            text = _("GREEN-API has the message. It has not been delivered yet.")
        return instance._display_result(text, row)
