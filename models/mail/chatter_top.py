# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""What the top of a chatter shows.

Scheduled messages look as Odoo's own. If the contact has no e-mail address, Telegram is proposed.
"""

from odoo import fields, models
from odoo.fields import Domain

from odoo.addons.mail.tools.discuss import Store

from ...const import CHANGE_KINDS
from ...tools.access import USER


class TelegramMessage(models.Model):
    """Find the scheduled messages of a record, and prepare them for the web client."""

    _inherit = "telegram.message"

    # For each chatter that is opened.
    _scheduled_index = models.Index(
        "(res_model, res_id) WHERE state = 'queued' AND scheduled_date IS NOT NULL"
    )

    def _find_scheduled(self, records):
        """Return the messages of these records that wait for their date, the next one first."""
        domain = Domain("res_model", "=", records._name) & Domain("res_id", "in", records.ids)
        domain &= Domain("state", "=", "queued")
        domain &= Domain("scheduled_date", ">", fields.Datetime.now())
        domain &= Domain("type_message", "not in", CHANGE_KINDS)
        return self.search(domain, order="scheduled_date, id")

    def _update_posted_date(self):
        """Show a scheduled message in its posts with the date on which it was sent."""
        self.ensure_one()
        # sudo: mail.message - the posts show the message, whichever user wrote it
        for mail_message_sudo in self.sudo().mail_message_ids:
            mail_message_sudo.date = self.date
            store = Store(bus_channel=mail_message_sudo._bus_channel())
            store.add(mail_message_sudo, ["date"]).bus_send()

    def _to_store_defaults(self, target):
        is_user = self.env.user.has_group(USER)
        return [
            Store.One("author_id", sudo=True),
            Store.Attr("body", lambda message: message._get_scheduled_body()),
            Store.Attr(
                "can_change", lambda message: is_user and message.sudo(False).has_access("read")
            ),
            "scheduled_date",
        ]

    def _get_scheduled_body(self):
        """Return the message as HTML, with the name of its file."""
        self.ensure_one()
        is_file = bool(self.attachment_id or self.report_id)
        return self._get_chatter_body() if is_file else self._get_body()


class MailThread(models.AbstractModel):
    """Add what the top of a chatter shows to its data."""

    _inherit = "mail.thread"

    def _thread_to_store(self, store, fields, *, request_list=None):
        super()._thread_to_store(store, fields, request_list=request_list)
        requested = request_list or ()
        if "suggestedRecipients" in requested and self.env.user.has_group(USER):
            partners = self._telegram_get_partners()
            for record in self:
                partner = partners[record.id]
                is_proposed = bool(partner) and partner._is_only_on_telegram()
                store.add(record, {"telegram_is_proposed": is_proposed}, as_thread=True)
        if "scheduledMessages" not in requested:
            return
        # sudo: telegram.message - the readers of the record read its messages in the chatter, too
        messages_sudo = self.env["telegram.message"].sudo()._find_scheduled(self)
        by_record = messages_sudo.grouped("res_id")
        for record in self:
            scheduled = Store.Many(by_record.get(record.id, messages_sudo.browse()))
            store.add(record, {"telegramScheduledMessages": scheduled}, as_thread=True)
