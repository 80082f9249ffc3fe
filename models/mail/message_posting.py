# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.


from odoo import api, models
from odoo.fields import Command
from odoo.tools import formataddr, plaintext2html

from odoo.addons.mail.tools.discuss import Store

from ...const import CHANGE_KINDS
from ...tools import bulk_insert
from .discuss_channel_posting import ConversationMessage


class TelegramMessage(models.Model):
    """Where a message is shown: in the conversation of its chat, and on records.

    How a file that came in is shown, wherever its message is; or why it is not there.
    """

    _inherit = "telegram.message"

    def _link_to_chatter(self, mail_message, partner):
        """Let a message of the chatter follow what becomes of this one."""
        self.ensure_one()
        # sudo: telegram.message, mail.notification - both show what was just queued
        self.sudo().mail_message_ids = [Command.link(mail_message.id)]
        self.env["mail.notification"].sudo().create(
            self._prepare_notification(mail_message, partner)
        )

    def _prepare_notification(self, mail_message, partner):
        return {
            "author_id": mail_message.author_id.id,
            "mail_message_id": mail_message.id,
            "res_partner_id": partner.id,
            "notification_type": "telegram",
            "telegram_message_id": self.id,
            "is_read": True,  # nothing for an inbox
            **self._prepare_notification_values(),
        }

    @api.model
    def _log_in_chatters(self, rows):
        """Show what is to be queued as notes, on many records.

        :param list rows: a record and the dict of a message's values, for each message; the
            values then hold the note, too
        """
        common = {
            "author_id": self.env.user.partner_id.id,
            "is_internal": True,
            "subtype_id": self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_note"),
        }
        # sudo: mail.message - the caller has checked that the user may write in these chatters
        logged = (
            self.env["mail.message"]
            .sudo()
            ._telegram_create(
                [
                    {
                        **common,
                        "model": record._name,
                        "res_id": record.id,
                        "body": self._format_body(values),
                    }
                    for record, values in rows
                ]
            )
        )
        by_attachment = {}
        for note, (_record, values) in zip(logged, rows, strict=True):
            values["mail_message_ids"] = note.ids
            if attachment_id := values.get("attachment_id"):
                by_attachment.setdefault(attachment_id, []).append(note.id)
        for attachment_id, note_ids in by_attachment.items():
            notes = logged.browse(note_ids)
            notes.write({"attachment_ids": [Command.link(attachment_id)]})

    def _notify_chatters(self, notes, partners):
        """Let the notes of many messages follow what becomes of these.

        :param list notes: the ids of the ``mail.message`` records that show each message
        :param list partners: the ``res.partner`` that each message goes to
        """
        first = self.browse(self._ids[:1])  # alone: the others need not be read
        note = self.env["mail.message"].browse(notes[0])
        common = first._prepare_notification(note, partners[0])  # they have all just been queued
        for name in ("mail_message_id", "res_partner_id", "telegram_message_id"):
            del common[name]
        bulk_insert.insert(
            self.env["mail.notification"].sudo(),  # sudo: as in _link_to_chatter
            [
                {
                    "mail_message_id": note[0],
                    "res_partner_id": partner.id,
                    "telegram_message_id": message_id,
                }
                for message_id, note, partner in zip(self._ids, notes, partners, strict=True)
            ],
            **common,
        )

    @api.model_create_multi
    def create(self, vals_list):
        messages = super().create(vals_list)
        if not self.env.context.get("telegram_is_shown"):
            messages.filtered(
                lambda message: (
                    message.state == "queued"
                    and message.chat_id.channel_id
                    and message.type_message not in CHANGE_KINDS
                )
            )._post_in_conversations()
        return messages

    def _post_incoming(self):
        """Show messages that the service has reported, in their order."""
        shown = self.filtered(lambda m: not (m.target_id_message and m._apply_update()))
        for chat, messages in shown.grouped("chat_id").items():
            chat._open_channel(before=messages[0])
        shown._post_in_conversations()
        shown._post_on_records()
        for message in shown.filtered("is_deleted"):
            message._update_posted_body()
        shown.filtered("id_message")._apply_pending_updates()

    def _post_in_conversations(self):
        """Show messages in the conversations of their chats, which are there."""
        rows = []
        for message in self:
            # sudo: discuss.channel - those who see the conversation see all of it
            channel_sudo = message.chat_id.channel_id.sudo()
            is_incoming = message.direction == "incoming"
            responsible = message.chat_id._get_responsible() if is_incoming else None
            values = message._prepare_shown_values(channel_sudo)
            rows.append(ConversationMessage(channel_sudo, values, is_incoming, responsible))
        # sudo: discuss.channel - those who see the conversation see all of it
        shown = self.env["discuss.channel"].sudo()._telegram_show(rows)
        for message, each in zip(self, shown, strict=True):
            if message.direction == "outgoing":
                each._telegram_send_state()

    def _prepare_shown_values(self, channel):
        """Give the values of the ``mail.message`` that shows this message in a conversation."""
        return {
            "telegram_message_ids": self.ids,
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

    def _post_on_records(self):
        """Show messages in the chatters of their contacts and of the records they answer.

        Everybody reads a contact's chatter: where only the salesperson sees the chat, it has no
        more than what was sent from there and the answers to that.
        """
        places = []
        answered = self._get_records()
        for message in self:
            partner, record = message.partner_id, answered.get(message)
            if partner and (record == partner or not message.chat_id.restricted_user_id):
                places.append((message, partner))
            if record and record != partner and hasattr(record, "message_post"):
                places.append((message, record))
        self._post_on_places(places)

    def _post_on(self, record):
        """Show the message in the chatter of a record."""
        self._post_on_places([(self, record)])

    @api.model
    def _post_on_places(self, places):
        """Show messages in the chatters of records.

        The chatter of a contact whom nobody follows is only added to, as by a note: there is
        nobody to tell, and finding that out by posting takes as long as all the rest.

        :param list places: pairs of ``telegram.message`` and record
        """
        fetched = self.union(*(message for message, _record in places))
        fetched = fetched.filtered(lambda message: message.download_state == "fetched")
        before = {message: message.mail_message_ids for message in fetched}
        logged = []
        for message, record in places:
            values = message._prepare_posted_values()
            is_customer = record == message.partner_id and record.partner_share
            # sudo: whoever follows
            if is_customer and not record.sudo().message_follower_ids:
                place = {"model": record._name, "res_id": record.id}
                logged.append({**place, **values, "telegram_message_ids": message.ids})
            else:
                record = record.with_company(message.company_id)
                posted = record.message_post(message_type="telegram", **values)
                message.mail_message_ids += posted
        # sudo: mail.message - whoever writes in the conversation, it is the contact's, too
        self.env["mail.message"].sudo()._telegram_create(logged)
        for message, shown in before.items():
            message._share_file(message.mail_message_ids - shown)

    def _prepare_posted_values(self):
        """Give the values of the ``mail.message`` that shows this message on a record."""
        values = self._prepare_author()
        if not values["author_id"]:
            # It may go out as an e-mail to colleagues: that needs an address that may send.
            address = (
                self.company_id.partner_id.email_normalized or self.company_id.default_from_email
            )
            if address:
                values["email_from"] = formataddr((values["email_from"], address))
        subtype = "mail.mt_comment" if self.direction == "incoming" else "mail.mt_note"
        # A file of a conversation stays there: it is only named elsewhere.
        body = plaintext2html(self._get_summary()) if self.attachment_id else self._get_body()
        return {
            **values,
            "body": body,
            "date": self.date,
            "subtype_id": self.env["ir.model.data"]._xmlid_to_res_id(subtype),
        }

    def _share_file(self, places):
        """Give the file that was fetched to records on which the message is shown only now.

        :param places: the ``mail.message`` records there
        """
        self.ensure_one()
        if self.download_state != "fetched" or not self.attachment_id or not places:
            return
        # sudo: ir.attachment, mail.message - the file follows the message, whoever shows it
        file_sudo = self.attachment_id.sudo()
        for shown_sudo in places.sudo():
            copied = file_sudo._telegram_copy_to(shown_sudo.model, shown_sudo.res_id)
            shown_sudo.attachment_ids = [Command.link(copied.id)]
        self._update_posted_file()

    def _update_posted_file(self):
        """Show where the message is shown what became of its file."""
        self.ensure_one()
        if self.is_edited or self.is_deleted:
            self._update_posted_body()
        else:
            # sudo: mail.message - it follows the message in Telegram
            self.sudo().mail_message_ids.body = self._get_body()
        for shown in self.sudo().mail_message_ids:
            files = Store.Many("attachment_ids", sort="id", sudo=True)
            Store(bus_channel=shown._bus_channel()).add(shown, ["body", files]).bus_send()
