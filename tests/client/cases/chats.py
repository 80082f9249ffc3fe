# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from unittest.mock import ANY

from .... import const
from ....client import results
from .base import (
    DONE,
    FORM,
    GROUP,
    IVAN,
    OWNER,
    SENT,
    VASILISA,
    Case,
    archived,
    group,
    group_with_admin,
    group_with_ivan,
    picture,
    received,
    sent,
)

RIGHTS = {name: name != "allowParticipantsEditGroupSettings" for name in const.GROUP_SETTINGS}


def ivan_in(chat_id):
    return {"chatId": chat_id, "participantChatId": IVAN}


GROUPS = [
    Case(
        "createGroup",
        "POST",
        lambda client, _: client.create_group(
            "Buyers", [VASILISA, IVAN], supergroup=True, auto_delete_days=7
        ),
        {
            "groupName": "Buyers",
            "chatIds": [VASILISA, IVAN],
            "type": "supergroup",
            "messageAutoDeleteTime": 7,
        },
        results.CreatedGroup(True, ANY, ANY),
    ),
    Case(
        "createGroup",
        "POST",
        lambda client, _: client.create_group("Buyers", ["404"]),
        {"groupName": "Buyers", "chatIds": ["404"]},
        results.CreatedGroup(False, "", ""),
    ),
    Case(
        "updateGroupName",
        "POST",
        lambda client, known: client.update_group_name(known, "Sellers"),
        lambda known: {"chatId": known, "groupName": "Sellers"},
        DONE,
        before=group,
    ),
    Case(
        "updateGroupSettings",
        "POST",
        lambda client, known: client.update_group_settings(
            known, {"allowParticipantsPinMessages": False}
        ),
        lambda known: {"chatId": known, "allowParticipantsPinMessages": False},
        DONE,
        before=group,
    ),
    Case(
        "getGroupData",
        "POST",
        lambda client, known: client.get_group_data(known),
        lambda known: {"chatId": known},
        results.GroupData(
            chat_id=ANY,
            owner=OWNER,
            name="Buyers",
            description="",
            created_at=ANY,
            invite_link=ANY,
            is_supergroup=False,
            is_channel=False,
            settings=RIGHTS,
            participants=(
                results.Participant(OWNER, True, True, ANY),
                results.Participant(VASILISA, False, False, ANY),
                results.Participant(IVAN, False, False, ANY),
            ),
        ),
        before=group_with_ivan,
    ),
    Case(
        "addGroupParticipant",
        "POST",
        lambda client, known: client.add_group_participant(known, IVAN),
        ivan_in,
        DONE,
        before=group,
    ),
    Case(
        "addGroupParticipant",
        "POST",
        lambda client, known: client.add_group_participant(known, IVAN),
        ivan_in,
        results.Step(False, ANY),
        before=group_with_ivan,
    ),
    Case(
        "removeGroupParticipant",
        "POST",
        lambda client, known: client.remove_group_participant(known, IVAN),
        ivan_in,
        DONE,
        before=group_with_ivan,
    ),
    Case(
        "setGroupAdmin",
        "POST",
        lambda client, known: client.set_group_admin(known, IVAN, {"canInviteUsers": True}),
        lambda known: {**ivan_in(known), "permissions": {"canInviteUsers": True}},
        DONE,
        before=group_with_ivan,
    ),
    Case(
        "removeAdmin",
        "POST",
        lambda client, known: client.remove_admin(known, IVAN),
        ivan_in,
        DONE,
        before=group_with_admin,
    ),
    Case(
        "setGroupPicture",
        "POST",
        lambda client, known: client.set_group_picture(known, picture()),
        lambda known: {"chatId": known, "file": "picture.jpg"},
        results.Picture(True, "", url_avatar=ANY),
        headers=FORM,
        before=group,
    ),
    Case(
        "leaveGroup",
        "POST",
        lambda client, known: client.leave_group(known),
        lambda known: {"chatId": known},
        DONE,
        before=group,
    ),
]

VASILISA_CHAT = results.Chat(VASILISA, "Vasilisa", "user", "79998887766", "@vasilisa", "")

SERVICE = [
    Case(
        "readChat",
        "POST",
        lambda client, _: client.read_chat(VASILISA),
        {"chatId": VASILISA},
        DONE,
    ),
    Case(
        "checkAccount",
        "POST",
        lambda client, _: client.check_account("79998887766", force=True),
        {"phoneNumber": 79998887766, "force": True},
        results.CheckedAccount(True, VASILISA, ANY),
    ),
    Case(
        "checkAccount",
        "POST",
        lambda client, _: client.check_account(username="@nobody"),
        {"username": "@nobody"},
        results.CheckedAccount(False, "", ""),
    ),
    Case(
        "getAvatar",
        "POST",
        lambda client, _: client.get_avatar(VASILISA),
        {"chatId": VASILISA},
        results.Avatar(""),
    ),
    Case(
        "getContacts",
        "GET",
        lambda client, _: client.get_contacts(1),
        result=[VASILISA_CHAT],
        query={"count": "1"},
    ),
    Case(
        "getContactInfo",
        "POST",
        lambda client, _: client.get_contact_info(VASILISA),
        {"chatId": VASILISA},
        results.ContactInfo(VASILISA, "Vasilisa", "", "79998887766", "", ANY),
    ),
    Case(
        "getChats",
        "GET",
        lambda client, _: client.get_chats(),
        result=[
            VASILISA_CHAT,
            results.Chat(IVAN, "Ivan", "user", "79998887701", "@ivan", ""),
            results.Chat("10000002", "Marfa", "user", "79998887702", "", ""),
            results.Chat(GROUP, "Sales", "supergroup", "", "", ""),
        ],
    ),
    Case(
        "deleteMessage",
        "POST",
        lambda client, known: client.delete_message(VASILISA, known, only_for_sender=True),
        lambda known: {"chatId": VASILISA, "idMessage": known, "onlySenderDelete": True},
        before=sent,
    ),
    Case(
        "editMessage",
        "POST",
        lambda client, known: client.edit_message(VASILISA, known, "Hello again"),
        lambda known: {"chatId": VASILISA, "idMessage": known, "message": "Hello again"},
        SENT,
        before=sent,
    ),
    Case(
        "archiveChat",
        "POST",
        lambda client, _: client.archive_chat(VASILISA),
        {"chatId": VASILISA},
        before=received,
    ),
    Case(
        "unarchiveChat",
        "POST",
        lambda client, _: client.unarchive_chat(VASILISA),
        {"chatId": VASILISA},
        before=archived,
    ),
    Case(
        "sendTyping",
        "POST",
        lambda client, _: client.send_typing(VASILISA, 3000, "upload_photo"),
        {"chatId": VASILISA, "typingTime": 3000, "typingType": "upload_photo"},
    ),
]
