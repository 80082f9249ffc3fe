# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""A forwarding HTTP proxy between a program and the sandbox, which can break connections.

It serves plain requests (with the whole URL in the request line) and tunnels (CONNECT). With a
certificate it ends the TLS of a tunnel itself and calls the target by plain HTTP, so a program can
call the sandbox by ``https://``.

Orders wait in a line, one for each request whose path has the text ``part`` in it; without one,
everything passes. The last two are for
tunnels:

============  =====================================================================
pass          the answer
cut_after     the request is passed on and answered, but the connection is closed
cut_before    the connection is closed when the request was received
time_out      the request is passed on and answered, but the proxy says 504 Gateway Timeout
refuse        502 instead of the answer, or of the tunnel
cut_tunnel    CONNECT is not answered: the connection is closed
============  =====================================================================
"""

import http.client
import select
import socket
import ssl
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

BLOCK = 64 * 1024  # bytes
#: headers that are about one connection only
OF_CONNECTION = {"connection", "proxy-connection", "keep-alive", "transfer-encoding"}
FOR_TUNNELS = ("refuse", "cut_tunnel")


class Proxy(ThreadingHTTPServer):
    """The proxy, listening on this machine.

    :param certificate: PEM file with certificate and key, to end the TLS of tunnels here
    """

    daemon_threads = True

    def __init__(self, port: int = 0, certificate: str | None = None) -> None:
        super().__init__(("127.0.0.1", port), ProxyHandler)
        self.orders: deque[str] = deque()
        #: the orders are for requests with this in their path, such as "/sendMessage/"
        self.part = ""
        #: (verb, target) of all requests and tunnels that came
        self.seen: list[tuple[str, str]] = []
        self.tls: ssl.SSLContext | None = None
        if certificate:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(certificate)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print errors, but for those of a program that has hung up."""
        if not isinstance(sys.exc_info()[1], ConnectionError | ssl.SSLError):
            super().handle_error(request, client_address)

    def next_order(self, path: str) -> str:
        """Return what happens to a request, and take it off the line."""
        try:
            return self.orders.popleft() if self.part in path else "pass"
        except IndexError:
            return "pass"

    @property
    def url(self) -> str:
        """Address for the variables HTTP_PROXY and HTTPS_PROXY."""
        return f"http://127.0.0.1:{self.server_port}"


class ProxyHandler(BaseHTTPRequestHandler):
    """One connection of a program."""

    protocol_version = "HTTP/1.1"
    server: Proxy
    #: host and port of the tunnel
    tunnel = ""

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing: the paths carry tokens."""

    def do_CONNECT(self) -> None:
        self.server.seen.append((self.command, self.path))
        order = self.server.orders[0] if self.server.orders else "pass"
        if order in FOR_TUNNELS:
            self.server.orders.popleft()
            self.close_connection = True
            if order == "refuse":
                self.send_error(502)
            return
        self.send_response(200, "Connection established")
        self.end_headers()
        if self.server.tls:
            self.tunnel = self.path
            self._end_tls(self.server.tls)
        else:
            self._relay()

    def do_GET(self) -> None:
        self._forward()

    def do_POST(self) -> None:
        self._forward()

    def do_DELETE(self) -> None:
        self._forward()

    def _end_tls(self, context: ssl.SSLContext) -> None:
        """Go on reading requests, now from inside the tunnel."""
        try:
            self.connection = context.wrap_socket(self.connection, server_side=True)
        except OSError:
            self.close_connection = True  # the program rejected the certificate
            return
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)
        self.close_connection = False  # whatever the version of HTTP of the CONNECT was

    def finish(self) -> None:
        """Close the connection, also the one inside a tunnel."""
        super().finish()
        self.connection.close()

    def _relay(self) -> None:
        """Pass on what comes from either side until one of them ends."""
        self.close_connection = True
        host, _colon, port = self.path.rpartition(":")
        with socket.create_connection((host, int(port))) as target:
            ends = {self.connection: target, target: self.connection}
            while True:
                for source in select.select(list(ends), [], [])[0]:
                    block = source.recv(BLOCK)
                    if not block:
                        return
                    ends[source].sendall(block)

    def _forward(self) -> None:
        parts = urlsplit(self.path)
        place = self.tunnel or parts.netloc
        self.server.seen.append((self.command, place))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        order = self.server.next_order(self.path)
        if order == "refuse":
            self.send_error(502)
            return
        self.close_connection = order != "pass"
        if order == "cut_before":
            return
        headers = {k: v for k, v in self.headers.items() if k.lower() not in OF_CONNECTION}
        target = http.client.HTTPConnection(place)
        try:
            path = parts._replace(scheme="", netloc="").geturl()
            target.request(self.command, path, body or None, headers)
            response = target.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException):
            self.close_connection = True  # as the target did
            return
        finally:
            target.close()
        if order == "time_out":
            self.send_error(504)
        if order == "pass":
            self._pass_on(response, content)

    def _pass_on(self, response: http.client.HTTPResponse, content: bytes) -> None:
        self.send_response_only(response.status, response.reason)
        for name, value in response.getheaders():
            if name.lower() not in OF_CONNECTION | {"content-length"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def start_proxy(port: int = 0, certificate: str | None = None) -> Iterator[Proxy]:
    """Run a proxy in a thread of its own until the end of the block."""
    with Proxy(port, certificate) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()
