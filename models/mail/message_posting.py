# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Post Telegram messages in conversations and chatters.

This file and ``tools/bulk_insert.py`` hold everything that replaces a method of ``mail`` for speed.
Ours skip what does not apply to a message from Telegram: e-mail, followers and the inbox.

======================  ==============================================  =====================
ours                    core's way                                      1,000 messages
======================  ==============================================  =====================
_telegram_post          message_post on the channel                     about 5 times as fast
_post_in_chatters       message_post on a contact without followers     about 16 times
_log_in_chatters        _message_log_batch, for one model at a time     about 4 times
_telegram_create        create of mail.message                          about 4 times
_create_notifications   create of mail.notification                     about 3 times
_update_notifications   write on mail.notification                      about 3 times
_queue_batch            create of telegram.message                      about 2 times
_telegram_push          _notify_thread_by_web_push, in the transaction  not measured
======================  ==============================================  =====================

Each number is the ratio within one run on Odoo 19. ``_queue_batch`` is a method of the queue, in
``telegram_message.py``. ``_telegram_push`` always queues, because core calls the push servers from
the transaction when there are fewer than five devices.

``test_message_posting`` compares the rows of both ways. Where a new version of Odoo makes core's
way fast enough, delete ours.
"""

import json
from typing import Any, NamedTuple

from odoo import api, fields, models
from odoo.fields import Command, Domain
from odoo.tools import SQL, formataddr

from odoo.addons.mail.tools.discuss import Store

from ...const import CHANGE_KINDS
from ...tools import bulk_insert
from ...tools.context import OwnValue
from .discuss_channel import RESPONSIBLE
from .mail_followers import SUBTYPES

PREFETCHED = 50  # messages whose data for the web clients is read at once


def _has_message_rules(record):
    """Return whether automation rules wait for messages on records of this model.

    The app *Automation Rules* (``base_automation``) replaces ``message_post`` of such models, and
    keeps the former method as an attribute.
    """
    return hasattr(type(record).message_post, "origin")


class ConversationMessage(NamedTuple):
    """Describe a message to post in a conversation."""

    channel: Any  # the ``discuss.channel``
    values: dict  # of the ``mail.message``: body, author_id or email_from, date, …
    notifies: bool = False  # whether members are notified
    responsible: Any = ()  # the ``res.partner`` who alone is notified; empty for all members
    records: Any = ()  # model and id of the records that show the message, too


class TelegramMessage(models.Model):
    """Post messages in the conversation of their chat and on records, and update them there."""

    _inherit = "telegram.message"

    @api.model_create_multi
    def create(self, vals_list):
        messages = super().create(vals_list)
        # Who names the posts has posted the message already.
        pairs = zip(messages, vals_list, strict=True)
        unposted = [message.id for message, vals in pairs if "mail_message_ids" not in vals]
        self.browse(unposted).filtered(
            lambda message: (
                message.state == "queued"
                and message.chat_id.channel_id
                and message.type_message not in CHANGE_KINDS
            )
        )._post_in_conversations()
        return messages

    # === SENT FROM RECORDS === #

    def _link_to_chatter(self, mail_message, partner):
        """Link a message to its post in a chatter, which shows its state from then on."""
        self.ensure_one()
        # sudo: telegram.message, mail.notification - both belong to what was just queued
        self.sudo().mail_message_ids = [Command.link(mail_message.id)]
        self.env["mail.notification"].sudo().create(
            self._prepare_notification(mail_message, partner)
        )

    @api.model
    def _log_in_chatters(self, rows):
        """Post the messages that will be queued as notes on many records.

        :param list rows: pairs of record and dict of values, one for each message; the id of the
            note is added to the values
        """
        notes_sudo = self._insert_notes(
            [(record, self._format_body(values)) for record, values in rows]
        )
        by_attachment = {}
        for note_sudo, (_record, values) in zip(notes_sudo, rows, strict=True):
            values["mail_message_ids"] = note_sudo.ids
            if attachment_id := values.get("attachment_id"):
                by_attachment.setdefault(attachment_id, []).append(note_sudo.id)
        for attachment_id, note_ids in by_attachment.items():
            notes_sudo.browse(note_ids).write({"attachment_ids": [Command.link(attachment_id)]})

    @api.model
    def _insert_notes(self, rows):
        """Insert notes of the current user about messages, which no customer can read.

        :param list rows: pairs of record and HTML
        :return: the ``mail.message`` records, in superuser mode
        """
        # sudo: mail.message - the caller has checked that the user may post on these records
        return (
            self.env["mail.message"]
            .sudo()
            ._telegram_insert(
                [
                    {"model": record._name, "res_id": record.id, "body": body}
                    for record, body in rows
                ],
                author_id=self.env.user.partner_id.id,
                is_internal=True,
                subtype_id=self.env["ir.model.data"]._xmlid_to_res_id(SUBTYPES["outgoing"]),
            )
        )

    def _create_notifications(self, note_ids, partners):
        """Create the notifications by which the notes of many messages show their state.

        :param list note_ids: lists of ids of the ``mail.message`` records, one for each message
        :param list partners: the ``res.partner`` of each message
        """
        first = self.browse(self._ids[:1])  # alone, because reading the others takes time
        note = self.env["mail.message"].browse(note_ids[0])
        common = first._prepare_notification(note, partners[0])  # all have just been queued
        for name in ("mail_message_id", "res_partner_id", "telegram_message_id"):
            del common[name]
        common["read_date"] = fields.Datetime.now()  # as ``create`` adds it
        bulk_insert.insert(
            self.env["mail.notification"].sudo(),  # sudo: as in _link_to_chatter
            [
                {
                    "mail_message_id": note[0],
                    "res_partner_id": partner.id,
                    "telegram_message_id": message_id,
                }
                for message_id, note, partner in zip(self._ids, note_ids, partners, strict=True)
            ],
            **common,
        )

    # === CONVERSATIONS === #

    def _post_incoming(self):
        """Post messages that GREEN-API has reported, in their order."""
        posted = self.filtered(lambda m: not (m.target_id_message and m._apply_update()))
        for chat, messages in posted.grouped("chat_id").items():
            chat._open_channel(before=messages[0])
        posted._post_in_conversations()
        posted._post_on_records()
        for message in posted.filtered("is_deleted"):
            message._update_posted_body()
        posted.filtered("id_message")._apply_pending_updates()

    def _post_in_conversations(self):
        """Post messages in the conversations of their chats, which must exist."""
        rows = []
        for message in self:
            # sudo: discuss.channel - it shows all messages of the chat
            channel_sudo = message.chat_id.channel_id.sudo()
            is_incoming = message.direction == "incoming"
            responsible = message.chat_id._get_responsible() if is_incoming else None
            values = message._prepare_conversation_values(channel_sudo)
            rows.append(
                ConversationMessage(
                    channel_sudo, values, is_incoming, responsible, message._get_chatter_keys()
                )
            )
        # sudo: discuss.channel - it shows all messages of the chat
        posted = self.env["discuss.channel"].sudo()._telegram_post(rows)
        for message, mail_message in zip(self, posted, strict=True):
            if message.direction == "outgoing":
                mail_message._telegram_send_state()

    def _get_chatter_keys(self):
        """Return model and id of the records whose open chatters load the message at once."""
        keys = [(self.res_model, self.res_id), (self.partner_id._name, self.partner_id.id)]
        return [key for key in dict.fromkeys(keys) if key[1]]

    def _prepare_conversation_values(self, channel):
        """Return the values of the ``mail.message`` of this message in a conversation."""
        return {
            "telegram_message_ids": self.ids,
            "body": self._get_body(),
            "attachment_ids": self.attachment_id.ids,
            "date": self.date,
            "parent_id": self._find_quoted_in_conversation(channel).id,
            **self._prepare_author(),
        }

    def _prepare_author(self):
        """Return the values of the author: a contact, a user, or the name of an unknown sender.

        The author of a message that was sent outside Odoo is the company.
        """
        if self.author_id:
            return {"author_id": self.author_id.id, "email_from": self.author_id.email_formatted}
        if self.direction == "outgoing":
            company_partner = self.company_id.partner_id
            return {"author_id": company_partner.id, "email_from": company_partner.email_formatted}
        return {"author_id": False, "email_from": self.sender_name or self.chat_id.name}

    def _find_quoted_in_conversation(self, channel):
        """Return the ``mail.message`` of a conversation that this message quotes."""
        if not self.quoted_id_message:
            return self.env["mail.message"]
        quoted = self.search(
            [("chat_id", "=", self.chat_id.id), ("id_message", "=", self.quoted_id_message)]
        )
        return quoted._get_conversation_message(channel)

    def _get_conversation_message(self, channel):
        """Return the ``mail.message`` of this message in a conversation."""
        return self.mail_message_ids.filtered(
            lambda mail_message: (
                mail_message.model == channel._name and mail_message.res_id == channel.id
            )
        )[:1]

    def _update_conversation(self):
        """Show the state of the message in its conversation."""
        channel = self.chat_id.channel_id
        mail_message = channel and self._get_conversation_message(channel)
        if mail_message:
            mail_message._telegram_send_state()
            self._create_failure_notification(mail_message)

    def _create_failure_notification(self, mail_message):
        """Add a failed message to the messaging menu of its author, if written in Discuss."""
        is_failed = self.state in ("error", "unsure") and not self.is_being_checked
        is_written_in_discuss = mail_message.message_type == "comment"
        # sudo: mail.notification - one may exist for any user
        if not is_failed or not is_written_in_discuss or mail_message.sudo().notification_ids:
            return
        # sudo: mail.notification - it shows the state of the message
        self.env["mail.notification"].sudo().create(
            self._prepare_notification(mail_message, self.partner_id)
        )
        mail_message._notify_message_notification_update()

    # === CHATTERS === #

    def _post_on_records(self):
        """Post messages on their contacts and on the records that they answer.

        All users can read the chatter of a contact. If only the salesperson sees the chat, it shows
        only what was sent from the contact, and the answers to that.
        """
        pairs = []
        answered = self._get_records()
        for message in self:
            partner, record = message.partner_id, answered.get(message)
            if record and record != partner and hasattr(record, "message_post"):
                pairs.append((message, record))
            if partner and (record == partner or not message.chat_id.restricted_user_id):
                pairs.append((message, partner))
        answers = [
            (message, record)
            for message, record in pairs
            if message.direction == "incoming" and record == answered.get(message)
        ]
        for message, _record in answers:
            message.chat_id._update_answered(message)
        self._post_in_chatters(pairs)
        for message, record in answers:
            record._telegram_on_answer(message)

    def _post_on_record(self, record):
        """Post the message in the chatter of a record."""
        self._post_in_chatters([(self, record)])

    @api.model
    def _post_in_chatters(self, pairs):
        """Post messages in the chatters of records.

        A contact without followers only gets a note. ``message_post`` would look for recipients,
        which takes as long as everything else. It is called if automation rules wait for messages.

        :param list pairs: pairs of ``telegram.message`` and record
        """
        fetched = self.union(*(message for message, _record in pairs))
        fetched = fetched.filtered(lambda message: message.download_state == "fetched")
        before = {message: message.mail_message_ids for message in fetched}
        vals_list = []
        for message, record in pairs:
            values = message._prepare_chatter_values(record)
            is_customer = record == message.partner_id and record.partner_share
            # sudo: mail.followers - of any user
            has_followers = is_customer and record.sudo().message_follower_ids
            if is_customer and not has_followers and not _has_message_rules(record):
                target = {"model": record._name, "res_id": record.id}
                vals_list.append({**target, **values, "telegram_message_ids": message.ids})
            else:
                record = record.with_company(message.company_id)
                # sudo: mail.notification - colleagues whom another post has notified already
                notified = message.sudo().mail_message_ids.notification_ids.res_partner_id
                ids = OwnValue(tuple(notified.ids))
                record = record.with_context(telegram_notified_ids=ids)
                posted = record.message_post(message_type="telegram", **values)
                message.mail_message_ids += posted
        # sudo: mail.message - also users without access to the contact write in the conversation
        self.env["mail.message"].sudo()._telegram_create(vals_list)
        for message, mail_messages in before.items():
            message._copy_file_to(message.mail_message_ids - mail_messages)

    def _log_on_record(self, record):
        """Post past messages in the chatter of a record, without notifying anyone.

        :param record: of a model with a chatter; it keeps the messages that it shows already
        """
        missing = self.filtered(lambda message: not message._get_conversation_message(record))
        target = {"model": record._name, "res_id": record.id}
        # sudo: mail.message - as in _post_in_chatters
        posts_sudo = (
            self.env["mail.message"]
            .sudo()
            ._telegram_create(
                [
                    {
                        **target,
                        **message._prepare_chatter_values(record),
                        "telegram_message_ids": message.ids,
                    }
                    for message in missing
                ]
            )
        )
        for message, post_sudo in zip(missing, posts_sudo, strict=True):
            message._copy_file_to(post_sudo)
            if message.is_deleted:
                message._update_posted_body()

    def _prepare_chatter_values(self, record):
        """Return the values of the ``mail.message`` of this message on a record."""
        values = self._prepare_author()
        author = self.env["res.partner"].browse(values["author_id"] or ())
        if not author.email_normalized and (address := self._get_sender_address(record)):
            name = author.name or values["email_from"]
            values["email_from"] = formataddr((" ".join(name.split()), address))
        # The file of a conversation is attached there. Elsewhere, only its name is shown.
        body = self._get_chatter_body() if self.attachment_id else self._get_body()
        return {
            **values,
            "body": body,
            "date": self.date,
            "subtype_id": self.env["ir.model.data"]._xmlid_to_res_id(SUBTYPES[self.direction]),
        }

    def _get_sender_address(self, record):
        """Return the address of a message on a record whose author has none.

        Odoo sends no e-mail about the message without a sender. It is the company's address, else
        that of a colleague who follows the record.
        """
        company = self.company_id
        address = company.partner_id.email_normalized or company.default_from_email
        if address:
            return address
        # sudo: mail.followers - only an address of colleagues is read
        followers_sudo = record.sudo().message_follower_ids
        if not followers_sudo:
            return ""
        colleagues_sudo = followers_sudo.partner_id.filtered(lambda each: not each.partner_share)
        return next(filter(None, colleagues_sudo.mapped("email_normalized")), "")

    # === NOTIFICATIONS: THE STATE IN THE CHATTER === #

    def _prepare_notification(self, mail_message, partner):
        """Return the values of the notification that shows this message's state in the chatter."""
        return {
            "author_id": mail_message.author_id.id,
            "mail_message_id": mail_message.id,
            "res_partner_id": partner.id,
            "notification_type": "telegram",
            "telegram_message_id": self.id,
            "is_read": True,  # it does not appear in the inbox
            **self._prepare_notification_values(),
        }

    def _prepare_notification_values(self):
        """Return the values of a notification that depend on the state of the message."""
        self.ensure_one()
        status = {
            "queued": "ready",
            "sending": "process",
            "sent": "pending",
            "delivered": "sent",
            "read": "sent",
            "canceled": "canceled",
        }.get(self.state, "exception")
        if self.state == "unsure" and self.is_being_checked:
            status = "process"  # no action is needed yet
        return {
            "notification_status": status,
            "failure_type": f"telegram_{self.failure_type}" if self.failure_type else False,
            "failure_reason": self.failure_reason,
        }

    def _update_notifications(self):
        """Update the notifications in the chatter to the state of the messages.

        Each state change of each message runs this, so it is one statement and not a write.
        """
        notifications = self.env["mail.notification"]
        for message in self:
            values = message._prepare_notification_values()
            notifications.flush_model(list(values))
            self.env.execute_query(
                SQL(
                    """
                    UPDATE mail_notification
                       SET notification_status = %(notification_status)s,
                           failure_type = %(failure_type)s,
                           failure_reason = %(failure_reason)s
                     WHERE telegram_message_id = %(id)s
                 RETURNING id
                    """,
                    **{name: value or None for name, value in values.items()},
                    id=message.id,
                )
            )
            notifications.invalidate_model(list(values), flush=False)

    def _notify_state_change(self):
        """Send the state of these messages to the web clients that show them."""
        # sudo: mail.notification - they show the state of the messages
        notifications = self.env["mail.notification"].sudo()
        found = notifications.search([("telegram_message_id", "in", self.ids)])
        self.fetch()  # at once: core reads the related fields of each notification alone
        found._telegram_notify_authors()
        for message in self:
            message._update_conversation()


