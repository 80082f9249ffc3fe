# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""What a message says: the service's messageData of every kind, and the words in it."""

import mimetypes
import re
from collections.abc import Iterable
from pathlib import PurePath

from .documents import JsonObject

LINK = re.compile(r"https?://\S+")
PLAIN = {"forwardingScore": 0, "isForwarded": False}
#: the objects that hold words -> the key of the words
WORDS = {
    "textMessageData": "textMessage",
    "extendedTextMessageData": "text",
    "editedMessageData": "textMessage",
    "fileMessageData": "caption",
    "pollMessageData": "name",
    "contactMessageData": "firstName",
}
TEXTS = ("textMessageData", "extendedTextMessageData")
KNOWN_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,10}")


def text(words: str) -> JsonObject:
    """Return a text; one with a link is an extendedTextMessage, as in the service."""
    if LINK.search(words):
        extended = {"text": words, "description": "", "title": "", "jpegThumbnail": "", **PLAIN}
        return {"typeMessage": "extendedTextMessage", "extendedTextMessageData": extended}
    return {"typeMessage": "textMessage", "textMessageData": {"textMessage": words, **PLAIN}}


def suffix_of(file_name: str) -> str:
    """Return the extension of a file name with its dot, ".bin" when it has no usual one."""
    suffix = PurePath(file_name).suffix
    return suffix if KNOWN_SUFFIX.fullmatch(suffix) else ".bin"


def mime_type_of(file_name: str) -> str:
    """Return the MIME type that belongs to the extension of a file name."""
    guessed = mimetypes.guess_type(f"file{suffix_of(file_name)}")[0]
    return guessed or "application/octet-stream"


def file(url: str, file_name: str, caption: str = "") -> JsonObject:
    """Return a file; its kind depends on the extension of its name."""
    mime_type = mime_type_of(file_name)
    kind = mime_type.partition("/")[0]
    data = {
        "downloadUrl": url,
        "caption": caption,
        "fileName": file_name,
        "jpegThumbnail": "",
        "mimeType": mime_type,
        **PLAIN,
    }
    media = kind if kind in ("image", "video", "audio") else "document"
    return {"typeMessage": f"{media}Message", "fileMessageData": data}


def location(latitude: float, longitude: float) -> JsonObject:
    place = {"latitude": latitude, "longitude": longitude, **PLAIN}
    return {"typeMessage": "locationMessage", "locationMessageData": place}


def contact(
    phone_contact: int | str, first_name: str = "", last_name: str = "", chat_id: str = ""
) -> JsonObject:
    """Return a contact card.

    :param phone_contact: digits
    :param chat_id: of that person, as far as known
    """
    card = {
        "phoneContact": str(phone_contact),
        "firstName": first_name,
        "lastName": last_name,
        "vcard": "",
        "chatId": chat_id,
        **PLAIN,
    }
    return {"typeMessage": "contactMessage", "contactMessageData": card}


def poll(name: str, options: Iterable[str], multiple_answers: bool = False) -> JsonObject:
    """Return a poll; ``options`` are the names to choose from."""
    data = {
        "name": name,
        "options": [{"optionName": option} for option in options],
        "multipleAnswers": multiple_answers,
        **PLAIN,
    }
    return {"typeMessage": "pollMessage", "pollMessageData": data}


def poll_options(data: JsonObject) -> list[str]:
    """Return the names of a poll's options; none when it is not a poll."""
    options = data.get("pollMessageData", {}).get("options", [])
    return [option["optionName"] for option in options]


def forwarded(data: JsonObject) -> JsonObject:
    """Return the same message, marked as forwarded."""
    copy = {key: value for key, value in data.items() if key != "quotedMessage"}
    for key in copy:
        if key.endswith("Data"):
            score = copy[key].get("forwardingScore", 0) + 1
            copy[key] = {**copy[key], "forwardingScore": score, "isForwarded": True}
    return copy


def words_of(data: JsonObject) -> str:
    """Return the text, caption or name in a messageData, empty when it has none."""
    for key, name in WORDS.items():
        if key in data:
            return str(data[key].get(name, ""))
    return ""


def retold(data: JsonObject, words: str) -> JsonObject:
    """Return the same message with its words written otherwise."""
    for key, name in WORDS.items():
        if key in data:
            return {**data, key: {**data[key], name: words}}
    return data


def has_words(data: JsonObject) -> bool:
    """Return whether the author can edit it: a text, or a file with its caption."""
    return is_text(data) or "fileMessageData" in data


def has_marks(data: JsonObject) -> bool:
    """Return whether marks in its words may format: a text, its edited form, a caption."""
    return has_words(data) or "editedMessageData" in data


def is_text(data: JsonObject) -> bool:
    return any(key in data for key in TEXTS)


def with_words(data: JsonObject, words: str) -> JsonObject:
    """Return the same message with another text or caption."""
    if "fileMessageData" in data:
        return {**data, "fileMessageData": {**data["fileMessageData"], "caption": words}}
    rest = {key: value for key, value in data.items() if key not in TEXTS}
    return {**rest, **text(words)}
