# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Phone numbers, and the chat IDs that GREEN-API makes of them."""

import re

from .. import const
from .username import is_username

# Of a number without country code, these are without the prefix for calls within the country.
SIGNIFICANT_DIGITS = 8


def parse_phone(text: object) -> str:
    """Return the digits of an international phone number; empty when the text is not one.

    :param text: with or without plus sign, spaces, dots, dashes and brackets
    """
    digits = re.sub(r"[\s().+-]|\xa0", "", str(text or ""))
    return digits if re.fullmatch(const.PHONE_PATTERN, digits) else ""


def to_phone_form(phone: str) -> str:
    """Return the chat ID by which GREEN-API accepts a phone number: ``79876543210@c.us``.

    :param phone: E.164, or its digits
    """
    return phone.removeprefix("+") + const.PHONE_CHAT_SUFFIX


def to_chat_id(address: str) -> str:
    """Return the chat ID of an address: a phone number (E.164) in phone form, a username as it is.

    :param address: E.164, or ``@name``
    """
    return address if is_username(address) else to_phone_form(address)


def from_phone_form(chat_id: str) -> str:
    """Return the phone number (E.164) of a chat ID in phone form; empty for every other ID."""
    digits, suffix, _rest = chat_id.partition(const.PHONE_CHAT_SUFFIX)
    return f"+{digits}" if suffix else ""


def is_same_phone(phone: str, typed: str) -> bool:
    """Return whether a number that somebody typed may be this one.

    A number without a country code is the same if its last digits are: 8 (987) 654-32-10.

    :param phone: E.164
    :param typed: E.164, or any text
    """
    if typed == phone:
        return True  # of thousands of contacts, nearly all
    if typed.startswith("+") and (digits := parse_phone(typed)):
        return phone.removeprefix("+") == digits
    digits = re.sub(r"\D", "", typed)[-SIGNIFICANT_DIGITS:]
    return phone.endswith(digits)