class DiscussChannel(models.Model):
    """Post messages in Telegram conversations, many at once."""

    _inherit = "discuss.channel"

    @api.model
    def _telegram_post(self, rows):
        """Post messages in conversations and notify their members.

        :param list rows: ConversationMessage
        :return: the ``mail.message`` records, in this order
        """
        messages = self._telegram_log([(row.channel, row.values) for row in rows])
        self.union(*(row.channel for row in rows))._telegram_update_last_interest()
        # To build the data of one message, core loops over all that are prefetched with it. So only
        # the first one has the others, which reads all at once.
        for start in range(0, len(rows), PREFETCHED):
            batch = messages[start : start + PREFETCHED].with_prefetch()
            fields_ = batch._telegram_get_posted_fields(rows[start].channel)
            for number, (message, row) in enumerate(zip(batch, rows[start:], strict=False)):
                row.channel._telegram_send_message(
                    message.with_prefetch() if number else message, fields_, row
                )
        self._telegram_push([pair for pair in zip(messages, rows, strict=True) if pair[1].notifies])
        return messages

    @api.model
    def _telegram_log(self, rows):
        """Post messages in conversations without any notification.

        :param list rows: pairs of channel and dict of values, see ConversationMessage
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

    def _telegram_update_last_interest(self):
        """Update the time of the last message, which sorts and pins the conversations."""
        if not self:
            return
        # A write would compare a dozen fields before and after each message.
        self.flush_recordset(["last_interest_dt"])
        self.env.execute_query(
            SQL(
                "UPDATE discuss_channel SET last_interest_dt = %s WHERE id IN %s RETURNING id",
                fields.Datetime.now(),
                tuple(self.ids),
            )
        )
        self.invalidate_recordset(["last_interest_dt"], flush=False)

    def _telegram_send_message(self, message, store_fields=None, row=None):
        """Send a posted message to the web clients of the members.

        :param list store_fields: those of ``_telegram_get_posted_fields`` if already known
        :param ConversationMessage row: how it was posted; by default no one is notified
        """
        store_fields = store_fields or message._telegram_get_posted_fields(self)
        row = row or ConversationMessage(self, {})
        store = Store(bus_channel=self)
        if message.parent_id or message.attachment_ids:
            store.add(message, msg_vals={"scheduled_date": False})
        else:
            store.add(message, [*store_fields, {"thread": {"id": self.id, "model": self._name}}])
        responsible = row.responsible or self.env["res.partner"]
        store.add(self, ["last_interest_dt", Store.Attr(RESPONSIBLE, Store.One(responsible, []))])
        payload = {"data": store.get_result(), "id": self.id, "silent": not row.notifies}
        payload["telegram_records"] = row.records
        self._bus_send("discuss.channel/new_message", payload)

    @api.model
    def _telegram_push(self, pairs):
        """Queue web push notifications of messages for the devices of the members.

        :param list pairs: pairs of ``mail.message`` and ConversationMessage
        """
        channels = self.union(*(row.channel for _message, row in pairs))
        # sudo: mail.push.device, discuss.channel.member - as Odoo does
        devices_sudo = self.env["mail.push.device"].sudo()
        devices_sudo = devices_sudo.search(Domain("partner_id.channel_ids", "in", channels.ids))
        if not devices_sudo:
            return
        members_sudo = self.env["discuss.channel.member"].sudo()  # sudo: as above
        members_sudo = members_sudo.search(
            [
                ("channel_id", "in", channels.ids),
                ("partner_id", "in", devices_sudo.partner_id.ids),
                ("mute_until_dt", "=", False),
                ("partner_id.user_ids.manual_im_status", "!=", "busy"),
            ]
        )
        partners_by_channel = {
            channel: members.partner_id
            for channel, members in members_sudo.grouped("channel_id").items()
        }
        values_list = []
        for message, row in pairs:
            partners = partners_by_channel.get(row.channel, self.env["res.partner"])
            if row.responsible:
                partners &= row.responsible
            devices = devices_sudo.filtered(lambda device, to=partners: device.partner_id in to)
            if devices:
                payload = row.channel._telegram_prepare_push(message)
                values_list += [
                    {"mail_push_device_id": device.id, "payload": payload} for device in devices
                ]
        # Queued, because sending waits for the network, again with each retry of the transaction.
        if values_list:
            self.env["mail.push"].sudo().create(values_list)  # sudo: mail.push - as Odoo does
            self.env.ref("mail.ir_cron_web_push_notification")._trigger()

    def _telegram_prepare_push(self, message):
        """Return the payload of a web push notification, as JSON."""
        payload = self._notify_by_web_push_prepare_payload(message, force_record_name=self.name)
        return json.dumps(self._web_push_truncate_payload({**payload, "title": self.name}))
