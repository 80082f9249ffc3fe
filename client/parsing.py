# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""Reading values out of an answer that may have any shape."""

import re
from datetime import datetime, timezone

from .. import const

_PHONE = re.compile(r"[1-9][0-9]{5,14}")  # the service writes 0 for a hidden number


def expect(value, kind, method, error):
    """Return ``value`` when it is a ``kind``; else the 200 is no answer of the service.

    :param error: class of the error to raise then
    """
    if isinstance(value, kind) and not isinstance(value, bool):
        return value
    raise error(method, const.CODE_NOT_JSON, status=200)


def rows(answer, method, error):
    """Return a list of objects; ``null`` and an empty body are an empty one.

    :raise GreenApiError: ``error``, when it is no such list
    """
    found = expect([] if answer is None else answer, list, method, error)
    return [expect(row, dict, method, error) for row in found]


def text(answer, key):
    """Return a field as text; empty when it is missing. Numbers count: ids come as either."""
    value = answer.get(key)
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return ""


def clean_text(answer, key):
    """Return a field as text that a database can hold."""
    return clean(text(answer, key))


def clean(value):
    """Return a text as a database can hold it: no NUL, no half of a surrogate pair."""
    return value.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")


def integer(answer, key):
    """Return a field as an integer, be it written as one or as text; 0 when it is neither."""
    value = answer.get(key)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def expect_integer(answer, key, method, error):
    """Return a field that has to be an integer, be it written as one or as text.

    :raise GreenApiError: ``error``, when it is not
    """
    found = integer(answer, key)
    is_zero = answer.get(key) in (0, "0") and answer.get(key) is not False
    return expect(found if found or is_zero else None, int, method, error)


def timestamp(answer, key):
    """Return a field as UNIX seconds; 0 when it cannot be a time."""
    seconds = integer(answer, key)
    return seconds if 0 < seconds < 2**33 else 0


def to_datetime(seconds):
    """Return UNIX seconds as a naive UTC datetime, as Odoo stores it; False when it is no time."""
    if not 0 < seconds < 2**33:
        return False
    return datetime.fromtimestamp(seconds, timezone.utc).replace(tzinfo=None)


def number(answer, key):
    """Return a field as a float; None when it is no finite number."""
    value = answer.get(key)
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if plain and abs(value) < 1e300 else None


def phone(answer, key):
    """Return a phone number as digits; empty when it is hidden or none."""
    digits = text(answer, key).strip("+")
    return digits if _PHONE.fullmatch(digits) else ""


def flag(answer, key):
    """Say whether a field is ``true``."""
    return answer.get(key) is True


def obj(answer, key):
    """Return a field that is an object; an empty one when it is not."""
    value = answer.get(key)
    return value if isinstance(value, dict) else {}


def objects(answer, key):
    """Return the objects of a field that is a list; whatever else is in it is left out."""
    value = answer.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
