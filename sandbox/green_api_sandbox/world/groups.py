# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Groups: who is in them, and what happened there.

What a group is beyond a chat is kept in ``Chat.group``, in the names of getGroupData.
"""

import secrets
from collections.abc import Iterable

from .documents import Chat, Instance, JsonObject
from .world import World

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
MAX_EVENTS = 100


def new_group(world: World, instance: Instance, chat_ids: Iterable[str]) -> JsonObject:
    """Return the value of Chat.group for a group that the account creates with these people."""
    owner = {"id": instance.chat_id, "isAdmin": True, "isSuperAdmin": True}
    return {
        "owner": instance.chat_id,
        "description": "",
        "creation": world.timestamp(),
        "groupInviteLink": f"https://t.me/+{secrets.token_urlsafe(12)}",
        **NEW_RIGHTS,
        "participants": [owner, *map(new_participant, chat_ids)],
    }


def new_participant(chat_id: str) -> JsonObject:
    return {"id": chat_id, "isAdmin": False, "isSuperAdmin": False}


def participants(chat: Chat) -> list[JsonObject]:
    """Return the members of a group as getGroupData shows them; none for a private chat."""
    found: list[JsonObject] = chat.group.get("participants", [])
    return found


def participant(chat: Chat, chat_id: str) -> JsonObject | None:
    """Return a member of a group, or None."""
    return next((each for each in participants(chat) if each["id"] == chat_id), None)


def is_member(chat: Chat, chat_id: str) -> bool:
    """Return whether somebody can write in the chat; a private one has no members to check."""
    return not chat.group or participant(chat, chat_id) is not None


def add_event(world: World, chat: Chat, text: str) -> None:
    """Add an event of the group, for the phone page."""
    event = {"timestamp": world.timestamp(), "text": text}
    chat.events = [*chat.events, event][-MAX_EVENTS:]
