# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, models
from odoo.tools import formataddr, plaintext2html

from ..const import CHANGE_KINDS


class TelegramMessage(models.Model):
    """Where a message is shown: in the conversation of its chat, and on records."""

    _inherit = "telegram.message"

    @api.model_create_multi
    def create(self, vals_list):
        messages = super().create(vals_list)
        if not self.env.context.get("telegram_is_shown"):
            for message in messages.filtered(lambda message: message.state == "queued"):
                if message.chat_id.channel_id and message.type_message not in CHANGE_KINDS:
                    message._show_in_conversation()
        return messages

    @api.model
    def _queue_batch(self, rows, scheduled_date=None):
        messages = super()._queue_batch(rows, scheduled_date)
        # sudo: telegram.message, telegram.chat - the conversation shows what was just queued
        for message_sudo, (chat, _values) in zip(messages.sudo(), rows, strict=True):
            if chat.sudo().channel_id:
                message_sudo._show_in_conversation()
        return messages

    def _show_state(self):
        result = super()._show_state()
        for message in self:
            message._update_conversation()
        return result

    def _show(self):
        """Show a message that the service has reported."""
        self.ensure_one()
        if self.target_id_message and self._take_effect():
            return
        self._show_in_conversation(open_it=True)
        self._post_on_records()
        if self.is_deleted:
            self._show_text()
        if self.id_message:
            self._catch_up()

    def _show_in_conversation(self, open_it=False):
        """Show the message in the conversation of its chat.

        :param bool open_it: also when there is none yet, or it is closed
        """
        self.ensure_one()
        chat = self.chat_id
        channel = chat._open_channel(before=self) if open_it else chat.channel_id
        is_incoming = self.direction == "incoming"
        responsible = chat._get_responsible() if is_incoming else None
        # sudo: discuss.channel - those who see the conversation see all of it
        shown = channel.sudo()._telegram_show(
            self._prepare_shown_values(channel), is_incoming, responsible
        )
        self.mail_message_ids += shown
        if not is_incoming:
            shown._telegram_send_state()

    def _prepare_shown_values(self, channel):
        """Give the values of the ``mail.message`` that shows this message in a conversation."""
        return {
            "body": self._get_body(),
            "attachment_ids": self.attachment_id.ids,
            "date": self.date,
            "parent_id": self._find_quoted_in(channel).id,
            **self._prepare_author(),
        }

    def _prepare_author(self):
        """Give who is shown as the author: a contact or colleague, or a name that Odoo knows
        nobody by; the company for what its account said elsewhere."""
        if self.author_id:
            return {"author_id": self.author_id.id, "email_from": self.author_id.email_formatted}
        if self.direction == "outgoing":
            company_partner = self.company_id.partner_id
            return {"author_id": company_partner.id, "email_from": company_partner.email_formatted}
        return {"author_id": False, "email_from": self.sender_name or self.chat_id.name}

    def _find_quoted_in(self, channel):
        """Return the ``mail.message`` of a conversation that this message answers."""
        if not self.quoted_id_message:
            return self.env["mail.message"]
        quoted = self.search(
            [("chat_id", "=", self.chat_id.id), ("id_message", "=", self.quoted_id_message)]
        )
        return quoted._get_shown(channel)

    def _get_shown(self, channel):
        """Return the ``mail.message`` that shows this message in a conversation."""
        return self.mail_message_ids.filtered(
            lambda shown: shown.model == channel._name and shown.res_id == channel.id
        )[:1]

    def _update_conversation(self):
        """Show how far the message has come to all who look at the conversation."""
        channel = self.chat_id.channel_id
        shown = channel and self._get_shown(channel)
        if shown:
            shown._telegram_send_state()
            self._report_failure(shown)

    def _report_failure(self, shown):
        """Put a message written in Discuss among the failures of its author's messaging menu."""
        is_trouble = self.state in ("error", "unsure") and not self.is_settling
        # sudo: mail.notification - whether there is one already, of whomever
        if not is_trouble or shown.message_type != "comment" or shown.sudo().notification_ids:
            return
        # sudo: mail.notification - it follows the message, whoever changed that
        self.env["mail.notification"].sudo().create(
            self._prepare_notification(shown, self.partner_id)
        )
        shown._notify_message_notification_update()

    def _report_refused_change(self):
        result = super()._report_refused_change()
        self.target_message_id._show_text()  # Discuss shows a new text before it is confirmed
        return result

    def _post_on_records(self):
        """Show the message in the chatter of its contact and of the record it answers."""
        self.ensure_one()
        records = [self.partner_id] if self.partner_id else []
        record = self._get_record()
        if record and record not in records and hasattr(record, "message_post"):
            records.append(record)
        for each in records:
            self._post_on(each)

    def _post_on(self, record):
        """Show the message in the chatter of a record."""
        values = self._prepare_author()
        if not values["author_id"]:
            # It may go out as an e-mail to colleagues: that needs an address that may send.
            address = (
                self.company_id.partner_id.email_normalized or self.company_id.default_from_email
            )
            if address:
                values["email_from"] = formataddr((values["email_from"], address))
        # A file of a conversation stays there: it is only named elsewhere.
        values["body"] = (
            plaintext2html(self._describe()) if self.attachment_id else self._get_body()
        )
        values["date"] = self.date
        self.mail_message_ids += self._post(record.with_company(self.company_id), values)

    def _post(self, record, values):
        """Post on a record.

        The chatter of a contact whom nobody follows is only added to, as by a note: there is
        nobody to tell, and finding that out by posting takes as long as all the rest.

        :param dict values: body, author and date of the ``mail.message``
        :return: the ``mail.message``
        """
        subtype = "mail.mt_comment" if self.direction == "incoming" else "mail.mt_note"
        is_customer = record == self.partner_id and record.partner_share
        if not is_customer or record.sudo().message_follower_ids:  # sudo: whoever follows
            return record.message_post(message_type="telegram", subtype_xmlid=subtype, **values)
        # sudo: mail.message - whoever writes in the conversation, it is the contact's, too
        messages_sudo = self.env["mail.message"].sudo()
        return messages_sudo.create(
            {
                "model": record._name,
                "res_id": record.id,
                "message_type": "telegram",
                "subtype_id": self.env["ir.model.data"]._xmlid_to_res_id(subtype),
                "reply_to": False,
                **values,
            }
        )
