# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""A forwarding HTTP proxy on this machine, to try a program behind one that breaks connections.

It forwards requests for ``http://`` and opens tunnels (CONNECT) for ``https://``. Faults wait in
a line, as those of the sandbox do:

============  ===========  ==================================================================
kind          forwarded    what the caller sees
============  ===========  ==================================================================
pass          yes          the answer
refuse        no           the given status of the proxy; for CONNECT: no tunnel
close         no           the connection is closed without an answer
cut           yes          the connection is closed without an answer: after the answer was
                           there; in a tunnel: after its first request was forwarded
answer        yes          the given status of the proxy in place of the answer (not in a tunnel)
============  ===========  ==================================================================
"""

import http.client
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

KINDS = ("pass", "refuse", "close", "cut", "answer")
UPSTREAM_TIMEOUT = 600  # seconds; a held answer may take long
BLOCK = 65536
#: headers that belong to one connection
HOP_BY_HOP = {"connection", "keep-alive", "proxy-connection", "transfer-encoding", "te", "upgrade"}
#: seconds without more from the caller, after which its request in a tunnel is complete
QUIET = 0.3
# Kinds of TLS records
CHANGE_CIPHER, APPLICATION = 20, 23


@dataclass
class ProxyFault:
    """What happens to requests; ``part`` is a text that their address has to contain."""

    kind: str
    times: int
    part: str
    status: int


class Proxy:
    """A running proxy; see :func:`start_proxy`."""

    def __init__(self, port: int = 0) -> None:
        self._lock = threading.Lock()
        self._faults: list[ProxyFault] = []
        self._connections: set[socket.socket] = set()
        #: the requests that came, in order: verb and address
        self.seen: list[tuple[str, str]] = []
        proxy = self

        class Handler(_Handler):
            """Knows the proxy that it belongs to."""

            def setup(self) -> None:
                self.proxy = proxy
                super().setup()
                with proxy._lock:
                    proxy._connections.add(self.connection)

            def finish(self) -> None:
                with proxy._lock:
                    proxy._connections.discard(self.connection)
                with suppress(OSError):
                    super().finish()

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        #: for http_proxy and https_proxy
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def serve(self) -> None:
        """Answer until :meth:`stop` is called."""
        self._server.serve_forever(0.1)

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self.cut_connections()

    def fault(self, kind: str, times: int = 1, part: str = "", status: int = 502) -> None:
        """Order a fault for the next requests.

        :param kind: one of :data:`KINDS`
        :param times: how many requests it hits
        :param part: only those whose address contains this, as "/sendMessage/"
        :param status: of the answer, for "refuse" and "answer"
        """
        if kind not in KINDS:
            raise ValueError(f"There is no fault {kind!r}. Faults: {', '.join(KINDS)}")
        with self._lock:
            self._faults.append(ProxyFault(kind, times, part, status))

    def clear_faults(self) -> None:
        with self._lock:
            self._faults.clear()

    def cut_connections(self) -> None:
        """Close all connections of callers now, tunnels too."""
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def use(self, verb: str, address: str) -> ProxyFault | None:
        """Note a request; return the fault that hits it and count that as used, or None."""
        with self._lock:
            self.seen.append((verb, address))
            for fault in self._faults:
                if fault.part in address:
                    fault.times -= 1
                    if fault.times <= 0:
                        self._faults.remove(fault)
                    return fault
        return None


@contextmanager
def start_proxy(port: int = 0) -> Iterator[Proxy]:
    """Run a proxy in a thread until the end of the block.

    :param port: 0 takes a free one
    """
    proxy = Proxy(port)
    thread = threading.Thread(target=proxy.serve, name="proxy", daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.stop()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    """Answers the requests of one connection."""

    protocol_version = "HTTP/1.1"
    proxy: Proxy

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing: the addresses carry tokens."""

    def forward(self) -> None:
        """Forward a request for http, and pass the answer on."""
        fault = self.proxy.use(self.command, self.path)
        kind = fault.kind if fault else "pass"
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if kind == "close":
            self._cut()
        elif fault and kind == "refuse":
            self._answer_status(fault.status)
        else:
            try:
                status, headers, answer = self._ask(body)
            except (OSError, http.client.HTTPException):
                # as widespread proxies do when the other side breaks off
                self._answer_status(502)
                return
            if kind == "cut":
                self._cut()
            elif fault and kind == "answer":
                self._answer_status(fault.status)
            else:
                self._answer(status, headers, answer)

    do_GET = do_POST = do_DELETE = do_HEAD = do_OPTIONS = forward

    def _ask(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        url = urlsplit(self.path)
        target = (url.path or "/") + (f"?{url.query}" if url.query else "")
        upstream = http.client.HTTPConnection(url.netloc, timeout=UPSTREAM_TIMEOUT)
        try:
            names = {name: value for name, value in self.headers.items() if _is_passed_on(name)}
            upstream.request(self.command, target, body or None, names)
            response = upstream.getresponse()
            return response.status, response.getheaders(), response.read()
        finally:
            upstream.close()

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if _is_passed_on(name) and name.lower() != "content-length":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _answer_status(self, status: int) -> None:
        page = f"<html><body><h1>{status}: the proxy says so</h1></body></html>".encode()
        self._answer(status, [("Content-Type", "text/html")], page)

    def _cut(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def do_CONNECT(self) -> None:
        """Open a tunnel, and carry what comes through."""
        fault = self.proxy.use(self.command, self.path)
        kind = fault.kind if fault else "pass"
        self.close_connection = True
        if kind == "close":
            self._cut()
            return
        if fault and kind == "refuse":
            self._answer_status(fault.status)
            return
        host, _colon, port = self.path.rpartition(":")
        try:
            upstream = socket.create_connection((host, int(port)), timeout=UPSTREAM_TIMEOUT)
        except (OSError, ValueError):
            self._answer_status(502)
            return
        with upstream:
            self.send_response_only(200)
            self.end_headers()
            _carry(self.connection, upstream, cuts=kind == "cut")
            self._cut()
            if kind == "cut":
                _let_finish(upstream)


def _is_passed_on(name: str) -> bool:
    return name.lower() not in HOP_BY_HOP


def _carry(caller: socket.socket, upstream: socket.socket, cuts: bool) -> None:
    """Carry bytes both ways until one side ends.

    :param cuts: hold the answer to the first request back, and end when that was carried
    """
    records = _Records()
    others = {caller: upstream, upstream: caller}
    while True:
        is_asking = cuts and records.has_request
        readable = select.select(list(others), [], [], QUIET if is_asking else None)[0]
        if not readable:
            return
        for side in readable:
            try:
                block = side.recv(BLOCK)
                if block and not (is_asking and side is upstream):
                    others[side].sendall(block)
            except OSError:
                return
            if not block:
                return
            if side is caller:
                records.read(block)


def _let_finish(upstream: socket.socket) -> None:
    """Wait until the other side has dealt with all it got: closing at once might discard it."""
    with suppress(OSError):
        upstream.shutdown(socket.SHUT_WR)
        while upstream.recv(BLOCK):
            pass


class _Records:
    """The TLS records of a caller: tells when the first request has begun."""

    def __init__(self) -> None:
        self._bytes = b""
        self._kinds: list[int] = []

    def read(self, block: bytes) -> None:
        self._bytes += block
        while len(self._bytes) >= 5:
            end = 5 + int.from_bytes(self._bytes[3:5], "big")
            if len(self._bytes) < end:
                return
            self._kinds.append(self._bytes[0])
            self._bytes = self._bytes[end:]

    @property
    def has_request(self) -> bool:
        """Return whether there was a record that is no part of the handshake."""
        if CHANGE_CIPHER not in self._kinds:
            return False
        after = self._kinds[self._kinds.index(CHANGE_CIPHER) + 1 :]
        # TLS 1.3 ends the handshake with a record that looks like one of the application
        ends_hidden = after[:1] == [APPLICATION]
        return after.count(APPLICATION) > int(ends_hidden)
