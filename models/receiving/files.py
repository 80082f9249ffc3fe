# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import time
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.tools import config

from ... import const
from ...client import GreenApiError, RateLimiter, RefusedError, TooLargeError, check_host
from ...tools.files import clean_received_name
from ...tools.transactions import write_and_commit

FIRST_PAUSE = 60  # seconds after a failed attempt; doubled with every further one
LONGEST_PAUSE = 3600  # seconds
MAX_ATTEMPTS = 29  # with these pauses, for a day: longer the service keeps no file
FULL_DISK_PAUSE = 300  # seconds until it is tried again to store something
LOOK_AROUND = 1  # seconds between two looks at the inbox while a file is on its way
FILE_SECONDS = 900  # for one file, unless Odoo lets its scheduled actions run shorter
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class DownloadRequest:
    """What is needed to fetch a file, so that the database is not asked meanwhile."""

    url: str
    chat_id: str
    id_message: str
    max_bytes: int
    seconds: float


class CallbackWriter:
    """A file to be written to that does something else every now and then.

    :param look: called between two blocks, not more often than every LOOK_AROUND seconds
    """

    def __init__(self, file, look):
        self._file = file
        self._look = look
        self._looked_at = time.monotonic()

    def write(self, block):  # pylint: disable=method-required-super  # of a file, not a model
        self._file.write(block)
        if time.monotonic() - self._looked_at >= LOOK_AROUND:
            self._look()
            self._looked_at = time.monotonic()


class TelegramMessage(models.Model):
    """Fetching the files of messages: one after the other, the oldest first, after the messages.

    The file of a message that came in: where it is, and how it is shown.

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

    @api.model
    def _find_file_to_fetch(self, instance):
        """Return the oldest message whose file is due."""
        due = Domain("instance_id", "=", instance.id) & Domain("download_state", "=", "waiting")
        due &= Domain("download_after", "=", False) | Domain(
            "download_after", "<=", fields.Datetime.now()
        )
        return self.search(due, order="id", limit=1)

    @api.model
    def _fetch_files(self, instance):
        """Fetch the files that wait. Commits: for the receive action only.

        Between two files, and while one is on its way, new messages are taken in.

        :return: bool, whether the time of the scheduled action is over before the work is
        """
        message = self._find_file_to_fetch(instance)
        if not message:
            return False
        pace = RateLimiter()
        with instance._get_client() as client:
            while message:
                if not message._fetch_file(client, pace):
                    return False
                is_over = self.env["telegram.event"]._process_inbox(instance)
                seconds_left = self.env["ir.cron"]._commit_progress(1, remaining=1)
                message = self._find_file_to_fetch(instance)
                if message and (is_over or not seconds_left):
                    return True
        return False

    def _fetch_file(self, client, pace):
        """Fetch the file of one message and keep what came of it. Commits.

        :param RateLimiter pace: of the calls for new links
        :return: bool, whether it is worth going on: files can be stored
        """
        self.ensure_one()
        instance = self.instance_id

        def look():
            self.env["telegram.event"]._process_inbox(instance)

        # Each attempt is noted before: one that ends with the whole process counts, too.
        wanted, _left = write_and_commit(self.env, self._claim_file)
        if not wanted:
            return True
        try:
            with self.env["ir.attachment"]._telegram_open_file(self.id) as file:
                self._download(client, pace, wanted, CallbackWriter(file, look))
                write_and_commit(self.env, self._store_file, file)
        except GreenApiError as error:
            write_and_commit(self.env, self._process_download_error, error)
        except OSError as error:
            self.env.cr.rollback()
            write_and_commit(self.env, self._process_full_disk, error)
            return False
        return True

    def _claim_file(self):
        """Note an attempt; the next one would be after a pause.

        :return: DownloadRequest, or None: somebody has removed the message meanwhile, or its file is there
        """
        if not self.exists() or self.download_state != "waiting":
            return None
        pause = min(FIRST_PAUSE * 2 ** min(self.download_attempts, 10), LONGEST_PAUSE)
        self.write(
            {
                "download_attempts": self.download_attempts + 1,
                "download_after": fields.Datetime.now() + timedelta(seconds=pause),
            }
        )
        limit = self.instance_id.auto_download_max_mb * MEGABYTE
        if self.is_download_asked:
            limit = const.FETCHED_MAX_BYTES
        return DownloadRequest(
            url=self.sudo().download_url or "",  # sudo: telegram.message - it goes to the client
            chat_id=self.chat_id.telegram_id,
            id_message=self.id_message,
            max_bytes=limit,
            seconds=self.instance_id._get_file_seconds(),
        )

    def _download(self, client, pace, wanted, target):
        """Write the file to the disk; a link that is too old is exchanged for a new one, once.

        :raise GreenApiError: it did not work
        :raise OSError: it cannot be written
        """
        if wanted.url:
            try:
                client.download(wanted.url, target, wanted.max_bytes, wanted.seconds)
                return
            except RefusedError as error:
                if error.code != const.CODE_FILE_GONE:
                    raise
        time.sleep(pace.reserve("downloadFile"))
        link = client.download_file(wanted.chat_id, wanted.id_message)
        write_and_commit(self.env, self._store_download_url, link.url)
        client.download(link.url, target, wanted.max_bytes, wanted.seconds)

    def _store_download_url(self, url):
        if self.exists():
            self.sudo().download_url = url  # sudo: telegram.message - nobody else sees it

    def _store_file(self, file):
        if self.exists():
            self._store_incoming_file(file)

    # === WHAT WENT WRONG === #

    def _process_download_error(self, error):
        """Keep what a failed attempt tells about the file.

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
        """Say in which state a failed attempt leaves the file."""
        if error.code == const.CODE_TOO_LARGE:
            return "failed" if self.is_download_asked else "too_large"
        is_renewal = error.method == "downloadFile"
        if error.code == const.CODE_FILE_GONE or (
            is_renewal and error.code == const.CODE_BAD_REQUEST
        ):
            return "gone"
        lasts = isinstance(error, RefusedError) and error.code not in const.STATE_OF_CODE
        if lasts or self.download_attempts >= MAX_ATTEMPTS:
            return "failed"
        return "waiting"

    def _get_download_message(self, error):
        if error.code == const.CODE_HOST_NOT_ALLOWED:
            return self.env._(
                "The link leads to “%s”, which is no host of this instance. If the service keeps "
                "files there, an administrator names it on the instance (Further File Hosts).",
                self._get_download_host(),
            )
        if error.code == const.CODE_HTTP:
            return self.env._("The link does not lead to a file.")
        if error.code == const.CODE_TOO_LARGE and self.is_download_asked:
            return self.env._("The file is larger than Odoo can store.")
        return self.instance_id._get_error_message(error)

    def _get_download_host(self):
        # sudo: telegram.message - the name of the host only
        try:
            return urlsplit(self.sudo().download_url or "").hostname or ""
        except ValueError:
            return ""

    def _process_full_disk(self, error):
        """Let the file wait for room on the disk; the attempt does not count.

        :param OSError error: what the disk said
        """
        problem = self.env._(
            "Files of messages cannot be stored: %s. They wait, and are fetched as soon as there "
            "is room; links to them are good for 24 hours.",
            error.strerror or type(error).__name__,
        )
        self.instance_id._set_file_error(problem)
        if self.exists():
            self.write(
                {
                    "download_attempts": max(self.download_attempts - 1, 0),
                    "download_after": fields.Datetime.now() + timedelta(seconds=FULL_DISK_PAUSE),
                    "download_error": error.strerror or type(error).__name__,
                }
            )

    # === COMPUTE METHODS === #

    @api.depends("download_state", "download_error", "file_size")
    @api.depends_context("lang")
    def _compute_file_message(self):
        for message in self:
            message.file_message = message._get_file_message()

    def _get_file_message(self):
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

    def _store_incoming_file(self, file):
        """Store the file that was fetched, and show it with the message.

        Wherever the message is shown, the file belongs to that record: who may read the one may
        read the other.

        :param file: see ``_telegram_create`` of ir.attachment
        """
        self.ensure_one()
        places = self.mail_message_ids.filtered(lambda shown: shown.model and shown.res_id)
        places = places.sorted(lambda shown: shown.model != "discuss.channel")
        owners = [(shown.model, shown.res_id) for shown in places] or [(self._name, self.id)]
        name = clean_received_name(self.file_name)
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
        self._update_posted_file()
        self.instance_id._set_file_error(False)


