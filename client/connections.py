# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""The connections of one client: cheap to open, and another thread may cut them."""

import os
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from http.client import CONTINUE, SWITCHING_PROTOCOLS, HTTPResponse
from typing import Any
from weakref import WeakSet

from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3 import HTTPConnectionPool
from urllib3.connection import HTTPConnection
from urllib3.util.ssl_ import create_urllib3_context


def _get_authorities() -> str:
    """Return the file or folder of certificate authorities, as the HTTP library chooses it."""
    names = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
    path = next(filter(None, map(os.environ.get, names)), None)
    return path if path and os.path.exists(path) else DEFAULT_CA_BUNDLE_PATH


@cache
def _get_ssl_context(authorities: str) -> ssl.SSLContext:
    """Return the settings of encrypted connections, the same for all clients of the process.

    Reading the certificate authorities takes longer than the rest of opening a connection.
    """
    context = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED)
    argument = "capath" if os.path.isdir(authorities) else "cafile"
    context.load_verify_locations(**{argument: authorities})
    return context


class _FinalResponse(HTTPResponse):
    """A response behind any number of interim ones, such as 103 Early Hints.

    Python skips only "100 Continue". Any other one would be taken for the response of the call.
    """

    def _read_status(self) -> tuple[str, int, str]:
        version, status, reason = super()._read_status()  # type: ignore[misc]
        is_interim = CONTINUE < status < 200 and status != SWITCHING_PROTOCOLS
        return version, CONTINUE if is_interim else status, reason


class Connections(HTTPAdapter):
    """The connections of a ``requests.Session``.

    ``cut`` ends a call under way in another thread, which ``Session.close`` does not.
    """

    #: function that is called right before anything is sent; it may raise an error
    check: Callable[[], None] | None = None

    def __init__(self) -> None:
        self._open: WeakSet[HTTPConnection] = WeakSet()
        self._is_cut = False
        self._authorities = _get_authorities()
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # pylint: disable=missing-return
        """Create the pools with the common settings and with connections that can be cut."""
        context = _get_ssl_context(self._authorities)
        super().init_poolmanager(*args, ssl_context=context, **kwargs)
        self._watch(self.poolmanager)

    def proxy_manager_for(self, proxy: Any, **kwargs: Any) -> Any:
        """Return the pools of a proxy, with connections that can be cut."""
        is_new = proxy not in self.proxy_manager
        context = _get_ssl_context(self._authorities)
        manager = super().proxy_manager_for(proxy, ssl_context=context, **kwargs)
        if is_new:
            self._watch(manager)
        return manager

    # pylint: disable-next=missing-return
    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Check certificates by the common settings, unless the caller names other authorities."""
        if verify in (True, self._authorities) and not cert:
            conn.cert_reqs, conn.ca_certs, conn.ca_cert_dir = "CERT_REQUIRED", None, None
        else:
            super().cert_verify(conn, url, verify, cert)  # type: ignore[no-untyped-call]

    def cut(self) -> None:
        """Break all connections, for good. A call under way fails as if the network were gone."""
        self._is_cut = True
        for connection in list(self._open):
            self._break(connection)

    def _watch(self, manager: Any) -> None:
        # Those of a SOCKS proxy are classes of their own.
        manager.pool_classes_by_scheme = {
            scheme: self._get_pool_maker(pool, pool.ConnectionCls)
            for scheme, pool in manager.pool_classes_by_scheme.items()
        }

    def _get_pool_maker(
        self, pool_class: type[HTTPConnectionPool], connection_class: type[HTTPConnection]
    ) -> Callable[..., HTTPConnectionPool]:
        """Return a function that makes a pool whose connections are known here."""
        connections = self

        class Connection(connection_class):  # type: ignore[valid-type, misc]
            response_class = _FinalResponse

            def connect(self) -> None:  # pylint: disable=missing-return
                super().connect()
                connections._open.add(self)
                if connections._is_cut:
                    connections._break(self)

            def send(self, data: Any) -> None:  # pylint: disable=missing-return
                if self.sock is None:
                    self.connect()  # else it would connect after the check
                if connections.check:
                    connections.check()
                super().send(data)

        def make_pool(*args: Any, **kwargs: Any) -> HTTPConnectionPool:
            pool = pool_class(*args, **kwargs)
            pool.ConnectionCls = Connection
            return pool

        return make_pool

    def _break(self, connection: HTTPConnection) -> None:
        if connection.sock:
            with suppress(OSError):  # it is closed already
                # The method of the plain socket: the one of an encrypted socket changes it, while
                # the other thread reads from it.
                socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)
