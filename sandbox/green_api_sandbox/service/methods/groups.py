# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Groups: made, changed and left. Most refusals are a flag inside a 200 answer."""

from collections.abc import Callable

from ...world import chats, groups
from ...world.documents import Chat, JsonObject
from ..errors import ServiceError, invalid
from ..fields import Field, boolean, chat_id, integer, text
from ..registry import Call, method

NOT_A_MEMBER = "you are not a member of this group"
NOT_FOUND = "participant not found"

GroupFunction = Callable[[Call, Chat], str]


def group_method(
    name: str, *fields: Field, flag: str | None = None, reason_key: str | None = None
) -> Callable[[GroupFunction], GroupFunction]:
    """Declare a method about one group: the function takes (call, group chat) and changes it.

    It gives "" when done, else the reason why not; both are answered with 200.

    :param flag: the key of the answer, when it is not the method's name
    :param reason_key: where the answer tells the reason; None: it does not
    """

    def declare(change: GroupFunction) -> GroupFunction:
        @method(name, "POST", chat_id(), *fields, needs_session=True)
        def answer(call: Call) -> JsonObject:
            group = find_group(call)
            is_member = groups.is_member(group, call.instance.chat_id)
            reason = change(call, group) if is_member else NOT_A_MEMBER
            if reason:
                return {flag or name: False, **({reason_key: reason} if reason_key else {})}
            chats.save(call.world, call.instance, group)
            return {flag or name: True}

        return change

    return declare


def participant() -> Field:
    return chat_id("participantChatId")


def find_group(call: Call) -> Chat:
    wanted = call.values["chatId"]
    group = chats.get(call.world, call.instance, wanted)
    if not group or not group.is_group():
        raise ServiceError(f"Group not found by chatId {wanted}")
    if not group.group:
        group.group = groups.new_group(call.world, call.instance, [])
    return group


def find_participant(call: Call, group: Chat) -> tuple[JsonObject, Chat] | None:
    """Return the member named in the request and their chat, or None."""
    chat = chats.find(call.world, call.instance, call.values["participantChatId"])
    found = groups.participant(group, chat.chat_id) if chat else None
    return (found, chat) if found and chat else None


def _add_event(call: Call, group: Chat, text: str) -> None:
    groups.add_event(call.world, group, f"{call.instance.name} {text}")


@method(
    "createGroup",
    "POST",
    text("groupName", high=100),
    Field("chatIds", "array", required=True, low=1, items="string"),
    Field("type", choices=("group", "supergroup"), default="group"),
    integer("messageAutoDeleteTime", 0, 365),
    boolean("isAnonymous"),
    needs_session=True,
)
def create_group(call: Call) -> JsonObject:
    """Create a group, unless a participant is unknown."""
    world, instance = call.world, call.instance
    found = [chats.find(world, instance, each) for each in call.values["chatIds"]]
    members = [chat for chat in found if chat]
    if len(members) < len(found):
        return {"created": False, "chatId": "", "groupInviteLink": ""}
    ids = [int(chat.chat_id) for chat in chats.find_all(world, instance)]
    group = Chat(
        str(min([-10000000000000, *ids]) - 1),
        call.values["groupName"],
        chat_type=call.values["type"],
        group=groups.new_group(world, instance, [member.chat_id for member in members]),
    )
    names = ", ".join(member.name for member in members)
    _add_event(call, group, f"made the group with {names}")
    chats.save(world, instance, group)
    link = group.group["groupInviteLink"]
    return {"created": True, "chatId": group.chat_id, "groupInviteLink": link}


@group_method("updateGroupName", text("groupName", high=100))
def update_group_name(call: Call, group: Chat) -> str:
    if group.name == call.values["groupName"]:
        return "the group has this name already"
    group.name = call.values["groupName"]
    _add_event(call, group, f"named the group {group.name}")
    return ""


@group_method(
    "updateGroupSettings",
    *(Field(right, "boolean") for right in groups.RIGHTS),
    reason_key="reason",
)
def update_group_settings(call: Call, group: Chat) -> str:
    given = {name: value for name, value in call.values.items() if name in groups.RIGHTS}
    group.group |= given
    _add_event(call, group, "changed what members may do")
    return ""


@group_method("addGroupParticipant", participant(), flag="addParticipant", reason_key="reason")
def add_group_participant(call: Call, group: Chat) -> str:
    wanted = chats.find(call.world, call.instance, call.values["participantChatId"])
    if not wanted:
        return NOT_FOUND
    if groups.participant(group, wanted.chat_id):
        return "already a member"
    group.group["participants"].append(groups.new_participant(wanted.chat_id))
    _add_event(call, group, f"added {wanted.name}")
    return ""


@group_method("removeGroupParticipant", participant(), flag="removeParticipant")
def remove_group_participant(call: Call, group: Chat) -> str:
    found = find_participant(call, group)
    if not found:
        return NOT_FOUND
    member, chat = found
    group.group["participants"].remove(member)
    _add_event(call, group, f"removed {chat.name}")
    return ""


@group_method("setGroupAdmin", participant(), Field("permissions", "object"), reason_key="error")
def set_group_admin(call: Call, group: Chat) -> str:
    """Make a member an administrator; permissions are taken under any name."""
    permissions = call.values.get("permissions", {})
    for name, value in permissions.items():
        if not isinstance(value, bool):
            raise invalid(f"'permissions.{name}' must be a boolean")
    return _set_admin(call, group, True, "made {} an admin")


@group_method("removeAdmin", participant(), reason_key="error")
def remove_admin(call: Call, group: Chat) -> str:
    return _set_admin(call, group, False, "took the admin's role from {}")


def _set_admin(call: Call, group: Chat, is_admin: bool, words: str) -> str:
    found = find_participant(call, group)
    if not found:
        return NOT_FOUND
    member, chat = found
    member["isAdmin"] = is_admin
    _add_event(call, group, words.format(chat.name))
    return ""


@method("getGroupData", "POST", chat_id(), needs_session=True)
def get_group_data(call: Call) -> JsonObject:
    group = find_group(call)
    return {
        "chatId": group.chat_id,
        "subject": group.name,
        "isSupergroup": group.chat_type == "supergroup",
        "isChannel": group.chat_type == "channel",
        **group.group,
    }


@method("leaveGroup", "POST", chat_id(), needs_session=True)
def leave_group(call: Call) -> JsonObject:
    group = find_group(call)
    found = groups.participant(group, call.instance.chat_id)
    if not found:
        return {"leaveGroup": False}
    group.group["participants"].remove(found)
    _add_event(call, group, "left the group")
    chats.save(call.world, call.instance, group)
    return {"leaveGroup": True, **({"removeAdmin": True} if found["isAdmin"] else {})}
