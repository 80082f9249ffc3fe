# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import base64
import io

import qrcode

from odoo import api, fields, models
from odoo.exceptions import UserError

from ... import const
from ...client.parsing import to_datetime

# Fields by the names that GREEN-API uses for the permissions (const.GROUP_SETTINGS).
SETTING_FIELDS = {
    "allowParticipantsSendMessages": "members_send_messages",
    "allowParticipantsSendMedia": "members_send_media",
    "allowParticipantsSendPolls": "members_send_polls",
    "allowParticipantsSendOtherMessages": "members_send_other",
    "allowParticipantsAddWebPagePreviews": "members_add_previews",
    "allowParticipantsEditGroupSettings": "members_edit_group",
    "allowParticipantsAddMembers": "members_add_members",
    "allowParticipantsPinMessages": "members_pin_messages",
}
# Facts from GREEN-API that users cannot change.
PROTECTED = {
    "description",
    "owner_chat_id",
    "group_creation_date",
    "invite_link",
    "last_refresh_date",
    "left_date",
    *SETTING_FIELDS.values(),
}
QR_BOX_PIXELS = 8  # size of one square of the QR code


class TelegramChat(models.Model):
    """Extends ``telegram.chat`` with the facts of a group: members, permissions and invitation.

    GREEN-API is the source of all of them. A group is changed in ``changes.py``.
    """

    _inherit = "telegram.chat"
    _protected = PROTECTED

    is_group = fields.Boolean(
        compute="_compute_is_group", help="A group, supergroup or channel, not a private chat."
    )
    member_ids = fields.One2many("telegram.group.member", "group_id", "Members", readonly=True)
    member_count = fields.Integer("Number of Members", compute="_compute_member_count")
    account_role = fields.Selection(
        [("owner", "Owner"), ("admin", "Administrator"), ("member", "Member")],
        compute="_compute_account_role",
        help="Role of this account in the group. Empty if it is not known yet.",
    )
    may_manage_group = fields.Boolean(
        compute="_compute_account_role",
        help="Whether this account is in the group and, as far as known, an administrator of it.",
    )
    description = fields.Text(readonly=True, copy=False)
    owner_chat_id = fields.Char("Owner Telegram ID", readonly=True, copy=False)
    owner_name = fields.Char("Owner", compute="_compute_owner_name")
    group_creation_date = fields.Datetime("Created in Telegram", readonly=True, copy=False)
    last_refresh_date = fields.Datetime(
        "Last Refreshed",
        readonly=True,
        copy=False,
        help="When the group was last downloaded from GREEN-API.",
    )
    left_date = fields.Datetime(
        "Left",
        readonly=True,
        copy=False,
        help="Date on which this account left the group. Messages can no longer be sent.",
    )
    members_send_messages = fields.Boolean("Send Messages", readonly=True, copy=False)
    members_send_media = fields.Boolean("Send Pictures and Files", readonly=True, copy=False)
    members_send_polls = fields.Boolean("Send Polls", readonly=True, copy=False)
    members_send_other = fields.Boolean("Send Stickers and GIFs", readonly=True, copy=False)
    members_add_previews = fields.Boolean("Add Link Previews", readonly=True, copy=False)
    members_edit_group = fields.Boolean("Change Name and Picture", readonly=True, copy=False)
    members_add_members = fields.Boolean("Add Members", readonly=True, copy=False)
    members_pin_messages = fields.Boolean("Pin Messages", readonly=True, copy=False)
    invite_link = fields.Char(
        "Invitation Link",
        readonly=True,
        copy=False,
        help="Everyone with this link can join the group.",
    )
    invite_qr = fields.Binary("QR Code", compute="_compute_invite_qr")

    # === COMPUTE METHODS === #

    @api.depends("telegram_id")
    def _compute_is_group(self):
        for chat in self:
            chat.is_group = const.is_group_id(chat.telegram_id)

    @api.depends("member_ids")
    def _compute_member_count(self):
        counts = dict(
            self.env["telegram.group.member"]._read_group(
                [("group_id", "in", self.ids)], ["group_id"], ["__count"]
            )
        )
        for chat in self:
            chat.member_count = counts.get(chat, 0)

    @api.depends("member_ids.is_self", "member_ids.is_admin", "member_ids.is_owner", "left_date")
    def _compute_account_role(self):
        own = self.env["telegram.group.member"].search(
            [("group_id", "in", self.ids), ("is_self", "=", True)]
        )
        by_group = {member.group_id: member for member in own}
        for chat in self:
            member = by_group.get(chat)
            chat.account_role = member and (
                "owner" if member.is_owner else "admin" if member.is_admin else "member"
            )
            is_plain = chat.account_role == "member"
            chat.may_manage_group = chat.is_group and not chat.left_date and not is_plain

    @api.depends("owner_chat_id", "member_ids.name")
    def _compute_owner_name(self):
        owners = self.env["telegram.group.member"].search(
            [("group_id", "in", self.ids), ("is_owner", "=", True)]
        )
        names = {owner.group_id: owner.name for owner in owners}
        for chat in self:
            chat.owner_name = names.get(chat) or chat.owner_chat_id

    @api.depends("invite_link")
    def _compute_invite_qr(self):
        for chat in self:
            chat.invite_qr = chat.invite_link and self._get_qr_image(chat.invite_link)

    # === ACTION METHODS === #

    def action_print_invitation(self):
        """Print the invitation with the name, the link and the QR code of the group."""
        self._check_group()
        return self.env.ref(
            "telegram_green_api.action_report_telegram_group_invitation"
        ).report_action(self)

    # === FETCHING === #

    def get_group_data(self):
        """Fetch the name, members and permissions of the group and store them.

        https://green-api.com/en/telegram/docs/api/groups/GetGroupData/

        The result is stored in a separate transaction: the current one sees it after its commit.

        :return: the client's GroupData
        :raise UserError: the chat is not a group, or the call of GREEN-API failed
        :raise AccessError: the user may not write in the chat
        """
        self._check_group()
        return self.instance_id._fetch_group(self.telegram_id)

    def _check_group(self):
        """Check that the chat is a group and that the user may write in it.

        :raise UserError: the chat is not a group
        :raise AccessError: the user may not write in the chat
        """
        self.ensure_one()
        self._check_operated()
        if not self.is_group:
            raise UserError(self.env._("“%s” is a private chat, not a group.", self.display_name))

    def _check_in_group(self):
        """Check that the chat is a group with this account in it, where the user may write.

        :raise UserError: the chat is not a group, or the account has left it
        :raise AccessError: the user may not write in the chat
        """
        self._check_group()
        if self.left_date:
            raise UserError(self._get_left_message())

    def _get_left_message(self):
        """Return the error for a group that this account has left."""
        return self.env._(
            "This account is no longer in the group “%s” and can neither write to it nor change "
            "it. Join it again by the invitation link, or ask a member to add the account.",
            self.name,
        )

    # === STORING === #

    def _update_from_group_data(self, data, own_chat_id):
        """Update the group and its members.

        :param GroupData data: result of the client
        :param str own_chat_id: chat ID of the account itself; empty if it is not known
        """
        kind = "supergroup" if data.is_supergroup else "group"
        created_at = to_datetime(data.created_at)
        values = {
            "name": data.name or self.name,
            "chat_type": "channel" if data.is_channel else kind,
            "description": data.description or False,
            "owner_chat_id": data.owner or False,
            "group_creation_date": created_at,
            # Only administrators of the group get the link: without it, a known one stays valid.
            "invite_link": data.invite_link or self.invite_link,
            "last_refresh_date": fields.Datetime.now(),
            **{SETTING_FIELDS[name]: value for name, value in data.settings.items()},
        }
        listed = {participant.chat_id for participant in data.participants}
        if own_chat_id in listed:
            values["left_date"] = False
        elif own_chat_id and listed and kind == "group" and not self.left_date:
            # The list of a large supergroup may be incomplete, so it proves nothing there.
            self._mark_left()
        self.write(values)
        self._update_participants(data.participants, own_chat_id)

    def _update_participants(self, participants, own_chat_id):
        """Update the members to match a list.

        The number of queries does not grow with the number of members, unless roles change.

        :param participants: Participant objects of the client
        """
        found = {participant.chat_id: participant for participant in participants}
        known = {member.user_chat_id: member for member in self.member_ids}
        gone = [member.id for chat_id, member in known.items() if chat_id not in found]
        self.env["telegram.group.member"].browse(gone).unlink()
        chats = self._find_private_chats(found)
        names = self._find_sender_names(found.keys() - chats.keys())
        new = []
        for chat_id, participant in found.items():
            values = {
                "is_admin": participant.is_admin,
                "is_owner": participant.is_owner,
                "is_self": bool(own_chat_id) and chat_id == own_chat_id,
                "chat_id": chats.get(chat_id, False),
                "sender_name": names.get(chat_id, False),
            }
            member = known.get(chat_id)
            if not member:
                new.append({"group_id": self.id, "user_chat_id": chat_id, **values})
            elif changes := member._get_changes(values):
                member.write(changes)
        self.env["telegram.group.member"].create(new)

    def _create_members(self, chat_ids):
        """Create the members of a new group, before GREEN-API lists them."""
        chats = self._find_private_chats(chat_ids)
        known = self.member_ids.mapped("user_chat_id")
        self.env["telegram.group.member"].create(
            [
                {"group_id": self.id, "user_chat_id": each, "chat_id": chats.get(each, False)}
                for each in dict.fromkeys(chat_ids)
                if each not in known
            ]
        )

    def _find_private_chats(self, chat_ids):
        """Return the database IDs of the private chats of the account by Telegram ID."""
        chats = self.with_context(active_test=False).search(
            [("instance_id", "=", self.instance_id.id), ("telegram_id", "in", list(chat_ids))]
        )
        return {chat.telegram_id: chat.id for chat in chats}

    def _find_sender_names(self, chat_ids):
        """Return the sender names of members in the messages of the group by Telegram ID."""
        rows = self.env["telegram.message"]._read_group(
            [("chat_id", "=", self.id), ("sender", "in", list(chat_ids))],
            ["sender"],
            ["sender_name:max"],
        )
        return dict(rows)

    def _mark_left(self):
        """Store that the account is no longer in the group."""
        self.left_date = fields.Datetime.now()
        self.member_ids.filtered("is_self").unlink()

    def _update_left_date(self, messages):
        """Clear the date of leaving if a newer message shows that the account is back."""
        if self.left_date and any(
            message.direction == "incoming" and message.date > self.left_date
            for message in messages
        ):
            self.left_date = False

    # === INVITATION === #

    @api.model
    def _get_qr_image(self, text):
        """Return the QR code of a text as a base64-encoded PNG."""
        code = qrcode.QRCode(
            box_size=QR_BOX_PIXELS, error_correction=qrcode.constants.ERROR_CORRECT_M
        )
        code.add_data(text)
        png = io.BytesIO()
        code.make_image().save(png, "PNG")
        return base64.b64encode(png.getvalue())
