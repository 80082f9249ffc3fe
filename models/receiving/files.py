# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import time
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Domain

from ... import const
from ...client import GreenApiError, RateLimiter, RefusedError, TooLargeError, check_host
from ...tools.backoff import get_backoff
from ...tools.cron import get_time_limit
from ...tools.files import clean_received_name, get_disk_reason
from ...tools.transactions import write_and_commit

FIRST_PAUSE = 60  # seconds after the first failed attempt
MAX_ATTEMPTS = 29  # about a day with these pauses: GREEN-API keeps no file for longer
FULL_DISK_PAUSE = 300  # seconds until the next attempt after the disk was full
CALLBACK_INTERVAL = 1  # seconds between two looks at the inbox during a download
FILE_MAX_SECONDS = 900  # for one file
VOICE_ENDINGS = (".ogg", ".oga", ".opus")
DOWNLOAD_MAX_BYTES = 2**31 - 1  # Odoo stores the size of an attachment in 31 bits
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class DownloadRequest:
    """What is needed to download a file, so that no transaction is open meanwhile."""

    url: str
    chat_id: str
    id_message: str
    max_bytes: int
    seconds: float


class CallbackWriter:
    """A writable file that calls a function between two blocks.

    :param file: the file to write to
    :param callback: called at most once every CALLBACK_INTERVAL seconds
    """

    def __init__(self, file, callback):
        self._file = file
        self._callback = callback
        self._called_at = time.monotonic()

    # pylint-odoo takes it for the method of a model.
    def write(self, block):  # pylint: disable=method-required-super
        self._file.write(block)
        if time.monotonic() - self._called_at >= CALLBACK_INTERVAL:
            self._callback()
            self._called_at = time.monotonic()


