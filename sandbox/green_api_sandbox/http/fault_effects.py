# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""What a fault does to an answer. Which faults there are is in world/faults.py."""

import json
import os
import select
import socket
import struct
import time
from collections.abc import Iterator
from typing import NoReturn

from werkzeug.wrappers import Response

from ..world.faults import Fault, Faults

GONE_CHECK = 0.05  # seconds between two looks whether the caller is still there
ENDLESS_CHUNK = b" " * 65536
ENDLESS_CHUNKS = 6400
INTERIM = (
    b"HTTP/1.1 102 Processing\r\n\r\n"
    b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"
)


def answer_instead(fault: Fault, connection: socket.socket) -> Response:
    """Return the answer of a fault that happens instead of the call.

    :raise ConnectionError: when the fault is one of the connection
    """
    if fault.kind == "lost_before":
        cut(connection)
    if fault.kind == "reset":
        reset(connection)
    if fault.kind == "html":
        return Response(
            "<html><body><h1>Welcome to nginx!</h1></body></html>", mimetype="text/html"
        )
    if fault.kind == "endless":
        chunks = (ENDLESS_CHUNK for _number in range(ENDLESS_CHUNKS))
        return Response(chunks, mimetype="application/json")
    return _ordered_answer(fault)


def spoil_answer(
    fault: Fault, faults: Faults, releases: int, connection: socket.socket, response: Response
) -> Response:
    """Return what a fault makes of the answer of a call that was carried out.

    :param releases: see :meth:`Faults.wait_for_release`
    :raise ConnectionError: when the fault is one of the connection
    """
    if fault.kind == "lost_after":
        cut(connection)
    if fault.kind == "status_after":
        return _ordered_answer(fault)
    if fault.kind in ("truncated", "broken_off"):
        return _halve(response, fault.kind == "broken_off")
    if fault.kind == "early_hints":
        connection.sendall(INTERIM)
    if fault.kind in ("delay", "hold"):
        seconds = fault.seconds if fault.kind == "delay" else None
        _hold(faults, releases, seconds, connection)
    return response


def _hold(faults: Faults, releases: int, seconds: float | None, connection: socket.socket) -> None:
    """Wait for a release, at most ``seconds`` (None: for ever), or until the caller is gone."""
    end = None if seconds is None else time.monotonic() + seconds
    while (end is None or time.monotonic() < end) and not _is_gone(connection):
        if faults.wait_for_release(releases, GONE_CHECK):
            return


def _halve(response: Response, is_cut: bool) -> Response:
    """Return an answer with half of the body.

    :param is_cut: the whole is announced, then the connection ends
    """
    response.direct_passthrough = False
    body = response.get_data()
    half = body[: len(body) // 2]
    if not is_cut:
        response.set_data(half)
        return response

    def begin() -> Iterator[bytes]:
        yield half
        raise ConnectionAbortedError("answer broken off by a fault")

    headers = {**response.headers, "Content-Length": str(len(body))}
    return Response(begin(), response.status, headers)


def _ordered_answer(fault: Fault) -> Response:
    """Return an answer with the status, body and headers of the fault."""
    is_text = isinstance(fault.body, str)
    body = fault.body if is_text else json.dumps(fault.body)
    mimetype = "text/plain" if is_text else "application/json"
    return Response(body, fault.status, fault.headers, mimetype=mimetype)


def cut(connection: socket.socket) -> NoReturn:
    """Close the connection without an answer.

    :raise ConnectionAbortedError: always, which ends the request
    """
    connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionAbortedError("connection cut by a fault")


def reset(connection: socket.socket) -> NoReturn:
    """Answer with a TCP RST: close with data discarded (SO_LINGER of 0 seconds).

    :raise ConnectionResetError: always, which ends the request
    """
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(connection.detach())
    raise ConnectionResetError("connection reset by a fault")


def _is_gone(connection: socket.socket) -> bool:
    readable, _writable, _broken = select.select([connection], [], [], 0)
    return bool(readable) and not connection.recv(1, socket.MSG_PEEK)
