# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""The fixed values of GREEN-API for Telegram, and those used by several files. Imports nothing.

Limits of one rule stand beside it.

https://green-api.com/en/telegram/docs/
"""

# --- Methods ---------------------------------------------------------------------------------
# Requests per second of one instance, by method. GREEN-API's table does not show all rows. The
# last group has the value that is safe to assume.
# https://green-api.com/en/telegram/docs/api/ratelimiter/
RATE_LIMITS: dict[str, float] = {
    **dict.fromkeys(("receiveNotification", "deleteNotification"), 100),
    **dict.fromkeys(
        (
            "sendMessage",
            "sendFileByUrl",
            "sendFileByUpload",
            "sendLocation",
            "sendContact",
            "sendPoll",
        ),
        50,
    ),
    "downloadFile": 5,
    "qr": 3,
    **dict.fromkeys(
        (
            "getSettings",
            "setSettings",
            "getStateInstance",
            "getAccountSettings",
            "reboot",
            "logout",
            "startAuthorization",
            "sendAuthorizationCode",
            "sendAuthorizationPassword",
            "getChatHistory",
            "getMessage",
            "lastIncomingMessages",
            "lastOutgoingMessages",
            "showMessagesQueue",
            "getMessagesCount",
            "clearMessagesQueue",
            "getWebhooksCount",
            "clearWebhooksQueue",
        ),
        1,
    ),
    "setProfilePicture": 0.1,
    **dict.fromkeys(
        (
            "updateApiToken",
            "uploadFile",
            "forwardMessages",
            "createGroup",
            "updateGroupName",
            "updateGroupSettings",
            "getGroupData",
            "addGroupParticipant",
            "removeGroupParticipant",
            "setGroupAdmin",
            "removeAdmin",
            "setGroupPicture",
            "leaveGroup",
            "readChat",
            "checkAccount",
            "getAvatar",
            "getContacts",
            "getContactInfo",
            "getChats",
            "deleteMessage",
            "editMessage",
            "archiveChat",
            "unarchiveChat",
            "sendTyping",
            "getInstances",
            "createInstance",
            "deleteInstanceAccount",
        ),
        1,
    ),
}
METHODS = tuple(RATE_LIMITS)  # the names of all 56 methods
MEDIA_METHODS = ("sendFileByUpload", "uploadFile")  # called at mediaUrl instead of apiUrl

# --- Chat IDs and phone numbers --------------------------------------------------------------
PHONE_CHAT_SUFFIX = "@c.us"  # "79876543210@c.us": a private chat by phone number
GROUP_ID_PREFIX = "-"  # "-10000000000000": a group, supergroup or channel
PHONE_PATTERN = "[1-9][0-9]{6,14}"  # digits of an international number
CHAT_ID_PATTERN = rf"-?[0-9]{{1,32}}|{PHONE_PATTERN}@c\.us"
USERNAME = "[a-z][a-z0-9_]{3,31}"  # name of a person at Telegram, without the @
# Stored for a person of whom only the username is known. GREEN-API documents no call that takes it
# as a chat ID, so it is looked up by checkAccount before anything is sent.
USERNAME_PATTERN = f"@{USERNAME}"


def is_group_id(chat_id: str | None) -> bool:
    """Return whether a chat ID is that of a group, supergroup or channel."""
    return (chat_id or "").startswith(GROUP_ID_PREFIX)


def is_person_id(chat_id: str) -> bool:
    """Return whether a chat ID is Telegram's own one of a person: no group, no phone form."""
    return chat_id.isascii() and chat_id.isdigit() and len(chat_id) <= 32


# --- Messages --------------------------------------------------------------------------------
MESSAGE_MAX_LENGTH = 4096  # characters of a text message
FILE_MAX_BYTES = 100 * 1024 * 1024  # bytes of a file that is sent; of downloads, a default
FILE_HOURS = 24  # hours for which the link to a file is valid
TYPING_TIME_MIN = 1000  # milliseconds of the typing indicator (typingTime)
TYPING_TIME_MAX = 20000  # milliseconds
QUEUE_LISTING_LENGTH = 500  # messages that showMessagesQueue returns at most
JOURNAL_HOURS = 24  # hours for which the journals keep messages

