# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""Fetching a file from a link that the service gave: the link is not to be trusted."""

import time
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from .. import const
from .call_log import Call
from .errors import RefusedError, RetryableError, TooLargeError
from .hosts import check_host
from .results import DownloadedFile
from .transport import CONNECT_TIMEOUT, READ_TIMEOUT, Transport, classify_exception

METHOD = "download"  # as errors name it
BLOCK = 64 * 1024  # bytes
GONE = (401, 403, 404, 410)  # how hosts of files say that a link is too old
DOWNLOAD_TIMEOUT = 900  # seconds for a whole file


class Downloads(Transport):
    """Fetches files, of the hosts of the instance and of ``download_hosts`` only.

    :param download_hosts: names of more hosts, such as "storage.example.com"; each may have a port
    """

    def __init__(self, *args, download_hosts=(), **options):
        super().__init__(*args, **options)
        urls = [self._api_url, self._media_url, *(f"https://{host}" for host in download_hosts)]
        self._download_hosts = {_host_and_port(url) for url in urls}

    def download(self, url, target, max_bytes=const.FILE_MAX_BYTES, seconds=DOWNLOAD_TIMEOUT):
        """Write the file behind a link to ``target``, block by block.

        No token is sent and no redirect is followed. After a failure ``target`` holds a part of
        the file.

        :param str url: such as the ``url`` of a FileLink; https, or http to this very machine
        :param target: writable binary file object
        :param int max_bytes: a larger file is refused
        :param float seconds: that the whole file may take
        :return: DownloadedFile
        :raise TooLargeError: with the size, when the host announces it
        :raise RefusedError: const.CODE_HOST_NOT_ALLOWED, const.CODE_FILE_GONE
        :raise OSError: ``target`` cannot be written
        """
        self._check_link(url)
        try:
            with self._session.get(
                url,
                headers={"Accept-Encoding": "identity"},
                timeout=(CONNECT_TIMEOUT, READ_TIMEOUT),
                allow_redirects=False,
                stream=True,
            ) as response:
                if response.status_code != 200:
                    raise self._refusal(response.status_code, response.headers)
                size = _write(response, target, max_bytes, seconds)
                return DownloadedFile(size, response.headers.get("Content-Type", ""))
        except (requests.RequestException, HTTPError) as error:
            kind, code = classify_exception(error, RetryableError)
            raise kind(METHOD, code) from None  # the cause holds the link

    def _refusal(self, status, headers):
        """Make the error for a link that gives no file."""
        if status in GONE:
            return RefusedError(METHOD, const.CODE_FILE_GONE, status=status)
        return self._error_for_status(Call(METHOD, None, None), status, headers, RetryableError)

    def _check_link(self, url):
        """Refuse a link to anywhere else: it may come from anybody."""
        try:
            place = _host_and_port(url)
        except (AttributeError, ValueError):
            place = None
        if place not in self._download_hosts:
            raise RefusedError(METHOD, const.CODE_HOST_NOT_ALLOWED)


def _host_and_port(url):
    """Give the host of a link and its port, written or not.

    :raise ValueError: it is no address, not https, or holds a password
    """
    # Only the host is to be judged: a link may have a query.
    parts = urlsplit(url.strip())
    check_host(f"{parts.scheme}://{parts.netloc}")
    return parts.hostname, parts.port or {"http": 80, "https": 443}[parts.scheme]


def _write(response, target, max_bytes, seconds):
    """Write the body to ``target`` and give its size; it has to be as long as announced."""
    announced = response.headers.get("Content-Length", "")
    announced = int(announced) if announced.isdecimal() else None
    if announced is not None and announced > max_bytes:
        raise TooLargeError(METHOD, const.CODE_TOO_LARGE, announced)
    deadline = time.monotonic() + seconds
    size = 0
    for block in response.iter_content(BLOCK):
        size += len(block)
        if size > max_bytes:
            raise TooLargeError(METHOD, const.CODE_TOO_LARGE)
        if time.monotonic() > deadline:
            raise RetryableError(METHOD, const.CODE_TIMEOUT)
        target.write(block)
    if announced is not None and size < announced:
        raise RetryableError(METHOD, const.CODE_CONNECTION_LOST)
    return size
