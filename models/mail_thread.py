# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    def _message_telegram(self, body, *, partner=None, instance=None):
        """Write to the contact of this record by Telegram.

        The message stands in the chatter at once and is sent after the transaction commits.

        :param str body: plain text
        :param partner: the ``res.partner`` to write to; by default the record's own
        :param instance: the ``telegram.instance`` to write by; by default its company's first
        :return: the ``mail.message``; its notification follows what becomes of it
        :raise UserError: nobody to write to, no way to reach them, or a text that cannot be sent
        """
        self.ensure_one()
        text = self.env["telegram.message"]._check_text(body)
        instance = instance or self._telegram_get_instance()
        instance.check_access("read")
        partner = partner or self._telegram_get_partner()
        chat = self.env["telegram.chat"]._for_partner(instance, partner)
        mail_message = self.message_post(
            body=plaintext2html(text),
            message_type="telegram",
            subtype_xmlid="mail.mt_note",
            partner_ids=partner.ids,
        )
        message = self.env["telegram.message"]._queue(chat, text, record=self)
        # sudo: telegram.message, mail.notification - both show what was just queued
        message.sudo().mail_message_ids = mail_message
        self.env["mail.notification"].sudo().create(
            {
                "author_id": mail_message.author_id.id,
                "mail_message_id": mail_message.id,
                "res_partner_id": partner.id,
                "notification_type": "telegram",
                "telegram_message_id": message.id,
                "is_read": True,  # nothing for an inbox
                **message._prepare_notification_values(),
            }
        )
        return mail_message

    def _telegram_get_instance(self):
        """Return the instance to write from this record by: its company's, else the current one's.

        :raise UserError: the user operates none there
        """
        self.ensure_one()
        company = self._mail_get_companies(default=self.env.company)[self.id]
        return self.env["telegram.instance"]._default(company)

    def _telegram_get_partner(self):
        """Return the contact of this record, or raise a UserError when it has none."""
        self.ensure_one()
        partner = self._mail_get_partners()[self.id][:1]
        if not partner:
            raise UserError(
                self.env._(
                    "“%s” has no contact to write to. Set its customer or contact first.",
                    self.display_name,
                )
            )
        return partner

    @api.model
    def notify_cancel_by_type(self, notification_type):
        """Let "discard failures" of the messaging menu work for Telegram, too."""
        super().notify_cancel_by_type(notification_type)
        if notification_type == "telegram":
            self._notify_cancel_by_type_generic("telegram")
        return True
