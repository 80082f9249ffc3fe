# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Rules for file names, and the check for a full disk.

Every name of a file is cleaned by ``clean_file_name``: without NUL and halves of letters, which no
database stores; with underscores in place of slashes, so that it is in no folder; on one line,
without control characters; and with an extension where the type is known. A name that a stranger
chose is cleaned by ``clean_received_name``, also of marks of direction, which can hide the
extension, and cut to what file systems allow. Names of people and groups have a rule of their own:
``clean_title`` in ``client/parsing.py``.
"""

import errno
import mimetypes
import re

from odoo.api import Environment

from ..client.parsing import UNWANTED_IN_NAMES, clean

# Types that say little about a file: a letter in its extension is enough there.
VAGUE_TYPES = (
    "application/octet-stream",
    "application/x-ole-storage",
    "application/zip",
    "text/plain",
)
EXTENSION = re.compile(r"\.(?=\d*[a-z])[a-z0-9]{1,10}$", re.IGNORECASE)
MEDIA = ("audio", "image", "video")
# Pages that create a file: their extension does not tell which one.
SCRIPT_EXTENSIONS = (".asp", ".aspx", ".cgi", ".do", ".jsp", ".php")
NAME_MAX_LENGTH = 200  # characters; most file systems allow 255 bytes
EXTENSION_MAX_LENGTH = 20  # characters; what follows the last dot of a longer one is text
DISK_FULL_CODES = (errno.ENOSPC, errno.EDQUOT)
CONTROL_CHARACTERS = re.compile("[\x00-\x1f\x7f-\x9f]")


def replace_separators(name: str) -> str:
    """Return a file name in which no character separates folders."""
    return name.replace("/", "_").replace("\\", "_")


def clean_file_name(name: str | None, mime_type: str | None = None) -> str:
    """Return a file name on one line, in no folder, with an extension where one is known.

    Control characters are removed. Telegram shows a file by its extension.

    :param name: the name as a user or a report gave it
    :param mime_type: the type that determines a missing extension
    :return: the name; empty when nothing usable is left
    """
    name = " ".join(replace_separators(clean(name or "")).split())
    name = CONTROL_CHARACTERS.sub("", name).strip()
    if not name.strip(". "):
        return ""
    if not has_extension(name, mime_type):
        name += mimetypes.guess_extension(mime_type or "") or ""
    return name


def has_extension(name: str, mime_type: str | None = None) -> bool:
    """Return whether a file name ends in an extension, not in a date or a version.

    :param mime_type: the type of the file; the extension of another type counts as text
    """
    found = EXTENSION.search(name.lstrip("."))
    if not found:
        return False
    if not mime_type or mime_type in VAGUE_TYPES:
        return True
    guessed, encoding = mimetypes.guess_type(name)
    main_type = mime_type.partition("/")[0]
    is_same_media = main_type in MEDIA and (guessed or "").startswith(f"{main_type}/")
    is_same = guessed == mime_type or is_same_media or bool(encoding)
    return is_same or found[0].lower() in mimetypes.guess_all_extensions(mime_type)


def get_url_type(name: str) -> str:
    """Return the type of a file by the last part of its URL; empty if that does not tell.

    Many URLs end in the name of a page that creates the file, with the file in the query.
    """
    if not has_extension(name) or name.lower().endswith(SCRIPT_EXTENSIONS):
        return ""
    return mimetypes.guess_type(name)[0] or ""


def clean_received_name(name: str | None) -> str:
    """Return a safe name for a file of an unknown sender, no longer than a file system allows.

    :param name: the name as received
    :return: the name; "file" when nothing usable is left
    """
    name = UNWANTED_IN_NAMES.sub("", name or "").strip()
    name = clean_file_name(name if name.strip("./\\ ") else "file") or "file"
    stem, dot, extension = name.rpartition(".")
    if len(name) > NAME_MAX_LENGTH and len(extension) < EXTENSION_MAX_LENGTH:
        return stem[: NAME_MAX_LENGTH - len(extension) - 1] + dot + extension
    return name[:NAME_MAX_LENGTH]


def is_disk_full(error: BaseException) -> bool:
    """Return whether an error means a full disk or a used-up quota, so that waiting helps."""
    return isinstance(error, OSError) and error.errno in DISK_FULL_CODES


def get_disk_reason(error: OSError, env: Environment) -> str:
    """Return why a file cannot be stored, in the language of the environment."""
    reasons = {
        errno.ENOSPC: env._("No space left on device"),
        errno.EDQUOT: env._("Disk quota exceeded"),
    }
    return reasons.get(error.errno or 0) or error.strerror or type(error).__name__
