# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The documents the sandbox keeps. In JSON their names are camelCase, as the service's are."""

import functools
import re
from dataclasses import dataclass, field, fields
from typing import Any, TypeAlias, TypeVar

JsonObject: TypeAlias = dict[str, Any]
D = TypeVar("D", bound="Document")

ID_INSTANCE = re.compile(r"[1-9][0-9]{0,17}")
YES_NO_SETTINGS = (
    "markIncomingMessagesReaded",
    "markIncomingMessagesReadedOnReply",
    "outgoingWebhook",
    "outgoingMessageWebhook",
    "outgoingAPIMessageWebhook",
    "incomingWebhook",
    "stateWebhook",
    "keepOnlineStatus",
    "pollMessageWebhook",
    "editedMessageWebhook",
    "deletedMessageWebhook",
)
STATES = ("notAuthorized", "authorized", "blocked", "suspended", "starting", "pendingPassword")
CHAT_TYPES = ("user", "group", "supergroup", "channel", "bot")


def new_settings() -> JsonObject:
    """Return the settings of a new instance: everything is off."""
    return {
        "webhookUrl": "",
        "webhookUrlToken": "",
        "delaySendMessagesMilliseconds": 500,
        **dict.fromkeys(YES_NO_SETTINGS, "no"),
    }


def camel_case(name: str) -> str:
    return re.sub("_([a-z])", lambda match: match[1].upper(), name)


TYPE_WORDS = {bool: "true or false", int: "an integer", float: "a number", str: "a text"}


@dataclass
class Document:
    """A dataclass that is written as a JSON object with camelCase names."""

    @classmethod
    @functools.cache
    def names(cls) -> dict[str, str]:
        """Return the attribute name of each JSON name."""
        return {camel_case(item.name): item.name for item in fields(cls)}

    @classmethod
    def check_types(cls, document: JsonObject) -> None:
        """Check that each value has the type of its attribute.

        :raise ValueError: when a value is not of its attribute's type
        """
        kinds: dict[str, Any] = {camel_case(item.name): item.type for item in fields(cls)}
        for key, value in document.items():
            kind = kinds.get(key)
            if kind not in TYPE_WORDS:
                continue
            is_kind = isinstance(value, (int, float) if kind is float else kind)
            if not is_kind or (isinstance(value, bool) and kind in (int, float)):
                raise ValueError(f"{key} has to be {TYPE_WORDS[kind]}, not {value!r}")

    @classmethod
    def from_json(cls: type[D], document: JsonObject) -> D:
        names = cls.names()
        return cls(**{names[key]: value for key, value in document.items() if key in names})

    def to_json(self) -> JsonObject:
        return {key: getattr(self, name) for key, name in self.names().items()}


