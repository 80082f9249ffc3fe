# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Readable names of GREEN-API's methods, for the technical screens."""

METHOD_NAMES = [
    # Account
    ("getSettings", "Read Settings"),
    ("setSettings", "Change Settings"),
    ("getStateInstance", "Read Account State"),
    ("getAccountSettings", "Read Account Data"),
    ("setProfilePicture", "Set Account Picture"),
    ("reboot", "Restart Account"),
    ("updateApiToken", "Replace API Token"),
    ("qr", "Read QR Code"),
    ("startAuthorization", "Request Sign-In Code"),
    ("sendAuthorizationCode", "Send Sign-In Code"),
    ("sendAuthorizationPassword", "Send Sign-In Password"),
    ("logout", "Sign Out"),
    # Sending
    ("sendMessage", "Send Text"),
    ("sendFileByUrl", "Send File by Link"),
    ("sendFileByUpload", "Send File"),
    ("uploadFile", "Upload File"),
    ("sendLocation", "Send Location"),
    ("sendContact", "Send Contact"),
    ("sendPoll", "Send Poll"),
    ("forwardMessages", "Forward Messages"),
    ("editMessage", "Edit Message"),
    ("deleteMessage", "Delete Message"),
    ("sendTyping", "Show Typing"),
    # Receiving
    ("receiveNotification", "Receive Event"),
    ("deleteNotification", "Confirm Event"),
    ("downloadFile", "Download File"),
    # Journals and queues
    ("getChatHistory", "Read Chat History"),
    ("getMessage", "Find Message"),
    ("lastIncomingMessages", "Read Incoming Journal"),
    ("lastOutgoingMessages", "Read Outgoing Journal"),
    ("showMessagesQueue", "Read Message Queue"),
    ("getMessagesCount", "Count Queued Messages"),
    ("clearMessagesQueue", "Clear Message Queue"),
    ("getWebhooksCount", "Count Undelivered Events"),
    ("clearWebhooksQueue", "Clear Event Queue"),
    # Contacts and chats
    ("checkAccount", "Check Number"),
    ("getAvatar", "Read Picture"),
    ("getContacts", "Read Contacts"),
    ("getContactInfo", "Read Contact"),
    ("getChats", "Read Chats"),
    ("readChat", "Mark as Read"),
    ("archiveChat", "Archive Chat"),
    ("unarchiveChat", "Unarchive Chat"),
    # Groups
    ("createGroup", "Create Group"),
    ("updateGroupName", "Rename Group"),
    ("updateGroupSettings", "Change Group Permissions"),
    ("getGroupData", "Read Group"),
    ("addGroupParticipant", "Add Group Member"),
    ("removeGroupParticipant", "Remove Group Member"),
    ("setGroupAdmin", "Appoint Group Administrator"),
    ("removeAdmin", "Dismiss Group Administrator"),
    ("setGroupPicture", "Set Group Picture"),
    ("leaveGroup", "Leave Group"),
    # Partners
    ("getInstances", "List Instances"),
    ("createInstance", "Create Instance"),
    ("deleteInstanceAccount", "Delete Instance"),
]
KNOWN_METHODS = {method for method, _name in METHOD_NAMES}


def get_known_method(method):
    """Return a method if it has a readable name, otherwise False."""
    return method in KNOWN_METHODS and method
