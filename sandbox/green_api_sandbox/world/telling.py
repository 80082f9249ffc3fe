# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""What the service tells of a message in notifications, journals and quotations.

It may differ from what was sent, as the account's switches say: texts without their marks, names
of files cut, other kinds of files.
"""

import re
from pathlib import PurePath

from . import message_content
from .documents import Instance, JsonObject, Message

FILE_NAMES = ("kept", "cut")
FILE_KINDS = ("kept", "changed")
LONGEST_NAME = 60  # characters
#: what a name that is cut has "_" for
DISLIKED = re.compile(r"[^\w.()-]")
#: extension -> what a file of that kind is told as: its kind, and its name's extension
CHANGED_KINDS = {
    ".webp": ("stickerMessage", ".webp"),
    ".gif": ("videoMessage", ".mp4"),
    ".ogg": ("audioMessage", ".oga"),
    ".oga": ("audioMessage", ".ogg"),
    ".opus": ("documentMessage", ".opus"),
    ".mp3": ("documentMessage", ".mp3"),
    ".mp4": ("documentMessage", ".mp4"),
    ".png": ("documentMessage", ".png"),
    ".jpg": ("documentMessage", ".jpg"),
    ".jpeg": ("imageMessage", ".jpg"),
    ".bmp": ("documentMessage", ".bmp"),
    ".svg": ("documentMessage", ".svg"),
    ".heic": ("imageMessage", ".jpg"),
}


def tell(instance: Instance, message: Message) -> JsonObject:
    """Return the messageData that the service tells."""
    data = message.data
    told = {"stripped": "shown", "doubled": "doubled"}.get(instance.formatting_back)
    if told in message.look:
        data = message_content.retold(data, message.look[told])
    if "fileMessageData" in data:
        data = _tell_file(instance, data)
    return data


def _tell_file(instance: Instance, data: JsonObject) -> JsonObject:
    kind, file = data["typeMessage"], data["fileMessageData"]
    name: str = file["fileName"]
    mime_type = file["mimeType"]
    changed = CHANGED_KINDS.get(PurePath(name).suffix.lower())
    if instance.file_kinds == "changed" and changed:
        kind, suffix = changed
        if suffix != PurePath(name).suffix.lower():
            name = f"{PurePath(name).stem}{suffix}"
            mime_type = message_content.mime_type_of(name)
    if instance.file_names == "cut":
        name = cut_name(name)
    file = {**file, "fileName": name, "mimeType": mime_type}
    return {**data, "typeMessage": kind, "fileMessageData": file}


def cut_name(name: str) -> str:
    """Return a file name as the service may cut it: short, with "_" for what is unusual."""
    clean = DISLIKED.sub("_", name)
    suffix = PurePath(clean).suffix[:LONGEST_NAME]
    return clean.removesuffix(suffix)[: LONGEST_NAME - len(suffix)] + suffix
