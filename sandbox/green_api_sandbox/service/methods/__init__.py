# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The methods of the service, one file per topic. Importing this package declares them all."""

from . import account, chats, contacts, edits, files, groups
from . import journals, partner, queues, receiving, sending
from ..registry import METHODS, PARTNER_METHODS

__all__ = [
    "METHODS",
    "PARTNER_METHODS",
    "account",
    "chats",
    "contacts",
    "edits",
    "files",
    "groups",
    "journals",
    "partner",
    "queues",
    "receiving",
    "sending",
]
