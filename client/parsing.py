# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""Values of a response or a notification, which may have any form.

Functions without an ``error`` parameter never fail: a value of another form counts as missing.
Only ``decode`` raises ValueError.
"""

import json
import re
import time
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timezone
from typing import Any, Literal, TypeAlias, TypeVar

from .. import const
from .errors import GreenApiError

JsonObject: TypeAlias = dict[str, Any]  # an object as Python's json module reads it
T = TypeVar("T")

DEPTH_MAX = 100  # levels of nesting; Python cannot handle any depth
DIGITS_MAX = 100  # digits of an integer; Python does not convert integers of any length
# Control characters, and what changes the direction of reading: it can turn around the words behind
# it, or hide an extension.
UNWANTED_IN_NAMES = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Letters and symbols that are displayed as a blank.
_INVISIBLE = frozenset("\u115f\u1160\u2800\u3164\uffa0\ufffc\U0001d159")
_VISIBLE_CATEGORIES = frozenset("LNPS")  # letters, numbers, punctuation and symbols

_MILLISECONDS = 10**11  # a larger number of seconds would be in the year 5138
_MAX_AHEAD = 86400  # seconds that the clock of GREEN-API may be ahead of this one


def to_text(content: bytes) -> str:
    """Return the body of a request or response as text.

    Bytes that are no UTF-8 are replaced: half a letter in a name must not make all unreadable.
    """
    return content.decode("utf-8-sig", "replace")


def decode(content: bytes | str) -> Any:
    """Return JSON decoded, with all tolerance that costs no information.

    Damaged letters are replaced, control characters within texts are accepted, and an integer of
    more than DIGITS_MAX digits becomes a text.

    :raise ValueError: it is no JSON, or nested deeper than DEPTH_MAX
    """
    text = to_text(content) if isinstance(content, bytes) else content
    try:
        value = json.loads(text, strict=False, parse_int=_decode_integer)
    except RecursionError:
        value = None
        is_too_deep = True
    else:
        is_too_deep = _is_too_deep(value)
    if is_too_deep:
        raise ValueError(f"nested deeper than {DEPTH_MAX} levels")
    return value


def _decode_integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= DIGITS_MAX else digits


def _is_too_deep(value: object) -> bool:
    level = [value]
    for _depth in range(DEPTH_MAX + 1):
        level = [child for parent in level for child in _get_children(parent)]
        if not level:
            return False
    return True


def _get_children(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def expect(value: object, kind: type[T], method: str, error: type[GreenApiError]) -> T:
    """Return a value that must have a certain type.

    :param kind: class of the value; a boolean is no integer
    :param method: GREEN-API's name of the method that returned the value
    :param error: class of the error for any other value
    :raise GreenApiError: ``error`` with const.CODE_NOT_JSON
    """
    if isinstance(value, kind) and not isinstance(value, bool):
        return value
    raise error(method, const.CODE_NOT_JSON, status=200)


def rows(response: object, method: str, error: type[GreenApiError]) -> list[JsonObject]:
    """Return a list of objects; ``null`` and an empty body are an empty list.

    :raise GreenApiError: ``error`` if the response is no such list
    """
    found = expect([] if response is None else response, list, method, error)
    return [expect(row, dict, method, error) for row in found]


def text(data: JsonObject, key: str) -> str:
    """Return a field as text; empty if it is missing. IDs come as text or as numbers."""
    value = data.get(key)
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return ""


def clean_text(data: JsonObject, key: str) -> str:
    """Return a field as text that a database can store."""
    return clean(text(data, key))


def name(data: JsonObject, key: str) -> str:
    """Return a field as a name, see ``clean_title``."""
    return clean_title(text(data, key))


def clean_title(value: str) -> str:
    """Return the name of a person or a group on one line; empty if it shows nothing to read.

    Control characters and marks of direction are removed.
    """
    cleaned = " ".join(UNWANTED_IN_NAMES.sub("", " ".join(clean(value).split())).split())
    return cleaned if any(map(is_visible, cleaned)) else ""


def is_visible(character: str) -> bool:
    """Return whether a character shows something by itself, unlike a blank or an accent."""
    is_sign = unicodedata.category(character)[0] in _VISIBLE_CATEGORIES
    return is_sign and character not in _INVISIBLE


def clean(value: str) -> str:
    """Return a text without what no database can store: NUL and halves of surrogate pairs."""
    return value.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")


def integer(data: JsonObject, key: str) -> int:
    """Return a field that is a number or digits as an integer; 0 if it is neither."""
    value = data.get(key)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def expect_integer(data: JsonObject, key: str, method: str, error: type[GreenApiError]) -> int:
    """Return a field that must be an integer, as a number or as digits.

    :raise GreenApiError: ``error`` if it is neither
    """
    found = integer(data, key)
    is_zero = data.get(key) in (0, "0") and data.get(key) is not False
    return expect(found if found or is_zero else None, int, method, error)


def timestamp(data: JsonObject, key: str) -> int:
    """Return a field as UNIX seconds; 0 if it cannot be the time of an event.

    Fractions and milliseconds are understood. A time to come would keep a chat on top for years.
    """
    seconds = number(data, key) or 0
    if seconds >= _MILLISECONDS:
        seconds /= 1000
    return int(seconds) if 0 < seconds < time.time() + _MAX_AHEAD else 0


def to_datetime(seconds: int) -> datetime | Literal[False]:
    """Return UNIX seconds as a naive UTC datetime, as Odoo stores it; False if it is no time."""
    if not 0 < seconds < 2**33:
        return False
    return datetime.fromtimestamp(seconds, timezone.utc).replace(tzinfo=None)


def number(data: JsonObject, key: str) -> float | None:
    """Return a field that is a number, or a text with one, as a float; None if it is neither."""
    value = data.get(key)
    if isinstance(value, str) and len(value) < 40:
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300:
        return float(value)
    return None


def phone(data: JsonObject, key: str) -> str:
    """Return a phone number as digits; empty if it is hidden (0) or no phone number."""
    digits = text(data, key).strip("+")
    return digits if re.fullmatch(const.PHONE_PATTERN, digits) else ""


def flag(data: JsonObject, key: str) -> bool:
    """Return whether a field is ``true``."""
    return data.get(key) is True


def obj(data: JsonObject, key: str) -> JsonObject:
    """Return a field that is an object, else an empty object."""
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def objects(data: JsonObject, key: str) -> list[JsonObject]:
    """Return the objects in a field that is a list, without items of other types."""
    value = data.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
