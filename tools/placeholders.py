# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Values of placeholders in a text with marks, which stay literal.

Odoo renders a text as a whole. So the placeholders are enclosed before, and what stands between
the two characters afterwards is a value.
"""

import re

from odoo.tools.rendering_tools import INLINE_TEMPLATE_REGEX

from .formatting import protect

# Private characters of Unicode, which have no meaning in a text.
OPENING, CLOSING = "\ue0f0", "\ue0f1"
VALUE = re.compile(f"{OPENING}(.*?){CLOSING}", re.DOTALL)


def enclose(text: str | None) -> str:
    """Return a text with its placeholders enclosed."""
    enclosed: str = INLINE_TEMPLATE_REGEX.sub(rf"{OPENING}\g<0>{CLOSING}", text or "")
    return enclosed


def remove(text: str | None) -> str:
    """Return a text with a letter in the place of each placeholder."""
    removed: str = INLINE_TEMPLATE_REGEX.sub("x", text or "")
    return removed


def read(text: str) -> str:
    """Return a rendered text in which the marks of enclosed values are literal."""
    return VALUE.sub(_read_value, text)


def _read_value(match: re.Match[str]) -> str:
    before = match.string[: match.start()][-1:]
    if before in ("", "\n"):  # a quotation could begin here
        return protect("\n" + match[1])[1:]
    return protect(match[1])
