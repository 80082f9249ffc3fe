# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""The errors of a failed call: three disjoint kinds, and there is no other one."""


class GreenApiError(Exception):
    """A call failed. The text never contains a URL or a token.

    :ivar str method: GREEN-API's name of the method, such as "sendMessage"
    :ivar str code: the reason, one of the ``CODE_…`` values of const.py
    :ivar int|None status: the HTTP status; None without a response
    :ivar str detail: GREEN-API's own words with secrets masked; may be empty
    :ivar float|None retry_after: seconds to wait before the next try; None if GREEN-API names none
    """

    def __init__(
        self,
        method: str,
        code: str,
        *,
        status: int | None = None,
        detail: str = "",
        retry_after: float | None = None,
    ) -> None:
        self.method = method
        self.code = code
        self.status = status
        self.detail = detail
        self.retry_after = retry_after
        parts = [method, str(status or code)]
        super().__init__(": ".join([*parts, detail] if detail else parts))


class RefusedError(GreenApiError):
    """GREEN-API rejected the call. Repeating it would fail again."""


class TooLargeError(RefusedError):
    """A file is larger than its reader allows.

    :ivar int|None size: bytes; None if the host did not announce the size
    """

    def __init__(self, method: str, code: str, size: int | None = None) -> None:
        super().__init__(method, code)
        self.size = size


class RetryableError(GreenApiError):
    """Nothing was done. The call may be repeated, after ``retry_after`` seconds if set."""


class OutcomeUnknownError(GreenApiError):
    """A call that must not be repeated may have been carried out, or not."""


def unclear_error(repeatable: bool) -> type[GreenApiError]:
    """Return the class of the error for a call without a clear response.

    :param repeatable: whether making the call twice does no harm
    """
    return RetryableError if repeatable else OutcomeUnknownError
