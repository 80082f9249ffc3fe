# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""How a call of the service fails: three disjoint kinds, and nothing else leaves the client."""


class GreenApiError(Exception):
    """A call failed. The text never holds a URL or a token.

    :ivar str method: the service's name of the method, such as "sendMessage"
    :ivar str code: why, one of the ``CODE_…`` values of const.py
    :ivar int|None status: the HTTP status, when there was one
    :ivar str detail: the service's own words, secrets masked; may be empty
    :ivar float|None retry_after: seconds to wait, when the service said so
    """

    def __init__(self, method, code, *, status=None, detail="", retry_after=None):
        self.method = method
        self.code = code
        self.status = status
        self.detail = detail
        self.retry_after = retry_after
        parts = [method, str(status or code)]
        super().__init__(": ".join([*parts, detail] if detail else parts))


class RefusedError(GreenApiError):
    """The service said no: the same call would fail again."""


class TooLargeError(RefusedError):
    """A file is larger than its reader allows.

    :ivar int|None size: bytes, when the host said so beforehand
    """

    def __init__(self, method, code, size=None):
        super().__init__(method, code)
        self.size = size


class RetryableError(GreenApiError):
    """Nothing was done: the call may be repeated, after ``retry_after`` seconds if given."""


class OutcomeUnknownError(GreenApiError):
    """A call that must not be repeated may have been carried out, or not."""
