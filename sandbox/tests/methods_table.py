# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The service's methods as its documentation has them, in one table for the tests.

Written down apart from the local service, so that a slip there does not repeat itself here.
"""

from typing import NamedTuple

#: what the tests of a row have to put in, see LocalServiceCase.prepare
GROUP, SENT, RECEIVED, FILE = "{group}", "{sent}", "{received}", "{file}"
CHAT = {"chatId": "10000000"}
IN_GROUP = {"chatId": GROUP}
MEMBER = {"chatId": GROUP, "participantChatId": "10000000"}
TEXT_OF = {"chatId": "10000000", "idMessage": SENT}

JOURNAL = "type idMessage timestamp typeMessage chatId chatType textMessage"
INCOMING = f"{JOURNAL} senderName senderType senderContactName isForwarded forwardingScore"
OUTGOING = f"{JOURNAL} statusMessage sendByApi"
SETTINGS = (
    "wid typeInstance webhookUrl webhookUrlToken delaySendMessagesMilliseconds"
    " markIncomingMessagesReaded markIncomingMessagesReadedOnReply outgoingWebhook"
    " outgoingMessageWebhook outgoingAPIMessageWebhook incomingWebhook stateWebhook"
    " keepOnlineStatus editedMessageWebhook deletedMessageWebhook pollMessageWebhook"
)
GROUP_DATA = (
    "chatId owner subject description creation groupInviteLink isSupergroup isChannel"
    " allowParticipantsSendMessages allowParticipantsSendMedia allowParticipantsSendPolls"
    " allowParticipantsSendOtherMessages allowParticipantsAddWebPagePreviews"
    " allowParticipantsEditGroupSettings allowParticipantsAddMembers"
    " allowParticipantsPinMessages participants"
)
INSTANCES = (
    "idInstance name typeInstance typeAccount messenger partnerUserUiid timeCreated timeDeleted"
    " apiTokenInstance deleted tariff isFree isPartner expirationDate isExpired"
)


class Row(NamedTuple):
    """One method.

    :param body: a right one; all its keys are required but those in ``optional``
    :param keys: of the answer, or of the first item of an array; "" for an empty answer
    :param rps: requests per second that one instance may do
    :param content: "json", "multipart" (with a file) or "raw" (a file)
    """

    name: str
    verb: str
    body: dict | None
    keys: str
    rps: float = 1
    content: str = "json"
    optional: str = ""


METHODS = (
    # account
    Row("getSettings", "GET", None, SETTINGS),
    Row("setSettings", "POST", {"stateWebhook": "yes"}, "saveSettings", optional="stateWebhook"),
    Row("getStateInstance", "GET", None, "stateInstance"),
    Row("getAccountSettings", "GET", None, "avatar phone stateInstance chatId username"),
    Row("reboot", "GET", None, "isReboot"),
    Row("logout", "GET", None, "isLogout"),
    Row("qr", "GET", None, "type message", rps=3),
    Row("startAuthorization", "POST", {"phoneNumber": 79876543210}, "status data"),
    Row("sendAuthorizationCode", "POST", {"code": "12345"}, "status data"),
    Row(
        "sendAuthorizationPassword",
        "POST",
        {"password": "x"},
        "status data",
        optional="password",
    ),
    Row(
        "setProfilePicture",
        "POST",
        {},
        "reason urlAvatar setProfilePicture",
        rps=0.1,
        content="multipart",
    ),
    Row("updateApiToken", "GET", None, "apiTokenInstance"),
    # sending
    Row("sendMessage", "POST", {**CHAT, "message": "Hi"}, "idMessage", rps=50),
    Row("sendFileByUpload", "POST", CHAT, "idMessage urlFile", rps=50, content="multipart"),
    Row(
        "sendFileByUrl",
        "POST",
        {**CHAT, "urlFile": "https://example.com/a.png", "fileName": "a.png"},
        "idMessage",
        rps=50,
    ),
    Row("uploadFile", "POST", None, "urlFile", content="raw"),
    Row("sendLocation", "POST", {**CHAT, "latitude": 44.9, "longitude": 89}, "idMessage", rps=50),
    Row("sendContact", "POST", {**CHAT, "contact": {"phoneContact": 7987}}, "idMessage", rps=50),
    Row("sendPoll", "POST", {**CHAT, "message": "?", "options": ["a", "b"]}, "idMessage", rps=50),
    Row(
        "forwardMessages",
        "POST",
        {"chatId": GROUP, "chatIdFrom": "10000000", "messages": [SENT]},
        "messages",
    ),
    # receiving
    Row("receiveNotification", "GET", None, "receiptId body", rps=100),
    Row("deleteNotification", "DELETE", None, "result reason", rps=100),
    Row("downloadFile", "POST", {**CHAT, "idMessage": FILE}, "downloadUrl", rps=5),
    # journals
    Row("getChatHistory", "POST", CHAT, JOURNAL),
    Row("getMessage", "POST", {**CHAT, "idMessage": RECEIVED}, INCOMING),
    Row("lastIncomingMessages", "GET", None, INCOMING),
    Row("lastOutgoingMessages", "GET", None, OUTGOING),
    # queues
    Row("showMessagesQueue", "GET", None, "idMessage type body"),
    Row("getMessagesCount", "GET", None, "count"),
    Row("clearMessagesQueue", "GET", None, "isCleared"),
    Row("getWebhooksCount", "GET", None, "count"),
    Row("clearWebhooksQueue", "DELETE", None, "isCleared reason"),
    # groups
    Row(
        "createGroup",
        "POST",
        {"groupName": "Team", "chatIds": ["10000000"]},
        "created chatId groupInviteLink",
    ),
    Row("updateGroupName", "POST", {**IN_GROUP, "groupName": "New"}, "updateGroupName"),
    Row(
        "updateGroupSettings",
        "POST",
        {**IN_GROUP, "allowParticipantsSendPolls": False},
        "updateGroupSettings",
        optional="allowParticipantsSendPolls",
    ),
    Row("getGroupData", "POST", IN_GROUP, GROUP_DATA),
    Row(
        "addGroupParticipant",
        "POST",
        {**IN_GROUP, "participantChatId": "10000001"},
        "addParticipant",
    ),
    Row("removeGroupParticipant", "POST", MEMBER, "removeParticipant"),
    Row("setGroupAdmin", "POST", MEMBER, "setGroupAdmin"),
    Row("removeAdmin", "POST", MEMBER, "removeAdmin"),
    Row(
        "setGroupPicture",
        "POST",
        IN_GROUP,
        "reason urlAvatar setGroupPicture",
        content="multipart",
    ),
    Row("leaveGroup", "POST", IN_GROUP, "leaveGroup removeAdmin"),
    # marking
    Row("readChat", "POST", CHAT, "setRead"),
    # service
    Row(
        "checkAccount",
        "POST",
        {"phoneNumber": 79998887766},
        "exist chatId",
        optional="phoneNumber",
    ),
    Row("getAvatar", "POST", CHAT, "urlAvatar"),
    Row("getContacts", "GET", None, "chatId name contactName type phoneNumber username"),
    Row("getContactInfo", "POST", CHAT, "avatar name contactName chatId lastSeen phoneNumber"),
    Row("getChats", "GET", None, "chatId name type phoneNumber username"),
    Row("deleteMessage", "POST", TEXT_OF, ""),
    Row("editMessage", "POST", {**TEXT_OF, "message": "Hello"}, "idMessage"),
    Row("archiveChat", "POST", CHAT, ""),
    Row("unarchiveChat", "POST", CHAT, ""),
    Row("sendTyping", "POST", {**CHAT, "typingTime": 1000}, ""),
)
PARTNER_METHODS = (
    Row("getInstances", "GET", None, INSTANCES),
    Row(
        "createInstance",
        "POST",
        {"name": "New"},
        "idInstance apiTokenInstance typeInstance",
        optional="name",
    ),
    Row("deleteInstanceAccount", "POST", {"idInstance": 4100000001}, "deleteInstanceAccount"),
)