@dataclass
class Instance(Document):
    """One instance of the service: one Telegram account.

    The second half are the switches of the control interface.
    """

    id_instance: int
    api_token_instance: str
    state_instance: str = "notAuthorized"
    settings: JsonObject = field(default_factory=new_settings)
    # the account's owner
    phone: str = "79876543210"
    chat_id: str = "20000000"
    name: str = "Shop"
    username: str = "@shop"
    avatar: str = ""
    #: whether there is a Telegram session; it lasts over restarts and suspensions
    signed_in: bool = False
    created_at: int = 0
    deleted_at: int = 0
    last_id_message: int = 0
    # sign-in
    qr_token: str = ""
    qr_until: float = 0
    login_code: str = ""
    login_code_until: float = 0
    #: when the sign-in that is under way is given up
    login_until: float = 0
    wrong_passwords: int = 0
    #: while starting: when that ends (0: not by itself) and the state that follows
    starting_until: float = 0
    state_after_starting: str = ""
    #: blocked, though Telegram has not: a restart heals it
    blocked_by_mistake: bool = False
    #: starting, and only signing out ends that
    stuck: bool = False
    # sending: not before this time
    next_send_at: float = 0
    # webhook delivery: not before this time
    webhook_not_before: float = 0
    webhooks_cleared_at: float = 0
    #: last answers of the counters: list -> (time, count)
    counters: dict[str, tuple[float, int]] = field(default_factory=dict)
    #: what was used of the plan this month, see plan.py
    usage: JsonObject = field(default_factory=dict)

    two_factor_password: str = ""
    #: UNIX time at which state "suspended" ends by itself; 0: it does not
    suspended_until: int = 0
    expired: bool = False
    deleted: bool = False
    #: "developer" or "business", see plan.py
    plan: str = "business"
    #: until these UNIX times checkAccount refuses: inside a 200 answer; with 469
    check_account_paused_until: int = 0
    check_account_limited_until: int = 0
    #: seconds that a sign-in may take from the code's request or the scan to the next answer
    login_seconds: float = 180
    #: seconds in state "starting" after setSettings, reboot and sign-in
    starting_seconds: float = 2
    #: a login code that comes too late leaves the account in state "starting" until it signs out
    stuck_by_expired_code: bool = False
    #: "real" keeps the send interval, "fast" sends before the call is answered
    pace: str = "real"
    #: answer 429 above the requests per second of the service's table
    rate_limits: bool = True
    #: seconds for which getMessagesCount and getWebhooksCount repeat their last answer
    counter_seconds: float = 10
    #: sending methods queue in every state; when false they refuse unless authorized
    queue_while_offline: bool = True
    #: receiveNotification waits for a notification; when false it answers at once
    long_poll: bool = True
    #: receiveNotification without a notification: false = "null", true = an empty body
    empty_body: bool = False
    #: what was sent reaches the customer at once; is read at once
    auto_deliver: bool = True
    auto_read: bool = False
    #: tell votes in polls that are not anonymous (whether the service does is not documented)
    poll_votes: bool = True
    #: a message appears in the journals this much later
    journal_lag_seconds: float = 0
    #: the journals have some messages twice
    journal_duplicates: bool = False
    #: how marks in texts format, and doubled ones: see formatting.py
    formatting: str = "off"
    doubled_marks: str = "one"
    #: what is told of texts: "raw" as they were sent, "stripped" as the phone shows them,
    #: "doubled" with marks that do not format written twice
    formatting_back: str = "raw"
    #: what is told of files: names "kept" or "cut", kinds "kept" or "changed", see telling.py
    file_names: str = "kept"
    file_kinds: str = "kept"
    webhook_timeout_seconds: float = 180
    webhook_pause_seconds: float = 60

    @property
    def wid(self) -> str:
        """Return the service's name of the account, empty until the first sign-in."""
        return f"{self.phone}@c.us" if self.signed_in else ""

    def is_on(self, *settings: str) -> bool:
        """Return whether all these settings are "yes"."""
        return all(self.settings.get(name) == "yes" for name in settings)


#: how an instance without pauses differs
FAST: JsonObject = {
    "starting_seconds": 0,
    "pace": "fast",
    "rate_limits": False,
    "counter_seconds": 0,
}
#: what the control interface may change
SWITCHES = (
    "stateInstance phone chatId name username twoFactorPassword suspendedUntil expired deleted"
    " blockedByMistake plan checkAccountPausedUntil checkAccountLimitedUntil loginSeconds"
    " stuckByExpiredCode"
    " startingSeconds pace rateLimits counterSeconds queueWhileOffline longPoll emptyBody"
    " autoDeliver autoRead pollVotes journalLagSeconds journalDuplicates formatting doubledMarks"
    " formattingBack fileNames fileKinds webhookTimeoutSeconds webhookPauseSeconds"
).split()


@dataclass
class Chat(Document):
    """A customer, group, supergroup or channel, as the account's Telegram knows it."""

    chat_id: str
    name: str
    chat_type: str = "user"
    #: integer with country code, 0 when hidden
    phone_number: int = 0
    username: str = ""
    contact_name: str = ""
    avatar: str = ""
    last_seen: int = 0
    archived: bool = False
    #: the user has deleted the account; the service takes what follows for a ban
    is_deleted: bool = False
    #: for groups: what getGroupData shows of it, see groups.py
    group: JsonObject = field(default_factory=dict)
    #: for groups: what happened in it, for the phone: [{timestamp, text}]
    events: list[JsonObject] = field(default_factory=list)

    def is_group(self) -> bool:
        return self.chat_id.startswith("-")


@dataclass
class Message(Document):
    """A message in a chat. ``data`` is the service's messageData."""

    chat_id: str
    id_message: str
    timestamp: int
    outgoing: bool
    #: chat id of the author
    sender: str
    data: JsonObject
    #: texts and captions: what the phone shows, see formatting.look()
    look: JsonObject = field(default_factory=dict)
    send_by_api: bool = False
    #: outgoing: "" until "delivered", then "read"
    status: str = ""
    #: incoming: the account has read it
    is_read: bool = False
    is_edited: bool = False
    is_deleted: bool = False
    #: chat id of the one who reacted -> emoji
    reactions: dict[str, str] = field(default_factory=dict)
    #: polls: the voters are not reported
    is_anonymous: bool = False
    #: polls: chat id of the voter -> names of the options
    votes: dict[str, list[str]] = field(default_factory=dict)
