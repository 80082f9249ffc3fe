# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""One HTTP call to the service, and what its answer means."""

import json
import logging
import socket
import time
from urllib.parse import quote

import requests
from urllib3.exceptions import HTTPError, NewConnectionError

from .. import const
from .call_log import Call, mask_path
from .errors import GreenApiError, OutcomeUnknownError, RefusedError, RetryableError
from .hosts import check_host
from .parsing import clean
from .uploads import Upload

CONNECT_TIMEOUT = 5  # seconds; also for handing one block of the request to the network
READ_TIMEOUT = 30  # seconds
UPLOAD_BLOCK_TIMEOUT = 60  # seconds that a slow line may take for one block of a file
UPLOAD_READ_TIMEOUT = 300  # seconds for the answer after the last block
ANSWER_TIMEOUT = 120  # seconds for reading a whole answer
ANSWER_MAX_BYTES = 32 * 1024 * 1024
RETRY_AFTER_MAX = 24 * 3600.0  # seconds
DETAIL_MAX_LENGTH = 300  # characters of the service's own words that are kept


class _HideTokens(logging.Filter):
    """Mask the token in the lines that urllib3 writes about a request at level DEBUG."""

    def filter(self, record):
        text = record.getMessage()
        masked = mask_path(text)
        if masked != text:
            record.msg, record.args = masked, ()
        return True


logging.getLogger("urllib3.connectionpool").addFilter(_HideTokens())


class Transport:
    """Calls methods of one account. Connections are reused; close it, or use it in ``with``.

    There is no retry in here: whether a call may be repeated is for the caller to decide, by the
    kind of the error.

    :param str api_url: https address of the service
    :param str account: the first part of the path, "waInstance4100000001" or "partner"
    :param str token: of the instance or the partner; it is the last part of the path
    :param str media_url: https address for uploads, by default the same
    :param observe: is called with a ``Call`` after each call of a method, whatever came of it
    :raise ValueError: an address is not allowed, see ``check_host``
    """

    def __init__(self, api_url, account, token, *, media_url=None, observe=None):
        self._api_url = check_host(api_url)
        self._media_url = check_host(media_url or api_url)
        self._account = account
        self._token = token
        self._observe = observe
        self._session = requests.Session()

    def __enter__(self):
        return self

    def __exit__(self, *_exc_info):
        self.close()

    def close(self):
        """Close the connections."""
        self._session.close()

    def _call(self, verb, method, body=None, *, params=None, tail="", repeatable=False, wait=0):
        """Call a method of the service and return its answer, decoded from JSON.

        :param str verb: "GET", "POST" or "DELETE"
        :param str method: the service's name of the method
        :param body: sent as JSON; or an Upload, sent as it is
        :param dict params: query parameters
        :param str tail: what follows the token in the path
        :param bool repeatable: calling twice does no harm, so doubt means "try later"
        :param int wait: seconds that the service itself may wait before it answers
        :return: the decoded answer; None for an empty body or ``null``
        :raise GreenApiError: one of its three kinds
        :raise OSError: the file to be uploaded cannot be read; the service has not got all of it
        """
        call = Call(method, params if body is None else body, self._token)
        started = time.monotonic()
        try:
            return self._exchange(
                call, verb, body, params=params, tail=tail, repeatable=repeatable, wait=wait
            )
        except GreenApiError as error:
            call.code = error.code
            raise
        except OSError:
            call.code = const.CODE_LOST
            raise
        finally:
            call.duration = round((time.monotonic() - started) * 1000)
            if self._observe:
                self._observe(call)

    def _exchange(self, call, verb, body, *, params, tail, repeatable, wait):
        """Make a call, note on it what came back, and return the decoded answer."""
        method = call.method
        doubt = RetryableError if repeatable else OutcomeUnknownError
        sending = _sending(method, body, wait)
        try:
            with self._session.request(
                verb,
                self._address(method, tail),
                params=params,
                allow_redirects=False,  # the token must not follow to another host
                stream=True,
                **sending,
            ) as response:
                call.content = content = self._read(response, method, doubt)
                headers = response.headers
                call.status = status = response.status_code
        except (requests.RequestException, HTTPError) as error:
            if isinstance(body, Upload) and body.failure:
                raise body.failure from None  # not the network's: the HTTP library knows no other
            # `from None`: the text of the cause holds the URL, and with it the token.
            kind, code = classify_exception(error, doubt)
            raise kind(method, code) from None
        if status != 200:
            raise self._error_for_status(call, status, headers, doubt)
        answer = self._decode(content, method, doubt)
        if _is_refusal(answer):
            raise self._error_for_status(call, answer["code"], {}, doubt)
        return answer

    def _address(self, method, tail):
        """Give the URL of a call. Uploads go to a host of their own, pictures do not."""
        host = self._media_url if method in const.MEDIA_METHODS else self._api_url
        account, token = quote(self._account, safe=""), quote(self._token or "", safe="")
        return f"{host}/{account}/{method}/{token}{tail}"

    def _read(self, response, method, doubt):
        """Read the answer's body, within bounds of size and time."""
        deadline = time.monotonic() + ANSWER_TIMEOUT
        content = bytearray()
        for chunk in response.iter_content(64 * 1024):
            content += chunk
            if len(content) > ANSWER_MAX_BYTES:
                raise doubt(method, const.CODE_NOT_JSON, status=response.status_code)
            if time.monotonic() > deadline:
                raise doubt(method, const.CODE_TIMEOUT, status=response.status_code)
        return bytes(content)

    def _decode(self, content, method, doubt):
        if not content.strip():
            return None
        try:
            return json.loads(content)
        except (ValueError, RecursionError):
            raise doubt(method, const.CODE_NOT_JSON, status=200) from None

    def _error_for_status(self, call, status, headers, doubt):
        """Make the error for an answer other than 200."""
        method, details = call.method, {"status": status, "detail": self._detail(call)}
        if status == 400:
            return self._bad_request(method, **details)
        if status == 429:
            wait = bounded_seconds(headers.get("Retry-After"))
            return RetryableError(method, const.CODE_RATE_LIMIT, retry_after=wait, **details)
        if status >= 500 or status == 499:
            return doubt(method, const.CODE_SERVER, **details)
        code = {
            401: const.CODE_UNAUTHORIZED,
            403: const.CODE_FORBIDDEN,
            404: const.CODE_NOT_FOUND,
            466: const.CODE_QUOTA,
            469: const.CODE_CHECK_LIMIT,
        }.get(status, const.CODE_HTTP)
        return RefusedError(method, code, **details)

    def _bad_request(self, method, status, detail):
        """Make the error for a refusal that only its words explain."""
        code = _bad_request_code(detail)
        kind = RetryableError if code == const.CODE_STARTING else RefusedError
        return kind(method, code, status=status, detail=detail)

    def _detail(self, call):
        """Take the service's own words from an error body, which echoes the path and its token."""
        text = call.content[: 64 * 1024].decode("utf-8", "replace")
        try:
            answer = json.loads(text)
        except (ValueError, RecursionError):
            answer = text
        if isinstance(answer, dict):
            words = [answer.get("message"), answer.get("description"), answer.get("reason")]
            statuses = (answer.get("correspondentsStatus"), answer.get("invokeStatus"))
            words += [status.get("description") for status in statuses if isinstance(status, dict)]
            answer = next((word for word in words if isinstance(word, str) and word), "")
        if not isinstance(answer, str) or "<" in answer[:200]:
            return ""  # a web page of some proxy says nothing to a person
        return clean(call.mask(answer)).strip()[:DETAIL_MAX_LENGTH]


