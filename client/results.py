# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""What the methods of the service answer: the fields we read, the raw answer kept beside them."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class InstanceState:
    """State of an instance: one of const.SERVICE_STATES, or a value that is new to us."""

    state: str
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class QrCode:
    """A step of signing in by QR code.

    ``type`` is "qrCode" (``message``: base64 of a PNG), "alreadyLogged", "already_registered" or
    "error" (``message``: the service's words).
    """

    type: str
    message: str
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class Step:
    """Outcome of a step that the service answers with 200 whether it worked or not."""

    done: bool
    reason: str
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class SentMessage:
    """A message that the service has taken into its own queue."""

    id_message: str
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class WaitingNotification:
    """The head of the service's notification queue; the service repeats it until deleted."""

    receipt_id: int
    body: Any
