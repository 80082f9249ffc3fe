# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""One call as it is reported to the observer of a client, with all secrets masked."""

import json
import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, TypeAlias

from . import parsing
from .uploads import Upload

MASK = "***"
TEXT_MAX_LENGTH = 20_000  # characters of a request or a response
# Characters of a secret that is searched for in texts. A shorter one would be found in any text.
SECRET_MIN_LENGTH = 4
SPELLING_DEPTH = 3  # levels of JSON within JSON in which a secret is searched for

_TOKEN_IN_PATH = re.compile(r"(/(?:waInstance[^/\s]+|partner)/[^/\s]+/)[^/\s?<\"']+")
# GREEN-API's names: apiTokenInstance, webhookUrlToken, password, code of a sign-in
_SECRET_KEY = re.compile(r"token|password|secret|^code$", re.IGNORECASE)


class Call:
    """One call of a method of GREEN-API.

    :ivar str method: GREEN-API's name, such as "sendMessage"
    :ivar int duration: milliseconds
    :ivar int|None status: the HTTP status; None without a response
    :ivar str code: the reason of a failure, a ``CODE_…`` of const.py; empty if the call succeeded
    :ivar bytes content: body of the response, not masked

    :param sent: the body as a JSON value or an Upload, or the query parameters
    :param token: token of the instance or the partner
    """

    def __init__(self, method: str, sent: Any, token: str | None) -> None:
        self.method = method
        self.duration = 0
        self.status: int | None = None
        self.code = ""
        self.content = b""
        self._sent = sent
        self._token = token

    @property
    def request(self) -> str:
        """Return the masked request: JSON, or the length of a file."""
        if self._sent is None:
            return ""
        if isinstance(self._sent, Upload):
            return f"{len(self._sent)} bytes"
        return to_masked_text(self._sent)

    @property
    def answer(self) -> str:
        """Return the masked response as text."""
        text = parsing.to_text(self.content)
        try:
            text = to_masked_text(parsing.decode(text), self.method)
        except json.JSONDecodeError:
            text = _shorten(text)
        except ValueError:
            return ""  # too deep to be read, and it may contain a secret
        return self.mask(text)

    def mask(self, text: str) -> str:
        """Return a text without the token and the sent secrets, which errors may repeat."""
        text = mask_path(text)
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return text

    @cached_property
    def _secrets(self) -> list[str]:
        """The forms of all secrets; of most calls, no text is ever masked."""
        return [
            spelling
            for secret in filter(None, (self._token, *_find_secrets(self._sent)))
            for spelling in _get_spellings(secret)
        ]


Observer: TypeAlias = Callable[[Call], object]


def mask_path(text: str) -> str:
    """Return a text with a mask in place of the token in a URL or its path."""
    return _TOKEN_IN_PATH.sub(rf"\1{MASK}", text)


def to_masked_text(value: Any, method: str = "") -> str:
    """Return a JSON value as readable text with all secrets masked.

    :param method: GREEN-API's name of the method that returned the value
    """
    text = json.dumps(_mask(value, method), indent=2, ensure_ascii=False, default=str)
    return _shorten(text.encode("utf-8", "backslashreplace").decode("utf-8"))


def _mask(value: Any, method: str = "") -> Any:
    """Return a JSON value with a mask in place of each secret."""
    if isinstance(value, dict):
        if method == "qr" and value.get("type") == "qrCode":
            value = {**value, "message": MASK}  # the picture signs an account in
        return {key: MASK if _is_secret(key, item) else _mask(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_mask(item) for item in value]
    return value


def _find_secrets(value: Any) -> Iterator[str]:
    """Return the secrets in a JSON value, one by one."""
    if isinstance(value, dict):
        for key, item in value.items():
            if _is_secret(key, item) and len(item) >= SECRET_MIN_LENGTH:
                yield item
            yield from _find_secrets(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _find_secrets(item)


def _get_spellings(secret: str) -> list[str]:
    """Return the forms of a secret in a text: plain, in JSON, and in JSON within JSON."""
    spellings = {secret}
    for _level in range(SPELLING_DEPTH):
        spellings |= {
            json.dumps(spelling, ensure_ascii=is_ascii)[1:-1]
            for spelling in spellings
            for is_ascii in (True, False)
        }
    return sorted(spellings, key=len, reverse=True)


def _is_secret(key: object, value: object) -> bool:
    """Return whether a field is a secret; a number called "code" is that of an error."""
    return isinstance(value, str) and bool(value) and bool(_SECRET_KEY.search(str(key)))


def _shorten(text: str) -> str:
    """Return a text that a column can store, without NUL and not too long."""
    text = text.replace("\x00", "\\0")
    return text if len(text) <= TEXT_MAX_LENGTH else f"{text[:TEXT_MAX_LENGTH]}…"
