# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""The HTTP session of all calls: what the HTTP library does by itself and must not."""

import requests

from .connections import Connections


def _send_no_credentials(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Return a request as it is: without this, credentials of a .netrc file would go along."""
    return request


def create_session(connections: Connections | None = None) -> requests.Session:
    """Return a session for calls to GREEN-API and to hosts of files.

    Proxies and certificates named by the environment are used.

    :param connections: those of the session, by default new ones
    """
    session = requests.Session()
    session.auth = _send_no_credentials
    adapter = connections or Connections()
    for scheme in ("https://", "http://"):
        session.mount(scheme, adapter)
    return session