class TelegramInstance(models.Model):
    """Extend ``telegram.instance``: which files it downloads, and from which hosts."""

    _inherit = "telegram.instance"

    auto_download_max_mb = fields.Integer(
        "Auto-Download Limit (MB)",
        default=50,
        help="Files up to this size in MB are downloaded automatically, larger ones on request. "
        "0: no file is downloaded automatically.",
    )
    download_hosts = fields.Char(
        "Additional File Hosts",
        groups="base.group_system",
        help="Host names separated by spaces. Files are downloaded from the API and media hosts "
        "only. If GREEN-API stores files elsewhere, add that host here.",
    )
    file_error = fields.Char(
        readonly=True,
        copy=False,
        help="The reason why files cannot be stored. Empty if they can.",
    )
    _auto_download_max_mb_range = models.Constraint(
        "CHECK(auto_download_max_mb BETWEEN 0 AND 2000)",
        "The auto-download limit must be between 0 and 2000 MB.",
    )

    # === CONSTRAINT METHODS === #

    @api.constrains("download_hosts")
    def _check_download_hosts(self):
        for instance in self:
            for host in (instance.download_hosts or "").split():
                url = f"https://{host}"
                try:
                    is_host = urlsplit(check_host(url)).netloc == host
                except ValueError:
                    is_host = False
                if not is_host:
                    raise ValidationError(
                        self.env._(
                            "“%s” is not a valid host name. Enter a name such as "
                            "storage.example.com.",
                            host,
                        )
                    )

    # === BUSINESS METHODS === #

    def _get_file_seconds(self):
        """Return the seconds that the download of one file may take.

        At most a third of the time that Odoo lets a scheduled action run, because the polling
        window may take half of it before.
        """
        limit = get_time_limit()
        return min(FILE_MAX_SECONDS, limit // 3) if limit else FILE_MAX_SECONDS

    def _set_file_error(self, problem):
        """Store why files cannot be stored.

        :param problem: str; False after a file was stored
        """
        if (self.file_error or False) != problem:
            # sudo: telegram.instance - it is reported by the server, not entered by the user
            self.sudo().file_error = problem


class TelegramMessage(models.Model):
    """Extend ``telegram.message``: download the files of messages.

    A message is shown first, then its file is downloaded by the receive action: one file after
    the other, the oldest first. States of a file::

        waiting ──> fetched ──> removed, after its retention time
          │ ^ ├───> too_large     larger than the auto-download limit
          │ │ ├───> gone          no longer available at GREEN-API
          │ │ └───> failed        after a day of attempts, at once if its link leads to a foreign
          │ │                       host, or if Odoo cannot store a file of this size
          └─┴── too_large, failed: when a user requests the file
    """

    _inherit = "telegram.message"

    download_state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("fetched", "Downloaded"),
            ("too_large", "Not Downloaded"),
            ("gone", "No Longer Available"),
            ("failed", "Failed"),
            ("removed", "Removed"),
        ],
        "File State",
        readonly=True,
        copy=False,
    )
    # The link alone gives access to the file, so it is for the addon only.
    download_url = fields.Char(groups=fields.NO_ACCESS, copy=False)
    download_attempts = fields.Integer(readonly=True, copy=False)
    download_after = fields.Datetime("Next Download", readonly=True, copy=False)
    download_error = fields.Char(readonly=True, copy=False)
    is_download_requested = fields.Boolean(
        readonly=True, copy=False, help="A user requested this file regardless of the size limit."
    )
    file_size = fields.Float(
        "File Size (bytes)",
        digits=(16, 0),
        readonly=True,
        copy=False,
        help="Size of the file in bytes. 0: unknown.",
    )
    file_message = fields.Char("File Not Downloaded", compute="_compute_file_message")
    _download_index = models.Index("(instance_id, id) WHERE download_state = 'waiting'")

    # === COMPUTE METHODS === #

    @api.depends("download_state", "download_error", "file_size")
    @api.depends_context("lang")
    def _compute_file_message(self):
        for message in self:
            message.file_message = message._get_file_message()

    # === ACTION METHODS === #

    def action_fetch_file(self):
        """Download files that were too large to be downloaded automatically, or that failed."""
        self.check_access("read")
        # sudo: telegram.message - users change messages only by buttons like this one
        messages_sudo = self.sudo()
        messages_sudo.lock_for_update(allow_referencing=True)
        requested_sudo = messages_sudo.filtered(
            lambda message: message.download_state in ("too_large", "failed")
        )
        if not requested_sudo:
            raise UserError(
                self.env._("There is no file to download. Select messages whose file is missing.")
            )
        requested_sudo.write(
            {
                "download_state": "waiting",
                "download_attempts": 0,
                "download_after": False,
                "download_error": False,
                "is_download_requested": True,
            }
        )
        for instance_sudo in requested_sudo.instance_id:
            instance_sudo.receive_cron_id._trigger()

    # === DOWNLOAD === #

    @api.model
    def _prepare_received_file(self, instance, file):
        """Prepare the values of a message that are known of its file.

        :param instance: the ``telegram.instance``
        :param file: of the MessageNotification; None if the message has no file
        :return: dict
        """
        if not file:
            return {}
        return {
            "download_url": file.download_url,
            "download_state": "waiting" if instance.auto_download_max_mb else "too_large",
        }

    @api.model
    def _fetch_files(self, instance):
        """Download the files that are due. Commits, so it is for the receive action only.

        New messages are processed between two files and during a download.

        :return: bool, whether the time of the scheduled action is over before the work is done
        """
        message = self._find_due_file(instance)
        if not message:
            return False
        limiter = RateLimiter()
        with instance._get_client() as client:
            while message:
                if not message._fetch_file(client, limiter):
                    return False
                is_out_of_time = self.env["telegram.event"]._process_inbox(instance)
                seconds_left = self.env["ir.cron"]._commit_progress(1, remaining=1)
                message = self._find_due_file(instance)
                if message and (is_out_of_time or not seconds_left):
                    return True
        return False

    @api.model
    def _find_due_file(self, instance):
        """Return the oldest message whose file is to be downloaded now."""
        return self.search(self._get_due_file_domain(instance), order="id", limit=1)

    @api.model
    def _find_due_instances(self, instances):
        """Return those of the accounts that have files to be downloaded now."""
        domain = self._get_due_file_domain(instances)
        return self._read_group(domain, [], ["instance_id:recordset"])[0][0]

    @api.model
    def _get_due_file_domain(self, instances):
        due = Domain("instance_id", "in", instances.ids) & Domain("download_state", "=", "waiting")
        return due & (
            Domain("download_after", "=", False)
            | Domain("download_after", "<=", fields.Datetime.now())
        )

    def _fetch_file(self, client, limiter):
        """Download the file of one message and store the result. Commits.

        :param GreenApiClient client: of the account
        :param RateLimiter limiter: of the calls for new links
        :return: bool, whether other files can be stored
        """
        self.ensure_one()
        instance = self.instance_id

        def process_inbox():
            self.env["telegram.event"]._process_inbox(instance)

        # An attempt is counted before it begins: it may end with the process.
        request, _seconds_left = write_and_commit(self.env, self._claim_file)
        if not request:
            return True
        try:
            with self.env["ir.attachment"]._telegram_open_file(self.id) as file:
                self._download(client, limiter, request, CallbackWriter(file, process_inbox))
                write_and_commit(self.env, self._store_file, file)
        except GreenApiError as error:
            write_and_commit(self.env, self._process_download_error, error)
        except OSError as error:
            self.env.cr.rollback()
            write_and_commit(self.env, self._process_full_disk, error)
            return False
        return True

    def _claim_file(self):
        """Count an attempt and schedule the next one.

        :return: DownloadRequest; None if the message was deleted meanwhile or has its file
        """
        if not self.exists() or self.download_state != "waiting":
            return None
        pause = get_backoff(self.download_attempts, FIRST_PAUSE)
        self.write(
            {
                "download_attempts": self.download_attempts + 1,
                "download_after": fields.Datetime.now() + timedelta(seconds=pause),
            }
        )
        return DownloadRequest(
            url=self.sudo().download_url or "",  # sudo: telegram.message - only the client gets it
            chat_id=self.chat_id.telegram_id,
            id_message=self.id_message,
            max_bytes=self._get_download_max_bytes(),
            seconds=self.instance_id._get_file_seconds(),
        )

    def _get_download_max_bytes(self):
        """Return the size in bytes of the largest file that is downloaded.

        It is the auto-download limit of the account. For a file that a user has requested, it is
        the largest size that Odoo can store.
        """
        if self.is_download_requested:
            return DOWNLOAD_MAX_BYTES
        return self.instance_id.auto_download_max_mb * MEGABYTE

    def _download(self, client, limiter, request, target):
        """Write the file to the disk. An expired link is exchanged for a new one, once.

        :raise GreenApiError: the download failed
        :raise OSError: the file cannot be written
        """
        if request.url:
            try:
                client.download(request.url, target, request.max_bytes, request.seconds)
                return
            except RefusedError as error:
                if error.code != const.CODE_FILE_GONE:
                    raise
        time.sleep(limiter.reserve("downloadFile"))
        link = client.download_file(request.chat_id, request.id_message)
        write_and_commit(self.env, self._store_download_url, link.url)
        client.download(link.url, target, request.max_bytes, request.seconds)

    def _store_download_url(self, url):
        if self.exists():
            self.sudo().download_url = url  # sudo: telegram.message - users cannot read it

    # === STORAGE === #

    def _store_file(self, file):
        if self.exists():
            self._store_incoming_file(file)

    def _store_incoming_file(self, file):
        """Store the file that was downloaded and show it with the message.

        The file is attached to each record on which the message is posted, so that it has the
        same readers as the message.

        :param file: see ``_telegram_create`` of ir.attachment
        """
        self.ensure_one()
        posted = self.mail_message_ids.filtered(lambda shown: shown.model and shown.res_id)
        posted = posted.sorted(lambda shown: shown.model != "discuss.channel")
        owners = [(shown.model, shown.res_id) for shown in posted] or [(self._name, self.id)]
        common = {"name": clean_received_name(self.file_name), "company_id": self.company_id.id}
        # sudo: ir.attachment - the file follows the message, whatever user downloads it
        attachments_sudo = self.env["ir.attachment"].sudo()
        attachments = attachments_sudo._telegram_create(
            file,
            [{**common, "res_model": model, "res_id": res_id} for model, res_id in owners],
        )
        if self._is_voice():
            attachments._set_voice_metadata()  # Odoo shows its player
        self.write(
            {
                "attachment_id": attachments[0].id,
                "download_state": "fetched",
                "download_url": False,
                "download_error": False,
                "file_size": attachments[0].file_size,
            }
        )
        for shown, attachment in zip(posted, attachments, strict=False):
            shown.attachment_ids = [Command.link(attachment.id)]
        self._update_posted_file()
        self.instance_id._set_file_error(False)

    def _is_voice(self):
        """Return whether this is a voice message, and not a piece of music.

        GREEN-API reports both as audio; Telegram records voice messages as OGG.
        """
        self.ensure_one()
        name = (self.file_name or "").lower()
        return self.type_message == "audioMessage" and name.endswith(VOICE_ENDINGS)

    # === FAILURES === #

    def _process_download_error(self, error):
        """Update the message after a failed attempt.

        :param GreenApiError error: what the client raised
        """
        if not self.exists():
            return
        state = self._classify_download_error(error)
        values = {"download_state": state, "download_error": self._get_download_message(error)}
        if isinstance(error, TooLargeError):
            values["file_size"] = error.size or 0
        if error.code in const.STATE_OF_CODE:
            self.instance_id._record_error(error)
        self.write(values)
        if state != "waiting":
            self._update_posted_file()

    def _classify_download_error(self, error):
        """Return the state of the file after a failed attempt.

        :param GreenApiError error: what the client raised
        """
        if error.code == const.CODE_TOO_LARGE:
            return "failed" if self.is_download_requested else "too_large"
        is_renewal = error.method == "downloadFile"
        if error.code == const.CODE_FILE_GONE or (
            is_renewal and error.code == const.CODE_BAD_REQUEST
        ):
            return "gone"
        is_final = isinstance(error, RefusedError) and error.code not in const.STATE_OF_CODE
        if is_final or self.download_attempts >= MAX_ATTEMPTS:
            return "failed"
        return "waiting"

    def _process_full_disk(self, error):
        """Postpone the download until there is space on the disk; the attempt does not count.

        :param OSError error: what the operating system reported
        """
        reason = get_disk_reason(error, self.env)
        problem = self.env._(
            "Attachments cannot be stored: %s. They are downloaded as soon as this is solved. "
            "Their links expire after 24 hours.",
            reason,
        )
        self.instance_id._set_file_error(problem)
        if self.exists():
            self.write(
                {
                    "download_attempts": max(self.download_attempts - 1, 0),
                    "download_after": fields.Datetime.now() + timedelta(seconds=FULL_DISK_PAUSE),
                    "download_error": reason,
                }
            )

    # === TEXTS === #

    def _get_file_message(self):
        """Return why the file is not there; False if it is, or if there is none."""
        self.ensure_one()
        _ = self.env._
        match self.download_state:
            case "waiting" if self.download_error:
                return _("Not downloaded yet, retrying: %s", self.download_error)
            case "waiting":
                return _("Downloading")
            case "too_large" if self.file_size:
                return _("Not downloaded, %s MB", max(round(self.file_size / MEGABYTE), 1))
            case "too_large":
                return _("Not downloaded")
            case "gone":
                return _(
                    "Not downloaded: no longer available at GREEN-API. Ask the sender to send it "
                    "again."
                )
            case "removed":
                return _("Removed: the retention time of files is over")
            case "failed":
                return _("Not downloaded: %s", self.download_error or "")
        return False

    def _get_download_message(self, error):
        """Return why the download has failed.

        :param GreenApiError error: what the client raised
        """
        if error.code == const.CODE_HOST_NOT_ALLOWED:
            return self.env._(
                "The link leads to “%s”, which is not a file host of this account. If GREEN-API "
                "stores files there, ask an administrator to add it to the account (Additional "
                "File Hosts).",
                self._get_download_host(),
            )
        if error.code == const.CODE_HTTP:
            return self.env._("The link does not lead to a file.")
        if error.code == const.CODE_TOO_LARGE and self.is_download_requested:
            return self.env._("The file is larger than Odoo can store.")
        return self.instance_id._get_error_message(error)

    def _get_download_host(self):
        # sudo: telegram.message - only the name of the host
        try:
            return urlsplit(self.sudo().download_url or "").hostname or ""
        except ValueError:
            return ""
