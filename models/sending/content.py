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
from ...tools.files import clean_file_name, get_url_type, has_extension, is_disk_full
from ...tools.formatting import TYPED, FormattedText, from_marks, has_marks, to_marks

_logger = logging.getLogger(__name__)
MIME_KINDS = {"image": "imageMessage", "video": "videoMessage", "audio": "audioMessage"}
CAPTION_MAX_LENGTH = 1024  # characters
# Images that Telegram shows as documents, not as photos.
DOCUMENT_MIME_TYPES = ("image/svg+xml", "image/tiff")
# What the code of a report may raise.
REPORT_ERRORS = (ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError)


class TelegramMessage(models.Model):
    """Extend ``telegram.message`` with the content of each kind, checked before it is queued.

    Each ``_prepare_…`` method returns the field values of one message for ``_queue``. It raises a
    UserError that names what is wrong. The limits are those of the documentation on sending:
    https://green-api.com/en/telegram/docs/api/sending/

    A text is a str, of which every character is literal, or a FormattedText. With the account, its
    length is counted as GREEN-API gets it: with the marks that formatting needs.

    A report that is sent from many records is created right before its message is sent. Creating
    one takes seconds, too long for a user who sends hundreds.
    """

    _inherit = "telegram.message"

    attachment_id = fields.Many2one(
        "ir.attachment", "File", readonly=True, index="btree_not_null", ondelete="set null"
    )
    url_file = fields.Char(
        "File URL",
        readonly=True,
        help="URL from which GREEN-API downloads the file: entered by the sender, or where the "
        "file was uploaded.",
    )
    content = fields.Json(
        readonly=True,
        help="Content besides a text and a file, by the names of GREEN-API.",
    )
    is_forwarded = fields.Boolean("Forwarded", readonly=True)
    forwarded_message_id = fields.Many2one(
        "telegram.message",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    report_id = fields.Many2one(
        "ir.actions.report",
        readonly=True,
        ondelete="set null",
        help="The report is created for the record right before the message is sent.",
    )

    # === PREPARING === #

    @api.model
    def _prepare_text(self, text, instance=None):
        """Return the values of a text.

        :param text: str or FormattedText of 1 to const.MESSAGE_MAX_LENGTH characters
        :param instance: the ``telegram.instance`` that sends it
        """
        return {"type_message": "textMessage", **self._check_text(text, instance)}

    @api.model
    def _prepare_file(self, attachment, caption="", instance=None):
        """Return the values of a file stored in Odoo.

        :param attachment: the ``ir.attachment``, which the user must be allowed to read
        :param caption: str or FormattedText of up to CAPTION_MAX_LENGTH characters
        :param instance: the ``telegram.instance`` that sends it
        """
        attachment.ensure_one()
        attachment.check_access("read")
        if attachment.type == "url":
            return self._prepare_url(attachment.url, attachment.name, caption, instance)
        name = self._check_file_name(attachment.name, attachment.mimetype)
        size = attachment.file_size
        if not size:
            raise UserError(self.env._("The file “%s” is empty. Choose another file.", name))
        if size > const.FILE_MAX_BYTES:
            raise UserError(
                self.env._(
                    "The file “%(name)s” has %(size)s; the maximum is %(limit)s. Send a link to it "
                    "instead.",
                    name=name,
                    size=human_size(size),
                    limit=human_size(const.FILE_MAX_BYTES),
                )
            )
        return {
            "type_message": self._get_file_kind(attachment.mimetype),
            **self._check_caption(caption, instance),
            "file_name": name,
            "attachment_id": attachment.id,
        }

    @api.model
    def _prepare_url(self, url, file_name="", caption="", instance=None):
        """Return the values of a file that GREEN-API downloads itself.

        :param str url: public, http or https
        :param str file_name: shown to the recipient, with an extension; by default the last part
            of the URL, if that has one
        :param caption: str or FormattedText of up to CAPTION_MAX_LENGTH characters
        :param instance: the ``telegram.instance`` that sends it
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
                    "“%s” is not a URL of a file on the web. Enter one that begins with https:// "
                    "or http://.",
                    url,
                )
            )
        url_name = unquote(posixpath.basename(parts.path))
        mime_type = get_url_type(url_name)
        name = self._check_file_name(file_name or url_name, mime_type)
        if not (mime_type or (file_name and has_extension(name))):
            raise UserError(
                self.env._(
                    "The URL does not say what kind of file “%s” is. Enter a file name with its "
                    "extension, such as price.pdf.",
                    name,
                )
            )
        return {
            "type_message": self._get_file_kind(mimetypes.guess_type(name)[0]),
            **self._check_caption(caption, instance),
            "file_name": name,
            "url_file": url,
        }

    @api.model
    def _prepare_location(self, latitude, longitude):
        """Return the values of a location.

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
        """Return the values of a contact card.

        :param str phone: in international form, or in that of the company's country
        :param str first_name: at least one letter
        """
        number = self._format_phone(str(phone or ""))
        if not number:
            raise UserError(
                self.env._(
                    "The phone number “%s” of the contact card cannot be read. Enter it in "
                    "international form (+…).",
                    phone or "",
                )
            )
        names = [clean(name or "").strip() for name in (first_name, last_name, company)]
        if not names[0]:
            raise UserError(self.env._("Enter a first name for the contact card."))
        values = zip(("firstName", "lastName", "company"), names, strict=True)
        content = {"phoneContact": f"+{number}", **{key: name for key, name in values if name}}
        return {"type_message": "contactMessage", "content": content}

    @api.model
    def _prepare_poll(self, question, options, multiple_answers=False, is_anonymous=True):
        """Return the values of a poll.

        :param str question: 1 to const.POLL_MESSAGE_MAX_LENGTH characters
        :param list options: 2 to 12 different texts of up to 100 characters
        :param bool multiple_answers: whether several options may be chosen
        :param bool is_anonymous: whether votes are hidden
        """
        question = clean(question or "").strip()
        self._check_poll_text(self.env._("Question"), question, const.POLL_MESSAGE_MAX_LENGTH)
        if isinstance(options, str):
            options = options.splitlines()
        options = [clean(str(option)).strip() for option in options]
        for option in options:
            self._check_poll_text(self.env._("Option"), option, const.POLL_OPTION_MAX_LENGTH)
        if not const.POLL_OPTIONS_MIN <= len(options) <= const.POLL_OPTIONS_MAX:
            raise UserError(
                self.env._(
                    "Enter %(min)s to %(max)s options for the poll instead of %(count)s.",
                    min=const.POLL_OPTIONS_MIN,
                    max=const.POLL_OPTIONS_MAX,
                    count=len(options),
                )
            )
        duplicates = {option for option in options if options.count(option) > 1}
        if duplicates:
            raise UserError(
                self.env._(
                    "The poll has the option “%s” twice. Enter different options.", min(duplicates)
                )
            )
        content = {
            "options": options,
            "multipleAnswers": bool(multiple_answers),
            "isAnonymous": bool(is_anonymous),
        }
        return {"type_message": "pollMessage", "text": question, "content": content}

    @api.model
    def _prepare_forward(self, message):
        """Return the values of a message that is forwarded to another chat.

        :param message: the ``telegram.message``, which GREEN-API must know
        """
        message.ensure_one()
        message.check_access("read")
        if not message.can_forward:
            raise UserError(
                self.env._(
                    "“%s” cannot be forwarded because Telegram does not have it (yet, or no "
                    "longer).",
                    message.display_name,
                )
            )
        return {
            "type_message": message.type_message,
            "text": message.text,
            "text_entities": message.text_entities,
            "file_name": message.file_name,
            "content": message.content,
            "is_forwarded": True,
            "forwarded_message_id": message.id,
        }

    @api.model
    def _prepare_all(self, body="", attachments=None, contents=(), instance=None):
        """Return the values of all messages for a text, files and other contents.

        :param body: str or FormattedText
        :param attachments: ``ir.attachment``
        :param contents: values of further messages
        :param instance: the ``telegram.instance`` that sends them
        :return: list of dict, at least one
        """
        files = [self._prepare_file(attachment) for attachment in attachments or ()]
        return self._add_text(body, [*files, *contents], instance)

    @api.model
    def _add_text(self, body, values_list, instance=None):
        """Return the values of messages with a text added.

        It becomes the caption of the first message if that is a file without one. A text that is
        too long for a caption is sent before the file, as a message of its own.

        :param body: str or FormattedText
        :param list values_list: values of the other messages
        :param instance: the ``telegram.instance`` that sends them
        """
        if values_list and not body:
            return values_list
        first = values_list[0] if values_list else {}
        takes_caption = first.get("file_name") and not (
            first.get("text") or first.get("is_forwarded")
        )
        if takes_caption and self._fits_caption(body, instance):
            return [{**first, **self._check_caption(body, instance)}, *values_list[1:]]
        return [self._prepare_text(body, instance), *values_list]

    @api.model
    def _assign_uploaded_files(self, attachments, owner):
        """Move files that were uploaded in the composer to a record that stays.

        :param attachments: ``ir.attachment``; those that already belong to a record stay there
        :param owner: the record; users who may read it may read the files
        """
        uploaded = attachments.filtered(lambda file: file.res_model == "telegram.composer")
        # sudo: ir.attachment - users who may send from a record may add files to it
        uploaded.sudo().write({"res_model": owner._name, "res_id": owner.id})

    # === CHECKS === #

    @api.model
    def _check_text(self, text, instance=None):
        """Return the values of a text as it is sent.

        :raise UserError: it is no text, empty or too long
        """
        if not isinstance(text or "", str | FormattedText):
            raise UserError(self.env._("A message must be a text, not a %s.", type(text).__name__))
        text = self._clean_text(text)
        if not any(letter.isprintable() and not letter.isspace() for letter in text.text):
            raise UserError(self.env._("The message is empty. Enter a text before sending it."))
        length = self._get_sent_length(text, instance)
        if length > const.MESSAGE_MAX_LENGTH:
            raise UserError(
                self.env._(
                    "The message has %(length)s characters; the maximum is %(limit)s. Shorten it, "
                    "or send it in several parts.",
                    length=length,
                    limit=const.MESSAGE_MAX_LENGTH,
                )
            )
        return self._prepare_text_values(text)

    @api.model
    def _fits_caption(self, text, instance=None):
        """Return whether a text can be the caption of a file, or must be a message of its own."""
        length = self._get_sent_length(self._clean_text(text), instance)
        return length <= CAPTION_MAX_LENGTH

    @api.model
    def _check_caption(self, caption, instance=None):
        """Return the values of the caption of a file as it is sent.

        :raise UserError: it is too long
        """
        caption = self._clean_text(caption)
        if not self._fits_caption(caption, instance):
            raise UserError(
                self.env._(
                    "The caption has %(length)s characters; the maximum is %(limit)s. Send the "
                    "text as a separate message.",
                    length=self._get_sent_length(caption, instance),
                    limit=CAPTION_MAX_LENGTH,
                )
            )
        return self._prepare_text_values(caption)

    @api.model
    def _read_text(self, text, formatting):
        """Return a text with its formatting.

        :param text: str as a user or a program wrote it, or a FormattedText, which stays
        :param bool formatting: whether marks such as ``*bold*`` are read; otherwise all is literal
        """
        return from_marks(text) if formatting and isinstance(text, str) else text

    @api.model
    def _get_typed_text(self, text, formatting):
        """Return a text as a user types it: what ``_read_text`` reads.

        :param text: str or FormattedText, such as that of a template for a record
        :param bool formatting: whether its marks will be read
        """
        text = FormattedText.of(text)
        return to_marks(text, TYPED).text if formatting else text.text

    @api.model
    def _clean_text(self, text):
        """Return a text that can be stored, without blanks around it, as FormattedText."""
        text = FormattedText.of(text)
        if clean(text.text) != text.text:
            text = text.keep(index for index, each in enumerate(text.text) if clean(each))
        return text.strip()

    @api.model
    def _prepare_text_values(self, text):
        return {"text": text.text, "text_entities": list(text.entities) or False}

    @api.model
    def _get_sent_length(self, text, instance):
        """Return the number of characters that GREEN-API gets of a text."""
        is_plain = not instance or not has_marks(text)  # quick, for mailings
        return len(text.text if is_plain else instance._write_marks(text).text)

    @api.model
    def _check_poll_text(self, name, text, limit):
        """Raise a UserError if the question or an option of a poll is empty or too long."""
        if not text:
            raise UserError(self.env._("%s is empty. Enter a text.", name))
        if len(text) > limit:
            raise UserError(
                self.env._(
                    "%(name)s “%(text)s…” has %(length)s characters; the maximum is %(limit)s. "
                    "Shorten it.",
                    name=name,
                    text=text[:30],
                    length=len(text),
                    limit=limit,
                )
            )

    @api.model
    def _check_file_name(self, name, mime_type=None):
        """Return the cleaned name of a file, with an extension.

        Telegram displays a file by its extension.

        :raise UserError: there is no name
        """
        name = clean_file_name(name, mime_type)
        if not name:
            raise UserError(
                self.env._("The file has no name. Enter a file name with an extension.")
            )
        return name

    @api.model
    def _check_degrees(self, name, value, limit):
        """Return a latitude or longitude as a number of degrees.

        :raise UserError: it is no number from -limit to limit
        """
        try:
            degrees = float(value)
        except (TypeError, ValueError):
            degrees = math.nan
        if not -limit <= degrees <= limit:  # also if it is NaN
            raise UserError(
                self.env._(
                    "%(name)s “%(value)s” is not valid. Enter a number from -%(limit)s to "
                    "%(limit)s degrees.",
                    name=name,
                    value=value,
                    limit=limit,
                )
            )
        return degrees

    @api.model
    def _format_phone(self, phone):
        """Return a phone number as digits with country code, empty if it cannot be read."""
        partner = self.env.company.partner_id
        number = partner._phone_format(number=phone)
        if not number and phone.isdigit():
            number = partner._phone_format(number=f"+{phone}")  # as GREEN-API writes it
        return (number or "").removeprefix("+")

    @api.model
    def _get_file_kind(self, mime_type):
        """Return the kind of message as which Telegram is likely to show a file."""
        main_type = (mime_type or "").partition("/")[0]
        if mime_type in DOCUMENT_MIME_TYPES:
            return "documentMessage"
        return MIME_KINDS.get(main_type, "documentMessage")

    # === REPORTS === #

    @api.model
    def _prepare_report(self, report):
        """Return the values of a report that is created when the message is sent.

        :param report: the ``ir.actions.report`` of the record's model
        """
        report.ensure_one()
        return {
            "type_message": "documentMessage",
            "text": "",
            "text_entities": False,
            "file_name": self._check_file_name(report.name, "application/pdf"),
            "report_id": report.id,
        }

    def _create_report(self):
        """Create the file of the report, with the access rights of the message's author.

        :raise RefusedError: it cannot be created
        :raise OSError: the disk is full
        """
        record = self._get_report_record()
        templates = record.env["telegram.template"]
        try:
            with self.env.cr.savepoint():
                report = self.report_id.with_env(record.env)
                attachment = templates._get_report_attachment(record, report)
        except (UserError, QWebError) as error:
            raise self._prepare_send_error(str(error)) from None
        except REPORT_ERRORS as error:
            if is_disk_full(error):
                raise
            # An error in the code of the report: the traceback helps its programmers.
            _logger.warning("Telegram message %s: its report failed", self.id, exc_info=True)
            raise self._prepare_send_error(
                self.env._(
                    "The report “%(report)s” cannot be generated for “%(record)s”: %(reason)s",
                    report=self.report_id.name,
                    record=record.display_name,
                    reason=error,
                )
            ) from None
        self.write({"attachment_id": attachment.id, "file_name": attachment.name})
        for note in self.mail_message_ids:
            note.attachment_ids = [Command.link(attachment.id)]

    def _get_report_record(self):
        """Return the record that the report is about, in the environment of the author.

        :raise RefusedError: the record or the author was deleted
        """
        record = self._get_record()
        if not record:
            raise self._prepare_send_error(
                self.env._(
                    "“%s” cannot be generated because the record was deleted.", self.file_name
                )
            )
        if not self.create_uid:
            raise self._prepare_send_error(
                self.env._(
                    "“%s” cannot be generated because the user who sent it was deleted. Send it "
                    "again.",
                    self.file_name,
                )
            )
        return record.with_env(self._get_author_env(record))

    def _get_author_env(self, record):
        """Return the environment of the message's author, in the language of the recipient."""
        author = self.create_uid
        company = record._mail_get_companies(default=self.company_id)[record.id]
        companies = [company.id, *(author.company_ids - company).ids]
        lang = self.partner_id.lang or author.lang
        return record.with_user(author).with_context(allowed_company_ids=companies, lang=lang).env
