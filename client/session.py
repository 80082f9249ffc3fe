# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""The HTTP session of all calls: what the HTTP library does by itself and must not."""

import os
from typing import Any
from urllib.parse import urlsplit

import requests

from .connections import Connections

# Variables of the environment that name proxies and certificates, in small or capital letters.
_VARIABLES = [
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY"),
    *("ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
]


class _Session(requests.Session):
    """A session that works out the proxy and the certificates once for each host.

    To do so for each call takes longer than the rest of writing the request.
    """

    def __init__(self) -> None:
        super().__init__()
        self._settings: dict[tuple[Any, ...], Any] = {}

    def merge_environment_settings(
        self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any
    ) -> Any:
        """Return the settings of a request, with those of the environment."""
        if proxies or cert:
            return super().merge_environment_settings(url, proxies, stream, verify, cert)
        address = urlsplit(url)
        variables = tuple(map(os.environ.get, _VARIABLES))
        key = (address.scheme, address.netloc, stream, verify, variables)
        if key not in self._settings:
            self._settings[key] = super().merge_environment_settings(
                url, proxies, stream, verify, cert
            )
        settings = self._settings[key]
        return {**settings, "proxies": dict(settings["proxies"])}


def _send_no_credentials(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Return a request as it is: without this, credentials of a .netrc file would go along."""
    return request


def create_session(connections: Connections | None = None) -> requests.Session:
    """Return a session for calls to GREEN-API and to hosts of files.

    Proxies and certificates named by the environment are used.

    :param connections: those of the session, by default new ones
    """
    session = _Session()
    session.auth = _send_no_credentials
    adapter = connections or Connections()
    for scheme in ("https://", "http://"):
        session.mount(scheme, adapter)
    return session
