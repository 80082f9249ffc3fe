# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Values of placeholders in a text with marks: they format nothing.

Odoo renders a text as a whole. So the placeholders are enclosed before, and what stands between
the two characters afterwards is a value. The marks are read with a letter in its place; then the
value takes the place of the letter.
"""

import re
import secrets

from odoo.tools.rendering_tools import INLINE_TEMPLATE_REGEX

from .formatting import TYPED, FormattedText, read_marks

# Private characters of Unicode, with what no value can contain.
_SECRET = secrets.token_hex(8)
OPENING, CLOSING = f"\ue0f0{_SECRET}", f"{_SECRET}\ue0f1"
VALUE = re.compile(f"{OPENING}(.*?){CLOSING}", re.DOTALL)
LETTER = "x"
# Braces in a value, in a text that is rendered again: they are no placeholder. A joiner without
# width is between them.
SHIELDED_BRACES = {"{{": "{\N{WORD JOINER}{", "}}": "}\N{WORD JOINER}}"}


def enclose(text: str | None) -> str:
    """Return a text with its placeholders enclosed."""
    enclosed: str = INLINE_TEMPLATE_REGEX.sub(rf"{OPENING}\g<0>{CLOSING}", text or "")
    return enclosed


def remove(text: str | None) -> str:
    """Return a text with a letter in the place of each placeholder."""
    removed: str = INLINE_TEMPLATE_REGEX.sub(LETTER, text or "")
    return removed


def read(text: str) -> FormattedText:
    """Return a rendered text with the formatting of its marks, but not of those in values."""
    values: dict[int, str] = {}
    with_letters, end = "", 0
    for match in VALUE.finditer(text):
        with_letters += text[end : match.start()]
        values[len(with_letters)] = match[1]
        with_letters += LETTER
        end = match.end()
    reading = read_marks(with_letters + text[end:], TYPED)
    shown = [
        values.get(position, character)
        for position, character in zip(reading.positions, reading.shown, strict=True)
    ]
    styles = [
        kinds for kinds, part in zip(reading.styles, shown, strict=True) for _character in part
    ]
    return FormattedText.from_styles("".join(shown), styles)


def shield(text: str) -> str:
    """Return a text in which braces are no placeholders."""
    for braces, shielded in SHIELDED_BRACES.items():
        text = text.replace(braces, shielded)
    return text


def unshield(text: str) -> str:
    """Return a shielded text as it was."""
    for braces, shielded in SHIELDED_BRACES.items():
        text = text.replace(shielded, braces)
    return text
