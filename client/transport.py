# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""One HTTP call to GREEN-API, and the error that its response means."""

import json
import logging
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any, TypeVar
from urllib.parse import quote

import requests
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NewConnectionError,
    ProxyError,
)
from urllib3.exceptions import TimeoutError as Urllib3TimeoutError

from .. import const
from .addresses import check_host
from .call_log import Call, Observer, mask_path
from .connections import Connections
from .errors import GreenApiError, RefusedError, RetryableError, unclear_error
from .parsing import JsonObject, clean, decode, to_text
from .session import create_session
from .uploads import UPLOAD_TIMEOUT, Upload

CONNECT_TIMEOUT = 5  # seconds; also for each block of a request that is sent
READ_TIMEOUT = 30  # seconds
UPLOAD_BLOCK_TIMEOUT = 60  # seconds for one block of a file on a slow line
UPLOAD_READ_TIMEOUT = 300  # seconds for the response after the last block
# Seconds after which the call of an upload has certainly ended.
UPLOAD_CALL_SECONDS = UPLOAD_TIMEOUT + UPLOAD_BLOCK_TIMEOUT + UPLOAD_READ_TIMEOUT
RESPONSE_TIMEOUT = 120  # seconds for reading a whole response
RESPONSE_MAX_BYTES = 32 * 1024 * 1024
RETRY_AFTER_MAX = 24 * 3600.0  # seconds
DETAIL_MAX_LENGTH = 300  # characters of GREEN-API's own words in an error
DETAIL_MAX_BYTES = 64 * 1024  # of a response in which these words are searched for
CLOCK_OFFSET_MAX = 10 * 366 * 24 * 3600  # seconds; a clock that differs by more is not set at all
BLOCK = 64 * 1024  # bytes of a response that are read at once

STATUS_CODES = {
    401: const.CODE_UNAUTHORIZED,
    403: const.CODE_FORBIDDEN,
    404: const.CODE_NOT_FOUND,
    466: const.CODE_QUOTA,
    469: const.CODE_CHECK_LIMIT,
}

# A proxy or GREEN-API gave up: the call may have been carried out.
TIMEOUT_STATUSES = (408, 460, 499)

# Of a host name that the certificate lacks; the place of this class differs between versions.
CERTIFICATE_ERROR = "CertificateError"
TUNNEL_REFUSED = "Tunnel connection failed"  # Python's own words for a status other than 200

TransportType = TypeVar("TransportType", bound="Transport")


