# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""Every fixed value of the GREEN-API Telegram service, in one place. Imports nothing.

The service is described at https://green-api.com/en/telegram/docs/.
"""

# --- Limits of the service -------------------------------------------------------------------
MESSAGE_MAX_LENGTH = 4096  # characters of a text, sendMessage
QUEUE_LISTING_LENGTH = 500  # messages that showMessagesQueue lists at most
CAPTION_MAX_LENGTH = 1024  # characters of the text that goes with a file
FILE_MAX_BYTES = 100 * 1024 * 1024
FILE_HOURS = 24  # how long the link to an uploaded file lives
EDIT_HOURS = 48  # how long Telegram lets a text be changed
POLL_MESSAGE_MAX_LENGTH = 255  # characters of a poll's question
POLL_OPTIONS_MIN = 2
POLL_OPTIONS_MAX = 12
POLL_OPTION_MAX_LENGTH = 100
GROUP_NAME_MAX_LENGTH = 100
TYPING_TIME_MIN = 1000  # milliseconds that "typing" is shown before a message
TYPING_TIME_MAX = 20000
SEND_INTERVAL_MIN = 500  # milliseconds between two messages (delaySendMessagesMilliseconds)
SEND_INTERVAL_MAX = 600000
RECEIVE_TIMEOUT_MIN = 5  # seconds that receiveNotification waits for a notification
RECEIVE_TIMEOUT_MAX = 60

# --- What we do ------------------------------------------------------------------------------
TRIES = 3  # that a message has before others go first
KEEP_DAYS_MAX = 36_500  # a hundred years; later than year 9999 is no date
CALL_LOG_DAYS = 14  # for which logged calls are kept, by default
SYNC_DAYS = 90  # for which synchronizations are kept; the last one of an account stays
REMOVED_AT_ONCE = 1000  # records that have had their time: a message takes others with it

# --- Methods of the service ------------------------------------------------------------------
# Requests per second that one instance may do of each. The service's table does not show all
# rows: the last group is what is safe to assume.
# https://green-api.com/en/telegram/docs/api/ratelimiter/
RATE_LIMITS = {
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
METHODS = tuple(RATE_LIMITS)  # all 56
MEDIA_METHODS = ("sendFileByUpload", "uploadFile")  # these go to the media host

# The service's page wants the options of sendPoll as texts; its notifications show, and all of
# the vendor's own clients send, objects {"optionName": text}. What the clients do is what works.
POLL_OPTIONS_AS_OBJECTS = True

# --- Chat ids --------------------------------------------------------------------------------
PHONE_CHAT_SUFFIX = "@c.us"  # "79876543210@c.us": a chat addressed by its phone number
CHAT_ID_PATTERN = r"-?[0-9]{1,32}|[0-9]{7,15}@c\.us"
GROUP_ID_PREFIX = "-"  # "-10000000000000": a group, supergroup or channel


def is_group_id(chat_id):
    """Return whether a chat ID is that of a group, supergroup or channel."""
    return (chat_id or "").startswith(GROUP_ID_PREFIX)


# --- Kinds of messages (typeMessage) ---------------------------------------------------------
TEXT_KINDS = ("textMessage", "extendedTextMessage")
FILE_KINDS = ("imageMessage", "videoMessage", "audioMessage", "documentMessage")
# These change another message instead of being one.
CHANGE_KINDS = ("editedMessage", "deletedMessage")
# What each method of the section "Sending" makes. Of a file the service finds the kind itself.
KINDS_OF_METHODS = {
    "sendMessage": "textMessage",
    "sendFileByUrl": "documentMessage",
    "sendFileByUpload": "documentMessage",
    "sendLocation": "locationMessage",
    "sendContact": "contactMessage",
    "sendPoll": "pollMessage",
}

# --- Groups ----------------------------------------------------------------------------------
# What participants may do (updateGroupSettings, getGroupData): booleans.
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

# --- States of an instance (stateInstance, and what errors tell about an instance) -----------
STATE_AUTHORIZED = "authorized"
STATE_NOT_AUTHORIZED = "notAuthorized"
STATE_STARTING = "starting"
STATE_PENDING_PASSWORD = "pendingPassword"
SERVICE_STATES = (
    STATE_AUTHORIZED,
    STATE_NOT_AUTHORIZED,
    STATE_STARTING,
    STATE_PENDING_PASSWORD,
    "suspended",
    "blocked",
)

# --- Codes of a failed call ------------------------------------------------------------------
# A code says why a call failed; the class of the error (refused, try later, outcome unknown)
# says what may be done about it.
CODE_UNAUTHORIZED = "unauthorized"  # 401: wrong apiTokenInstance
CODE_FORBIDDEN = "forbidden"  # 403: wrong idInstance or wrong host
CODE_NOT_FOUND = "not_found"  # 404: wrong method, verb, or host
CODE_NOT_AUTHORIZED = "not_authorized"  # 400: the instance has no Telegram session
CODE_STARTING = "starting"  # 400: the instance restarts, up to 5 minutes
CODE_EXPIRED = "expired"  # 400: the instance is not paid
CODE_DELETED = "deleted"  # 400: the instance was deleted
CODE_WEBHOOK_SET = "webhook_set"  # 400: polling while a webhook address is set
CODE_BAD_REQUEST = "bad_request"  # 400: anything else
CODE_RATE_LIMIT = "rate_limit"  # 429
CODE_QUOTA = "quota"  # 466: quota of the plan used up
CODE_CHECK_LIMIT = "check_limit"  # 469: Telegram's own limit of account checks
CODE_LOST = "lost"  # found on our side: what was to be sent is no longer there
CODE_HTTP = "http"  # another HTTP status
CODE_SERVER = "server"  # 5xx and 499
CODE_NOT_JSON = "not_json"  # 200, but not an answer of this service
CODE_HOST_UNKNOWN = "host_unknown"  # the name of the host does not resolve
CODE_UNREACHABLE = "unreachable"  # no connection: refused, no route, no certificate
CODE_FILE_GONE = "file_gone"  # the link to a file is too old, or never led to one
CODE_TOO_LARGE = "too_large"  # the file is larger than allowed
CODE_HOST_NOT_ALLOWED = "host_not_allowed"  # the link leads to a host that is not ours
CODE_TIMEOUT = "timeout"  # no answer in time
CODE_CONNECTION_LOST = "connection_lost"  # cut before the answer was complete

# What a failed call tells about the instance itself, whatever was asked.
STATE_OF_CODE = {
    CODE_NOT_AUTHORIZED: STATE_NOT_AUTHORIZED,
    CODE_STARTING: STATE_STARTING,
    CODE_EXPIRED: CODE_EXPIRED,
    CODE_DELETED: CODE_DELETED,
    CODE_UNAUTHORIZED: CODE_UNAUTHORIZED,
    CODE_FORBIDDEN: CODE_FORBIDDEN,
}

# Refusals that concern one message; any other one would befall the next message too.
MESSAGE_CODES = (CODE_BAD_REQUEST, CODE_QUOTA, CODE_CHECK_LIMIT, CODE_LOST, CODE_TOO_LARGE)

# The text of a 400 answer that tells about the instance as a whole (contract: common errors).
BAD_REQUEST_CODES = (
    ("in starting process", CODE_STARTING),
    ("starting or not authorized", CODE_NOT_AUTHORIZED),
    ("account is expired", CODE_EXPIRED),
    ("instance is deleted", CODE_DELETED),
    ("webhook url is set", CODE_WEBHOOK_SET),
)

# --- Settings of an instance that this addon needs (setSettings) -----------------------------
# A new instance sends no notification at all until these are switched on.
RECEIVE_SETTINGS = {
    "incomingWebhook": "yes",
    "outgoingWebhook": "yes",
    "outgoingMessageWebhook": "yes",
    "outgoingAPIMessageWebhook": "yes",
    "stateWebhook": "yes",
    "pollMessageWebhook": "yes",
    "editedMessageWebhook": "yes",
    "deletedMessageWebhook": "yes",
}
# What "Standard settings" puts back besides. Marking as read is Odoo's own business.
STANDARD_SETTINGS = {
    "markIncomingMessagesReaded": "no",
    "markIncomingMessagesReadedOnReply": "no",
    "keepOnlineStatus": "no",
}

# What a new instance has from the start.
NEW_INSTANCE_SETTINGS = {**RECEIVE_SETTINGS, "delaySendMessagesMilliseconds": SEND_INTERVAL_MIN}

# --- Partners ---------------------------------------------------------------------------------
PARTNER_URL = "https://api.green-api.com"  # usual partnerApiUrl
TYPE_TELEGRAM = "telegram"  # typeInstance; a partner may have other messengers, too

# --- Webhook: the service posts notifications to an address of ours ---------------------------
# https://green-api.com/en/telegram/docs/api/receiving/technology-webhook-endpoint/
WEBHOOK_PATH = "/telegram_green_api/webhook"
WEBHOOK_MAX_BYTES = 4 * 1024 * 1024  # of one notification; a picture's thumbnail may be inside
WEBHOOK_TEST = "webhookTest"  # typeWebhook of what Odoo posts to itself, to try its address
RESTART_SECONDS = 300  # a change of settings restarts the instance for up to so long

# How far back the journals of the service go
JOURNAL_HOURS = 24
