# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from textwrap import shorten

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_datetime, plaintext2html

from .. import const

MAP_URL = "https://www.openstreetmap.org/?mlat=%s&mlon=%s#map=16/%s/%s"


class TelegramMessage(models.Model):
    """A message in words: in lists, in the chatter, and why it waits."""

    _inherit = "telegram.message"

    waiting_reason = fields.Char(
        compute="_compute_waiting_reason", help="Why the message has not been sent yet."
    )

    @api.depends("text", "type_message", "file_name", "content")
    def _compute_display_name(self):
        for message in self:
            message.display_name = shorten(message._describe(), 80, placeholder="…")

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
            link = Markup('<br/><a href="%s" target="_blank" rel="noreferrer noopener">%s</a>')
            body += link % (self.url_file, self.file_name)
        return body

    def _describe_options(self, content):
        """Give the answers of a poll, each with how many chose it when that is known."""
        votes = content.get("votes")
        if not votes:
            return content["options"]
        pairs = zip(content["options"], votes, strict=False)
        return [f"{option} – {count}" for option, count in pairs]

    def _link_to_chatter(self, mail_message, partner):
        """Let a message of the chatter follow what becomes of this one."""
        self.ensure_one()
        # sudo: telegram.message, mail.notification - both show what was just queued
        self.sudo().mail_message_ids = mail_message
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
    def _log_in_chatters(self, pairs, partners):
        """Show many messages as notes, one on each of many records of one model.

        :param list pairs: a message, and the record it was sent from
        :param dict partners: who is written to, by id of the record
        """
        records = self.env[pairs[0][1]._name].union(*(record for _message, record in pairs))
        logged = records._message_log_batch(
            {record.id: message._get_body() for message, record in pairs},
            author_id=self.env.user.partner_id.id,
            message_type="telegram",
        )
        by_record = {mail_message.res_id: mail_message for mail_message in logged}
        notifications = []
        for message, record in pairs:
            mail_message = by_record[record.id]
            message_sudo = message.sudo()  # sudo: telegram.message - as in _link_to_chatter
            message_sudo.mail_message_ids = mail_message
            if message_sudo.attachment_id:
                mail_message.attachment_ids = message_sudo.attachment_id
            partner = partners[record.id][:1]
            notifications.append(message._prepare_notification(mail_message, partner))
        self.env["mail.notification"].sudo().create(notifications)  # sudo: as above

    @api.depends(
        "state", "scheduled_date", "instance_id.state", "instance_id.send_after", "chat_id"
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
                    message.waiting_reason = self.env._("It is sent in a moment.")

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
