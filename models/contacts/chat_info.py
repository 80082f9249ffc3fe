# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import base64
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from odoo import fields, models

from ...client.parsing import to_datetime
from ...tools.transactions import write_in_own_transaction

PICTURE_SIZE = 256  # pixels of the longer side that are kept


@dataclass(frozen=True)
class ChatInfo:
    """The picture and the contact information of a chat, as returned by GREEN-API."""

    contact: Any  # the client's ContactInfo; None for a group
    has_picture: bool
    picture: bytes  # JPEG; empty without a usable picture
    problem: str  # reason in words why the picture is not usable
    raw: Any  # the response as it was received


class TelegramChat(models.Model):
    """Extend ``telegram.chat``: picture, last online time and phone number, fetched on demand."""

    _inherit = "telegram.chat"

    image_256 = fields.Image(
        "Picture",
        max_width=PICTURE_SIZE,
        max_height=PICTURE_SIZE,
        readonly=True,
        copy=False,
    )
    # Identifies the picture without reading it: browsers cache one as long as the key is the same.
    picture_key = fields.Char(readonly=True, copy=False)
    last_seen = fields.Datetime(
        "Last Online", readonly=True, copy=False, help="Empty if the person hides it."
    )
    info_date = fields.Datetime("Last Refresh", readonly=True, copy=False)

    # === ACTION METHODS === #

    def action_refresh_info(self):
        """Fetch the picture, the phone number and the last online time from Telegram."""
        self.ensure_one()
        self._check_operated()
        info = self._fetch_info()
        write_in_own_transaction(self, lambda chat: chat._update_from_info(info))
        message = self.env._("The information is up to date.")
        if info.problem:
            message = f"{message} {info.problem}"
        kind = "warning" if info.problem else "success"
        return self.instance_id._display_result(message, info, type=kind)

    # === FOR PROGRAMMERS === #

    def refresh_info(self):
        """Update the picture, the names, the phone number and the last online time of the chat.

        GREEN-API is called first; then the current transaction writes. For a group only the
        picture is fetched.

        https://green-api.com/en/telegram/docs/api/service/GetContactInfo/

        :return: the chat; another one if this chat was in phone form and was merged into it
        :raise UserError: the call failed; nothing was changed
        """
        self.ensure_one()
        self._check_operated()
        # sudo: telegram.chat - reported by GREEN-API for a chat that the user may read
        return self.sudo()._update_from_info(self._fetch_info()).with_env(self.env)

    # === FETCHING === #

    def _fetch_info(self):
        """Fetch the information and the picture.

        :return: ChatInfo
        :raise UserError: the call failed
        """
        self._check_is_known()
        if self.chat_type in ("user", "bot") and not self.is_group:
            contact = self.instance_id._call_service("get_contact_info", self.telegram_id)
            url, raw = contact.url_avatar, contact.raw
        else:
            contact = None
            avatar = self.instance_id._call_service("get_avatar", self.telegram_id)
            url, raw = avatar.url, avatar.raw
        picture, problem = self.instance_id._fetch_picture(url)
        return ChatInfo(contact, bool(url), picture, problem, raw)

    # === STORING === #

    def _update_from_info(self, info):
        """Store the fetched information.

        :param ChatInfo info: as from _fetch_info
        :return: the updated chat, see _resolve_phone_chat
        """
        self.ensure_one()
        chat, values = self, {"info_date": fields.Datetime.now()}
        if contact := info.contact:
            chat = self._resolve_phone_chat(contact.chat_id)
            values.update(chat._get_name_values(contact.name, contact.contact_name))
            values.update(chat._get_phone_values(contact.phone))
            values["last_seen"] = to_datetime(contact.last_seen)
        if info.picture or not info.has_picture:
            values["image_256"] = info.picture and base64.b64encode(info.picture)
            values["picture_key"] = info.picture and sha256(info.picture).hexdigest()[:16]
        chat.write(values)
        chat._link_partners()
        chat._update_channel_image()
        return chat

    def _update_channel_image(self):
        """Update the pictures of the conversation and of its guest in Discuss."""
        # sudo: discuss.channel, mail.guest - they represent the chat
        channel_sudo = self.channel_id.sudo()
        if channel_sudo:
            channel_sudo.image_128 = self.image_256
            channel_sudo._telegram_send_store()
        guests_sudo = self.env["mail.guest"].sudo()
        key = guests_sudo._telegram_get_key(self.instance_id, self.telegram_id)
        guests_sudo.search([("telegram_key", "=", key)]).image_1920 = self.image_256
