# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""What a message is, in the two forms that the service gives it: nested and flat.

Notifications keep the content of a message in an object that goes with its kind
(``messageData``); journals have all of it side by side. Both become a ``Message``.

https://green-api.com/en/telegram/docs/api/receiving/notifications-format/
https://green-api.com/en/telegram/docs/api/journals/
"""

from dataclasses import dataclass, field
from typing import Any

from .. import const
from . import parsing

# Kinds that are about another message: the object that names it. Their "quote" is that message.
TARGETS = {
    "reactionMessage": "quotedMessage",
    "editedMessage": "editedMessageData",
    "deletedMessage": "deletedMessageData",
    "pollUpdateMessage": "pollMessageData",
}


@dataclass(frozen=True)
class Quote:
    """The message that another one answers. Anything but the id may be missing."""

    id_message: str
    sender: str
    type_message: str
    text: str


@dataclass(frozen=True)
class File:
    """A file of a message. The link is good for 24 hours: fetch it at once."""

    name: str
    download_url: str
    mime_type: str


@dataclass(frozen=True)
class Location:
    """A place, in degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True)
class SharedContact:
    """Somebody's contact that was sent as a message."""

    phone: str  # digits
    first_name: str
    last_name: str
    chat_id: str  # empty when the person is not on Telegram, or it is not told
    vcard: str


@dataclass(frozen=True)
class PollOption:
    """A possible answer, with the chat ids of who chose it."""

    name: str
    voters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Poll:
    """A poll, or the state of its votes."""

    question: str
    options: tuple[PollOption, ...]
    multiple_answers: bool


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message, whatever it is. What a kind does not have is empty or None.

    ``text`` is what there is to read: the text, the caption, the poll's question, the emoji of a
    reaction (empty when it was taken back), the new text of an edited message.
    """

    id_message: str
    timestamp: int  # UNIX seconds; 0 when unknown
    chat_id: str
    chat_type: str  # "user", "group", "supergroup", "channel", "bot"; may be empty
    chat_name: str
    sender: str
    sender_name: str
    sender_phone: str  # digits; empty when hidden
    is_incoming: bool
    is_via_api: bool  # sent through the API, by us or by another program
    type_message: str  # the service's word; may be one that is new to us
    text: str
    quoted_id_message: str
    quote: Quote | None = None
    target_id_message: str = ""  # what is edited, deleted, reacted to or voted in
    is_forwarded: bool = False
    file: File | None = None
    location: Location | None = None
    contact: SharedContact | None = None
    poll: Poll | None = None
    raw: Any = field(default=None, repr=False)

    @property
    def file_name(self):
        return self.file.name if self.file else ""


@dataclass(frozen=True, kw_only=True)
class JournalMessage(Message):
    """A message as the journals keep it. Being history, it may lack anything."""

    status: str  # of an outgoing one: "delivered", "read"; empty before
    is_edited: bool
    is_deleted: bool


def parse_content(message):
    """Read what the kind of a message says.

    :param dict message: messageData of a notification
    :return: values for the fields of ``Message`` from ``type_message`` on
    """
    kind = parsing.clean_text(message, "typeMessage")
    data = {key: parsing.obj(message, key) for key in message if key.endswith("Data")}
    extended = data.get("extendedTextMessageData", {})
    target = _target(kind, message)
    quote = _quote(parsing.obj(message, "quotedMessage") or extended)
    return {
        "type_message": kind,
        "text": _text(data),
        "quoted_id_message": quote.id_message if quote else "",
        "quote": quote,
        "target_id_message": target,
        "is_forwarded": any(parsing.flag(value, "isForwarded") for value in data.values()),
        # English pages say stickerMessageData, Russian ones fileMessageData.
        "file": _file(data.get("fileMessageData") or data.get("stickerMessageData")),
        "location": _location(data.get("locationMessageData", {})),
        "contact": _contact(data.get("contactMessageData")),
        "poll": _poll(data.get("pollMessageData")),
    }


def parse_journal(entry):
    """Say what an entry of a journal is.

    :param dict entry: one object of the answer; whatever is wrong with it, it has a meaning
    :return: JournalMessage
    """
    is_incoming = parsing.text(entry, "type") == "incoming"
    name = parsing.clean_text(entry, "senderName")
    kind = parsing.clean_text(entry, "typeMessage")
    quote = _quote(parsing.obj(entry, "quotedMessage"))
    media = entry.get("downloadUrl")
    return JournalMessage(
        id_message=parsing.clean_text(entry, "idMessage"),
        timestamp=parsing.timestamp(entry, "timestamp"),
        chat_id=parsing.clean_text(entry, "chatId"),
        chat_type=parsing.clean_text(entry, "chatType"),
        chat_name=parsing.clean_text(entry, "chatName"),
        sender=parsing.clean_text(entry, "senderId"),
        sender_name=name or parsing.clean_text(entry, "senderContactName"),
        sender_phone="",
        is_incoming=is_incoming,
        is_via_api=not is_incoming and parsing.flag(entry, "sendByApi"),
        type_message=kind,
        text=parsing.clean_text(entry, "textMessage") or parsing.clean_text(entry, "caption"),
        quoted_id_message=quote.id_message if quote else "",
        quote=quote,
        target_id_message=_first_text(entry, "editedMessageId", "deletedMessageId"),
        is_forwarded=parsing.flag(entry, "isForwarded"),
        file=_file(entry) if media else None,
        location=_location(parsing.obj(entry, "location") or entry),
        contact=_contact(entry.get("contact")),
        raw=entry,
        status=parsing.clean_text(entry, "statusMessage"),
        is_edited=parsing.flag(entry, "isEdited"),
        is_deleted=parsing.flag(entry, "isDeleted"),
    )


def parse_request(method, body, id_message):
    """Say what a call of the section "Sending" sends.

    :param str method: such as "sendMessage"
    :param dict body: of the call; whatever is wrong with it, it has a meaning
    :return: Message, without what only a sent one has
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
        location=_location(body),
        contact=_contact(body.get("contact")),
        poll=_poll({**body, "name": body.get("message")}) if body.get("options") else None,
        raw=body,
    )


