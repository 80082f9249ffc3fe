# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""Bodies of uploads, sent block by block: a file is never in memory as a whole."""

import io
import mimetypes
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO, TypeAlias

from .deadline import Deadline

FileSource: TypeAlias = str | os.PathLike[str] | IO[bytes]  # a path or a seekable binary file

BLOCK = 64 * 1024  # bytes
# Seconds in which a body has to be sent. A process that takes over a message must know when the
# upload of another one has certainly ended.
UPLOAD_TIMEOUT = 300
UNKNOWN_TYPE = "application/octet-stream"

_MIME_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+", re.ASCII)
# Characters that a header cannot contain, escaped as browsers do. Which names files get is no
# concern of this module: see tools/files.py.
_ESCAPES = {code: f"%{code:02X}" for code in (*range(0x20), 0x7F)}


class Upload:
    """The body of a request with a file. The HTTP library reads it block by block.

    :param sources: binary files, sent one after the other from their current positions
    :param headers: headers of the request that describe the body
    """

    def __init__(self, sources: Iterable[IO[bytes]], headers: Mapping[str, str | bytes]) -> None:
        self.headers = headers
        self._sources = list(sources)
        self._length = self._left = sum(map(_count_bytes_left, self._sources))
        #: The error that interrupted reading, if any: then the file was not sent completely.
        self.failure: OSError | None = None
        #: Whether sending took too long: then the file was not sent completely either.
        self.is_late = False
        self._deadline = Deadline(UPLOAD_TIMEOUT)

    def __len__(self) -> int:
        return self._length

    @property
    def is_begun(self) -> bool:
        """Whether a part of the body was read to be sent."""
        return self._left < self._length

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.read, b"")

    # pylint-odoo takes it for the method of a model.
    def read(self, size: int = BLOCK) -> bytes:  # pylint: disable=method-required-super
        """Return the next bytes, at most ``size``; b"" at the end.

        :raise OSError: a source cannot be read, or has become shorter, or the time is over
        """
        try:
            if self._left and self._deadline.is_over():
                self.is_late = True
                raise OSError(f"{self._left} bytes were not sent in time")
            block = self._read(size)
            self._left -= len(block)
            if not block and self._left:
                raise OSError(f"{self._left} bytes are missing")
        except OSError as error:
            self.failure = error
            raise
        return block

    def _read(self, size: int) -> bytes:
        """Return the next bytes of the first source that has any left."""
        while self._sources:
            block = self._sources[0].read(size)
            if block:
                return block
            self._sources.pop(0)
        return b""


@contextmanager
def raw_upload(file: FileSource, file_name: str, mime_type: str | None = None) -> Iterator[Upload]:
    """Create a body that is the file itself, as uploadFile requires it.

    :param file: a path, or a seekable binary file, sent from its current position
    :param file_name: with its extension
    :param mime_type: by default guessed from the name
    :raise OSError: the file cannot be opened
    """
    headers: dict[str, str | bytes] = {
        "Content-Type": _get_mime_type(mime_type, file_name),
        # As text, a header could not contain names in every script.
        "GA-Filename": file_name.translate(_ESCAPES).encode("utf-8", "replace"),
    }
    with _opened(file) as source:
        yield Upload([source], headers)


@contextmanager
def form_upload(
    file: FileSource, file_name: str, fields: Mapping[str, object], mime_type: str | None = None
) -> Iterator[Upload]:
    """Create a body that is a form with text fields and the part "file".

    :param file: a path, or a seekable binary file, sent from its current position
    :param file_name: with its extension
    :param fields: values by name, sent as text
    :param mime_type: by default guessed from the name
    :raise OSError: the file cannot be opened
    """
    boundary = secrets.token_hex(16)
    lines = []
    for name, value in fields.items():
        lines += [f"--{boundary}", _get_disposition(name), "", str(value)]
    mime_type = _get_mime_type(mime_type, file_name)
    lines += [f"--{boundary}", _get_disposition("file", file_name), f"Content-Type: {mime_type}"]
    head = "\r\n".join([*lines, "", ""])
    tail = f"\r\n--{boundary}--\r\n"
    with _opened(file) as source:
        sources = [_to_stream(head), source, _to_stream(tail)]
        yield Upload(sources, {"Content-Type": f"multipart/form-data; boundary={boundary}"})


@contextmanager
def _opened(file: FileSource) -> Iterator[IO[bytes]]:
    """Return a path as an open file that is closed again, and an open file as it is."""
    if isinstance(file, str | os.PathLike):
        with open(file, "rb") as source:
            yield source
    else:
        yield file


def _to_stream(text: str) -> IO[bytes]:
    return io.BytesIO(text.encode("utf-8", "replace"))


def _count_bytes_left(source: IO[bytes]) -> int:
    here = source.tell()
    end = source.seek(0, os.SEEK_END)
    source.seek(here)
    return end - here


def _get_disposition(name: str, file_name: str | None = None) -> str:
    """Return the line that names a part of a form, as browsers write it."""
    line = f'Content-Disposition: form-data; name="{name}"'
    if file_name is not None:
        line += '; filename="{}"'.format(file_name.translate({**_ESCAPES, ord('"'): "%22"}))
    return line


def _get_mime_type(mime_type: str | None, file_name: str) -> str:
    """Return the given type if a header can contain it, else the type of the file name."""
    if mime_type and _MIME_TYPE.fullmatch(mime_type):
        return mime_type
    return mimetypes.guess_type(file_name)[0] or UNKNOWN_TYPE