def _sending(method, body, wait):
    """Give the arguments of the HTTP library that depend on what is sent.

    :return: body, headers and the pair of timeouts, by the names of the arguments
    :raise RefusedError: JSON has no way to write a value of the body, such as NaN
    """
    if isinstance(body, Upload):
        timeout = (UPLOAD_BLOCK_TIMEOUT, UPLOAD_READ_TIMEOUT)
        # An empty file has to be b"": the library would send an empty stream without its length.
        return {"data": body if len(body) else b"", "headers": body.headers, "timeout": timeout}
    timeout = (CONNECT_TIMEOUT, READ_TIMEOUT + wait)
    if body is None:
        return {"timeout": timeout}
    try:
        data = json.dumps(body, allow_nan=False).encode()
    except ValueError:
        raise RefusedError(method, const.CODE_BAD_REQUEST) from None
    return {"data": data, "headers": {"Content-Type": "application/json"}, "timeout": timeout}


def _is_refusal(answer):
    """Say whether an answer is the service's refusal inside a 200, such as "401 Unauthorized"."""
    return (
        isinstance(answer, dict)
        and isinstance(answer.get("code"), int)
        and 400 <= answer["code"] < 600
        and isinstance(answer.get("description"), str)
    )


def classify_exception(error, doubt):
    """Tell the kind and the code of an exception of the HTTP library."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    # urllib3 1 has no class of its own for this, but the same cause.
    if isinstance(getattr(reason, "__context__", None), socket.gaierror):
        return RetryableError, const.CODE_HOST_UNKNOWN
    if isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError):
        return RetryableError, const.CODE_UNREACHABLE
    # A proxy that cannot be reached, and a certificate that is refused, come before the request.
    if isinstance(error, requests.exceptions.ProxyError):
        return RetryableError, const.CODE_UNREACHABLE
    if isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE" in str(reason).upper():
        return RetryableError, const.CODE_UNREACHABLE
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
        return RefusedError, const.CODE_HOST_UNKNOWN
    if isinstance(error, requests.Timeout):
        return doubt, const.CODE_TIMEOUT
    return doubt, const.CODE_CONNECTION_LOST


def _bad_request_code(detail):
    detail = detail.lower()
    return next(
        (code for words, code in const.BAD_REQUEST_CODES if words in detail),
        const.CODE_BAD_REQUEST,
    )


def bounded_seconds(value):
    """Return the seconds that the service asks to wait, or None when it does not.

    :param value: a number as text or not; the date form of Retry-After is not expected
    """
    try:
        return min(max(0.0, float(value)), RETRY_AFTER_MAX)
    except (TypeError, ValueError):
        return None
