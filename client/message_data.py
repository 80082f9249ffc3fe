# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""Messages, read from the two forms in which GREEN-API describes them.

A notification has the content of a message in an object for its kind (``messageData``). In an
entry of a journal, all of it is side by side. Both become a ``Message``.

https://green-api.com/en/telegram/docs/api/receiving/notifications-format/
https://green-api.com/en/telegram/docs/api/journals/
"""

import re
from dataclasses import dataclass, field
from typing import Any

from .. import const
from . import parsing
from .parsing import JsonObject

# Where each kind has its text
TEXT_PLACES = (
    ("textMessageData", "textMessage"),
    ("extendedTextMessageData", "text"),
    ("fileMessageData", "caption"),
    ("pollMessageData", "name"),
    ("editedMessageData", "textMessage"),
)
# Names under which a kind that is new may have its text
TEXT_KEYS = ("textMessage", "text", "caption", "message", "name", "title", "description")
VCARD_PHONE = re.compile(r"^TEL[^:\r\n]*:([^\r\n]+)", re.MULTILINE)
# Kinds of which everything is known
KNOWN_KINDS = (
    *const.TEXT_KINDS,
    *const.FILE_KINDS,
    *const.CHANGE_KINDS,
    *("stickerMessage", "locationMessage", "contactMessage", "pollMessage"),
    *("reactionMessage", "pollUpdateMessage"),
)
# The object that names the other message, for the kinds that are about another message
TARGETS = {
    "reactionMessage": "quotedMessage",
    "editedMessage": "editedMessageData",
    "deletedMessage": "deletedMessageData",
    "pollUpdateMessage": "pollMessageData",
}


@dataclass(frozen=True)
class Quote:
    """The message that another one answers. Everything except the ID may be empty."""

    id_message: str
    sender: str
    type_message: str
    text: str


@dataclass(frozen=True)
class File:
    """A file of a message. The link is valid for const.FILE_HOURS hours."""

    name: str
    download_url: str
    mime_type: str


@dataclass(frozen=True)
class Location:
    """A location in degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True)
class SharedContact:
    """A contact that was sent as a message."""

    phone: str  # as the sender has it: with or without a plus, blanks or a country code
    first_name: str
    last_name: str
    chat_id: str  # empty without a Telegram account, or if unknown
    vcard: str


