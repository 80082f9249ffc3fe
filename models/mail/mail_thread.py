# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, models
from odoo.fields import Command

from .mail_followers import SUBTYPES


class MailThread(models.AbstractModel):
    """Send Telegram messages from records that have a chatter."""

    _inherit = "mail.thread"

    def _message_telegram(
        self,
        body="",
        *,
        formatting=False,
        partner=None,
        group=None,
        instance=None,
        attachments=None,
        contents=(),
        quoted_message=None,
        scheduled_date=None,
        is_automatic=False,
    ):
        """Send a Telegram message to the contact of this record.

        Each message is posted in the chatter at once and sent after the transaction commits. With
        files, the text becomes the caption of the first one. A longer text is sent before them.

        :param str body: the text
        :param bool formatting: whether marks in the text format it, as in ``*bold*``
        :param partner: the ``res.partner`` to write to; by default the record's contact
        :param group: the ``telegram.chat`` of a group to write to instead
        :param instance: the ``telegram.instance`` to use; by default the first of the company
        :param attachments: ``ir.attachment`` records to send
        :param list contents: further messages, as values of the ``telegram.message._prepare_…``
            methods
        :param quoted_message: the ``telegram.message`` of the chat that the first one answers
        :param datetime scheduled_date: the earliest time of sending (UTC)
        :param bool is_automatic: whether a rule has written it: it answers nobody, and waits for
            the end of the quiet hours
        :return: the ``mail.message`` records, one for each Telegram message; their notifications
            show its state
        :raise UserError: the contact is missing or cannot be reached, or the content cannot be sent
        """
        self.ensure_one()
        messages = self.env["telegram.message"]
        instance = group.instance_id if group else instance or self._telegram_get_instance()
        self._telegram_check_instance(instance)
        text = messages._read_text(body, formatting)
        values_list = messages._prepare_all(text, attachments, contents, instance)
        if group:
            group._check_operated()
            partner, chat = self.env["res.partner"], group
        else:
            partner = partner or self._telegram_get_partner()
            chat = self.env["telegram.chat"]._get_or_create_for_partner(instance, partner)
        mail_messages = self.env["mail.message"]
        for values in values_list:
            values |= {"is_automatic": is_automatic, "waits_in_quiet_hours": is_automatic}
            message = messages._queue(chat, values, self, quoted_message, scheduled_date)
            quoted_message = None
            # sudo: telegram.message - it was just created
            attachment = message.sudo().attachment_id
            messages._assign_uploaded_files(attachment, self)
            mail_message = self.message_post(
                body=message._get_body(),
                message_type="telegram",
                subtype_xmlid=SUBTYPES["outgoing"],
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
        formatting=False,
        partners=None,
        recipients=None,
        attachments=None,
        contents=(),
        scheduled_date=None,
        mailing=None,
        is_logged=True,
    ):
        """Send Telegram messages to the contacts of many records, with a note on each record.

        The number of queries does not depend on the number of records.

        :param dict bodies: the texts by id of the record
        :param instance: the ``telegram.instance`` to use
        :param bool formatting: whether marks in the texts format them, as in ``*bold*``
        :param dict partners: the ``res.partner`` to write to by id of the record; by default the
            contacts of the records
        :param list recipients: the result of ``telegram.chat._find_recipients`` for these, if
            already known
        :param attachments: ``ir.attachment`` records to send to each; they are uploaded once
        :param list contents: further messages to each, as values of the
            ``telegram.message._prepare_…`` methods
        :param datetime scheduled_date: the earliest time of sending (UTC)
        :param mailing: the ``telegram.mailing`` that they are part of
        :param bool is_logged: whether there are notes; answers appear on the record in any case
        :return: the ``telegram.message`` records
        :raise UserError: as ``_message_telegram``, and nothing is queued
        """
        self._telegram_check_instance(instance)
        self._telegram_check_post_access()
        messages = self.env["telegram.message"]
        partners = partners or self._telegram_get_partners()
        contacts = self.env["res.partner"].union(*(partners[record.id] for record in self))
        shared = messages._prepare_all("", attachments, contents) if attachments or contents else []
        texts = {
            record.id: messages._read_text(bodies.get(record.id), formatting) for record in self
        }
        rows = self._prepare_telegram_rows(texts, shared, instance, mailing)
        chats = self.env["telegram.chat"]._get_or_create_for_partners(
            instance, contacts, recipients
        )
        if attachments:
            messages._assign_uploaded_files(attachments, instance)
        if is_logged:
            messages._log_in_chatters(rows)
        queued = messages._queue_batch(
            instance,
            [(chats[partners[record.id].id], values) for record, values in rows],
            scheduled_date,
        )
        if is_logged:
            queued._create_notifications(
                [values["mail_message_ids"] for _record, values in rows],
                [partners[record.id] for record, _values in rows],
            )
        if mailing:
            mailing._add_composed([record for record, _values in rows], partners, chats, queued)
        return queued

    def _prepare_telegram_rows(self, texts, shared, instance, mailing):
        """Return the values of the messages to many records, each with its record.

        :param dict texts: str or FormattedText by id of the record
        :param list shared: values of the files and further messages that each gets
        :param instance: the ``telegram.instance`` to use
        :param mailing: the ``telegram.mailing`` that they are part of, or None
        :return: list of pairs of record and values
        """
        messages = self.env["telegram.message"]
        common = {"res_model": self._name, "is_automatic": True, "waits_in_quiet_hours": True}
        if mailing:
            common["mailing_id"] = mailing.id
        rows = []
        for record in self:
            for number, part in enumerate(messages._add_text(texts[record.id], shared, instance)):
                order = {"mailing_part": number} if mailing else {}
                rows.append((record, {**part, **common, **order, "res_id": record.id}))
        return rows

    @api.model
    def _telegram_log_further(self, pairs):
        """Log queued messages on further records that they are about, with their state.

        :param list pairs: pairs of ``telegram.message`` and record, on which the user may post
        """
        if not pairs:
            return
        # sudo: telegram.message - the user has just queued them
        messages_sudo = [message.sudo() for message, _record in pairs]
        notes_sudo = messages_sudo[0]._insert_notes(
            [(record, message._get_body()) for message, record in pairs]
        )
        for message_sudo, note_sudo in zip(messages_sudo, notes_sudo, strict=True):
            message_sudo.mail_message_ids = [Command.link(note_sudo.id)]
            note_sudo.attachment_ids = message_sudo.attachment_id
        messages = self.env["telegram.message"].browse([each.id for each in messages_sudo])
        messages._create_notifications(
            [note_sudo.ids for note_sudo in notes_sudo],
            [message_sudo.partner_id for message_sudo in messages_sudo],
        )

    def _telegram_check_post_access(self):
        """Check that the user may post on these records, as ``message_post`` does."""
        groups = self._mail_group_by_operation_for_mail_message_operation("create")
        for operation, records in groups.items():
            records.check_access(operation)

    def _telegram_get_instance(self):
        """Return the default instance of the record's company, else of the current company.

        :raise UserError: the user operates no instance there
        """
        self.ensure_one()
        company = self._mail_get_companies(default=self.env.company)[self.id]
        return self.env["telegram.instance"]._default(company)

    @api.model
    def notify_cancel_by_type(self, notification_type):
        """Cancel the failed Telegram messages of the user, for the messaging menu."""
        super().notify_cancel_by_type(notification_type)
        if notification_type == "telegram":
            self._notify_cancel_by_type_generic("telegram")
        return True