class _HideTokens(logging.Filter):
    """A filter that masks the token in the lines that urllib3 logs at level DEBUG."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        masked = mask_path(text)
        if masked != text:
            record.msg, record.args = masked, ()
        return True


logging.getLogger("urllib3.connectionpool").addFilter(_HideTokens())


class Transport:
    """Calls of one account. Connections are reused; close it, or use it in ``with``.

    Nothing is retried here. The caller decides by the class of the error whether to repeat a call.

    :param api_url: https address of GREEN-API
    :param account: first part of the path, "waInstance4100000001" or "partner"
    :param token: token of the instance or the partner, the last part of the path
    :param media_url: https address for uploads; by default the same
    :param observe: function that gets a ``Call`` after each call, successful or not
    :raise ValueError: an address is not allowed, see ``check_host``
    """

    def __init__(
        self,
        api_url: str,
        account: str,
        token: str,
        *,
        media_url: str | None = None,
        observe: Observer | None = None,
    ) -> None:
        self._api_url = check_host(api_url)
        self._media_url = check_host(media_url or api_url)
        self._account = account
        self._token = token
        self._observe = observe
        self._connections = Connections()
        self._guard: Callable[[], None] | None = None
        self._session = create_session(self._connections)
        #: seconds by which GREEN-API's clock is ahead of ours; None before the first response
        self.clock_offset: float | None = None

    def __enter__(self: TransportType) -> TransportType:
        return self

    def __exit__(self, *_exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    @contextmanager
    def guard(self, check: Callable[[], None]) -> Iterator[None]:
        """Call a function right before each part of a request is sent, in the calls of this block.

        If it raises an error, GREEN-API has not got the whole request. Opening a connection may
        take seconds, and a process may be stopped for minutes. So only this tells whether a call
        comes in time. Once a file is being read, its upload has an end of its own.

        :param check: raises an error if the request must not be sent any more
        """
        self._guard = check
        try:
            yield
        finally:
            self._guard = None

    def cut(self) -> None:
        """End a call that is under way in another thread: it raises an error at once.

        The client cannot be used afterwards.
        """
        self._connections.cut()

    def _call(
        self,
        verb: str,
        method: str,
        body: JsonObject | Upload | None = None,
        *,
        params: Mapping[str, Any] | None = None,
        tail: str = "",
        repeatable: bool = False,
        wait: float = 0,
        decoder: Callable[[bytes], Any] | None = None,
    ) -> Any:
        """Call a method of GREEN-API and return its response, decoded from JSON.

        :param verb: "GET", "POST" or "DELETE"
        :param method: GREEN-API's name of the method
        :param body: sent as JSON, or an Upload
        :param params: query parameters
        :param tail: part of the path after the token
        :param repeatable: whether making the call twice does no harm
        :param wait: seconds that GREEN-API itself may wait before it responds
        :param decoder: function that decodes a response in place of ``_decode``; it raises
            ValueError for what is none. It gets more than RESPONSE_MAX_BYTES of a response that is
            too long.
        :return: the decoded response; None for an empty body or ``null``
        :raise GreenApiError: one of its three kinds; RetryableError for an unclear outcome if the
            call is repeatable
        :raise OSError: the file cannot be read; GREEN-API has not received all of it
        """
        call = Call(method, params if body is None else body, self._token)
        started = time.monotonic()
        try:
            return self._exchange(
                call,
                verb,
                body,
                params=params,
                tail=tail,
                repeatable=repeatable,
                wait=wait,
                decoder=decoder,
            )
        except GreenApiError as error:
            call.code = error.code
            raise
        except Exception:  # of the file, or of the guard
            call.code = const.CODE_LOST
            raise
        finally:
            call.duration = round((time.monotonic() - started) * 1000)
            if self._observe:
                self._observe(call)

    def _exchange(
        self,
        call: Call,
        verb: str,
        body: JsonObject | Upload | None,
        *,
        params: Mapping[str, Any] | None,
        tail: str,
        repeatable: bool,
        wait: float,
        decoder: Callable[[bytes], Any] | None,
    ) -> Any:
        """Send the request, store the response on ``call`` and return it decoded."""
        unclear = unclear_error(repeatable)
        started = time.time()
        arguments = _prepare_arguments(call.method, body, wait)
        self._connections.check = partial(self._check, body)
        try:
            with self._session.request(
                verb,
                self._get_url(call.method, tail),
                params=params,
                allow_redirects=False,  # the token must not follow to another host
                stream=True,
                **arguments,
            ) as response:
                call.content = self._read(response, call.method, unclear)
                headers = response.headers
                call.status = status = response.status_code
        except (requests.RequestException, HTTPError) as error:
            # `from None`: the text of the cause contains the URL, and with it the token.
            raise _get_broken_error(call.method, body, error, unclear) from None
        if status != 200:
            raise self._get_error(call, status, headers, unclear)
        self._measure_clock(headers.get("Date"), started)
        return self._decode_response(call, decoder or _decode, unclear)

    def _decode_response(
        self, call: Call, decoder: Callable[[bytes], Any], unclear: type[GreenApiError]
    ) -> Any:
        """Return the response of a call with status 200, None if it is empty.

        :raise GreenApiError: it cannot be decoded, or it is a refusal
        """
        decoded: Any = None
        try:
            if call.content.strip():
                decoded = decoder(call.content)
        except ValueError:
            raise unclear(call.method, const.CODE_NOT_JSON, status=call.status) from None
        if _is_refusal(decoded):
            raise self._get_error(call, decoded["code"], {}, unclear)
        return decoded

    def _check(self, body: JsonObject | Upload | None) -> None:
        """Call the guard before a part of a request is sent."""
        if self._guard and not (isinstance(body, Upload) and body.is_begun):
            self._guard()

    def _measure_clock(self, date: str | None, started: float) -> None:
        """Measure the difference of the clocks: GREEN-API has responded since ``started``.

        :param date: header of the response, in whole seconds
        :param started: UNIX time by our clock
        """
        try:
            responded = parsedate_to_datetime(date or "").timestamp()
        except (TypeError, ValueError):
            return
        least, most = responded - time.time(), responded + 1 - started
        offset = min(max(0.0, least), most)
        if abs(offset) < CLOCK_OFFSET_MAX:
            self.clock_offset = offset

    def _get_url(self, method: str, tail: str) -> str:
        """Return the URL of a call. Files are uploaded to another host, pictures are not."""
        host = self._media_url if method in const.MEDIA_METHODS else self._api_url
        account, token = quote(self._account, safe=""), quote(self._token or "", safe="")
        return f"{host}/{account}/{method}/{token}{tail}"

    def _read(
        self, response: requests.Response, method: str, unclear: type[GreenApiError]
    ) -> bytes:
        """Return the body of a response, with limits of size and time.

        Of a body longer than RESPONSE_MAX_BYTES, only the beginning of more bytes is read.
        """
        deadline = time.monotonic() + RESPONSE_TIMEOUT
        content = bytearray()
        for block in response.iter_content(BLOCK):
            content += block
            if len(content) > RESPONSE_MAX_BYTES:
                break
            if time.monotonic() > deadline:
                raise unclear(method, const.CODE_TIMEOUT, status=response.status_code)
        return bytes(content)

    def _get_error(
        self, call: Call, status: int, headers: Mapping[str, str], unclear: type[GreenApiError]
    ) -> GreenApiError:
        """Return the error for a status other than 200."""
        method, detail = call.method, _get_detail(call)
        if status == 400:
            return self._get_bad_request(method, status, detail)
        if status == 429:
            return RetryableError(
                method,
                const.CODE_RATE_LIMIT,
                status=status,
                detail=detail,
                retry_after=bounded_seconds(headers.get("Retry-After")),
            )
        if status >= 500 or status in TIMEOUT_STATUSES:
            return unclear(method, const.CODE_SERVER, status=status, detail=detail)
        if status < 400:  # neither the documented success nor a refusal
            return unclear(method, const.CODE_NOT_JSON, status=status, detail=detail)
        code = STATUS_CODES.get(status, const.CODE_HTTP)
        return RefusedError(method, code, status=status, detail=detail)

    def _get_bad_request(self, method: str, status: int, detail: str) -> GreenApiError:
        """Return the error for a refusal whose reason is only in its text."""
        words = detail.lower()
        code = next(
            (code for text, code in const.BAD_REQUEST_CODES if text in words),
            const.CODE_BAD_REQUEST,
        )
        kind = RetryableError if code == const.CODE_STARTING else RefusedError
        return kind(method, code, status=status, detail=detail)


def classify_exception(
    error: Exception, unclear: type[GreenApiError]
) -> tuple[type[GreenApiError], str]:
    """Return the class and the code of the error for an exception of the HTTP library.

    Only the causes say whether the request has left. The class of the exception does not: behind a
    proxy it is the same before and after.

    :param unclear: class for an exception after which the outcome of the call is unclear
    """
    causes = list(_get_causes(error))
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        is_of_proxy = any(isinstance(cause, ProxyError) for cause in causes)
        return RetryableError, const.CODE_UNREACHABLE if is_of_proxy else const.CODE_HOST_UNKNOWN
    if any(_never_left(cause) for cause in causes):
        return RetryableError, const.CODE_UNREACHABLE
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
        return RefusedError, const.CODE_HOST_UNKNOWN
    if isinstance(error, requests.exceptions.InvalidProxyURL):
        return RetryableError, const.CODE_UNREACHABLE
    if any(isinstance(cause, TimeoutError | Urllib3TimeoutError) for cause in causes):
        return unclear, const.CODE_TIMEOUT
    return unclear, const.CODE_CONNECTION_LOST


def _get_causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception of the HTTP library and the exceptions that it wraps."""
    yield error
    inner = [*error.args, getattr(error, "reason", None)]
    if isinstance(error, NewConnectionError):
        inner.append(error.__context__)  # urllib3 1 has no class of its own for unknown hosts
    for cause in dict.fromkeys(each for each in inner if isinstance(each, BaseException)):
        yield from _get_causes(cause)


