# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import json
from typing import Any, NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.mail.tools.discuss import Store

from .discuss_channel import RESPONSIBLE


class ConversationMessage(NamedTuple):
    """A message that came from Telegram, or was written elsewhere, for a conversation."""

    channel: Any
    # Of the ``mail.message``: body, author_id or email_from, date, …
    values: dict
    rings: bool = False  # members are to be told
    responsible: Any = ()  # the ``res.partner`` who alone is told, if there is one


class DiscussChannel(models.Model):
    """Showing in Telegram conversations what happened elsewhere: many messages at once.

    Cheaper than message_post: nobody is to get an e-mail, nobody follows, and whom a message rings
    is known.
    """

    _inherit = "discuss.channel"

    @api.model
    def _telegram_show(self, rows):
        """Add messages to conversations, and tell their members.

        :param list rows: ConversationMessage
        :return: the ``mail.message`` records, in this order
        """
        messages = self._telegram_log([(row.channel, row.values) for row in rows])
        self.union(*(row.channel for row in rows))._telegram_touch()
        for message, row in zip(messages, rows, strict=True):
            row.channel._telegram_send_message(message, row.rings, row.responsible)
        ringing = [pair for pair in zip(messages, rows, strict=True) if pair[1].rings]
        self._telegram_push(ringing)
        return messages

    @api.model
    def _telegram_log(self, rows):
        """Add messages to conversations without telling anybody.

        :param list rows: pairs of the channel and dict of values, see ConversationMessage
        :return: the ``mail.message`` records, in this order
        """
        return self.env["mail.message"]._telegram_create(
            [
                {
                    "model": channel._name,
                    "res_id": channel.id,
                    "subtype_id": self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_comment"),
                    **values,
                }
                for channel, values in rows
            ]
        )

    def _telegram_touch(self):
        """Note that something happened here: that sorts the conversations, and brings back those
        that were taken out of the sidebar."""
        if not self:
            return
        # Not a write: it would compare a dozen fields before and after, for every message.
        self.flush_recordset(["last_interest_dt"])
        self.env.execute_query(
            SQL(
                "UPDATE discuss_channel SET last_interest_dt = %s WHERE id IN %s RETURNING id",
                fields.Datetime.now(),
                tuple(self.ids),
            )
        )
        self.invalidate_recordset(["last_interest_dt"], flush=False)

    def _telegram_send_message(self, message, rings=False, responsible=None):
        """Let browsers show a message that was added, see ConversationMessage."""
        responsible = responsible or self.env["res.partner"]
        store = Store(bus_channel=self).add(message, msg_vals={"scheduled_date": False})
        store.add(self, ["last_interest_dt", Store.Attr(RESPONSIBLE, Store.One(responsible, []))])
        payload = {"data": store.get_result(), "id": self.id, "silent": not rings}
        self._bus_send("discuss.channel/new_message", payload)

    @api.model
    def _telegram_push(self, ringing):
        """Tell the devices of members about messages, by Odoo's own queue of such notices.

        :param list ringing: pairs of ``mail.message`` and ConversationMessage
        """
        channels = self.union(*(row.channel for _message, row in ringing))
        # sudo: mail.push.device, discuss.channel.member - as Odoo does
        devices_sudo = self.env["mail.push.device"].sudo()
        devices_sudo = devices_sudo.search(Domain("partner_id.channel_ids", "in", channels.ids))
        if not devices_sudo:
            return
        listening = (
            self.env["discuss.channel.member"]
            .sudo()  # as above
            .search(
                [
                    ("channel_id", "in", channels.ids),
                    ("partner_id", "in", devices_sudo.partner_id.ids),
                    ("mute_until_dt", "=", False),
                    ("partner_id.user_ids.manual_im_status", "!=", "busy"),
                ]
            )
        )
        values_list = []
        for message, row in ringing:
            members = listening.filtered(lambda member, row=row: member.channel_id == row.channel)
            told = members.partner_id & row.responsible if row.responsible else members.partner_id
            devices = devices_sudo.filtered(lambda device, told=told: device.partner_id in told)
            if devices:
                payload = row.channel._telegram_prepare_push(message)
                values_list += [
                    {"mail_push_device_id": device.id, "payload": payload} for device in devices
                ]
        # Not sent at once: that would wait for the network, and once more with every repetition.
        if values_list:
            self.env["mail.push"].sudo().create(values_list)  # sudo: mail.push - as Odoo does
            self.env.ref("mail.ir_cron_web_push_notification")._trigger()

    def _telegram_prepare_push(self, message):
        """Return what the device of a member is told about a message, as JSON."""
        payload = self._notify_by_web_push_prepare_payload(message, force_record_name=self.name)
        return json.dumps(self._web_push_truncate_payload({**payload, "title": self.name}))
