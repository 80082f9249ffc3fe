# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""What a call was, told to whoever observes the client; secrets masked."""

import json
import re

from .uploads import Upload

MASK = "***"
TEXT_MAX_LENGTH = 20_000  # characters of a request or an answer that are told
SECRET_MIN_LENGTH = 4  # of one that is looked for in a text; a shorter one is in any text
NESTED = 3  # JSON within JSON: so deep a secret is looked for

_TOKEN_IN_PATH = re.compile(r"(/(?:waInstance[^/\s]+|partner)/[^/\s]+/)[^/\s?<\"']+")
# By the service's names: apiTokenInstance, webhookUrlToken, password, code of a sign-in.
_SECRET_KEY = re.compile(r"token|password|secret|^code$", re.IGNORECASE)


class Call:
    """One call of a method of the service, as an observer is told of it.

    :ivar str method: the service's name, such as "sendMessage"
    :ivar int duration: milliseconds
    :ivar int|None status: the HTTP status, when there was an answer
    :ivar str code: why it failed, a ``CODE_…`` of const.py; empty when it did not
    """

    def __init__(self, method, sent, token):
        self.method = method
        self.duration = 0
        self.status = None
        self.code = ""
        self.content = b""
        self._sent = sent
        self._secrets = [
            spelling
            for secret in filter(None, (token, *_find_secrets(sent)))
            for spelling in _spell(secret)
        ]

    @property
    def request(self):
        """What was sent: JSON, or a file's length. Secrets are masked."""
        if self._sent is None:
            return ""
        if isinstance(self._sent, Upload):
            return f"{len(self._sent)} bytes"
        return to_text(self._sent)

    @property
    def answer(self):
        """What came back, as text. Secrets are masked."""
        text = self.content.decode("utf-8", "replace")
        try:
            text = to_text(json.loads(text), self.method)
        except ValueError:
            text = _cut(text)
        except RecursionError:
            return ""  # nobody reads it, and it may hide a secret
        return self.mask(text)

    def mask(self, text):
        """Mask the token and the secrets that were sent: the service may repeat them in errors."""
        text = mask_path(text)
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return text


def mask_path(text):
    """Hide what stands in the place of a token in an address."""
    return _TOKEN_IN_PATH.sub(rf"\1{MASK}", text)


def to_text(value, method=""):
    """Write a JSON value for people, with a mask in the place of every secret.

    :param str method: that answered it
    """
    text = json.dumps(_mask(value, method), indent=2, ensure_ascii=False, default=str)
    return _cut(text.encode("utf-8", "backslashreplace").decode("utf-8"))


def _mask(value, method=""):
    if isinstance(value, dict):
        if method == "qr" and value.get("type") == "qrCode":
            value = {**value, "message": MASK}  # it signs an account in
        return {key: MASK if _is_secret(key, item) else _mask(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_mask(item) for item in value]
    return value


def _find_secrets(value):
    """Yield the secrets in what is sent."""
    if isinstance(value, dict):
        for key, item in value.items():
            if _is_secret(key, item) and len(item) >= SECRET_MIN_LENGTH:
                yield item
            yield from _find_secrets(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _find_secrets(item)


def _spell(secret):
    """Return the forms of a secret in a text: plain, in JSON, in JSON within JSON and deeper."""
    spellings = {secret}
    for _level in range(NESTED):
        spellings |= {
            json.dumps(spelling, ensure_ascii=is_ascii)[1:-1]
            for spelling in spellings
            for is_ascii in (True, False)
        }
    return sorted(spellings, key=len, reverse=True)


def _is_secret(key, value):
    # The number of an error is called "code", too.
    return isinstance(value, str) and bool(value) and bool(_SECRET_KEY.search(str(key)))


def _cut(text):
    text = text.replace("\x00", "\\0")  # which no column of text can hold
    return text if len(text) <= TEXT_MAX_LENGTH else f"{text[:TEXT_MAX_LENGTH]}…"