def _never_left(cause: BaseException) -> bool:
    """Return whether an exception comes before the request: nothing of it was sent."""
    if isinstance(cause, ConnectTimeoutError | NewConnectionError):
        return True
    if isinstance(cause, ssl.SSLCertVerificationError) or type(cause).__name__ == CERTIFICATE_ERROR:
        return True
    return isinstance(cause, OSError) and str(cause).startswith(TUNNEL_REFUSED)


def bounded_seconds(value: Any) -> float | None:
    """Return the seconds that GREEN-API asks to wait, at most a day; None if it names none.

    :param value: a number, also as text; the date form of Retry-After is not expected
    """
    try:
        return min(max(0.0, float(value)), RETRY_AFTER_MAX)
    except (TypeError, ValueError):
        return None


def _prepare_arguments(
    method: str, body: JsonObject | Upload | None, wait: float
) -> dict[str, Any]:
    """Prepare the arguments of the HTTP library that depend on the body.

    :return: body, headers and the pair of timeouts, by the names of the arguments
    :raise RefusedError: JSON cannot express a value of the body, such as NaN
    """
    if isinstance(body, Upload):
        timeout = (UPLOAD_BLOCK_TIMEOUT, UPLOAD_READ_TIMEOUT)
        # An empty file has to be b"": the library would send an empty stream without its length.
        return {"data": body if len(body) else b"", "headers": body.headers, "timeout": timeout}
    arguments: dict[str, Any] = {"timeout": (CONNECT_TIMEOUT, READ_TIMEOUT + wait)}
    if body is None:
        return arguments
    try:
        data = json.dumps(body, allow_nan=False).encode()
    except ValueError:
        raise RefusedError(method, const.CODE_BAD_REQUEST) from None
    return {**arguments, "data": data, "headers": {"Content-Type": "application/json"}}


