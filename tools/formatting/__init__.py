# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Formatted text, and the marks by which GREEN-API writes it (``*bold*``)."""

from .marks import TYPED, Rules, from_marks, read_marks
from .marks_writer import Written, find_endangered, has_marks, to_marks
from .probe import PROBE, Learned, get_rules, learn
from .text import Entity, FormattedText

__all__ = [
    "PROBE",
    "TYPED",
    "Entity",
    "FormattedText",
    "Learned",
    "Rules",
    "Written",
    "find_endangered",
    "from_marks",
    "get_rules",
    "has_marks",
    "learn",
    "read_marks",
    "to_marks",
]
