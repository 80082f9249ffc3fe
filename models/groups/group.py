# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import base64
import io

import qrcode

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...client.parsing import to_datetime

# The service's names of what members may do (const.GROUP_SETTINGS), and our fields.
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
# What the service said of the group.
PROTECTED = {
    "description",
    "owner_chat_id",
    "group_creation_date",
    "invite_link",
    "last_refresh_date",
    "left_date",
    *SETTING_FIELDS.values(),
}
BOX = 8  # pixels of one square of the code


class TelegramChat(models.Model):
    """What a group is beyond a chat: its members and rights, as the service last told them.

    How a group is changed is in ``telegram_chat_group_changes.py``.

    The link by which people join a group, also as a QR code for a screen or a sheet of paper.
    """

    _inherit = "telegram.chat"
    _protected = PROTECTED

    is_group = fields.Boolean(
        compute="_compute_is_group", help="A group, supergroup or channel, not one person."
    )
    member_ids = fields.One2many("telegram.group.member", "group_id", "Members", readonly=True)
    member_count = fields.Integer("Number of Members", compute="_compute_member_count")
    account_role = fields.Selection(
        [("owner", "Owner"), ("admin", "Administrator"), ("member", "Member")],
        "Role of This Account",
        compute="_compute_account_role",
        help="Empty as long as it is not known.",
    )
    may_manage_group = fields.Boolean(
        compute="_compute_account_role",
        help="Whether this account is in the group, and an administrator as far as we know.",
    )
    description = fields.Text(readonly=True, copy=False)
    owner_chat_id = fields.Char("Owner's Telegram Id", readonly=True, copy=False)
    owner_name = fields.Char("Owner", compute="_compute_owner_name")
    group_creation_date = fields.Datetime("Created at Telegram", readonly=True, copy=False)
    last_refresh_date = fields.Datetime(
        "Last Refreshed", readonly=True, copy=False, help="When the service was asked last."
    )
    left_date = fields.Datetime(
        "Left",
        readonly=True,
        copy=False,
        help="Since when this account is not in the group any more: nobody can write there.",
    )
    members_send_messages = fields.Boolean("Write messages", readonly=True, copy=False)
    members_send_media = fields.Boolean("Send pictures and files", readonly=True, copy=False)
    members_send_polls = fields.Boolean("Send polls", readonly=True, copy=False)
    members_send_other = fields.Boolean("Send stickers and GIFs", readonly=True, copy=False)
    members_add_previews = fields.Boolean("Send links with a preview", readonly=True, copy=False)
    members_edit_group = fields.Boolean(
        "Change the group's name and picture", readonly=True, copy=False
    )
    members_add_members = fields.Boolean("Add people", readonly=True, copy=False)
    members_pin_messages = fields.Boolean("Pin messages", readonly=True, copy=False)
    invite_link = fields.Char(
        "Invitation Link", readonly=True, copy=False, help="Whoever has it may join the group."
    )
    invite_qr = fields.Binary("QR Code", compute="_compute_invite_qr")

    # === COMPUTE METHODS === #

    @api.depends("telegram_id")
    def _compute_is_group(self):
        for chat in self:
            chat.is_group = (chat.telegram_id or "").startswith("-")

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

    # === ASKING THE SERVICE === #

    def get_group_data(self):
        """Ask the service for the group's name, members and rights, and keep them (GetGroupData).

        https://green-api.com/en/telegram/docs/api/groups/GetGroupData/

        What it says is written in a transaction of its own: the current one sees it when it has
        ended, as it does of everything that is changed in a group.

        :return: the client's GroupData
        :raise UserError: it is no group, or the service cannot tell
        """
        self._check_group()
        return self.instance_id._fetch_group(self.telegram_id)

    def _check_group(self):
        """Refuse whoever may not see the chat, and what is no group.

        :raise AccessError: the user may not see the chat
        """
        self.ensure_one()
        self.check_access("read")
        if not self.is_group:
            raise UserError(
                self.env._("“%s” is a chat with one person, not a group.", self.display_name)
            )

    def _check_in_group(self):
        """Refuse the same, and what this account has left."""
        self._check_group()
        if self.left_date:
            raise UserError(self._get_left_message())

    def _get_left_message(self):
        return self.env._(
            "This account is not in the group “%s” any more, so nobody can write there or change "
            "it. It can come back by the group's invitation link, or when a member adds it.",
            self.name,
        )

    # === KEEPING WHAT IT SAYS === #

    def _update_from_group_data(self, data, own_chat_id):
        """Keep what the service says of the group.

        :param GroupData data: of the client
        :param str own_chat_id: the account's own; empty when it is not known
        """
        kind = "supergroup" if data.is_supergroup else "group"
        created_at = to_datetime(data.created_at)
        values = {
            "name": data.name or self.name,
            "chat_type": "channel" if data.is_channel else kind,
            "description": data.description or False,
            "owner_chat_id": data.owner or False,
            "group_creation_date": created_at,
            # Who is no administrator is not told the link: that does not make a known one wrong.
            "invite_link": data.invite_link or self.invite_link,
            "last_refresh_date": fields.Datetime.now(),
            **{SETTING_FIELDS[name]: value for name, value in data.settings.items()},
        }
        listed = {participant.chat_id for participant in data.participants}
        if own_chat_id in listed:
            values["left_date"] = False
        elif own_chat_id and listed and kind == "group" and not self.left_date:
            # Of a large supergroup the service may not list everybody: there it proves nothing.
            self._mark_left()
        self.write(values)
        self._update_participants(data.participants, own_chat_id)

    def _update_participants(self, participants, own_chat_id):
        """Let the list of members be this one.

        The number of queries does not grow with that of the members, as long as nobody's role
        has changed.

        :param participants: the client's Participant
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
        """Note the people with whom the group was made, before the service is asked."""
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
        """Return the ids of the chats that the instance has with these people, by chat id."""
        chats = self.with_context(active_test=False).search(
            [("instance_id", "=", self.instance_id.id), ("telegram_id", "in", list(chat_ids))]
        )
        return {chat.telegram_id: chat.id for chat in chats}

    def _find_sender_names(self, chat_ids):
        """Return how the messages of these people in the group were signed, by chat id."""
        rows = self.env["telegram.message"]._read_group(
            [("chat_id", "=", self.id), ("sender", "in", list(chat_ids))],
            ["sender"],
            ["sender_name:max"],
        )
        return dict(rows)

    def _mark_left(self):
        """Keep that the account is not in the group any more."""
        self.left_date = fields.Datetime.now()
        self.member_ids.filtered("is_self").unlink()

    def _update_left_date(self, messages):
        """Clear the date of leaving when messages show that the account was added again."""
        if self.left_date and any(
            message.direction == "incoming" and message.date > self.left_date
            for message in messages
        ):
            self.left_date = False

    @api.depends("invite_link")
    def _compute_invite_qr(self):
        for chat in self:
            chat.invite_qr = chat.invite_link and self._get_qr_image(chat.invite_link)

    @api.model
    def _get_qr_image(self, text):
        """Return a PNG with the QR code of a text, in base64."""
        code = qrcode.QRCode(box_size=BOX, error_correction=qrcode.constants.ERROR_CORRECT_M)
        code.add_data(text)
        png = io.BytesIO()
        code.make_image().save(png, "PNG")
        return base64.b64encode(png.getvalue())

    def action_print_invitation(self):
        """Print the invitation: the group's name, its link and the QR code."""
        self._check_group()
        return self.env.ref(
            "telegram_green_api.action_report_telegram_group_invitation"
        ).report_action(self)
