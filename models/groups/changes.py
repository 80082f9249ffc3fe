# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import io
import time

from odoo import models
from odoo.exceptions import UserError

from ... import const
from ...client import GreenApiError, RateLimiter
from ...client.parsing import clean_title
from ...tools.actions import get_dialog_action
from ...tools.arguments import takes
from ...tools.image import to_jpeg
from ...tools.transactions import write_in_own_transaction
from .group import SETTING_FIELDS

ADD_LIMIT = 50  # members per call: one is added each second, and the user waits


class TelegramChat(models.Model):
    """Extends ``telegram.chat`` with the changes of a group, for buttons and for programmers.

    Who may do what in Odoo:

    * Operators of the account, and Telegram administrators, may change a group and its members.
    * Only Telegram administrators may leave a group, or delete its chat from Odoo, and neither
      while messages wait to be sent there, or are being checked. Deleting the chat does not leave
      the group. The right to delete is in ``security/ir.model.access.csv``.
    * Operators may merge a group into the supergroup that it became, which deletes its chat but no
      message (``migration.py``).

    Telegram has rules of its own: most changes need an administrator of the group.

    Each method calls GREEN-API first. It stores the result in a separate transaction, visible in
    the next one, and fetches the members again if they changed. Public methods return the
    client's Step, unless they say otherwise, and raise

    * UserError: the chat is not a group, this account is not in it, or GREEN-API did not carry
      out the change. The text says why.
    * AccessError: the user may not write in the chat.
    """

    _inherit = "telegram.chat"

    # === ACTION METHODS === #

    def action_refresh_group(self):
        """Fetch the name, members and permissions of the group."""
        data = self.get_group_data()
        count = len(data.participants)
        return self.instance_id._display_result(
            self.env._("Members of the group: %s.", count), data
        )

    def action_add_members(self):
        """Open the dialog that adds members to the group."""
        self._check_in_group()
        return get_dialog_action("telegram.group.add", self.env._("Add Members"), group_id=self.id)

    def action_edit_group(self):
        """Open the dialog that changes the name, picture and permissions of the group."""
        self._check_in_group()
        return get_dialog_action("telegram.group.edit", self.env._("Edit Group"), group_id=self.id)

    def action_leave_group(self):
        """Leave the group."""
        step = self.leave_group()
        return self.instance_id._display_result(
            self.env._("The account has left the group. Its messages stay in Odoo."), step
        )

    # === THE GROUP === #

    @takes(name=str)
    def update_group_name(self, name):
        """Rename the group.

        https://green-api.com/en/telegram/docs/api/groups/UpdateGroupName/

        :param str name: 1 to 100 characters
        """
        self._check_in_group()
        name = self._check_group_name(name)
        step = self._call_group_method("update_group_name", name)
        self._write_in_own_transaction({"name": name})
        return step

    @takes(settings=dict)
    def update_group_settings(self, settings):
        """Change the permissions of members, all in one call.

        https://green-api.com/en/telegram/docs/api/groups/UpdateGroupSettings/

        :param dict settings: booleans by the names that GREEN-API uses (``const.GROUP_SETTINGS``);
            permissions that are left out do not change
        """
        self._check_in_group()
        if not settings:
            raise UserError(self.env._("Choose at least one permission to change."))
        if unknown := sorted(settings.keys() - SETTING_FIELDS.keys()):
            raise UserError(
                self.env._(
                    "Groups have no permission named “%(name)s”. Choose among: %(names)s.",
                    name=", ".join(unknown),
                    names=", ".join(SETTING_FIELDS),
                )
            )
        settings = {name: bool(value) for name, value in settings.items()}
        step = self._call_group_method("update_group_settings", settings)
        self._write_in_own_transaction(
            {SETTING_FIELDS[name]: value for name, value in settings.items()}
        )
        return step

    @takes(picture=bytes)
    def set_group_picture(self, picture):
        """Set the picture of the group. It is converted to JPEG.

        https://green-api.com/en/telegram/docs/api/groups/SetGroupPicture/

        :param bytes picture: content of a JPEG, PNG or GIF file; by RPC in base64
        """
        self._check_in_group()
        jpeg = to_jpeg(self.env, picture)
        return self._call_group_method("set_group_picture", io.BytesIO(jpeg))

    def leave_group(self):
        """Leave the group. Its chat and messages stay in Odoo, but it cannot be written to.

        https://green-api.com/en/telegram/docs/api/groups/LeaveGroup/

        For Telegram administrators only, see the class.

        :raise UserError: also if messages wait to be sent to the group
        """
        self._check_in_group()
        self.check_access("write")  # only Telegram administrators have it
        self._check_no_waiting_messages()
        step = self._call_group_method("leave_group")
        write_in_own_transaction(self, lambda group: group._mark_left())
        return step

    def _check_no_waiting_messages(self):
        """Check that no message waits to be sent, before a group is left or chats are deleted.

        :raise UserError: a message waits
        """
        self.env["telegram.message"]._check_not_waiting([("chat_id", "in", self.ids)])

    def _check_group_name(self, name):
        """Return the group name on one line, without blanks around it.

        :raise UserError: it is empty or too long
        """
        name = clean_title(name or "")
        if not name:
            raise UserError(self.env._("Enter a group name."))
        if len(name) > const.GROUP_NAME_MAX_LENGTH:
            raise UserError(
                self.env._(
                    "The group name has %(length)s characters; the maximum is %(limit)s. "
                    "Shorten it.",
                    length=len(name),
                    limit=const.GROUP_NAME_MAX_LENGTH,
                )
            )
        return name

    # === ITS MEMBERS === #

    @takes(members="res.partner telegram.chat")
    def add_group_participants(self, members):
        """Add members to the group, one after the other.

        https://green-api.com/en/telegram/docs/api/groups/AddGroupParticipant/

        :param members: up to 50 ``res.partner`` or ``telegram.chat`` records, or IDs of contacts
        :return: list of pairs of chat ID and reason; the reason is empty for added members
        :raise UserError: also if one of them cannot be added, or if they are too many. Then no
            call is made
        """
        self._check_in_group()
        chat_ids = self._get_group_chat_ids(self.instance_id, members, self)
        if len(chat_ids) > ADD_LIMIT:
            raise UserError(
                self.env._(
                    "%(count)s members are too many to add at once. Choose up to %(limit)s.",
                    count=len(chat_ids),
                    limit=ADD_LIMIT,
                )
            )
        return self._add_participants(chat_ids)

    def _add_participants(self, chat_ids):
        """Add members whose chat IDs were checked; stop once GREEN-API is unavailable."""
        results, skip_reason, pace = [], "", RateLimiter()
        for chat_id in chat_ids:
            try:
                if not skip_reason:
                    time.sleep(pace.reserve("addGroupParticipant"))
                    self._call_group_method("add_group_participant", chat_id)
            except UserError as error:
                results.append((chat_id, str(error)))
                # A refusal that concerns one member does not concern the next one.
                cause = error.__context__
                if isinstance(cause, GreenApiError) and cause.code not in const.MESSAGE_CODES:
                    skip_reason = self.env._("Not tried because the previous call failed.")
            else:
                results.append((chat_id, skip_reason))
        self.instance_id._try_fetch_group(self.telegram_id)
        return results

    @takes(participant_chat_id=str)
    def remove_group_participant(self, participant_chat_id):
        """Remove a member from the group.

        https://green-api.com/en/telegram/docs/api/groups/RemoveGroupParticipant/

        :param str participant_chat_id: numeric chat ID of the member
        """
        self._check_in_group()
        step = self._call_group_method("remove_group_participant", participant_chat_id)
        self._update_member(participant_chat_id, lambda member: member.unlink())
        return step

    @takes(participant_chat_id=str, permissions=dict)
    def set_group_admin(self, participant_chat_id, permissions=None):
        """Make a member an administrator of the group.

        https://green-api.com/en/telegram/docs/api/groups/SetGroupAdmin/

        :param str participant_chat_id: numeric chat ID of the member
        :param dict permissions: booleans by the names that GREEN-API uses, such as
            "canInviteUsers"; by default Telegram chooses
        """
        self._check_in_group()
        step = self._call_group_method("set_group_admin", participant_chat_id, permissions)
        self._update_member(participant_chat_id, lambda member: member.write({"is_admin": True}))
        return step

    @takes(participant_chat_id=str)
    def remove_admin(self, participant_chat_id):
        """Make an administrator of the group an ordinary member.

        https://green-api.com/en/telegram/docs/api/groups/RemoveAdmin/

        :param str participant_chat_id: numeric chat ID of the member
        """
        self._check_in_group()
        step = self._call_group_method("remove_admin", participant_chat_id)
        self._update_member(participant_chat_id, lambda member: member.write({"is_admin": False}))
        return step

    def _update_member(self, chat_id, write):
        """Store the change of a member, then fetch all members.

        :param write: called with the ``telegram.group.member``, which may be empty
        """
        chat_id = str(chat_id)
        write_in_own_transaction(
            self,
            lambda group: write(group.member_ids.filtered_domain([("user_chat_id", "=", chat_id)])),
        )
        self.instance_id._try_fetch_group(self.telegram_id)

    # === HELPERS === #

    def _call_group_method(self, method, *args):
        """Call a method of the client for this group."""
        return self.instance_id._call_service(method, self.telegram_id, *args)

    def _write_in_own_transaction(self, values):
        """Store what GREEN-API has changed."""
        write_in_own_transaction(self, lambda group: group.write(values))
