# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Telegram usernames, as people type them and as Telegram compares them."""

import re
import unicodedata

from .. import const

SCHEME = r"(?:(?:https?:)?//)?"
HOSTS = r"(?:www\.)?(?:t|telegram)\.(?:me|dog)"
# Without ASCII, Python takes some letters of other alphabets for i, k and s.
FLAGS = re.IGNORECASE | re.ASCII
# A name of a person, in a link or behind an @.
FORMS = tuple(
    re.compile(form, FLAGS)
    for form in (
        rf"@({const.USERNAME})",
        rf"{SCHEME}{HOSTS}/@?({const.USERNAME})(?:[/?#].*)?",
        rf"{SCHEME}({const.USERNAME})\.t\.me(?:[/?#].*)?",
        rf"{SCHEME}web\.telegram\.org/(?:\w+/)?#(?:/im\?p=)?@({const.USERNAME})(?:[/?&#].*)?",
        rf"tg:(?://)?resolve/?\?(?:.*&)?domain=({const.USERNAME})(?:[&#].*)?",
    )
)
BARE = re.compile(const.USERNAME, FLAGS)
# First words of links that lead to no person.
NO_NAMES = frozenset(
    "joinchat addstickers addemoji addtheme addlist share proxy socks login invoice setlanguage"
    " confirmphone giftcode boost contact telegram".split()
)


def is_username(address: str) -> bool:
    """Return whether an address, or a chat ID, is a username and no phone number."""
    return address.startswith("@")


def parse_username(text: object, *, is_bare_allowed: bool = False) -> str:
    """Return a username as ``@name`` in small letters; empty when the text is none.

    Telegram does not distinguish capital and small letters.

    :param text: ``@name``, ``t.me/name`` or another link to the person
    :param is_bare_allowed: whether the name alone is one, too
    """
    # Marks that nobody sees come along when a name is copied.
    visible = (char for char in str(text or "") if unicodedata.category(char) != "Cf")
    value = "".join(visible).strip()
    forms = (*FORMS, BARE) if is_bare_allowed else FORMS
    for form in forms:
        if found := form.fullmatch(value):
            name = found[found.lastindex or 0].lower()
            return "" if name in NO_NAMES else f"@{name}"
    return ""


def normalize_username(reported: str) -> str:
    """Return a username that GREEN-API reports as ``@name`` in small letters; empty without one."""
    name = reported.strip().lstrip("@").lower()
    return f"@{name}" if name else ""
