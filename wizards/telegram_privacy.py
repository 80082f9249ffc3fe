# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import json
import zipfile

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools.files import replace_separators


class TelegramPrivacy(models.TransientModel):
    """Export or erase the Telegram data of one contact.

    The data are the private chats of the contact with all messages, the messages that the contact
    wrote in groups, and the mailings to the contact. Erasing also deletes their events and logged
    calls. The contact itself is kept.
    """

    _name = "telegram.privacy"
    _inherit = "telegram.wizard.mixin"
    _description = "Telegram Data of Contact"

    partner_id = fields.Many2one(
        "res.partner", "Contact", required=True, readonly=True, ondelete="cascade"
    )
    chat_count = fields.Integer("Chats", compute="_compute_counts")
    message_count = fields.Integer("Messages", compute="_compute_counts")
    file_count = fields.Integer("Files", compute="_compute_counts")

    # === COMPUTE METHODS === #

    @api.depends("partner_id")
    def _compute_counts(self):
        for wizard in self:
            messages = wizard._find_messages()
            wizard.chat_count = len(wizard._find_chats())
            wizard.message_count = len(messages)
            wizard.file_count = len(messages.attachment_id)

    # === CRUD METHODS === #

    @api.model
    def default_get(self, fields):
        """Return default values, with the contact that the action was opened from."""
        values = super().default_get(fields)
        if self.env.context.get("active_model") == "res.partner":
            values["partner_id"] = self.env.context.get("active_id")
        return values

    # === ACTION METHODS === #

    def action_export(self):
        """Download an archive with the messages and files of the contact."""
        self.ensure_one()
        self._check_manager()
        attachments = self.env["ir.attachment"].sudo()  # sudo: access is checked on their messages
        values = {"res_model": self._name, "res_id": self.id, "name": "telegram.zip"}
        with attachments._telegram_open_file(f"export-{self.id}") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                self._write_archive(archive)
            attachment = attachments._telegram_create(file, [values])
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}?download=1",
            "target": "download",
        }

    def action_erase(self):
        """Delete the chats, messages and files from Odoo. Those in Telegram are not deleted.

        :raise UserError: messages to the contact are still queued
        """
        self.ensure_one()
        self._check_manager()
        chats, messages = self._find_chats(), self._find_messages()
        # sudo: notes, files and events are deleted together with their messages
        messages_sudo, chats_sudo = messages.sudo(), chats.sudo()
        recipients_sudo = self._find_recipients().sudo()  # sudo: as above
        count = len(messages_sudo)
        messages_sudo._erase()
        recipients_sudo.unlink()
        chats_sudo._erase()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Telegram data of %(name)s erased. Chats: %(chats)s. Messages: %(messages)s. "
                    "The messages in Telegram are not deleted.",
                    chats=len(chats),
                    messages=count,
                    name=self.partner_id.display_name,
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    # === BUSINESS METHODS === #

    def _find_chats(self):
        """Return the private chats of the contact that the user may read, also archived ones."""
        chats = self.env["telegram.chat"].with_context(active_test=False)
        return chats.search([("partner_id", "=", self.partner_id.id)])

    def _find_messages(self):
        """Return all messages of the private chats, and those of the contact in other chats."""
        author = Domain("author_id", "=", self.partner_id.id)
        by_contact = Domain("direction", "=", "incoming") & author
        return self.env["telegram.message"].search(
            Domain("chat_id", "in", self._find_chats().ids) | by_contact, order="id"
        )

    def _find_recipients(self):
        """Return the mailings of which the contact, or a chat of it, is a recipient."""
        of_contact = Domain("partner_id", "=", self.partner_id.id)
        in_chats = Domain("chat_id", "in", self._find_chats().ids)
        return self.env["telegram.mailing.recipient"].search(of_contact | in_chats, order="id")

    def _check_manager(self):
        """Check that the user may delete chats, because the data are those of all operators.

        :raise AccessError: the user may not
        :raise UserError: there are no data
        """
        self.env["telegram.chat"].check_access("unlink")
        if not (self._find_chats() or self._find_messages() or self._find_recipients()):
            raise UserError(
                self.env._("There are no Telegram data of %s.", self.partner_id.display_name)
            )

    def _write_archive(self, archive):
        """Write the messages and their files to a ZipFile."""
        rows = []
        for message in self._find_messages():
            file_sudo = message.attachment_id.sudo()  # sudo: access is checked on the message
            file_name = ""
            if file_sudo:
                name = replace_separators(file_sudo.name)
                file_name = f"files/{message.id}-{name}"
                archive.writestr(file_name, file_sudo.raw or b"")
            rows.append({**self._prepare_row(message), "file": file_name})
        mailings = [self._prepare_mailing(each) for each in self._find_recipients()]
        consent = {**self._prepare_consent(), "mailings": mailings}
        contents = {"messages.json": rows, "mailings.json": consent}
        for name, content in contents.items():
            archive.writestr(name, json.dumps(content, indent=2, ensure_ascii=False))

    def _prepare_consent(self):
        """Prepare what the contact has decided about mailings in a readable form."""
        partner = self.partner_id
        return {
            "wants_no_mailings": partner.telegram_opted_out,
            "has_agreed": partner.telegram_consent,
            "how": partner.telegram_consent_source or "",
            "changed_on": fields.Datetime.to_string(partner.telegram_consent_date) or "",
            "recorded_by": partner.telegram_consent_user_id.name or "",
        }

    def _prepare_mailing(self, recipient):
        """Prepare the result of a mailing to the contact in a readable form."""
        return {
            "name": recipient.mailing_id.name,
            "account": recipient.mailing_id.instance_id.name,
            "chosen_on": fields.Datetime.to_string(recipient.create_date),
            "sent_on": fields.Datetime.to_string(recipient.sent_date) or "",
            "status": recipient.outcome,
            "reason": recipient.reason or recipient.failure_reason or "",
            "answered_on": fields.Datetime.to_string(recipient.answer_date) or "",
        }

    def _prepare_row(self, message):
        """Prepare the data of a message in a readable form."""
        return {
            "account": message.instance_id.name,
            "chat": message.chat_id.name,
            "chat_id": message.chat_id.telegram_id,
            "phone": message.chat_id.phone or "",
            "date": fields.Datetime.to_string(message.date),
            "direction": message.direction,
            "sender": message.sender_name or "",
            "kind": message.type_message,
            "text": message.text or "",
            "former_text": message.former_text or "",
            "state": message.state,
            "content": message.content or {},
        }