POLL_MESSAGE_MAX_LENGTH = 255  # characters of a question
POLL_OPTIONS_MIN = 2  # options of a poll
POLL_OPTIONS_MAX = 12  # options of a poll
POLL_OPTION_MAX_LENGTH = 100  # characters of an option
# The page of sendPoll describes options as texts. Notifications contain objects
# {"optionName": text}, and all of the vendor's own clients send them. So does this addon.
POLL_OPTIONS_AS_OBJECTS = True

# Kinds of messages (typeMessage)
TEXT_KINDS = ("textMessage", "extendedTextMessage")
FILE_KINDS = ("imageMessage", "videoMessage", "audioMessage", "documentMessage")
CHANGE_KINDS = ("editedMessage", "deletedMessage")  # they change another message
# They are about another message, and nothing that one would answer.
KINDS_ABOUT_ANOTHER = (*CHANGE_KINDS, "reactionMessage", "pollUpdateMessage")
# The kind of message by the method that sends it. For a file GREEN-API chooses the kind itself.
KINDS_OF_METHODS = {
    "sendMessage": "textMessage",
    "sendFileByUrl": "documentMessage",
    "sendFileByUpload": "documentMessage",
    "sendLocation": "locationMessage",
    "sendContact": "contactMessage",
    "sendPoll": "pollMessage",
}

# --- Groups ----------------------------------------------------------------------------------
GROUP_NAME_MAX_LENGTH = 100  # characters
# Booleans for what members may do (updateGroupSettings, getGroupData)
GROUP_SETTINGS = (
    "allowParticipantsSendMessages",
    "allowParticipantsSendMedia",
    "allowParticipantsSendPolls",
    "allowParticipantsSendOtherMessages",
    "allowParticipantsAddWebPagePreviews",
    "allowParticipantsEditGroupSettings",
    "allowParticipantsAddMembers",
    "allowParticipantsPinMessages",
)

# --- Settings of an instance (setSettings) ---------------------------------------------------
RESTART_SECONDS = 300  # seconds for which a change of settings may restart the instance

# --- Receiving -------------------------------------------------------------------------------
RECEIVE_TIMEOUT_MIN = 5  # seconds that receiveNotification waits for a notification
# https://green-api.com/en/telegram/docs/api/receiving/technology-webhook-endpoint/
WEBHOOK_PATH = "/telegram_green_api/webhook"  # route in Odoo
NOTIFICATION_MAX_BYTES = 4 * 1024 * 1024  # bytes; a notification may contain a thumbnail
# Why a notification cannot be understood
UNREADABLE_JSON = "not_json"  # from a character on
UNREADABLE_DEPTH = "too_deep"  # more levels than allowed
UNREADABLE_SIZE = "too_large"  # more bytes than allowed
UNREADABLE_OBJECT = "no_object"  # JSON, but no object
UNREADABLE_MISSING = "missing"  # a value that its type requires
UNREADABLE_CHAT_ID = "no_chat_id"  # a chat ID that is none
WEBHOOK_TEST = "webhookTest"  # typeWebhook of the notification with which Odoo tests the route

# --- Partners --------------------------------------------------------------------------------
PARTNER_URL = "https://api.green-api.com"  # usual partnerApiUrl
TYPE_TELEGRAM = "telegram"  # typeInstance; a partner may also have other messengers

