# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""What a request carries: JSON, a form with a file, or a bare file."""

import json
import math
import mimetypes
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.wrappers import Request

from ..service import fields
from ..service.errors import ServiceError, invalid
from ..service.registry import MethodForm, UploadedFile
from ..world import files
from ..world.documents import JsonObject

MAX_JSON = 100 * 1024  # bytes
FORM_SLACK = 1024 * 1024  # bytes of a form that are not its file
IN_MEMORY = 1024 * 1024  # bytes of a file; more of it goes to the disk
READABLE = 100 * 1024  # bytes of a body that the list of requests shows
NUMBER = re.compile(r"-?[0-9]{1,16}")


@dataclass
class Body:
    """A request's body, read once.

    ``refusal`` is the ServiceError it deserves before anybody looks into it, or None.
    """

    content: bytes = b""
    form: dict[str, str] = field(default_factory=dict)
    file: UploadedFile | None = None
    refusal: ServiceError | None = None

    def readable(self) -> Any:
        """Return the body for people: the JSON value, the text, the names in a form, or None."""
        if self.form or (self.file and not self.content):
            return {**self.form, **({"file": self.file.name} if self.file else {})}
        if not self.content:
            return None
        try:
            return load(self.content)
        except ServiceError:
            return self.content[:READABLE].decode(errors="replace")


def read(request: Request, is_upload: bool) -> Body:
    """Read the body of a request, however odd it is.

    :param is_upload: the body is a file, whatever its Content-Type says
    :raise ConnectionAbortedError: when the caller hung up in the middle
    """
    is_form = request.mimetype == "multipart/form-data"
    limit = files.MAX_SIZE + FORM_SLACK if is_form or is_upload else MAX_JSON
    request.max_content_length = limit
    request.max_form_memory_size = FORM_SLACK
    try:
        if (request.content_length or 0) > limit:
            raise RequestEntityTooLarge()
        if is_upload:
            return _read_upload(request)
        if is_form:
            return _read_form(request)
        return Body(request.get_data())
    except RequestEntityTooLarge:
        return Body(refusal=ServiceError("request entity too large", 413))
    except ClientDisconnected:
        raise ConnectionAbortedError("the caller hung up") from None


def _read_upload(request: Request) -> Body:
    stream = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - part of the result
    shutil.copyfileobj(request.stream, stream)
    size = stream.tell()
    stream.seek(0)
    shown = stream.read(READABLE)
    stream.seek(0)
    # WSGI hands over headers as Latin-1; file names are UTF-8
    encoded = request.headers.get("GA-Filename", "").encode("latin-1", "replace")
    name = encoded.decode(errors="replace") or f"file{_extension(request.mimetype)}"
    return Body(shown, file=UploadedFile(name, stream, size))


def _extension(mime_type: str) -> str:
    return mimetypes.guess_extension(mime_type) or ".bin"


def _read_form(request: Request) -> Body:
    form = request.form.to_dict()
    part = request.files.get("file")
    if not part:
        return Body(form=form)
    size = part.stream.seek(0, 2)
    part.stream.seek(0)
    return Body(form=form, file=UploadedFile(part.filename or "file", part.stream, size))


def read_values(
    request: Request, body: Body, method: MethodForm
) -> tuple[JsonObject, UploadedFile | None]:
    """Return the checked fields of a call, and its file or None.

    :param method: the form of the method that is called
    :raise ServiceError: with the first thing that is wrong
    """
    if body.refusal:
        raise body.refusal
    if "GET" in method.verbs:
        given = _from_strings(method.fields, request.args)
    elif method.content == "multipart":
        given = _from_strings(method.fields, body.form)
    elif method.content == "raw" or request.method == "DELETE":
        given = {}
    else:
        given = parse_json(body.content)
    if method.check_types:
        method.check_types(given)
    values = fields.validate(method.fields, given, method.at_least_one)
    if method.content != "json":
        _check_file(body.file)
    return values, body.file


def _check_file(file: UploadedFile | None) -> None:
    if not file:
        raise invalid("'file' is required")
    if not file.size:
        raise ServiceError("File is empty")
    if file.size > files.MAX_SIZE:
        raise ServiceError("File is too large", 413)


def _from_strings(declared: Iterable[fields.Field], given: Mapping[str, str]) -> JsonObject:
    """Return the values of a query or a form; digits become numbers where a number is wanted."""
    kinds = {each.name: each.kind for each in declared}
    values: JsonObject = {}
    for name, value in given.items():
        is_number = kinds.get(name) == "integer" and NUMBER.fullmatch(value)
        values[name] = int(value) if is_number else value
    return values


def parse_json(content: bytes) -> JsonObject:
    """Return the JSON object of a request's body; nothing at all is an empty one.

    :raise ServiceError: with the service's words, when it is none
    """
    values = load(content or b"{}")
    if not isinstance(values, dict):
        raise invalid("'value' must be of type object")
    return values


def load(content: bytes) -> Any:
    """Return the value of a JSON text as JavaScript reads it: 5.0 is an integer, NaN no number.

    :raise ServiceError: with the service's words, when it is no JSON
    """
    try:
        text = content.decode()
        value = json.loads(text, parse_int=_number, parse_float=_number, parse_constant=_refuse)
        if "\\u" in text:
            # half a surrogate pair cannot be written as UTF-8; it becomes a replacement character
            whole = json.dumps(value, ensure_ascii=False).encode("utf-16", "surrogatepass")
            value = json.loads(whole.decode("utf-16", "replace"))
        return value
    except json.JSONDecodeError as error:
        if error.pos >= len(error.doc):
            raise ServiceError("Unexpected end of JSON input") from None
        token = error.doc[error.pos]
        raise ServiceError(f"Unexpected token {token} in JSON at position {error.pos}") from None
    except (UnicodeDecodeError, RecursionError):
        raise ServiceError("bad request data") from None


def _number(digits: str) -> float:
    number = float(digits)
    # 5.0 is the integer 5; what a double cannot count exactly stays a double
    is_exact = math.isfinite(number) and number.is_integer() and abs(number) <= fields.SAFE
    return int(number) if is_exact else number


def _refuse(constant: str) -> NoReturn:
    raise ServiceError(f"Unexpected token {constant[0]} in JSON")
