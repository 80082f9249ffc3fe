# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import mimetypes
import mmap
import os
from contextlib import contextmanager, suppress

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.mimetypes import MIMETYPE_HEAD_SIZE, guess_mimetype

# Types that Odoo guesses for many kinds of content. For these, the file name determines the type.
AMBIGUOUS_TYPES = (
    "application/octet-stream",
    "application/zip",
    "application/x-ole-storage",
    "application/CDFV2",
    "text/plain",
)
# States of a message that may still need its file.
UNSENT_STATES = ("queued", "sending", "unsure")


class IrAttachment(models.Model):
    """Store large received files block by block, without loading them into memory."""

    _inherit = "ir.attachment"

    def _delete_and_notify(self, message=None):  # pylint: disable=missing-return
        """Refuse what the web client does not offer: to remove a file that Telegram needs or keeps.

        :raise UserError: the message has to be canceled or deleted instead
        """
        if message:  # none if the whole message is deleted
            self._telegram_check_removable()
        super()._delete_and_notify(message)

    def _telegram_check_removable(self):
        """Check that these files can be removed without their messages.

        A file that only a conversation shows cannot, because its chat in Telegram keeps it. On a
        record, the web client says so, and the file can be removed from Odoo.

        :raise UserError: Telegram keeps one of the files, or it has not been sent yet
        """
        # sudo: telegram.message, mail.message - only whether and where the files are needed
        messages_sudo = self.env["telegram.message"].sudo()
        waiting = [("attachment_id", "in", self.ids), ("state", "in", UNSENT_STATES)]
        if messages_sudo.search_count(waiting, limit=1):
            raise UserError(
                self.env._(
                    "The file cannot be removed because its message has not been sent yet. Cancel "
                    "the message instead."
                )
            )
        posts_sudo = self.env["mail.message"].sudo().search([("attachment_ids", "in", self.ids)])
        if posts_sudo and all(post._telegram_keeps_files() for post in posts_sudo):
            raise UserError(
                self.env._(
                    "The file cannot be removed because the chat in Telegram would keep it. You "
                    "can delete the whole message if it is your own."
                )
            )

    @api.model
    @contextmanager
    def _telegram_open_file(self, name):
        """Create a file on the disk of the filestore, to be written and then stored.

        The file is deleted at the end of the block unless it was stored.

        :param str name: the same name for the same purpose, so that the remains of a killed process
            are overwritten
        :raise OSError: the disk is full or not writable
        """
        folder = self._full_path("telegram")
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, f"{name}.part")
        try:
            with open(path, "w+b") as file:
                yield file
        finally:
            with suppress(FileNotFoundError):  # it was moved to its stored path
                os.unlink(path)

    @api.model
    def _telegram_create(self, file, vals_list):
        """Store a file once, as an attachment of several records.

        Content that a browser could run is stored as plain text. The method may be called again
        after a rollback.

        :param file: the written file of ``_telegram_open_file``
        :param list vals_list: the values of each attachment
        :return: the ``ir.attachment`` records
        :raise OSError: the disk is full or not writable; the caller has to roll back
        """
        file.flush()
        file.seek(0)
        head = file.read(MIMETYPE_HEAD_SIZE)
        vals_list = [
            {**vals, "mimetype": self._telegram_guess_mimetype(vals["name"], head)}
            for vals in vals_list
        ]
        attachments = self._telegram_without_processing()
        if not head:
            return attachments.create(vals_list)
        if self._storage() != "file":
            file.seek(0)
            content = file.read()
            return attachments.create([{**vals, "raw": content} for vals in vals_list])
        # Create the rows first: they block the garbage collection of files until the commit.
        created = attachments.create(vals_list)
        created._telegram_move_to_filestore(file)
        return created

    @api.model
    def _telegram_without_processing(self):
        """Return the model in a context that stores files unchanged: Odoo would resize pictures."""
        return self.with_context(attachments_mime_plainxml=True, image_no_postprocess=True)

    def _telegram_copy_to(self, model, res_id):
        """Copy an attachment to another record without reading its content.

        :param str model: the model of the record
        :param int res_id: the id of the record
        :return: the new ``ir.attachment``
        """
        self.ensure_one()
        values = {"name": self.name, "mimetype": self.mimetype, "company_id": self.company_id.id}
        copied = self._telegram_without_processing().create(
            {**values, "res_model": model, "res_id": res_id}
        )
        self._telegram_share_content(copied)
        if self.voice_ids:
            copied._set_voice_metadata()
        return copied

    def _telegram_share_content(self, copies):
        """Update other attachments to use the same stored file.

        Odoo would read and hash the content for each of them, which takes minutes for a mailing.

        :param copies: ``ir.attachment`` records without content
        """
        self.ensure_one()
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE ir_attachment AS copy
                   SET store_fname = file.store_fname,
                       db_datas = file.db_datas,
                       checksum = file.checksum,
                       file_size = file.file_size,
                       index_content = file.index_content
                  FROM ir_attachment AS file
                 WHERE file.id = %s AND copy.id = ANY(%s)
                """,
                self.id,
                copies.ids,
            )
        )
        copies.invalidate_recordset()

    def _telegram_move_to_filestore(self, file):
        """Store a file as the content of these attachments, without copying or loading it."""
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            size = len(content)
            checksum = self._compute_checksum(content)
            fname, path = self._get_path(content, checksum)
        if not os.path.exists(path):
            self._mark_for_gc(fname)  # deleted again if the transaction fails
            os.fsync(file.fileno())
            os.replace(file.name, path)
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                """
                UPDATE ir_attachment
                   SET store_fname = %s, checksum = %s, file_size = %s
                 WHERE id = ANY(%s)
                """,
                fname,
                checksum,
                size,
                self.ids,
            )
        )
        self.invalidate_recordset()

    @api.model
    def _telegram_guess_mimetype(self, name, head):
        """Return the MIME type by the first bytes, and by the name where these are ambiguous."""
        if not head:
            return "application/octet-stream"
        found = guess_mimetype(head, default="application/octet-stream")
        if found in AMBIGUOUS_TYPES:
            found = mimetypes.guess_type(name)[0] or found
        return "text/plain" if "script" in found else found
