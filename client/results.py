# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""What the methods of the service answer: the fields we read, the raw answer kept beside them."""

from dataclasses import dataclass, field
from typing import Any

from .message_data import parse_request


@dataclass(frozen=True)
class InstanceState:
    """State of an instance: one of const.SERVICE_STATES, or a value that is new to us."""

    state: str
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class QrCode:
    """A step of signing in by QR code.

    ``type`` is "qrCode" (``message``: base64 of a PNG), "alreadyLogged", "already_registered" or
    "error" (``message``: the service's words).
    """

    type: str
    message: str
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class AccountSettings:
    """What the service knows of the Telegram account of an instance."""

    state: str
    phone: str  # digits; empty unless there is a session, as are the next three
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
    """Outcome of a step that the service answers with 200 whether it worked or not.

    ``reason`` is the service's own word; ``retry_after`` the seconds it asks to wait, if it does.
    """

    done: bool
    reason: str
    raw: Any = field(default=None, repr=False)
    retry_after: int | None = None


@dataclass(frozen=True)
class Picture(Step):
    """Outcome of setting a picture, with the link to it."""

    url_avatar: str = ""


@dataclass(frozen=True)
class SentMessage:
    """A message that the service has taken into its own queue."""

    id_message: str
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class SentFile(SentMessage):
    """The same for a file, with the link to it that is good for 24 hours; may be empty."""

    url_file: str = ""


@dataclass(frozen=True)
class ForwardedMessages:
    """The messages that were made by forwarding, in the order of the originals."""

    ids_message: tuple[str, ...]
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class FileLink:
    """A link to a file, good for 24 hours."""

    url: str
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class DownloadedFile:
    """What was written of a file that was downloaded."""

    size: int  # bytes
    mime_type: str  # as the host says; may be empty


@dataclass(frozen=True)
class QueuedMessage:
    """A message that waits in the service's own queue to be sent."""

    id_message: str
    method: str  # that queued it, such as "sendMessage"
    chat_id: str
    body: dict  # of that call
    raw: Any = field(default=None, repr=False)

    @property
    def message(self):
        """What the call sends, as a Message, as far as its body tells."""
        return parse_request(self.method, self.body, self.id_message)


@dataclass(frozen=True)
class CreatedGroup:
    """A group that was made, or not."""

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
    owner: str  # chat id
    name: str
    description: str
    created_at: int  # UNIX seconds
    invite_link: str  # empty when inviting by link is off
    is_supergroup: bool
    is_channel: bool
    settings: dict[str, bool]  # what participants may do: const.GROUP_SETTINGS
    participants: tuple[Participant, ...]
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class CheckedAccount:
    """Whether there is a Telegram account for a phone number or a user name."""

    exists: bool
    chat_id: str  # empty when there is none
    username: str  # may be empty though there is one
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class Chat:
    """A chat of the account, as the lists of chats and of contacts show it."""

    chat_id: str
    name: str
    type: str  # "user", "group", "supergroup", "channel"
    phone: str  # digits; empty when hidden
    username: str  # with @; may be empty
    contact_name: str  # the account's own name for the user; may be empty
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class ContactInfo:
    """What Telegram shows of a user."""

    chat_id: str
    name: str
    contact_name: str
    phone: str  # digits; empty when hidden
    url_avatar: str
    last_seen: int  # UNIX seconds; 0 when unknown
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class Avatar:
    """The picture of a chat; without a link when there is none or it is hidden."""

    url: str
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class PartnerInstance:
    """An instance of a partner. The representation does not show its token."""

    id_instance: str
    name: str
    type_instance: str  # "telegram"; the partner's other messengers are listed, too
    deleted: bool
    expired: bool
    api_token_instance: str = field(repr=False)
    tariff: str = ""
    created_at: str = ""  # as the service writes it, like the next
    expires_at: str = ""
    raw: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class WaitingNotification:
    """The head of the service's notification queue; the service repeats it until deleted."""

    receipt_id: int
    body: Any
