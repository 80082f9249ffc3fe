# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import re
from functools import lru_cache
from textwrap import shorten

from markupsafe import Markup

from odoo import api, models
from odoo.tools import plaintext2html
from odoo.tools.mail import html_keep_url

from ... import const
from ...tools.access import filter_readable
from ...tools.clock import format_short_datetime
from ...tools.formatting import FormattedText
from ...tools.html import to_html

BLOCK_END = re.compile(r"(</(?:blockquote|p|pre)>)(?=<)")
MAP_URL = "https://www.openstreetmap.org/?mlat=%s&mlon=%s#map=16/%s/%s"


class TelegramMessage(models.Model):
    """Format messages as text for lists and as HTML for the chatter and Discuss."""

    _inherit = "telegram.message"

    @api.depends("text", "type_message", "file_name", "content")
    @api.depends_context("uid", "allowed_company_ids", "lang", "tz", "telegram_show_sender")
    def _compute_display_name(self):
        readable = filter_readable(self)
        for message in self:
            name = message._get_summary() if message in readable else self.env._("Telegram message")
            if message in readable and self.env.context.get("telegram_show_sender"):
                date = format_short_datetime(self.env, message.date)
                name = f"{message.sender_name or message.chat_id.display_name}, {date}: {name}"
            message.display_name = self._shorten(name)

    @api.depends("type_message")
    @api.depends_context("lang")
    def _compute_kind_name(self):
        for message in self:
            message.kind_name = self._get_kind_name(message.type_message)

    @api.model
    def _shorten(self, text):
        """Return the text in one line that fits into a row of a list."""
        return shorten(text, 80, placeholder="…")

    def _get_summary(self):
        """Return the message as text, with the name of its type unless it is a text message."""
        self.ensure_one()
        if self.type_message in const.TEXT_KINDS:
            return self.text or ""
        kind = self._get_kind_name(self.type_message)
        words = ", ".join(filter(None, (self.file_name, self.text, *self._get_content_summary())))
        return f"{kind}: {words}" if words else kind

    @api.model
    def _get_kind_name(self, type_message):
        """Return the name of a kind of message.

        :param str type_message: typeMessage of GREEN-API
        """
        _ = self.env._
        return {
            **dict.fromkeys(const.TEXT_KINDS, _("Text")),
            "imageMessage": _("Photo"),
            "videoMessage": _("Video"),
            "documentMessage": _("File"),
            "audioMessage": _("Audio"),
            "stickerMessage": _("Sticker"),
            "locationMessage": _("Location"),
            "contactMessage": _("Contact"),
            "contactsArrayMessage": _("Contacts"),
            "pollMessage": _("Poll"),
            "reactionMessage": _("Reaction"),
            "editedMessage": _("Edited message"),
            "deletedMessage": _("Deleted message"),
            "pollUpdateMessage": _("Vote"),
        }.get(type_message) or _("Message of a new kind (%s)", type_message)

    def _get_content_summary(self):
        """Return the content besides text and file, as a list of words."""
        content = self.content or {}
        if "latitude" in content:
            return [f"{content['latitude']:.6f}, {content['longitude']:.6f}"]
        if "phoneContact" in content:
            names = (content.get(key) for key in ("firstName", "lastName"))
            return [" ".join(filter(None, names)), content["phoneContact"], content.get("company")]
        return content.get("options", [])

    def _get_body(self):
        """Return the message as HTML for the chatter, without its files."""
        self.ensure_one()
        if self.report_id and self.text:
            return self._text_to_html()  # the report is attached once it is generated
        return self._get_content_body() + self._get_file_note()

    def _get_chatter_body(self):
        """Return a message with a file as HTML for a chatter where the file is not attached."""
        if not self.text_entities:
            return plaintext2html(self._get_summary())
        return plaintext2html(self.file_name or "") + Markup(" ") + self._text_to_html()

    def _get_file_note(self):
        """Return why the file is missing and a link to download it, as HTML."""
        if self.download_state in (False, "waiting", "fetched"):
            return Markup()
        note = Markup("<br/><i>%s</i>") % self._get_file_message()
        if self.download_state in ("too_large", "failed"):
            link = Markup(' <a href="#" data-oe-model="%s" data-oe-id="%s">%s</a>')
            is_failed = self.download_state == "failed"
            title = self.env._("Retry") if is_failed else self.env._("Download")
            note += link % (self._name, self.id, title)
        return note

    def _get_content_body(self):
        """Return the text, location, poll or contact of the message as HTML."""
        content = self.content or {}
        if self.type_message in const.TEXT_KINDS or self.attachment_id:
            return self._text_to_html()
        body = plaintext2html(self._get_summary())
        if "latitude" in content:
            position = (content["latitude"], content["longitude"])
            url = MAP_URL % (*position, *position)
            link = Markup('<a href="%s" target="_blank" rel="noreferrer noopener">%s</a>')
            return link % (url, self._get_summary())
        if "options" in content:
            # Blanks between blocks: in previews, Odoo joins them as they are.
            options = Markup(" ").join(
                Markup("<li>%s</li>") % option for option in self._get_option_labels(content)
            )
            return Markup("<p>%s: %s</p> <ul>%s</ul>") % (
                self.env._("Poll"),
                self.text or "",
                options,
            )
        if self.url_file and self.direction == "outgoing":
            link = Markup('<p><a href="%s" target="_blank" rel="noreferrer noopener">%s</a></p> ')
            body = link % (self.url_file, self.file_name) + self._text_to_html()
        return body

    def _get_formatted_text(self):
        """Return the text with its formatting."""
        return FormattedText.of(self.text, self.text_entities)

    def _get_posted_quote(self, mail_message):
        """Return what this message quotes, for a chatter in which the quoted one is, too.

        :param mail_message: the ``mail.message`` in the chatter
        :return: dict of sender and text, or False
        """
        if not self.quoted_id_message or mail_message._telegram_is_in_conversation():
            return False  # Discuss shows quotes itself
        quoted = self.search(
            [("chat_id", "=", self.chat_id.id), ("id_message", "=", self.quoted_id_message)]
        )
        is_posted = quoted.mail_message_ids.filtered(
            lambda post: (post.model, post.res_id) == (mail_message.model, mail_message.res_id)
        )
        if not is_posted or quoted.is_deleted:
            return False
        return {
            "sender": quoted.sender_name or quoted.chat_id.name,
            "text": shorten(quoted._get_summary(), 120, placeholder="…"),
        }

    def _text_to_html(self):
        """Return the text with its formatting as HTML, in which URLs are links."""
        return _to_html(self._get_formatted_text())

    def _get_option_labels(self, content):
        """Return the options of a poll, each with its number of votes if known."""
        votes = content.get("votes")
        if not votes:
            return content["options"]
        pairs = zip(content["options"], votes, strict=False)
        return [f"{option} – {count}" for option, count in pairs]

    @api.model
    def _format_body(self, values):
        """Return the body of a message that has not been created yet.

        :param dict values: the values of one of the ``_prepare_…`` methods
        :return: the body as HTML, see ``_get_body``
        """
        if values["type_message"] in const.TEXT_KINDS or values.get("attachment_id"):
            return _to_html(FormattedText.of(values["text"], values["text_entities"]))
        return self.new({"direction": "outgoing", **values})._get_body()

    @api.model
    def _get_preview(self, text, formatting):
        """Return a text as HTML, as it will be displayed.

        :param text: str as a user wrote it, or a FormattedText
        :param bool formatting: whether the marks of a str are read
        """
        return _to_html(self._clean_text(self._read_text(text, formatting)))


def _to_html(text):
    """Return a FormattedText as HTML, in which URLs are links."""
    if not text.entities:
        return _plain_to_html(text.text)
    return _separate_blocks(Markup(html_keep_url(to_html(text))))


@lru_cache(maxsize=256)
def _plain_to_html(text):
    """Return a text without formatting as HTML: of each message for its conversation and record."""
    return _separate_blocks(plaintext2html(text))


def _separate_blocks(body):
    """Return HTML with blanks between its paragraphs: in previews, Odoo joins them as they are."""
    return Markup(BLOCK_END.sub(r"\1 ", str(body)))
