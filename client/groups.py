# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from .. import const
from . import parsing
from .methods_base import MethodsBase
from .results import CreatedGroup, GroupData, Participant


class GroupMethods(MethodsBase):
    """The service's section "Groups": https://green-api.com/en/telegram/docs/api/groups/.

    The id of a group begins with a minus. Most of the methods give a Step, since the service
    answers 200 also when nothing was changed.
    """

    def create_group(self, group_name, chat_ids, *, supergroup=False, auto_delete_days=None):
        """Make a group with the account and others in it (CreateGroup).

        :param str group_name: up to const.GROUP_NAME_MAX_LENGTH characters
        :param list chat_ids: of users
        :param bool supergroup: a supergroup instead of a basic group
        :param int auto_delete_days: messages vanish after that many days, 0 (never) to 365
        :return: CreatedGroup
        :raise OutcomeUnknownError: the group may have been made; ``get_chats`` shows it
        """
        body = {"groupName": group_name, "chatIds": list(chat_ids)}
        if supergroup:
            body["type"] = "supergroup"
        if auto_delete_days is not None:
            body["messageAutoDeleteTime"] = auto_delete_days
        step = self._step("POST", "createGroup", body, flag="created", repeatable=False)
        chat_id = parsing.text(step.raw, "chatId")
        link = parsing.text(step.raw, "groupInviteLink")
        return CreatedGroup(step.done, chat_id, link, step.raw)

    def update_group_name(self, chat_id, group_name):
        """Rename a group (UpdateGroupName).

        :param str group_name: up to const.GROUP_NAME_MAX_LENGTH characters
        :return: Step
        """
        body = {"chatId": chat_id, "groupName": group_name}
        return self._step("POST", "updateGroupName", body, flag="updateGroupName")

    def update_group_settings(self, chat_id, settings):
        """Change what participants may do (UpdateGroupSettings).

        :param dict settings: booleans by some of the names in const.GROUP_SETTINGS
        :return: Step
        """
        body = {"chatId": chat_id, **settings}
        return self._step("POST", "updateGroupSettings", body, flag="updateGroupSettings")

    def get_group_data(self, chat_id):
        """Ask for a group's name, members and rights (GetGroupData). Give GroupData."""
        answer = self._object("POST", "getGroupData", {"chatId": chat_id})
        settings = {name: parsing.flag(answer, name) for name in const.GROUP_SETTINGS}
        return GroupData(
            chat_id=parsing.text(answer, "chatId"),
            owner=parsing.text(answer, "owner"),
            name=parsing.text(answer, "subject"),
            description=parsing.text(answer, "description"),
            created_at=parsing.integer(answer, "creation"),
            invite_link=parsing.text(answer, "groupInviteLink"),
            is_supergroup=parsing.flag(answer, "isSupergroup"),
            is_channel=parsing.flag(answer, "isChannel"),
            settings=settings,
            participants=tuple(map(_participant, parsing.objects(answer, "participants"))),
            raw=answer,
        )

    def add_group_participant(self, chat_id, participant_chat_id):
        """Take a user into a group (AddGroupParticipant). Give a Step."""
        return self._participant_step(
            "addGroupParticipant", chat_id, participant_chat_id, flag="addParticipant"
        )

    def remove_group_participant(self, chat_id, participant_chat_id):
        """Remove a user from a group (RemoveGroupParticipant). Give a Step."""
        return self._participant_step(
            "removeGroupParticipant", chat_id, participant_chat_id, flag="removeParticipant"
        )

    def set_group_admin(self, chat_id, participant_chat_id, permissions=None):
        """Make a member an administrator of the group (SetGroupAdmin).

        :param dict permissions: booleans by the service's names, such as "canInviteUsers"
        :return: Step
        """
        more = {"permissions": permissions} if permissions else {}
        return self._participant_step(
            "setGroupAdmin", chat_id, participant_chat_id, flag="setGroupAdmin", **more
        )

    def remove_admin(self, chat_id, participant_chat_id):
        """Make an administrator an ordinary member (RemoveAdmin). Give a Step."""
        return self._participant_step(
            "removeAdmin", chat_id, participant_chat_id, flag="removeAdmin"
        )

    def set_group_picture(self, chat_id, file, file_name="picture.jpg"):
        """Set a group's picture (SetGroupPicture).

        :param file: a path or a seekable binary file object, JPEG
        :param str file_name: has to end in .jpg
        :return: Picture
        """
        return self._picture("setGroupPicture", file, file_name, {"chatId": chat_id})

    def leave_group(self, chat_id):
        """Leave a group (LeaveGroup). Give a Step."""
        return self._step("POST", "leaveGroup", {"chatId": chat_id}, flag="leaveGroup")

    def _participant_step(self, method, chat_id, participant_chat_id, *, flag, **more):
        body = {"chatId": chat_id, "participantChatId": participant_chat_id, **more}
        return self._step("POST", method, body, flag=flag)


def _participant(row):
    return Participant(
        chat_id=parsing.text(row, "id"),
        is_admin=parsing.flag(row, "isAdmin"),
        is_owner=parsing.flag(row, "isSuperAdmin"),
        raw=row,
    )
