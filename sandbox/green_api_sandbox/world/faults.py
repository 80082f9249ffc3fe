# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The faults that were ordered. What they do to an answer is in http/fault_effects.py.

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
early_hints     yes       103 Early Hints and 102 Processing, then the answer
delay           yes       the answer, ``seconds`` later
hold            yes       the answer, after ``POST /control/release``
same_id         yes       sending methods only: the idMessage is one that a message of another
                          chat has (the last of these)
wrong_id        yes       sending methods only: so says the answer, but the message has an id of
                          its own
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

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .documents import Document

BEFORE = ("lost_before", "reset", "status", "html", "endless")
AFTER = (
    "pass",
    "lost_after",
    "status_after",
    "truncated",
    "broken_off",
    "early_hints",
    "delay",
    "hold",
)
DUPLICATE = "duplicate"
SAME_ID = "same_id"
WRONG_ID = "wrong_id"
SENDING = (
    "sendmessage sendlocation sendcontact sendpoll sendfilebyurl sendfilebyupload forwardmessages"
).split()
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


def kinds_for(method: str) -> tuple[str, ...]:
    """Return the faults that calls of a method can have."""
    own: tuple[str, ...] = (DUPLICATE,) if method.lower() == "deletenotification" else ()
    if method.lower() in SENDING:
        own = (SAME_ID, WRONG_ID)
    return OTHERS.get(method, (*BEFORE, *AFTER, *own))


@dataclass
class Fault(Document):
    """One fault, or several of a kind in a row.

    :param method: of the service, in any case; or what stands for others, see above
    :param id_instance: None for all instances
    :param times: how many calls it hits
    """

    method: str
    kind: str
    id_instance: int | None = None
    times: int = 1
    seconds: float = 1
    status: int = 500
    body: Any = ""
    headers: dict[str, str] = field(default_factory=dict)

    def hits(self, id_instance: int, method: str) -> bool:
        """Return whether a call of this instance and method is hit."""
        if self.id_instance not in (None, id_instance):
            return False
        if self.method == EVERY_METHOD:
            return method not in OTHERS
        return self.method.lower() == method.lower()


class Faults:
    """The faults to come, first come first served."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._released = threading.Condition(self._lock)
        #: how often release() was called
        self.releases = 0

    def add(self, faults: Iterable[Fault]) -> None:
        """Add faults behind those that wait."""
        with self._lock:
            self._faults.extend(faults)

    def all(self) -> list[Fault]:
        """Return the faults that wait, the next one first."""
        with self._lock:
            return list(self._faults)

    def clear(self) -> None:
        """Remove all faults that wait."""
        with self._lock:
            self._faults.clear()

    def use(self, id_instance: int, method: str) -> Fault | None:
        """Return the fault that hits this call and count it as used; or None."""
        with self._lock:
            for fault in self._faults:
                if fault.hits(id_instance, method):
                    fault.times -= 1
                    if fault.times <= 0:
                        self._faults.remove(fault)
                    return fault
        return None

    def release(self) -> None:
        """Send all held and delayed answers now."""
        with self._lock:
            self.releases += 1
            self._released.notify_all()

    def wait_for_release(self, releases: int, seconds: float) -> bool:
        """Wait until answers are released.

        :param releases: :attr:`releases` when the call began: one that came since then counts,
            though the answer was not ready yet
        :param seconds: the longest wait
        :return: whether they were released
        """
        with self._lock:
            return self._released.wait_for(lambda: self.releases != releases, seconds)
