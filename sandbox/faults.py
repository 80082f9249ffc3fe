# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""What can be made to go wrong, and how it is done to an answer.

Faults live as long as the program; everything else survives a restart.

==============  ========  ==================================================================
kind            call done what the caller sees
==============  ========  ==================================================================
lost_before     no        the connection is closed without an answer
reset           no        the connection is reset (TCP RST)
status          no        the given status, body and headers
html            no        200 with an HTML page
endless         no        200 and a body that does not end (400 MB at most)
lost_after      yes       the connection is closed without an answer
status_after    yes       the given status, body and headers
truncated       yes       200 with half of the JSON
delay           yes       the answer, ``seconds`` later
hold            yes       the answer, after ``POST /control/release``
duplicate       yes       deleteNotification says it is done, but the notification stays;
                          with method "webhook": one that was delivered is delivered again
==============  ========  ==================================================================
"""

import json
import os
import select
import socket
import struct
import threading
import time
from dataclasses import dataclass, field

from werkzeug.wrappers import Response

from .records import Document

BEFORE = ("lost_before", "reset", "status", "html", "endless")
AFTER = ("lost_after", "status_after", "truncated", "delay", "hold")
#: seen to where notifications are deleted and delivered
DUPLICATE = "duplicate"
DUPLICATE_METHODS = ("deletenotification", "webhook")
GONE_CHECK = 0.05  # seconds between two looks whether the caller is still there
ENDLESS_CHUNK = b" " * 65536
ENDLESS_CHUNKS = 6400


@dataclass
class Fault(Document):
    """:param method: of the service, in any case; "*" for all of them
    :param id_instance: None for all instances
    :param times: how many calls it hits
    """

    method: str
    kind: str
    id_instance: int | None = None
    times: int = 1
    seconds: float = 1
    status: int = 500
    body: object = ""
    headers: dict = field(default_factory=dict)

    def hits(self, id_instance, method, kinds):
        return (
            self.kind in kinds
            and self.method.lower() in ("*", method.lower())
            and self.id_instance in (None, id_instance)
        )


class Faults:
    """The faults to come, first come first served."""

    def __init__(self):
        self._lock = threading.Lock()
        self._faults = []
        self._released = threading.Condition(self._lock)
        #: how often release() was called
        self.releases = 0

    def add(self, fault):
        with self._lock:
            self._faults.append(fault)

    def list(self):
        with self._lock:
            return list(self._faults)

    def clear(self):
        with self._lock:
            self._faults.clear()

    def take(self, id_instance, method, *kinds):
        """The next fault of these kinds for this call, counted as used; or None."""
        with self._lock:
            for fault in self._faults:
                if fault.hits(id_instance, method, kinds):
                    fault.times -= 1
                    if fault.times <= 0:
                        self._faults.remove(fault)
                    return fault
        return None

    def release(self):
        """Let all held and delayed answers go."""
        with self._lock:
            self.releases += 1
            self._released.notify_all()

    def wait(self, releases, seconds, connection):
        """Wait for a release, at most ``seconds``, or until the caller is gone.

        :param releases: :attr:`releases` when the call began: one that came since then counts,
            though the answer was not ready yet
        :param seconds: None: for ever
        """
        end = None if seconds is None else time.monotonic() + seconds
        while (end is None or time.monotonic() < end) and not _is_gone(connection):
            with self._lock:
                if self._released.wait_for(lambda: self.releases != releases, GONE_CHECK):
                    return


def before(fault, connection):
    """The answer of a fault that happens instead of the call."""
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
    return _given(fault)


def after(fault, faults, releases, connection, response):
    """What becomes of the answer of a call that was carried out.

    :param releases: see :meth:`Faults.wait`
    """
    if fault.kind == "lost_after":
        cut(connection)
    if fault.kind == "status_after":
        return _given(fault)
    if fault.kind == "truncated":
        body = response.get_data()
        response.set_data(body[: len(body) // 2])
    if fault.kind in ("delay", "hold"):
        seconds = fault.seconds if fault.kind == "delay" else None
        faults.wait(releases, seconds, connection)
    return response


def _given(fault):
    is_text = isinstance(fault.body, str)
    body = fault.body if is_text else json.dumps(fault.body)
    mimetype = "text/plain" if is_text else "application/json"
    return Response(body, fault.status, fault.headers, mimetype=mimetype)


def cut(connection):
    """Close the connection without an answer."""
    connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionAbortedError("connection cut by a fault")


def reset(connection):
    """Answer with a TCP RST: close with data discarded (SO_LINGER of 0 seconds)."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(connection.detach())
    raise ConnectionResetError("connection reset by a fault")


def _is_gone(connection):
    readable, _writable, _broken = select.select([connection], [], [], 0)
    return bool(readable) and not connection.recv(1, socket.MSG_PEEK)
