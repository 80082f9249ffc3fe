# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The methods of the service, one file per topic of its documentation."""

from . import account, files, groups, journals, marking, partner
from . import queues, receiving, sending, service
from .registry import METHODS, PARTNER_METHODS, Call

__all__ = [
    "METHODS",
    "PARTNER_METHODS",
    "Call",
    "account",
    "files",
    "groups",
    "journals",
    "marking",
    "partner",
    "queues",
    "receiving",
    "sending",
    "service",
]
