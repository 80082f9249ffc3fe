# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""Reading values out of an answer that may have any shape."""

from .. import const


def expect(value, kind, method, error):
    """Return ``value`` when it is a ``kind``, else raise ``error``: a 200 that is no answer of ours."""
    if isinstance(value, kind) and not isinstance(value, bool):
        return value
    raise error(method, const.CODE_NOT_JSON, status=200)


def text(answer, key):
    """Return a field as text; empty when it is missing. Numbers count: ids come as either."""
    value = answer.get(key)
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return ""
