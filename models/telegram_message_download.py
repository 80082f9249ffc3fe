# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import time
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.fields import Domain

from .. import const
from ..client import GreenApiError, Pace, Refused, TooLarge
from .telegram_message_files import MEGABYTE
from .transactions import write_and_commit

FIRST_PAUSE = 60  # seconds after a failed attempt; doubled with every further one
LONGEST_PAUSE = 3600  # seconds
MAX_ATTEMPTS = 29  # with these pauses, for a day: longer the service keeps no file
FULL_DISK_PAUSE = 300  # seconds until it is tried again to store something
LOOK_AROUND = 1  # seconds between two looks at the inbox while a file is on its way


@dataclass(frozen=True)
class Wanted:
    """What is needed to fetch a file, so that the database is not asked meanwhile."""

    url: str
    chat_id: str
    id_message: str
    max_bytes: int
    seconds: float


class LookingAround:
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
    """Fetching the files of messages: one after the other, the oldest first, after the messages."""

    _inherit = "telegram.message"

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
        pace = Pace()
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

        :param Pace pace: of the calls for new links
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
            with self.env["ir.attachment"]._telegram_open_new(self.id) as file:
                self._download(client, pace, wanted, LookingAround(file, look))
                write_and_commit(self.env, self._store_file, file)
        except GreenApiError as error:
            write_and_commit(self.env, self._take_download_error, error)
        except OSError as error:
            self.env.cr.rollback()
            write_and_commit(self.env, self._take_disk_problem, error)
            return False
        return True

    def _claim_file(self):
        """Note an attempt; the next one would be after a pause.

        :return: Wanted, or None: somebody has removed the message meanwhile, or its file is there
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
        limit = self.instance_id.file_limit * MEGABYTE
        if self.is_download_asked:
            limit = const.FETCHED_MAX_BYTES
        return Wanted(
            url=self.sudo().download_url or "",  # sudo: telegram.message - it goes to the client
            chat_id=self.chat_id.chat_id,
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
            except Refused as error:
                if error.code != const.CODE_FILE_GONE:
                    raise
        time.sleep(pace.reserve("downloadFile"))
        link = client.download_file(wanted.chat_id, wanted.id_message)
        write_and_commit(self.env, self._note_link, link.url)
        client.download(link.url, target, wanted.max_bytes, wanted.seconds)

    def _note_link(self, url):
        if self.exists():
            self.sudo().download_url = url  # sudo: telegram.message - nobody else sees it

    def _store_file(self, file):
        if self.exists():
            self._keep_file(file)

    # === WHAT WENT WRONG === #

    def _take_download_error(self, error):
        """Keep what a failed attempt tells about the file.

        :param GreenApiError error: what the client raised
        """
        if not self.exists():
            return
        state = self._judge_download_error(error)
        values = {"download_state": state, "download_error": self._explain_download(error)}
        if isinstance(error, TooLarge):
            values["file_size"] = error.size or 0
        if error.code in const.STATE_OF_CODE:
            self.instance_id._take_error(error)
        self.write(values)
        if state != "waiting":
            self._show_file()

    def _judge_download_error(self, error):
        """Say in which state a failed attempt leaves the file."""
        if error.code == const.CODE_TOO_LARGE:
            return "failed" if self.is_download_asked else "too_large"
        is_renewal = error.method == "downloadFile"
        if error.code == const.CODE_FILE_GONE or (
            is_renewal and error.code == const.CODE_BAD_REQUEST
        ):
            return "gone"
        lasts = isinstance(error, Refused) and error.code not in const.STATE_OF_CODE
        if lasts or self.download_attempts >= MAX_ATTEMPTS:
            return "failed"
        return "waiting"

    def _explain_download(self, error):
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
        return self.instance_id._explain(error)

    def _get_download_host(self):
        # sudo: telegram.message - the name of the host only
        try:
            return urlsplit(self.sudo().download_url or "").hostname or ""
        except ValueError:
            return ""

    def _take_disk_problem(self, error):
        """Let the file wait for room on the disk; the attempt does not count.

        :param OSError error: what the disk said
        """
        problem = self.env._(
            "Files of messages cannot be stored: %s. They wait, and are fetched as soon as there "
            "is room; links to them are good for 24 hours.",
            error.strerror or type(error).__name__,
        )
        self.instance_id._set_file_problem(problem)
        if self.exists():
            self.write(
                {
                    "download_attempts": max(self.download_attempts - 1, 0),
                    "download_after": fields.Datetime.now() + timedelta(seconds=FULL_DISK_PAUSE),
                    "download_error": error.strerror or type(error).__name__,
                }
            )
