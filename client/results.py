# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""Results of the methods of GREEN-API.

``raw`` is the response, or the part of it, from which a result was made.
"""

from dataclasses import dataclass, field
from typing import Any

from .message_data import Message, parse_request
from .parsing import JsonObject


@dataclass(frozen=True)
class InstanceState:
    """State of an instance: one of const.SERVICE_STATES, or a new value of GREEN-API."""

    state: str
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class QrCode:
    """A step of the sign-in with a QR code.

    ``type`` is "qrCode" (``message``: base64 of a PNG), "alreadyLogged", "already_registered" or
    "error" (``message``: GREEN-API's words).
    """

    type: str
    message: str
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class AccountSettings:
    """The Telegram account of an instance. Without a session only the state is set."""

    state: str
    phone: str  # digits
    chat_id: str
    username: str  # with @
    url_avatar: str
    suspended_until: int  # UNIX seconds; 0 unless the state is "suspended"
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class ApiToken:
    """A new token of an instance. The representation does not show it."""

    api_token_instance: str = field(repr=False)
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class Step:
    """Result of a call to which GREEN-API responds with status 200 even if it failed.

    ``reason`` is GREEN-API's own word, ``retry_after`` the seconds that it asks to wait.
    """

    done: bool
    reason: str
    raw: Any = field(default=None, repr=False)
    retry_after: int | None = None


@dataclass(frozen=True)
class Picture(Step):
    """Result of an update of a picture, with the link to it."""

    url_avatar: str = ""


@dataclass(frozen=True)
class SentMessage:
    """A message that GREEN-API has queued."""

    id_message: str
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class SentFile(SentMessage):
    """A message with a file that GREEN-API has queued."""

    url_file: str = ""  # valid for const.FILE_HOURS hours; may be empty


@dataclass(frozen=True)
class ForwardedMessages:
    """The messages that forwarding has created, in the order of the originals."""

    ids_message: tuple[str, ...]
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class FileLink:
    """A link to a file, valid for const.FILE_HOURS hours."""

    url: str
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class DownloadedFile:
    """A file that was downloaded."""

    size: int  # bytes
    mime_type: str  # as reported by the host; may be empty


@dataclass(frozen=True)
class QueuedMessage:
    """A message that GREEN-API has queued and not sent yet."""

    id_message: str
    method: str  # the call that queued it, such as "sendMessage"
    chat_id: str
    body: JsonObject  # of that call
    raw: Any = field(default=None, repr=False)

    @property
    def message(self) -> Message:
        """Return the message, as far as the body of the call shows it."""
        return parse_request(self.method, self.body, self.id_message)


@dataclass(frozen=True)
class CreatedGroup:
    """Result of the creation of a group."""

    done: bool
    chat_id: str
    invite_link: str
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class Participant:
    """A member of a group."""

    chat_id: str
    is_admin: bool
    is_owner: bool
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class GroupData:
    """A group, supergroup or channel."""

    chat_id: str
    owner: str  # chat ID
    name: str
    description: str
    created_at: int  # UNIX seconds
    invite_link: str  # empty if invitations by link are off
    is_supergroup: bool
    is_channel: bool
    settings: dict[str, bool]  # what members may do, by the names in const.GROUP_SETTINGS
    participants: tuple[Participant, ...]
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class CheckedAccount:
    """Whether a phone number or a user name has a Telegram account."""

    exists: bool
    chat_id: str  # empty without an account
    username: str  # may be empty
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class Chat:
    """A chat of the account, as in the lists of chats and of contacts."""

    chat_id: str
    name: str
    type: str  # "user", "group", "supergroup", "channel"
    phone: str  # digits; empty if hidden
    username: str  # with @; may be empty
    contact_name: str  # the account's own name for the user; may be empty
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class ContactInfo:
    """A user as Telegram shows it."""

    chat_id: str
    name: str
    contact_name: str
    phone: str  # digits; empty if hidden
    url_avatar: str
    last_seen: int  # UNIX seconds; 0 if unknown
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class Avatar:
    """The picture of a chat."""

    url: str  # empty if there is none or it is hidden
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class PartnerInstance:
    """An instance of a partner. The representation does not show its token."""

    id_instance: str
    name: str
    type_instance: str  # "telegram", or another messenger of the partner
    deleted: bool
    expired: bool
    api_token_instance: str = field(repr=False)
    tariff: str = ""
    created_at: str = ""  # as GREEN-API writes it
    expires_at: str = ""  # as GREEN-API writes it
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class WaitingNotification:
    """The first waiting notification, which GREEN-API returns again until it is deleted."""

    receipt_id: int
    body: Any  # decoded from JSON, or an UnreadableBody
