# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import io
import time

from odoo import models
from odoo.exceptions import UserError

from ... import const
from ...client import GreenApiError, RateLimiter
from ...tools.image import to_jpeg
from ...tools.transactions import write_in_own_transaction
from .group import SETTING_FIELDS

ADDED_AT_ONCE = 50  # people, one a second: nobody waits longer for a button


class TelegramChat(models.Model):
    """What one can change in a group: for buttons and programs alike.

    Each method asks the service first. What came of it is written in a transaction of its own and
    is there for the next one; the members are asked for once more. The methods that end with the
    service's yes or no give the client's Step, and raise

    * UserError: it is no group, this account is not in it, or the service did not do it, with the
      reason in words;
    * AccessError: the user may not see the chat.

    The buttons of a group.
    """

    _inherit = "telegram.chat"

    # === THE GROUP === #

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

    def update_group_settings(self, settings):
        """Change what members may do, all of it in one call.

        https://green-api.com/en/telegram/docs/api/groups/UpdateGroupSettings/

        :param dict settings: booleans by the service's names (const.GROUP_SETTINGS); what is not
            named stays as it is
        """
        self._check_in_group()
        unknown = sorted(settings.keys() - SETTING_FIELDS.keys())
        if unknown or not settings:
            raise UserError(
                self.env._(
                    "Permissions: “%(name)s” is none of a group. There are: %(names)s.",
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

    def set_group_picture(self, picture):
        """Set the group's picture. Any usual kind is taken; Telegram gets a JPEG.

        https://green-api.com/en/telegram/docs/api/groups/SetGroupPicture/

        :param bytes picture: the content of a JPEG, PNG or GIF file
        """
        self._check_in_group()
        jpeg = to_jpeg(self.env, picture)
        return self._call_group_method("set_group_picture", io.BytesIO(jpeg))

    def leave_group(self):
        """Leave the group. Its chat stays, as what was said; nobody can write there any more.

        https://green-api.com/en/telegram/docs/api/groups/LeaveGroup/

        For Telegram administrators.

        :raise UserError: also when messages still wait to be sent there
        """
        self._check_in_group()
        self.check_access("write")
        self.env["telegram.message"]._check_not_waiting([("chat_id", "=", self.id)])
        step = self._call_group_method("leave_group")
        write_in_own_transaction(self, lambda group: group._mark_left())
        return step

    # === ITS MEMBERS === #

    def add_group_participants(self, people):
        """Take people into the group, one after the other.

        https://green-api.com/en/telegram/docs/api/groups/AddGroupParticipant/

        :param people: ``res.partner`` or ``telegram.chat`` records
        :return: list of pairs, chat id and reason in words: empty for those who were added
        :raise UserError: also when somebody cannot be in a group, or when they are more than 50;
            then nobody is asked for
        """
        self._check_in_group()
        chat_ids = self._get_group_chat_ids(self.instance_id, people, self)
        if len(chat_ids) > ADDED_AT_ONCE:
            raise UserError(
                self.env._(
                    "People: these are %(count)s. Up to %(limit)s can be added at a time.",
                    count=len(chat_ids),
                    limit=ADDED_AT_ONCE,
                )
            )
        return self._add_participants(chat_ids)

    def _add_participants(self, chat_ids):
        """Do the same without looking at the people; not further when the service is away."""
        results, away, pace = [], "", RateLimiter()
        for chat_id in chat_ids:
            try:
                if not away:
                    time.sleep(pace.reserve("addGroupParticipant"))
                    self._call_group_method("add_group_participant", chat_id)
            except UserError as error:
                results.append((chat_id, str(error)))
                # A refusal that concerns one person would not befall the next one.
                cause = error.__context__
                if isinstance(cause, GreenApiError) and cause.code not in const.MESSAGE_CODES:
                    away = self.env._("Not tried any more, since the call before it failed.")
            else:
                results.append((chat_id, away))
        self.instance_id._try_fetch_group(self.telegram_id)
        return results

    def remove_group_participant(self, participant_chat_id):
        """Remove somebody from the group.

        https://green-api.com/en/telegram/docs/api/groups/RemoveGroupParticipant/

        :param str participant_chat_id: the person's chat id, a number
        """
        self._check_in_group()
        step = self._call_group_method("remove_group_participant", participant_chat_id)
        self._update_member(participant_chat_id, lambda member: member.unlink())
        return step

    def set_group_admin(self, participant_chat_id, permissions=None):
        """Make a member an administrator of the group.

        https://green-api.com/en/telegram/docs/api/groups/SetGroupAdmin/

        :param str participant_chat_id: the person's chat id, a number
        :param dict permissions: booleans by the service's names, such as "canInviteUsers"; by
            default Telegram's own choice
        """
        self._check_in_group()
        step = self._call_group_method("set_group_admin", participant_chat_id, permissions)
        self._update_member(participant_chat_id, lambda member: member.write({"is_admin": True}))
        return step

    def remove_admin(self, participant_chat_id):
        """Make an administrator of the group an ordinary member.

        https://green-api.com/en/telegram/docs/api/groups/RemoveAdmin/

        :param str participant_chat_id: the person's chat id, a number
        """
        self._check_in_group()
        step = self._call_group_method("remove_admin", participant_chat_id)
        self._update_member(participant_chat_id, lambda member: member.write({"is_admin": False}))
        return step

    # === HELPERS === #

    def _call_group_method(self, method, *args):
        """Call a method of the client about this group, through its instance."""
        return self.instance_id._call_service(method, self.telegram_id, *args)

    def _write_in_own_transaction(self, values):
        """Write down what the service has changed."""
        write_in_own_transaction(self, lambda group: group.write(values))

    def _update_member(self, chat_id, write):
        """Write down what has become of a member, and ask who is in the group now.

        :param write: it takes the ``telegram.group.member``, which may be empty
        """
        chat_id = str(chat_id)
        write_in_own_transaction(
            self,
            lambda group: write(group.member_ids.filtered_domain([("user_chat_id", "=", chat_id)])),
        )
        self.instance_id._try_fetch_group(self.telegram_id)

    def _check_group_name(self, name):
        """Return the name of a group without space around it, or refuse it.

        :raise UserError: it is empty or too long
        """
        name = (name or "").strip()
        if not name:
            raise UserError(self.env._("Name: enter one. Telegram makes no group without a name."))
        if len(name) > const.GROUP_NAME_MAX_LENGTH:
            raise UserError(
                self.env._(
                    "Name: it has %(length)s characters. Telegram takes up to %(limit)s.",
                    length=len(name),
                    limit=const.GROUP_NAME_MAX_LENGTH,
                )
            )
        return name

    def action_refresh_group(self):
        """Ask the service for the group's name, members and rights."""
        data = self.get_group_data()
        count = len(data.participants)
        return self.instance_id._display_result(
            self.env._("The group has %s members.", count), data
        )

    def action_add_people(self):
        """Open the dialog that adds people to the group."""
        self._check_in_group()
        return self._open_group_dialog("telegram.group.add", self.env._("Add People"))

    def action_edit_group(self):
        """Open the dialog that changes the group's name, picture and permissions."""
        self._check_in_group()
        return self._open_group_dialog("telegram.group.edit", self.env._("Change the Group"))

    def action_leave_group(self):
        """Leave the group."""
        step = self.leave_group()
        return self.instance_id._display_result(
            self.env._("The account has left the group. What was said stays here."), step
        )

    def _open_group_dialog(self, model, name):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": {"default_group_id": self.id},
        }
