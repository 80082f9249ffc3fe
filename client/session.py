# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""The HTTP session of all calls: what the HTTP library does by itself and must not, or does not."""

from http.client import CONTINUE, SWITCHING_PROTOCOLS, HTTPResponse
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import PoolManager


class _FinalResponse(HTTPResponse):
    """A response behind any number of interim ones, such as 103 Early Hints.

    Python skips only "100 Continue". Any other one would be taken for the response of the call.
    """

    def _read_status(self) -> tuple[str, int, str]:
        version, status, reason = super()._read_status()  # type: ignore[misc]
        is_interim = CONTINUE < status < 200 and status != SWITCHING_PROTOCOLS
        return version, CONTINUE if is_interim else status, reason


class _Adapter(HTTPAdapter):
    """Makes connections, directly and by a proxy, that wait for the final response."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        _wait_for_final_responses(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        return _wait_for_final_responses(super().proxy_manager_for(*args, **kwargs))


def _wait_for_final_responses(manager: PoolManager) -> PoolManager:
    """Let the connections of a manager skip interim responses, and return the manager."""
    classes: dict[str, Any] = manager.pool_classes_by_scheme
    manager.pool_classes_by_scheme = {
        scheme: type(pool.__name__, (pool,), {"ConnectionCls": _extend(pool.ConnectionCls)})
        for scheme, pool in classes.items()
    }
    return manager


def _extend(connection: type) -> type:
    """Return a class of connections that skip interim responses."""
    return type(connection.__name__, (connection,), {"response_class": _FinalResponse})


def _send_no_credentials(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Leave a request as it is: without this, credentials of a .netrc file would go along."""
    return request


def create_session() -> requests.Session:
    """Return a session for calls to GREEN-API and to hosts of files.

    Proxies and certificates named by the environment are used.
    """
    session = requests.Session()
    session.auth = _send_no_credentials
    for scheme in ("https://", "http://"):
        session.mount(scheme, _Adapter())
    return session
