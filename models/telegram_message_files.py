# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import re

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

MEGABYTE = 1024 * 1024
NAME_MAX_LENGTH = 200  # characters; file systems take 255 bytes or so
# Control characters, and those that let a name be read in another order than it is written.
ODD_LETTERS = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class TelegramMessage(models.Model):
    """The file of a message that came in: where it is, and how it is shown.

    It is fetched after the message is shown (``telegram_message_download.py``)::

        waiting ──> fetched ──> removed, after its time
          │ ^ ├───> too_large     not by itself: a person may ask for it
          │ │ ├───> gone          the service does not have it any more
          │ │ └───> failed        tried for a day, or it leads to a foreign host
          └─┴── too_large, failed by a person
    """

    _inherit = "telegram.message"

    download_state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("fetched", "Fetched"),
            ("too_large", "Not Fetched"),
            ("gone", "Gone"),
            ("failed", "Failed"),
            ("removed", "Removed"),
        ],
        "File State",
        readonly=True,
        copy=False,
    )
    # Whoever has the link has the file: for the addon only.
    download_url = fields.Char(groups=fields.NO_ACCESS, copy=False)
    download_attempts = fields.Integer(readonly=True, copy=False)
    download_after = fields.Datetime("Next Download", readonly=True, copy=False)
    download_error = fields.Char(readonly=True, copy=False)
    is_download_asked = fields.Boolean(
        readonly=True, copy=False, help="Somebody wants the file whatever its size."
    )
    file_size = fields.Float(digits=(16, 0), readonly=True, copy=False, help="Bytes; 0: unknown.")
    file_message = fields.Char("File Not Fetched", compute="_compute_file_message")

    _download_index = models.Index("(instance_id, id) WHERE download_state = 'waiting'")

    # === COMPUTE METHODS === #

    @api.depends("download_state", "download_error", "file_size")
    @api.depends_context("lang")
    def _compute_file_message(self):
        for message in self:
            message.file_message = message._explain_file()

    def _explain_file(self):
        """Say why the file is not there; False when it is, or there is none."""
        self.ensure_one()
        _ = self.env._
        match self.download_state:
            case "waiting" if self.download_error:
                return _("not fetched yet, it is tried again: %s", self.download_error)
            case "waiting":
                return _("it is being fetched")
            case "too_large" if self.file_size:
                return _("not fetched, %s MB", max(round(self.file_size / MEGABYTE), 1))
            case "too_large":
                return _("not fetched")
            case "gone":
                return _(
                    "not fetched: the service does not have it any more. Ask for it once more."
                )
            case "removed":
                return _("removed: files are not kept for longer")
            case "failed":
                return _("not fetched: %s", self.download_error or "")
        return False

    # === ACTION METHODS === #

    def action_fetch_file(self):
        """Fetch files now that were too large to come by themselves, or that could not be had."""
        self.check_access("read")
        # sudo: telegram.message - people act by this button only
        messages_sudo = self.sudo()
        messages_sudo.lock_for_update(allow_referencing=True)
        chosen_sudo = messages_sudo.filtered(lambda m: m.download_state in ("too_large", "failed"))
        if not chosen_sudo:
            raise UserError(self.env._("There is no file here that was left out."))
        chosen_sudo.write(
            {
                "download_state": "waiting",
                "download_attempts": 0,
                "download_after": False,
                "download_error": False,
                "is_download_asked": True,
            }
        )
        for instance_sudo in chosen_sudo.instance_id:
            instance_sudo.receive_cron_id._trigger()

    # === A FILE COMES IN === #

    @api.model
    def _prepare_received_values(self, chat, notification):
        values = super()._prepare_received_values(chat, notification)
        if notification.file:
            values["download_url"] = notification.file.download_url
            values["download_state"] = "waiting" if chat.instance_id.file_limit else "too_large"
        return values

    def _keep_file(self, file):
        """Store the file that was fetched, and show it with the message.

        Wherever the message is shown, the file belongs to that record: who may read the one may
        read the other.

        :param file: see ``_telegram_create`` of ir.attachment
        """
        self.ensure_one()
        places = self.mail_message_ids.filtered(lambda shown: shown.model and shown.res_id)
        places = places.sorted(lambda shown: shown.model != "discuss.channel")
        owners = [(shown.model, shown.res_id) for shown in places] or [(self._name, self.id)]
        name = self._get_safe_file_name()
        # sudo: ir.attachment - the file follows the message, whoever fetches it
        attachments = (
            self.env["ir.attachment"]
            .sudo()
            ._telegram_create(
                file,
                [
                    {
                        "name": name,
                        "res_model": model,
                        "res_id": res_id,
                        "company_id": self.company_id.id,
                    }
                    for model, res_id in owners
                ],
            )
        )
        self.write(
            {
                "attachment_id": attachments[0].id,
                "download_state": "fetched",
                "download_url": False,
                "download_error": False,
                "file_size": attachments[0].file_size,
            }
        )
        for shown, attachment in zip(places, attachments, strict=False):
            shown.attachment_ids = [Command.link(attachment.id)]
        self._show_file()
        self.instance_id._set_file_problem(False)

    def _absorb(self, twin):
        # What was fetched for the other row is a copy of what this one has sent.
        if twin.download_state == "fetched":
            twin.sudo().mail_message_ids.attachment_ids.unlink()  # sudo: they go with the row
        return super()._absorb(twin)

    def _get_safe_file_name(self):
        """Give the name as sent, without what a file's name must not have."""
        name = ODD_LETTERS.sub("", self.file_name or "").strip()
        if not name.strip("./\\ "):
            name = "file"
        name = self._check_file_name(name)
        stem, dot, extension = name.rpartition(".")
        if len(name) > NAME_MAX_LENGTH and len(extension) < 20:
            return stem[: NAME_MAX_LENGTH - len(extension) - 1] + dot + extension
        return name[:NAME_MAX_LENGTH]
