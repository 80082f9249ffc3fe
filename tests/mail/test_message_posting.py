# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import json

from odoo.tests import freeze_time, tagged
from odoo.tools import SQL
from odoo.tools.json import json_default

from odoo.addons.mail.tools.discuss import Store

from ...models.mail.message_posting import ConversationMessage
from .discuss_case import DiscussCase

IDENTITY = frozenset({"id", "message_id"})
# A post from Telegram is not answered by e-mail, so ours do not have what this needs.
POST_DIFFERENCES = IDENTITY | {"record_company_id"}
LOG_DIFFERENCES = IDENTITY | {"email_add_signature", "email_from", "reply_to"}


@tagged("post_install", "-at_install")
class TestMessagePosting(DiscussCase):
    """Our quick methods write the same rows as the methods of ``mail`` that they replace."""

    def setUp(self):
        super().setUp()
        self.ingest(self.notification("Hello", idMessage="1"))
        self.message = self.env["telegram.message"].search([("chat_id", "=", self.chat.id)])

    def rows(self, records):
        """Return the database rows of records as dicts."""
        self.env.flush_all()
        table, ids = SQL.identifier(records._table), list(records.ids)
        query = SQL("SELECT * FROM %s WHERE id = ANY(%s) ORDER BY id", table, ids)
        return self.env.execute_query_dict(query)

    def assert_same_rows(self, rows, core_rows, differing=IDENTITY):
        """Check that the rows are equal, except for the columns that have to differ.

        In a boolean column, Odoo reads NULL as false.
        """
        self.assertEqual(len(rows), len(core_rows))
        self.assertTrue(rows)
        for row, core_row in zip(rows, core_rows, strict=True):
            different = {
                name: (row[name], core_row[name])
                for name in row.keys() - differing
                if row[name] != core_row[name] and (row[name] or core_row[name])
            }
            self.assertFalse(different, "ours, core's")

    def open_conversation(self, telegram_id):
        """Return a new conversation of the customer, without a message."""
        chat = self.env["telegram.chat"]._get_or_create(self.instance, telegram_id)
        chat.partner_id = self.customer
        return chat._open_channel().sudo()

    @freeze_time("2026-01-15 12:00:00")
    def test_conversation(self):
        """Posting in a conversation: the message, its channel and the counters of the members."""
        ours, core = self.open_conversation("777"), self.open_conversation("888")
        values = {
            "body": "Good day",
            "author_id": self.customer.id,
            "email_from": self.customer.email_formatted,
        }
        message = ours._telegram_post([ConversationMessage(ours, values, True)])
        core_message = core.message_post(
            message_type="telegram", subtype_xmlid="mail.mt_comment", **values
        )
        self.assert_same_rows(
            self.rows(message), self.rows(core_message), POST_DIFFERENCES | {"res_id"}
        )
        self.assertFalse((message | core_message).notification_ids)
        self.assert_same_rows(self.rows(ours), self.rows(core), {"id", "uuid"})
        members, core_members = ours.channel_member_ids, core.channel_member_ids
        self.assert_same_rows(self.rows(members), self.rows(core_members), {"id", "channel_id"})
        self.assertEqual(members.mapped("message_unread_counter"), [1, 1])
        self.assertEqual(core_members.mapped("message_unread_counter"), [1, 1])

    def test_data_for_web_clients(self):
        """What the web clients get of a new message lacks only what core sends as empty: else a
        conversation shows something else after a reload."""
        channel = self.open_conversation("777")
        values = {
            "body": "Good day",
            "author_id": self.customer.id,
            "email_from": self.customer.email_formatted,
        }
        message = channel._telegram_post([ConversationMessage(channel, values, True)])
        [sent] = [
            json.loads(row["message"])["payload"]
            for row in self.env.cr.precommit.data["bus.bus.values"]
            if json.loads(row["message"])["type"] == "discuss.channel/new_message"
            and json.loads(row["message"])["payload"]["id"] == channel.id
        ]
        store = Store(bus_channel=channel).add(message, msg_vals={"scheduled_date": False})
        core = json.loads(json.dumps(store.get_result(), default=json_default))
        [ours], [cores] = sent["data"].pop("mail.message"), core.pop("mail.message")
        # The subject for an answer by e-mail.
        left_out = {
            name: value
            for name, value in cores.items()
            if name not in ours | {"default_subject": 0}
        }
        self.assertFalse(any(left_out.values()), left_out)
        self.assertEqual(ours, {name: cores[name] for name in ours})
        self.assertEqual(sent["data"]["res.partner"], core["res.partner"])

    @freeze_time("2026-01-15 12:00:00")
    def test_notes(self):
        """Notes on many records."""
        values = self.env["telegram.message"]._prepare_text("News <today>")
        self.env["telegram.message"]._log_in_chatters([(self.customer, values)])
        [note_id] = values["mail_message_ids"]
        body = self.env["telegram.message"]._format_body(values)
        core_note = self.customer._message_log_batch(
            {self.customer.id: body}, message_type="telegram"
        )
        self.assert_same_rows(
            self.rows(core_note.browse(note_id)), self.rows(core_note), LOG_DIFFERENCES
        )

    @freeze_time("2026-01-15 12:00:00")
    def test_contact(self):
        """A message on a contact without followers."""
        self.customer.message_follower_ids.unlink()
        before = self.customer.message_ids
        self.message._post_on_record(self.customer)
        note = self.customer.message_ids - before
        core_note = self.customer.message_post(
            message_type="telegram", **self.message._prepare_chatter_values(self.customer)
        )
        self.assert_same_rows(self.rows(note), self.rows(core_note), POST_DIFFERENCES)
        self.assertFalse((note | core_note).notification_ids)

    @freeze_time("2026-01-15 12:00:00")
    def test_notifications(self):
        """Notifications of many messages, as ``create`` makes them."""
        queued = self.write_from(self.customer, "One") | self.write_from(self.customer, "Two")
        core_notifications = queued.mail_message_ids.notification_ids.sorted("id")
        notes = core_notifications.mail_message_id
        messages = core_notifications.telegram_message_id
        core_rows = self.rows(core_notifications)
        core_notifications.unlink()
        messages._create_notifications([note.ids for note in notes], [self.customer] * 2)
        notifications = self.env["mail.notification"].search(
            [("telegram_message_id", "in", queued.ids)], order="id"
        )
        self.assert_same_rows(self.rows(notifications), core_rows)

    def test_state(self):
        """The state in the chatter, as ``write`` stores it."""
        message = self.write_from(self.customer, "One")
        notification = message.mail_message_ids.notification_ids
        for vals in (
            {"state": "error", "failure_type": "refused", "failure_reason": "No such chat"},
            {"state": "sent", "failure_type": False, "failure_reason": False},
        ):
            with self.subTest(vals["state"]):
                message.write(vals)
                message._update_notifications()
                rows = self.rows(notification)
                notification.write({"notification_status": "bounce", "failure_reason": "?"})
                notification.write(message._prepare_notification_values())
                self.assert_same_rows(rows, self.rows(notification))

    def test_queue(self):
        """Messages in the queue, as ``create`` makes them."""
        values = self.env["telegram.message"]._prepare_text("News")
        messages = self.env["telegram.message"]
        core_message = messages._queue_all([(self.chat, {**values, "mail_message_ids": []})])
        message = messages._queue_batch(self.instance, [(self.chat, values)])
        self.assert_same_rows(self.rows(message), self.rows(core_message))

    def test_push(self):
        """Web push notifications, as core queues them for many devices."""
        params = self.env["ir.config_parameter"].sudo()
        params.set_param("mail.web_push_vapid_private_key", "private")
        params.set_param("mail.web_push_vapid_public_key", "public")
        partner = self.colleague.partner_id
        self.env["mail.push.device"].create(
            [
                {
                    "partner_id": partner.id,
                    "endpoint": f"https://push.invalid/{number}",
                    "keys": "{}",
                    "expiration_time": "2099-01-01 00:00:00",
                }
                for number in range(5)
            ]
        )
        [message] = self.conversation()
        row = ConversationMessage(self.channel, {}, True, partner)
        self.channel._telegram_push([(message, row)])
        pushes = self.env["mail.push"].search([])
        # Core sends none for a message from Telegram, and puts a “#” before the name of a channel.
        self.channel._notify_thread_by_web_push(
            message,
            [{"id": partner.id, "notif": "web_push", "active": True}],
            msg_vals={"message_type": "comment"},
            force_record_name=self.channel.name,
        )
        core_pushes = self.env["mail.push"].search([]) - pushes
        self.assert_same_rows(self.rows(pushes), self.rows(core_pushes), {"id", "payload"})
        payloads, core_payloads = (
            [json.loads(push.payload) for push in found] for found in (pushes, core_pushes)
        )
        for core_payload in core_payloads:
            core_payload["title"] = core_payload["title"].removeprefix("#").partition(" - ")[0]
        self.assertEqual(payloads, core_payloads)