class TelegramInstance(models.Model):
    """Which files of messages an instance fetches, and from where."""

    _inherit = "telegram.instance"

    auto_download_max_mb = fields.Integer(
        "Fetch Files Up To",
        default=50,
        help="MB. Files come in by themselves up to this size; a larger one when somebody asks "
        "for it. 0: none by itself.",
    )
    download_hosts = fields.Char(
        "Further File Hosts",
        groups="base.group_system",
        help="Names of hosts, with blanks in between. Files are fetched from the API's and the "
        "media's address only; if the service keeps them elsewhere, name that host here.",
    )
    file_error = fields.Char(
        readonly=True, copy=False, help="Why files cannot be stored. Empty when they can."
    )
    _auto_download_max_mb_range = models.Constraint(
        "CHECK(auto_download_max_mb BETWEEN 0 AND 2000)", "The limit for files is 0 to 2000 MB."
    )

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
                            "“%s” is not the name of a host. It looks like storage.example.com.",
                            host,
                        )
                    )

    def _get_file_seconds(self):
        """Give the seconds that one file may take, within what Odoo lets an action run.

        A third of that: the listening window may take half of it before.
        """
        limit = config["limit_time_real_cron"]
        if limit < 0:
            limit = config["limit_time_real"]
        return min(FILE_SECONDS, limit // 3) if limit > 0 else FILE_SECONDS

    def _set_file_error(self, problem):
        """Keep why files cannot be stored; False when one could."""
        if (self.file_error or False) != problem:
            # sudo: telegram.instance - what the server said, not the user
            self.sudo().file_error = problem