def _decode(content: bytes) -> Any:
    """Return a response decoded from JSON.

    :raise ValueError: it is no JSON, or too long
    """
    if len(content) > RESPONSE_MAX_BYTES:
        raise ValueError("too long")
    return decode(content)


def _get_broken_error(
    method: str,
    body: JsonObject | Upload | None,
    error: Exception,
    unclear: type[GreenApiError],
) -> Exception:
    """Return the error for a call that ended without a response.

    :param error: exception of the HTTP library
    """
    if isinstance(body, Upload) and body.is_late:
        return RetryableError(method, const.CODE_UPLOAD_TIMEOUT)
    if isinstance(body, Upload) and body.failure:
        return body.failure  # it is our file's error, not the network's
    kind, code = classify_exception(error, unclear)
    return kind(method, code)


def _is_refusal(response: Any) -> bool:
    """Return whether a response with status 200 is a refusal, such as "401 Unauthorized"."""
    return (
        isinstance(response, dict)
        and isinstance(response.get("code"), int)
        and 400 <= response["code"] < 600
        and isinstance(response.get("description"), str)
    )


def _get_detail(call: Call) -> str:
    """Return GREEN-API's own words in an error body, which repeats the path with the token."""
    text = to_text(call.content[:DETAIL_MAX_BYTES])
    try:
        response = decode(text)
    except ValueError:
        response = text
    if isinstance(response, dict):
        words = [response.get("message"), response.get("description"), response.get("reason")]
        statuses = (response.get("correspondentsStatus"), response.get("invokeStatus"))
        words += [status.get("description") for status in statuses if isinstance(status, dict)]
        response = next((word for word in words if isinstance(word, str) and word), "")
    if not isinstance(response, str) or "<" in response[:200]:
        return ""  # the web page of a proxy is of no use to a reader
    return clean(call.mask(response)).strip()[:DETAIL_MAX_LENGTH]
