# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import io
import logging
import os
import time
from contextlib import contextmanager
from datetime import timedelta

from odoo import api, fields, models

from ... import const
from ...client import OutcomeUnknownError, RefusedError
from ...tools.transactions import write_and_commit
from .plain_text import PlainText

_logger = logging.getLogger(__name__)
# Hours for which the link of an uploaded file is used. Its last hour is left out, because
# GREEN-API downloads the file some time after the call.
LINK_HOURS = const.FILE_HOURS - 1
METHODS = {
    "locationMessage": "sendLocation",
    "contactMessage": "sendContact",
    "pollMessage": "sendPoll",
    "editedMessage": "editMessage",
    "deletedMessage": "deleteMessage",
}


class TelegramMessage(models.Model):
    """Extend ``telegram.message`` with the call of GREEN-API for each kind of message."""

    _inherit = "telegram.message"

    upload_date = fields.Datetime(
        readonly=True,
        copy=False,
        help="Date on which the file was uploaded for all messages that have it. The link expires "
        "after 24 hours.",
    )
    _upload_index = models.Index(
        "(attachment_id, instance_id, upload_date) WHERE upload_date IS NOT NULL"
    )

    def _call_send_method(self, client, limiter, claim):
        """Call GREEN-API once, as soon as its rate limits allow.

        Commits before the call: a report that is created, and the link of a file that is uploaded
        because several messages have it.

        :param RateLimiter limiter: of the account's calls
        :param Claim claim: of this message
        :return: str, idMessage; empty for an edit or a deletion
        :raise ClaimEndedError: the message was not sent in time after its claim
        :raise GreenApiError: the message was not sent, or the outcome is unknown
        :raise OSError: the disk is full
        """
        self.ensure_one()
        link, method = "", "sendMessage"
        if not claim.text:
            if self.report_id and not self.attachment_id:
                write_and_commit(self.env, self._create_report)
            link = self._get_link(client, limiter)
            method = self._get_method(link)
        time.sleep(limiter.reserve(method))
        with client.guard(claim.check):
            return self._call_method(client, method, link, claim)

    def _call_method(self, client, method, link, claim):
        """Call the API method that sends the message, and return idMessage."""
        match method:
            case "editMessage" | "deleteMessage":
                return self._send_change(client)
            case "forwardMessages":
                return self._send_forward(client)
            case "sendFileByUpload" | "sendFileByUrl":
                return self._send_file(client, link).id_message
            case "sendLocation" | "sendContact" | "sendPoll":
                return self._send_content(client, method).id_message
        return (claim.text or self._get_plain_text()).send(client)

    def _get_plain_text(self):
        """Return the text or caption as a PlainText."""
        instance = self.instance_id
        return PlainText(
            self.chat_id.telegram_id,
            self.text,
            self.text_entities,
            self.is_probe,
            instance.formatting_scope,
            instance.formatting_doubled,
            instance.typing_time,
            self.quoted_id_message,
        )

    def _get_sent_text(self):
        """Return the text or caption as GREEN-API gets it, with marks for its formatting."""
        return self._get_plain_text().get_sent_text()

    def _get_method(self, link=""):
        """Return the name of the API method that sends the message.

        :param str link: of the uploaded file, if there is one
        """
        if self.is_forwarded:
            return "forwardMessages"
        if self.type_message in const.FILE_KINDS:
            return "sendFileByUrl" if link else "sendFileByUpload"
        return METHODS.get(self.type_message, "sendMessage")

    def _send_content(self, client, method):
        """Send a location, a contact or a poll."""
        chat_id, content = self.chat_id.telegram_id, self.content or {}
        options = {"quoted_message_id": self.quoted_id_message}
        if method == "sendLocation":
            coordinates = (content["latitude"], content["longitude"])
            return client.send_location(chat_id, *coordinates, **options)
        if method == "sendContact":
            names = (content["firstName"], content.get("lastName", ""))
            options["company"] = content.get("company", "")
            return client.send_contact(chat_id, content["phoneContact"], *names, **options)
        return client.send_poll(
            chat_id,
            self.text,
            content["options"],
            multiple_answers=content["multipleAnswers"],
            is_anonymous=content["isAnonymous"],
            **options,
        )

    def _send_file(self, client, link):
        """Send a file by its link, or the file itself."""
        options = {"caption": self._get_sent_text(), "quoted_message_id": self.quoted_id_message}
        if link:
            return client.send_file_by_url(
                self.chat_id.telegram_id, link, self.file_name, **options
            )
        with self._open_file() as file:
            return client.send_file_by_upload(
                self.chat_id.telegram_id, file, self.file_name, **options
            )

    def _send_change(self, client):
        """Send an edit or a deletion, which has no ID of its own."""
        target = self.target_message_id
        if not target.id_message:
            raise self._prepare_send_error(
                self.env._("The message to edit or delete no longer exists in Odoo.")
            )
        if self.type_message == "editedMessage":
            chat_id = self.chat_id.telegram_id
            client.edit_message(chat_id, target.id_message, self._get_sent_text())
        else:
            client.delete_message(self.chat_id.telegram_id, target.id_message)
        return ""

    def _send_forward(self, client):
        """Forward one message and return its new ID."""
        source = self.forwarded_message_id
        if not source.id_message:
            raise self._prepare_send_error(
                self.env._("The message to forward no longer exists in Odoo.")
            )
        sent = client.forward_messages(
            self.chat_id.telegram_id, source.chat_id.telegram_id, [source.id_message]
        )
        if not sent.ids_message:
            raise OutcomeUnknownError("forwardMessages", const.CODE_NOT_JSON, status=200)
        return sent.ids_message[0]

    def _prepare_send_error(self, reason):
        """Return the error for a message that cannot be sent; GREEN-API is not called.

        :param str reason: shown to users
        """
        return RefusedError(self._get_method(), const.CODE_LOST, detail=reason)

    # === FILES === #

    def _get_link(self, client, limiter):
        """Return the URL to send the file by; empty if the file itself is to be sent.

        A file that several messages have is uploaded once and sent by its link. Commits the link.

        :param RateLimiter limiter: of the account's calls
        """
        oldest = fields.Datetime.now() - timedelta(hours=LINK_HOURS)
        if not self.attachment_id:
            is_expired = self.upload_date and self.upload_date <= oldest
            return "" if is_expired else self.url_file or ""
        same = [("attachment_id", "=", self.attachment_id.id)]
        same += [("instance_id", "=", self.instance_id.id)]
        uploaded = self.search([*same, ("upload_date", ">", oldest)], limit=1)
        waiting = [*same, ("state", "=", "queued"), ("id", "!=", self.id)]
        if uploaded or not self.search_count(waiting, limit=1):
            return uploaded.url_file or ""
        time.sleep(limiter.reserve("uploadFile"))
        with self._open_file() as file:
            url = client.upload_file(file, self.file_name, self.attachment_id.mimetype).url
        values = {"url_file": url, "upload_date": fields.Datetime.now()}
        write_and_commit(self.env, self.write, values)
        return url

    @contextmanager
    def _open_file(self):
        """Open the file for reading, directly from the filestore if it is stored there.

        :raise RefusedError: the file was deleted, is empty or cannot be read completely
        """
        self.ensure_one()
        attachment = self.attachment_id.sudo()  # sudo: ir.attachment - checked when it was queued
        if not attachment:
            raise self._prepare_send_error(
                self.env._("“%s” was deleted before it could be sent.", self.file_name)
            )
        if not attachment.file_size:
            raise self._prepare_send_error(
                self.env._(
                    "“%s” is empty because its content was removed before it could be sent. Send "
                    "the file again.",
                    self.file_name,
                )
            )
        try:
            with self._open_content(attachment) as file:
                yield file
        except OSError as error:
            _logger.warning("Telegram message %s: its file cannot be read (%s)", self.id, error)
            raise self._prepare_send_error(
                self.env._(
                    "The Odoo server cannot read the file “%s”. Ask your administrator to check "
                    "the filestore of the server, then click Retry.",
                    self.file_name,
                )
            ) from None

    @api.model
    def _open_content(self, attachment):
        """Open the content of an attachment.

        :raise OSError: the content cannot be read or is incomplete
        """
        if not attachment.store_fname:
            return io.BytesIO(attachment.raw)
        file = open(attachment._full_path(attachment.store_fname), "rb")  # noqa: SIM115 - the caller closes it
        size = os.fstat(file.fileno()).st_size
        if size != attachment.file_size:
            file.close()
            raise OSError(f"{size} of {attachment.file_size} bytes are there")
        return file