# --- Errors ----------------------------------------------------------------------------------
# A code is the reason of a failed call. The class of the error (RefusedError, RetryableError,
# OutcomeUnknownError) decides whether it may be repeated.
CODE_UNAUTHORIZED = "unauthorized"  # 401: wrong apiTokenInstance
CODE_FORBIDDEN = "forbidden"  # 403: wrong idInstance or wrong host
CODE_NOT_FOUND = "not_found"  # 404: wrong method, verb, or host
CODE_NOT_AUTHORIZED = "not_authorized"  # 400: the instance has no Telegram session
CODE_STARTING = "starting"  # 400: the instance is restarting, for up to 5 minutes
CODE_EXPIRED = "expired"  # 400: the subscription of the instance has expired
CODE_DELETED = "deleted"  # 400: the instance was deleted
CODE_WEBHOOK_SET = "webhook_set"  # 400: polling although a webhook address is set
CODE_BAD_REQUEST = "bad_request"  # 400: any other reason
CODE_RATE_LIMIT = "rate_limit"  # 429
CODE_QUOTA = "quota"  # 466: a quota of the plan is used up
CODE_CHECK_LIMIT = "check_limit"  # 469: Telegram's own limit of account checks
CODE_SERVER = "server"  # 5xx, and timeouts of a proxy
CODE_HTTP = "http"  # any other HTTP status
CODE_NOT_JSON = "not_json"  # 200, but no response of this method
CODE_HOST_UNKNOWN = "host_unknown"  # the name of the host cannot be resolved
CODE_UNREACHABLE = "unreachable"  # no connection: refused, no route, no valid certificate
CODE_TIMEOUT = "timeout"  # no response in time
CODE_UPLOAD_TIMEOUT = "upload_timeout"  # the file was not sent completely in time
CODE_CONNECTION_LOST = "connection_lost"  # closed before the response was complete
CODE_HOST_NOT_ALLOWED = "host_not_allowed"  # the link to a file leads to a host that is not allowed
CODE_FILE_GONE = "file_gone"  # the link to a file has expired, or never led to one
CODE_TOO_LARGE = "too_large"  # the file is larger than allowed
CODE_LOST = "lost"  # no call was made: the content to send no longer exists in Odoo

# Texts of a 400 response that concern the whole instance, in small letters
BAD_REQUEST_CODES = (
    ("in starting process", CODE_STARTING),
    ("starting or not authorized", CODE_NOT_AUTHORIZED),
    ("account is expired", CODE_EXPIRED),
    ("instance is deleted", CODE_DELETED),
    ("webhook url is set", CODE_WEBHOOK_SET),
)
# Refusals that concern a single message. Any other refusal would also concern the next message.
MESSAGE_CODES = (CODE_BAD_REQUEST, CODE_QUOTA, CODE_CHECK_LIMIT, CODE_LOST, CODE_TOO_LARGE)

# --- States of an instance -------------------------------------------------------------------
STATE_AUTHORIZED = "authorized"
STATE_NOT_AUTHORIZED = "notAuthorized"
STATE_STARTING = "starting"
STATE_PENDING_PASSWORD = "pendingPassword"
# Values of stateInstance
SERVICE_STATES = (
    STATE_AUTHORIZED,
    STATE_NOT_AUTHORIZED,
    STATE_STARTING,
    STATE_PENDING_PASSWORD,
    "suspended",
    "blocked",
)
# The state of the instance by the code of a failed call of any method
STATE_OF_CODE = {
    CODE_NOT_AUTHORIZED: STATE_NOT_AUTHORIZED,
    CODE_STARTING: STATE_STARTING,
    CODE_EXPIRED: CODE_EXPIRED,
    CODE_DELETED: CODE_DELETED,
    CODE_UNAUTHORIZED: CODE_UNAUTHORIZED,
    CODE_FORBIDDEN: CODE_FORBIDDEN,
}

# --- Locks of the addon ----------------------------------------------------------------------
# First keys of advisory locks. PostgreSQL has one room for those of all programs.
LOCK_RECEIVING = 1952803681  # of an account: only the owner fetches and processes notifications
LOCK_LISTENING = 1952803682  # of an Odoo server: one of its processes listens
LOCK_MODULES = 1952803683  # while modules are installed
LOCK_TOKEN = 1952803684  # of an account: only the owner replaces the API token
LOCK_DIALOG = 1952803685  # of a dialog: its owner is calling GREEN-API

# --- Notifications of the web client ---------------------------------------------------------
RECORD_CHANGED = "telegram_green_api/record_changed"  # as in discuss_core_common_service_patch.js

# --- Limits of the addon ---------------------------------------------------------------------
TRIES = 3  # failed attempts after which other messages are sent first
