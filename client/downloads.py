# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""Download of a file from a link, which may come from any sender and is not to be trusted."""

import time
from collections.abc import Iterable, Mapping
from typing import IO
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from .. import const
from .addresses import check_host
from .call_log import Call, Observer
from .errors import GreenApiError, RefusedError, RetryableError, TooLargeError
from .results import DownloadedFile
from .transport import CONNECT_TIMEOUT, READ_TIMEOUT, Transport, classify_exception

METHOD = "download"  # name of the method in errors
BLOCK = 64 * 1024  # bytes
GONE = (401, 403, 404, 410)  # statuses of file hosts for a link that has expired
DOWNLOAD_TIMEOUT = 900  # seconds for a whole file


class Downloads(Transport):
    """Download of files, only from the hosts of the instance and from ``download_hosts``.

    :param download_hosts: names of further hosts, such as "storage.example.com"; each may have a
        port
    """

    def __init__(
        self,
        api_url: str,
        account: str,
        token: str,
        *,
        media_url: str | None = None,
        download_hosts: Iterable[str] = (),
        observe: Observer | None = None,
    ) -> None:
        super().__init__(api_url, account, token, media_url=media_url, observe=observe)
        urls = [self._api_url, self._media_url, *(f"https://{host}" for host in download_hosts)]
        self._download_hosts = {_get_host_and_port(url) for url in urls}

    def download(
        self,
        url: str,
        target: IO[bytes],
        max_bytes: int = const.FILE_MAX_BYTES,
        seconds: float = DOWNLOAD_TIMEOUT,
    ) -> DownloadedFile:
        """Fetch the file behind a link and write it to ``target``, block by block.

        No token is sent and no redirect is followed. After a failure ``target`` contains a part of
        the file.

        :param url: such as the ``url`` of a FileLink; https, or http to this machine
        :param target: writable binary file
        :param max_bytes: a larger file is refused
        :param seconds: time limit for the whole file
        :raise TooLargeError: the file is larger; with its size if the host announces it
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
                    raise self._get_refusal(response.status_code, response.headers)
                size = _write(response, target, max_bytes, seconds)
                return DownloadedFile(size, response.headers.get("Content-Type", ""))
        except (requests.RequestException, HTTPError) as error:
            kind, code = classify_exception(error, RetryableError)
            raise kind(METHOD, code) from None  # the cause contains the link

    def _get_refusal(self, status: int, headers: Mapping[str, str]) -> GreenApiError:
        """Return the error for a response without a file."""
        if status in GONE:
            return RefusedError(METHOD, const.CODE_FILE_GONE, status=status)
        if status < 400:
            return RefusedError(METHOD, const.CODE_HTTP, status=status)  # such as a redirect
        return self._get_error(Call(METHOD, None, None), status, headers, RetryableError)

    def _check_link(self, url: str) -> None:
        """Check that a link leads to an allowed host.

        :raise RefusedError: it leads to another one, or is no link
        """
        try:
            place = _get_host_and_port(url)
        except (AttributeError, ValueError):
            place = None
        if place not in self._download_hosts:
            raise RefusedError(METHOD, const.CODE_HOST_NOT_ALLOWED)


def _get_host_and_port(url: str) -> tuple[str | None, int]:
    """Return the host and the port of a link; the port may be the default one.

    :raise ValueError: it is no address, not https, or contains a password
    """
    # Only the host is checked: a link may have a query.
    parts = urlsplit(url.strip())
    check_host(f"{parts.scheme}://{parts.netloc}")
    return parts.hostname, parts.port or {"http": 80, "https": 443}[parts.scheme]


def _write(response: requests.Response, target: IO[bytes], max_bytes: int, seconds: float) -> int:
    """Write the body to ``target`` and return its size; it must be as long as announced."""
    length = response.headers.get("Content-Length", "")
    announced = int(length) if length.isdecimal() else None
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
