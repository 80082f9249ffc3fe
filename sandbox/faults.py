# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""What can be made to go wrong, and how it is done to an answer.

Faults wait in a line: the first one that fits a call hits it, ``times`` calls long. So a line of
faults for one method is a sequence; "pass" stands for a call that goes well. Faults live as long
as the program; everything else survives a restart.

To a call of a method (of the service or of the partner), or of "download", which stands for
fetching a file; "*" stands for every method:

==============  ========  ==================================================================
kind            call done what the caller sees
==============  ========  ==================================================================
pass            yes       the answer
lost_before     no        the connection is closed without an answer
reset           no        the connection is reset (TCP RST)
status          no        the given status, body and headers
html            no        200 with an HTML page
endless         no        200 and a body that does not end (400 MB at most)
lost_after      yes       the connection is closed without an answer
status_after    yes       the given status, body and headers
truncated       yes       200 with half of the body, as if that were all
broken_off      yes       200 with half of the body, then the connection is closed
delay           yes       the answer, ``seconds`` later
hold            yes       the answer, after ``POST /control/release``
duplicate       yes       deleteNotification only: says it is done, but the notification stays
==============  ========  ==================================================================

To "webhook", the delivery of a notification:

==============  =============================================================================
pass            it is delivered
lost_before     it does not arrive: it comes again after the pause
lost_after      it arrives, but the answer is lost: it comes again after the pause
duplicate       it arrives, is answered with 200, and comes again at once
==============  =============================================================================

To "notification", something that the service has to tell:

==============  =============================================================================
pass            it waits to be received
drop            it is lost
repeat          it waits twice
late            it waits behind the next one that is not late (or until faults are cleared)
==============  =============================================================================
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
AFTER = ("pass", "lost_after", "status_after", "truncated", "broken_off", "delay", "hold")
DUPLICATE = "duplicate"
EVERY_METHOD = "*"
DOWNLOAD = "download"
WEBHOOK = "webhook"
NOTIFICATION = "notification"
#: what is no method of the service -> the faults it can have
OTHERS = {
    DOWNLOAD: (*BEFORE, *AFTER),
    WEBHOOK: ("pass", "lost_before", "lost_after", DUPLICATE),
    NOTIFICATION: ("pass", "drop", "repeat", "late"),
}
GONE_CHECK = 0.05  # seconds between two looks whether the caller is still there
ENDLESS_CHUNK = b" " * 65536
ENDLESS_CHUNKS = 6400


def kinds_for(method):
    """The faults that calls of a method can have."""
    duplicate = (DUPLICATE,) if method.lower() == "deletenotification" else ()
    return OTHERS.get(method, (*BEFORE, *AFTER, *duplicate))


@dataclass
class Fault(Document):
    """:param method: of the service, in any case; or what stands for others, see above
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

    def hits(self, id_instance, method):
        if self.id_instance not in (None, id_instance):
            return False
        if self.method == EVERY_METHOD:
            return method not in OTHERS
        return self.method.lower() == method.lower()


class Faults:
    """The faults to come, first come first served."""

    def __init__(self):
        self._lock = threading.Lock()
        self._faults = []
        self._released = threading.Condition(self._lock)
        #: how often release() was called
        self.releases = 0

    def add(self, faults):
        with self._lock:
            self._faults.extend(faults)

    def list(self):
        with self._lock:
            return list(self._faults)

    def clear(self):
        with self._lock:
            self._faults.clear()

    def take(self, id_instance, method):
        """The fault that hits this call, counted as used; or None."""
        with self._lock:
            for fault in self._faults:
                if fault.hits(id_instance, method):
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
    if fault.kind in ("truncated", "broken_off"):
        return _halve(response, fault.kind == "broken_off")
    if fault.kind in ("delay", "hold"):
        seconds = fault.seconds if fault.kind == "delay" else None
        faults.wait(releases, seconds, connection)
    return response


def _halve(response, is_cut):
    """Half of the answer's body; ``is_cut``: announced as the whole, then the connection ends."""
    response.direct_passthrough = False
    body = response.get_data()
    half = body[: len(body) // 2]
    if not is_cut:
        response.set_data(half)
        return response

    def begin():
        yield half
        raise ConnectionAbortedError("answer broken off by a fault")

    headers = {**response.headers, "Content-Length": str(len(body))}
    return Response(begin(), response.status, headers)


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
