# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The fields of a request: declared once per method, checked with the service's own texts."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..world.documents import JsonObject
from .errors import invalid

TYPING_TYPES = (
    "text record_voice_note upload_voice_note record_video_note upload_video_note record_video"
    " upload_video upload_photo upload_document choose_sticker choose_location choose_contact"
).split()
CHAT_ID = re.compile(r"-?[1-9][0-9]{0,31}|[1-9][0-9]{0,31}@c\.us")
CHAT_ID_FORMATS = "'user_id', '-group_id', 'phone@c.us'"
#: the greatest integer that JSON's readers agree about
SAFE = 2**53 - 1
#: what the service calls a wrong type, and what Python takes for the right one
TYPES: dict[str, tuple[str, Any]] = {
    "string": ("a string", str),
    "integer": ("an integer", int),
    "number": ("a number", (int, float)),
    "boolean": ("a boolean", bool),
    "object": ("of type object", dict),
    "array": ("an array", list),
}


@dataclass(frozen=True)
class Field:
    """One field of a request.

    ``low`` and ``high`` bound a number's value, a string's length, an array's size. ``items``
    is the kind of an array's items.
    """

    name: str
    kind: str = "string"
    required: bool = False
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    may_be_empty: bool = False
    pattern: re.Pattern[str] | None = None
    formats: str = ""
    items: str = ""
    default: object = None

    def check(self, value: Any) -> None:
        """Check a value of the field.

        :raise ServiceError: with the service's words
        """
        _check_kind(self.name, self.kind, value)
        if self.items:
            for number, item in enumerate(value):
                _check_kind(f"{self.name}[{number}]", self.items, item)
        if value == "" and not self.may_be_empty:
            raise invalid(f"'{self.name}' is not allowed to be empty")
        if self.pattern and not self.pattern.fullmatch(value):
            raise invalid(f"'{self.name}' must be one of the next formats: {self.formats}")
        if self.choices and value not in self.choices:
            raise invalid(f"'{self.name}' must be one of [{', '.join(self.choices)}]")
        self._check_bounds(value)

    def _check_bounds(self, value: Any) -> None:
        if isinstance(value, (str, list)):
            size = len(value)
            what, end = (
                (f"'{self.name}' length must be", " characters long")
                if isinstance(value, str)
                else (f"'{self.name}' must contain", " items")
            )
        else:
            size, what, end = value, f"'{self.name}' must be", ""
        if self.low is not None and size < self.low:
            raise invalid(f"{what} greater than or equal to {self.low}{end}")
        if self.high is not None and size > self.high:
            raise invalid(f"{what} less than or equal to {self.high}{end}")


def _check_kind(name: str, kind: str, value: Any) -> None:
    words, kinds = TYPES[kind]
    if not isinstance(value, kinds) or (isinstance(value, bool) and kind != "boolean"):
        raise invalid(f"'{name}' must be {words}")
    if kind in ("integer", "number") and abs(value) > SAFE:
        raise invalid(f"'{name}' must be a safe number")


# The kinds of fields that come again and again


def text(name: str, required: bool = True, high: float | None = None, **options: Any) -> Field:
    return Field(name, required=required, high=high, **options)


def integer(
    name: str, low: float | None = None, high: float | None = None, **options: Any
) -> Field:
    return Field(name, "integer", low=low, high=high, **options)


def number(name: str, low: float | None = None, high: float | None = None, **options: Any) -> Field:
    return Field(name, "number", low=low, high=high, **options)


def boolean(name: str, default: bool = False) -> Field:
    return Field(name, "boolean", default=default)


def yes_no(name: str) -> Field:
    return Field(name, choices=("yes", "no"))


def chat_id(name: str = "chatId") -> Field:
    return Field(name, required=True, pattern=CHAT_ID, formats=CHAT_ID_FORMATS)


TYPING = (integer("typingTime", 1000, 20000), Field("typingType", choices=tuple(TYPING_TYPES)))
QUOTE = Field("quotedMessageId")


def validate(fields: Iterable[Field], values: JsonObject, at_least_one: bool = False) -> JsonObject:
    """Check ``values`` and fill in the defaults.

    :param fields: the declared :class:`Field` objects
    :param at_least_one: an empty request is refused
    :raise ServiceError: 400 with the first thing that is wrong
    """
    if at_least_one and not values:
        raise invalid("'value' must have at least 1 key")
    known = {field.name: field for field in fields}
    for field in fields:
        if field.required and field.name not in values:
            raise invalid(f"'{field.name}' is required")
    for name, value in values.items():
        if name not in known:
            raise invalid(f"'{name}' is not allowed")
        known[name].check(value)
    defaults = {field.name: field.default for field in fields if field.default is not None}
    return defaults | values
