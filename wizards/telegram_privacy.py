# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import json
import zipfile

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools.files import replace_separators


class TelegramPrivacy(models.TransientModel):
    """Gives out, or erases, what Telegram's part of Odoo holds of one person.

    That are the person's own chats with everything in them, what the person wrote in groups, and
    the raw notifications and logged calls of these. The contact itself is Odoo's.
    """

    _name = "telegram.privacy"
    _inherit = "telegram.wizard.mixin"
    _description = "Telegram Data of a Person"

    partner_id = fields.Many2one(
        "res.partner", "Person", required=True, readonly=True, ondelete="cascade"
    )
    chat_count = fields.Integer("Chats", compute="_compute_counts")
    message_count = fields.Integer("Messages", compute="_compute_counts")
    file_count = fields.Integer("Files", compute="_compute_counts")

    @api.model
    def default_get(self, fields):
        """Take the person from where the action was chosen."""
        values = super().default_get(fields)
        if self.env.context.get("active_model") == "res.partner":
            values["partner_id"] = self.env.context.get("active_id")
        return values

    @api.depends("partner_id")
    def _compute_counts(self):
        for wizard in self:
            messages = wizard._find_messages()
            wizard.chat_count = len(wizard._find_chats())
            wizard.message_count = len(messages)
            wizard.file_count = len(messages.attachment_id)

    def _find_chats(self):
        """Return the person's own chats, as far as the user may see them; archived ones, too."""
        chats = self.env["telegram.chat"].with_context(active_test=False)
        return chats.search([("partner_id", "=", self.partner_id.id)])

    def _find_messages(self):
        """Return all messages of the person's own chats, and theirs in other ones."""
        theirs = Domain("direction", "=", "incoming") & Domain("author_id", "=", self.partner_id.id)
        return self.env["telegram.message"].search(
            Domain("chat_id", "in", self._find_chats().ids) | theirs, order="id"
        )

    # === ACTION METHODS === #

    def action_export(self):
        """Download an archive with the messages and files of the person."""
        self.ensure_one()
        self._check_manager()
        attachments = self.env["ir.attachment"].sudo()  # sudo: the files follow their messages
        place = {"res_model": self._name, "res_id": self.id, "name": "telegram.zip"}
        with attachments._telegram_open_file(f"export-{self.id}") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                self._fill(archive)
            attachment = attachments._telegram_create(file, [place])
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}?download=1",
            "target": "download",
        }

    def action_erase(self):
        """Remove all of it from Odoo. What Telegram has stays there.

        :raise UserError: messages to the person still wait to be sent
        """
        self.ensure_one()
        self._check_manager()
        chats, messages = self._find_chats(), self._find_messages()
        # sudo: what belongs to the messages goes with them: notes, files, raw notifications
        messages_sudo, chats_sudo = messages.sudo(), chats.sudo()
        count = len(messages_sudo)
        messages_sudo._erase()
        chats_sudo._erase()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Erased: %(chats)s chats and %(messages)s messages of %(name)s. What stands "
                    "in Telegram itself is not touched.",
                    chats=len(chats),
                    messages=count,
                    name=self.partner_id.display_name,
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _check_manager(self):
        """Refuse whoever may not remove chats: what is given out is that of all operators."""
        self.env["telegram.chat"].check_access("unlink")
        if not self._find_chats() and not self._find_messages():
            raise UserError(
                self.env._("There is nothing of %s here.", self.partner_id.display_name)
            )

    def _fill(self, archive):
        """Write the messages and their files into an archive."""
        rows = []
        for message in self._find_messages():
            file_sudo = message.attachment_id.sudo()  # sudo: it follows the message
            file_name = ""
            if file_sudo:
                name = replace_separators(file_sudo.name)
                file_name = f"files/{message.id}-{name}"
                archive.writestr(file_name, file_sudo.raw or b"")
            rows.append({**self._prepare_row(message), "file": file_name})
        archive.writestr("messages.json", json.dumps(rows, indent=2, ensure_ascii=False))

    def _prepare_row(self, message):
        """Give what is known of a message, as people understand it."""
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
