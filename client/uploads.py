# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""Bodies of uploads, sent block by block: a file is never in memory as a whole."""

import io
import mimetypes
import os
import re
import secrets
from contextlib import contextmanager

BLOCK = 64 * 1024  # bytes
UNKNOWN_TYPE = "application/octet-stream"

_MIME_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+", re.ASCII)
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f]")


class Upload:
    """The body of a request that carries a file. The HTTP library reads it block by block.

    :param list sources: binary file objects, sent one after the other from where they stand
    :param dict headers: what says how to read the body
    """

    def __init__(self, sources, headers):
        self.headers = headers
        self._length = self._left = sum(map(_bytes_left, sources))
        self._sources = list(sources)
        #: OSError, why it could not be read to its end, if so: then nobody has got all of it
        self.failure = None

    def __len__(self):
        return self._length

    def __iter__(self):
        return iter(self.read, b"")

    def read(self, size=BLOCK):  # pylint: disable=method-required-super  # of a file, not a model
        """Return the next bytes, at most ``size``; b"" at the end.

        :raise OSError: a source cannot be read, or has become shorter
        """
        try:
            block = self._read(size)
            self._left -= len(block)
            if not block and self._left:
                raise OSError(f"{self._left} bytes are missing")
        except OSError as error:
            self.failure = error
            raise
        return block

    def _read(self, size):
        while self._sources:
            block = self._sources[0].read(size)
            if block:
                return block
            self._sources.pop(0)
        return b""


@contextmanager
def raw_upload(file, file_name, mime_type=None):
    """Make the body that is the file itself, as uploadFile takes it.

    :param file: a path, or a seekable binary file object, sent from where it stands
    :param str file_name: with its extension
    :param str mime_type: by default guessed from the name
    :raise OSError: the file cannot be opened
    """
    headers = {
        "Content-Type": _choose_type(mime_type, file_name),
        # Header lines are bytes; this is what lets names in any script through.
        "GA-Filename": _one_line(file_name).encode("utf-8", "replace"),
    }
    with _opened(file) as source:
        yield Upload([source], headers)


@contextmanager
def form_upload(file, file_name, fields, mime_type=None):
    """Make the body that is a form with text fields and the part "file".

    :param dict fields: texts by name
    :param file: as for ``raw_upload``, and so are the others
    """
    boundary = secrets.token_hex(16)
    lines = []
    for name, value in fields.items():
        lines += [f"--{boundary}", _disposition(name), "", str(value)]
    mime_type = _choose_type(mime_type, file_name)
    lines += [f"--{boundary}", _disposition("file", file_name), f"Content-Type: {mime_type}"]
    head = "\r\n".join([*lines, "", ""])
    tail = f"\r\n--{boundary}--\r\n"
    with _opened(file) as source:
        sources = [_stream(head), source, _stream(tail)]
        yield Upload(sources, {"Content-Type": f"multipart/form-data; boundary={boundary}"})


@contextmanager
def _opened(file):
    """Open a path and close it again; take a file object as it is."""
    if isinstance(file, str | os.PathLike):
        with open(file, "rb") as source:
            yield source
    else:
        yield file


def _stream(text):
    return io.BytesIO(text.encode("utf-8", "replace"))


def _bytes_left(source):
    here = source.tell()
    end = source.seek(0, os.SEEK_END)
    source.seek(here)
    return end - here


def _disposition(name, file_name=None):
    """Give the line that names a part, as browsers write it."""
    line = f'Content-Disposition: form-data; name="{name}"'
    if file_name is not None:
        line += '; filename="{}"'.format(_one_line(file_name).replace('"', "%22"))
    return line


def _one_line(text):
    """Replace what would end a header line."""
    return _CONTROL_CHARACTERS.sub("_", text)


def _choose_type(mime_type, file_name):
    """Return the type that was given if a header can hold it, else the one of the name."""
    if mime_type and _MIME_TYPE.fullmatch(mime_type):
        return mime_type
    return mimetypes.guess_type(file_name)[0] or UNKNOWN_TYPE
