# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""One call of every method of the client: what it has to put on the wire, and to give back."""

from .account import ACCOUNT
from .chats import GROUPS, SERVICE
from .messages import RECEIVING, SENDING
from .queues import JOURNALS, QUEUES

CASES = [*ACCOUNT, *SENDING, *RECEIVING, *JOURNALS, *QUEUES, *GROUPS, *SERVICE]