@dataclass(frozen=True)
class PollOption:
    """An option of a poll, with the chat IDs of those who chose it."""

    name: str
    voters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Poll:
    """A poll, or its current votes."""

    question: str
    options: tuple[PollOption, ...]
    multiple_answers: bool


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message of any kind. Values that a kind does not have are empty or None.

    ``text`` is the text, the caption, the question of a poll or the new text of an edited message.
    For a reaction it is the emoji, empty if the reaction was removed.
    """

    id_message: str
    timestamp: int  # UNIX seconds; 0 if unknown
    chat_id: str
    chat_type: str  # "user", "group", "supergroup", "channel", "bot"; may be empty
    chat_name: str
    sender: str
    sender_name: str
    sender_phone: str  # digits; empty if hidden
    is_incoming: bool
    is_via_api: bool  # sent through the API, by Odoo or by another program
    type_message: str  # GREEN-API's word; may be a new one
    text: str
    quoted_id_message: str
    quote: Quote | None = None  # of a reaction: the message it is about
    target_id_message: str = ""  # the message that is edited, deleted, reacted to or voted in
    is_forwarded: bool = False
    file: File | None = None
    location: Location | None = None
    contact: SharedContact | None = None
    poll: Poll | None = None
    raw: Any = field(default=None, repr=False)

    @property
    def file_name(self) -> str:
        """Return the name of the file; empty without a file."""
        return self.file.name if self.file else ""


@dataclass(frozen=True, kw_only=True)
class JournalMessage(Message):
    """A message from a journal, in which everything may be missing."""

    status: str  # of an outgoing message: "delivered", "read"; empty before
    is_edited: bool
    is_deleted: bool


def parse_content(message: JsonObject) -> JsonObject:
    """Return the content of a message.

    :param message: messageData of a notification
    :return: values for the fields of ``Message`` from ``type_message`` on
    """
    kind = parsing.clean_text(message, "typeMessage")
    data = {key: parsing.obj(message, key) for key in message if key.endswith("Data")}
    extended = data.get("extendedTextMessageData", {})
    target = _parse_target(kind, message)
    quote = _parse_quote(parsing.obj(message, "quotedMessage") or extended)
    return {
        "type_message": kind,
        "text": _find_text(data) or _find_new_text(kind, message),
        "quoted_id_message": quote.id_message if quote else "",
        "quote": quote,
        "target_id_message": target,
        "is_forwarded": any(parsing.flag(value, "isForwarded") for value in data.values()),
        # English pages say stickerMessageData, Russian ones fileMessageData.
        "file": _parse_file(data.get("fileMessageData") or data.get("stickerMessageData"))
        or _find_new_file(data),
        "location": _parse_location(data.get("locationMessageData", {})),
        "contact": _parse_contact(data.get("contactMessageData")),
        "poll": _parse_poll(data.get("pollMessageData")),
    }


def parse_journal(entry: JsonObject) -> JournalMessage:
    """Return the message of an entry of a journal.

    :param entry: one object of the response; missing or wrong values are left empty
    """
    is_incoming = parsing.text(entry, "type") == "incoming"
    name = parsing.name(entry, "senderName")
    kind = parsing.clean_text(entry, "typeMessage")
    quote = _parse_quote(parsing.obj(entry, "quotedMessage"))
    media = entry.get("downloadUrl")
    return JournalMessage(
        id_message=parsing.clean_text(entry, "idMessage"),
        timestamp=parsing.timestamp(entry, "timestamp"),
        chat_id=parsing.clean_text(entry, "chatId"),
        chat_type=parsing.clean_text(entry, "chatType"),
        chat_name=parsing.name(entry, "chatName"),
        sender=parsing.clean_text(entry, "senderId"),
        sender_name=name or parsing.name(entry, "senderContactName"),
        sender_phone="",
        is_incoming=is_incoming,
        is_via_api=not is_incoming and parsing.flag(entry, "sendByApi"),
        type_message=kind,
        text=parsing.clean_text(entry, "textMessage") or parsing.clean_text(entry, "caption"),
        quoted_id_message=quote.id_message if quote else "",
        quote=quote,
        target_id_message=_first_text(entry, "editedMessageId", "deletedMessageId"),
        is_forwarded=parsing.flag(entry, "isForwarded"),
        file=_parse_file(entry) if media else None,
        location=_parse_location(parsing.obj(entry, "location") or entry),
        contact=_parse_contact(entry.get("contact")),
        raw=entry,
        status=parsing.clean_text(entry, "statusMessage"),
        is_edited=parsing.flag(entry, "isEdited"),
        is_deleted=parsing.flag(entry, "isDeleted"),
    )


def parse_request(method: str, body: JsonObject, id_message: str) -> Message:
    """Return the message that a call of the section "Sending" sends.

    :param method: GREEN-API's name of the method, such as "sendMessage"
    :param body: of the call; missing or wrong values are left empty
    :param id_message: ID that GREEN-API has given the message
    """
    name = parsing.clean_text(body, "fileName")
    return Message(
        id_message=id_message,
        timestamp=0,
        chat_id=parsing.text(body, "chatId"),
        chat_type="",
        chat_name="",
        sender="",
        sender_name="",
        sender_phone="",
        is_incoming=False,
        is_via_api=True,
        type_message=const.KINDS_OF_METHODS.get(method, ""),
        text=_first_text(body, "message", "caption"),
        quoted_id_message=parsing.clean_text(body, "quotedMessageId"),
        is_forwarded=method == "forwardMessages",
        file=File(name, parsing.clean_text(body, "urlFile"), "") if name else None,
        location=_parse_location(body),
        contact=_parse_contact(body.get("contact")),
        poll=_parse_poll({**body, "name": body.get("message")}) if body.get("options") else None,
        raw=body,
    )


def _find_text(data: dict[str, JsonObject]) -> str:
    """Return the text of a message, which each kind has at another place."""
    found = (parsing.clean_text(data.get(place, {}), key) for place, key in TEXT_PLACES)
    return next(filter(None, found), "")


def has_edited_text(message: JsonObject) -> bool:
    """Return whether an edit contains the new text; it may be empty, but a missing one is not."""
    return isinstance(parsing.obj(message, "editedMessageData").get("textMessage"), str)


def _find_new_text(kind: str, message: JsonObject) -> str:
    """Return the text of a kind that is new, wherever it has one."""
    if kind in KNOWN_KINDS:
        return ""
    places = [message, *(value for value in message.values() if isinstance(value, dict))]
    found = (
        _first_text(place, *TEXT_KEYS) or _list_contacts(place)
        for place in places
        if place.get("stanzaId") is None  # not the message that is answered
    )
    return next(filter(None, found), "")


def _list_contacts(data: JsonObject) -> str:
    """Return several shared contacts as text, one on each line."""
    lines = []
    for row in parsing.objects(data, "contacts"):
        phones = VCARD_PHONE.findall(parsing.clean_text(row, "vcard"))
        names = (parsing.name(row, "displayName"), *map(parsing.clean_title, phones))
        lines.append(" ".join(filter(None, names)))
    return "\n".join(filter(None, lines))


def _find_new_file(data: dict[str, JsonObject]) -> File | None:
    """Return the file of a kind that is new, from the object that has a link."""
    found = (value for value in data.values() if parsing.text(value, "downloadUrl"))
    return _parse_file(next(found, None))


def _parse_target(kind: str, message: JsonObject) -> str:
    """Return the ID of the message that an edit, a deletion, a reaction or a vote is about."""
    place = parsing.obj(message, TARGETS.get(kind, ""))
    return parsing.clean_text(place, "stanzaId")


def _parse_quote(quoted: JsonObject) -> Quote | None:
    """Return the quoted message; None for an empty quote, which GREEN-API is known to send."""
    id_message = parsing.clean_text(quoted, "stanzaId")
    if not id_message:
        return None
    return Quote(
        id_message=id_message,
        sender=parsing.clean_text(quoted, "participant"),
        type_message=parsing.clean_text(quoted, "typeMessage"),
        text=_first_text(quoted, "textMessage", "caption", "name"),
    )


def _parse_file(data: Any) -> File | None:
    if not isinstance(data, dict) or not data:
        return None
    return File(
        name=parsing.clean_text(data, "fileName"),
        download_url=parsing.clean_text(data, "downloadUrl"),
        mime_type=parsing.clean_text(data, "mimeType"),
    )


def _parse_location(data: JsonObject) -> Location | None:
    latitude, longitude = parsing.number(data, "latitude"), parsing.number(data, "longitude")
    if latitude is None or longitude is None:
        return None
    return Location(latitude, longitude)


def _parse_contact(data: Any) -> SharedContact | None:
    if not isinstance(data, dict) or not data:
        return None
    return SharedContact(
        phone=parsing.name(data, "phoneContact"),
        first_name=parsing.name(data, "firstName"),
        last_name=parsing.name(data, "lastName"),
        chat_id=parsing.clean_text(data, "chatId"),
        vcard=parsing.clean_text(data, "vcard"),
    )


def _parse_poll(data: JsonObject | None) -> Poll | None:
    """Return a poll from its "options", or from its "votes" with the voters of each option."""
    if not data:
        return None
    options = [*_get_options(data), *parsing.objects(data, "votes")]
    return Poll(
        question=parsing.clean_text(data, "name"),
        options=tuple(map(_parse_poll_option, options)),
        multiple_answers=parsing.flag(data, "multipleAnswers"),
    )


def _get_options(data: JsonObject) -> list[JsonObject]:
    """Return the options as objects: one page of GREEN-API has them as texts."""
    options = data.get("options")
    options = options if isinstance(options, list) else []
    objects = [{"optionName": item} if isinstance(item, str) else item for item in options]
    return [item for item in objects if isinstance(item, dict)]


def _parse_poll_option(option: JsonObject) -> PollOption:
    voters = option.get("optionVoters")
    voters = voters if isinstance(voters, list) else []
    rows = [{"id": voter} for voter in voters]
    ids = tuple(filter(None, (parsing.clean_text(row, "id") for row in rows)))
    return PollOption(parsing.clean_text(option, "optionName"), ids)


def _first_text(data: JsonObject, *keys: str) -> str:
    """Return the first field that is not empty, as text."""
    found = (parsing.clean_text(data, key) for key in keys)
    return next(filter(None, found), "")
