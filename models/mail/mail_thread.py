# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, models
from odoo.exceptions import UserError

from ... import const


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    def _message_telegram(
        self,
        body="",
        *,
        partner=None,
        group=None,
        instance=None,
        attachments=None,
        contents=(),
        quoted_message=None,
        scheduled_date=None,
    ):
        """Write to the contact of this record by Telegram.

        Each message stands in the chatter at once and is sent after the transaction commits. With
        files, the text becomes the caption of the first one; a longer one goes before them.

        :param str body: plain text
        :param partner: the ``res.partner`` to write to; by default the record's own
        :param group: the ``telegram.chat`` of a group to write to instead
        :param instance: the ``telegram.instance`` to write by; by default its company's first
        :param attachments: ``ir.attachment`` records to send
        :param list contents: values of the ``telegram.message._prepare_…`` methods, to send besides
        :param quoted_message: the ``telegram.message`` of the chat that the first one answers
        :param datetime scheduled_date: not before this moment (UTC)
        :return: the ``mail.message`` records, one for each message in Telegram; their
            notifications follow what becomes of it
        :raise UserError: nobody to write to, no way to reach them, or what cannot be sent
        """
        self.ensure_one()
        messages = self.env["telegram.message"]
        values_list = messages._prepare_all(body, attachments, contents)
        instance = group.instance_id if group else instance or self._telegram_get_instance()
        self._telegram_check_instance(instance)
        if group:
            group.check_access("read")
            partner, chat = self.env["res.partner"], group
        else:
            partner = partner or self._telegram_get_partner()
            chat = self.env["telegram.chat"]._get_or_create_for_partner(instance, partner)
        mail_messages = self.env["mail.message"]
        for values in values_list:
            message = messages._queue(chat, values, self, quoted_message, scheduled_date)
            quoted_message = None
            attachment = message.sudo().attachment_id  # sudo: telegram.message - our own one
            messages._assign_uploaded_files(attachment, self)
            mail_message = self.message_post(
                body=message._get_body(),
                message_type="telegram",
                subtype_xmlid="mail.mt_note",
                partner_ids=partner.ids,
                attachment_ids=attachment.ids,
            )
            message._link_to_chatter(mail_message, partner)
            mail_messages |= mail_message
        return mail_messages

    def _message_telegram_batch(
        self,
        bodies,
        *,
        instance,
        partners=None,
        places=None,
        attachments=None,
        contents=(),
        scheduled_date=None,
    ):
        """Write to the contacts of many records at once, as a note on each.

        The number of queries does not grow with that of the records.

        :param dict bodies: plain text by id of the record
        :param instance: the ``telegram.instance`` to write by
        :param dict partners: the ``res.partner`` to write to by id of the record; by default the
            records' own
        :param list places: result of ``telegram.chat._find_chats_and_phones`` for these, if it
            was just called
        :param attachments: ``ir.attachment`` records that everybody gets; they are uploaded once
        :param list contents: values of the ``telegram.message._prepare_…`` methods for everybody
        :param datetime scheduled_date: not before this moment (UTC)
        :return: the ``telegram.message`` records
        :raise UserError: as ``_message_telegram``; then nothing is queued
        """
        self._telegram_check_instance(instance)
        self._telegram_check_post_access()
        messages = self.env["telegram.message"]
        partners = partners or self._mail_get_partners()
        everyone = self.env["res.partner"].union(*(partners[record.id][:1] for record in self))
        shared = messages._prepare_all("", attachments, contents) if attachments or contents else []
        rows = [
            (record, {**part, "res_model": record._name, "res_id": record.id})
            for record in self
            for part in self._telegram_parts(bodies.get(record.id), shared)
        ]
        chats = self.env["telegram.chat"]._get_or_create_for_partners(instance, everyone, places)
        if attachments:
            messages._assign_uploaded_files(attachments, instance)
        messages._log_in_chatters(rows)
        receivers = [partners[record.id][:1] for record, _values in rows]
        addressed = zip(receivers, rows, strict=True)
        queued = messages._queue_batch(
            instance,
            [(chats[partner.id], values) for partner, (_record, values) in addressed],
            scheduled_date,
        )
        notes = [values["mail_message_ids"] for _record, values in rows]
        queued._notify_chatters(notes, receivers)
        return queued

    def _telegram_check_post_access(self):
        """Refuse whoever may not write in the chatter of these records, as message_post does."""
        groups = self._mail_group_by_operation_for_mail_message_operation("create")
        for operation, records in groups.items():
            records.check_access(operation)

    @api.model
    def _telegram_parts(self, body, shared):
        """Return the values of all messages to one recipient of many.

        :param str body: its own text
        :param list shared: values that everybody gets
        """
        messages = self.env["telegram.message"]
        if not shared:
            return [messages._prepare_text(body)]
        is_caption = "file_name" in shared[0] and not shared[0].get("text")
        if body and is_caption and len(body) <= const.CAPTION_MAX_LENGTH:
            return [{**shared[0], "text": messages._check_caption(body)}, *shared[1:]]
        return [messages._prepare_text(body), *shared] if body else shared

    def _telegram_get_instance(self):
        """Return the instance to write from this record by: its company's, else the current one's.

        :raise UserError: the user operates none there
        """
        self.ensure_one()
        company = self._mail_get_companies(default=self.env.company)[self.id]
        return self.env["telegram.instance"]._default(company)

    def _telegram_check_instance(self, instance):
        """Refuse to write by an account of somebody else, or of another company."""
        instance.check_access("read")
        others = self._telegram_of_other_companies(instance)
        if others:
            raise UserError(
                self.env._(
                    "“%(record)s” is of another company than the Telegram account “%(instance)s” "
                    "(%(company)s). Choose an account of its own company.",
                    record=others[0].display_name,
                    instance=instance.display_name,
                    company=instance.company_id.display_name,
                )
            )

    def _telegram_of_other_companies(self, instance):
        """Return those of the records that are not of the instance's company or of its branches."""
        field = self._mail_get_company_field()
        # sudo: res.company, twice - which company a branch belongs to, also to those who see only
        # the branch
        mine = instance.sudo().company_id
        others = self[field].sudo() if field else mine.browse()
        others = others.filtered(lambda company: mine not in company.parent_ids)
        return self.filtered(lambda record: record[field] in others) if others else self.browse()

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
