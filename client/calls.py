# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""What a call was, told to whoever observes the client; secrets masked."""

import json
import re

from .uploads import Upload

MASK = "***"
TEXT_MAX_LENGTH = 20_000  # characters of a request or an answer that are told

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
        self._token = token

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
        return mask_token(text, self._token)


def mask_token(text, token=""):
    """Hide a token, and in an address what stands in the place of one."""
    text = _TOKEN_IN_PATH.sub(rf"\1{MASK}", text)
    return text.replace(token, MASK) if token else text


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


def _is_secret(key, value):
    # The number of an error is called "code", too.
    return isinstance(value, str) and bool(value) and bool(_SECRET_KEY.search(str(key)))


def _cut(text):
    text = text.replace("\x00", "\\0")  # which no column of text can hold
    return text if len(text) <= TEXT_MAX_LENGTH else f"{text[:TEXT_MAX_LENGTH]}…"
