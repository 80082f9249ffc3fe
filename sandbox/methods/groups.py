# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Groups. What a group is beyond a chat is kept in ``Chat.group``, in the service's own names."""

import secrets

from .. import chats
from ..errors import ServiceError
from ..fields import Field, boolean, chat_id, integer, text
from ..records import Chat
from .registry import method

RIGHTS = (
    "allowParticipantsSendMessages",
    "allowParticipantsSendMedia",
    "allowParticipantsSendPolls",
    "allowParticipantsSendOtherMessages",
    "allowParticipantsAddWebPagePreviews",
    "allowParticipantsEditGroupSettings",
    "allowParticipantsAddMembers",
    "allowParticipantsPinMessages",
)
NEW_RIGHTS = {right: right != "allowParticipantsEditGroupSettings" for right in RIGHTS}


def group_method(name, *fields, flag=None):
    """Declare a method about one group: the function takes (call, group chat) and changes it.

    It gives "" when done, else the reason why not; both are answered with 200.

    :param flag: the key of the answer, when it is not the method's name
    """

    def declare(change):
        @method(name, "POST", chat_id(), *fields, needs_session=True)
        def answer(call):
            group = find_group(call)
            reason = change(call, group)
            if reason:
                return {flag or name: False, "reason": reason, "error": reason}
            chats.save(call.world, call.instance, group)
            return {flag or name: True}

        return change

    return declare


def participant():
    return chat_id("participantChatId")


def find_group(call):
    wanted = call.values["chatId"]
    group = chats.get(call.world, call.instance, wanted)
    if not group or not group.is_group():
        raise ServiceError(f"Group not found by chatId {wanted}")
    if not group.group:
        group.group = new_group(call, [])
    return group


def new_group(call, chat_ids):
    owner = {"id": call.instance.chat_id, "isAdmin": True, "isSuperAdmin": True}
    others = [{"id": each, "isAdmin": False, "isSuperAdmin": False} for each in chat_ids]
    return {
        "owner": call.instance.chat_id,
        "description": "",
        "creation": call.world.timestamp(),
        "groupInviteLink": f"https://t.me/+{secrets.token_urlsafe(12)}",
        **NEW_RIGHTS,
        "participants": [owner, *others],
    }


def find_participant(group, wanted):
    return next((each for each in group.group["participants"] if each["id"] == wanted), None)


@method(
    "createGroup",
    "POST",
    text("groupName", high=100),
    Field("chatIds", "array", required=True, low=1),
    Field("type", choices=("group", "supergroup"), default="group"),
    integer("messageAutoDeleteTime", 0, 365),
    boolean("isAnonymous"),
    needs_session=True,
)
def create_group(call):
    """With an unknown participant no group is made."""
    members = [chats.find(call.world, call.instance, str(each)) for each in call.values["chatIds"]]
    if not all(members):
        return {"created": False, "chatId": "", "groupInviteLink": ""}
    ids = [int(chat.chat_id) for chat in chats.every(call.world, call.instance)]
    chat = Chat(
        str(min([-10000000000000, *ids]) - 1),
        call.values["groupName"],
        chat_type=call.values["type"],
        group=new_group(call, [member.chat_id for member in members]),
    )
    chats.save(call.world, call.instance, chat)
    link = chat.group["groupInviteLink"]
    return {"created": True, "chatId": chat.chat_id, "groupInviteLink": link}


@group_method("updateGroupName", text("groupName", high=100))
def update_group_name(call, group):
    if group.name == call.values["groupName"]:
        return "the group has this name already"
    group.name = call.values["groupName"]
    return ""


@group_method("updateGroupSettings", *(Field(right, "boolean") for right in RIGHTS))
def update_group_settings(call, group):
    group.group |= {name: value for name, value in call.values.items() if name in RIGHTS}
    return ""


@group_method("addGroupParticipant", participant(), flag="addParticipant")
def add_group_participant(call, group):
    wanted = chats.find(call.world, call.instance, call.values["participantChatId"])
    if not wanted:
        return "participant not found"
    if find_participant(group, wanted.chat_id):
        return "already a member"
    member = {"id": wanted.chat_id, "isAdmin": False, "isSuperAdmin": False}
    group.group["participants"].append(member)
    return ""


@group_method("removeGroupParticipant", participant(), flag="removeParticipant")
def remove_group_participant(call, group):
    found = find_participant(group, call.values["participantChatId"])
    if not found:
        return "participant not found"
    group.group["participants"].remove(found)
    return ""


@group_method("setGroupAdmin", participant(), Field("permissions", "object"))
def set_group_admin(call, group):
    return _set_admin(call, group, True)


@group_method("removeAdmin", participant())
def remove_admin(call, group):
    return _set_admin(call, group, False)


def _set_admin(call, group, is_admin):
    found = find_participant(group, call.values["participantChatId"])
    if not found:
        return "participant not found"
    found["isAdmin"] = is_admin
    return ""


@method("getGroupData", "POST", chat_id(), needs_session=True)
def get_group_data(call):
    group = find_group(call)
    chats.save(call.world, call.instance, group)
    return {
        "chatId": group.chat_id,
        "subject": group.name,
        "isSupergroup": group.chat_type == "supergroup",
        "isChannel": group.chat_type == "channel",
        **group.group,
    }


@method("leaveGroup", "POST", chat_id(), needs_session=True)
def leave_group(call):
    group = find_group(call)
    found = find_participant(group, call.instance.chat_id)
    if not found:
        return {"leaveGroup": False}
    group.group["participants"].remove(found)
    chats.save(call.world, call.instance, group)
    return {"leaveGroup": True, **({"removeAdmin": True} if found["isAdmin"] else {})}
