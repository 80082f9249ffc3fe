# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from collections.abc import Iterable
from typing import Any

from .. import const
from . import parsing
from .methods_base import MethodsBase
from .parsing import JsonObject
from .results import CreatedGroup, GroupData, Participant, Picture, Step
from .uploads import FileSource


class GroupMethods(MethodsBase):
    """GREEN-API's section "Groups": https://green-api.com/en/telegram/docs/api/groups/.

    The ID of a group begins with a minus. Most methods return a Step, because GREEN-API responds
    with status 200 even if nothing was changed.
    """

    def create_group(
        self,
        group_name: str,
        chat_ids: Iterable[str],
        *,
        supergroup: bool = False,
        auto_delete_days: int | None = None,
    ) -> CreatedGroup:
        """Create a group of the account and other users (CreateGroup).

        https://green-api.com/en/telegram/docs/api/groups/CreateGroup/

        :param group_name: up to const.GROUP_NAME_MAX_LENGTH characters
        :param chat_ids: chat IDs of the users
        :param supergroup: whether to create a supergroup instead of a basic group
        :param auto_delete_days: days after which messages are deleted, 0 (never) to 365
        :raise OutcomeUnknownError: the group may have been created; ``get_chats`` lists it
        """
        body: JsonObject = {"groupName": group_name, "chatIds": list(chat_ids)}
        if supergroup:
            body["type"] = "supergroup"
        if auto_delete_days is not None:
            body["messageAutoDeleteTime"] = auto_delete_days
        step = self._step("POST", "createGroup", body, flag="created", repeatable=False)
        chat_id = parsing.text(step.raw, "chatId")
        link = parsing.text(step.raw, "groupInviteLink")
        return CreatedGroup(step.done, chat_id, link, step.raw)

    def update_group_name(self, chat_id: str, group_name: str) -> Step:
        """Update the name of a group (UpdateGroupName).

        https://green-api.com/en/telegram/docs/api/groups/UpdateGroupName/

        :param group_name: up to const.GROUP_NAME_MAX_LENGTH characters
        """
        body = {"chatId": chat_id, "groupName": group_name}
        return self._step("POST", "updateGroupName", body, flag="updateGroupName")

    def update_group_settings(self, chat_id: str, settings: dict[str, bool]) -> Step:
        """Update what members may do (UpdateGroupSettings).

        https://green-api.com/en/telegram/docs/api/groups/UpdateGroupSettings/

        :param settings: booleans by some of the names in const.GROUP_SETTINGS
        """
        body = {"chatId": chat_id, **settings}
        return self._step("POST", "updateGroupSettings", body, flag="updateGroupSettings")

    def get_group_data(self, chat_id: str) -> GroupData:
        """Return a group's name, members and permissions (GetGroupData).

        https://green-api.com/en/telegram/docs/api/groups/GetGroupData/
        """
        response = self._object("POST", "getGroupData", {"chatId": chat_id})
        settings = {name: parsing.flag(response, name) for name in const.GROUP_SETTINGS}
        return GroupData(
            chat_id=parsing.text(response, "chatId"),
            owner=parsing.text(response, "owner"),
            name=parsing.name(response, "subject"),
            description=parsing.text(response, "description"),
            created_at=parsing.integer(response, "creation"),
            invite_link=parsing.text(response, "groupInviteLink"),
            is_supergroup=parsing.flag(response, "isSupergroup"),
            is_channel=parsing.flag(response, "isChannel"),
            settings=settings,
            participants=tuple(map(_parse_participant, parsing.objects(response, "participants"))),
            raw=response,
        )

    def add_group_participant(self, chat_id: str, participant_chat_id: str) -> Step:
        """Add a user to a group (AddGroupParticipant).

        https://green-api.com/en/telegram/docs/api/groups/AddGroupParticipant/
        """
        return self._participant_step(
            "addGroupParticipant", chat_id, participant_chat_id, flag="addParticipant"
        )

    def remove_group_participant(self, chat_id: str, participant_chat_id: str) -> Step:
        """Remove a member from a group (RemoveGroupParticipant).

        https://green-api.com/en/telegram/docs/api/groups/RemoveGroupParticipant/
        """
        return self._participant_step(
            "removeGroupParticipant", chat_id, participant_chat_id, flag="removeParticipant"
        )

    def set_group_admin(
        self,
        chat_id: str,
        participant_chat_id: str,
        permissions: dict[str, bool] | None = None,
    ) -> Step:
        """Make a member an administrator of a group (SetGroupAdmin).

        https://green-api.com/en/telegram/docs/api/groups/SetGroupAdmin/

        :param permissions: booleans by GREEN-API's names, such as "canInviteUsers"
        """
        more = {"permissions": permissions} if permissions else {}
        return self._participant_step(
            "setGroupAdmin", chat_id, participant_chat_id, flag="setGroupAdmin", **more
        )

    def remove_admin(self, chat_id: str, participant_chat_id: str) -> Step:
        """Make an administrator of a group an ordinary member (RemoveAdmin).

        https://green-api.com/en/telegram/docs/api/groups/RemoveAdmin/
        """
        return self._participant_step(
            "removeAdmin", chat_id, participant_chat_id, flag="removeAdmin"
        )

    def set_group_picture(
        self, chat_id: str, file: FileSource, file_name: str = "picture.jpg"
    ) -> Picture:
        """Update the picture of a group (SetGroupPicture).

        https://green-api.com/en/telegram/docs/api/groups/SetGroupPicture/

        :param file: a path or a seekable binary file, JPEG
        :param file_name: must end in .jpg
        :raise OSError: the file cannot be read
        """
        return self._picture("setGroupPicture", file, file_name, {"chatId": chat_id})

    def leave_group(self, chat_id: str) -> Step:
        """Leave a group (LeaveGroup).

        https://green-api.com/en/telegram/docs/api/groups/LeaveGroup/
        """
        return self._step("POST", "leaveGroup", {"chatId": chat_id}, flag="leaveGroup")

    def _participant_step(
        self, method: str, chat_id: str, participant_chat_id: str, *, flag: str, **more: Any
    ) -> Step:
        body = {"chatId": chat_id, "participantChatId": participant_chat_id, **more}
        return self._step("POST", method, body, flag=flag)


def _parse_participant(row: JsonObject) -> Participant:
    return Participant(
        chat_id=parsing.text(row, "id"),
        is_admin=parsing.flag(row, "isAdmin"),
        is_owner=parsing.flag(row, "isSuperAdmin"),
        raw=row,
    )
