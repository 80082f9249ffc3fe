# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from textwrap import shorten

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Command, Domain
from odoo.tools import format_datetime, plaintext2html

from .. import const
from . import bulk
from .rights import filter_named

MAP_URL = "https://www.openstreetmap.org/?mlat=%s&mlon=%s#map=16/%s/%s"


class TelegramMessage(models.Model):
    """A message in words: in lists, in the chatter, and why it waits."""

    _inherit = "telegram.message"

    waiting_reason = fields.Char(
        compute="_compute_waiting_reason", help="Why the message has not been sent yet."
    )

    @api.depends("text", "type_message", "file_name", "content")
    @api.depends_context("uid", "allowed_company_ids", "lang")
    def _compute_display_name(self):
        named = filter_named(self)
        for message in self:
            name = message._describe() if message in named else self.env._("Telegram message")
            message.display_name = shorten(name, 80, placeholder="…")

    def _describe(self):
        """Give the message as words: its text, after the name of its kind when that is another."""
        self.ensure_one()
        if self.type_message in const.TEXT_KINDS:
            return self.text or ""
        _ = self.env._
        kind = {
            "imageMessage": _("Photo"),
            "videoMessage": _("Video"),
            "documentMessage": _("File"),
            "audioMessage": _("Audio"),
            "stickerMessage": _("Sticker"),
            "locationMessage": _("Location"),
            "contactMessage": _("Contact"),
            "pollMessage": _("Poll"),
            "reactionMessage": _("Reaction"),
            "editedMessage": _("Changed a message to"),
            "deletedMessage": _("Deleted a message"),
        }.get(self.type_message, self.type_message)
        words = ", ".join(filter(None, (self.file_name, self.text, *self._describe_content())))
        return f"{kind}: {words}" if words else kind

    def _describe_content(self):
        """Give what the kind holds besides text and file, as a list of words."""
        content = self.content or {}
        if "latitude" in content:
            return [f"{content['latitude']:.6f}, {content['longitude']:.6f}"]
        if "phoneContact" in content:
            names = (content.get(key) for key in ("firstName", "lastName"))
            phone = content["phoneContact"] and f"+{content['phoneContact']}"
            return [" ".join(filter(None, names)), phone, content.get("company")]
        return content.get("options", [])

    def _get_body(self):
        """Give the message as the chatter shows it, as HTML; a file is attached to it besides."""
        self.ensure_one()
        content = self.content or {}
        if self.type_message in const.TEXT_KINDS or self.attachment_id:
            return plaintext2html(self.text or "")
        body = plaintext2html(self._describe())
        if "latitude" in content:
            place = (content["latitude"], content["longitude"])
            url = MAP_URL % (*place, *place)
            link = Markup('<a href="%s" target="_blank" rel="noreferrer noopener">%s</a>')
            return link % (url, self._describe())
        if "options" in content:
            options = Markup().join(
                Markup("<li>%s</li>") % option for option in self._describe_options(content)
            )
            return Markup("<p>%s: %s</p><ul>%s</ul>") % (
                self.env._("Poll"),
                self.text or "",
                options,
            )
        if self.url_file and self.direction == "outgoing":
            link = Markup('<p><a href="%s" target="_blank" rel="noreferrer noopener">%s</a></p>')
            body = link % (self.url_file, self.file_name) + plaintext2html(self.text or "")
        return body

    def _describe_options(self, content):
        """Give the answers of a poll, each with how many chose it when that is known."""
        votes = content.get("votes")
        if not votes:
            return content["options"]
        pairs = zip(content["options"], votes, strict=False)
        return [f"{option} – {count}" for option, count in pairs]

    @api.model
    def _format_body(self, values):
        """Give the same for a message that is not there yet.

        :param dict values: of one of the ``_prepare_…`` methods
        """
        if values["type_message"] in const.TEXT_KINDS or values.get("attachment_id"):
            return plaintext2html(values["text"])
        return self.new({"direction": "outgoing", **values})._get_body()

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
        bulk.insert(
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

    @api.depends(
        "state",
        "scheduled_date",
        "failure_reason",
        "instance_id.state",
        "instance_id.send_after",
        "chat_id",
    )
    @api.depends_context("lang", "tz")
    def _compute_waiting_reason(self):
        self.waiting_reason = False
        # sudo: telegram.instance - the reasons tell nothing that its operators may not know
        queued = self.filtered(lambda message: message.state == "queued").sudo()
        now = fields.Datetime.now()
        earlier = dict(
            self.sudo()._read_group(  # sudo: as above
                Domain("chat_id", "in", queued.chat_id.ids) & self._domain_in_the_way(),
                ["chat_id"],
                ["id:min"],
            )
        )
        for instance in queued.instance_id:
            reason, no_strangers = instance._explain_waiting()
            for message in queued.filtered(lambda m, i=instance: m.instance_id == i):
                if message.scheduled_date and message.scheduled_date > now:
                    message.waiting_reason = self.env._(
                        "It is sent later: %s",
                        format_datetime(self.env, message.scheduled_date, dt_format="short"),
                    )
                elif reason:
                    message.waiting_reason = reason
                elif no_strangers and message.chat_id.is_stranger:
                    message.waiting_reason = no_strangers
                elif earlier.get(message.chat_id, message.id) < message.id:
                    message.waiting_reason = self.env._("An earlier message to this chat is first.")
                else:
                    soon = self.env._("It is sent in a moment.")
                    message.waiting_reason = message.failure_reason or soon

    @api.model
    def _domain_in_the_way(self):
        """Tell which messages hold up later ones of their chat, as the queue sees it."""
        due = Domain("scheduled_date", "=", False)
        due |= Domain("scheduled_date", "<=", fields.Datetime.now())
        return (
            Domain("state", "=", "sending")
            | Domain("state", "=", "queued") & due
            | Domain("state", "=", "unsure") & Domain("is_settling", "=", True)
        )
