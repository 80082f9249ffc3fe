# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import mimetypes
import mmap
import os
from contextlib import contextmanager, suppress

from odoo import api, models
from odoo.tools import SQL
from odoo.tools.mimetypes import MIMETYPE_HEAD_SIZE, guess_mimetype

# What Odoo says of content that could be many things: then the name tells more.
VAGUE_TYPES = (
    "application/octet-stream",
    "application/zip",
    "application/x-ole-storage",
    "application/CDFV2",
    "text/plain",
)


class IrAttachment(models.Model):
    """Large files that come in: stored block by block, never held in memory."""

    _inherit = "ir.attachment"

    @api.model
    @contextmanager
    def _telegram_open_new(self, name):
        """Give a new file on the disk that keeps the attachments, to be written and then stored.

        :param name: the same for the same purpose: a part that a killed process has left is
            overwritten
        :raise OSError: there is no room, or no right
        """
        folder = self._full_path("telegram")
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, f"{name}.part")
        try:
            with open(path, "w+b") as file:
                yield file
        finally:
            with suppress(FileNotFoundError):  # it became the stored one
                os.unlink(path)

    @api.model
    def _telegram_create(self, file, vals_list):
        """Store a file, once, as an attachment of several records.

        What a browser might run is kept as plain text. May be called again after a rollback.

        :param file: of ``_telegram_open_new``, written
        :param list vals_list: the values of each attachment
        :return: the ``ir.attachment`` records
        :raise OSError: there is no room, or no right: to be followed by a rollback
        """
        file.flush()
        file.seek(0)
        head = file.read(MIMETYPE_HEAD_SIZE)
        vals_list = [
            {**vals, "mimetype": self._telegram_find_mimetype(vals["name"], head)}
            for vals in vals_list
        ]
        attachments = self._telegram_as_it_is()
        if not head:
            return attachments.create(vals_list)
        if self._storage() != "file":
            file.seek(0)
            content = file.read()
            return attachments.create([{**vals, "raw": content} for vals in vals_list])
        # The rows are first: they keep the collector of unused files out until the end.
        created = attachments.create(vals_list)
        created._telegram_move_in(file)
        return created

    @api.model
    def _telegram_as_it_is(self):
        """Let files be kept as they were sent: Odoo would make large pictures smaller."""
        return self.with_context(attachments_mime_plainxml=True, image_no_postprocess=True)

    def _telegram_copy_to(self, model, res_id):
        """Copy an attachment to another record, without reading its content.

        :return: the new ``ir.attachment``
        """
        self.ensure_one()
        values = {"name": self.name, "mimetype": self.mimetype, "company_id": self.company_id.id}
        copied = self._telegram_as_it_is().create({**values, "res_model": model, "res_id": res_id})
        self._telegram_share_content(copied)
        return copied

    def _telegram_share_content(self, copies):
        """Let other attachments have the same stored file.

        Odoo would read and hash it for each of them: minutes, for a mailing.

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

    def _telegram_move_in(self, file):
        """Make a file the stored one of these attachments, without copying or reading it whole."""
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            size = len(content)
            checksum = self._compute_checksum(content)
            fname, path = self._get_path(content, checksum)
        if not os.path.exists(path):
            self._mark_for_gc(fname)  # removed again, should the transaction fail
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
    def _telegram_find_mimetype(self, name, head):
        """Say what a file is: by its first bytes, and by its name where these leave it open."""
        if not head:
            return "application/octet-stream"
        found = guess_mimetype(head, default="application/octet-stream")
        if found in VAGUE_TYPES:
            found = mimetypes.guess_type(name)[0] or found
        return "text/plain" if "script" in found else found