def _text(data):
    """Find the words of a message, wherever its kind keeps them."""
    places = (
        ("textMessageData", "textMessage"),
        ("extendedTextMessageData", "text"),
        ("fileMessageData", "caption"),
        ("pollMessageData", "name"),
        ("editedMessageData", "textMessage"),
    )
    found = (parsing.clean_text(data.get(place, {}), key) for place, key in places)
    return next(filter(None, found), "")


def _target(kind, message):
    place = parsing.obj(message, TARGETS.get(kind, ""))
    return parsing.clean_text(place, "stanzaId")


def _quote(quoted):
    """Read a quote; the service is known to send empty ones. Its text is named as its kind does."""
    id_message = parsing.clean_text(quoted, "stanzaId")
    if not id_message:
        return None
    return Quote(
        id_message=id_message,
        sender=parsing.clean_text(quoted, "participant"),
        type_message=parsing.clean_text(quoted, "typeMessage"),
        text=_first_text(quoted, "textMessage", "caption", "name"),
    )


def _file(data):
    if not isinstance(data, dict) or not data:
        return None
    return File(
        name=parsing.clean_text(data, "fileName"),
        download_url=parsing.clean_text(data, "downloadUrl"),
        mime_type=parsing.clean_text(data, "mimeType"),
    )


def _location(data):
    latitude, longitude = parsing.number(data, "latitude"), parsing.number(data, "longitude")
    if latitude is None or longitude is None:
        return None
    return Location(latitude, longitude)


def _contact(data):
    if not isinstance(data, dict) or not data:
        return None
    return SharedContact(
        phone=parsing.phone(data, "phoneContact"),
        first_name=parsing.clean_text(data, "firstName"),
        last_name=parsing.clean_text(data, "lastName"),
        chat_id=parsing.clean_text(data, "chatId"),
        vcard=parsing.clean_text(data, "vcard"),
    )


def _poll(data):
    """Read a poll ("options"), or its votes ("votes": with those who chose each)."""
    if not data:
        return None
    return Poll(
        question=parsing.clean_text(data, "name"),
        options=tuple(map(_poll_option, [*_options(data), *parsing.objects(data, "votes")])),
        multiple_answers=parsing.flag(data, "multipleAnswers"),
    )


def _options(data):
    """Give the options as objects: one page of the service has them as texts."""
    options = data.get("options")
    options = options if isinstance(options, list) else []
    objects = [{"optionName": each} if isinstance(each, str) else each for each in options]
    return [each for each in objects if isinstance(each, dict)]


def _poll_option(option):
    voters = option.get("optionVoters")
    voters = voters if isinstance(voters, list) else []
    rows = [{"id": voter} for voter in voters]
    ids = tuple(filter(None, (parsing.clean_text(row, "id") for row in rows)))
    return PollOption(parsing.clean_text(option, "optionName"), ids)


def _first_text(data, *keys):
    found = (parsing.clean_text(data, key) for key in keys)
    return next(filter(None, found), "")
