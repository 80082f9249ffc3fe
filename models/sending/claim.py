# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from typing import Any, NamedTuple

from ...client.deadline import Deadline
from ...client.transport import UPLOAD_CALL_SECONDS
from .plain_text import PlainText

# Seconds after its claim in which a message may be sent.
CLAIM_SECONDS = 60
# Seconds after which a call that began in time has certainly ended. Only then another process
# takes over.
TAKEOVER_SECONDS = 120
UPLOAD_TAKEOVER_SECONDS = CLAIM_SECONDS + UPLOAD_CALL_SECONDS  # the same, if a file is uploaded


class ClaimEndedError(Exception):
    """A message was not sent because the process was held up for too long before the call."""


class Claimed(NamedTuple):
    """A claimed message with what the statement of the claim has read.

    Nothing has to be read again until it is sent.
    """

    message: Any  # the telegram.message
    number: int  # of the claim
    is_new_contact: bool = False  # whether the account has never written to the chat
    mailing_id: int | None = None
    had_failures: bool = True  # whether earlier calls of the account have failed
    text: PlainText | None = None  # other kinds are read when they are sent


class Claim:
    """The right of one process to send one message, for a bounded time.

    A process may be stopped between the claim and the call, and wake up when another one has taken
    over. So the time is checked right before each part of the request is sent (``guard`` of the
    client). The call itself has an end, too: see ``TAKEOVER_SECONDS``.

    The number tells afterwards whether another process has taken over: it counts the claims of a
    message, and those that were taken away.

    It begins with the object. So create the object before others can see the claim.
    """

    def __init__(self):
        self._deadline = Deadline(CLAIM_SECONDS)
        self.message = None
        self.number = 0
        self.had_failures = True
        self.text = None

    def take(self, claimed):
        """Store which message was claimed, as a ``Claimed``."""
        self.message, self.number = claimed.message, claimed.number
        self.had_failures, self.text = claimed.had_failures, claimed.text

    def check(self):
        """Check that the message may be sent now.

        :raise ClaimEndedError: another process may send it soon, or has done so
        """
        if self._deadline.is_over():
            raise ClaimEndedError

    def is_taken_over(self):
        """Return whether another process has taken the message."""
        return self.message.claim_number != self.number
