# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import logging
import math
import mimetypes
import posixpath
from urllib.parse import unquote, urlsplit

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools.misc import human_size

from odoo.addons.base.models.ir_qweb import QWebError

from ... import const
from ...client.parsing import clean
from ...tools.files import clean_name, is_disk_full

_logger = logging.getLogger(__name__)
MIME_KINDS = {"image": "imageMessage", "video": "videoMessage", "audio": "audioMessage"}
# Telegram shows these as documents, not as photos.
NO_PHOTOS = ("image/svg+xml", "image/tiff")
CODE_ERRORS = (ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError)


class TelegramMessage(models.Model):
    """What a message may hold: the values of each kind, checked before anything is queued.

    Each ``_prepare_…`` gives the fields of one message for ``_queue``, and raises a UserError that
    names what is wrong. The limits are those of the service's pages on sending:
    https://green-api.com/en/telegram/docs/api/sending/

    Reports that are sent from many records: each is made right before it is sent.

    Making them takes seconds each, which nobody is to wait for who sends hundreds.
    """

    _inherit = "telegram.message"

    attachment_id = fields.Many2one(
        "ir.attachment", "File", readonly=True, index="btree_not_null", ondelete="set null"
    )
    url_file = fields.Char(
        "File Address",
        readonly=True,
        help="Where the service gets the file: given by whoever sent it, or where it was uploaded.",
    )
    content = fields.Json(
        readonly=True,
        help="What the kind holds besides a text and a file, by the service's names.",
    )
    is_forwarded = fields.Boolean("Forwarded", readonly=True)
    forwarded_message_id = fields.Many2one(
        "telegram.message", "Forwards", readonly=True, index="btree_not_null", ondelete="set null"
    )
    report_id = fields.Many2one(
        "ir.actions.report",
        readonly=True,
        ondelete="set null",
        help="It is made for the record right before the message is sent.",
    )

    @api.model
    def _prepare_text(self, text):
        """Give the values of a text.

        :param str text: plain text of 1 to const.MESSAGE_MAX_LENGTH characters
        """
        return {"type_message": "textMessage", "text": self._check_text(text)}

    @api.model
    def _prepare_file(self, attachment, caption=""):
        """Give the values of a file out of Odoo.

        :param attachment: the ``ir.attachment``; the user has to be allowed to read it
        :param str caption: plain text of up to const.CAPTION_MAX_LENGTH characters
        """
        attachment.ensure_one()
        attachment.check_access("read")
        name = self._check_file_name(attachment.name, attachment.mimetype)
        if attachment.type == "url":
            return self._prepare_url(attachment.url, name, caption)
        size = attachment.file_size
        if not size:
            raise UserError(self.env._("The file “%s” is empty. Choose another one.", name))
        if size > const.FILE_MAX_BYTES:
            raise UserError(
                self.env._(
                    "The file “%(name)s” has %(size)s; the service takes at most %(limit)s. Send a "
                    "link to it instead.",
                    name=name,
                    size=human_size(size),
                    limit=human_size(const.FILE_MAX_BYTES),
                )
            )
        return {
            "type_message": self._kind_of_file(attachment.mimetype),
            "text": self._check_caption(caption),
            "file_name": name,
            "attachment_id": attachment.id,
        }

    @api.model
    def _prepare_url(self, url, file_name="", caption=""):
        """Give the values of a file that the service fetches itself.

        :param str url: where everybody can get it, http or https
        :param str file_name: what the recipient sees; by default the last part of the address
        :param str caption: plain text of up to const.CAPTION_MAX_LENGTH characters
        """
        url = clean(url or "").strip()
        try:
            parts = urlsplit(url)
            is_web = parts.scheme in ("http", "https") and parts.hostname
        except ValueError:
            is_web = False
        if not is_web or any(letter.isspace() for letter in url):
            raise UserError(
                self.env._(
                    "File address: “%s” is not an address on the web. It begins with https:// or "
                    "http://.",
                    url,
                )
            )
        name = self._check_file_name(file_name or unquote(posixpath.basename(parts.path)))
        return {
            "type_message": self._kind_of_file(mimetypes.guess_type(name)[0]),
            "text": self._check_caption(caption),
            "file_name": name,
            "url_file": url,
        }

    @api.model
    def _prepare_location(self, latitude, longitude):
        """Give the values of a place.

        :param float latitude: degrees, -90 to 90
        :param float longitude: degrees, -180 to 180
        """
        content = {
            "latitude": self._check_degrees(self.env._("Latitude"), latitude, 90),
            "longitude": self._check_degrees(self.env._("Longitude"), longitude, 180),
        }
        return {"type_message": "locationMessage", "content": content}

    @api.model
    def _prepare_contact(self, phone, first_name, last_name="", company=""):
        """Give the values of a contact card.

        :param str phone: international, or as written in the company's country
        :param str first_name: at least one letter
        """
        number = self._format_phone(str(phone or ""))
        if not number:
            raise UserError(
                self.env._(
                    "Phone of the contact card: “%s” cannot be read. Write it in international "
                    "form (+…).",
                    phone or "",
                )
            )
        names = [clean(name or "").strip() for name in (first_name, last_name, company)]
        if not names[0]:
            raise UserError(self.env._("First name of the contact card: enter one."))
        values = zip(("firstName", "lastName", "company"), names, strict=True)
        content = {"phoneContact": number, **{key: name for key, name in values if name}}
        return {"type_message": "contactMessage", "content": content}

    @api.model
    def _prepare_poll(self, question, options, multiple_answers=False, is_anonymous=True):
        """Give the values of a poll.

        :param str question: 1 to const.POLL_MESSAGE_MAX_LENGTH characters
        :param list options: 2 to 12 different texts of up to 100 characters
        :param bool multiple_answers: several may be chosen
        :param bool is_anonymous: nobody sees who chose what
        """
        question = clean(question or "").strip()
        self._check_length(self.env._("Question"), question, const.POLL_MESSAGE_MAX_LENGTH)
        if isinstance(options, str):
            options = options.splitlines()
        options = [clean(str(option)).strip() for option in options]
        for option in options:
            self._check_length(self.env._("Option"), option, const.POLL_OPTION_MAX_LENGTH)
        if not const.POLL_OPTIONS_MIN <= len(options) <= const.POLL_OPTIONS_MAX:
            raise UserError(
                self.env._(
                    "Options: a poll has %(min)s to %(max)s of them, not %(count)s.",
                    min=const.POLL_OPTIONS_MIN,
                    max=const.POLL_OPTIONS_MAX,
                    count=len(options),
                )
            )
        doubles = {option for option in options if options.count(option) > 1}
        if doubles:
            raise UserError(
                self.env._("Options: “%s” is there twice. Each has to differ.", min(doubles))
            )
        content = {
            "options": options,
            "multipleAnswers": bool(multiple_answers),
            "isAnonymous": bool(is_anonymous),
        }
        return {"type_message": "pollMessage", "text": question, "content": content}

    @api.model
    def _prepare_forward(self, message):
        """Give the values of a message that is forwarded to another chat.

        :param message: the ``telegram.message``; the service has to know it
        """
        message.ensure_one()
        message.check_access("read")
        if (
            not message.id_message
            or message.is_deleted
            or message.type_message in (*const.CHANGE_KINDS, "reactionMessage")
        ):
            raise UserError(
                self.env._(
                    "“%s” cannot be forwarded: Telegram does not have it (yet, or any more).",
                    message.display_name,
                )
            )
        return {
            "type_message": message.type_message,
            "text": message.text,
            "file_name": message.file_name,
            "content": message.content,
            "is_forwarded": True,
            "forwarded_message_id": message.id,
        }

    @api.model
    def _prepare_all(self, body="", attachments=None, contents=()):
        """Give the values of all messages that a text, files and other contents make.

        With files, the text becomes the caption of the first one; one that is too long for a
        caption goes before them.

        :return: list of dict, at least one
        """
        first = bool(attachments) and body and len(body.strip()) <= const.CAPTION_MAX_LENGTH
        values = [
            self._prepare_file(attachment, body if first and not number else "")
            for number, attachment in enumerate(attachments or ())
        ]
        if not first and (body or not (values or contents)):
            values.insert(0, self._prepare_text(body))
        return [*values, *contents]

    @api.model
    def _keep_files(self, attachments, owner):
        """Give files that were uploaded to be sent to a record that lasts.

        :param attachments: ``ir.attachment``; those that a record has already stay there
        :param owner: the record; who may read it may read them
        """
        uploaded = attachments.filtered(lambda file: file.res_model == "telegram.composer")
        # sudo: ir.attachment - whoever may write from a record may add files to it
        uploaded.sudo().write({"res_model": owner._name, "res_id": owner.id})

    # === CHECKS === #

    @api.model
    def _check_text(self, text):
        """Return the text as it goes out, or raise a UserError: no text, empty, or too long."""
        if not isinstance(text or "", str):
            raise UserError(self.env._("A message is a text, not a %s.", type(text).__name__))
        text = clean(text or "").strip()
        if not any(letter.isprintable() and not letter.isspace() for letter in text):
            raise UserError(self.env._("The message is empty. Write a text before you send it."))
        if len(text) > const.MESSAGE_MAX_LENGTH:
            raise UserError(
                self.env._(
                    "The message has %(length)s characters; Telegram takes at most %(limit)s. "
                    "Shorten it, or send it in several parts.",
                    length=len(text),
                    limit=const.MESSAGE_MAX_LENGTH,
                )
            )
        return text

    @api.model
    def _check_caption(self, caption):
        caption = clean(caption or "").strip()
        if len(caption) > const.CAPTION_MAX_LENGTH:
            raise UserError(
                self.env._(
                    "Caption: it has %(length)s characters; Telegram takes at most %(limit)s with "
                    "a file. Send the text as a message of its own.",
                    length=len(caption),
                    limit=const.CAPTION_MAX_LENGTH,
                )
            )
        return caption

    @api.model
    def _check_length(self, name, text, limit):
        if not text:
            raise UserError(self.env._("%s: it is empty.", name))
        if len(text) > limit:
            raise UserError(
                self.env._(
                    "%(name)s: “%(text)s…” has %(length)s characters; Telegram takes at most "
                    "%(limit)s.",
                    name=name,
                    text=text[:30],
                    length=len(text),
                    limit=limit,
                )
            )

    @api.model
    def _check_file_name(self, name, mime_type=None):
        """Return the name of a file with an extension: by it Telegram shows the file."""
        name = clean_name(name, mime_type)
        if not name:
            raise UserError(
                self.env._("File name: the file has none. Give it one, with its extension.")
            )
        return name

    @api.model
    def _check_degrees(self, name, value, limit):
        try:
            degrees = float(value)
        except (TypeError, ValueError):
            degrees = math.nan
        if not -limit <= degrees <= limit:  # which NaN is not, either
            raise UserError(
                self.env._(
                    "%(name)s: “%(value)s” is not a number from -%(limit)s to %(limit)s degrees.",
                    name=name,
                    value=value,
                    limit=limit,
                )
            )
        return degrees

    @api.model
    def _format_phone(self, phone):
        """Return a phone as digits with the country's code, without plus; empty if unreadable."""
        partner = self.env.company.partner_id
        number = partner._phone_format(number=phone)
        if not number and phone.isdigit():
            number = partner._phone_format(number=f"+{phone}")  # as the service writes it
        return (number or "").removeprefix("+")

    @api.model
    def _kind_of_file(self, mime_type):
        """Return the kind that Telegram is likely to make of a file."""
        main_type = (mime_type or "").partition("/")[0]
        if mime_type in NO_PHOTOS:
            return "documentMessage"
        return MIME_KINDS.get(main_type, "documentMessage")

    @api.model
    def _prepare_report(self, report):
        """Give the values of a report that is made for the record when the message is sent.

        :param report: the ``ir.actions.report``, of the record's model
        """
        report.ensure_one()
        return {
            "type_message": "documentMessage",
            "text": "",
            "file_name": self._check_file_name(report.name, "application/pdf"),
            "report_id": report.id,
        }

    def _create_report(self):
        """Make the file, with the rights and in the place of whoever sent the message.

        :raise RefusedError: it cannot be made
        :raise OSError: the disk is full
        """
        record = self._get_record()
        if not record:
            raise self._prepare_send_error(
                self.env._("“%s” cannot be made: its record was deleted.", self.file_name)
            )
        if not self.create_uid:
            raise self._prepare_send_error(
                self.env._(
                    "“%s” cannot be made: the user who sent it was deleted. Send it once more.",
                    self.file_name,
                )
            )
        record = record.with_env(self._get_author_env(record))
        templates = record.env["telegram.template"]
        try:
            with self.env.cr.savepoint():
                report = self.report_id.with_env(record.env)
                attachment = templates._get_report_attachment(record, report)
        except (UserError, QWebError) as error:
            raise self._prepare_send_error(str(error)) from None
        except CODE_ERRORS as error:
            if is_disk_full(error):
                raise
            # What the code of reports runs into; in the log it is of use to their programmers.
            _logger.warning("Telegram message %s: its report failed", self.id, exc_info=True)
            raise self._prepare_send_error(
                self.env._(
                    "The report “%(report)s” cannot be made for “%(record)s”: %(reason)s",
                    report=self.report_id.name,
                    record=record.display_name,
                    reason=error,
                )
            ) from None
        self.write({"attachment_id": attachment.id, "file_name": attachment.name})
        for note in self.mail_message_ids:
            note.attachment_ids = [Command.link(attachment.id)]

    def _get_author_env(self, record):
        """Return the environment of whoever sent the message, in the language of its reader."""
        author = self.create_uid
        company = record._mail_get_companies(default=self.company_id)[record.id]
        companies = [company.id, *(author.company_ids - company).ids]
        lang = self.partner_id.lang or author.lang
        return record.with_user(author).with_context(allowed_company_ids=companies, lang=lang).env
